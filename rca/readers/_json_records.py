"""JSON objects with the line on which each begins: arrays, JSON lines and arrays nested in objects, in bounded memory.

One pass at the speed of the C decoder: only the brackets above a record are walked in Python, each record is decoded
whole, and lines are counted by the line ends between two records.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol, TypeVar

from rca.model import Problem
from rca.readers._open import Source

Path = tuple[str | frozenset[str], ...]
"""Keys that lead to the records, from the outside; a frozenset stands for any one of its names."""

Context = tuple[dict[str, Any], ...]
"""The objects around a record, outermost first, from the element of the outermost array inwards."""

class Text(Protocol):
    """What is read from: a `Source`, or anything with blocks of whole lines."""

    path: str

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """(number of the first line, bytes), block by block."""
        ...

    def note(self, text: str) -> None:
        """Takes what was assumed or missed."""
        ...


Found = tuple[int, dict[str, Any], Context]

_Steps = tuple[frozenset[str], ...]
_Placed = tuple[int, Any, Context]
_T = TypeVar("_T")
_decode = json.JSONDecoder(strict=False).raw_decode     # raw tabs and line ends within strings are read as they stand
_blank = re.compile(r"[ \t\r\n]*").match
_EXCERPT = 200
_PIECE = 64 << 10
"""Characters looked at together: a decoding error costs as much as the text before it, for it counts lines."""
_TOKEN = 12
"""Characters: an error this near the end of the text may be a token that was cut; no literal or escape is longer."""


def records(source: Text, head_path: Path = (), *, problems: list[Problem] | None = None) -> Iterator[
        tuple[int, dict[str, Any]]]:
    """(1-based line on which it begins, object) for every record of `source`, in the order of the file.

    Records are the elements of a top-level array, the objects of a file of JSON lines (or of any documents below each
    other), or with `head_path` what stands under these keys: `("data", "result")` for a Prometheus answer. Arrays on
    the way are gone through, so `("resourceSpans", "scopeSpans", "spans")` works too.

    What cannot be read is appended to `problems`; without a list it is noted on the source. Reading goes on with the
    next object that begins a line no deeper than the broken one. Nothing is raised for what the file holds.
    """
    for line, record, _ in nested(source, head_path, problems=problems):
        yield line, record


def nested(source: Text, path: Path, *, problems: list[Problem] | None = None) -> Iterator[Found]:
    """Like `records`, with the objects around each record: (line, record, context).

    An object of the context holds all its members but the one that leads to the records, also those that the file
    writes after it. What stands around the outermost array is not part of it.
    """
    feed = _Feed(source, problems)
    steps = tuple(frozenset({step}) if isinstance(step, str) else step for step in path)
    while feed.peek():
        try:
            yield from _document(feed, steps)
        except _Broken as broken:
            yield from feed.placed(broken.rescued)
            feed.report(broken)
            feed.resume(broken, steps)


def first_records(text: str, path: Path = (), *, limit: int = 50) -> list[dict[str, Any]]:
    """The first records of the beginning of a file, for detection; what is cut off or broken is passed over.

    >>> first_records('{"data": [{"a": 1}, {"a": 2}, {"a', ("data",))
    [{'a': 1}, {'a': 2}]
    """
    return [record for _, record in islice(records(_Beginning(text), path, problems=[]), limit)]


class _Beginning:
    """Text in memory, read like a source."""

    path = ""

    def __init__(self, text: str) -> None:
        self.text = text

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        yield 1, self.text.encode("utf-8", errors="replace")

    def note(self, text: str) -> None:
        """Nobody asks what a detection missed."""


class _Broken(Exception):     # noqa: N818 - never leaves this file
    """JSON that is not well-formed; `at` is where the record began, `wrong` where it broke, in the feed's text."""

    def __init__(self, reason: str, at: int, wrong: int, rescued: Iterable[_Placed] = ()) -> None:
        super().__init__(reason)
        self.at, self.wrong, self.rescued = at, wrong, tuple(rescued)


