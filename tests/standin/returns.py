"""The signer's way back: `redirectUrl` with the result's parameters joined on."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from tests.standin.core import Core
from tests.standin.errcodes import message
from tests.standin.state import Request, Signer


@dataclass(frozen=True)
class Way:
    """Where the browser goes. missing: it stays; repeated: it comes twice."""

    url: str
    missing: bool = False
    repeated: bool = False


def way_back(core: Core, request: Request, signer: Signer, err_code: str | None) -> Way:
    """The way after an attempt, faults included. `signerIdentifier` is Setu's signer id, as in its template."""
    faults = core.faults.take("return", request.id)
    request_id, signer_id, success = request.id, signer.id, not err_code
    if lie := faults.get("redirect_forged"):
        kind = lie.arg("kind")
        success = not success if kind == "opposite" else True
        signer_id = core.ids.new() if kind == "unknown_signer" else signer_id
        request_id = core.ids.new() if kind == "unknown_request" else request_id
        err_code = None if success else err_code or "signer_declined"
    word = str(success) if core.switches.capital_booleans else str(success).lower()
    params = {"id": request_id, "success": word, "signerIdentifier": signer_id}
    if err_code:
        params |= {"errCode": err_code, "errorMessage": message(err_code)}
    url = joined(request.redirect_url, params, naive=core.switches.naive_join)
    return Way(url, missing="redirect_missing" in faults, repeated="redirect_repeated" in faults)


def joined(address: str, params: dict[str, str], *, naive: bool) -> str:
    """naive: with a second “?” where the address has a query already."""
    if naive:
        return f"{address}?{urlencode(params)}"
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, urlencode(params))))
    return urlunsplit(parts._replace(query=query))


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
