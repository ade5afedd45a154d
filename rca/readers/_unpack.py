"""Compressed bytes as a stream that keeps what came before a fault: gzip, bzip2, xz and Zstandard, known by magic.

The decoders of the standard library raise at a cut or a wrong checksum and lose what they had decoded; here the stream
ends there, and `fault` says why.
"""

from __future__ import annotations

import bz2
import importlib
import io
import lzma
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, Protocol

from rca.readers._limits import Limits

PACKED_CHUNK = 64 << 10
_OUTPUT = 1 << 20
_ZSTD_CHUNK = 1 << 10
"""zstandard's decoder has no limit of its own; a KiB of input makes at most some 32 MiB (128 KiB per 4-byte block)."""


class _Decoder(Protocol):
    """One compressed member; another may follow in `unused_data`."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def feed(self, data: bytes) -> bytes:
        """What `data` decodes to, at most about `_OUTPUT` bytes at a time; `b""` asks for what is still inside."""
        ...

    @property
    def hungry(self) -> bool:
        """Whether it needs more input to go on."""
        ...


class Fault(Exception):     # noqa: N818 - carries what was decoded before the fault
    """Damaged data."""

    def __init__(self, reason: str, saved: bytes = b"") -> None:
        super().__init__(reason)
        self.saved = saved


class _Gzip:
    """RFC 1952, by zlib. A copy of the decoder is kept, for zlib gives nothing back of the call in which it fails."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    @property
    def hungry(self) -> bool:
        return not self._zlib.unconsumed_tail

    def feed(self, data: bytes) -> bytes:
        packed, before = self._zlib.unconsumed_tail + data, self._zlib.copy()
        try:
            return self._zlib.decompress(packed, _OUTPUT)
        except zlib.error as error:
            raise Fault(str(error), _rescued(before, packed)) from None


def _rescued(decoder: Any, packed: bytes) -> bytes:
    """What decodes before the byte at which it fails."""
    saved = bytearray()
    with suppress(zlib.error):      # the fault that is known already
        for at in range(len(packed)):
            saved += decoder.decompress(packed[at:at + 1])
    return bytes(saved)


