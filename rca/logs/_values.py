"""Places of a pattern that hold a value by their position, whatever stands there.

Such are what follows `=`, names behind "user" or "host", units behind a number, words of a date, and tokens with a
number glued to a word. Two patterns that differ in nothing else are one template: no statistics are needed.
"""

from __future__ import annotations

from rca.logs._patterns import Pattern
from rca.logs._vocabulary import Vocabulary

Span = tuple[int, int]
VALUE_MARK = -2
"""Stands for a value in the skeleton of a pattern."""

_OPENING, _CLOSING, _ENDING = ("(", "[", "{"), (")", "]", "}"), (",", ";", "|", "&")


def skeleton(pattern: Pattern, words: Vocabulary) -> tuple[Pattern, list[Span]]:
    """The pattern with a mark for each value, and where in the pattern the values stand."""
    marked: list[int] = []
    values: list[Span] = []
    place = 0
    while place < len(pattern):
        end = _value_end(pattern, place, words)
        if end > place:
            values.append((place, end))
            marked.append(VALUE_MARK)
            place = end
        else:
            marked.append(pattern[place])
            place += 1
    return tuple(marked), values


def _value_end(pattern: Pattern, place: int, words: Vocabulary) -> int:
    """Where the value that begins at `place` ends; `place` itself where none does."""
    if place and words.text(pattern[place - 1]) == "=" and words.text(pattern[place]) not in ("=", ">"):
        return _assigned_end(pattern, place, words)
    if words.text(pattern[place]) in ("<", ">"):
        return _bound_end(pattern, place, words)
    return place + _is_value(pattern, place, words)


def _bound_end(pattern: Pattern, place: int, words: Vocabulary) -> int:
    """The end of `<1 sec` or `> 5`, less or more than a number: it stands where else a number does; not of `<7>`."""
    end = place + 2
    if end > len(pattern) or not words.is_variable(pattern[place + 1]):
        return place
    if end < len(pattern) and pattern[end] >= 0 and words.unit[pattern[end]]:
        end += 1
    return place if end < len(pattern) and words.text(pattern[end]) == ">" else end


def _is_value(pattern: Pattern, place: int, words: Vocabulary) -> bool:
    word = pattern[place]
    if words.is_variable(word) or words.glued[word] or words.calendar[word]:
        return True
    before = pattern[place - 1] if place else word
    if words.unit[word] and place and words.is_variable(before):
        return True
    if words.plain[word] and before >= 0 and place and words.naming[before]:
        return True
    return words.dotted[word] and _has_port(pattern, place, words)


def _has_port(pattern: Pattern, place: int, words: Vocabulary) -> bool:
    """Whether `:` and a variable part follow, as in `db.example.com:5432` or `Cart.java:17`."""
    if place + 2 >= len(pattern) or words.text(pattern[place + 1]) != ":":
        return False
    return words.is_variable(pattern[place + 2])


def _assigned_end(pattern: Pattern, start: int, words: Vocabulary) -> int:
    """The end of what stands behind `=`: one word, or text in quotes, with brackets that open within it."""
    depth, quoted, full = 0, False, False
    for place in range(start, len(pattern)):
        text = words.text(pattern[place])
        if text == '"':
            quoted, full = not quoted, True
        elif quoted:
            continue
        elif text in _OPENING:
            depth += 1
        elif text in _CLOSING:
            if depth == 0:
                return place
            depth -= 1
        elif depth == 0 and text in _ENDING:
            return place
        elif depth == 0 and not (pattern[place] >= 0 and words.separator[pattern[place]]):
            if full:
                return place
            full = True
    return start + 1 if quoted or depth else len(pattern)
