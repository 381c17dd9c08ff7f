import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from signing.setu.client import NewSigner, SetuClient
from tests.samples import setu_sample

Handler = Callable[[httpx.Request], httpx.Response]
ASHA = NewSigner(
    identifier="sgn-001",
    display_name="Asha Rao",
    birth_year=1990,
    pages=[1, 4],
    position="bottom-left",
    height=60,
    width=180,
)
RAVI = NewSigner(
    identifier="sgn-002",
    display_name="Ravi Sen",
    birth_year=None,
    pages=[4],
    position="bottom-right",
    height=60,
    width=180,
)


class Setu:
    """What stands at the other end: answers one thing, remembers what it was asked."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.asked: list[httpx.Request] = []
        self.client = SetuClient(
            base_url="https://dg-sandbox.setu.co",
            client_id="our-id",
            client_secret="our-secret",
            product_instance_id="our-product",
            transport=httpx.MockTransport(self._handle),
        )

    def _handle(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        return self.answer

    @property
    def request(self) -> httpx.Request:
        (only,) = self.asked
        return only


@pytest.fixture
def setu() -> Iterator[Callable[..., Setu]]:
    opened: list[Setu] = []

    def answering(status: int, sample: str | None = None, **response: Any) -> Setu:
        if sample:
            response["content"] = setu_sample(sample)
        opened.append(Setu(httpx.Response(status, **response)))
        return opened[-1]

    yield answering
    for each in opened:
        each.client.close()


def test_every_call_carries_our_three_headers_and_no_others(setu):
    world = setu(200, "signature_pending")
    world.client.signature("b1f0")
    headers = world.request.headers
    assert headers["x-client-id"] == "our-id"
    assert headers["x-client-secret"] == "our-secret"
    assert headers["x-product-instance-id"] == "our-product"
    assert "authorization" not in headers
    assert headers["accept-encoding"] == "identity"


def test_an_upload_sends_the_file_and_its_name_and_no_password(setu):
    world = setu(201, "upload")
    found = world.client.upload(
        name="Services agreement \u2013 \u0938\u0947\u0935\u093e", content=b"%PDF-1.7"
    )
    assert found == "3f6c1f0e-6a57-4c0e-9d0b-52f1a1c7a001"
    request = world.request
    assert (request.method, request.url.path) == ("POST", "/api/documents")
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert int(request.headers["content-length"]) == len(request.content)
    assert b'name="document"; filename="document.pdf"\r\nContent-Type: application/pdf' in request.content
    assert b'name="name"' in request.content
    assert "\u0938\u0947\u0935\u093e".encode() in request.content
    assert b"%PDF-1.7" in request.content
    assert b"password" not in request.content


def test_a_create_sends_the_documented_body(setu):
    world = setu(201, "signature_created")
    seen = world.client.create(
        document_id="d1", redirect_url="https://a.example/r/1", reason="Agreement", signers=[ASHA, RAVI]
    )
    assert seen.status == "sign_initiated"
    assert (world.request.method, world.request.url.path) == ("POST", "/api/signature")
    assert json.loads(world.request.content) == {
        "documentId": "d1",
        "redirectUrl": "https://a.example/r/1",
        "reason": "Agreement",
        "signers": [
            {
                "identifier": "sgn-001",
                "displayName": "Asha Rao",
                "birthYear": "1990",
                "signature": {
                    "onPages": ["1", "4"],
                    "position": "bottom-left",
                    "height": 60,
                    "width": 180,
                },
            },
            {
                "identifier": "sgn-002",
                "displayName": "Ravi Sen",
                "signature": {"onPages": ["4"], "position": "bottom-right", "height": 60, "width": 180},
            },
        ],
    }


@pytest.mark.parametrize("reason", [None, ""])
def test_a_create_without_reason_leaves_it_out(setu, reason):
    world = setu(201, "signature_created")
    world.client.create(document_id="d1", redirect_url="https://a.example", reason=reason, signers=[ASHA])
    assert "reason" not in json.loads(world.request.content)


def test_a_request_is_read_by_its_id(setu):
    world = setu(200, "signature_pending")
    seen = world.client.signature("b1f0")
    assert (world.request.method, world.request.url.path) == ("GET", "/api/signature/b1f0")
    assert [one.err_code for one in seen.signers] == ["invaild_otp", None]


def test_a_download_link_is_asked_for(setu):
    world = setu(200, "download")
    assert world.client.download_link("b1f0").url.startswith("https://signed-files.s3.")
    assert (world.request.method, world.request.url.path) == ("GET", "/api/signature/b1f0/download")


def test_a_delete_is_a_post_with_an_empty_answer(setu):
    world = setu(204)
    world.client.delete("b1f0")
    assert (world.request.method, world.request.url.path) == ("POST", "/api/signature/b1f0/delete")


def test_deleting_what_is_gone_is_done(setu):
    world = setu(404, "error_not_found")
    world.client.delete("b1f0")
    assert len(world.asked) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_any_success_will_do(setu, status):
    assert setu(status, "signature_created").client.signature("b1f0").status == "sign_initiated"


def test_an_id_stays_one_segment_of_the_path(setu):
    world = setu(200, "signature_pending")
    world.client.signature("../a/b?c=d#e%2f\u20b9")
    assert world.request.url.raw_path == b"/api/signature/..%2Fa%2Fb%3Fc%3Dd%23e%252f%E2%82%B9"


def test_a_base_url_may_end_in_a_slash():
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return httpx.Response(204)

    client = SetuClient(
        base_url="https://gateway.example/setu/",
        client_id="i",
        client_secret="s",
        product_instance_id="p",
        transport=httpx.MockTransport(handle),
    )
    client.delete("b1f0")
    client.close()
    assert seen == ["/setu/api/signature/b1f0/delete"]


def test_cookies_are_not_kept(setu):
    world = setu(200, "signature_pending", headers={"Set-Cookie": "AWSALB=1; Path=/"})
    world.client.signature("b1f0")
    world.client.signature("b1f0")
    assert "cookie" not in world.asked[1].headers
