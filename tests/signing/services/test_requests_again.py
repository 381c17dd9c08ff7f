"""A document that is asked for again, while its request is being cancelled or when clocks disagree."""

from datetime import timedelta

import pytest

from signing.errors import DocumentInUse
from signing.models import SignatureRequest
from signing.services.cancel import request_cancel
from tests.builders import reloaded
from tests.signing.builders import ask, owed


def test_whoever_asks_again_while_a_cancel_waits_for_setu_is_told(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    run_due()
    request_cancel(request=request, by=manager)
    with pytest.raises(DocumentInUse, match="being cancelled"):
        ask(asha, by=manager, document=request.document)
    owed(request)
    run_due()
    assert reloaded(request).status == "cancelled"
    assert ask(asha, by=manager, document=request.document) != request


def test_r24_a_request_that_a_fast_clock_dated_later_does_not_hide_the_open_one(
    world, manager, asha, run_due
):
    past = ask(asha, by=manager)
    document = past.document
    request_cancel(request=past, by=manager)
    run_due()
    SignatureRequest.objects.filter(id=past.id).update(created_at=past.created_at + timedelta(minutes=10))
    present = ask(asha, by=manager, document=document)
    assert ask(asha, by=manager, document=document) == present
    assert SignatureRequest.objects.count() == 2
