"""The one way to Setu: builds the client from the settings. Tests put another transport behind it."""

import hashlib

import httpx
from django.conf import settings

from signing.calls import CountedClient, counted
from signing.setu.client import SetuClient
from signing.setu.files import fetch_signed

FILE_MAX_BYTES = 50 * 1024 * 1024

_client: SetuClient | None = None
_transport: httpx.BaseTransport | None = None


def setu_client() -> SetuClient:
    """This process's client; thread-safe."""
    global _client
    if _client is None:
        _client = CountedClient(
            base_url=settings.SETU_BASE_URL,
            client_id=settings.SETU_CLIENT_ID,
            client_secret=settings.SETU_CLIENT_SECRET,
            product_instance_id=settings.SETU_PRODUCT_INSTANCE_ID,
            transport=_transport,
        )
    return _client


@counted("file")
def signed_bytes(url: str) -> bytes:
    """The file behind a download link. Raises SetuUnavailable, LinkExpired, LinkRefused. Safe to repeat."""
    return fetch_signed(
        url,
        allowed_hosts=settings.SETU_DOWNLOAD_HOSTS,
        allow_http=settings.DEV,
        max_bytes=FILE_MAX_BYTES,
        transport=_transport,
    )


def account_fingerprint() -> str:
    """Which Setu account the settings name. Requests opened with another one cannot be asked about."""
    account = "\n".join((settings.SETU_BASE_URL, settings.SETU_CLIENT_ID, settings.SETU_PRODUCT_INSTANCE_ID))
    return hashlib.sha256(account.encode()).hexdigest()


def plug(transport: httpx.BaseTransport | None) -> None:
    """Send what follows through this transport instead of the network; None goes back to the network."""
    global _client, _transport
    if _client is not None:
        _client.close()
    _client, _transport = None, transport
