from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from core.auth import manager
from core.errors import Invalid
from core.models import SecurityKind
from core.presenters import security_log_out
from core.schemas import Problem, SecurityLog
from core.selectors import people, security_events

router = Router(tags=["people"])
ROWS_MAX = 200
FILTERS = {"before", "limit", "kind", "account"}


@router.get(
    "/",
    response={200: SecurityLog, 401: Problem, 403: Problem, 422: Problem},
    summary="Sign-ins and account changes",
)
def security_log(
    request: HttpRequest,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=ROWS_MAX)] = 50,
    kind: SecurityKind | None = None,
    account: UUID | None = None,
) -> SecurityLog:
    """What happened to the accounts of the caller's organization, newest first, in pages. For managers.

    Refused tries are counted by the minute. `before` takes the `next` of the page before.
    """
    of = manager(request).tenant
    if unknown := set(request.GET) - FILTERS:  # a misspelt filter would show lines that were not asked for
        raise Invalid(f"There is no filter {min(unknown)[:40]!r}, only {', '.join(sorted(FILTERS))}.")
    found = security_events(organization=of, before=before, kind=kind, account=account)[: limit + 1]
    known = people(ids=[each for event in found for each in (event.account, event.actor)])
    return security_log_out(list(found), limit=limit, people=known)
