"""Links to files that end: signed with the stand-in's own key, in the manner of an object store."""

import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import urlencode

from tests.standin.core import Core


def signed_link(core: Core, kind: str, id: str, *, age: float = 0) -> tuple[str, datetime]:  # noqa: A002
    """A link to a file and the moment it ends. age: seconds of its life already over.

    kind: `signed` with a request's id, or `document` with a document's.
    """
    until = core.clock.now() + timedelta(seconds=core.settings.link_seconds - age)
    expires = str(int(until.timestamp()))
    query = urlencode({"X-Expires": expires, "X-Signature": _seal(core, kind, id, expires)})
    return f"{core.settings.download_url}/{kind}/{id}.pdf?{query}", until


def link_holds(core: Core, kind: str, id: str, expires: str, seal: str) -> bool:  # noqa: A002
    """Whether the link was ours and has not ended."""
    genuine = hmac.compare_digest(_seal(core, kind, id, expires).encode(), seal.encode())
    return genuine and core.clock.now().timestamp() < int(expires)


def _seal(core: Core, *parts: str) -> str:
    return hmac.new(core.link_key, "\n".join(parts).encode(), hashlib.sha256).hexdigest()
