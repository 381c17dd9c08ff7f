"""The two ways a call to Setu fails: try again, or don't.

    SetuError
    ├── SetuUnavailable     try again later
    │   ├── SetuDenied      our keys or our network: tell the operators, blame no request
    │   └── LinkExpired     the storage host took no more of this download link: ask Setu for a new one
    ├── SetuRefused         the same call will be refused again
    │   └── SetuNotFound    Setu says the thing is gone: an answer rather than a fault
    └── LinkRefused         we will not follow this link

Error texts end up in logs, so `str()` holds a reason, a status and a code, and never a header, an address or
a body. What Setu said to people is kept apart, in `detail`.
"""

# Setu's words for "what you sent is wrong": all that it documents for the 400 of an upload or a create (quickstart,
# esign.json). Whatever else it refuses with (a quota, an address, a product that is not live) may pass: it waits.
FINAL_CODES = frozenset({"invalid_document", "invalid_payload"})


class SetuError(Exception):
    """Any failure of a call to Setu or to its file storage."""

    trace_id: str = ""
    loggable = True  # its text is ours: what Setu says stands in `detail`


class SetuUnavailable(SetuError):
    """No usable answer: none at all, a 429, a 5xx, a redirect, or a success that cannot be read.

    maybe_done: the call may have taken effect although we hold no answer. For a create this means that a
    request which nobody can find again may exist at Setu.
    status: the HTTP status, None when no answer came.
    retry_after: seconds Setu asked us to wait, at most an hour.
    """

    def __init__(
        self,
        reason: str,
        *,
        maybe_done: bool,
        status: int | None = None,
        retry_after: float | None = None,
        trace_id: str = "",
    ) -> None:
        super().__init__(f"{reason} ({status})" if status is not None else reason)
        self.reason = reason
        self.maybe_done = maybe_done
        self.status = status
        self.retry_after = retry_after
        self.trace_id = trace_id


class SetuDenied(SetuUnavailable):
    """401 or 403 with any body. Setu documents none of its own, and a gateway sends a bare HTML page."""


class LinkExpired(SetuUnavailable):
    """The storage host answered 401, 403 or 410. Links may die before the time they state."""


class SetuRefused(SetuError):
    """Setu understood the call and said no.

    code: Setu's machine-readable word, "" when the body was not Setu's.
    detail: text for people, unstable; show it to operators only.
    """

    def __init__(self, *, status: int, code: str = "", detail: str = "", trace_id: str = "") -> None:
        super().__init__(f"refused ({status} {code})" if code else f"refused ({status})")
        self.status = status
        self.code = code
        self.detail = detail
        self.trace_id = trace_id

    @property
    def is_final(self) -> bool:
        """Whether Setu has judged what an upload or a create sent, so that sending it again is of no use."""
        return self.status == 400 and self.code in FINAL_CODES


class SetuNotFound(SetuRefused):
    """404 in Setu's own envelope: the id is unknown, or deleted. A gateway's bare 404 is SetuUnavailable."""


class LinkRefused(SetuError):
    """A download link whose scheme or host we do not trust. Not worth repeating: an operator must look."""
