"""The other origin: where download links lead. It serves bytes, and knows nothing of client credentials."""

from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from tests.standin.core import Core
from tests.standin.decoys import other_document
from tests.standin.errors import ApiError
from tests.standin.faults import Fault
from tests.standin.faulty import before, lost, sent
from tests.standin.links import link_holds
from tests.standin.pades import SigningFailed
from tests.standin.signatures import settled, signed_file
from tests.standin.state import Document


class Downloads:
    """Answers as an object store would: the bytes, or XML that says no."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._others: dict[
            int, bytes
        ] = {}  # by signatures: a store that mixed files up answers the same again

    def respond(self, http: HttpRequest) -> Response:
        with self.core.lock:
            self.core.calls["file"] += 1
        kind, _, file = http.path.strip("/").partition("/")
        id_ = file.removesuffix(".pdf")
        if http.method not in ("GET", "HEAD"):
            return refusal(405, "MethodNotAllowed")
        if "Authorization" in http.headers or any(
            name.lower().startswith(("x-client-", "x-product-")) for name, _ in http.headers
        ):
            return refusal(400, "InvalidArgument", "Only one auth mechanism is allowed.")
        faults = self.core.faults.take("file", id_)
        if instead := before(faults, self.core.ids.new):
            return instead
        lost(faults, "file")
        holds = link_holds(
            self.core, kind, id_, *(http.args.get(k, "") for k in ("X-Expires", "X-Signature"))
        )
        if not holds or "expired_link" in faults:
            return refusal(403, "AccessDenied", "Request has expired")
        try:
            document = signed_file(self.core, id_) if kind == "signed" else settled(self.core, id_)
        except (KeyError, ApiError):
            return refusal(404, "NoSuchKey", "The specified key does not exist.")
        except SigningFailed:
            return refusal(500, "InternalError", "We encountered an internal error. Please try again.")
        return sent(self._file(document, faults), faults)

    def _file(self, document: Document, faults: dict[str, Fault]) -> Response:
        with self.core.lock:
            content, signatures = document.content, document.signatures
            if "missing_signature" in faults:
                content = document.revision(max(signatures - 1, 0))
            if "unsigned" in faults:
                content = document.revision(0)
        if "wrong_file" in faults:
            if signatures not in self._others:
                self._others[signatures] = other_document(self.core, signatures)
            content = self._others[signatures]
        if "truncated" in faults:
            content = content[: len(content) * 2 // 3]
        if "not_pdf" in faults:
            content = b"<html><body>Service unavailable</body></html>"
        if "empty" in faults:
            content = b""
        return Response(content, content_type="application/pdf")


def refusal(status: int, code: str, message: str = "") -> Response:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'
    return Response(body, status=status, content_type="application/xml")
