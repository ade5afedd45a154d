"""Lines to entries: which lines begin one, of which form, and which belong to the entry before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rca.model import Problem
from rca.readers._line_form import Columns, Found, LineForm, columns, find, pieces
from rca.readers._reader import Batch, Output
from rca.readers._stamps import NAT, Fields, Whole, fields, spans
from rca.readers._times import Clock
from rca.tables import frame

LONGEST_ENTRY = 4 << 20
"""Bytes after which an entry without end is handed on, so that memory stays bounded."""
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Lines:
    """Some whole lines of a file: their texts, the bytes that they stand in, and where each begins and ends there."""

    first: int
    data: bytes
    starts: Whole
    ends: Whole
    texts: pa.Array

    @classmethod
    def of(cls, first: int, block: bytes) -> Lines:
        """The lines of `block`, of which the first has the number `first`."""
        data = np.frombuffer(block, dtype=np.uint8)
        ends = np.flatnonzero(data == 10)
        if not block.endswith(b"\n"):
            ends = np.append(ends, len(block))
        starts = np.concatenate([[0], ends[:-1] + 1])
        return cls(first, block, starts, ends, pieces(data, starts, ends))

    def text(self, first: int, end: int) -> str:
        """The lines from position `first` to before `end`, as one text."""
        return self.data[self.starts[first] : self.ends[end - 1]].decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Part:
    """The entries of one form among some lines."""

    form: LineForm
    found: Found
    rows: Whole


def split(lines: Lines, forms: Sequence[LineForm]) -> list[Part]:
    """The entries of each form; a line goes to the first form that it fits."""
    left = np.arange(len(lines.ends))
    parts = []
    for form in forms:
        texts = lines.texts if len(left) == len(lines.ends) else lines.texts.take(pa.array(left))
        found = find(form, texts)
        if not len(found.rows):
            continue
        parts.append(Part(form, found, left[found.rows]))
        left = np.delete(left, found.rows)
        if not len(left):
            break
    return parts


def stamps(clock: Clock, lines: Lines, part: Part) -> Whole | None:
    """The times of the entries of one form; None where it has none."""
    if not part.form.begins_with_time:
        times = part.found.groups.get("time")
        return None if times is None else clock.texts(times)
    return clock.settled(_leading(clock, lines, part))


def _leading(clock: Clock, lines: Lines, part: Part) -> Fields:
    """The stamps at the beginning of the lines: as long as the first one, and only where others are not, one by one."""
    pattern = f"^{part.form.steps[0]}"
    data = np.frombuffer(lines.data, dtype=np.uint8)
    starts = lines.starts[part.rows]
    length = _bytes_of_time(lines.texts.take(pa.array(part.rows[:1])), pattern)[0]
    found = clock.at(data, starts, int(length))
    after = data[np.minimum(starts + length, len(data) - 1)]
    other = np.flatnonzero((found.seconds == NAT) | (after != after[0]))
    if len(other):
        times = pc.extract_regex(lines.texts.take(pa.array(part.rows[other])), pattern).field("time")
        found.put(other, fields(times, day_first=clock.day_first))
    return found


def _bytes_of_time(texts: pa.Array, pattern: str) -> Whole:
    return spans(pc.extract_regex(texts, pattern).field("time"))[2]


class Entries:
    """Turns the lines of one file into batches."""

    def __init__(self, path: str, clock: Clock) -> None:
        self.path, self.clock = path, clock
        self._begun = False

    def outputs(self, lines: Lines, parts: Sequence[Part]) -> Iterator[Output]:
        """A batch for each table, and a Problem for every line that belongs to none."""
        heads = np.sort(np.concatenate([part.rows for part in parts])) if parts else np.zeros(0, dtype=np.int64)
        count = len(lines.ends)
        following = np.append(heads[1:], count)
        tables: dict[str, list[tuple[Whole, Columns]]] = {}
        loose = [(0, int(heads[0]) if len(heads) else count)]
        for part in parts:
            ends = following[np.searchsorted(heads, part.rows)]
            cells = columns(part.form, part.found.groups, stamps(self.clock, lines, part))
            if part.form.joins:
                cells["message"] = _messages(lines, part, ends)
            else:
                loose += [(int(row) + 1, int(end)) for row, end in _longer(part.rows, ends)]
            tables.setdefault(part.form.table, []).append((part.rows, cells))
        for row, end in loose:
            self._loose(lines, row, end, tables)
        for table, found in tables.items():
            yield from self._batch(table, found, lines)

    def _loose(self, lines: Lines, row: int, end: int, tables: dict[str, list[tuple[Whole, Columns]]]) -> None:
        """Lines that no entry owns are an entry without a time."""
        while row < end and not lines.texts[row].as_py().strip():
            row += 1
        if row < end:
            text = lines.text(row, end).rstrip()
            tables.setdefault("logs", []).append((np.array([row]), {"message": [text]}))

    def _batch(self, table: str, found: Sequence[tuple[Whole, Columns]], lines: Lines) -> Iterator[Output]:
        parts = []
        for rows, cells in found:
            numbers = lines.first + rows
            if "time" in cells:
                yield from self._bad_times(cells["time"], numbers, lines, rows)
                cells = {**cells, "time": self.clock.index(cells["time"])}
            parts.append(frame(table, {**cells, "source": self.path, "line": numbers}))
        if len(parts) == 1:
            yield Batch(table, parts[0])
        else:
            whole = pd.concat(parts, ignore_index=True)
            order = np.argsort(whole["line"].to_numpy(), kind="stable")
            yield Batch(table, whole.iloc[order].reset_index(drop=True))

    def _bad_times(self, times: Whole, numbers: Whole, lines: Lines, rows: Whole) -> Iterator[Problem]:
        for at in np.flatnonzero(times == NAT).tolist():
            text = lines.texts[int(rows[at])].as_py()[:_EXCERPT]
            yield Problem(
                source=self.path,
                line=int(numbers[at]),
                text=text,
                reason="expected a time that the calendar has; the row has no time",
            )


def _longer(rows: Whole, ends: Whole) -> list[tuple[int, int]]:
    """First line and end of the entries of more than one line."""
    longer = ends > rows + 1
    return list(zip(rows[longer].tolist(), ends[longer].tolist(), strict=True))


def _messages(lines: Lines, part: Part, ends: Whole) -> pa.Array:
    """What follows the header, with the lines up to the next entry."""
    data = np.frombuffer(lines.data, dtype=np.uint8)
    rows = part.rows
    begin = lines.starts[rows] + part.found.header_bytes
    messages = pieces(data, begin, lines.ends[rows])
    longer = np.flatnonzero(ends > rows + 1)
    if not len(longer):
        return messages
    texts = [
        lines.data[start : lines.ends[end - 1]].decode("utf-8", errors="replace").rstrip()
        for start, end in zip(begin[longer].tolist(), ends[longer].tolist(), strict=True)
    ]
    mask = np.zeros(len(rows), dtype=bool)
    mask[longer] = True
    return pc.replace_with_mask(messages, pa.array(mask), pa.array(texts, type=messages.type))
