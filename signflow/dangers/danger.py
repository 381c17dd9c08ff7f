"""One danger, and words to recognise it by."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Danger:
    """id: E stops the start, W is a warning. says: a sentence about the setting, without its value.

    found: whether these settings (an object with their names) hold it. always: in development too.
    at_start: False for what is about the apps, which are not loaded when settings are read.
    """

    id: str
    says: str
    hint: str
    found: Callable[[Any], bool]
    always: bool = False
    at_start: bool = True

    @property
    def stops(self) -> bool:
        return ".E" in self.id


def https(url: str) -> bool:
    return url.startswith("https://")


def host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def near(name: str) -> bool:
    """This machine, or a name without a dot, as networks of containers have: nobody stands in between."""
    if not name or name.startswith("/"):  # a socket in the file system
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return "." not in name


def weak(secret: str, *, length: int, letters: int = 5) -> bool:
    """Too short, or of a few letters repeated, or Django's placeholder."""
    return len(secret) < length or len(set(secret)) < letters or secret.startswith("django-insecure-")
