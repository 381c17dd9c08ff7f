"""Callbacks that are forged, replayed or altered: no number of them changes a state, or costs more than its bucket."""

import json
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model

from core.clock import after
from core.models import Event, EventPayload, Job
from signing.models import SignatureRequest, SignedFile, Signer, Stray, Submission
from signing.services.schedule import BUCKET_SECONDS, BUCKET_SIZE
from signing.services.strays import WAITING_MAX
from signing.states import STRAY_JOB
from webhooks.models import InboundDelivery

CALLBACK = "/webhooks/setu/callback-token"
SEED = 20_261_124
FORGED = 1000
OPEN = 6
# What a look may write though it finds nothing new: when it was, and when the next one is.
OF_LOOKS = {"seen_look", "confirmed_at", "confirmed_by", "bucket_at", "hint"}
STATES: tuple[type[Model], ...] = (SignatureRequest, Signer, Submission, SignedFile, Event, EventPayload)


def post(client, body: bytes) -> None:
    answer = client.post(CALLBACK, body, content_type="application/json")
    assert answer.status_code in (200, 400), answer.content


def states() -> dict[str, dict[Any, dict[str, Any]]]:
    """Every column of every row that tells how a request is."""
    rows = {}
    for model in STATES:
        kept = [field.attname for field in model._meta.concrete_fields if field.attname not in OF_LOOKS]
        rows[model.__name__] = {row.pop("pk"): row for row in model._default_manager.values("pk", *kept)}
    return rows


@pytest.fixture
def stories(ask, run_due, asha, ravi) -> list[Any]:
    """Requests at Setu: the first complete, in the second one of two has signed, the rest untouched."""
    made = [ask(asha, ravi) for _ in range(OPEN)]
    run_due()
    for story in made:  # the first look writes down what create has answered
        assert story.manager.post(f"signature/{story.request_id}/check/").status_code == 202
    run_due()
    at_setu = {one["id"]: one for one in made[0].world.requests()}
    first, second, *_ = list(at_setu.values())
    for request, signers in ((first, first["signers"]), (second, second["signers"][:1])):
        for signer in signers:
            made[0].world.sign(request["id"], signer["id"])
            run_due()
    return made


def forgeries(bodies: list[dict[str, Any]], dice: random.Random) -> Callable[[], bytes]:
    """From what really came, one lie each: everybody has signed, nobody has, somebody else has, another document."""
    words = ["sign_complete", "sign_initiated", "sign_pending", "sign_in_progress", "declined", "", "x" * 300]

    def forged() -> bytes:
        body = json.loads(json.dumps(dice.choice(bodies)))
        esign = body["data"]["esign"]
        esign["status"] = dice.choice(words)
        for signer in esign["signers"]:
            signer["status"] = dice.choice(["signed", "pending", "in_progress", "declined"])
            signer["errCode"] = dice.choice(["", "signer_declined", "user_cancelled"])
        if dice.random() < 0.3:
            esign["id"] = dice.choice(bodies)["data"]["esign"]["id"]
        if dice.random() < 0.3:
            esign["documentId"] = dice.choice(bodies)["data"]["esign"]["documentId"]
        if dice.random() < 0.2:
            dice.shuffle(esign["signers"])
        body["timeStamp"] = f"2026-01-{dice.randrange(1, 28):02}T00:00:00.{dice.randrange(10**6):06}+05:30"
        return json.dumps(body).encode()

    return forged


def genuine(stories) -> list[dict[str, Any]]:
    world = stories[0].world
    return [json.loads(world.notification(one["id"])) for one in world.requests()]


