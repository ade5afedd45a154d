"""A private temporary folder for what must stand on disk unpacked, gone with the last thing that needs it."""

from __future__ import annotations

import io
import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

IN_MEMORY_BYTES = 1 << 20
"""Smaller members of an archive are kept in memory: most are, and a file costs more than its copy."""
_COPY = 1 << 20


class Workspace:
    """Files that the library unpacks; only it names them, so that no member of an archive decides where it goes.

    The folder (mode 0700) is made when first needed and removed with the Workspace, or by `close`.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._count = 0
        self.kept: set[Path] = set()
        """Files that outlive their reading, such as heap dumps that are opened later."""

    def new(self) -> Path:
        """A path for one more file."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="rca-"))
            self._remove = weakref.finalize(self, shutil.rmtree, self._folder, True)
        self._count += 1
        return self._folder / f"{self._count:06}"

    def owns(self, file: Path) -> bool:
        """Whether the file stands in this workspace."""
        return file.parent == self._folder

    def drop(self, file: Path | None) -> None:
        """Removes a file of this workspace that nobody keeps."""
        if file is not None and self.owns(file) and file not in self.kept:
            file.unlink(missing_ok=True)

    def close(self) -> None:
        """Removes the folder, unless something in it is kept."""
        if self._folder is not None and not self.kept:
            self._remove()

    def spool(self, stream: BinaryIO) -> tuple[Callable[[], BinaryIO], Path | None]:
        """Copies a stream that can be read once: (opens the copy, its path where it stands on disk)."""
        data = stream.read(IN_MEMORY_BYTES)
        if len(data) < IN_MEMORY_BYTES:
            return (lambda: io.BytesIO(data)), None
        file = self.new()
        with file.open("wb") as copy:
            copy.write(data)
            shutil.copyfileobj(stream, copy, _COPY)
        return (lambda: file.open("rb")), file
