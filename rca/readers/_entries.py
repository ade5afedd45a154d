"""Lines to entries: which lines begin one, of which form, and which belong to the entry before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rca.model import Problem
from rca.readers._line_form import Columns, Found, LineForm, columns, cut, find, pieces
from rca.readers._log_keys import plan
from rca.readers._log_records import Records
from rca.readers._open import Source
from rca.readers._reader import Batch, Output
from rca.readers._record_form import RecordForm
from rca.readers._stamps import NAT, Fields, Whole, fields, spans
from rca.readers._text_events import observed
from rca.readers._times import Clock
from rca.tables import frame

LONGEST_ENTRY = 8 << 20
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


@dataclass(frozen=True, slots=True)
class RecordPart:
    """The lines among some that are records."""

    records: list[Mapping[str, Any]]
    rows: Whole


def split(lines: Lines, forms: Sequence[LineForm | RecordForm]) -> list[Part | RecordPart]:
    """The entries of each form; a line goes to the first form that it fits."""
    left = np.arange(len(lines.ends))
    parts: list[Part | RecordPart] = []
    for form in forms:
        texts = lines.texts if len(left) == len(lines.ends) else lines.texts.take(pa.array(left))
        if isinstance(form, LineForm):
            found = find(form, texts)
            taken = found.rows
            if len(taken):
                parts.append(Part(form, found, left[taken]))
        else:
            records, taken = _records(form, texts)
            if len(taken):
                parts.append(RecordPart(records, left[taken]))
        left = np.delete(left, taken)
        if not len(left):
            break
    return parts


def _records(form: RecordForm, texts: pa.Array) -> tuple[list[Mapping[str, Any]], Whole]:
    fits = np.flatnonzero(form.fits(texts))
    parsed = [form.parse(text) for text in texts.take(pa.array(fits)).to_pylist()]
    records = [record for record in parsed if record is not None]
    return records, fits[np.array([record is not None for record in parsed], dtype=bool)]


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
    found = clock.at(data, np.minimum(starts, max(0, len(data) - length)), int(length))
    after = data[np.minimum(starts + length, len(data) - 1)]
    other = np.flatnonzero((found.seconds == NAT) | (after != after[0]) | (starts + length > len(data)))
    if len(other):
        times = pc.extract_regex(lines.texts.take(pa.array(part.rows[other])), pattern).field("time")
        found.put(other, fields(times, day_first=clock.day_first))
    return found


def _bytes_of_time(texts: pa.Array, pattern: str) -> Whole:
    return spans(pc.extract_regex(texts, pattern).field("time"))[2]


class Entries:
    """Turns the lines of one file into batches.

    What stands before the first entry is one entry without a time, or with `apart` one for each line.
    """

    def __init__(self, source: Source, clock: Clock, *, apart: bool = False) -> None:
        self.source, self.path, self.clock = source, source.path, clock
        self._structured = Records(source.path, clock)
        self._apart = apart

    def outputs(self, lines: Lines, parts: Sequence[Part | RecordPart]) -> Iterator[Output]:
        """A batch for each table, and a Problem for every line that belongs to none."""
        heads = np.sort(np.concatenate([part.rows for part in parts])) if parts else np.zeros(0, dtype=np.int64)
        following = np.append(heads[1:], len(lines.ends))
        tables: dict[str, list[tuple[Whole, Columns]]] = {}
        self._leading(lines, int(heads[0]) if len(heads) else len(lines.ends), tables)
        for part in parts:
            ends = following[np.searchsorted(heads, part.rows)]
            if isinstance(part, RecordPart):
                _extend(part, lines, ends)
                yield from self._structured.batches(part.records, lines.first + part.rows)
                continue
            messages = _messages(lines, part, ends) if part.form.joins else None
            groups = part.found.groups
            if messages is not None and part.form.tail:
                messages, more = cut(messages, part.form.tail)
                groups = {**groups, **more}
            cells = columns(part.form, groups, stamps(self.clock, lines, part))
            if messages is not None:
                cells["message"] = messages
            else:
                yield from self._loose(lines, part, ends)
            self._tell(part)
            tables.setdefault(part.form.table, []).append((part.rows, cells))
        watched = any(isinstance(part, Part) and part.form.watched for part in parts)
        for table, found in tables.items():
            for output in self._batch(table, found, lines):
                yield output
                if watched and isinstance(output, Batch) and table == "logs":
                    yield from observed(output.rows)

    def _leading(self, lines: Lines, end: int, tables: dict[str, list[tuple[Whole, Columns]]]) -> None:
        """What stands before the first entry is an entry without a time."""
        row = 0
        while row < end and not lines.texts[row].as_py().strip():
            row += 1
        steps = range(row, end) if self._apart else [row] if row < end else []
        texts = [lines.text(at, at + 1 if self._apart else end).rstrip() for at in steps]
        found = [(at, text) for at, text in zip(steps, texts, strict=True) if text]
        if found:
            rows = np.array([at for at, _ in found])
            tables.setdefault("logs", []).append((rows, {"message": [text for _, text in found]}))

    def _loose(self, lines: Lines, part: Part, ends: Whole) -> Iterator[Problem]:
        """Lines after an entry that is never longer than one line."""
        for first, end in _longer(part.rows, ends):
            for row in range(first + 1, end):
                text = lines.texts[row].as_py()
                if text.strip():
                    yield Problem(
                        source=self.path,
                        line=lines.first + row,
                        text=text[:_EXCERPT],
                        reason=f"expected an entry ({part.form.name}), got a line without a time",
                    )

    def _tell(self, part: Part) -> None:
        for group, note in part.form.notes:
            if group in part.found.groups and pc.any(pc.not_equal(part.found.groups[group], "")).as_py():
                self.source.note(note)

    def _batch(self, table: str, found: Sequence[tuple[Whole, Columns]], lines: Lines) -> Iterator[Output]:
        parts = []
        for rows, cells in found:
            numbers = lines.first + rows
            if "time" in cells:
                yield from self._bad_times(cells["time"], numbers, lines, rows)
            times = {"time": self.clock.index(cells["time"])} if "time" in cells else {}
            parts.append(frame(table, {**cells, **times, "source": self.path, "line": numbers}))
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


def _extend(part: RecordPart, lines: Lines, ends: Whole) -> None:
    """Lines that follow a record (a stack trace, say) go to its message."""
    for at in np.flatnonzero(ends > part.rows + 1).tolist():
        text = lines.text(int(part.rows[at]) + 1, int(ends[at])).rstrip()
        place = plan(part.records[at]).columns.get("message") if text.strip() else None
        if place and len(place.path) == 1:
            key = place.path[0]
            part.records[at] = {**part.records[at], key: f"{part.records[at][key]}\n{text}"}
        elif text.strip():
            part.records[at] = {**part.records[at], "following lines": text}


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
