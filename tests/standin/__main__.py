"""`python -m tests.standin`: both origins, until SIGINT or SIGTERM."""

import argparse
import http.client
import os
import signal
import sys
import threading
from urllib.parse import urlsplit

from tests.standin.app import CLIENT, StandIn
from tests.standin.callbacks import WAITS, WORKERS, Post
from tests.standin.server import Server

CALLBACK_SECONDS = 5.0
MOST_REPEATS = 100


def main() -> int:
    options = _options()
    accounts = [(options.client_id, options.client_secret, options.product_instance_id)]
    for text in filter(None, os.environ.get("STANDIN_ACCOUNTS", "").split(",")):
        parts = text.split(":")
        if len(parts) != 3:
            return _stop("STANDIN_ACCOUNTS must hold client:secret:instance, separated by commas.")
        accounts.append((parts[0], parts[1], parts[2]))
    try:
        waits = wait_seconds(options.callback_waits)
    except ValueError as error:
        return _stop(f"--callback-waits: {error}.")
    if options.callback_timeout <= 0 or options.callback_workers < 1:
        return _stop("--callback-timeout and --callback-workers must be above nothing.")
    host = f"[{options.host}]" if ":" in options.host else options.host
    post = None
    if options.callback_url:
        post = poster(options.callback_url, options.callback_header, options.callback_timeout)
    standin = StandIn(
        accounts=accounts,
        public_url=options.public_url or f"http://{host}:{options.port}",
        download_url=options.download_url or f"http://{host}:{options.download_port}",
        callback=post,
        callback_threaded=True,
        state_dir=options.state_dir,
        control=options.control,
        session_seconds=options.session_seconds,
        link_seconds=options.link_seconds,
        seed=options.seed,
        client_name=options.client_name,
        signer_cap=options.signer_cap,
        upload_bytes=options.upload_bytes,
        callback_waits=waits,
        callback_workers=options.callback_workers,
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
        + (f"Its control page: http://{host}:{api}/__control__/\n" if options.control else "")
    )
    sys.stdout.flush()
    stop.wait()
    for server in servers:
        server.shutdown()
        server.server_close()
    standin.close()
    return 0


def wait_seconds(text: str) -> tuple[float, ...]:
    """The waits before each repeat, from "1,2,4"; "" stands for no repeat. Raises ValueError."""
    try:
        waits = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValueError("seconds, separated by commas, are needed") from error
    if len(waits) > MOST_REPEATS or not all(0 <= wait < 10**6 for wait in waits):
        raise ValueError(f"at most {MOST_REPEATS} waits of less than a million seconds are possible")
    return waits


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
    parser.add_argument(
        "--callback-waits",
        default=env("STANDIN_CALLBACK_WAITS", ",".join(f"{wait:g}" for wait in WAITS)),
        help="seconds before each repeat of a notification that was not answered 200 (%(default)s)",
    )
    parser.add_argument(
        "--callback-timeout",
        type=float,
        default=CALLBACK_SECONDS,
        help="seconds to wait for an answer (%(default)g)",
    )
    parser.add_argument(
        "--callback-workers", type=int, default=WORKERS, help="notifications sent at once (%(default)s)"
    )
    parser.add_argument(
        "--client-name",
        default=env("STANDIN_CLIENT_NAME", "SignFlow"),
        help="how signers see who asks (%(default)s)",
    )
    parser.add_argument("--client-id", default=env("STANDIN_CLIENT_ID", CLIENT[0]))
    parser.add_argument(
        "--client-secret",
        default=env("STANDIN_CLIENT_SECRET", CLIENT[1]),
        help="better given as STANDIN_CLIENT_SECRET, out of the process list",
    )
    parser.add_argument("--product-instance-id", default=env("STANDIN_PRODUCT_INSTANCE_ID", CLIENT[2]))
    parser.add_argument("--state-dir", help="remember across restarts; without it, memory only")
    parser.add_argument(
        "--control", action="store_true", help="serve the control page and API at /__control__/"
    )
    parser.add_argument(
        "--session-seconds", type=float, default=900, help="how long a signer's session lasts (%(default)g)"
    )
    parser.add_argument(
        "--link-seconds", type=float, default=300, help="how long a download link lasts (%(default)g)"
    )
    parser.add_argument("--signer-cap", type=int, default=25, help="signers a request may have (%(default)s)")
    parser.add_argument(
        "--upload-bytes", type=int, default=20 * 1024 * 1024, help="the largest document (%(default)s)"
    )
    parser.add_argument("--seed", type=int, help="the same run then gives the same ids")
    return parser.parse_args()


def _warm() -> None:
    """Load pyHanko beside the first calls, not before them."""
    threading.Thread(target=__import__, args=("tests.standin.mark",), daemon=True).start()


def _stop(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
