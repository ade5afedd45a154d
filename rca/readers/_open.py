"""One opened file as a reader sees it: plain, packed or a member of an archive, in whatever encoding, as UTF-8."""

from __future__ import annotations

import io
import shutil
from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from rca.model import HeapRef, Problem
from rca.readers._encoding import Encoding, Repairs, beginning, decoded, detect, mended, parts_of_lines, whole_lines
from rca.readers._limits import DEFAULT, Limits
from rca.readers._stored import Stored
from rca.readers._workspace import Workspace

BLOCK_BYTES = 4 << 20
HEAD_BYTES = 64 << 10
_EXCERPT = 200


class Source:
    r"""One opened file as a reader sees it.

    Text comes as valid UTF-8 without byte order mark, in whole lines that end in "\n" (CR LF and the CR of old
    Macintosh files become that; the last line may have no end), numbered from 1 as in the unpacked file. Windows-1252
    and zero bytes are mended and said. `path` is what rows and Problems call the file, `name` its last part, `modified`
    when it was written, `zone` the time zone of times that have none.

    A file can be read as often as a reader likes. What goes wrong on the way (a cut, damage, a line beyond the limit)
    ends or shortens the reading, never raises, and is told by `problems`.
    """

    def __init__(self, path: str, file: Path | Stored, *, zone: tzinfo = UTC, limits: Limits = DEFAULT,
                 workspace: Workspace | None = None) -> None:
        self.path, self.zone, self.limits = path, zone, limits
        self.name = path.replace("\\", "/").rsplit("!", 1)[-1].rsplit("/", 1)[-1]
        self.stored = on_disk(path, file) if isinstance(file, Path) else file
        self.notes: list[str] = []
        self.year_is_guessed = False
        self.foreign_lines = array("q")
        self._workspace = workspace or Workspace()
        self._unpacked: Path | None = None
        self._faults: dict[str, Problem] = {}
        self._repaired = self._read_bytes = 0

    @property
    def modified(self) -> datetime | None:
        """When the file (or the member of an archive) was last written; None for a stream."""
        return self.stored.modified

    @property
    def workspace(self) -> Workspace:
        """Where unpacked files stand."""
        return self._workspace

    @property
    def file(self) -> Path:
        """The unpacked bytes as a file on disk, for formats that are read at random.

        What is packed is unpacked into a private folder; it stays until the source is read, and longer where a HeapRef
        points to it.
        """
        if self.stored.file is not None:
            return self.stored.file
        if self._unpacked is None:
            self._unpacked = self._workspace.new()
            with self.open() as stream, self._unpacked.open("wb") as copy:
                shutil.copyfileobj(stream, copy, 1 << 20)
                self._read_bytes = copy.tell()
                self._ended(stream)
        return self._unpacked

    @property
    def size(self) -> int:
        """Bytes of the unpacked file, as far as it was read where nobody knows."""
        return self._read_bytes if self.stored.size is None else self.stored.size

    def open(self) -> BinaryIO:
        """The unpacked bytes as they stand, as a stream."""
        return self.stored.open()

    @cached_property
    def _beginning(self) -> tuple[bytes, bool]:
        with self.open() as stream:
            data = stream.read(2 * HEAD_BYTES)      # twice, for UTF-16 halves it
            complete = len(data) < 2 * HEAD_BYTES
            self._read_bytes = max(self._read_bytes, len(data))
            if complete:
                self._ended(stream)
        return data, complete

    @cached_property
    def encoding(self) -> Encoding:
        """How its bytes become text, told by the beginning."""
        found = detect(self._beginning[0][:HEAD_BYTES])
        if found.name != "utf-8":
            self.note(f"read as {found.name.upper()}")
        return found

    @property
    def complete(self) -> bool:
        """Whether `head` is all of the file."""
        data, complete = self._beginning
        return complete and len(data) <= (HEAD_BYTES if self.encoding.name == "utf-8" else 2 * HEAD_BYTES)

    @cached_property
    def _head(self) -> bytes:
        wide = self.encoding.name != "utf-8"
        data = self._beginning[0][:2 * HEAD_BYTES if wide else HEAD_BYTES]
        return data if self.encoding.binary else beginning(data, self.encoding, complete=self.complete)

    def head(self) -> bytes:
        """The first 64 KiB (of UTF-16 the first 128): UTF-8 as `blocks` gives it, or raw bytes of a binary file."""
        return self._head

    def blocks(self, size: int = BLOCK_BYTES) -> Iterator[tuple[int, bytes]]:
        """(number of the first line, whole lines), block by block of about `size` bytes."""
        repairs = Repairs()
        chunks = decoded(self._chunks(size), self.encoding)
        for first, block in whole_lines(chunks, self.limits.line_bytes, self._too_long):
            text = mended(first, block, repairs)
            self._mended(repairs)
            if text:
                yield first, text

    def pieces(self, size: int = BLOCK_BYTES) -> Iterator[tuple[int, bytes]]:
        """Like `blocks`, but a long line comes in parts and none is too long: for formats without lines."""
        repairs = Repairs()
        for first, part in parts_of_lines(decoded(self._chunks(size), self.encoding)):
            text = mended(first, part, repairs)
            self._mended(repairs)
            if text:
                yield first, text

    def lines(self) -> Iterator[tuple[int, str]]:
        """(1-based number, text without its line end) of every line."""
        for first, block in self.blocks():
            parts = block.decode("utf-8").split("\n")
            if not parts[-1]:
                parts.pop()
            yield from enumerate(parts, first)

    def data(self) -> bytes:
        """The whole file: UTF-8 as `blocks` gives it, or the raw bytes of a binary file."""
        chunks = self._chunks(BLOCK_BYTES) if self.encoding.binary else (block for _, block in self.blocks())
        return b"".join(chunks)

    def _chunks(self, size: int) -> Iterator[bytes]:
        count = 0
        with self.open() as stream:
            while chunk := stream.read(size):
                count += len(chunk)
                self._read_bytes = max(self._read_bytes, count)
                yield chunk
            self._ended(stream)

    def note(self, text: str) -> None:
        """Says what was assumed in reading; shown with the source, once."""
        if text not in self.notes:
            self.notes.append(text)

    def naive(self) -> None:
        """Says that times without a zone were read, and which zone was taken."""
        self.note(f"times without zone taken as {self.zone}")

    def yearless(self) -> None:
        """Says that times without a year were read and `modified` told the year, which other sources may correct."""
        self.year_is_guessed = True

    def foreign(self, line: int, count: int = 1) -> None:
        """Says that `count` lines from `line` on are not of the reader's format.

        A text with many such lines is offered to the other readers, which see the lines of the first as blank.
        """
        self.foreign_lines.extend(range(line, line + count))

    def keep(self, heap: HeapRef) -> HeapRef:
        """A HeapRef whose path can be opened later: what was unpacked for this source stays with the Telemetry."""
        packed = self.stored.file is None or self._workspace.owns(self.stored.file)
        if not packed:
            return heap
        self._workspace.kept.add(self.file)
        self.note(f"unpacked to {self.file}, which is there as long as this Telemetry")
        return replace(heap, path=str(self.file))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What went wrong in opening, unpacking and decoding, as far as the file was read."""
        return tuple(self._faults.values())

    def release(self) -> None:
        """Removes what was unpacked for this source and is not kept."""
        self._workspace.drop(self._unpacked)

    def _fault(self, key: str, reason: str, line: int | None = None, text: str = "") -> None:
        self._faults[key] = Problem(source=self.path, reason=reason, line=line, text=text)

    def _ended(self, stream: BinaryIO) -> None:
        if fault := getattr(stream, "fault", None):
            self._fault("stream", fault)

    def _too_long(self, line: int, start: bytes) -> None:
        text = start.decode("utf-8", errors="replace")[:_EXCERPT]
        limit = f"{self.limits.line_bytes:,} bytes, the limit `Limits.line_bytes`"
        self._fault(f"line {line}", f"the line is longer than {limit}: left out", line, text)

    def _mended(self, repairs: Repairs) -> None:
        if repairs.lines + repairs.zeros <= self._repaired:     # a reader looks at the first lines again
            return
        self._repaired = repairs.lines + repairs.zeros
        if repairs.lines:
            lines = "1 line is" if repairs.lines == 1 else f"{repairs.lines:,} lines are"
            reason = f"{lines} not UTF-8, this one first: foreign bytes are read as Windows-1252 (Latin-1)"
            self._fault("encoding", reason, repairs.first, repairs.text)
        if repairs.zeros:
            self._fault("zeros", f"{repairs.zeros:,} zero bytes left out: the file was truncated while it was written, "
                                 "or is damaged")


class ForeignLines(Source):
    """The lines of a source that its reader called foreign; the others are blank, so that numbers stay true."""

    def __init__(self, whole: Source) -> None:
        super().__init__(whole.path, whole.stored, zone=whole.zone, limits=whole.limits, workspace=whole.workspace)
        self._wanted = sorted(set(whole.foreign_lines))

    def blocks(self, size: int = BLOCK_BYTES) -> Iterator[tuple[int, bytes]]:
        """Like those of the whole file, with blank lines for those of its reader."""
        wanted, at = self._wanted, 0
        for first, block in super().blocks(size):
            lines = block.split(b"\n")
            kept = [b""] * len(lines)
            while at < len(wanted) and wanted[at] < first + len(lines) - 1:
                kept[wanted[at] - first] = lines[wanted[at] - first]
                at += 1
            if not block.endswith(b"\n") and at < len(wanted) and wanted[at] == first + len(lines) - 1:
                kept[-1] = lines[-1]
            yield first, b"\n".join(kept)

    def pieces(self, size: int = BLOCK_BYTES) -> Iterator[tuple[int, bytes]]:
        """The same as `blocks`."""
        return self.blocks(size)

    @cached_property
    def _head(self) -> bytes:
        parts: list[bytes] = []
        for _, block in self.blocks(HEAD_BYTES):
            parts += [line for line in block.split(b"\n") if line.strip()]
            if sum(map(len, parts)) >= HEAD_BYTES:
                break
        return b"\n".join(parts)[:HEAD_BYTES]

    @property
    def complete(self) -> bool:
        """Never: lines are left out."""
        return False


def on_disk(path: str, file: Path, tick: Callable[[int], None] | None = None) -> Stored:
    """A file of the disk; `tick` is told the position up to which it is read."""
    status = file.stat()
    return Stored(path=path, file=file, size=status.st_size, modified=datetime.fromtimestamp(status.st_mtime, tz=UTC),
                  open=(lambda: file.open("rb")) if tick is None else (lambda: io.BufferedReader(_Watched(file, tick))))


class _Watched(io.FileIO):
    """A file that tells how far it is read."""

    def __init__(self, file: Path, tick: Callable[[int], None]) -> None:
        super().__init__(file, "rb")
        self._tick = tick

    def readinto(self, buffer: bytearray | memoryview) -> int:     # type: ignore[override]
        count = super().readinto(buffer) or 0
        self._tick(self.tell())
        return count
