"""Where a callback comes from is a signal: it is told, and nothing is refused for it."""

from ipaddress import ip_network

import pytest

from core.models import Job
from tests.webhooks.notices import notice, post
from tests.webhooks.test_refusals import counted


@pytest.fixture(autouse=True)
def setus_networks(settings) -> None:
    settings.SETU_CALLBACK_NETWORKS = [ip_network("203.0.113.0/24"), ip_network("2001:db8:5::/48")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "elsewhere"),
    [
        ("203.0.113.9", "", 0, False),
        ("2001:db8:5::9", "", 0, False),
        ("::ffff:203.0.113.9", "", 0, False),
        ("198.51.100.7", "", 0, True),
        ("2001:db8:6::9", "", 0, True),
        ("", "", 0, True),
        ("198.51.100.7", "203.0.113.9", 0, True),  # the header is the caller's own where no proxy is trusted
        ("10.0.0.1", "198.51.100.7, 203.0.113.9", 1, False),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", 1, True),
    ],
)
def test_a_callback_from_elsewhere_is_taken_and_told(
    peer, forwarded, proxies, elsewhere, client, open_request, settings, caplog
):
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    client.defaults["REMOTE_ADDR"] = peer
    assert post(client, notice(), **headers).status_code == 200
    assert Job.objects.get(subject=open_request.id).cause == "callback"
    assert counted() == {"kept": 1} | ({"elsewhere": 1} if elsewhere else {})
    told = [record for record in caplog.records if record.message == "webhooks.elsewhere"]
    assert len(told) == elsewhere
    assert all(record.network in ("", "198.51.100.0/24", "2001:db8:6::/48") for record in told)


def test_where_setus_networks_are_not_known_no_address_is_odd(client, open_request, settings):
    settings.SETU_CALLBACK_NETWORKS = []
    assert post(client, notice()).status_code == 200
    assert counted() == {"kept": 1}
