"""A name is looked up once, and the connection goes to what was judged."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from signing.setu import pinned
from signing.setu.errors import LinkRefused, SetuUnavailable
from signing.setu.files import fetch_signed
from signing.setu.pinned import PinnedTransport, system_resolver

NAME = "files.setu.test"


class Files(BaseHTTPRequestHandler):
    """Storage that remembers who was asked for."""

    hosts: list[str]

    def do_GET(self) -> None:
        self.hosts.append(self.headers["Host"])
        self.send_response(302 if self.path == "/moved" else 200)
        if self.path == "/moved":
            self.send_header("Location", f"http://{self.headers['Host']}/elsewhere")
        self.end_headers()
        self.wfile.write(b"%PDF-1.7 " + self.path.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def storage(
    host: str, port: int = 0, context: ssl.SSLContext | None = None
) -> Iterator[tuple[int, list[str]]]:
    class Storage(Files):
        hosts: list[str] = []

    server = ThreadingHTTPServer((host, port), Storage)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], Storage.hosts
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A throw-away certificate of NAME, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "storage.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def transport(certificate: Path, *answers: list[str]) -> tuple[PinnedTransport, list[str]]:
    """One for which this machine is the public internet; its resolver gives these answers one after another."""
    asked: list[str] = []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    def judge(address: str) -> bool:
        return ipaddress.ip_address(address).is_loopback

    context = ssl.create_default_context(cafile=str(certificate))
    return PinnedTransport(resolve=resolve, judge=judge, ssl_context=context), asked


@pytest.fixture
def served(certificate: Path) -> Iterator[tuple[int, list[str]]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with storage("127.0.0.1", context=context) as found:
        yield found


def get(url: str, through: PinnedTransport) -> bytes:
    with httpx.Client(transport=through, trust_env=False) as http:
        return http.get(url).content


def test_the_host_and_the_certificate_are_the_names_while_the_connection_is_the_addresses(
    certificate, served
):
    port, hosts = served
    through, asked = transport(certificate, ["127.0.0.1"])
    link = f"https://{NAME}:{port}/a%2Fb?X-Amz-Signature=a%2Bb/="
    assert get(link, through) == b"%PDF-1.7 /a%2Fb?X-Amz-Signature=a%2Bb/="
    assert (asked, hosts) == ([NAME], [f"{NAME}:{port}"])


def test_a_server_without_the_names_certificate_is_not_believed(certificate, served):
    port, hosts = served
    through, _ = transport(certificate, ["127.0.0.1"])
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        get(f"https://other.setu.test:{port}/", through)
    assert hosts == []


def test_a_name_that_leads_elsewhere_the_second_time_is_asked_once(certificate, served):
    port, hosts = served
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with storage("127.0.0.2", port, context) as (_, inside):
        through, asked = transport(certificate, ["127.0.0.1"], ["127.0.0.2"])
        get(f"https://{NAME}:{port}/", through)
    assert (len(asked), len(hosts), inside) == (1, 1, [])


def test_no_connection_is_kept_for_another_name_at_the_same_address(certificate, served):
    port, _ = served
    through, asked = transport(certificate, ["127.0.0.1"])
    with httpx.Client(transport=through, trust_env=False) as http:
        http.get(f"https://{NAME}:{port}/")
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            http.get(f"https://other.setu.test:{port}/")
    assert asked == [NAME, "other.setu.test"]


def test_the_next_address_is_tried_when_one_does_not_answer(certificate, served):
    port, _ = served
    through, asked = transport(certificate, ["127.0.0.9", "127.0.0.8", "127.0.0.1"])
    assert get(f"https://{NAME}:{port}/", through).startswith(b"%PDF-")
    assert len(asked) == 1


def test_no_more_than_three_addresses_are_tried(certificate, served):
    port, hosts = served
    through, _ = transport(certificate, ["127.0.0.9", "127.0.0.8", "127.0.0.7", "127.0.0.1"])
    with pytest.raises(httpx.ConnectError):
        get(f"https://{NAME}:{port}/", through)
    assert hosts == []


def test_a_redirect_is_not_followed():
    with storage("127.0.0.1") as (port, hosts), pytest.raises(SetuUnavailable) as caught:
        fetch(f"http://127.0.0.1:{port}/moved")
    assert (caught.value.status, len(hosts)) == (302, 1)


def fetch(link: str, deadline: float = 5.0) -> bytes:
    with contextlib.closing(PinnedTransport()) as through:
        return fetch_signed(
            link,
            allowed_hosts=["127.0.0.1", "localhost"],
            allow_http=True,
            max_bytes=1_000,
            deadline=deadline,
            transport=through,
        )


def test_in_development_the_stand_in_on_this_machine_is_reached():
    with storage("127.0.0.1") as (port, hosts):
        assert fetch(f"http://localhost:{port}/1") == b"%PDF-1.7 /1"
    assert hosts == [f"localhost:{port}"]


def test_headers_that_trickle_in_are_given_up_at_the_deadline():
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def trickle() -> None:
        visitor, _ = listener.accept()
        with visitor, contextlib.suppress(OSError):
            visitor.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(100):  # 5 s
                if over.wait(0.05):
                    break
                visitor.sendall(b"X-More: and more\r\n")

    threading.Thread(target=trickle, daemon=True).start()
    began = time.monotonic()
    with listener, pytest.raises(SetuUnavailable, match="storage:"):
        fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/", deadline=0.5)
    over.set()
    assert 0.4 < time.monotonic() - began < 3


def test_the_system_knows_this_machine_and_says_when_it_knows_no_such_name():
    assert "127.0.0.1" in system_resolver("127.0.0.1")
    with pytest.raises(httpx.ConnectError):
        system_resolver("no-such-host.invalid")


def test_a_name_server_that_says_nothing_is_not_waited_for(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(pinned, "RESOLVE_SECONDS", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(5) and [])
    with pytest.raises(httpx.ConnectTimeout):
        system_resolver("files.setu.co")
    over.set()


def test_other_schemes_are_not_even_looked_up():
    def resolve(host: str) -> list[str]:
        raise AssertionError(host)

    with pytest.raises(LinkRefused):
        PinnedTransport(resolve=resolve).handle_request(httpx.Request("GET", "ftp://files.setu.co/1"))