class _Standard:
    """bz2 and lzma, whose decoders share one interface."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder

    @property
    def eof(self) -> bool:
        return bool(self._decoder.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._decoder.unused_data)

    @property
    def hungry(self) -> bool:
        return bool(self._decoder.needs_input)

    def feed(self, data: bytes) -> bytes:
        try:
            return bytes(self._decoder.decompress(data, _OUTPUT))
        except (OSError, lzma.LZMAError, EOFError) as error:
            raise Fault(str(error)) from None


class _Zstandard:
    """RFC 8878, by the package `zstandard`."""

    hungry = True

    def __init__(self, module: Any) -> None:
        self._decoder, self._error = module.ZstdDecompressor(max_window_size=1 << 27).decompressobj(), module.ZstdError

    @property
    def eof(self) -> bool:
        return bool(self._decoder.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._decoder.unused_data)

    def feed(self, data: bytes) -> bytes:
        try:
            return bytes(self._decoder.decompress(data))
        except self._error as error:
            raise Fault(str(error)) from None


class MissingDecoder(Exception):     # noqa: N818 - becomes a Problem of the file
    """The packing is known, but what unpacks it is not installed."""


def _zstandard() -> _Decoder:
    for name in ("compression.zstd", "zstandard"):      # the first is part of Python from 3.14 on
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        return _Standard(_with_errors(module)) if name == "compression.zstd" else _Zstandard(module)
    raise MissingDecoder("compressed with Zstandard, which needs `pip install 'rca[zstd]'` before Python 3.14")


def _with_errors(module: Any) -> Any:
    """A decoder of `compression.zstd` whose errors are those that `_Standard` knows."""
    class Decoder(module.ZstdDecompressor):     # type: ignore[misc]
        def decompress(self, data: bytes, max_length: int = -1) -> bytes:
            try:
                return bytes(super().decompress(data, max_length))
            except module.ZstdError as error:
                raise EOFError(str(error)) from None
    return Decoder()


PACKINGS: tuple[tuple[str, bytes, Callable[[], _Decoder]], ...] = (
    ("gzip", b"\x1f\x8b\x08", _Gzip),
    ("bzip2", b"BZh", lambda: _Standard(bz2.BZ2Decompressor())),
    ("xz", b"\xfd7zXZ\x00", lambda: _Standard(lzma.LZMADecompressor())),
    ("zstd", b"\x28\xb5\x2f\xfd", _zstandard),
)
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
"""What follows "BZh" and the level: a block, or the end of an empty file. A text may begin with "BZh"."""


def packing(head: bytes) -> str | None:
    r"""The name of the packing whose magic bytes `head` begins with.

    >>> packing(b"\x1f\x8b\x08rest"), packing(b"BZh is a town")
    ('gzip', None)
    """
    found = next((name for name, magic, _ in PACKINGS if head.startswith(magic)), None)
    return None if found == "bzip2" and not head[4:10].startswith(_BZIP2_BLOCKS) else found


def bomb(given: int, taken: int, limits: Limits) -> str:
    """Why `given` bytes that came of `taken` were the last."""
    return (f"stopped after {given:,} bytes, unpacked from {taken:,}: more than {limits.ratio:g}-fold looks like a "
            "decompression bomb; raise `Limits.ratio` if it is none")


class Unpacked(io.RawIOBase):
    """The unpacked bytes of `packed`. Reading ends early at damage or at a limit, and `fault` then says why."""

    def __init__(self, packed: BinaryIO, kind: str, limits: Limits) -> None:
        super().__init__()
        self._packed, self._kind, self._limits = packed, kind, limits
        self._make = next(make for name, _, make in PACKINGS if name == kind)
        self._chunk = _ZSTD_CHUNK if kind == "zstd" else PACKED_CHUNK
        self._decoder: _Decoder | None = self._make()
        self._input, self._left = b"", b""
        self._taken = self._given = 0
        self.fault: str | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills `buffer` with what comes next; 0 at the end."""
        while not self._left and self._decoder is not None:
            self._left = self._next(self._decoder)
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count

    def close(self) -> None:
        """Closes the packed stream too."""
        if not self.closed:
            self._packed.close()
        super().close()

    def _next(self, decoder: _Decoder) -> bytes:
        if decoder.eof:
            return self._following(decoder)
        if decoder.hungry and not self._input and not self._fetch():
            return decoder.feed(b"") or self._stop(f"{self._kind} data is cut off after {self._given:,} unpacked bytes")
        data, self._input = self._input, b""
        try:
            found = decoder.feed(data)
        except Fault as fault:
            given = self._given + len(fault.saved)
            self._stop(f"{self._kind} data is damaged after {given:,} unpacked bytes: {fault}")
            return fault.saved
        self._given += len(found)
        excess = self._too_much()
        if excess:
            self._stop(excess)
        return found

    def _following(self, decoder: _Decoder) -> bytes:
        """Goes on with a member behind the one that ended; padding and foreign bytes behind it are no data."""
        self._input = decoder.unused_data
        if not self._input.strip(b"\0"):
            self._input = b""
            while self._fetch() and not self._input.strip(b"\0"):
                self._input = b""
        if len(self._input) < 10:
            self._input += self._packed.read(10)
        magic = next(magic for name, magic, _ in PACKINGS if name == self._kind)
        if self._input.startswith(magic):
            self._decoder = self._make()
            return b""
        return self._stop(f"{self._kind} data is followed by bytes that are none" if self._input.strip(b"\0") else "")

    def _fetch(self) -> bool:
        data = self._packed.read(self._chunk)
        self._input += data
        self._taken += len(data)
        return bool(data)

    def _stop(self, reason: str) -> bytes:
        self._decoder, self.fault = None, reason or None
        return b""

    def _too_much(self) -> str:
        limits = self._limits
        if self._given > limits.unpacked_bytes:
            return f"stopped after {limits.unpacked_bytes:,} unpacked bytes, the limit `Limits.unpacked_bytes`"
        if self._given > limits.ratio_free_bytes and self._given > limits.ratio * max(1, self._taken):
            return bomb(self._given, self._taken, limits)
        return ""
