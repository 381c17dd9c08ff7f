"""What can go wrong at Setu, and the envelope every documented error is wrapped in."""

from werkzeug.wrappers import Response

from tests.standin.wire import json_response


class ApiError(Exception):
    """An error that the API answers with the envelope.

    code: Setu's machine-readable word; detail: human text, which Setu does not promise to keep.
    """

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail

    def response(self, trace_id: str) -> Response:
        return envelope(self.status, self.code, self.detail, trace_id)


class SessionRefused(Exception):
    """A signer's link cannot start or go on.

    code: `document_already_signed`, `document_not_found`, `session_expired`, or `someone_else_is_signing`
    (our word: Setu documents none for a locked-out signer).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ConnectionLost(ConnectionError):
    """The answer never comes. In process it reaches the caller; over HTTP the socket just closes."""


def envelope(status: int, code: str, detail: str, trace_id: str) -> Response:
    return json_response({"error": {"code": code, "detail": detail, "traceId": trace_id}}, status)


def invalid_payload(detail: str) -> ApiError:
    return ApiError(400, "invalid_payload", detail)


def invalid_document(detail: str) -> ApiError:
    return ApiError(400, "invalid_document", detail)


def unauthorized() -> ApiError:
    return ApiError(401, "unauthorized", "Missing or wrong client credentials.")


def document_not_found() -> ApiError:
    return ApiError(404, "document_not_found", "No such document.")


def request_not_found() -> ApiError:
    return ApiError(404, "signature_request_not_found", "No such signature request.")


def document_not_signed() -> ApiError:
    return ApiError(400, "document_not_signed", "The document has not been signed by every signer.")
