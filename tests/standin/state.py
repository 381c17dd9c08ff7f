"""What the stand-in remembers of documents, requests and signers, as plain data."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.standin.clock import audit_time

MARGIN = 24  # points between a mark in a corner and the page's edges


@dataclass(frozen=True)
class Account:
    """One client of Setu. Its documents and requests are nobody else's."""

    client_id: str
    client_secret: str
    instance_id: str
    name: str = ""  # as signers see who asks; the client id if empty

    @property
    def owner(self) -> str:
        return f"{self.client_id}/{self.instance_id}"

    @property
    def shown_name(self) -> str:
        return self.name or self.client_id


@dataclass
class Document:
    """An uploaded file and what signing made of it.

    content: the current bytes. Every signature is an incremental update, so earlier revisions are
    prefixes of it; `cuts` holds their lengths, the original's first.
    owed: signatures that signers have given and that are not in the bytes yet (see `signatures`).
    resists: why an owed signature could not be made, if so.
    """

    id: str
    owner: str
    name: str
    content: bytes
    password: str | None = None
    request_id: str | None = None
    cuts: list[int] = field(default_factory=list)
    pages: int = 1
    owed: list[dict[str, Any]] = field(default_factory=list)
    resists: str = ""

    @property
    def signatures(self) -> int:
        return len(self.cuts) - 1

    def revision(self, signatures: int) -> bytes:
        """The file as it was when it had that many of the stand-in's signatures."""
        return self.content[: self.cuts[signatures]]

    def append(self, content: bytes) -> None:
        self.content = content
        self.cuts.append(len(content))


@dataclass
class Signer:
    """One signer. `status` is only pending or signed; `in_progress` follows from the open session.

    boxes: places in page units, as (page, left, bottom, right, top); without any, the mark goes into the
    corner `position` of each of `pages`.
    """

    id: str
    identifier: str
    display_name: str
    birth_year: str | None
    location: str | None
    pages: list[int]
    position: str
    height: float
    width: float
    status: str = "pending"
    err_code: str | None = None
    details: dict[str, str] | None = None
    name_match: dict[str, Any] | None = None
    optional: bool = False
    boxes: list[list[float]] = field(default_factory=list)


@dataclass
class Session:
    """A signer between opening the link and the result. `ends` is a POSIX time, in seconds."""

    signer_id: str
    ends: float
    wrong_otps: int = 0


@dataclass
class Request:
    """A signature request. Its status is never stored: it follows from signers and session."""

    id: str
    owner: str
    document_id: str
    document_name: str
    redirect_url: str
    reason: str | None
    signers: list[Signer]
    session: Session | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    pending_after_failure: bool = False  # a failed attempt shows as sign_pending although nobody has signed

    @property
    def signed(self) -> int:
        return sum(signer.status == "signed" for signer in self.signers)

    @property
    def complete(self) -> bool:
        """Whether everybody has signed whose signature is required; if nobody's is, everybody."""
        needed = [signer for signer in self.signers if not signer.optional] or self.signers
        return all(signer.status == "signed" for signer in needed)

    @property
    def status(self) -> str:
        if self.complete:  # for good, also while an optional signer is at it
            return "sign_complete"
        if self.session:
            return "sign_in_progress"
        return "sign_pending" if self.signed or self.pending_after_failure else "sign_initiated"

    def signer_status(self, signer: Signer) -> str:
        if self.session and self.session.signer_id == signer.id:
            return "in_progress"
        return signer.status

    def signer(self, ref: str) -> Signer | None:
        """By Setu's signer id, else by the identifier the client sent."""
        by_id = [signer for signer in self.signers if signer.id == ref]
        by_identifier = [signer for signer in self.signers if signer.identifier == ref]
        return next(iter(by_id + by_identifier), None)

    def log(self, moment: datetime, activity: str, initiator: dict[str, str], **data: Any) -> dict[str, Any]:
        """Add an audit event and return it. `initator` is Setu's spelling."""
        event = {
            "createdAt": audit_time(moment),
            "activity": activity,
            "metaData": data,
            "initator": initiator,
        }
        self.events.append(event)
        return event

    def facts(self) -> dict[str, Any]:
        """For the store; `request_from` reads it back."""
        session = dict(self.session.__dict__) if self.session else None
        return {
            **self.__dict__,
            "signers": [dict(signer.__dict__) for signer in self.signers],
            "session": session,
        }


def request_from(facts: dict[str, Any]) -> Request:
    session = facts["session"]
    return Request(
        **{
            **facts,
            "signers": [Signer(**signer) for signer in facts["signers"]],
            "session": Session(**session) if session else None,
        }
    )
