"""Whose address a request comes from. Of X-Forwarded-For only what our own proxies wrote is believed."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The caller's address as the outermost trusted proxy saw it; empty where none can be told."""
    peer = str(request.META.get("REMOTE_ADDR") or "")
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    trusted = settings.TRUSTED_PROXIES
    if 0 < trusted <= len(hops):  # fewer hops: it came around one of the proxies
        return _address(hops[-trusted]) or _address(peer)
    return _address(peer)


def neighbourhood(address: str) -> str:
    """The network around an address, /24 or (IPv6) /48: which office or provider it was, not whose machine."""
    if not address:
        return ""
    found = ip_address(address.partition("%")[0])
    return str(ip_network(f"{found}/{48 if isinstance(found, IPv6Address) else 24}", strict=False))


def _address(text: str) -> str:
    """As written by IPv4, IPv6 or a proxy that adds the port; empty if it is none of these."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
