"""Whatever a body holds, the answer is 200 or 400 and nothing breaks (R6; 100,000 bodies with PROOF=1)."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests import proof
from tests.webhooks.notices import CALLBACK
from webhooks.models import InboundDelivery

BODIES_MAX, PARTS = 100_000, 10
DEEP: Any = "end"
for _ in range(90):
    DEEP = [DEEP, {"deep": DEEP}] if _ < 5 else [DEEP]
ODD = ["", "None", "sign_complete", "setu-1", "\0", "\ud800", "x" * 300, None, True, False, 0, -1, 1e308, 2**70,
       float("nan"), float("inf"), [], {}, [[]], {"": {}}, ["setu-1"], {"id": "setu-1"}, DEEP]  # fmt: skip
VALUES = st.sampled_from(ODD) | st.text(max_size=12) | st.integers()
IDS = st.sampled_from(["setu-1", "nobody", "\u0924\u092e", "x" * 200])


def some(*, needed: Any = None, **fields: Any) -> st.SearchStrategy[Any]:
    """Those that are needed, and any of the other fields."""
    return st.fixed_dictionaries(needed or {}, optional=fields | {"nobody knows": VALUES})


SIGNERS = st.lists(
    some(id=IDS | VALUES, identifier=VALUES, status=VALUES, errCode=VALUES) | VALUES, max_size=3
)
REST: dict[str, st.SearchStrategy[Any]] = {
    "documentId": IDS | VALUES,
    "status": VALUES,
    "signers": SIGNERS | VALUES,
}
ESIGN = some(needed={"id": IDS}, **REST)
HINTS = some(needed={"data": some(needed={"esign": ESIGN})}, event=VALUES, timeStamp=VALUES)
OTHERS = some(event=VALUES, data=some(esign=some(id=VALUES, **REST) | VALUES) | VALUES) | VALUES
OURS = json.dumps({"data": {"esign": {"id": "setu-1", "status": "sign_complete"}}}).encode()
BODIES = st.binary(max_size=60) | (HINTS | OTHERS).map(lambda value: json.dumps(value).encode())


@pytest.mark.proof
@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))  # for as many processes
def test_any_body_is_answered_and_none_is_believed(part, open_request):
    before = open_request.__class__.objects.values("status", "stage", "setu_status").get()
    client, answered = Client(), dict.fromkeys((200, 400), 0)

    @settings(proof.often(BODIES_MAX // PARTS), suppress_health_check=list(HealthCheck))
    @given(BODIES)
    @example(OURS)  # a hundred may all miss it
    def holds(body: bytes) -> None:
        answer = client.post(CALLBACK, body, content_type="application/json")
        assert answer.status_code in answered, answer.content
        assert answer.json()
        answered[answer.status_code] += 1

    holds()
    assert open_request.__class__.objects.values("status", "stage", "setu_status").get() == before
    assert min(answered.values()) > proof.count(BODIES_MAX // PARTS) / 10, answered
    assert InboundDelivery.objects.filter(request=open_request).exists()
