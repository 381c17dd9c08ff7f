"""Files in an S3-compatible storage: moto's server on a free port of this machine."""

import contextlib
import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core import s3
from core.s3 import StorageUnavailable
from core.storage import blob_keep, blob_name, blob_read
from tests import s3 as s3_server
from tests.s3 import kept, stores

CONTENT = b"%PDF- some bytes"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server.server() as address:
        yield address


@pytest.fixture(autouse=True)
def bucket(server: str, settings) -> Iterator[Any]:
    settings.STORAGES = stores(server)
    with s3_server.bucket(server) as bucket:
        yield bucket


def test_bytes_are_kept_once_under_the_organization_and_their_digest(bucket):
    organization = uuid4()
    names = [blob_keep(organization_id=organization, content=CONTENT) for _ in range(2)]
    assert names == [f"{organization}/{hashlib.sha256(CONTENT).hexdigest()}"] * 2
    assert [blob_read(names[0]) for _ in range(2)] == [CONTENT] * 2
    assert [default_storage.exists(names[0]) for _ in range(2)] == [True] * 2
    assert kept(bucket) == {names[0]: CONTENT}


@pytest.mark.parametrize("half", [b"", CONTENT[:5], CONTENT + b"x"])
def test_a_half_written_file_is_replaced(half, bucket):
    organization = uuid4()
    default_storage.save(blob_name(organization_id=organization, content=CONTENT), ContentFile(half))
    name = blob_keep(organization_id=organization, content=CONTENT)
    assert kept(bucket) == {name: CONTENT}


def test_a_large_file_comes_back_whole_from_the_disk_not_from_memory(bucket):
    content = os.urandom(s3.MEMORY_BYTES + 17)
    name = blob_keep(organization_id=uuid4(), content=content)
    assert blob_read(name) == content
    with default_storage.open(name) as file:
        spool: Any = file.file
        assert spool._rolled
        assert file.size == len(content)


def test_a_file_above_the_threshold_of_parts_is_one_object(bucket, monkeypatch):
    storage: Any = default_storage
    monkeypatch.setattr(storage.transfer_config, "multipart_threshold", 5 * 1024 * 1024)
    content = os.urandom(6 * 1024 * 1024)
    name = blob_keep(organization_id=uuid4(), content=content)
    assert kept(bucket) == {name: content}


def test_an_object_is_left_to_the_buckets_own_rules(bucket):
    name = blob_keep(organization_id=uuid4(), content=CONTENT)
    grants = bucket.Object(name).Acl().grants
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]


def test_a_file_that_is_gone_is_said_to_be_gone():
    name = blob_name(organization_id=uuid4(), content=CONTENT)
    assert not default_storage.exists(name)
    default_storage.delete(name)
    with pytest.raises(FileNotFoundError):
        blob_read(name)


def test_a_bucket_that_is_not_there_is_a_fault_of_the_storage_not_a_lost_file(settings, server):
    settings.STORAGES = stores(server, bucket_name="elsewhere")
    with pytest.raises(StorageUnavailable, match="NoSuchBucket"):
        blob_read("some/name")
    with pytest.raises(StorageUnavailable, match="NoSuchBucket"):
        blob_keep(organization_id=uuid4(), content=CONTENT)


def test_a_storage_that_is_down_or_frozen_is_an_os_error_and_has_an_end(settings, monkeypatch):
    monkeypatch.setattr(s3, "READ_SECONDS", 0.2)
    with socket.socket() as frozen:
        frozen.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{frozen.getsockname()[1]}"
        for listen in (False, True):
            if listen:
                frozen.listen()  # takes connections and never answers
            settings.STORAGES = stores(address)
            for call in (default_storage.exists, default_storage.delete, blob_read):
                with pytest.raises(StorageUnavailable, match="did not answer"):
                    call("some/name")


def test_an_answer_that_breaks_off_is_an_os_error_before_anything_is_handed_on(bucket, server, settings):
    """The file route's 503 depends on it: nothing of the answer has been sent yet."""
    name = blob_keep(organization_id=uuid4(), content=CONTENT)
    with breaking_off() as address:
        settings.STORAGES = stores(address)
        with pytest.raises(OSError, match="did not answer"):
            default_storage.open(name)


@contextlib.contextmanager
def breaking_off() -> Iterator[str]:
    """A server that promises 100 bytes and sends three."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(65_536)
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextlib.contextmanager
def slow_storage(*, taking: bool) -> Iterator[str]:
    """Takes, or gives, a few kilobytes at a time, for ever."""
    over = threading.Event()

    def dawdle(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(1024)
            if not taking:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n")
            while not over.wait(0.02):
                connection.recv(4096) if taking else connection.sendall(b"x" * s3.CHUNK_BYTES)

    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=dawdle, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        over.set()
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("taking", "call"),
    [
        pytest.param(
            True, lambda: blob_keep(organization_id=uuid4(), content=bytes(20_000_000)), id="taking"
        ),
        pytest.param(False, lambda: blob_read("some/name"), id="giving"),
    ],
)
def test_a_storage_that_is_slow_but_never_silent_is_given_up_too(taking, call, settings, monkeypatch):
    monkeypatch.setattr(s3, "TRANSFER_SECONDS", 0.4)
    began = time.monotonic()
    with slow_storage(taking=taking) as address:
        settings.STORAGES = stores(address)
        with pytest.raises(StorageUnavailable):
            call()
    assert time.monotonic() - began < 10


def test_other_modes_than_reading_are_refused():
    with pytest.raises(ValueError, match="read"):
        default_storage.open("some/name", "wb")
