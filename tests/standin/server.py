"""A small HTTP/1.1 server for the two WSGI applications: threads, keep-alive, sockets that can be dropped."""

import io
import socket
import sys
import traceback
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LARGEST_BODY = 64 * 1024 * 1024  # bytes; the applications have their own, lower limits
IDLE_SECONDS = 30


class Server(ThreadingHTTPServer):
    """Serves one application. Raises OSError if the address is taken."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, host: str, port: int, app: "WSGIApplication") -> None:
        self.app = app
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), Handler)

    def server_bind(self) -> None:
        """As the parent's, without its slow look-up of the host's name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads a request whole, lets the application answer, writes the answer whole."""

    protocol_version = "HTTP/1.1"
    server_version = "SetuStandIn"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            self._refuse(411)
            return
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self._refuse(413)
            return
        body = self.rfile.read(int(length))
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            head[:] = [status, headers]
            return lambda _data: None

        try:
            chunks = self.server.app(self._environ(body), start_response)
            self._answer(chunks, *head)
        except ConnectionError:  # the client is gone, or a fault loses the answer or the rest of it
            self.close_connection = True
        except Exception:  # a mistake of ours must not look like a lost answer
            traceback.print_exc()
            self._refuse(500)

    def _answer(self, chunks: Iterable[bytes], status: str, headers: list[tuple[str, str]]) -> None:
        """An answer of unknown length is sent at once, one of known length as it comes."""
        code, _, reason = status.partition(" ")
        if code != "204" and not any(name.lower() == "content-length" for name, _ in headers):
            chunks = [b"".join(chunks)]
            headers = [*headers, ("Content-Length", str(len(chunks[0])))]
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        for chunk in chunks if self.command != "HEAD" else ():
            self.wfile.write(chunk)
            self.wfile.flush()
        self.wfile.flush()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def _refuse(self, code: int) -> None:
        self.close_connection = True
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": self.server.server_name,
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key == "CONTENT_TYPE":
                environ[key] = value
            elif key != "CONTENT_LENGTH":
                environ[f"HTTP_{key}"] = value
        return environ

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Silent: a signer's link is a secret, and the calls are counted anyway."""
