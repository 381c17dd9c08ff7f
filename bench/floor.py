"""The floor: the same rows by plain SQL, as JSON, under the same gunicorn, and nothing else.

No framework, no sign-in, no links: what is left is what Python, the driver and the database cost. The caller is
named by the path. Read by gunicorn as `bench.floor:application`.
"""

import os
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

REQUESTS = """
    SELECT r.id AS signature_id, r.document_id, d.name AS document_name, r.status, r.stage, r.created_at,
           r.ending_reason AS status_reason
    FROM signing_signaturerequest r JOIN signing_document d ON d.id = r.document_id
    WHERE {where} ORDER BY r.created_at DESC, r.id"""
SIGNERS = """
    SELECT s.id, s.request_id, s.user_id, u.username, s.setu_status AS status, s.err_code
    FROM signing_signer s JOIN core_user u ON u.id = s.user_id JOIN signing_signaturerequest r ON r.id = s.request_id
    WHERE {where} ORDER BY s.no"""
LISTS = {
    "organization": "r.organization_id = %s",
    "signer": "r.id IN (SELECT request_id FROM signing_signer WHERE user_id = %s)",
    "request": "r.id = %s",
}


@cache
def pool() -> ConnectionPool[Any]:
    """Opened after gunicorn's fork, by the first request."""
    return ConnectionPool(
        os.environ["DATABASE_URL"],
        min_size=1,
        max_size=4,
        kwargs={"row_factory": dict_row, "autocommit": True},
    )


def rows(kind: str, subject: UUID) -> list[dict[str, Any]]:
    where = LISTS[kind]
    with pool().connection() as connection:
        found = connection.execute(REQUESTS.format(where=where), (subject,)).fetchall()
        signers = connection.execute(SIGNERS.format(where=where), (subject,)).fetchall()
    by_id: dict[UUID, dict[str, Any]] = {row["signature_id"]: {**row, "signers": []} for row in found}
    for signer in signers:
        by_id[signer["request_id"]]["signers"].append(signer)
    return list(by_id.values())


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]
) -> Iterable[bytes]:
    _, kind, subject = environ["PATH_INFO"].split("/")
    body = orjson.dumps(rows(kind, UUID(subject)), option=orjson.OPT_UTC_Z)
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
