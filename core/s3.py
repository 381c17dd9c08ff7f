"""Files in an S3-compatible storage. Its faults are OSErrors, as those of a disk are, and each call has an end."""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 8, 2
TRANSFER_SECONDS = 11.0  # s from the first byte asked for or sent until a slow storage is given up
CALL_SECONDS = TRANSFER_SECONDS + ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS)  # no call takes longer
ONE_PUT_BYTES = (
    64 * 1024 * 1024
)  # below, an object is there whole or not at all, and no parts are left behind
MEMORY_BYTES = 1024 * 1024  # of an opened file; the rest waits on the disk
CHUNK_BYTES = 64 * 1024


class StorageUnavailable(OSError):
    """The storage did not answer, or refused. Says which of both, and no address."""

    loggable = True


class Paced(File):  # type: ignore[type-arg]  # not subscriptable at run time
    """A file to send that stops being readable once its time is over."""

    def __init__(self, file: "File[bytes]", name: str) -> None:
        super().__init__(file, name)
        self._whole = file
        self._until = time.monotonic() + TRANSFER_SECONDS

    def read(self, size: int = -1) -> bytes:
        _check(self._until)
        content: bytes = self._whole.read(size)
        return content


class S3Files(S3Storage):  # type: ignore[misc]  # untyped library
    """Private objects, named by their content: overwriting one writes the same bytes."""

    def __init__(self, *, path_style: bool = False, **options: Any) -> None:
        options |= {
            "file_overwrite": True,
            "default_acl": None,  # the bucket's own
            "client_config": Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                signature_version="s3v4",
                s3={"addressing_style": "path" if path_style else "auto"},
                # Other makers' servers refuse the checksums that Amazon's newer clients add by themselves.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            "transfer_config": TransferConfig(multipart_threshold=ONE_PUT_BYTES, use_threads=False),
        }
        super().__init__(**options)

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """Fetched whole before the first byte is handed on: a fault comes here, not in the midst of an answer.

        Raises FileNotFoundError, StorageUnavailable.
        """
        if mode != "rb":
            raise ValueError("Files here are read, or saved whole.")
        # Whoever opens the file closes it.
        spool = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
        try:
            with _faults(name):
                until = time.monotonic() + TRANSFER_SECONDS
                found = self.bucket.Object(self._normalize_name(name)).get()
                for chunk in found["Body"].iter_chunks(CHUNK_BYTES):
                    _check(until)
                    spool.write(chunk)
        except BaseException:
            spool.close()
            raise
        spool.seek(0)
        return File(spool, name)

    def _save(self, name: str, content: Any) -> str:
        with _faults(name):
            saved: str = super()._save(name, Paced(content, name))
        return saved

    def exists(self, name: str) -> bool:
        with _faults(name):
            found: bool = super().exists(name)
        return found

    def delete(self, name: str) -> None:
        with _faults(name):
            super().delete(name)


def _check(until: float) -> None:
    if time.monotonic() > until:
        raise StorageUnavailable("The storage is too slow.")


@contextlib.contextmanager
def _faults(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code == "NoSuchKey":
            raise FileNotFoundError(f"There is no file {name}.") from None
        raise StorageUnavailable(f"The storage refused: {code}.") from error
    except (BotoCoreError, Boto3Error) as error:
        raise StorageUnavailable(f"The storage did not answer: {type(error).__name__}.") from error