class _Feed:
    """The text of a source as far as it is needed: `text` from the position `at` on."""

    def __init__(self, source: Text, problems: list[Problem] | None) -> None:
        self.source, self.problems, self.text, self.at = source, problems, "", 0
        self._pieces = _pieces(source)
        self._end = 0                       # where trailing blanks begin
        self._mark, self._line = 0, 1       # a position and its line
        self._told = 0                      # the line of the last Problem

    def grow(self) -> bool:
        """Forgets what is read and doubles what is not (so that retries stay linear); False at the end of the file."""
        parts, size, wanted = [], 0, len(self.text) - self.at
        while size <= wanted and (piece := next(self._pieces, "")):
            parts.append(piece)
            size += len(piece)
        if not parts:
            return False
        self.line_of(self.at)
        self.text = "".join([self.text[self.at:], *parts])
        self._mark = self.at = 0
        self._end = len(self.text.rstrip())
        return True

    def line_of(self, at: int) -> int:
        """The line of a position. Asked in rising order, all of it costs one pass."""
        passed = self.text.count("\n", min(self._mark, at), max(self._mark, at))
        self._line += passed if at >= self._mark else -passed
        self._mark = at
        return self._line

    def peek(self) -> str:
        """The next character that is not blank, or '' at the end; `at` stands on it."""
        while True:
            self.at = _skip(self.text, self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.grow():
                return ""

    def parse(self, parser: Callable[[str, int], tuple[_T, int]], rescued: Iterable[_Placed] = ()) -> _T:
        """What `parser` makes of the text at `at`; more text is fetched while it ends too early."""
        while True:
            try:
                value, self.at = parser(self.text, self.at)
            except json.JSONDecodeError as error:
                if not (self._cut(error) and self.grow()):
                    raise _Broken(self._reason(error), self.at, error.pos, rescued) from None
            except RecursionError:
                raise _Broken("nested too deeply", self.at, self.at, rescued) from None
            except ValueError as error:      # Python refuses whole numbers of more than 4,300 digits
                raise _Broken(str(error).split(";")[0], self.at, self.at, rescued) from None
            else:
                return value

    def _cut(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated") or error.pos >= self._end - _TOKEN

    def _reason(self, error: json.JSONDecodeError) -> str:
        cut = error.msg.startswith("Unterminated") or error.pos >= self._end
        return "the file ends within a record" if cut else error.msg

    def placed(self, found: Iterable[_Placed]) -> Iterator[Found]:
        """The objects among `found` with their lines; anything else is reported."""
        for at, value, context in found:
            if isinstance(value, dict):
                yield self.line_of(at), value, context
            else:
                self.report(_Broken(f"got {type(value).__name__}", at, at))

    def report(self, broken: _Broken) -> None:
        """Says what went wrong: the line on which the record begins, and where it broke."""
        wrong, begin = self.line_of(broken.wrong), self.line_of(broken.at)
        if begin == self._told:      # a line of half a million strings is one Problem
            return
        self._told = begin
        start = max(self.text.rfind("\n", 0, broken.wrong) + 1, broken.wrong - _EXCERPT // 2)
        excerpt = self.text[start:start + _EXCERPT].split("\n", 1)[0].strip()
        where = "" if wrong == begin else f" at line {wrong}"
        problem = Problem(source=self.source.path, line=begin, text=excerpt,
                          reason=f"expected a JSON object: {broken}{where}")
        if self.problems is None:
            self.source.note(str(problem))
        else:
            self.problems.append(problem)

    def resume(self, broken: _Broken, steps: _Steps) -> None:
        """Goes to the next line on which a record may begin, or to the end of the file.

        Between records that stand deep in a document no place is safe but the start of another document.
        """
        depth = 0 if steps else broken.at - (self.text.rfind("\n", 0, broken.at) + 1)
        begins = re.compile(rf"\n(?=[ \t]{{0,{min(depth, 200)}}}\{{)")
        self.at = broken.at
        while (match := begins.search(self.text, self.at)) is None:
            self.at = max(self.at, self.text.rfind("\n"))       # the last line end may stand before a record
            if not self.grow():
                self.at = len(self.text)
                return
        self.at = match.end()


def _pieces(source: Text) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for _, block in source.pieces() if isinstance(source, Source) else source.blocks():     # a document may be one line
        text = decoder.decode(block)
        yield from (text[at:at + _PIECE] for at in range(0, len(text), _PIECE))
    yield decoder.decode(b"", final=True)


def _document(feed: _Feed, steps: _Steps) -> Iterator[Found]:
    first = feed.peek()
    if first == "[":
        yield from _elements(feed, steps)
    elif first == "{" and steps:
        yield from _members(feed, steps)
    elif first in ",]}":      # what is left of an array in which reading was taken up again
        feed.at += 1
    else:
        yield from _element(feed, steps)


def _elements(feed: _Feed, steps: _Steps) -> Iterator[Found]:
    feed.at += 1
    while (first := feed.peek()) != "]":
        if not first:
            raise _Broken("the file ends within an array", feed.at, feed.at)
        if first == ",":
            feed.at += 1
        else:
            yield from _element(feed, steps)
    feed.at += 1


def _members(feed: _Feed, steps: _Steps) -> Iterator[Found]:
    """The records below an object that stands outside of every array."""
    feed.at += 1
    while (first := feed.peek()) != "}":
        if first == ",":
            feed.at += 1
        else:
            yield from _member(feed, steps)
    feed.at += 1


def _member(feed: _Feed, steps: _Steps) -> Iterator[Found]:
    key, first = feed.parse(_key), feed.peek()
    if key not in steps[0]:
        feed.parse(_decode)
    elif first == "[":
        yield from _elements(feed, steps[1:])
    elif first == "{" and steps[1:]:
        yield from _members(feed, steps[1:])
    else:
        yield from _element(feed, steps[1:])


def _element(feed: _Feed, steps: _Steps) -> Iterator[Found]:
    """The records of one element of the outermost array: itself, or what stands below it."""
    found: list[_Placed] = []

    def parser(text: str, at: int) -> tuple[None, int]:
        found.clear()
        return None, _inside(text, at, steps, (), found)

    feed.parse(parser, found)
    return feed.placed(found)


def _inside(text: str, at: int, steps: _Steps, context: Context, found: list[_Placed]) -> int:
    """Collects the records below the value at `at`; the position after it."""
    first = text[at:at + 1]
    if steps and first == "{":
        return _object(text, at, steps, context, found)
    if first == "[":
        return _array(text, at, steps, context, found)
    value, end = _decode(text, at)
    found.append((at, value, context))
    return end


def _array(text: str, at: int, steps: _Steps, context: Context, found: list[_Placed]) -> int:
    at = _skip(text, at + 1)
    while text[at:at + 1] != "]":
        at = _skip(text, _inside(text, at, steps, context, found))
        at = _after_comma(text, at, "]")
    return at + 1


def _object(text: str, at: int, steps: _Steps, context: Context, found: list[_Placed]) -> int:
    members: dict[str, Any] = {}
    inner = (*context, members)
    at = _skip(text, at + 1)
    while text[at:at + 1] != "}":
        key, at = _key(text, at)
        at = _skip(text, at)
        if key in steps[0] and text[at:at + 1] in ("{", "["):
            at = _inside(text, at, steps[1:], inner, found)
        else:
            members[key], at = _decode(text, at)
        at = _after_comma(text, _skip(text, at), "}")
    return at + 1


def _key(text: str, at: int) -> tuple[str, int]:
    """A member's name and the position after its colon."""
    key, end = _decode(text, at)
    end = _skip(text, end)
    if not isinstance(key, str) or text[end:end + 1] != ":":
        raise json.JSONDecodeError("Expecting a name and ':'", text, end)
    return key, end + 1


def _after_comma(text: str, at: int, closing: str) -> int:
    """The position of the next item, or of the closing bracket."""
    if text[at:at + 1] == ",":
        return _skip(text, at + 1)
    if text[at:at + 1] != closing:
        raise json.JSONDecodeError(f"Expecting ',' or '{closing}'", text, at)
    return at


def _skip(text: str, at: int) -> int:
    match = _blank(text, at)
    assert match is not None
    return match.end()
