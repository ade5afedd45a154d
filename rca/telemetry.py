"""What was read: every table of the contract, the heap dumps, the files and what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from types import MappingProxyType
from typing import Any

import pandas as pd

from rca.model import HeapRef, Problem, SourceInfo
from rca.tables import TABLES, TIME_COLUMN, concat, empty


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOffset:
    """How far a service's clock is ahead of the majority, in seconds, give or take `uncertainty_s`, by `calls` calls.

    `corrected` where the evidence was enough to move the service's times (spans, logs, requests) by it.
    """

    offset_s: float
    uncertainty_s: float
    calls: int
    corrected: bool


class Telemetry:
    """The tables of `rca.tables`, each as an attribute, plus `heaps`, `sources`, `problems` and `clock_offsets`.

    A table that nothing filled is empty with its columns and dtypes. Tables are shared, not copied: treat them as
    read-only.

    >>> Telemetry({}).logs.empty
    True
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame], *, heaps: Iterable[HeapRef] = (),
                 sources: Iterable[SourceInfo] = (), problems: Iterable[Problem] = (),
                 clock_offsets: Mapping[str, ClockOffset] | None = None, keep: object = None) -> None:
        unknown = set(tables) - set(TABLES)
        if unknown:
            raise ValueError(f"no such table: {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}")
        self._tables = {name: rows for name, rows in tables.items() if len(rows)}
        self.heaps: tuple[HeapRef, ...] = tuple(heaps)
        self.sources: tuple[SourceInfo, ...] = tuple(sources)
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.clock_offsets: Mapping[str, ClockOffset] = MappingProxyType(dict(clock_offsets or {}))
        self._keep = keep       # what must live as long: unpacked heap dumps are removed with their owner

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in TABLES:
            raise AttributeError(f"Telemetry has no table {name!r}; it has {', '.join(TABLES)}")
        return self.table(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *TABLES})

    def table(self, name: str) -> pd.DataFrame:
        """The table `name`; empty with its columns where nothing was found."""
        found = self._tables.get(name)
        return empty(name) if found is None else found

    def filled(self) -> tuple[str, ...]:
        """The names of the tables that have rows, in the order of the contract."""
        return tuple(name for name in TABLES if name in self._tables)

    def replaced(self, **tables: pd.DataFrame) -> Telemetry:
        """A copy in which the given tables stand for the old ones."""
        return Telemetry({**self._tables, **tables}, heaps=self.heaps, sources=self.sources, problems=self.problems,
                         clock_offsets=self.clock_offsets, keep=self._keep)

    def merge(self, *others: Telemetry) -> Telemetry:
        """The rows, files and problems of this one and of `others`, in this order; each table is copied once."""
        every = (self, *others)
        return Telemetry(
            {name: concat(name, [each.table(name) for each in every]) for name in TABLES},
            heaps=[heap for each in every for heap in each.heaps],
            sources=[info for each in every for info in each.sources],
            problems=[problem for each in every for problem in each.problems],
            clock_offsets={name: clock for each in every for name, clock in each.clock_offsets.items()},
            keep=tuple(each._keep for each in every))

    def __repr__(self) -> str:
        rows = ", ".join(f"{name} {len(self._tables[name]):,}" for name in self.filled())
        return f"<Telemetry of {_count(len(self.sources), 'file')}: {rows or 'no rows'}{self._rest()}>"

    def _rest(self) -> str:
        heaps = f"; {_count(len(self.heaps), 'heap dump')}" if self.heaps else ""
        return heaps + (f"; {_count(len(self.problems), 'problem')}" if self.problems else "")

    def _repr_html_(self) -> str:
        tables = _html(("table", "rows", "from", "to"), [
            (name, f"{len(self._tables[name]):,}", *self._span(name)) for name in self.filled()])
        files = _html(("file", "format", "rows", "problems", "notes"), [
            (info.path, info.format, f"{sum(info.rows.values()):,}", info.problems or "", "; ".join(info.notes))
            for info in self.sources[:_SHOWN]])
        problems = _html(("file", "line", "reason"), [
            (problem.source, problem.line or "", problem.reason) for problem in self.problems[:_SHOWN]])
        return (f"<p>{escape(repr(self)[1:-1])}</p>{tables}{_folded(_count(len(self.sources), 'file'), files)}"
                f"{_folded(_count(len(self.problems), 'problem'), problems) if self.problems else ''}")

    def _span(self, name: str) -> tuple[str, str]:
        times = self._tables[name][TIME_COLUMN[name]] if name in TIME_COLUMN else None
        if times is None or pd.isna(low := times.min()):
            return "", ""
        return f"{low:%Y-%m-%d %H:%M:%S}", f"{times.max():%Y-%m-%d %H:%M:%S}"


_SHOWN = 50
"""Files and problems that a notebook lists: more are in `sources` and `problems`."""


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _html(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>{content}</details>"


def moment(value: Any) -> datetime:
    """A pandas or numpy time as an aware `datetime` in UTC, cut to microseconds.

    >>> moment(pd.Timestamp("2026-01-02T03:04:05.000000600Z")).isoformat()
    '2026-01-02T03:04:05+00:00'
    """
    stamp = pd.Timestamp(value)
    stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
    return stamp.floor("us").to_pydatetime(warn=False)
