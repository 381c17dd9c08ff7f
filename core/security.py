"""The security log: sign-ins and what was done to accounts, for managers and support (rows, not lines).

It stands beside an organization's chain of events: the chain proves that nothing was changed and is kept; this can be
searched, tells where a call came from, and is purged by age. Written in the caller's transaction, if there is one.
"""

from uuid import uuid4

from django.db import connection

from core.clock import sql_after
from core.models import SecurityKind, SecurityReason, User
from core.origin import origin
from core.prepared import adapted

SEVERAL = "several"  # networks, in one minute
# What is refused is counted by the minute and account: no number of tries makes more rows than that.
KEEP = """
    INSERT INTO core_securityevent (id, at, kind, reason, organization_id, account, actor, network, http_request,
        count, once)
    VALUES (%s, {now}, %s, %s, %s, %s, %s, %s, %s, 1, {once})
    ON CONFLICT (once) DO UPDATE SET
        count = core_securityevent.count + 1,
        network = CASE WHEN core_securityevent.network = excluded.network THEN excluded.network ELSE %s END"""
MINUTE = {
    "postgresql": "TO_CHAR(STATEMENT_TIMESTAMP() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MI')",
    "sqlite": "STRFTIME('%%Y%%m%%d%%H%%M', 'now')",
}


def event_keep(kind: SecurityKind, *, account: User, actor: User | None) -> None:
    """Note something that was done. actor: who was signed in and did it; None for a command."""
    _write(kind, account=account, actor=actor)


def refusal_keep(kind: SecurityKind, reason: SecurityReason, *, account: User | None) -> None:
    """Note a refusal: one row a minute for each account and reason, with a count. The same work for any account.

    account: None where no such name is known; all of these are counted together and belong to no organization.
    """
    _write(kind, account=account, actor=None, reason=reason)


def _write(
    kind: SecurityKind, *, account: User | None, actor: User | None, reason: SecurityReason | str = ""
) -> None:
    now, zero = sql_after(0)
    where, id_, account_id = origin(), uuid4(), account.id if account else None
    organization_id = account.organization_id if account else None
    key, once = str(id_), "%s"
    if reason:
        key, once = f"{kind}:{reason}:{account_id or ''}:", f"CAST(%s AS text) || {MINUTE[connection.vendor]}"
    ids = [each and adapted(each) for each in (organization_id, account_id, actor.id if actor else None)]
    values = (adapted(id_), zero, kind, reason, *ids, where.network, where.http_request, key, SEVERAL)
    with connection.cursor() as cursor:
        cursor.execute(KEEP.format(now=now, once=once), values)
