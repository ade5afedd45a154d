"""Lines that a runtime or tool put its own header before: it is taken off, the rest read as what it is.

Line numbers stay those of the file. What the header says (the time that the runtime took, the container) fills what the
inner entry leaves out; its time, which has a zone, counts instead of the entry's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from rca.readers._line_form import LineForm
from rca.readers._open import HEAD_BYTES, Source
from rca.readers._reader import Batch, Head, Output
from rca.readers._record_form import RECORD_FORMS
from rca.readers._stamps import NAT, Whole
from rca.readers._text_log import Form, chosen, read_forms
from rca.readers._times import Clock
from rca.tables import conform

_BARE = LineForm("plain text", (r"(?:)",))
"""Every line an entry: what a container prints that has no header of its own."""
_ENOUGH = 0.3
"""Share of lines that must have a known header, so that the others are taken to be parts of entries."""


@dataclass(slots=True)
class Peeled:
    """Some lines without their headers: texts, and of each line the time (text or None), service, host and stream.

    `partial` says which lines go on in the next one.
    """

    texts: list[str]
    cells: dict[str, list[str | None]]
    partial: list[bool] = field(default_factory=list)


class Unwrapped(Source):
    """A source as it was before a runtime put headers on its lines."""

    def __init__(self, whole: Source, peel: Callable[[list[str]], Peeled]) -> None:
        super().__init__(whole.path, whole.stored, zone=whole.zone, limits=whole.limits, workspace=whole.workspace)
        self.notes = whole.notes
        self._peel, self._whole = peel, whole
        self._firsts: list[int] = []
        self._cells: list[dict[str, list[str | None]]] = []

    def blocks(self, size: int = 4 << 20) -> Iterator[tuple[int, bytes]]:
        """The inner lines, as many as the file has; the further lines of a joined one are blank."""
        self._firsts, self._cells = [], []
        for first, block in self._whole.blocks(size):
            lines = block.decode("utf-8").split("\n")
            ended = lines[-1] == ""
            peeled = self._peel(lines[:-1] if ended else lines)
            self._firsts.append(first)
            self._cells.append(peeled.cells)
            _join(peeled)
            yield first, ("\n".join(peeled.texts) + "\n" * ended).encode()

    def cells(self, name: str, lines: Whole) -> list[str | None]:
        """What the headers of some lines say."""
        block = np.searchsorted(self._firsts, lines, side="right") - 1
        found = []
        for at, line in zip(block.tolist(), lines.tolist(), strict=True):
            column = self._cells[at].get(name)
            found.append(column[line - self._firsts[at]] if column else None)
        return found

    @cached_property
    def _head(self) -> bytes:
        return next(self.blocks(HEAD_BYTES), (1, b""))[1][:HEAD_BYTES]

    @property
    def complete(self) -> bool:
        """As the file itself."""
        return self._whole.complete


def _join(peeled: Peeled) -> None:
    """Puts the parts of a line that the runtime cut together again, on the first one's line."""
    start = None
    for at, partial in enumerate(peeled.partial):
        if start is not None:
            peeled.texts[start] += peeled.texts[at]
            peeled.texts[at] = ""
        if partial and start is None:
            start = at
        elif not partial:
            start = None


def read_wrapped(source: Source, peel: Callable[[list[str]], Peeled]) -> Iterator[Output]:
    """The rows of the inner log, with what the headers say."""
    inner = Unwrapped(source, peel)
    clock = Clock(source.zone, source.modified)
    for output in read_forms(inner, _forms(inner), apart=True):
        yield Batch(output.table, _filled(output, inner, clock)) if isinstance(output, Batch) else output


def wrapped_reader(
    header: re.Pattern[str], peel: Callable[[list[str]], Peeled]
) -> tuple[Callable[[Head], float], Callable[[Source], Iterator[Output]]]:
    """`looks_like` and `read` of a format whose every line begins with `header`, taken off by `peel`.

    The score is the share of lines that have the header, above every reader of what is inside.
    """

    def looks_like(head: Head) -> float:
        if head.binary or not head.lines:
            return 0.0
        return 0.99 * sum(bool(header.match(line)) for line in head.lines) / len(head.lines)

    def read(source: Source) -> Iterator[Output]:
        return read_wrapped(source, peel)

    return looks_like, read


def behind(lines: list[str], found: list[re.Match[str] | None]) -> list[str]:
    """What stands behind the header of each line; the whole line where it has none."""
    return [line[match.end() :] if match else line for line, match in zip(lines, found, strict=True)]


def _forms(inner: Unwrapped) -> tuple[Form, ...]:
    lines = [line for line in inner.head().decode("utf-8", errors="replace").split("\n") if line.strip()][:400]
    forms = chosen(lines, ())
    texts = pa.array(lines, type=pa.string())
    fits = np.zeros(len(lines), dtype=bool)
    for form in forms:
        fits |= form.fits(texts)
    if lines and fits.mean() >= _ENOUGH:
        return forms
    return (*(form for form in forms if form not in RECORD_FORMS), *RECORD_FORMS, _BARE)


def _filled(batch: Batch, inner: Unwrapped, clock: Clock) -> pd.DataFrame:
    rows = batch.rows
    lines = rows["line"].to_numpy()
    made: dict[str, Any] = {}
    stamps = inner.cells("time", lines)
    if any(stamps):
        times = clock.instants(stamps)
        outer = clock.index(times)
        made["time"] = rows["time"].where(times == NAT, outer.to_series(index=rows.index))
    for name in ("service", "host"):
        if name in rows:
            outer_names = pd.Series(inner.cells(name, lines), index=rows.index, dtype="str")
            made[name] = rows[name].where(rows[name].notna(), outer_names)
    return conform(batch.table, rows.assign(**made))
