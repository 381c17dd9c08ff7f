"""A call is cut at its limit on real connections, wherever Setu dawdles; each connection serves one call."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from signing.setu import carrier, client, pinned
from signing.setu.client import SetuClient
from signing.setu.errors import SetuUnavailable
from tests.samples import setu_sample

from .fake import SIGNER

LIMIT = 0.5  # s, of every call here
DROPS = 100  # 5 s
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
TLS_RECORD = b"\x16\x03\x03\x40\x00"  # the beginning of a server's answer to a hello, 16 kB long


class Dawdler:
    """Sends `at_once` to whoever comes, then `drop` again and again, or nothing more. Counts its visitors."""

    def __init__(self, at_once: bytes, drop: bytes = b"") -> None:
        self.visits = 0
        self._at_once, self._drop = at_once, drop
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = self._listener.accept()
                self.visits += 1
                threading.Thread(target=self._dawdle, args=(visitor,), daemon=True).start()

    def _dawdle(self, visitor: socket.socket) -> None:
        with visitor, contextlib.suppress(OSError):
            visitor.recv(65_536)
            visitor.sendall(self._at_once)
            for _ in range(DROPS):
                if self._over.wait(0.05):
                    break
                visitor.sendall(self._drop)

    def close(self) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextlib.contextmanager
def setu_that_sends(at_once: bytes, drop: bytes = b"", *, scheme: str = "http") -> Iterator[SetuClient]:
    dawdler = Dawdler(at_once, drop)
    threading.Thread(target=dawdler.serve, daemon=True).start()
    setu = SetuClient(
        base_url=f"{scheme}://127.0.0.1:{dawdler.port}",
        client_id="our-id",
        client_secret="our-secret",
        product_instance_id="our-product",
    )
    try:
        yield setu
    finally:
        setu.close()
        dawdler.close()


@pytest.fixture(autouse=True)
def short_limits(monkeypatch):
    for name in ("READ_SECONDS", "UPLOAD_SECONDS", "CREATE_SECONDS", "DELETE_SECONDS"):
        monkeypatch.setattr(client, name, LIMIT)


def timers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if isinstance(each, threading.Timer)]


@pytest.fixture
def timed() -> Iterator[None]:
    """What is tried here ends at the limit, and not before."""
    began = time.monotonic()
    yield
    assert LIMIT - 0.1 < time.monotonic() - began < LIMIT + 2


DAWDLING = {
    "headers that trickle": (b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n"),
    "headers that stop": (b"HTTP/1.1 200 OK\r\nX-More: ", b""),
    "no answer": (b"", b""),
    "a body that trickles": (HEAD + b"Content-Length: 900\r\n\r\n", b" "),
    "a body that stops": (HEAD + b"Content-Length: 900\r\n\r\n{", b""),
    "a body without an end": (HEAD + b"\r\n" + setu_sample("signature_pending"), b" "),
}


@pytest.mark.usefixtures("timed")
@pytest.mark.parametrize("what", DAWDLING)
def test_a_call_ends_at_its_limit_whatever_dawdles(what):
    with setu_that_sends(*DAWDLING[what]) as setu, pytest.raises(SetuUnavailable) as caught:
        setu.signature("b1f0")
    assert caught.value.maybe_done is True


@pytest.mark.usefixtures("timed")
def test_a_create_that_is_cut_may_have_been_done():
    with (
        setu_that_sends(*DAWDLING["headers that trickle"]) as setu,
        pytest.raises(SetuUnavailable) as caught,
    ):
        setu.create(document_id="d1", redirect_url="https://a.example", reason=None, signers=[SIGNER])
    assert caught.value.maybe_done is True


@pytest.mark.usefixtures("timed")
def test_an_upload_that_is_taken_and_never_answered_ends_at_its_limit():
    with setu_that_sends(*DAWDLING["headers that trickle"]) as setu, pytest.raises(SetuUnavailable):
        setu.upload(name="Contract", content=b"x" * 100_000)


@pytest.mark.usefixtures("timed")
def test_a_handshake_that_trickles_ends_at_the_limit_and_has_done_nothing():
    with (
        setu_that_sends(TLS_RECORD, b"\x00", scheme="https") as setu,
        pytest.raises(SetuUnavailable) as caught,
    ):
        setu.create(document_id="d1", redirect_url="https://a.example", reason=None, signers=[SIGNER])
    assert caught.value.maybe_done is False


@pytest.mark.usefixtures("timed")
def test_a_failure_whose_body_stops_is_still_that_failure():
    busy = b"HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 900\r\n\r\n{"
    with setu_that_sends(busy) as setu, pytest.raises(SetuUnavailable) as caught:
        setu.signature("b1f0")
    assert (caught.value.status, caught.value.retry_after) == (429, 7.0)


def test_each_connection_serves_one_call_though_setu_would_keep_it():
    body = setu_sample("signature_pending")
    dawdler = Dawdler(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    threading.Thread(target=dawdler.serve, daemon=True).start()
    setu = SetuClient(
        base_url=f"http://127.0.0.1:{dawdler.port}",
        client_id="our-id",
        client_secret="our-secret",
        product_instance_id="our-product",
    )
    ids = {setu.signature("b1f0").id for _ in range(3)}
    setu.close()
    dawdler.close()
    assert (len(ids), dawdler.visits) == (1, 3)


def test_no_timer_is_left_behind_by_calls_that_went_well(monkeypatch):
    monkeypatch.setattr(client, "READ_SECONDS", 60.0)
    body = setu_sample("signature_pending")
    with setu_that_sends(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body) as setu:
        for _ in range(3):
            setu.signature("b1f0")
        # The limit is far: whatever waits for it now would be waiting for long.
        until = time.monotonic() + 10
        while timers() and time.monotonic() < until:
            time.sleep(0.01)
        assert not timers()


def test_finding_setu_and_connecting_takes_no_longer_than_the_shortest_call(monkeypatch):
    """Only then is there a connection that can be cut."""
    monkeypatch.undo()
    connect = carrier.TIMEOUT.connect
    assert connect is not None
    reaching = pinned.RESOLVE_SECONDS + pinned.ADDRESSES_TRIED * connect
    assert reaching <= min(client.READ_SECONDS, client.CREATE_SECONDS, client.DELETE_SECONDS)


def test_a_machine_without_a_free_thread_is_no_answer_and_nothing_was_sent(monkeypatch):
    def none_left(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with setu_that_sends(HEAD) as setu, monkeypatch.context() as machine:
        machine.setattr(threading.Timer, "start", none_left)
        with pytest.raises(SetuUnavailable) as caught:
            setu.upload(name="x", content=b"%PDF-1.7")
    assert (caught.value.maybe_done, str(caught.value)) == (False, "PoolTimeout")
