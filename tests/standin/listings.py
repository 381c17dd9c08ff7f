"""What the control shows: requests, deliveries, and the faults there are. All can be narrowed and cut into pieces."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from tests.standin.catalogue import KNOWN
from tests.standin.core import Core
from tests.standin.deliveries import Delivery
from tests.standin.state import Request

Query = Mapping[str, str]


def requests(core: Core, query: Query) -> list[dict[str, Any]]:
    """Oldest first. query: requestId, status, q (text in id, document, signer), limit, offset. Raises ValueError."""
    with core.lock:
        found = (request for request in map(core.request, list(core.requests)) if _fits(request, query))
        return [request_facts(core, request) for request in _cut(found, query)]


def newest_requests(core: Core, query: Query, *, start: int, count: int) -> tuple[list[Request], int]:
    """A page of them, newest first, and how many fit the query in all."""
    with core.lock:
        found = [core.request(id_) for id_ in reversed(core.requests)]
        fitting = [request for request in found if _fits(request, query)]
        return fitting[start : start + count], len(fitting)


def deliveries(core: Core, query: Query) -> list[dict[str, Any]]:
    """Oldest first. query: requestId, state, since (an index), body=no, limit, offset. Raises ValueError."""
    since = _number(query, "since", 0)
    found = (each for each in core.courier.deliveries if each.index >= since and _shows(each, query))
    facts = [delivery.facts() for delivery in _cut(found, query)]
    if query.get("body") == "no":
        for each in facts:
            del each["body"]
    return facts


def newest_deliveries(core: Core, query: Query, *, start: int, count: int) -> tuple[list[Delivery], int]:
    """A page of them, newest first, and how many fit the query in all."""
    fitting = [each for each in reversed(core.courier.deliveries) if _shows(each, query)]
    return fitting[start : start + count], len(fitting)


def catalogue() -> dict[str, Any]:
    """Every fault: where it strikes, what it does, its arguments and their defaults."""
    return {
        name: {"endpoints": kind.endpoints, "does": kind.does, "args": kind.args, "choices": kind.choices}
        for name, kind in KNOWN.items()
    }


def request_facts(core: Core, request: Request) -> dict[str, Any]:
    return {
        "id": request.id,
        "client": request.owner,
        "documentId": request.document_id,
        "redirectUrl": request.redirect_url,
        "status": request.status,
        "signers": [
            {
                "id": signer.id,
                "identifier": signer.identifier,
                "displayName": signer.display_name,
                "status": request.signer_status(signer),
                "errCode": signer.err_code,
                "url": core.signer_url(request, signer),
                **({"optional": True} if signer.optional else {}),
            }
            for signer in request.signers
        ],
    }


def _fits(request: Request, query: Query) -> bool:
    if query.get("requestId", request.id) != request.id or query.get("status") not in (
        None,
        "",
        request.status,
    ):
        return False
    word = query.get("q", "").casefold()
    texts = (
        request.id,
        request.document_id,
        request.document_name,
        *(s.display_name for s in request.signers),
    )
    return not word or any(word in text.casefold() for text in texts)


def _shows(delivery: Delivery, query: Query) -> bool:
    same = query.get("requestId") in (None, "", delivery.request_id)
    return same and query.get("state") in (None, "", delivery.state)


def _cut(found: Any, query: Query) -> Any:
    start, limit = _number(query, "offset", 0), _number(query, "limit", None)
    return islice(found, start, None if limit is None else start + limit)


def _number(query: Query, key: str, usual: Any) -> Any:
    text = query.get(key, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise ValueError(f"{key} must be a number")
    return int(text)
