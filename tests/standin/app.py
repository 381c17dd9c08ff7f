"""The stand-in as one object: two WSGI applications, and the handles with which tests move the world."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from tests.standin import sessions
from tests.standin.api import Api
from tests.standin.callbacks import Post
from tests.standin.clock import Clock
from tests.standin.console import Console
from tests.standin.control import PREFIX, Control
from tests.standin.core import Core
from tests.standin.deliveries import Delivery
from tests.standin.downloads import Downloads
from tests.standin.faults import Fault
from tests.standin.guard import refusal
from tests.standin.settings import Settings
from tests.standin.signatures import signed_file
from tests.standin.signer_page import PATH, SignerPage
from tests.standin.state import Account
from tests.standin.store import Store
from tests.standin.wire import json_response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CLIENT = ("client", "secret", "instance")


class StandIn:
    """Setu, as far as its clients can tell.

    api, files: WSGI applications, for `httpx.WSGITransport` or a server. They raise ConnectionLost where
    a fault loses the answer.
    callback: gets each notification's body and returns the receiver's status (an OSError it raises is an
    attempt without an answer); None: notifications are only recorded. Unless `callback_threaded`, it is
    called by the thread in which the attempt ends, and repeats follow without waiting.
    client_name: how signers see whoever asks. seed: the same run then gives the same ids.
    Further `settings` are the fields of `settings.Settings`.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        accounts: Sequence[tuple[str, str, str]] = (CLIENT,),
        public_url: str = "http://setu.test",
        download_url: str = "http://files.setu.test",
        callback: Post | None = None,
        callback_threaded: bool = False,
        state_dir: str | Path | None = None,
        seed: int | None = None,
        control: bool = False,
        client_name: str = "",
        **settings: Any,
    ) -> None:
        self.clock = clock or Clock()
        self.public_url, self.download_url = public_url.rstrip("/"), download_url.rstrip("/")
        self._core = Core(
            Settings(public_url=self.public_url, download_url=self.download_url, **settings),
            accounts=[Account(*account, name=client_name) for account in accounts],
            clock=self.clock,
            own_clock=clock is None,
            seed=seed,
            store=Store(state_dir),
            post=callback,
            threaded=callback_threaded,
        )
        self._api, self._page = Api(self._core), SignerPage(self._core)
        self._control, self._control_served = Control(self._core), control
        self._console = Console(self._core, self._control)
        self.api: WSGIApplication = _application(self._answer_api)
        self.files: WSGIApplication = _application(Downloads(self._core).respond)

    def _answer_api(self, http: HttpRequest) -> Response:
        if http.path == "/healthz":
            return Response("ok\n", content_type="text/plain")
        if http.path.startswith(PATH):
            return self._page.respond(http)
        if self._control_served and f"{http.path}/".startswith(PREFIX):
            if why := refusal(http, self.public_url):
                return json_response({"error": why}, 403)
            return self._console.respond(http) or self._control.respond(http)
        return self._api.respond(http)

    def requests(self) -> list[dict[str, Any]]:
        """Every request: id, client, documentId, redirectUrl, status, signers."""
        return self._control.requests()

    def open(self, request_id: str, signer: str) -> None:
        """The signer opens the link. signer: Setu's signer id, or our identifier. Raises SessionRefused."""
        self._control.open(request_id, signer)

    def sign(self, request_id: str, signer: str) -> str:
        """The signer opens the link and signs. Returns where the browser is sent. Raises SessionRefused."""
        return self._control.sign(request_id, signer)

    def fail(self, request_id: str, signer: str, err_code: str) -> str:
        """The signer opens the link and fails. Returns where the browser is sent. Raises SessionRefused."""
        return self._control.fail(request_id, signer, err_code)

    def decline(self, request_id: str, signer: str) -> str:
        """As `fail`, with `signer_declined`."""
        return self.fail(request_id, signer, sessions.DECLINED)

    def delete(self, request_id: str) -> None:
        """The request is deleted behind the client's back. Raises ApiError."""
        self._core.delete(request_id)

    def fault(self, name: str, **args: Any) -> Fault:
        """Queue a fault. args: endpoint, times, request_id, and the fault's own. Raises ValueError."""
        return self._core.faults.add(name, **args)

    def release(self) -> int:
        """Let held notifications go. Returns how many."""
        return self._core.courier.release()

    def switch(self, **changes: Any) -> None:
        """Set where Setu leaves a choice: the fields of `switches.Switches`. Raises ValueError."""
        self._core.switch(changes)

    def redeliver(self, index: int) -> Delivery:
        """Send a kept notification once more. Raises KeyError."""
        return self._core.courier.redeliver(index)

    def notification(self, request_id: str, acting: str | None = None) -> bytes:
        """The body Setu would send now; the acting signer comes first. Raises ApiError."""
        return self._core.notification(request_id, acting)

    def signed_file(self, request_id: str) -> bytes:
        """The true signed file, whatever faults the file host has. Raises ApiError until all have signed."""
        return signed_file(self._core, request_id).content

    @property
    def deliveries(self) -> list[Delivery]:
        """The latest notifications, oldest first."""
        return self._core.courier.deliveries

    @property
    def calls(self) -> Counter[str]:
        """Calls received: upload, document, create, get, download, delete, audit, and file."""
        with self._core.lock:
            return self._core.calls.copy()

    @property
    def root_certificate(self) -> bytes:
        """The throw-away authority's certificate, as PEM: what a verifier would have to trust."""
        return self._core.authority.certificate_pem

    def reset(self) -> None:
        """As on the first day, except for the keys."""
        self._core.clear()

    def close(self) -> None:
        """Stop delivering and close the store. Only needed with threads or a state directory."""
        self._core.close()


def _application(respond: Callable[[HttpRequest], Response]) -> "WSGIApplication":
    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        with HttpRequest(environ) as http:
            return respond(http)(environ, start_response)

    return application
