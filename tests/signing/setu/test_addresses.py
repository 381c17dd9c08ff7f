import pytest

from signing.setu.addresses import is_address, is_loopback, is_public

from .hostile_links import LEADING_INSIDE


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "52.219.156.1",
        "1.1.1.1",
        "172.15.255.255",
        "172.32.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "223.255.255.255",
        "2001:4860:4860::8888",
        "2600:1f18::1",
        "2406:da1a::1",
        "2001:200::1",
        "2003::1",
    ],
)
def test_the_public_internet(address):
    assert is_public(address)


@pytest.mark.parametrize("address", [found[0] for found in LEADING_INSIDE if len(found) == 1])
def test_all_else_is_not_public(address):
    assert not is_public(address)


def test_this_machine():
    assert all(map(is_loopback, ["127.0.0.1", "127.255.0.1", "::1"]))
    assert not any(map(is_loopback, ["8.8.8.8", "0.0.0.0", "::", "localhost", "::ffff:8.8.8.8", ""]))  # noqa: S104


def test_what_an_address_is():
    assert is_address("::1")
    assert not is_address("files.setu.co")
