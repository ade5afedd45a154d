"""The members of a tar, read forwards only, and of a cut one all that is there."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any, BinaryIO, cast

from rca.model import Problem
from rca.readers._limits import Limits
from rca.readers._stored import Content, Stored, Tally, passed_over, refusal
from rca.readers._workspace import Workspace

_ERRORS = (tarfile.TarError, OSError, EOFError, ValueError)


def is_tar(head: bytes) -> bool:
    """By the checksum of the first header (the first 512 bytes), which the oldest tars have too."""
    try:
        return len(head) == tarfile.BLOCKSIZE and bool(tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape"))
    except tarfile.HeaderError:
        return False


def tar_members(stored: Stored, limits: Limits, workspace: Workspace) -> Iterator[Content]:
    """The members of a tar, each copied out of the stream; one is valid until the next one is asked for."""
    tally = Tally(stored.path, limits)
    with stored.open() as stream:
        padded = _Padded(stream)
        try:
            with tarfile.open(fileobj=cast("Any", padded), mode="r|", errorlevel=0) as archive:
                yield from _members(stored.path, archive, padded, tally, workspace)
        except _ERRORS as error:
            yield _cut(stored.path, getattr(stream, "fault", None) or f"the tar archive is damaged: {error}", tally)


def _members(path: str, archive: tarfile.TarFile, padded: _Padded, tally: Tally,
             workspace: Workspace) -> Iterator[Content]:
    for info in archive:
        if info.isdir() or passed_over(info.name):
            continue
        if excess := tally.excess(info.size):
            yield excess
            return
        yield from _member(archive, info, padded, f"{path}!{info.name.removeprefix('./')}", workspace)
        cast("Any", archive).members = []       # tarfile would keep every header
    if fault := getattr(padded.stream, "fault", None):
        yield _cut(path, fault, tally)
    elif padded.end is not None and padded.end <= archive.offset:
        yield _cut(path, "the tar archive ends without its end mark, as a cut one does", tally)


def _cut(path: str, reason: str, tally: Tally) -> Problem:
    return Problem(source=path, reason=f"{reason}; {tally.members:,} members begin before that")


def _member(archive: tarfile.TarFile, info: tarfile.TarInfo, padded: _Padded, path: str,
            workspace: Workspace) -> Iterator[Content]:
    if reason := _reason(info):
        yield Problem(source=path, reason=reason)
        return
    member = archive.extractfile(info)
    assert member is not None       # for it is a file
    whole = _Available(member, info, padded)
    opened, file = workspace.spool(io.BufferedReader(whole))
    modified = datetime.fromtimestamp(info.mtime, tz=UTC) if 0 < info.mtime < 1 << 33 else None
    yield Stored(path=path, open=opened, file=file, modified=modified, size=whole.given)
    workspace.drop(file)
    if whole.given < info.size:
        yield Problem(source=path,
                      reason=f"the archive is cut off after {whole.given:,} of this member's {info.size:,} bytes")


def _reason(info: tarfile.TarInfo) -> str | None:
    if info.issym() or info.islnk():
        return f"a link to {info.linkname!r} in an archive: not followed"
    return refusal(info.name) if info.isfile() else "a device or pipe in an archive: not read"


class _Padded:
    """A stream that goes on with zeros after its end: tarfile gives nothing of a block that is cut."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self._given = 0
        self.end: int | None = None

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes; `end` is set once they do not all come from the stream."""
        data = self.stream.read(size) if self.end is None else b""
        self._given += len(data)
        if len(data) < size and self.end is None:
            self.end = self._given
        return data.ljust(size, b"\0")


class _Available(io.RawIOBase):
    """A member as far as the archive holds it."""

    def __init__(self, member: IO[bytes], info: tarfile.TarInfo, padded: _Padded) -> None:
        super().__init__()
        self._member, self._info, self._padded = member, info, padded
        self.given = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills `buffer` with what comes next; 0 at the end."""
        data = self._member.read(len(buffer))
        if self._padded.end is not None and not self._info.issparse():
            data = data[:max(0, self._padded.end - self._info.offset_data - self.given)]
        buffer[:len(data)] = data
        self.given += len(data)
        return len(data)
