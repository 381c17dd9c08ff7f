"""Files on a local disk. A name stands for a whole file or for none, whoever writes it and whenever the power goes."""

import os
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.storage import FileSystemStorage

PARTS = ".parts"  # the folder of what is being written: no file yet, so it is not listed
PART_SECONDS = 86_400.0  # s after which whoever wrote a part is held to be dead


class DiskFiles(FileSystemStorage):
    """Private files, named by their content: overwriting one writes the same bytes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_overwrite=True, **options)

    def _save(self, name: str, content: Any) -> str:
        """Written beside and brought to the disk, then put in its place in one step. Raises OSError.

        What was there before stays until then, so that somebody who writes the same bytes, and fails or dies, takes
        nothing from others.
        """
        target, part = Path(self.path(name)), Path(self.path(PARTS)) / uuid4().hex
        for folder in (target.parent, part.parent):
            self._make_folder(folder)
        _sweep(part.parent)
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._mode()), "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        self._sync_names(target)
        return name

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        folders, files = super().listdir(path)
        return [folder for folder in folders if folder != PARTS], files

    def _mode(self) -> int:
        return self.file_permissions_mode or 0o600

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            self._make_folder(folder.parent)
            folder.mkdir(mode=self.directory_permissions_mode or 0o700, exist_ok=True)

    def _sync_names(self, target: Path) -> None:
        """A file's name, and those of the folders down to it, outlive a power cut too."""
        root = Path(self.path(""))
        for folder in target.parents:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if folder == root:
                break


def _sweep(parts: Path) -> None:
    """What processes that died have left. There is next to nothing to list: parts live for seconds."""
    for part in parts.iterdir():
        try:
            if time.time() - part.stat().st_mtime > PART_SECONDS:
                part.unlink()
        except FileNotFoundError:  # it has become a file, or somebody else sweeps
            continue
