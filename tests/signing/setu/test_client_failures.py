"""Which error each failure becomes."""

import json

import httpx
import pytest

from signing.setu.errors import SetuDenied, SetuNotFound, SetuRefused, SetuUnavailable
from tests.samples import setu_sample

from .fake import HTML, client, failure, unavailable

# Setu says no


@pytest.mark.parametrize(
    ("status", "sample", "code"),
    [
        (400, "error_invalid_document", "invalid_document"),
        (400, "error_invalid_payload", "invalid_payload"),
        (400, "error_not_signed", "document_not_signed"),
        (422, "error_invalid_payload", "invalid_payload"),
    ],
)
def test_a_refusal_keeps_setus_code(status, sample, code):
    error = failure(httpx.Response(status, content=setu_sample(sample)))
    assert type(error) is SetuRefused
    assert (error.status, error.code) == (status, code)
    told = json.loads(setu_sample(sample))["error"]
    assert (error.detail, error.trace_id) == (told["detail"], told["traceId"])


@pytest.mark.parametrize(
    "body", [b"", HTML, b"[]", b'{"error": "no"}', b'{"error": {"code": 7}}', b"[" * 99_999]
)
def test_a_refusal_without_setus_envelope_has_no_code(body):
    error = failure(httpx.Response(413, content=body))
    assert type(error) is SetuRefused
    assert (error.status, error.code, error.detail) == (413, "", "")


def test_a_code_that_looks_like_no_code_is_dropped():
    body = json.dumps({"error": {"code": "a b\nsecret", "detail": "x" * 900, "traceId": "t\n1"}})
    error = failure(httpx.Response(400, content=body))
    assert isinstance(error, SetuRefused)
    assert (error.code, len(error.detail), error.trace_id) == ("", 500, "")


@pytest.mark.parametrize("sample", ["error_not_found", "error_download_not_found"])
def test_gone_is_gone_under_either_code(sample):
    setu = client(lambda request: httpx.Response(404, content=setu_sample(sample)))
    with pytest.raises(SetuNotFound):
        setu.download_link("b1f0")
    setu.close()


@pytest.mark.parametrize("body", [b"", HTML, b'{"detail": "Not Found"}'])
def test_a_404_that_is_not_setus_does_not_say_that_a_request_is_gone(body):
    setu = client(lambda request: httpx.Response(404, content=body))
    with pytest.raises(SetuUnavailable) as caught:
        setu.signature("b1f0")
    assert caught.value.status == 404
    with pytest.raises(SetuUnavailable):
        setu.delete("b1f0")
    setu.close()


@pytest.mark.parametrize("unusable", ["", ".", "..", "...", "x" * 201])
def test_an_id_that_fits_no_path_is_unknown_without_asking(unusable):
    setu = client(lambda request: pytest.fail("asked"))
    with pytest.raises(SetuNotFound):
        setu.signature(unusable)
    setu.close()


# Our keys or network


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [HTML, b"", setu_sample("error_unexpected")])
def test_denied_is_about_us_whatever_the_body(status, body):
    error = failure(httpx.Response(status, content=body))
    assert isinstance(error, SetuDenied)
    assert (error.status, error.maybe_done) == (status, False)


# Try again


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 599])
@pytest.mark.parametrize("body", [HTML, b"", setu_sample("error_unexpected")])
def test_a_fault_behind_the_door_may_have_done_it(status, body):
    error = unavailable(httpx.Response(status, content=body))
    assert (error.status, error.maybe_done) == (status, True)


def test_a_fault_keeps_its_trace_id():
    body = setu_sample("error_unexpected")
    assert unavailable(httpx.Response(500, content=body)).trace_id == "1-65f0aa00-0123456789abcdef01234568"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, headers={"Location": "https://elsewhere.example/"})

    setu = client(handler)
    with pytest.raises(SetuUnavailable) as caught:
        setu.signature("b1f0")
    setu.close()
    assert len(asked) == 1
    assert (caught.value.status, caught.value.maybe_done) == (status, True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        HTML,
        b'{"id": "r1"',
        b'{"id": ""}',
        b'{"id": "r1", "signers": 7}',
        b"\xff\xfe",
    ],
)
@pytest.mark.parametrize("status", [200, 201, 204])
def test_an_unreadable_success_may_have_done_it(status, body):
    error = unavailable(httpx.Response(status, content=body))
    assert error.maybe_done is True


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "30"}, 30.0),
        ({"Retry-After": " 0 "}, 0.0),
        ({"Retry-After": "86400"}, 3600.0),
        ({"Retry-After": "9" * 400}, 3600.0),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "1e9"}, None),
        ({"Retry-After": "Mon, 05 Jan 2026 10:00:45 GMT", "Date": "Mon, 05 Jan 2026 10:00:00 GMT"}, 45.0),
        ({"Retry-After": "Mon, 05 Jan 2026 09:00:00 GMT", "Date": "Mon, 05 Jan 2026 10:00:00 GMT"}, 0.0),
        ({"Retry-After": "Tue, 06 Jan 2026 09:00:00 GMT", "Date": "Mon, 05 Jan 2026 10:00:00 GMT"}, 3600.0),
        ({"Retry-After": "Mon, 05 Jan 1998 09:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 99 Jan 2026 10:00:45 GMT"}, None),
    ],
)
def test_too_many_requests_says_how_long_to_wait(headers, seconds):
    error = unavailable(httpx.Response(429, headers=headers))
    assert (error.status, error.maybe_done, error.retry_after) == (429, False, seconds)


def test_a_fault_may_say_how_long_to_wait_too():
    assert unavailable(httpx.Response(503, headers={"Retry-After": "5"})).retry_after == 5.0


@pytest.mark.parametrize("status", [408, 425])
def test_a_proxys_later_is_no_refusal(status):
    error = unavailable(httpx.Response(status))
    assert (error.status, error.maybe_done) == (status, True)


@pytest.mark.parametrize(
    ("fault", "maybe_done"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("slow"), False),
        (httpx.PoolTimeout("busy"), False),
        (httpx.UnsupportedProtocol("gopher"), False),
        (httpx.ReadTimeout("slow"), True),
        (httpx.ReadError("reset"), True),
        (httpx.WriteTimeout("slow"), True),
        (httpx.WriteError("reset"), True),
        (httpx.CloseError("reset"), True),
        (httpx.RemoteProtocolError("gone"), True),
        (httpx.DecodingError("not gzip"), True),
    ],
)
def test_no_answer_tells_whether_the_call_may_have_taken_effect(fault, maybe_done):
    error = unavailable(fault)
    assert (error.status, error.maybe_done) == (None, maybe_done)
