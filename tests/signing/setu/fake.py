"""A Setu that answers one thing."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from signing.setu.client import NewSigner, SetuClient
from signing.setu.errors import SetuError, SetuUnavailable

HTML = b"<html><head><title>nginx</title></head><body>secret-in-a-body</body></html>"
SIGNER = NewSigner(
    identifier="sgn-001",
    display_name="Asha Rao",
    birth_year=None,
    pages=[1],
    position="bottom-left",
    height=60,
    width=180,
)


def client(handler: Callable[[httpx.Request], httpx.Response] | None = None, **options: Any) -> SetuClient:
    if handler:
        options["transport"] = httpx.MockTransport(handler)
    return SetuClient(
        base_url="https://dg-sandbox.setu.co",
        client_id="our-id",
        client_secret="our-secret",
        product_instance_id="our-product",
        **options,
    )


def failure(answer: httpx.Response | Exception, **options: Any) -> SetuError:
    """What a create raises when this is the answer."""

    def handler(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    setu = client(handler, **options)
    with pytest.raises(SetuError) as caught:
        setu.create(document_id="d1", redirect_url="https://a.example", reason=None, signers=[SIGNER])
    setu.close()
    return caught.value


def unavailable(answer: httpx.Response | Exception, **options: Any) -> SetuUnavailable:
    error = failure(answer, **options)
    assert isinstance(error, SetuUnavailable)
    return error
