"""While a token is being replaced the console tells which of them Setu still uses, and shows none."""

from core import counters
from tests.builders import make_request
from webhooks.models import InboundDelivery
from webhooks.tokens import fingerprint, token_came

NEW, OLD, GONE = "new-" + "n" * 20, "old-" + "o" * 20, "gone-" + "g" * 20


def came(token: str) -> InboundDelivery:
    token_came(fingerprint(token))
    counters.flush()
    return InboundDelivery.objects.create(
        digest=token, setu_id="setu-1", size=1, token_fingerprint=fingerprint(token)
    )


def test_the_front_page_tells_when_each_token_last_came(desk, settings):
    settings.SETU_CALLBACK_TOKENS = [NEW]
    assert "token" not in desk.get().split("Setu&#x27;s callbacks")[-1]
    settings.SETU_CALLBACK_TOKENS = [NEW, OLD]
    came(OLD)
    page = desk.get()
    assert "With the current token" in page
    assert "With the old token (no. 2)" in page
    assert "none yet" in page
    assert "rotate_callback_token --drop" in page
    assert not any(token in page or fingerprint(token) in page for token in (NEW, OLD))


def test_a_deliverys_page_tells_which_token_it_came_with(desk, settings, manager, asha):
    make_request(by=manager, signers=[asha])
    settings.SETU_CALLBACK_TOKENS = [NEW, OLD]
    for token, words in (
        (NEW, "the current one"),
        (OLD, "an old one (no. 2 of the setting)"),
        (GONE, "one that is no longer valid"),
    ):
        page = desk.get(f"webhooks/inbounddelivery/{came(token).id}/change/")
        assert words in page
        assert token not in page.replace(f"{token}</div>", "")  # its digest is the token, in this test
        assert fingerprint(token) not in page
