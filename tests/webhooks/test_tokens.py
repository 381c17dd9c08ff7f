"""Several tokens at once, when each last came, and the command that helps to replace one."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from core import counters
from core.checks import Level
from core.clock import after
from core.models import Counter
from tests.doctoring import asked
from tests.webhooks.notices import notice, post
from webhooks.models import InboundDelivery
from webhooks.tokens import COUNTER, fingerprint, tokens_seen

pytestmark = pytest.mark.django_db
NEW, OLD = "new-" + "n" * 20, "old-" + "o" * 20


@pytest.fixture(autouse=True)
def two_tokens(settings) -> None:
    settings.SETU_CALLBACK_TOKENS = [NEW, OLD]


def came(client, token: str, name: str = "") -> int:
    """A callback comes with the token, and the process has written down what it counted."""
    status = post(client, notice(f"id-{token}{name}"), f"/webhooks/setu/{token}").status_code
    counters.flush()
    return int(status)


def seen_ago(token: str, *, hours: float) -> None:
    name, labels = COUNTER, f'{{"token": "{fingerprint(token)}"}}'
    Counter.objects.update_or_create(
        name=name, labels=labels, defaults={"value": 1, "at": after(-hours * 3600)}
    )


def rotate(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rotate_callback_token", *arguments, stdout=out)
    return out.getvalue()


def test_both_tokens_are_good_and_each_is_seen_by_itself(client):
    assert [token.at for token in tokens_seen()] == [None, None]
    assert came(client, OLD) == 200
    assert [bool(token.at) for token in tokens_seen()] == [False, True]
    assert came(client, NEW) == 200
    current, old = tokens_seen()
    assert current.at
    assert old.at
    assert current.at > old.at
    assert [token.is_current for token in (current, old)] == [True, False]


def test_the_same_callback_again_counts_as_seen(client):
    came(client, OLD)
    before = tokens_seen()[1].at
    came(client, OLD)
    after_it = tokens_seen()[1].at
    assert InboundDelivery.objects.count() == 1
    assert before
    assert after_it
    assert after_it > before


def test_what_was_refused_does_not(client):
    post(client, b"{}", f"/webhooks/setu/{OLD}")
    post(client, notice(), f"/webhooks/setu/{OLD}", content_type="text/plain")
    counters.flush()
    assert [token.at for token in tokens_seen()] == [None, None]


def test_remembering_a_token_asks_the_database_nothing_while_the_callback_is_answered(
    client, django_assert_num_queries
):
    body, path = notice("again"), f"/webhooks/setu/{NEW}"
    post(client, body, path)
    with django_assert_num_queries(4):  # a savepoint and its end, whose request it names, and the insert
        assert post(client, body, path).status_code == 200
    assert not Counter.objects.exists()


def test_a_good_callback_is_answered_though_the_count_cannot_be_written(client, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(counters, "_add", broken)
    assert came(client, NEW) == 200
    monkeypatch.undo()
    counters.flush()
    assert tokens_seen()[0].at, "and it is written later"


def test_a_token_that_was_taken_out_is_refused_at_once(client, settings):
    assert came(client, OLD) == 200
    settings.SETU_CALLBACK_TOKENS = [NEW]
    assert came(client, OLD, "again") == 404
    assert InboundDelivery.objects.count() == 1


def test_the_doctor_tells_when_each_token_last_came(client):
    outcome = asked("callback keys")
    assert outcome.level == Level.OK
    assert "The current token never came yet; the old one (no. 2) never came yet." in outcome.says
    came(client, OLD)
    assert "the old one (no. 2) last came 0 s ago" in asked("callback keys").says
    assert asked("callback keys").level == Level.OK, "the old one is in use"


def test_the_doctor_reminds_of_an_old_token_that_is_out_of_use(client):
    came(client, NEW)
    seen_ago(OLD, hours=49)
    outcome = asked("callback keys")
    assert outcome.level == Level.WARN
    assert "last came 2 days ago" in outcome.says
    assert "--drop" in outcome.fix


def test_the_doctor_names_the_proofs_that_are_asked_for(settings):
    settings.SETU_CALLBACK_BASIC = ["setu:" + "p" * 24]
    assert "asked for besides: HTTP basic." in asked("callback keys").says
    assert "p" * 24 not in asked("callback keys").says


def test_metrics_tell_when_each_token_last_came_by_its_place(client, settings):
    settings.METRICS_TOKEN = "m" * 24
    came(client, OLD)
    text = client.get("/metrics", headers={"Authorization": "Bearer " + "m" * 24}).content.decode()
    found = re.findall(
        r'^signflow_callback_token_age_seconds\{place="(\d)"\} (\S+)$', text, flags=re.MULTILINE
    )
    assert [place for place, _ in found] == ["2"]
    assert 0 <= float(found[0][1]) < 60
    assert not any(word in text for word in (NEW, OLD, fingerprint(OLD)))


def test_the_command_puts_a_new_token_first_and_keeps_the_others(settings):
    said = rotate()
    new, *kept = re.findall(r"^SETU_CALLBACK_TOKENS=(.+)$", said, flags=re.MULTILINE)[0].split(",")
    assert kept == [NEW, OLD]
    assert f"{settings.PUBLIC_URL}/webhooks/setu/{new}\n" in said
    assert len(new) >= 43
    assert rotate() != said, "each time another one"


def test_what_the_command_prints_works(client, settings):
    """As a person would go on: set it, restart, and Setu uses the new address, then drop the old ones."""
    value = rotate().splitlines()[0].partition("=")[2]
    settings.SETU_CALLBACK_TOKENS = value.split(",")
    new = settings.SETU_CALLBACK_TOKENS[0]
    assert [came(client, token) for token in (new, NEW, OLD)] == [200, 200, 200]
    settings.SETU_CALLBACK_TOKENS = rotate("--drop").splitlines()[0].partition("=")[2].split(",")
    assert [came(client, token, "again") for token in (new, NEW, OLD)] == [200, 404, 404]


def test_it_writes_nothing(client, django_assert_num_queries):
    came(client, NEW)
    with django_assert_num_queries(0):
        rotate()
    with django_assert_num_queries(2) as seen:  # when each token came, and what time it is
        rotate("--drop")
    assert all(query["sql"].startswith("SELECT") for query in seen.captured_queries)


def test_dropping_prints_the_first_token_alone_and_warns_of_an_old_one_in_use(client):
    came(client, NEW)
    seen_ago(OLD, hours=30)
    said = rotate("--drop")
    assert said.startswith(f"SETU_CALLBACK_TOKENS={NEW}\n")
    assert "WARNING" not in said
    seen_ago(OLD, hours=2)
    assert "WARNING: the old token no. 2 came 2.0 hours ago: Setu may still use it." in rotate("--drop")


def test_dropping_warns_where_the_new_token_never_came(client):
    came(client, OLD)
    assert rotate("--drop").count("WARNING") == 2


def test_with_one_token_there_is_nothing_to_drop(settings):
    settings.SETU_CALLBACK_TOKENS = [NEW]
    with pytest.raises(CommandError, match="one token only"):
        rotate("--drop")