def test_a_thousand_forged_callbacks_change_no_state_and_cost_no_more_than_the_bucket(
    stories, client, run_due
):
    before, calls = states(), dict(stories[0].world.calls)
    forged = forgeries(genuine(stories), random.Random(SEED))  # noqa: S311  # repeatable
    began = time.monotonic()
    for number in range(FORGED):
        post(client, forged())
        if number % 50 == 0:
            run_due()
    run_due()
    lasted = time.monotonic() - began
    assert InboundDelivery.objects.count() >= FORGED
    assert states() == before
    spent = {name: number - calls.get(name, 0) for name, number in stories[0].world.calls.items()}
    assert {name for name, number in spent.items() if number} == {"get"}
    open_requests = OPEN - 1
    assert spent["get"] <= open_requests * (BUCKET_SIZE + lasted / BUCKET_SECONDS + 1)
    for story in stories[2:]:
        assert story.status == "sign_initiated"


def test_the_whole_history_replayed_twice_changes_nothing(stories, client, run_due):
    """The same bytes, then the same notifications with another time: what is kept by its digest is kept anew."""
    world = stories[0].world
    bodies = [delivery.body for delivery in world.deliveries]
    assert len(bodies) == 3
    before = states()
    for again in range(2):
        for body in (*bodies, *reversed(bodies)):
            post(client, body)
            later = json.loads(body) | {"timeStamp": f"2027-01-0{again + 1}T00:00:00.000001+05:30"}
            post(client, json.dumps(later).encode())
            SignatureRequest.objects.update(bucket_at=None)
            Job.objects.filter(rest_until__isnull=False).update(rest_until=None, due_at=after(0))
            run_due()
    assert states() == before


def test_altered_callbacks_change_nothing(stories, client, run_due):
    """Bytes turned over at any place, as by somebody on the way."""
    bodies = [delivery.body for delivery in stories[0].world.deliveries]
    before, dice = states(), random.Random(SEED)  # noqa: S311  # repeatable
    for _ in range(300):
        body = bytearray(dice.choice(bodies))
        for _ in range(dice.choice((1, 1, 2, 20))):
            body[dice.randrange(len(body))] = dice.randrange(256)
        post(client, bytes(body[: dice.choice((len(body), len(body), dice.randrange(len(body)))) or 1]))
    run_due()
    assert states() == before


def test_forged_callbacks_for_unknown_ids_cost_two_calls_each_ten_minutes_apart_at_one_a_second(
    stories, client, run_due
):
    before, calls = states(), stories[0].world.calls["get"]
    for number in range(60):
        for _ in range(3):
            body = {
                "data": {"esign": {"id": f"unknown-{number}", "status": "sign_complete"}},
                "timeStamp": f"{time.monotonic()}",
            }
            post(client, json.dumps(body).encode())
    assert Stray.objects.count() == 60
    spread = Job.objects.filter(kind=STRAY_JOB, due_at__gte=after(30)).count()
    assert spread >= 20, "they do not go at once"
    Job.objects.filter(kind=STRAY_JOB).update(due_at=after(0))
    run_due()
    assert stories[0].world.calls["get"] - calls == 60
    assert set(Stray.objects.values_list("outcome", flat=True)) == {"unknown"}
    again = Job.objects.filter(kind=STRAY_JOB, due_at__isnull=False)
    assert not again.filter(due_at__lt=after(590)).exists()
    for round_ in range(3):
        for number in range(60):
            body = {"data": {"esign": {"id": f"unknown-{number}"}}, "timeStamp": str(round_)}
            post(client, json.dumps(body).encode())
        run_due()
        assert stories[0].world.calls["get"] - calls == 60, "who names it again hurries nothing"
    again.update(due_at=after(0))
    run_due()
    assert stories[0].world.calls["get"] - calls == 120
    assert not again.exists()
    assert states() == before


def test_no_more_unknown_ids_wait_than_can_be_asked_about_in_a_while(client, db):
    Stray.objects.bulk_create(
        Stray(setu_id=f"w{number}", cause="callback") for number in range(WAITING_MAX - 2)
    )
    for number in range(10):
        post(client, json.dumps({"data": {"esign": {"id": f"more-{number}"}}}).encode())
    assert Stray.objects.count() == WAITING_MAX
    assert InboundDelivery.objects.count() == 10, "each is kept all the same, to be matched later"
