"""Of X-Forwarded-For only what our own proxies wrote is believed."""

import pytest
from django.test import RequestFactory

from core.address import client_address


@pytest.mark.parametrize(
    ("trusted", "header", "address"),
    [
        (0, None, "198.51.100.7"),
        (0, "203.0.113.9", "198.51.100.7"),
        (1, None, "198.51.100.7"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "198.51.100.7"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:DB8:0::1", "2001:db8::1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "unknown", "198.51.100.7"),
        (1, "203.0.113.9, <script>", "198.51.100.7"),
        (1, "", "198.51.100.7"),
    ],
)
def test_the_callers_address(trusted, header, address, settings):
    settings.TRUSTED_PROXIES = trusted
    headers = {} if header is None else {"X-Forwarded-For": header}
    request = RequestFactory(headers=headers, REMOTE_ADDR="198.51.100.7").get("/")
    assert client_address(request) == address


def test_a_server_behind_a_socket_file_knows_no_address():
    assert client_address(RequestFactory(REMOTE_ADDR="").get("/")) == ""
