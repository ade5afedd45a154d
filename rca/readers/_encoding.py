"""Text in whatever encoding as whole lines of valid UTF-8, in bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_SAMPLE = 4096
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
          (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
"""Byte order marks; that of UTF-32 LE begins with that of UTF-16 LE and stands before it."""

_PLAIN_SHARE = 0.1
"""Characters of a log that are blanks, digits or ASCII punctuation, at least. Bytes that are no UTF-16 are Chinese
characters when read as it, and one in 600 is one of these."""
_FOREIGN_BYTES = "rca-windows-1252"


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file become text.

    `mark` is the length of the byte order mark; `binary` where the bytes are no text; `lone_returns` where lines end
    with CR alone, as on the first Macintosh.
    """

    name: str = "utf-8"
    mark: int = 0
    binary: bool = False
    lone_returns: bool = False


def detect(head: bytes) -> Encoding:
    r"""The encoding of a file that begins with `head`.

    >>> detect("Überlauf\n".encode("utf-16")).name, detect(b"\x00\x01\x02\x03").binary
    ('utf-16-le', True)
    """
    for mark, name in _MARKS:
        if head.startswith(mark) and (name == "utf-8" or _reads_well(head[len(mark):], name)):
            return Encoding(name, len(mark), lone_returns=_lone_returns(head, name))
    if b"\0" not in head[:_SAMPLE]:
        return Encoding(lone_returns=_lone_returns(head, "utf-8"))
    wide = next((name for name in ("utf-16-le", "utf-16-be") if _is_wide(head, name)), None)
    if wide:
        return Encoding(wide, lone_returns=_lone_returns(head, wide))
    return Encoding(binary=not _is_hole(head))


def _lone_returns(head: bytes, name: str) -> bool:
    text = head.decode(name, errors="ignore")
    return "\r" in text[:-1] and "\n" not in text


def _is_hole(head: bytes) -> bool:
    """Zeros, then text: a log that was truncated while its writer kept its position."""
    text = head.lstrip(b"\0")
    return head.startswith(b"\0\0\0\0") and len(text) > 0 and b"\0" not in text and _reads_well(text, "utf-8")


def _reads_well(data: bytes, name: str) -> bool:
    """Whether the decoded text has no control characters but those of white space."""
    text = data[:_SAMPLE].decode(name, errors="ignore")
    return all(letter >= " " or letter in "\t\n\r\f\v\x1b" for letter in text)


def _is_wide(head: bytes, name: str) -> bool:
    sample = head[:_SAMPLE - _SAMPLE % 2]
    text = sample[:len(sample) // 2 * 2].decode(name, errors="replace")
    plain = sum(letter < "A" for letter in text)
    return bool(text) and _reads_well(sample, name) and "\0" not in text and "\ufffd" not in text[:-1] and (
        plain >= _PLAIN_SHARE * len(text))


class Repairs:
    """What had to be mended to make UTF-8 of a file: lines that are none, and zero bytes."""

    def __init__(self) -> None:
        self.lines = self.first = self.zeros = 0
        self.text = ""

    def foreign(self, line: int, text: str) -> None:
        """One more line that is not UTF-8."""
        self.lines += 1
        if self.lines == 1:
            self.first, self.text = line, text[:200]


def decoded(chunks: Iterable[bytes], encoding: Encoding) -> Iterator[bytes]:
    """The chunks without a byte order mark, in UTF-8 where they are in UTF-16 or UTF-32, lone CR as LF."""
    wide = None if encoding.name == "utf-8" else codecs.getincrementaldecoder(encoding.name)("replace")
    skip = encoding.mark
    for chunk in chunks:
        data, skip = chunk[skip:], max(0, skip - len(chunk))
        data = wide.decode(data).encode("utf-8", "replace") if wide else data
        if data:
            yield data.replace(b"\r", b"\n") if encoding.lone_returns else data
    if wide and (rest := wide.decode(b"", final=True)):
        yield rest.encode("utf-8", "replace")


TooLong = Callable[[int, bytes], None]
"""Told of a line that is left out: its number and its beginning."""


def whole_lines(chunks: Iterable[bytes], limit: int, too_long: TooLong) -> Iterator[tuple[int, bytes]]:
    """(number of the first line, whole lines) for each chunk that ends one; for a line beyond `limit` a blank one."""
    line, held, size, left_out = 1, [], 0, False
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if not end:
            size += len(chunk)
            held += [] if left_out else [chunk]
            if size > limit and not left_out:
                too_long(line, b"".join(held)[:200])
                held, left_out = [], True
            continue
        block = b"\n" + chunk[chunk.find(b"\n") + 1:end] if left_out else b"".join((*held, chunk[:end]))
        block = _without_long(line, block, limit, too_long) if len(block) > limit else block
        yield line, block
        line += block.count(b"\n")
        held, size, left_out = ([chunk[end:]] if end < len(chunk) else []), len(chunk) - end, False
    if held:
        yield line, _without_long(line, b"".join(held), limit, too_long)


def parts_of_lines(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """(number of the line in which it begins, part) for each chunk; no character and no CR LF is cut in two."""
    line, rest = 1, b""
    for chunk in chunks:
        data = rest + chunk
        end = len(data) - _cut_length(data)
        while data.endswith(b"\r", 0, end):
            end -= 1
        data, rest = data[:end], data[end:]
        if data:
            yield line, data
        line += data.count(b"\n")
    if rest:
        yield line, rest


def _without_long(first: int, block: bytes, limit: int, too_long: TooLong) -> bytes:
    lines = block.split(b"\n")
    for at, line in enumerate(lines):
        if len(line) > limit:
            too_long(first + at, line[:200])
            lines[at] = b""
    return b"\n".join(lines)


def mended(first: int, block: bytes, repairs: Repairs) -> bytes:
    """Whole lines as valid UTF-8 that end in LF; bytes that are no UTF-8 are taken as Windows-1252 (Latin-1)."""
    if b"\0" in block:
        repairs.zeros += block.count(b"\0")
        block = block.replace(b"\0", b"")
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").removesuffix(b"\r")
    if _is_utf8(block):
        return block
    lines = enumerate(block.split(b"\n"), first)
    return b"\n".join(raw if _is_utf8(raw) else _mended_line(number, raw, repairs) for number, raw in lines)


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _mended_line(number: int, raw: bytes, repairs: Repairs) -> bytes:
    text = raw.decode("utf-8", errors=_FOREIGN_BYTES)
    repairs.foreign(number, text)
    return text.encode()


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Only the bytes that are no UTF-8; the five that Windows-1252 leaves open are Latin-1 control characters."""
    assert isinstance(error, UnicodeDecodeError)
    raw = error.object[error.start:error.end]
    return "".join(_letter(raw[at:at + 1]) for at in range(len(raw))), error.end


def _letter(byte: bytes) -> str:
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:
        return byte.decode("latin-1")


codecs.register_error(_FOREIGN_BYTES, _as_windows_1252)     # under a name of its own: no other decoding is touched


def beginning(data: bytes, encoding: Encoding, *, complete: bool) -> bytes:
    """The beginning of a file as `mended` lines; a character that is cut at its end is left out."""
    text = b"".join(decoded([data], encoding))
    if not complete:
        text = text[:len(text) - _cut_length(text)]
    return mended(1, text, Repairs())


def _cut_length(text: bytes) -> int:
    """How many bytes at the end begin a character that is not whole."""
    for back in range(1, min(4, len(text)) + 1):
        byte: Any = text[-back]
        if byte >= 0xC0:
            wanted = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return back if back < wanted else 0
        if byte < 0x80:
            return 0
    return 0
