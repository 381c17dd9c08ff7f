"""R43: of all that is planted nothing reaches logs, refusals, chains, queue, jobs or metrics."""

from collections.abc import Iterator

import pytest
from django.test import Client

from core.models import Event, Role, User
from signing.models import SignatureRequest
from tests.privacy import acts
from tests.privacy.canaries import SECRET
from tests.privacy.places import queue, tables
from tests.privacy.story import Logs
from tests.privacy.walk import Story
from tests.standin import StandIn

pytestmark = pytest.mark.django_db(transaction=True)  # messages leave on commit
# Where what a person has given is kept, by the table; nowhere else.
KEPT_IN = {
    "user name": {"core_user"},
    "full name": {"core_user", "signing_signer"},
    "birth": {"core_user"},
    "title": {"signing_document"},
    "reason": {"signing_signaturerequest"},
}
SETUS_OWN = {"signing_submission", "signing_signerlink", "signing_stray", "webhooks_inbounddelivery"}


@pytest.fixture
def world(settings) -> Iterator[StandIn]:
    """As everywhere, with marks for its keys and for the door it calls."""
    settings.SETU_CLIENT_SECRET = SECRET["client secret"]
    settings.SETU_CALLBACK_TOKENS = [SECRET["callback token"]]
    settings.METRICS_TOKEN = SECRET["metrics token"]
    settings.ROOT_URLCONF = "tests.privacy.crashing"

    def callback(body: bytes) -> int:
        door = f"/webhooks/setu/{SECRET['callback token']}"
        return Client().post(door, body, content_type="application/json").status_code

    account = (settings.SETU_CLIENT_ID, settings.SETU_CLIENT_SECRET, settings.SETU_PRODUCT_INSTANCE_ID)
    world = StandIn(accounts=[account], callback=callback, download_url="https://files.setu.test", seed=1)
    yield world
    world.close()


@pytest.fixture
def story(world, run_due) -> Story:
    return Story(world, run_due)


def test_nothing_of_what_is_planted_gets_out(story, settings, client):
    with Logs() as logs:
        signer = acts.people_come(story)
        acts.files_come(story)
        request = story.ask(signer)
        acts.setu_has_bad_days(story, request)
        story.go_on(request)
        request.refresh_from_db()
        assert request.status == "sign_initiated"
        acts.callbacks_come(story, request)
        story.go_on(request)
        acts.browsers_come(story, request)
        acts.it_ends(story, request)
        acts.others_end_otherwise(story, signer)
        in_queue = queue()
        acts.support_looks(story)
        acts.views_crash(story, settings)
        metrics = client.get("/metrics", headers={"Authorization": f"Bearer {SECRET['metrics token']}"})

    marks = story.canaries
    assert len(marks.marks) > 40, "ids, links and tokens have become marks"
    assert {Role.MANAGER, Role.EMPLOYEE} == set(
        User.objects.exclude(is_superuser=True).values_list("role", flat=True)
    )
    ends = list(SignatureRequest.objects.order_by("created_at").values_list("status", flat=True))
    assert ends == ["sign_complete", "cancelled", "quarantined", "failed", "queued"]
    for event in (
        "job.stumbled",
        "setu.unavailable",
        "setu.denied",
        "server.error",
        "files.unreadable",
        "job.dead",
    ):
        assert event in logs.lines["text"], event
    assert metrics.status_code == 200
    assert len(in_queue) > 100
    assert Event.objects.count() > 10

    for form, text in logs.lines.items():
        assert marks.found(text) == set(), [line for line in text.splitlines() if marks.found(line)][:5]
        assert text.count("\n") > 100, form
    assert story.answers.leaks(marks) == {}
    assert marks.found(in_queue + queue()) == set()
    assert marks.found(metrics.content.decode()) == set()
    found = {(what, table) for table, text in tables().items() for what in marks.found(text)}
    kept = {(what, table) for what, places in KEPT_IN.items() for table in places}
    wrong = {(what, table) for what, table in found - kept if not (table in SETUS_OWN and is_setus(what))}
    assert wrong == set()


def is_setus(what: str) -> bool:
    return what.startswith(("Setu's id", "Setu's documentId", "Setu's url", "reference", "unknown id"))
