"""How long and how large an answer may be, and what errors let out."""

import httpx
import pytest

from signing.setu.errors import SetuDenied, SetuUnavailable
from tests.samples import setu_sample

from .fake import HTML, client, failure, unavailable

# Time and size


def test_a_trickled_answer_is_given_up_at_the_deadline():
    now = [0.0]

    def trickle():
        while True:
            now[0] += 4.0
            yield b" "

    error = unavailable(httpx.Response(201, content=trickle()), clock=lambda: now[0])
    assert error.maybe_done is True
    assert now[0] == 16.0  # create has 15 s


def test_an_endless_answer_is_given_up():
    def endless():
        while True:
            yield b" " * 1_000_000

    assert unavailable(httpx.Response(201, content=endless())).maybe_done is True


def test_a_failure_whose_body_never_ends_is_still_that_failure():
    def endless():
        while True:
            yield b" " * 1_000_000

    assert isinstance(failure(httpx.Response(403, content=endless())), SetuDenied)


def test_an_upload_that_is_taken_too_slowly_is_given_up():
    now = [0.0]

    class SlowReceiver(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            assert isinstance(request.stream, httpx.SyncByteStream)
            for _ in request.stream:
                now[0] += 10.0
            return httpx.Response(201, content=setu_sample("upload"))

    setu = client(transport=SlowReceiver(), clock=lambda: now[0])
    with pytest.raises(SetuUnavailable) as caught:
        setu.upload(name="Large", content=b"x" * 1_000_000)
    setu.close()
    assert caught.value.maybe_done is True
    assert now[0] < 100  # a patient sender would have needed 160


# What errors let out


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(403, content=HTML),
        httpx.Response(502, content=HTML),
        httpx.Response(201, content=HTML),
        httpx.Response(413, content=HTML),
        httpx.Response(400, content=b'{"error": {"code": "c", "detail": "secret-in-a-body", "traceId": ""}}'),
        httpx.ReadTimeout("secret-in-a-body"),
    ],
)
def test_an_errors_text_holds_no_header_no_address_and_no_body(answer):
    error = failure(answer)
    shown = f"{error} {error!r} {error.args}"
    for unwanted in ("our-", "secret", "setu.co", "html"):
        assert unwanted not in shown
    # Error reporters show causes with their local variables.
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
