"""Learns from a file that no format knows where the time, level, thread, logger and message stand in its lines.

Only the header is learned: what stands at the same place in nearly every entry and is one of a few kinds of things.
Where that ends, the message begins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rca.readers._levels import WORD_PATTERN
from rca.readers._line_form import LineForm
from rca.readers._stamps import EPOCHS, STAMPS

NEARLY_ALL = 0.9
"""Share of entries in which something must stand at a place to belong to the header."""
_LATEST = 120
"""Characters before which the time must begin."""
_MOST_ELEMENTS = 14

_OPEN = r"[\[(<\"|]{0,2}"
_CLOSE = r"[\])>\"}]*(?: ?[,:;|-])*[ \t]*"
_LETTER_LEVEL = r"[VTDIWEFC]\b"
_NUMBER = re.compile(r"\d+(?=[\s\])|:,])")
_BRACKET = re.compile(r"\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]")
_PAREN = re.compile(r"\([^()]*\)")
_NAME_COLON = re.compile(r"[A-Za-z_$][\w$.\-/@#]*(?:\[\d+\])?(?=:\s|\s-\s|\s:\s|\s\|\s|\|)")
_DOTTED = re.compile(r"[A-Za-z_$][\w$\-]*(?:[./][\w$\-]+)+(?=[\s:])")
_WORD = re.compile(r"[^\s|\[\](){}\"'=]+")
_ALIGNED = re.compile(r"[A-Za-z]\w*(?=\t| {2,})")
_SEPARATOR = re.compile(r"[\s\])>}|,;:\"-]+")
_THREAD = re.compile(r"(?i)thread|worker|pool|exec|main|nio|^\d+$|listener|timer|scheduler")
_ANY_STAMP = "|".join(STAMPS)


@dataclass(frozen=True, slots=True)
class _Head:
    """A sample line cut at its time: what stands before and after it, and which pattern the time has."""

    before: str
    after: str
    stamp: str


def learn(lines: Sequence[str]) -> LineForm | None:
    """The form of most of `lines`, or None where no time stands at one place in them."""
    heads = [head for line in lines if (head := _cut(line))]
    if not heads:
        return None
    places = Counter(_depth(head) for head in heads)
    depth, _ = min(places.items(), key=lambda item: (-item[1], item[0]))
    heads = [head for head in heads if _depth(head) == depth]
    stamps = [stamp for stamp, _ in Counter(head.stamp for head in heads).most_common(3)]
    prefix, used = _prefix(heads)
    header = _header([head.after for head in heads], level_known="level" in used)
    opening = prefix + "(?P<time>" + "|".join(stamps) + ")"
    steps = [opening + _CLOSE, *([header] if header else [])]
    if "level" not in used and "<level>" not in header:
        steps += _STRAY_LEVEL
    return LineForm("learned", tuple(steps))


_STRAY_LEVEL = (
    rf"[\[(<]*(?P<level>{WORD_PATTERN})\b[\])>]*(?:[ \t:,|-]+|$)",
    r"(?P<words>(?:[^ \t]+[ "
    r"\t]+){1,3}?)[\[(<]?(?P<level>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)[\])>]?[: \t]+",
)
"""Where one line in a file of many kinds names its level: at once, or in capitals after a few words."""

STAMPED = LineForm("text with a time stamp", (f"{_OPEN}(?P<time>{_ANY_STAMP}){_CLOSE}", *_STRAY_LEVEL))
"""Any line that begins with a time."""


def _cut(line: str) -> _Head | None:
    """The line at its first time; numbers that may be one only where nothing else is, and documents have no header."""
    if line.lstrip().startswith(("{", "[{", "</", "<?")):
        return None
    for pattern, stamps in ((_FIRST_STAMP, STAMPS), (_FIRST_OF_DAY, _OF_DAY), (_FIRST_EPOCH, EPOCHS)):
        match = pattern.search(line, 0, _LATEST + 40)
        if match and match.start() <= _LATEST and match.lastindex and not _is_member(line, match.start()):
            return _Head(line[: match.start(match.lastindex)], line[match.end() :], stamps[match.lastindex - 1])
    return None


def _is_member(line: str, at: int) -> bool:
    """Whether the time is the value of a key in a document that is written over many lines."""
    return line[:at].rstrip(' "').endswith('":')


_EDGE = r"(?:(?<=^)|(?<=[\s\[(<|\"=:]))"
_OF_DAY = (r"[0-2]\d:[0-5]\d:[0-5]\d(?:[.,]\d{1,9})?",)


def _any_of(patterns: Sequence[str], edge: str = _EDGE) -> re.Pattern[str]:
    return re.compile(edge + "(?:" + "|".join(f"({pattern})" for pattern in patterns) + ")")


_FIRST_STAMP, _FIRST_EPOCH = _any_of(STAMPS), _any_of(EPOCHS)
_FIRST_OF_DAY = _any_of(_OF_DAY, r"^[\[(]?")


def _words(head: _Head) -> list[str]:
    """The words before the time; the last one may be glued to it."""
    return head.before.rstrip(_OPENING).split()


def _glued(head: _Head) -> bool:
    return head.before.rstrip(_OPENING)[-1:].strip() != ""


def _depth(head: _Head) -> tuple[int, bool]:
    """How many words stand before the time, and whether the last one is glued to it."""
    return len(_words(head)), _glued(head)


def _prefix(heads: Sequence[_Head]) -> tuple[str, set[str]]:
    """A pattern for the words before the time, and the groups that it has."""
    parts = [r"[ \t]*" if any(head.before[:1].isspace() for head in heads) else ""]
    used: set[str] = set()
    for at, column in enumerate(zip(*map(_words, heads), strict=True)):
        if "level" not in used and _most(column, _LEVEL_FIRST):
            used.add("level")
            parts.append(rf"[\[(<]?(?P<level>{WORD_PATTERN})\b[^ \t]*[ \t]+")
        else:
            parts.append(rf"(?P<field_{at}>[^ \t]+)[ \t]+")
    if _glued(heads[0]):
        parts[-1] = (
            r"[^ \t]+?" if "<level>" not in parts[-1] else parts[-1].removesuffix(r"[^ \t]*[ \t]+") + r"[^ \t]*?"
        )
    opened = any(head.before.endswith(tuple(_OPENING)) for head in heads)
    return "".join(parts) + (_OPEN if opened else ""), used


_OPENING = '[(<|"'
_LEVEL_FIRST = re.compile(rf"[\[(<]?(?:{WORD_PATTERN})\b[^ \t]*$")


def _most(texts: Sequence[str], pattern: re.Pattern[str]) -> bool:
    return sum(bool(pattern.match(text)) for text in texts) >= NEARLY_ALL * len(texts)


def _header(rests: list[str], *, level_known: bool) -> str:
    """A pattern for what stands between time and message in nearly all entries."""
    found = _Header(rests, level_known)
    found.pass_closing()
    for _ in range(_MOST_ELEMENTS):
        if not any(step(found) for step in _STEPS):
            break
    return "".join(found.parts)


class _Header:
    """The header as far as it is understood: `parts` of the pattern, and what follows in every sample."""

    def __init__(self, rests: list[str], level_known: bool) -> None:
        self.rests, self.parts = rests, list[str]()
        self.groups: set[str] = {"level"} if level_known else set()

    def pass_closing(self) -> None:
        """Passes over what the opening of the form already takes."""
        self.rests = [re.sub(rf"^{_CLOSE}", "", rest) for rest in self.rests]

    def take(self, pattern: re.Pattern[str], written: str, *, role: str | None) -> bool:
        """Adds an element that nearly all samples have, and what separates it from the next."""
        matches = [pattern.match(rest) for rest in self.rests]
        ends = [match.end() for match in matches if match]
        said = sum(len(rest) > end + 2 for rest, end in zip(self.rests, ends, strict=False))
        if len(ends) < NEARLY_ALL * len(self.rests) or said < len(ends) / 2:  # a header leaves something to say
            return False
        self.rests = [rest[match.end() :] for rest, match in zip(self.rests, matches, strict=True) if match]
        name = role if role and role not in self.groups else f"header_{len(self.groups)}"
        self.groups.add(name)
        self.parts.append(f"(?P<{name}>{written})")
        self.separate()
        return True

    def separate(self) -> None:
        """Adds the separators that stand here in nearly all samples."""
        matches = [_SEPARATOR.match(rest) for rest in self.rests]
        if sum(map(bool, matches)) >= NEARLY_ALL * len(self.rests):
            self.parts.append(_SEPARATOR.pattern)
            self.rests = [rest[match.end() :] for rest, match in zip(self.rests, matches, strict=True) if match]

    def level_follows(self) -> bool:
        """Whether nearly all samples name their level within the next words."""
        return "level" not in self.groups and _most(self.rests, _LEVEL_AHEAD)

    def values(self, pattern: re.Pattern[str]) -> list[str]:
        """What the pattern finds at the beginning of the samples."""
        return [match.group() for rest in self.rests if (match := pattern.match(rest))]


_LEVEL_AHEAD = re.compile(rf"(?:[^\s]{{1,60}}\s+){{1,5}}[\[(<]?(?:{WORD_PATTERN}|{_LETTER_LEVEL})[\])>]?(?:[\s:,|]|$)")
_LEVEL_WORD = re.compile(rf"(?:{WORD_PATTERN})\b")
_LEVEL_BRACKETED = re.compile(rf"[\[(<]\s*(?:{WORD_PATTERN})\s*[\])>]")
_LEVEL_LETTER = re.compile(_LETTER_LEVEL)


def _level(header: _Header) -> bool:
    if "level" in header.groups:
        return False
    if header.take(_LEVEL_WORD, WORD_PATTERN + r"\b", role="level"):
        return True
    if _most(header.rests, _LEVEL_BRACKETED):
        header.parts.append(r"[\[(<][ \t]*")
        header.rests = [re.sub(r"^[\[(<]\s*", "", rest) for rest in header.rests]
        return header.take(_LEVEL_WORD, WORD_PATTERN, role="level")
    return header.take(_LEVEL_LETTER, _LETTER_LEVEL, role="level")


def _bracket(header: _Header) -> bool:
    inside = [value[1:-1].strip() for value in header.values(_BRACKET)]
    if len(inside) < NEARLY_ALL * len(header.rests):
        return False
    header.rests = [rest[1:] if rest.startswith("[") else rest for rest in header.rests]
    header.parts.append(r"\[")
    role = _bracket_role(inside, header.groups)
    nested = r"[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)?"
    return header.take(re.compile(r"[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*(?=\])"), nested, role=role)


def _bracket_role(values: Sequence[str], groups: set[str]) -> str | None:
    if sum(bool(_THREAD.search(value)) for value in values) >= 0.5 * len(values) and "thread" not in groups:
        return "thread"
    if sum("." in value and " " not in value for value in values) >= 0.5 * len(values):
        return "logger"
    if len(set(values)) <= max(3, len(values) // 2) and all(" " not in value for value in values):
        return "logger" if "thread" in groups else "thread"
    return None


def _number(header: _Header) -> bool:
    follows = header.level_follows() or _most(header.rests, re.compile(r"\d+[\s\])|:]+(?:---|\[|#|\d+\s)"))
    return follows and header.take(_NUMBER, r"\d+", role=None)


def _before_level(header: _Header) -> bool:
    return header.level_follows() and header.take(_WORD, _WORD.pattern, role=None)


def _named(pattern: re.Pattern[str], written: str, *, few: bool) -> Callable[[_Header], bool]:
    def step(header: _Header) -> bool:
        values = header.values(pattern)
        limit = 3 if few else max(3, len(values) // 2)
        return len(set(values)) <= limit and header.take(pattern, written, role="logger")

    return step


def _parenthesis(header: _Header) -> bool:
    return bool(header.parts) and header.take(_PAREN, r"\([^()]*\)", role=None)


_STEPS: tuple[Callable[[_Header], bool], ...] = (
    _level,
    _bracket,
    _number,
    _before_level,
    _named(_NAME_COLON, r"[A-Za-z_$][\w$.\-/@#]*(?:\[\d+\])?", few=False),
    _named(_DOTTED, r"[A-Za-z_$][\w$./\-]*", few=False),
    _named(_ALIGNED, r"[A-Za-z]\w*", few=True),
    _parenthesis,
)
"""What may stand in a header, in the order in which it is tried at each place."""
