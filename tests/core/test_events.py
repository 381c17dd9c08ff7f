from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from core.events import chain_broken_at, event_append, link_digest
from core.models import Event, EventPayload

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain() -> UUID:
    """A chain of four links, each with a payload."""
    chain = uuid4()
    for number in range(1, 5):
        event_append(chain=chain, kind=f"tests.{number}", number=number, name="Zoë", nested={"a": [1, None]})
    return chain


def link(chain: UUID, seq: int) -> Event:
    return Event.objects.get(chain=chain, seq=seq)


def test_a_chain_grows_by_one_and_holds(chain, manager):
    assert [event.seq for event in Event.objects.filter(chain=chain).order_by("seq")] == [1, 2, 3, 4]
    event = event_append(chain=chain, kind="tests.5", actor=manager)
    assert (event.seq, event.actor) == (5, manager.id)
    assert chain_broken_at(chain) is None


def test_an_unknown_chain_is_empty_and_holds():
    assert chain_broken_at(uuid4()) is None


def test_chains_are_counted_apart(chain):
    other = uuid4()
    assert event_append(chain=other, kind="tests.1").seq == 1
    assert chain_broken_at(other) is None


def test_each_digest_covers_the_one_before(chain):
    second, third = link(chain, 2), link(chain, 3)
    assert third.digest == link_digest(third, before=second.digest)
    assert third.digest != link_digest(third, before=link(chain, 1).digest)


@pytest.mark.parametrize(
    "edit",
    [
        {"kind": "tests.forged"},
        {"at": "2020-01-01T00:00:00Z"},
        {"actor": UUID(int=7)},
        {"payload_digest": "0" * 64},
        {"digest": "0" * 64},
        {"seq": 9},
    ],
)
def test_an_edited_link_is_found(edit, chain):
    Event.objects.filter(chain=chain, seq=2).update(**edit)
    assert chain_broken_at(chain) == 2


def test_an_edit_with_a_fresh_digest_is_found_at_the_next_link(chain):
    event = link(chain, 2)
    event.kind = "tests.forged"
    event.digest = link_digest(event, before=link(chain, 1).digest)
    event.save()
    assert chain_broken_at(chain) == 3


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_a_deleted_link_is_found(seq, chain):
    link(chain, seq).delete()
    assert chain_broken_at(chain) == seq


def test_two_links_that_changed_places_are_found(chain):
    for old, new in ((2, 9), (3, 2), (9, 3)):
        Event.objects.filter(chain=chain, seq=old).update(seq=new)
    assert chain_broken_at(chain) == 2


def test_a_link_moved_to_another_chain_is_found(chain):
    other = uuid4()
    Event.objects.filter(chain=chain, seq=1).update(chain=other)
    assert chain_broken_at(other) == 1


def test_an_edited_payload_is_found(chain):
    EventPayload.objects.filter(event=link(chain, 3)).update(data={"number": 99})
    assert chain_broken_at(chain) == 3


def test_payloads_that_changed_places_are_found(chain):
    EventPayload.objects.filter(event=link(chain, 2)).update(data={"number": 3, "name": "Zoë"})
    assert chain_broken_at(chain) == 2


def test_an_erased_payload_leaves_the_chain_whole(chain):
    EventPayload.objects.filter(event=link(chain, 3)).delete()
    assert chain_broken_at(chain) is None


def test_the_same_payload_has_another_digest_each_time(chain):
    """Otherwise an erased payload could be guessed."""
    digests = {event_append(chain=chain, kind="tests", name="Asha").payload_digest for _ in range(3)}
    assert len(digests) == 3


def test_a_place_in_a_chain_is_taken_once(chain):
    with pytest.raises(IntegrityError):
        Event.objects.create(
            chain=chain, seq=4, kind="tests", at="2026-01-01T00:00:00Z", payload_digest="", digest=""
        )
