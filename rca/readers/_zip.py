"""The members of a zip, opened where they stand; a damaged one gives what came before the damage."""

from __future__ import annotations

import copy
import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rca.model import Problem
from rca.readers._limits import Limits
from rca.readers._stored import Content, Opened, Stored, Tally, passed_over, refusal
from rca.readers._unpack import PACKED_CHUNK, bomb
from rca.readers._workspace import Workspace

_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError,
           ValueError)


def zip_members(stored: Stored, limits: Limits, workspace: Workspace) -> Iterator[Content]:
    """The members of a zip; it is read from its end, so that one in a stream is copied to disk first."""
    if stored.file is None:
        with stored.open() as stream:
            opened, file = workspace.spool(stream)
            fault = getattr(stream, "fault", None)
        if fault:
            yield Problem(source=stored.path, reason=fault)
        yield from _members(replace(stored, open=opened, file=file), limits)
        workspace.drop(file)
    else:
        yield from _members(stored, limits)


def _members(stored: Stored, limits: Limits) -> Iterator[Content]:
    tally = Tally(stored.path, limits)
    with stored.open() as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except _ERRORS as error:
            yield Problem(source=stored.path, reason=f"the zip archive is cut off or damaged: {error}")
            return
        for info in archive.infolist():
            if info.is_dir() or passed_over(info.filename):
                continue
            if excess := tally.excess(info.file_size):
                yield excess
                return
            yield _member(archive, info, f"{stored.path}!{info.filename}", limits)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, limits: Limits) -> Content:
    mode = info.external_attr >> 16
    reason = refusal(info.filename)
    if info.flag_bits & 1:
        reason = "encrypted: unpack it with its password first"
    elif mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        reason = "a link or device in an archive: not followed"
    elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        reason = f"zip compression method {info.compress_type} is not known: unpack it first"
    if reason:
        return Problem(source=path, reason=reason)
    return Stored(path=path, open=lambda: Opened(_ZipMember(archive, info, limits)), modified=_time(info),
                  size=info.file_size)


def _time(info: zipfile.ZipInfo) -> datetime | None:
    """Local time of whoever packed it, taken as UTC: the format has no zone."""
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return None


class _ZipMember(io.RawIOBase):
    """A member of a zip that keeps what came before damage; its checksum is looked at here, at the end."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> None:
        super().__init__()
        self._info, self._limits = info, limits
        self._crc = self._given = 0
        self._stream: Any = None
        self.fault: str | None = None
        unchecked = copy.copy(info)
        del unchecked.CRC       # zipfile would raise with the last bytes and lose them
        try:
            self._stream = archive.open(unchecked)
        except _ERRORS as error:
            self.fault = f"the member is damaged: {error}"

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills `buffer` with what comes next; 0 at the end."""
        if self._stream is None:
            return 0
        try:
            data = self._stream.read1(min(len(buffer), PACKED_CHUNK))
        except _ERRORS as error:
            return self._stop(f"the member is damaged after {self._given:,} bytes: {error}")
        self._crc, self._given = zlib.crc32(data, self._crc), self._given + len(data)
        if not data:
            return self._stop(self._end())
        if self._given > max(self._limits.ratio_free_bytes, self._limits.ratio * max(1, self._info.compress_size)):
            return self._stop(bomb(self._given, self._info.compress_size, self._limits))
        buffer[:len(data)] = data
        return len(data)

    def _end(self) -> str | None:
        if self._given < self._info.file_size:
            return f"the member is cut off after {self._given:,} of {self._info.file_size:,} bytes"
        return None if self._crc == self._info.CRC else "the member's checksum is wrong: some of it may be damaged"

    def _stop(self, reason: str | None) -> int:
        self._stream.close()
        self._stream, self.fault = None, reason
        return 0
