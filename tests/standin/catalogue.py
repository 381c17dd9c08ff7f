"""Every fault the stand-in can be asked for: where it strikes, what it does, what can be said about it."""

from dataclasses import dataclass, field
from typing import Any

from tests.standin.notices import FORGERIES

ANY = "any"
API = ("create", "upload", "document", "get", "download", "delete", "audit", "config")
STEPS = (*API, ANY, "file")


@dataclass(frozen=True)
class Kind:
    """endpoints: the first is the default. args: each argument's default, which also gives its type."""

    group: str
    endpoints: tuple[str, ...]
    does: str
    args: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def check(self, name: str, args: dict[str, Any]) -> None:
        """Raises ValueError for an argument that is unknown or of another type."""
        for key, value in args.items():
            if key not in self.args:
                known = f"knows {', '.join(self.args)}" if self.args else "takes none"
                raise ValueError(f"{name} has no argument {key!r}; it {known}")
            if not fits(value, self.args[key]):
                raise ValueError(f"{key} must be like {self.args[key]!r}")
            if key in self.choices and value not in self.choices[key]:
                raise ValueError(f"{key} must be one of {', '.join(self.choices[key])}")


def fits(value: Any, default: Any) -> bool:
    """Whether the value is of the default's type. A default of None stands for an optional number."""
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if default is None:
        return value is None or (isinstance(value, int | float) and value >= 0)
    if isinstance(default, float):
        return isinstance(value, int | float)
    return isinstance(value, type(default)) and not (isinstance(value, int) and value < 0)


CALLS, FILES, NOTICES, SIGNERS = (
    "Calls to the API",
    "Downloads",
    "Notifications",
    "Signers and their browsers",
)

KNOWN: dict[str, Kind] = {
    "status": Kind(
        CALLS,
        STEPS,
        "Another answer than Setu's, and nothing is done: a 5xx, 401 or 403, a 429; html makes it a proxy's page.",
        {"status": 500, "html": False, "retry_after": None, "code": ""},
    ),
    "accept_then_hang": Kind(
        CALLS,
        STEPS,
        "Everything is done, and the answer never comes: the connection closes, at once or after some seconds.",
        {"seconds": 0.0},
    ),
    "slow": Kind(
        CALLS,
        (*STEPS, "callback"),
        "The right answer, or the notification, but that much later.",
        {"seconds": 1.0},
    ),
    "trickle": Kind(
        CALLS,
        ("file", "get"),
        "The right answer, spread over that many seconds, piece by piece.",
        {"seconds": 5.0},
    ),
    "broken_off": Kind(
        CALLS,
        ("file", "get"),
        "The connection closes in the middle of the answer, short of its announced length.",
    ),
    "withdrawn": Kind(
        CALLS,
        ("get", "download", "audit"),
        "The request is deleted behind the client's back, just before this call; the call and all later ones get 404.",
    ),
    "unknown_status": Kind(
        CALLS,
        ("get", "create"),
        "A status for the request that Setu does not document.",
        {"value": "sign_suspended"},
    ),
    "unknown_signer_status": Kind(
        CALLS,
        ("get", "create"),
        "A status for the first signer that is not documented.",
        {"value": "on_hold"},
    ),
    "unknown_err_code": Kind(
        CALLS,
        ("get",),
        "An errCode for the first signer that is not documented.",
        {"value": "retina_scan_failed"},
    ),
    "extra_keys": Kind(CALLS, ("get", "create", "upload", "download"), "Keys nobody has heard of."),
    "missing_keys": Kind(
        CALLS,
        ("get", "create"),
        "Without the keys Setu does not promise: reason, traceId, location, birthYear, errCode.",
    ),
    "reordered": Kind(CALLS, ("get", "create"), "The signers in another order."),
    "truncated": Kind(FILES, ("file",), "The first two thirds of the signed file, as if that were all."),
    "not_pdf": Kind(FILES, ("file",), "A web page where the PDF should be, with status 200."),
    "empty": Kind(FILES, ("file",), "No bytes at all, with status 200."),
    "expired_link": Kind(
        FILES,
        ("file", "download"),
        "403 before validUpto; at `download`, a link whose validUpto has passed already.",
    ),
    "wrong_file": Kind(FILES, ("file",), "Another document, validly signed as often."),
    "missing_signature": Kind(FILES, ("file",), "The file as it was before the last signature."),
    "unsigned": Kind(FILES, ("file",), "The file that was uploaded."),
    "callback_lost": Kind(NOTICES, ("callback",), "The notification is never sent."),
    "callback_duplicate": Kind(
        NOTICES,
        ("callback",),
        "Sent twice: the same bytes, or with a time stamp of its own; one after the other, or both at once.",
        {"new_time_stamp": False, "at_once": False},
    ),
    "callback_out_of_order": Kind(
        NOTICES,
        ("callback",),
        "Kept back until the request's next notification has been sent, then sent after it.",
    ),
    "callback_delayed": Kind(
        NOTICES, ("callback",), "Kept back until released by hand, or for some seconds.", {"seconds": None}
    ),
    "callback_early": Kind(
        NOTICES,
        ("create",),
        "A notification about the new request is sent before create answers; with sign, its first signer has signed.",
        {"sign": False},
    ),
    "callback_forged": Kind(
        NOTICES,
        ("callback",),
        "A forged notification goes first, then the true one.",
        {"kind": "unknown_id"},
        {"kind": tuple(FORGERIES)},
    ),
    "callback_refused": Kind(
        NOTICES,
        ("attempt",),
        "The receiver's answer to one attempt is taken for that status (0: no answer), so the repeats go on and end.",
        {"status": 500},
    ),
    "clock_skew": Kind(
        NOTICES,
        ("callback", "download"),
        "timeStamp, or validUpto, is off by that many seconds.",
        {"seconds": 600.0},
    ),
    "session_stuck": Kind(
        SIGNERS,
        ("page",),
        "The signer's next click is lost and the session stays open: the others have to wait.",
    ),
    "redirect_missing": Kind(
        SIGNERS, ("return",), "The signer's browser is not sent back; it says the work is done."
    ),
    "redirect_forged": Kind(
        SIGNERS,
        ("return",),
        "The signer's browser comes back with a lie: the opposite result, or an unknown signer, or an unknown request.",
        {"kind": "opposite"},
        {"kind": ("opposite", "unknown_signer", "unknown_request")},
    ),
    "redirect_repeated": Kind(SIGNERS, ("return",), "The return address is called twice for one result."),
}
