"""Many signers at once, for load and chaos: states change at once, signatures follow when somebody wants the bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from tests.standin import pades
from tests.standin.core import Core
from tests.standin.decoys import blank
from tests.standin.errors import SessionRefused, invalid_payload
from tests.standin.sessions import NOBODYS_BROWSER, Aadhaar, find, person, signed
from tests.standin.signatures import owe
from tests.standin.state import Request
from tests.standin.validate import request_plan

Notify = Literal["send", "withhold", "skip"]
MOST = 10_000  # requests or acts in one call
MAKER = {"name": "stand-in control", "type": "apiClient", "userAgent": "stand-in control", "IP": "127.0.0.1"}


@dataclass(frozen=True)
class Act:
    """What one signer does: sign, or fail with an errCode."""

    request_id: str
    signer: str
    err_code: str | None = None


@dataclass
class Outcome:
    """What became of an act. body: the notification. error: why nothing happened."""

    act: Act
    status: str = ""
    body: bytes | None = None
    error: str | None = None
    delivery: int | None = None

    def facts(self) -> dict[str, Any]:
        known = {"requestId": self.act.request_id, "signerId": self.act.signer}
        if self.error:
            return {**known, "error": self.error}
        body = self.body.decode() if self.body else None
        return {**known, "status": self.status, "notification": body, "delivery": self.delivery}


def drive(core: Core, acts: Iterable[Act], *, notify: Notify = "skip") -> list[Outcome]:
    """Let signers act without opening their pages; one that cannot act is told so in its outcome.

    notify: send the notifications, withhold them until released, or make none.
    """
    outcomes = []
    with core.lock, core.store.together():
        for act in acts:
            outcomes.append(_acted(core, act, with_body=notify != "skip"))
    for outcome in outcomes:
        if outcome.body is not None:
            request_id = outcome.act.request_id
            if notify == "withhold":
                outcome.delivery = core.courier.hold(request_id, outcome.body).index
            else:
                outcome.delivery = core.courier.send(request_id, outcome.body)[-1].index
    return outcomes


def _acted(core: Core, act: Act, *, with_body: bool) -> Outcome:
    try:
        request, signer = find(core, act.request_id, act.signer)
    except SessionRefused as refusal:
        return Outcome(act, error=refusal.code)
    now = core.clock.now()
    if request.session is None:
        request.log(now, "opened", person(signer, NOBODYS_BROWSER))
    request.session = None
    if act.err_code is None:
        details = signed(request, signer, Aadhaar())
        event = request.log(now, "signed", person(signer, NOBODYS_BROWSER), signatureDetails=details)
        owe(core, request, signer, event, now)
        core.save_document(core.documents[request.document_id])
    else:
        signer.err_code = act.err_code
        core.failed(request)
    core.save(request)
    body = core.notification(request.id, signer.id) if with_body else None
    return Outcome(act, request.status, body)


def make_requests(core: Core, body: dict[str, Any], content: bytes | None) -> list[Request]:
    """Many like one: a create's body without documentId, and a document of which each gets a copy.

    body: count, client (the first account's id without it), documentName, and what a create has.
    content: the document; without it, a blank page. Raises ApiError, ValueError.
    """
    count = body.get("count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 0 < count <= MOST:
        raise ValueError(f"count must be a number from 1 to {MOST}")
    account = next((each for each in core.accounts if body.get("client") in (None, each.client_id)), None)
    if account is None:
        raise ValueError("client is none of the stand-in's")
    content = content or blank("A document for load")
    try:
        pages = pades.page_count(content)
    except pades.UnreadableDocument as error:
        raise invalid_payload(str(error)) from error
    name = str(body.get("documentName", "A document for load"))[:200]
    made = []
    with core.lock, core.store.together():
        for _ in range(count):
            document = core.upload(account.owner, name=name, content=content, password=None, pages=pages)
            plan = request_plan({**body, "documentId": document.id}, signer_cap=core.settings.signer_cap)
            made.append(core.create(account.owner, plan, {**MAKER, "name": account.client_id}))
    return made
