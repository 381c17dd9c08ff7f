"""`python -m tests.standin`: both origins, until SIGINT or SIGTERM."""

import argparse
import http.client
import os
import signal
import sys
import threading
from urllib.parse import urlsplit

from tests.standin.app import CLIENT, StandIn
from tests.standin.callbacks import Post
from tests.standin.server import Server

CALLBACK_SECONDS = 5.0


def main() -> int:
    options = _options()
    accounts = [(options.client_id, options.client_secret, options.product_instance_id)]
    for text in filter(None, os.environ.get("STANDIN_ACCOUNTS", "").split(",")):
        parts = text.split(":")
        if len(parts) != 3:
            return _stop("STANDIN_ACCOUNTS must hold client:secret:instance, separated by commas.")
        accounts.append((parts[0], parts[1], parts[2]))
    host = f"[{options.host}]" if ":" in options.host else options.host
    standin = StandIn(
        accounts=accounts,
        public_url=options.public_url or f"http://{host}:{options.port}",
        download_url=options.download_url or f"http://{host}:{options.download_port}",
        callback=poster(options.callback_url, options.callback_header) if options.callback_url else None,
        callback_threaded=True,
        state_dir=options.state_dir,
        control=options.control,
        session_seconds=options.session_seconds,
        link_seconds=options.link_seconds,
    )
    servers: list[Server] = []
    try:
        for port, app in ((options.port, standin.api), (options.download_port, standin.files)):
            servers.append(Server(options.host, port, app))
    except OSError as error:
        for server in servers:
            server.server_close()
        standin.close()
        return _stop(f"Cannot listen on {options.host} port {port}: {error.strerror}.")
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        for server in servers
    ]
    for thread in threads:
        thread.start()
    _warm()
    api, files = (server.server_port for server in servers)
    sys.stdout.write(
        f"Setu's stand-in is ready: http://{host}:{api}, downloads on port {files}. No legal meaning.\n"
    )
    sys.stdout.flush()
    stop.wait()
    for server in servers:
        server.shutdown()
        server.server_close()
    standin.close()
    return 0


def poster(url: str, header: str | None = None, timeout: float = CALLBACK_SECONDS) -> Post:
    """A callback that POSTs to `url`, one connection each, no redirect followed. header: "Name: value"."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SystemExit(_stop("The callback URL must be an absolute http(s) URL."))
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/json", "User-Agent": "setu-stand-in"}
    if header:
        name, _, value = header.partition(":")
        headers[name.strip()] = value.strip()

    def post(body: bytes) -> int:
        connection = kind(str(parts.hostname), parts.port, timeout=timeout)
        try:
            connection.request("POST", target, body, headers)
            answer = connection.getresponse()
            answer.read(65_536)
            return answer.status
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    return post


def _options() -> argparse.Namespace:
    env = os.environ.get
    parser = argparse.ArgumentParser(
        prog="python -m tests.standin", description="Imitates Setu's eSign API. No legal meaning."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100, help="API, signer page, control")
    parser.add_argument("--download-port", type=int, default=8101, help="the origin of download links")
    parser.add_argument("--public-url", help="the API's address as signers reach it")
    parser.add_argument("--download-url", help="the download origin as clients reach it")
    parser.add_argument("--callback-url", default=env("STANDIN_CALLBACK_URL"))
    parser.add_argument("--callback-header", default=env("STANDIN_CALLBACK_HEADER"), help='"Name: value"')
    parser.add_argument("--client-id", default=env("STANDIN_CLIENT_ID", CLIENT[0]))
    parser.add_argument(
        "--client-secret",
        default=env("STANDIN_CLIENT_SECRET", CLIENT[1]),
        help="better given as STANDIN_CLIENT_SECRET, out of the process list",
    )
    parser.add_argument("--product-instance-id", default=env("STANDIN_PRODUCT_INSTANCE_ID", CLIENT[2]))
    parser.add_argument("--state-dir", help="remember across restarts; without it, memory only")
    parser.add_argument("--control", action="store_true", help="serve the control API under /__control__/")
    parser.add_argument("--session-seconds", type=float, default=900)
    parser.add_argument("--link-seconds", type=float, default=300)
    return parser.parse_args()


def _warm() -> None:
    """Load pyHanko beside the first calls, not before them."""
    threading.Thread(target=__import__, args=("tests.standin.mark",), daemon=True).start()


def _stop(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
