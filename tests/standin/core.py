"""The stand-in's one memory: what Setu knows, and what its clients may do with it.

Nothing here speaks HTTP. One lock guards everything, and is never held while a PDF is signed or a
notification is sent. What signers do is in `sessions`, signatures are made in `signatures`.
"""

import threading
from collections import Counter
from dataclasses import asdict
from typing import Any

from tests.standin import errors, pades
from tests.standin.callbacks import Courier, Post
from tests.standin.clock import Clock, notice_time
from tests.standin.configs import SigningConfig, config_not_found
from tests.standin.deliveries import Ledger
from tests.standin.faults import Faults
from tests.standin.notices import notification
from tests.standin.settings import Settings
from tests.standin.state import Account, Document, Request, Signer, request_from
from tests.standin.store import Store
from tests.standin.switches import Switches
from tests.standin.validate import RequestPlan
from tests.standin.wire import Ids

Initiator = dict[str, str]
STRIPES = 64


class Core:
    """Documents, requests, and the signing sessions on them."""

    def __init__(
        self,
        settings: Settings,
        *,
        accounts: list[Account],
        clock: Clock,
        store: Store,
        post: Post | None,
        threaded: bool,
        seed: int | None = None,
        own_clock: bool = False,
    ) -> None:
        """own_clock: nobody else moves the clock, so that what it was advanced by survives a restart."""
        self.settings, self.accounts, self.clock, self.store = settings, accounts, clock, store
        self.ids = Ids(seed, starts=store.count("starts"))
        self.lock = threading.RLock()
        self._stripes = [threading.RLock() for _ in range(STRIPES)]
        self.faults = Faults(lambda queue: store.put("state", "faults", {"faults": queue}))
        self.switches = Switches()
        kept = store.named("state")
        self.faults.restore(kept.get("faults", {}).get("faults", []))
        self.switches.set(kept.get("switches", {}))
        if own_clock:
            self.clock.advance(kept.get("clock", {}).get("offset", 0))
        self.courier = Courier(
            post,
            self.faults,
            Ledger(store),
            clock=clock,
            ids=self.ids,
            threaded=threaded,
            waits=settings.callback_waits,
            workers=settings.callback_workers,
        )
        self.calls: Counter[str] = Counter()
        self.documents: dict[str, Document] = {}
        self.requests: dict[str, Request] = {}
        self.configs: dict[str, SigningConfig] = {}
        self.authority = pades.Authority(store.secret("authority", pades.Authority().pem))
        self.link_key = store.secret("links", self.ids.new().encode())
        for facts, content in store.load("document"):
            self.documents[facts["id"]] = Document(**facts, content=content or b"")
        for facts, _ in store.load("request"):
            self.requests[facts["id"]] = request_from(facts)
        for facts, _ in store.load("config"):
            self.configs[facts["id"]] = SigningConfig(**facts)

    # What clients of the API do

    def upload(
        self, owner: str, *, name: str, content: bytes, password: str | None, pages: int | None = None
    ) -> Document:
        """Keep a document. pages: how many it has, if that is known already. Raises ApiError."""
        try:
            count = pages or pades.page_count(content, password)
        except pades.UnreadableDocument as error:
            raise errors.invalid_payload(str(error)) from error
        with self.lock:
            document = Document(self.ids.new(), owner, name, content, password, pages=count)
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
                raise errors.document_not_found()
            return document

    def create(self, owner: str, plan: RequestPlan, initiator: Initiator) -> Request:
        """Make the request; the document is its own from now on. Raises ApiError."""
        with self.lock:
            document = self.documents.get(plan.document_id)
            if document is None or document.owner != owner:
                raise errors.invalid_document("The document does not exist.")
            if document.request_id:
                raise errors.invalid_document("The document is already being used in a signature.")
            if any(page > document.pages for signer in plan.signers for page in signer.pages):
                raise errors.invalid_payload(f"The document has {document.pages} pages only.")
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
                raise errors.request_not_found()
            session = request.session
            if session and self.clock.now().timestamp() >= session.ends:
                request.session = None
                for signer in request.signers:
                    if signer.id == session.signer_id:
                        signer.err_code = "session_expired"
                self.failed(request)
                self.save(request)
            return request

    def completed(self, request_id: str, owner: str | None = None) -> Request:
        """A request that can be downloaded. Raises ApiError 404, or 400 `document_not_signed`."""
        with self.lock:
            request = self.request(request_id, owner)
            if not request.complete:
                raise errors.document_not_signed()
            return request

    def delete(self, request_id: str, owner: str | None = None) -> None:
        """Withdraw a request, and its document with it. Raises ApiError 404."""
        with self.lock:
            self._forget(self.request(request_id, owner).document_id)

    def config(self, owner: str, config_id: str) -> SigningConfig:
        """Raises ApiError 404 `config_id_not_found`."""
        with self.lock:
            found = self.configs.get(config_id)
            if found is None or found.owner != owner:
                raise config_not_found()
            return found

    def keep_config(self, owner: str, config_id: str, signers: list[dict[str, Any]]) -> SigningConfig:
        """Make a config, or add a version to it. Raises ApiError 404 if the id is another client's."""
        with self.lock:
            if config_id in self.configs:
                self.config(owner, config_id).versions.append(signers)
            else:
                self.configs[config_id] = SigningConfig(config_id, owner, [signers])
            found = self.configs[config_id]
            self.store.put("config", found.id, dict(found.__dict__))
            return found

    # What the world does

    def notification(self, request_id: str, acting: str | None = None) -> bytes:
        """The body Setu would send now. Raises ApiError 404."""
        with self.lock:
            request = self.request(request_id)
            signer = request.signer(acting) if acting else None
            return notification(request, acting=signer, time_stamp=notice_time(self.clock.now()))

    def failed(self, request: Request) -> None:
        """An attempt ended without a signature: note how the request's status has to show it."""
        request.pending_after_failure = self.switches.failure_is_pending

    def signer_url(self, request: Request, signer: Signer) -> str:
        return f"{self.settings.public_url}/signature/preview?requestId={request.id}&signerId={signer.id}"

    def asked_by(self, request: Request) -> str:
        """The client's name as signers see it."""
        names = [account.shown_name for account in self.accounts if account.owner == request.owner]
        return next(iter(names), request.owner)

    def at_work_on(self, document_id: str) -> threading.RLock:  # type: ignore[valid-type, unused-ignore]
        """The lock of whoever changes the document's bytes. To be taken before `lock`, never while holding it."""
        return self._stripes[hash(document_id) % STRIPES]

    def advance(self, seconds: float) -> None:
        """Move the clock, also for what waits by it and across a restart."""
        self.clock.advance(seconds)
        self.store.put("state", "clock", {"offset": self.clock.offset})
        self.courier.nudge()

    def switch(self, changes: dict[str, Any]) -> None:
        """Raises ValueError."""
        with self.lock:
            self.switches.set(changes)
            self.store.put("state", "switches", self.switches.facts())

    def clear(self) -> None:
        """As on the first day, except for the keys."""
        with self.lock:
            for thing in (self.documents, self.requests, self.configs, self.calls):
                thing.clear()
            for part in (self.faults, self.courier, self.switches, self.store):
                part.clear()
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
