"""How a mechanism is seen in a diff: a value that moved, a word or a line that went or came."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rca.services.diff import Diff, without_prose
from rca.services.value_changes import ValueChange, value_changes

Sight = Callable[[Diff], str | None]
"""What was seen, in one phrase, or None."""


def either(*sights: Sight) -> Sight:
    """The first of several sights."""
    return lambda diff: next((text for sight in sights if (text := sight(diff))), None)


def value(setting: str, moved: Callable[[ValueChange], bool]) -> Sight:
    """A setting of this kind moved in this way."""

    def sees(diff: Diff) -> str | None:
        for change in value_changes(diff):
            if change.setting == setting and moved(change):
                return f"{setting} from {change.old:g} to {change.new:g} ({change.new_line.strip()[:80]})"
        return None

    return sees


def lower(change: ValueChange) -> bool:
    """The new value is lower."""
    return change.ratio < 1


def went(*names: str) -> Sight:
    """Any of these words is gone on balance and did not come back in another form."""
    wanted = frozenset(names)

    def sees(diff: Diff) -> str | None:
        gone = sorted((diff.removed_words - diff.added_words) & wanted)
        return f"{', '.join(gone)} is gone" if gone else None

    return sees


def came(*names: str, unless: Iterable[str] = ()) -> Sight:
    """Any of these words is new on balance, and none of the excuses came along."""
    wanted, excuses = frozenset(names), frozenset(unless)

    def sees(diff: Diff) -> str | None:
        new = sorted((diff.added_words - diff.removed_words) & wanted)
        return f"{', '.join(new)} is new" if new and not excuses & diff.added_words else None

    return sees


def line_gone(pattern: str) -> Sight:
    """More removed than added lines match: the pattern is gone, not only worded otherwise."""
    return _line(pattern, gone=True)


def line_new(pattern: str) -> Sight:
    """More added than removed lines match."""
    return _line(pattern, gone=False)


def _line(pattern: str, *, gone: bool) -> Sight:
    regex = re.compile(pattern, re.IGNORECASE)

    def sees(diff: Diff) -> str | None:
        removed, added = [diff.in_new_names(line) for line in diff.removed_lines()], list(diff.added_lines())
        mine, other = (removed, added) if gone else (added, removed)
        hits = [line for line in mine if regex.search(without_prose(line))]
        if len(hits) > sum(bool(regex.search(without_prose(line))) for line in other):
            return f"{'gone' if gone else 'new'}: {hits[0][:90]}"
        return None

    return sees


def line_dropped(pattern: str) -> Sight:
    """A removed line matches for which no other line stands now."""
    regex = re.compile(pattern, re.IGNORECASE)

    def sees(diff: Diff) -> str | None:
        replaced, added = {old for old, _ in diff.swaps}, set(diff.added_lines())
        left = (line for line in diff.removed_lines() if line not in replaced and line not in added)
        return next((f"gone: {line[:90]}" for line in left if regex.search(without_prose(line))), None)

    return sees


def swapped(pattern: str, *, same: bool = False) -> Sight:
    """Two lines that stand for each other both match and differ; `same` asks that only literals do."""
    regex = re.compile(pattern, re.IGNORECASE)

    def sees(diff: Diff) -> str | None:
        for old, new in diff.swaps:
            if regex.search(old) and regex.search(new) and (not same or _skeleton(old) == _skeleton(new)):
                return f"{old[:60]} became {new[:60]}"
        return None

    return sees


_LITERAL = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|(?<![\w.])\d[\w.]*|\b(?:true|false|null|none|nil)\b", re.IGNORECASE)


def _skeleton(line: str) -> str:
    return _LITERAL.sub("#", line)


def all_of(*sights: Sight) -> Sight:
    """All of several sights: the text of the first."""

    def sees(diff: Diff) -> str | None:
        texts = [sight(diff) for sight in sights]
        return texts[0] if all(texts) else None

    return sees


def unless(sight: Sight, excuse: Sight) -> Sight:
    """A sight that an excuse takes away."""
    return lambda diff: None if excuse(diff) else sight(diff)


def in_files(pattern: str, sight: Sight) -> Sight:
    """A sight in the files whose path matches."""
    regex = re.compile(pattern, re.IGNORECASE)
    return lambda diff: sight(Diff(tuple(hunk for hunk in diff.hunks if regex.search(hunk.path))))


def new_lines(diff: Diff) -> list[str]:
    """The added lines that did not stand elsewhere before."""
    old = set(diff.removed_lines())
    return [line for line in diff.added_lines() if line not in old]
