"""Who may reach the control: not another site's page in the browser of somebody who runs a stand-in.

Programs send no Origin and are let in. A browser says where a request comes from; and a name that an attacker
lets point to this machine is not one of ours, so that neither forms nor rebinding get through.
"""

import hmac
import ipaddress
from urllib.parse import urlsplit

from werkzeug.wrappers import Request as HttpRequest

LOCAL = ("localhost", "127.0.0.1", "::1")


def refusal(http: HttpRequest, public_url: str) -> str | None:
    """A sentence why the request must not be answered; None if it may be."""
    if not _ours(http.host, public_url):
        return "The control answers to addresses of this machine only."
    if http.method in ("GET", "HEAD"):
        return None
    site, origin = http.headers.get("Sec-Fetch-Site", "none"), http.headers.get("Origin")
    same = origin is None or urlsplit(origin).netloc == http.host
    if site not in ("none", "same-origin") or not same:
        return "Another site's page may not use the control."
    return None


def token_fits(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _ours(host: str, public_url: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name in LOCAL or name == urlsplit(public_url).hostname:
        return True
    try:
        ipaddress.ip_address(name)  # a number cannot be rebound
    except ValueError:
        return False
    return True
