"""What single words of log messages are like: names of things, units, parts of dates, plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rca.algorithms import log_tokens
from rca.logs._hashes import STAR
from rca.logs._patterns import Pattern

UNITS = frozenset([
    "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "byte", "bytes", "kb/s", "mb/s",
    "ns", "us", "ms", "s", "sec", "secs", "second", "seconds",
    "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour", "hours", "day", "days"])
"""Behind a number these change with its size: `812 B`, `1.2 KB`."""

CALENDAR = frozenset([
    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])

NAMING = frozenset(["user", "username", "host", "hostname", "node", "account", "group"])
"""Nouns behind which a name stands."""

_NUMBERED_NAME = re.compile(r"[A-Za-z]{2,}\d{1,2}")
_LIKE_AN_IDENTIFIER = re.compile(r"[._/$\\\d]|.[A-Z]")


class Vocabulary:
    """Answers about words by their number; all lists are as long as the vocabulary."""

    def __init__(self, kinds: Sequence[int], texts: Sequence[str]) -> None:
        words = list(zip(kinds, texts, strict=True))
        self.texts = texts
        self.separator = [kind == log_tokens.SEPARATOR for kind in kinds]
        self.variable = [kind >= log_tokens.FIRST_VARIABLE for kind in kinds]
        self.nameable = [kind in (log_tokens.WORD, log_tokens.GLUED) for kind in kinds]
        self.numbered = [kind == log_tokens.GLUED and bool(_NUMBERED_NAME.fullmatch(text)) for kind, text in words]
        self.glued = [kind == log_tokens.GLUED and not _NUMBERED_NAME.fullmatch(text) for kind, text in words]
        self.plain = [kind == log_tokens.WORD and len(text) >= 3 for kind, text in words]
        self.dotted = [kind == log_tokens.WORD and "." in text[1:-1] for kind, text in words]
        self.identifier = [bool(_LIKE_AN_IDENTIFIER.search(text)) for text in texts]
        self.unit = [text.lower() in UNITS for text in texts]
        self.calendar = [text in CALENDAR for text in texts]
        self.naming = [text.lower() in NAMING for text in texts]

    def is_variable(self, word: int) -> bool:
        """A variable part by its form, or a place where words were seen to vary."""
        return word == STAR or self.variable[word]

    def constants(self, pattern: Pattern, skip: int = -1) -> int:
        """Plain words of three letters or more, the one at place `skip` not counted."""
        return sum(word != STAR and self.plain[word] for place, word in enumerate(pattern) if place != skip)

    def text(self, word: int) -> str:
        """The text of a word; empty for a place where words vary."""
        return "" if word == STAR else self.texts[word]
