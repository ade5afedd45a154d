"""A file as bytes that can be opened again, and what archives share: names, refusals, counted members."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rca.model import Problem
from rca.readers._limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Bytes that can be opened again and again: a file, or what was unpacked from one.

    `path` is how it is shown, `file` where these very bytes stand on disk (None: nowhere), `size` their number where it
    is known. A stream from `open` may carry a `fault` after its end: the reason why it ended early.
    """

    path: str
    open: Callable[[], BinaryIO]
    modified: datetime | None = None
    file: Path | None = None
    size: int | None = None


Content = Stored | Problem


class Opened(io.BufferedReader):
    """A buffered stream that hands on the fault of the stream below it."""

    @property
    def fault(self) -> str | None:
        """Why the stream ended early, known once its end is reached."""
        return getattr(self.raw, "fault", None)


def hidden(parts: tuple[str, ...]) -> bool:
    """Whether a path within a folder or an archive goes through a hidden name, such as `.git`.

    >>> hidden((".git", "config")), hidden((".", "app.log"))
    (True, False)
    """
    return any(part.startswith(".") and part not in (".", "..") for part in parts)


def refusal(name: str) -> str | None:
    """Why a member of this name is not read, or None.

    >>> refusal("../../etc/passwd"), refusal("logs/app.log")
    ("a path with '..' leaves the archive: not read", None)
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or (path.parts and path.parts[0][1:2] == ":"):
        return "an absolute path in an archive: not read"
    return "a path with '..' leaves the archive: not read" if ".." in path.parts else None


def passed_over(name: str) -> bool:
    """Whether a member is hidden within its archive; one that leads out of it is refused instead."""
    return hidden(PurePosixPath(name).parts) and refusal(name) is None


class Tally:
    """Counts the members of one archive against the limits."""

    def __init__(self, path: str, limits: Limits) -> None:
        self.path, self.limits, self.members, self.bytes = path, limits, 0, 0

    def excess(self, size: int) -> Problem | None:
        """The Problem that ends the archive, where one more member of `size` bytes is too much."""
        self.members += 1
        self.bytes += size
        if self.members > self.limits.members:
            return self._stopped(f"{self.limits.members:,} members, the limit `Limits.members`")
        if self.bytes > self.limits.unpacked_bytes:
            return self._stopped(f"{self.limits.unpacked_bytes:,} unpacked bytes, the limit `Limits.unpacked_bytes`")
        return None

    def _stopped(self, what: str) -> Problem:
        return Problem(source=self.path, reason=f"the archive holds more than {what}: the rest of it is not read")
