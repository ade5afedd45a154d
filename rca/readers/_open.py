"""Opens every file: plain, compressed or inside an archive, in whatever encoding. The only reader that touches the disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path

BLOCK_BYTES = 4 << 20
HEAD_BYTES = 64 << 10


class Source:
    """One opened file as a reader sees it: UTF-8 bytes with 1-based lines.

    `path` is what rows and Problems call it, `name` its last part, `modified` the file's time (None for a stream),
    `zone` the time zone of times that have none.
    """

    def __init__(self, path: str, file: Path, *, zone: tzinfo = UTC) -> None:
        self.path, self.file, self.zone = path, file, zone
        self.name = Path(path).name
        self.notes: list[str] = []

    @property
    def modified(self) -> datetime | None:
        """When the file was last written."""
        return datetime.fromtimestamp(self.file.stat().st_mtime, tz=UTC)

    def note(self, text: str) -> None:
        """Says what was assumed in reading; shown with the source, once."""
        if text not in self.notes:
            self.notes.append(text)

    def head(self) -> bytes:
        """The first 64 KiB."""
        with self.file.open("rb") as stream:
            return stream.read(HEAD_BYTES)

    def blocks(self, size: int = BLOCK_BYTES) -> Iterator[tuple[int, bytes]]:
        """(number of the first line, whole lines of UTF-8 with their line ends), block by block."""
        line, rest = 1, b""
        with self.file.open("rb") as stream:
            while chunk := stream.read(size):
                block = rest + chunk
                cut = block.rfind(b"\n") + 1
                block, rest = block[:cut], block[cut:]
                if block:
                    yield line, block
                    line += block.count(b"\n")
        if rest:
            yield line, rest

    def lines(self) -> Iterator[tuple[int, str]]:
        """(1-based number, text without its line end) of every line."""
        for first, block in self.blocks():
            parts = block.split(b"\n")
            if not parts[-1]:
                parts.pop()
            for number, raw in enumerate(parts, first):
                yield number, raw.removesuffix(b"\r").decode("utf-8", errors="replace")

    def data(self) -> bytes:
        """The whole file."""
        return b"".join(block for _, block in self.blocks())
