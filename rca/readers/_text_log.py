"""Text logs: the formats that a file holds are chosen by its first lines, and what none of them knows is learned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rca._discovery import discover
from rca.readers._entries import LONGEST_ENTRY, Entries, Lines, split
from rca.readers._layout import STAMPED, learn
from rca.readers._line_form import LineForm, flags
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._record_form import JSON_BEHIND, RECORD_FORMS, RecordForm
from rca.readers._stamps import Flags
from rca.readers._times import Clock

Form = LineForm | RecordForm

SAMPLE_LINES = 400
_LAYOUTS = 3
"""Layouts that are learned from one file at most."""


@cache
def known_forms() -> tuple[LineForm, ...]:
    """The forms of all text formats."""
    found = discover(("rca.readers.logs",), "rca.readers", ("NAME", "FORMS"))
    return tuple(form for module in found for form in module.FORMS)


def score(head: Head, forms: Sequence[LineForm]) -> float:
    """How sure it is that a file is of these forms: the share of its lines that begin an entry."""
    if head.binary or not head.lines:
        return 0.0
    fits = np.zeros(len(head.lines[:SAMPLE_LINES]), dtype=bool)
    for form in forms:
        fits |= _fits(form, head.lines[:SAMPLE_LINES])
    if not fits.any():
        return 0.0
    # lines of a stack trace are no evidence against a log, once an entry has begun
    begun = np.maximum.accumulate(fits)
    traces = begun & ~fits & _fitting(_TRACE, head.lines[:SAMPLE_LINES])
    share = float(fits.sum() / (~traces).sum())
    return 0.96 * (0.7 * share + 0.3 * float(begun.mean())) if share >= 0.05 else 0.5 * share


_TRACE = (
    r"^(?:\s|Caused by: |Suppressed: |\.\.\. |at |Traceback |[\w.$]+(?:Error|Exception)\b|goroutine \d|panic: |[)\]}])"
)
"""How lines that continue an entry usually begin, in the languages most used."""


def text_reader(
    forms: Sequence[LineForm],
) -> tuple[Callable[[Head], float], Callable[[Source], Iterator[Output]]]:
    """`looks_like` and `read` of a text format that is nothing but its forms."""

    def looks_like(head: Head) -> float:
        """The share of lines that begin an entry of this format, or follow one."""
        return score(head, forms)

    def read(source: Source) -> Iterator[Output]:
        """One row an entry; lines of other forms as what they are."""
        return read_text(source, forms)

    return looks_like, read


def chosen(lines: Sequence[str], preferred: Sequence[Form]) -> tuple[Form, ...]:
    """The forms to read a file with, by its first lines; the last takes whatever begins with a time.

    Early forms come first, then again and again the one that fits most of the lines that are left; for what nothing
    fits layouts are learned.
    """
    sample = tuple(lines)
    others: tuple[Form, ...] = (*RECORD_FORMS, *known_forms())
    pool: list[Form] = [*preferred, *(form for form in others if form not in preferred)]
    fits = [_fits(form, sample) for form in pool]
    left = np.ones(len(sample), dtype=bool)
    forms: list[Form] = [JSON_BEHIND] if _fits(JSON_BEHIND, sample).any() else []
    for form, mask in zip(pool, fits, strict=True):
        if isinstance(form, LineForm) and form.early and mask.any():
            forms.append(form)
            left &= ~mask
    while left.any():
        counts = [int((mask & left).sum()) for mask in fits]
        best = max(range(len(pool)), key=lambda i: (counts[i], -i))  # of equals the first: preferred before others
        if not counts[best]:
            break
        forms.append(pool[best])
        left &= ~fits[best]
    return (*forms, *_learned([line for line, free in zip(sample, left, strict=True) if free]), STAMPED)


def _learned(lines: list[str]) -> Iterator[LineForm]:
    for _ in range(_LAYOUTS):
        layout = learn(lines)
        if layout is None or not (fits := layout.fits(pa.array(lines, type=pa.string()))).any():
            return
        yield layout
        lines = [line for line, fit in zip(lines, fits, strict=True) if not fit]


def _fits(form: Form, lines: tuple[str, ...]) -> Flags:
    return _fitting(form.opening, lines)


@lru_cache(maxsize=512)
def _fitting(pattern: str, lines: tuple[str, ...]) -> Flags:
    """Which lines a pattern fits. Detection and reading ask the same; the answer must not be changed."""
    return flags(pc.match_substring_regex(_texts(lines), pattern))


@lru_cache(maxsize=4)
def _texts(lines: tuple[str, ...]) -> pa.Array:
    return pa.array(lines, type=pa.string())


def read_text(source: Source, preferred: Sequence[Form] = ()) -> Iterator[Output]:
    """The rows of a text log. `preferred` forms go before others that fit as many lines."""
    head = Head(source.name, source.head(), complete=source.complete)
    return read_forms(source, chosen(head.lines[:SAMPLE_LINES], preferred))


def read_forms(source: Source, forms: Sequence[Form], *, apart: bool = False) -> Iterator[Output]:
    """The rows of a text log whose entries have these forms; `apart` as for `Entries`."""
    clock = Clock(source.zone, source.modified)
    entries = Entries(source, clock, apart=apart)
    for first, block in _whole_entries(source, forms):
        lines = Lines.of(first, block)
        yield from entries.outputs(lines, split(lines, forms))
    clock.tell(source)


def _whole_entries(source: Source, forms: Sequence[Form]) -> Iterator[tuple[int, bytes]]:
    """The blocks of a source, cut where an entry begins rather than where a block ends."""
    kept, kept_first = b"", 1
    for first, block in source.blocks():
        if kept and (cut := _last_entry(kept, forms)):
            yield kept_first, kept[:cut]
            kept_first += kept.count(b"\n", 0, cut)
            kept = kept[cut:]
        elif len(kept) >= LONGEST_ENTRY:
            yield kept_first, kept
            kept = b""
        kept, kept_first = (kept + block, kept_first) if kept else (block, first)
    if kept:
        yield kept_first, kept


def _last_entry(block: bytes, forms: Sequence[Form]) -> int:
    """Where the last entry of a block begins; 0 where its last lines begin none."""
    size = min(len(block), 1 << 16)
    begin = block.rfind(b"\n", 0, len(block) - size) + 1 if size < len(block) else 0
    lines = Lines.of(1, block[begin:])
    fits = np.zeros(len(lines.ends), dtype=bool)
    for form in forms:
        fits |= form.fits(lines.texts)
    rows = np.flatnonzero(fits)
    return begin + int(lines.starts[rows[-1]]) if len(rows) else 0
