import itertools

import httpx
import pytest

from signing.setu import files
from signing.setu.errors import LinkExpired, LinkRefused, SetuUnavailable
from signing.setu.files import fetch_signed

HOSTS = ["amazonaws.com", "files.setu.co"]
LINK = "https://signed.s3.amazonaws.com/b1f0.pdf?X-Amz-Signature=made-up"
PDF = b"%PDF-1.7 and so on"


def fetched(url=LINK, answer=None, *, hosts=HOSTS, allow_http=False, max_bytes=1_000, clock=None):
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer or httpx.Response(200, content=PDF)

    content = fetch_signed(
        url,
        allowed_hosts=hosts,
        allow_http=allow_http,
        max_bytes=max_bytes,
        deadline=5.0,
        transport=httpx.MockTransport(handler),
        **({"clock": clock} if clock else {}),
    )
    return content, asked


def test_the_bytes_behind_a_link_are_fetched_without_any_credentials():
    content, (request,) = fetched()
    assert content == PDF
    assert str(request.url) == LINK
    assert "authorization" not in request.headers
    assert not [name for name in request.headers if name.startswith("x-")]


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://files.setu.co/1", HOSTS),
        ("https://FILES.SETU.CO/1", HOSTS),
        ("https://a.files.setu.co:443/1", HOSTS),
        ("https://files.setu.co/1", [".setu.co"]),
        ("https://files.setu.co/1", [" Setu.CO "]),
    ],
)
def test_a_name_stands_for_itself_and_what_is_below(url, hosts):
    assert fetched(url, hosts=hosts)[0] == PDF


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://evil.example/1", HOSTS),
        ("https://evilamazonaws.com/1", HOSTS),
        ("https://amazonaws.com.evil.example/1", HOSTS),
        ("https://amazonaws.com@evil.example/1", HOSTS),
        ("https://user:pass@files.setu.co/1", HOSTS),
        ("https://evil.example\\@files.setu.co/1", HOSTS),
        ("https://evil.example#@files.setu.co/1", HOSTS),
        ("https://files.setu.co./1", HOSTS),
        ("https://169.254.169.254/latest", ["254.169.254", "169.254"]),
        ("https://8.8.8.8/1", ["8.8.8.8"]),
        ("https://a.files.setu.co:8443/1", HOSTS),
        ("https://files.setu.co/1", []),
        ("https://files.setu.co/1", ["", ".", " "]),
        ("http://files.setu.co/1", HOSTS),
        ("ftp://files.setu.co/1", HOSTS),
        ("file:///etc/passwd", HOSTS),
        ("//files.setu.co/1", HOSTS),
        ("/1", HOSTS),
        ("", HOSTS),
        ("https://files.setu.co/\n1", HOSTS),
        ("https://[::1/1", HOSTS),
        ("https:///1", HOSTS),
    ],
)
def test_a_link_elsewhere_is_refused_before_a_byte_is_sent(url, hosts):
    with pytest.raises(LinkRefused) as caught:
        fetched(url, AssertionError("asked"), hosts=hosts)
    assert "/1" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_plain_http_is_for_this_machine_in_development(host):
    url = f"http://{host}:9000/1"
    assert fetched(url, hosts=[host.strip("[]")], allow_http=True)[0] == PDF
    with pytest.raises(LinkRefused):
        fetched(url, hosts=[host.strip("[]")], allow_http=False)
    with pytest.raises(LinkRefused):
        fetched(url, hosts=HOSTS, allow_http=True)


@pytest.mark.parametrize("host", ["files.setu.co", "localhost.evil.example", "10.0.0.1", "[fe80::1]"])
def test_plain_http_never_leaves_this_machine(host):
    with pytest.raises(LinkRefused):
        fetched(f"http://{host}/1", hosts=[host.strip("[]"), *HOSTS], allow_http=True)


@pytest.mark.parametrize("status", [401, 403, 410])
def test_a_dead_link_asks_for_a_new_one(status):
    body = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
    with pytest.raises(LinkExpired) as caught:
        fetched(answer=httpx.Response(status, content=body))
    assert caught.value.status == status


@pytest.mark.parametrize("status", [204, 206, 301, 307, 400, 404, 429, 500, 503])
def test_any_other_answer_means_later(status):
    headers = {"Location": "https://files.setu.co/2", "Retry-After": "7"}
    with pytest.raises(SetuUnavailable) as caught:
        fetched(answer=httpx.Response(status, headers=headers))
    assert not isinstance(caught.value, LinkExpired)
    assert (caught.value.status, caught.value.retry_after) == (status, 7.0)


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("down"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
    ],
)
def test_a_broken_transfer_means_later_and_its_error_does_not_show_the_link(fault):
    with pytest.raises(SetuUnavailable) as caught:
        fetched(answer=fault)
    assert str(caught.value) == f"storage: {type(fault).__name__}"
    assert caught.value.__cause__ is None


def test_a_file_over_the_limit_is_given_up():
    served = []

    def endless():
        while True:
            served.append(1)
            yield b"%PDF-" + b"x" * 395

    with pytest.raises(SetuUnavailable, match="TooMuch"):
        fetched(answer=httpx.Response(200, content=endless()), max_bytes=1_000)
    assert len(served) == 3


def test_a_file_of_exactly_the_limit_is_taken():
    content = b"%PDF-".ljust(1_000, b"x")
    assert fetched(answer=httpx.Response(200, content=content))[0] == content


@pytest.mark.parametrize("content", [b"<html>%PDF-", b"\n%PDF-1.7", b"PK\x03\x04", b"%PDF", b""])
def test_what_does_not_begin_as_a_pdf_is_left_at_once(content):
    served = []

    def page():
        for piece in (content[:2], content[2:], *([b"x" * 100] * 5)):
            served.append(piece)
            yield piece

    with pytest.raises(SetuUnavailable, match="storage: not_a_pdf"):
        fetched(answer=httpx.Response(200, content=page()))
    assert len(served) <= 3


@pytest.mark.parametrize("content", [b"", b"%PD"])
def test_a_file_that_ends_too_soon_is_the_verifiers_to_judge(content):
    assert fetched(answer=httpx.Response(200, content=content))[0] == content


def test_a_trickled_file_is_given_up_at_the_deadline():
    now = [0.0]

    def trickle():
        for letter in itertools.chain(b"%PDF-", itertools.repeat(120)):
            now[0] += 1.0
            yield bytes([letter])

    with pytest.raises(SetuUnavailable, match="DeadlinePassed"):
        fetched(answer=httpx.Response(200, content=trickle()), clock=lambda: now[0])
    assert now[0] == 6.0


def test_one_pool_serves_the_whole_process():
    files._client.cache_clear()
    try:
        assert files._client() is files._client()
    finally:
        files._client().close()
        files._client.cache_clear()
