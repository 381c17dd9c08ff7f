"""What can go wrong in our own terms. One class a cause, each with a machine code and a status.

`detail` is a full sentence for a person; `extra` are further members of the problem (RFC 9457).
"""

from typing import Any, ClassVar


class DomainError(Exception):
    status: ClassVar[int] = 400
    code: str = "bad_request"
    title: str = "The request cannot be carried out"

    def __init__(self, detail: str | None = None, *, code: str | None = None, **extra: Any) -> None:
        self.detail = detail or f"{self.title}."
        self.code = code or self.code
        self.extra = extra
        super().__init__(self.detail)


class NotSignedIn(DomainError):
    status = 401
    code = "not_signed_in"
    title = "Sign in first"


class NotAllowed(DomainError):
    status = 403
    code = "not_allowed"
    title = "Your role does not allow this"


class NotFound(DomainError):
    status = 404
    code = "not_found"
    title = "Not found"


class Conflict(DomainError):
    status = 409
    code = "conflict"
    title = "This does not fit the present state"


class Gone(DomainError):
    status = 410
    code = "gone"
    title = "This is no longer there"


class TooLarge(DomainError):
    status = 413
    code = "too_large"
    title = "This is too large"


class NotSupported(DomainError):
    status = 415
    code = "media_type_not_supported"
    title = "This content type is not supported here"


class Invalid(DomainError):
    status = 422
    code = "invalid"
    title = "Something in the request is not valid"


class TooMany(DomainError):
    """retry_after: whole seconds until the next try counts again."""

    status = 429
    code = "too_many_tries"
    title = "Too many tries"

    def __init__(self, detail: str | None = None, *, retry_after: int = 60) -> None:
        super().__init__(detail, retry_after=retry_after)


class Busy(DomainError):
    status = 503
    code = "busy"
    title = "The server is busy"
