"""What the stand-in remembers of documents, requests and signers, as plain data."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from tests.standin.clock import audit_time


@dataclass(frozen=True)
class Account:
    """One client of Setu. Its documents and requests are nobody else's."""

    client_id: str
    client_secret: str
    instance_id: str

    @property
    def owner(self) -> str:
        return f"{self.client_id}/{self.instance_id}"


@dataclass
class Document:
    """An uploaded file and what signing made of it.

    content: the current bytes. Every signature is an incremental update, so earlier revisions are
    prefixes of it; `cuts` holds their lengths, the original's first.
    """

    id: str
    owner: str
    name: str
    content: bytes
    password: str | None = None
    request_id: str | None = None
    cuts: list[int] = field(default_factory=list)
    pages: int = 1

    def revision(self, signatures: int) -> bytes:
        """The file as it was when it had that many of the stand-in's signatures."""
        return self.content[: self.cuts[signatures]]

    def append(self, content: bytes) -> None:
        self.content = content
        self.cuts.append(len(content))


@dataclass
class Signer:
    """One signer. `status` is only pending or signed; `in_progress` follows from the open session."""

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


@dataclass
class Session:
    """A signer between opening the link and the result. `ends` is a POSIX time, in seconds."""

    signer_id: str
    ends: float


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

    @property
    def signed(self) -> int:
        return sum(signer.status == "signed" for signer in self.signers)

    @property
    def complete(self) -> bool:
        return self.signed == len(self.signers)

    @property
    def status(self) -> str:
        if self.session:
            return "sign_in_progress"
        if self.complete:
            return "sign_complete"
        return "sign_pending" if self.signed else "sign_initiated"

    def signer_status(self, signer: Signer) -> str:
        if self.session and self.session.signer_id == signer.id:
            return "in_progress"
        return signer.status

    def signer(self, ref: str) -> Signer | None:
        """By Setu's signer id, else by the identifier the client sent."""
        by_id = [signer for signer in self.signers if signer.id == ref]
        by_identifier = [signer for signer in self.signers if signer.identifier == ref]
        return next(iter(by_id + by_identifier), None)

    def log(self, moment: datetime, activity: str, initiator: dict[str, str], **data: Any) -> None:
        """Add an audit event. `initator` is Setu's spelling."""
        self.events.append(
            {
                "createdAt": audit_time(moment),
                "activity": activity,
                "metaData": data,
                "initator": initiator,
            }
        )

    def facts(self) -> dict[str, Any]:
        """For the store; `request_from` reads it back."""
        return asdict(self)


def request_from(facts: dict[str, Any]) -> Request:
    session = facts["session"]
    return Request(
        **{
            **facts,
            "signers": [Signer(**signer) for signer in facts["signers"]],
            "session": Session(**session) if session else None,
        }
    )
