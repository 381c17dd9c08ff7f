"""The stand-in's one memory: what Setu knows, and what its clients may do with it.

Nothing here speaks HTTP. One lock guards everything. What signers do is in `sessions`.
"""

import threading
from collections import Counter
from dataclasses import asdict, dataclass

from tests.standin import pades
from tests.standin.callbacks import WAITS, Courier, Post, notification
from tests.standin.clock import Clock, notice_time
from tests.standin.errors import (
    document_not_found,
    document_not_signed,
    invalid_document,
    invalid_payload,
    request_not_found,
)
from tests.standin.faults import Faults
from tests.standin.state import Account, Document, Request, Signer, request_from
from tests.standin.store import Store
from tests.standin.validate import RequestPlan
from tests.standin.wire import Ids

Initiator = dict[str, str]


@dataclass(frozen=True)
class Settings:
    """What may differ between two stand-ins. Times in seconds, sizes in bytes."""

    public_url: str = "http://setu.test"
    download_url: str = "http://files.setu.test"
    session_seconds: float = 900
    link_seconds: float = 300
    signer_cap: int = 25
    upload_bytes: int = 20 * 1024 * 1024
    things_cap: int = 20_000  # documents, and likewise requests; beyond it the oldest is forgotten
    callback_waits: tuple[float, ...] = WAITS


class Core:
    """Documents, requests, and the signing sessions on them."""

    def __init__(
        self,
        settings: Settings,
        *,
        accounts: list[Account],
        clock: Clock,
        ids: Ids,
        store: Store,
        post: Post | None,
        threaded: bool,
    ) -> None:
        self.settings, self.accounts, self.clock, self.ids = settings, accounts, clock, ids
        self.lock = threading.RLock()
        self.faults = Faults()
        self.courier = Courier(post, self.faults, threaded=threaded, waits=settings.callback_waits)
        self.calls: Counter[str] = Counter()
        self.documents: dict[str, Document] = {}
        self.requests: dict[str, Request] = {}
        self.store = store
        self.authority = pades.Authority(store.secret("authority", pades.Authority().pem))
        self.link_key = store.secret("links", ids.new().encode())
        for facts, content in store.load("document"):
            self.documents[facts["id"]] = Document(**facts, content=content or b"")
        for facts, _ in store.load("request"):
            self.requests[facts["id"]] = request_from(facts)

    # What clients of the API do

    def upload(self, owner: str, *, name: str, content: bytes, password: str | None) -> Document:
        try:
            pages = pades.page_count(content, password)
        except pades.UnreadableDocument as error:
            raise invalid_payload(str(error)) from error
        with self.lock:
            document = Document(self.ids.new(), owner, name, content, password, pages=pages)
            document.cuts.append(len(content))
            self.documents[document.id] = document
            self.save_document(document, content)
            while len(self.documents) > self.settings.things_cap:
                self._forget(next(iter(self.documents)))
            return document

    def document(self, owner: str, document_id: str) -> Document:
        with self.lock:
            document = self.documents.get(document_id)
            if document is None or document.owner != owner:
                raise document_not_found()
            return document

    def create(self, owner: str, plan: RequestPlan, initiator: Initiator) -> Request:
        """Make the request; the document is its own from now on. Raises ApiError."""
        with self.lock:
            document = self.documents.get(plan.document_id)
            if document is None or document.owner != owner:
                raise invalid_document("The document does not exist.")
            if document.request_id:
                raise invalid_document("The document is already being used in a signature.")
            if any(page > document.pages for signer in plan.signers for page in signer.pages):
                raise invalid_payload(f"onPages goes beyond the document's {document.pages} pages.")
            request = Request(
                id=self.ids.new(),
                owner=owner,
                document_id=document.id,
                document_name=document.name,
                redirect_url=plan.redirect_url,
                reason=plan.reason,
                signers=[Signer(id=self.ids.new(), **asdict(signer)) for signer in plan.signers],
            )
            document.request_id = request.id
            people = [{"identifier": s.identifier, "displayName": s.display_name} for s in request.signers]
            request.log(self.clock.now(), "uploaded", initiator)
            request.log(self.clock.now(), "notified", initiator, signers=people)
            self.requests[request.id] = request
            with self.store.together():
                self.save_document(document)
                self.save(request)
            return request

    def request(self, request_id: str, owner: str | None = None) -> Request:
        """A request, its session ended if that is due. owner None: whoever owns it. Raises ApiError 404."""
        with self.lock:
            request = self.requests.get(request_id)
            if request is None or owner not in (None, request.owner):
                raise request_not_found()
            session = request.session
            if session and self.clock.now().timestamp() >= session.ends:
                request.session = None
                for signer in request.signers:
                    if signer.id == session.signer_id:
                        signer.err_code = "session_expired"
                self.save(request)
            return request

    def signed_document(self, request_id: str, owner: str | None = None) -> Document:
        """The finished file. Raises ApiError 404, or 400 `document_not_signed` before the last signature."""
        with self.lock:
            request = self.request(request_id, owner)
            if not request.complete:
                raise document_not_signed()
            return self.documents[request.document_id]

    def delete(self, request_id: str, owner: str | None = None) -> None:
        """Withdraw a request, and its document with it. Raises ApiError 404."""
        with self.lock:
            self._forget(self.request(request_id, owner).document_id)

    def notification(self, request_id: str, acting: str | None = None) -> bytes:
        """The body Setu would send now. Raises ApiError 404."""
        with self.lock:
            request = self.request(request_id)
            signer = request.signer(acting) if acting else None
            return notification(request, acting=signer, time_stamp=notice_time(self.clock.now()))

    def signer_url(self, request: Request, signer: Signer) -> str:
        return f"{self.settings.public_url}/signature/preview?requestId={request.id}&signerId={signer.id}"

    def clear(self) -> None:
        """As on the first day: no resources, faults, deliveries, counts; the clock as it was."""
        with self.lock:
            for thing in (self.documents, self.requests, self.calls, self.faults, self.courier, self.store):
                thing.clear()
            self.clock.reset()

    def close(self) -> None:
        self.courier.close()
        with self.lock:
            self.store.close()

    def save(self, request: Request) -> None:
        self.store.put("request", request.id, request.facts())

    def save_document(self, document: Document, content: bytes | None = None) -> None:
        facts = {key: value for key, value in document.__dict__.items() if key != "content"}
        self.store.put("document", document.id, facts, content)

    def _forget(self, document_id: str) -> None:
        document = self.documents.pop(document_id)
        self.store.drop("document", document_id)
        if document.request_id:
            self.requests.pop(document.request_id, None)
            self.store.drop("request", document.request_id)
