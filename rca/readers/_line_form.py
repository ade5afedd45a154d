"""A text log format as data: the header of an entry in a few steps, each a pattern run over many lines at once.

Patterns are RE2 (https://github.com/google/re2/wiki/Syntax), which Arrow runs over whole columns: no look-around, and
time linear in the text whatever a line holds. A step with at most three groups, in which the next character always
decides how to go on, is matched in one pass, several times faster than others: hence the cut into steps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pandas import Int64Dtype

from rca.readers._levels import SYSLOG, level
from rca.readers._stamps import Bytes, Flags, Whole, spans

Columns = dict[str, Any]
Groups = dict[str, pa.Array]

TEXT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "logs": ("service", "host", "logger", "thread", "trace_id", "span_id"),
    "requests": ("service", "client_ip", "method", "path", "user_agent", "trace_id"),
}
_DURATIONS_MS = {"seconds": 1e3, "millis": 1.0, "micros": 1e-3, "nanos": 1e-6}
_NUMBERS = ("status", "bytes")
_LARGEST = 18
"""Digits of a number that surely fits 64 bits."""


@dataclass(frozen=True, slots=True)
class LineForm:
    """One way to write an entry.

    `steps` are patterns, each going on where the one before ended. A line that fits the first begins an entry; a later
    step that does not fit is passed over, one for a group that every line has already is left out. What follows the
    last step is the message. Groups named as columns of `table` fill them; `time` is the stamp, `level` the author's
    word; `seconds`, `millis`, `micros` and `nanos` are the duration of a request; groups whose names begin with `_`
    are only for `parts`; all others go to `attributes`. `parts` are further patterns for a group. `levels` gives the
    meaning of words that only this format uses; `constants` are cells that hold for every row. Lines that begin no
    entry are joined to the one before where `joins` says so. `notes` are told where a group holds something.
    `tail` is a pattern for the beginning of the whole message, with its further lines: what it fits is header too.
    `early` forms are tried before those that fit more lines, for they know what others only take as some message.
    Messages of `watched` forms may also be logins, kills and restarts (`_text_events`).
    """

    name: str
    steps: tuple[str, ...]
    parts: tuple[tuple[str, str], ...] = ()
    table: str = "logs"
    levels: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    joins: bool = True
    notes: tuple[tuple[str, str], ...] = ()
    tail: str = ""
    early: bool = False
    watched: bool = False

    def share(self, texts: pa.Array) -> float:
        """The share of `texts` that begin an entry of this form."""
        return float(self.fits(texts).sum()) / max(1, len(texts))

    def fits(self, texts: pa.Array) -> Flags:
        """Which of `texts` begin an entry of this form."""
        return flags(pc.match_substring_regex(texts, self.opening))

    @property
    def opening(self) -> str:
        """The pattern that the beginning of an entry fits."""
        return f"^(?:{unnamed(self.steps[0])})"

    @property
    def begins_with_time(self) -> bool:
        """Whether the stamp is the first thing on a line, so that it is read where it stands."""
        return self.steps[0].startswith("(?P<time>")


@dataclass(frozen=True, slots=True)
class Found:
    """The entries of a form among some texts: which, their groups, and the bytes of their headers."""

    rows: Whole
    groups: Groups
    header_bytes: Whole


def find(form: LineForm, texts: pa.Array) -> Found:
    """The entries of `form` among `texts`. The group `time` is missing where a line begins with it."""
    first = form.steps[0].replace("(?P<time>", "(?:", 1) if form.begins_with_time else form.steps[0]
    found = pc.extract_regex(texts, f"^(?P<_head>{first})")
    rows = np.flatnonzero(flags(found.is_valid()))
    if len(rows) < len(texts):
        found, texts = found.take(pa.array(rows)), texts.take(pa.array(rows))
    groups = _fields(found)
    size = _bytes(groups.pop("_head"))
    for step in form.steps[1:]:
        if (_bytes(texts) == size).all():
            break
        if any(_everywhere(groups[name]) for name in _NAMED.findall(step) if name in groups):
            continue
        found = pc.extract_regex(after(texts, size), f"^(?P<_head>{step})")
        for name, column in _fields(found).items():
            groups[name] = column if name not in groups else _first(groups[name], column)
        size = size + _bytes(groups.pop("_head"))
    for name, pattern in form.parts:
        if name not in groups:
            continue
        if groups[name].null_count == len(rows):
            continue
        for inner, column in _fields(pc.extract_regex(groups[name], pattern)).items():
            groups[inner] = column if inner not in groups else _first(groups[inner], column)
    return Found(rows, groups, size)


def _first(texts: pa.Array, others: pa.Array) -> pa.Array:
    """The texts, with the others where they are empty or missing."""
    return pc.if_else(pc.equal(pc.coalesce(texts, ""), ""), others, texts)


def cut(messages: pa.Array, tail: str) -> tuple[pa.Array, Groups]:
    """The messages without what `tail` fits at their beginning, and the groups of that."""
    groups = _fields(pc.extract_regex(messages, f"^(?P<_head>{tail})"))
    return after(messages, _bytes(groups.pop("_head"))), groups


def _everywhere(texts: pa.Array) -> bool:
    """Whether a group was found in every line, so that a step for the same group has nothing to add."""
    return texts.null_count == 0 and not pc.any(pc.equal(texts, "")).as_py()


def unnamed(pattern: str) -> str:
    """The pattern without its groups: it fits the same texts, faster."""
    return _NAME.sub("(?:", pattern)


_NAMED = re.compile(r"\(\?P<(\w+)>")
_NAME = re.compile(r"\(\?P<\w+>")


def after(texts: pa.Array, size: Whole) -> pa.Array:
    """What follows the first `size` bytes of each text."""
    data, starts, lengths = spans(texts)
    return pieces(data, starts + size, starts + lengths)


def pieces(data: Bytes, starts: Whole, ends: Whole) -> pa.Array:
    """The texts that stand in `data` from `starts` to before `ends`, which must rise and not overlap."""
    edges = np.empty(2 * len(starts) + 1, dtype=np.int64)
    edges[:-1:2], edges[1::2], edges[-1] = starts, ends, ends[-1] if len(ends) else 0
    parts = pa.LargeStringArray.from_buffers(2 * len(starts), pa.py_buffer(edges), pa.py_buffer(data))
    return parts.take(pa.array(np.arange(0, 2 * len(starts), 2))).cast(pa.string())


def _bytes(texts: pa.Array) -> Whole:
    return spans(texts)[2]


def _fields(found: pa.Array) -> Groups:
    return {found.type.field(i).name: column for i, column in enumerate(found.flatten())}


def columns(form: LineForm, groups: Groups, times: Any) -> Columns:
    """The cells of a table but `message`, `source` and `line`, from the groups of some lines; `times` as given."""
    made: Columns = dict(form.constants)
    for name in TEXT_COLUMNS[form.table]:
        if name in groups:
            made[name] = present(groups[name])
    if times is not None:
        made["time"] = times
    if form.table == "requests":
        made.update(_measures(groups))
        return made
    if "level" in groups:
        made["level"] = words_to_levels(groups["level"], form.levels)
    elif "priority" in groups:
        made["level"] = priorities_to_levels(groups["priority"])
    spare = [
        name
        for name in groups
        if name not in (*TEXT_COLUMNS["logs"], "level", "priority", "time", "message") and name[0] != "_"
    ]
    if spare:
        made["attributes"] = attributes({name: groups[name] for name in spare})
    return made


def present(texts: pa.Array) -> pa.Array:
    """The texts, with those that say "nothing" (empty, `-`) missing."""
    return pc.if_else(pc.is_in(texts, value_set=_NOTHING), None, texts)


_WHOLE = Int64Dtype()
_NOTHING = pa.array(["", "-", '"-"'])


def words_to_levels(words: pa.Array, own: Mapping[str, str]) -> pa.Array:
    """The level of each word; equal words are looked up once."""
    coded = words.dictionary_encode()
    known = [own.get(word) or level(word) for word in coded.dictionary.to_pylist()]
    return pa.array(known, type=pa.string()).take(coded.indices)


def priorities_to_levels(priorities: pa.Array) -> pa.Array:
    """The level of syslog priorities (facility x 8 + severity); missing where there is none."""
    coded = priorities.dictionary_encode()
    known = [SYSLOG[int(text) % 8] if text else None for text in coded.dictionary.to_pylist()]
    return pa.array(known, type=pa.string()).take(coded.indices)


def attributes(groups: Groups) -> list[dict[str, str] | None]:
    """What the further groups hold, as a dict for each row that has any."""
    names = list(groups)
    cells = zip(*(present(column).to_pylist() for column in groups.values()), strict=True)
    rows = ({name: cell for name, cell in zip(names, row, strict=True) if cell is not None} for row in cells)
    return [row or None for row in rows]


def _measures(groups: Groups) -> Columns:
    made: Columns = {name: numbers(groups[name], whole=True) for name in _NUMBERS if name in groups}
    durations = [numbers(groups[name], whole=False) * scale for name, scale in _DURATIONS_MS.items() if name in groups]
    for duration in durations:
        known = made.get("duration_ms", duration)
        made["duration_ms"] = np.where(np.isnan(known), duration, known)
    if "duration_ms" in made:  # a proxy writes -1 for what never ended
        made["duration_ms"] = np.where(made["duration_ms"] < 0, np.nan, made["duration_ms"])
    return made


def numbers(texts: pa.Array, *, whole: bool) -> Any:
    """The texts as numbers; missing where a text is none."""
    kind = pa.int64() if whole else pa.float64()
    plain = present(texts)
    try:
        found = plain.cast(kind)
    except pa.ArrowInvalid:
        fraction = "" if whole else r"(?:\.\d{1,20})?"
        good = pc.match_substring_regex(texts, rf"^-?\d{{1,{_LARGEST}}}{fraction}$")
        found = pc.if_else(good, texts, None).cast(kind)
    if whole:
        return found.to_pandas(types_mapper={kind: _WHOLE}.get).array
    return found.to_numpy(zero_copy_only=False)


def flags(values: pa.Array) -> Flags:
    """An Arrow array of truths as numpy."""
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=bool)
