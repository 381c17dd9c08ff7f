"""Two organizations that look alike: whatever the one's people call, nothing of the other's shows (R38)."""

import logging
import random
from typing import Any

import pytest

from core import jobs
from core.log import EventFormatter
from core.models import SecurityEvent, SecurityKind, SecurityReason, User
from core.origin import Origin, coming_from
from core.security import event_keep, refusal_keep
from core.storage import blob_keep
from signflow.api import api
from signing.models import SignatureRequest, SignedFile, Signer
from signing.states import REQUEST_JOB
from tests import proof
from tests.builders import (
    PASSWORD,
    make_document,
    make_employee,
    make_manager,
    make_organization,
    make_request,
)
from tests.client import Api
from tests.privacy.places import queue
from webhooks.models import InboundDelivery

MARK = "zqx"  # begins every text of organization B
SEED = 20_261_124


class Lines(logging.Handler):
    """Every line as production writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(EventFormatter("json"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines():
    root, handler = logging.getLogger(), Lines()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.lines
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def marked(db, django_capture_on_commit_callbacks) -> dict[str, list[str]]:
    """Organization B, a marker in each text, callbacks, work under way; what A's people might learn of it and try."""
    there = make_organization(f"{MARK} Works")
    boss = make_manager(f"{MARK}-boss", organization=there)
    clerk = make_employee(f"{MARK}-clerk", organization=there, full_name=f"{MARK} Clerk")
    User.objects.filter(id=boss.id).update(full_name=f"{MARK} Boss")
    requests = []
    for no, ended in enumerate((False, True)):
        fields: dict[str, Any] = {"stage": "ended", "ending": "sign_complete"} if ended else {}
        document = make_document(by=boss, name=f"{MARK} lease {no}")
        one = make_request(
            by=boss, signers=[boss, clerk], setu_id=f"{MARK}-setu-{no}", document=document,
            reason=f"{MARK} reason", cancel_reason=f"{MARK} why", **fields,
        )  # fmt: skip
        SignatureRequest.objects.filter(id=one.id).update(ending_reason=f"{MARK}_reason" if ended else "")
        Signer.objects.filter(request=one).update(err_code=f"{MARK}_code", display_name=f"{MARK} name")
        InboundDelivery.objects.create(
            digest=f"{MARK}{no}", setu_id=f"{MARK}-setu-{no}", setu_document_id=f"{MARK}-document",
            claimed_status=f"{MARK}_status", claimed_signers={f"{MARK}-signer": f"{MARK}_status"}, size=1, request=one,
        )  # fmt: skip
        with django_capture_on_commit_callbacks(execute=True):
            jobs.ring(REQUEST_JOB, subject=one.id, cause="created")
        requests.append(one)
    with coming_from(lambda: Origin(network=f"{MARK}-net", http_request=f"{MARK}-call")):
        event_keep(SecurityKind.SIGNED_IN, account=boss, actor=boss)
        refusal_keep(SecurityKind.SIGN_IN_REFUSED, SecurityReason.LOCKED, account=clerk)
    blob = blob_keep(organization_id=there.id, content=f"%PDF-{MARK}".encode())
    SignedFile.objects.create(request=requests[1], blob=blob, sha256="0" * 64, size=9, signatures=2)
    return {
        "requests": [str(one.id) for one in requests],
        "documents": [str(one.document_id) for one in requests],
        "people": [str(boss.id), str(clerk.id)],
        "others": [str(there.id), *map(str, SecurityEvent.objects.values_list("id", flat=True))],
    }


def body_for(dice: random.Random, ids: dict[str, list[str]], every: list[str]) -> Any:
    """What a curious person would send: well-formed bodies with ids and names that are not theirs."""
    signer = {"identifier": dice.choice(ids["people"] + every)}
    return dice.choice(
        [
            {"documentId": dice.choice(ids["documents"] + every), "signers": [signer]},
            {"reason": "curious"},
            {"username": f"name{dice.randrange(10**9)}", "password": PASSWORD},
            {"organization": dice.choice(every), "id": dice.choice(every)},
            {},
        ]
    )


@pytest.mark.proof
@pytest.mark.django_db
def test_nothing_of_another_organization_shows_in_any_answer_or_line(marked, manager, asha, ravi, lines):
    make_request(by=manager, signers=[asha])
    dice = random.Random(SEED)  # noqa: S311  # repeatable
    every = [one for ids in marked.values() for one in ids]
    callers = [Api(manager), Api(asha), Api(ravi), Api()]
    paths = [
        (method, path.removeprefix("/api/"))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
        if path.startswith("/api/") and not path.startswith("/api/token/")
    ]
    answered: set[int] = set()
    for _ in range(proof.count(10_000)):
        method, path = dice.choice(paths)
        me = dice.choice(callers)
        kind = "documents" if "document_id" in path else "requests"
        chosen = dice.choice(marked[kind] if dice.random() < 0.8 else every)
        url = path.format(document_id=chosen, request_id=chosen)
        if dice.random() < 0.2:
            url += f"?organization={dice.choice(every)}&search=zq&viewer={dice.choice(every)}"
            url += f"&{dice.choice(['before', 'account'])}={dice.choice(every)}"
        answer = me.get(url) if method == "get" else me.post(url, body_for(dice, marked, every))
        answered.add(answer.status_code)
        seen = answer.content.decode() + repr(dict(answer.items()))
        assert MARK not in seen.lower(), f"{method} {url}: {seen}"
    assert not [line for line in lines if MARK in line.lower()]
    assert queue(), "B's work lies in it"
    assert MARK not in queue().lower()
    assert InboundDelivery.objects.count() == len(marked["requests"]), "nothing of A's hangs on a callback"
    assert {200, 401, 404, 422} <= answered
    assert len(lines) >= proof.count(10_000)


@pytest.mark.django_db
def test_the_markers_do_show_to_those_whom_they_concern(marked):
    """Else the test above would find nothing because there is nothing."""
    boss = User.objects.get(username=f"{MARK}-boss")
    for path in (
        "status/",
        "dashboard/",
        "users/list/",
        "security-log/",
        f"signature/{marked['requests'][0]}/",
    ):
        assert MARK in Api(boss).get(path).content.decode()
