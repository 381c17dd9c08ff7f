"""Managers read their own organization's security log, page by page."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from core.clock import after
from core.models import SecurityEvent, SecurityKind, SecurityReason, User
from core.origin import Origin, coming_from
from core.security import event_keep, refusal_keep
from core.services import accounts
from tests.builders import PASSWORD
from tests.client import Api

PATH = "security-log/"


def read(user: User, **query: object) -> dict[str, Any]:
    answer = Api(user).get(PATH, query_params={name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def many(account: User, number: int) -> None:
    for _ in range(number):
        event_keep(SecurityKind.SIGNED_IN, account=account, actor=account)


def test_a_line_tells_who_what_when_and_where_from(manager, asha):
    with coming_from(lambda: Origin(network="203.0.113.0/24", http_request="call-7")):
        event_keep(SecurityKind.ACCOUNT_CREATED, account=asha, actor=manager)
        for _ in range(3):
            refusal_keep(SecurityKind.SIGN_IN_REFUSED, SecurityReason.WRONG_PASSWORD, account=asha)
    lines = read(manager)["events"]
    refused = next(line for line in lines if line["kind"] == "sign_in_refused")
    created = next(line for line in lines if line["kind"] == "account_created")
    assert created == {
        "id": created["id"],
        "at": created["at"],
        "kind": "account_created",
        "reason": None,
        "account": {"id": str(asha.id), "username": "asha"},
        "actor": {"id": str(manager.id), "username": "meera"},
        "by_support": False,
        "count": 1,
        "network": "203.0.113.0/24",
        "http_request": "call-7",
    }
    assert (refused["reason"], refused["actor"]) == ("wrong_password", None)
    assert sum(line["count"] for line in lines if line["kind"] == "sign_in_refused") == 3
    assert created["at"].endswith("Z")
    assert datetime.fromisoformat(created["at"])


def test_who_works_for_support_is_not_told(manager, asha):
    root = User.objects.create_superuser("root", PASSWORD)
    with coming_from(lambda: Origin(network="203.0.113.0/24", http_request="call-7")):
        accounts.user_lock(user=asha, by=root)
    assert SecurityEvent.objects.get().network == "203.0.113.0/24", "support itself reads it in the console"
    (line,) = read(manager)["events"]
    assert (line["actor"], line["by_support"]) == (None, True)
    assert (line["network"], line["http_request"]) == ("", "")
    assert "root" not in str(line)


def test_somebody_who_is_gone_is_shown_without_a_name(manager, asha):
    many(asha, 1)
    User.objects.filter(id=asha.id).delete()
    (line,) = read(manager)["events"]
    assert line["account"] == {"id": str(asha.id), "username": None}
    assert (line["actor"], line["by_support"]) == ({"id": str(asha.id), "username": None}, False)


def test_the_newest_come_first_and_pages_hold_every_line_once(manager, asha):
    """Also where many happened at the same moment."""
    many(asha, 23)
    SecurityEvent.objects.filter(id__in=list(SecurityEvent.objects.values_list("id", flat=True)[:9])).update(
        at=after(-5)
    )
    seen, page = [], read(manager, limit=4)
    while page["next"]:
        assert len(page["events"]) == 4
        seen += page["events"]
        page = read(manager, limit=4, before=page["next"])
    seen += page["events"]
    assert len({line["id"] for line in seen}) == len(seen) == 23
    assert [line["at"] for line in seen] == sorted((line["at"] for line in seen), reverse=True)


def test_lines_that_come_meanwhile_move_no_page(manager, asha):
    many(asha, 6)
    first = read(manager, limit=3)
    many(asha, 5)
    second = read(manager, limit=3, before=first["next"])
    assert not {line["id"] for line in first["events"]} & {line["id"] for line in second["events"]}
    assert (len(second["events"]), second["next"]) == (3, None)


def test_a_page_takes_the_same_statements_at_any_length(manager, asha, django_assert_max_num_queries):
    counts = []
    for number in (1, 150):
        many(asha, number)
        with django_assert_max_num_queries(10) as seen:
            read(manager, limit=200)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 3


def test_lines_are_found_by_kind_and_by_account(manager, asha, ravi):
    many(asha, 2)
    many(ravi, 1)
    event_keep(SecurityKind.SIGNED_OUT, account=asha, actor=asha)
    assert len(read(manager, kind="signed_in")["events"]) == 3
    assert len(read(manager, account=asha.id)["events"]) == 3
    assert len(read(manager, kind="signed_in", account=asha.id)["events"]) == 2
    assert read(manager, account=uuid4()) == {"events": [], "next": None}


def test_another_organizations_lines_are_not_there_and_name_no_page(manager, asha, stranger):
    many(asha, 1)
    many(stranger, 1)
    refusal_keep(SecurityKind.SIGN_IN_REFUSED, SecurityReason.UNKNOWN_NAME, account=None)
    theirs = SecurityEvent.objects.get(account=stranger.id)
    assert [line["account"]["username"] for line in read(manager)["events"]] == ["asha"]
    assert read(manager, account=stranger.id)["events"] == []
    answers = [Api(manager).get(PATH, query_params={"before": str(each)}) for each in (theirs.id, uuid4())]
    assert {(answer.status_code, answer.content) for answer in answers} == {(422, answers[0].content)}
    assert answers[0].json()["code"] == "page_not_known"


@pytest.mark.parametrize(
    "query", ["before=x", "limit=0", "limit=201", "limit=many", "kind=dreamt", "account=7", "before=%00"]
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(query, manager):
    answer = Api(manager).get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_employees_do_not_read_it(asha):
    assert Api(asha).get(PATH).status_code == 403


@pytest.mark.parametrize("query", [{"acount": "x"}, {"": "null"}])
def test_a_filter_that_there_is_not_is_refused(manager, query):
    answer = Api(manager).get(PATH, query_params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "There is no filter" in answer.json()["detail"]
