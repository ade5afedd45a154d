"""What a reader is, and what it is handed: the head for detection, the source for reading.

A format is one file `readers/<kind>/<name>.py` with

- `NAME`: the format's name, as `rca formats` lists it and `rca.read(format=...)` takes it;
- `TABLES`: the tables it can fill;
- `SAMPLES`: small real files of the format (str or bytes), for the contract suite;
- `looks_like(head)`: how sure it is that the head is its format, in [0, 1];
- `read(source)`: batches of rows and Problems, in the order of the file.

It may have

- `FILE_NAMES`: patterns such as `("*.hprof",)`, which decide between formats that are equally sure, and nothing else;
- `explain(head)`: how far the head matches, in words: "3 of 40 lines are JSON objects".

While it reads, it tells the source of times without a zone (`source.naive()`) or year (`source.yearless()`), and of
lines that are not of its format (`source.foreign(line)`): those are offered to the other readers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from rca.model import HeapRef, Problem
from rca.readers._open import Source
from rca.tables import frame

BATCH_ROWS = 50_000
"""Rows that a reader collects before it hands them on: about 20 MB, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one table, with its columns and dtypes."""

    table: str
    rows: pd.DataFrame


Output = Batch | Problem | HeapRef


@runtime_checkable
class Reader(Protocol):
    """The contract of a format file."""

    NAME: str
    TABLES: tuple[str, ...]
    SAMPLES: tuple[str | bytes, ...]

    def looks_like(self, head: Head) -> float:
        """How sure the reader is, in [0, 1]; 0 where it cannot be this format."""
        ...

    def read(self, source: Source) -> Iterator[Output]:
        """Rows and Problems in the order of the file. Never raises for what the file holds."""
        ...


class Head:
    """The first bytes of a file, seen in the ways that detection needs; each view is computed once.

    `data` is UTF-8 without byte order mark (raw bytes for binary files), `complete` says whether it is all of the file.
    """

    def __init__(self, name: str, data: bytes, *, complete: bool) -> None:
        self.name, self.data, self.complete = name, data, complete

    @cached_property
    def text(self) -> str:
        """The head as text; bytes that are not UTF-8 are replaced."""
        return self.data.decode("utf-8", errors="replace")

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The non-blank lines, at most 400; the last one only where it is whole."""
        lines = self.text.split("\n")       # as `Source.lines` does: splitlines() knows ten more line ends
        if not self.complete and len(lines) > 1:
            lines = lines[:-1]
        return tuple(line for line in lines if line.strip())[:400]

    @cached_property
    def binary(self) -> bool:
        """Whether it holds bytes that no text has."""
        return b"\0" in self.data[:4096]

    @cached_property
    def first(self) -> str:
        """The first character that is not blank, or ''."""
        return self.text.lstrip()[:1]

    @cached_property
    def records(self) -> tuple[Mapping[str, Any], ...]:
        """The JSON objects that stand on lines of their own (JSON lines), at most 400."""
        found: list[Mapping[str, Any]] = []
        for line in self.lines:
            if line.lstrip().startswith("{"):
                value = _json(line)
                if isinstance(value, dict):
                    found.append(value)
        return tuple(found)

    @cached_property
    def document(self) -> Any:
        """The file as one JSON document, or None where it is none or the head is only its beginning."""
        return _json(self.text) if self.complete and self.first in ("{", "[") else None

    @cached_property
    def items(self) -> tuple[Mapping[str, Any], ...]:
        """The first objects of a JSON array, at most 50, also where the head is only the beginning."""
        if self.first != "[":
            return ()
        found: list[Mapping[str, Any]] = []
        decoder, text = json.JSONDecoder(), self.text
        at = text.index("[") + 1
        while len(found) < 50:
            while at < len(text) and text[at] in ", \t\r\n":
                at += 1
            try:
                value, at = decoder.raw_decode(text, at)
            except (ValueError, RecursionError):
                break
            if isinstance(value, dict):
                found.append(value)
        return tuple(found)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class Rows:
    """Collects rows of one table cell by cell and hands them on as a Batch.

    >>> rows = Rows("stacks", "dump.txt")
    >>> rows.add(stack_id="a1", frames=("f", "main"), line=3)
    >>> len(rows.batch().rows), len(rows)
    (1, 0)
    """

    def __init__(self, table: str, path: str) -> None:
        self.table, self.path = table, path
        self._rows: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, **cells: Any) -> None:
        """One row; `line` must be given, `source` is filled in."""
        self._rows.append(cells)

    def batch(self) -> Batch:
        """The rows so far; the collector starts anew."""
        rows, self._rows = self._rows, []
        columns = {name: [row.get(name) for row in rows] for name in dict.fromkeys(k for row in rows for k in row)}
        return Batch(self.table, frame(self.table, {**columns, "source": self.path}) if rows else frame(self.table, {}))

    def full(self) -> Iterator[Batch]:
        """A batch where enough rows are there, nothing otherwise."""
        if len(self._rows) >= BATCH_ROWS:
            yield self.batch()

    def rest(self) -> Iterator[Batch]:
        """The last batch, where any rows are left."""
        if self._rows:
            yield self.batch()
