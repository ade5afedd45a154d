"""What was read: every table of the contract, the heap dumps, the files and what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from rca.model import HeapRef, Problem, SourceInfo
from rca.tables import TABLES, empty


class Telemetry:
    """The tables of `rca.tables`, each as an attribute, plus `heaps`, `sources` and `problems`.

    A table that nothing filled is empty with its columns and dtypes. Tables are shared, not copied: treat them as
    read-only.

    >>> Telemetry({}).logs.empty
    True
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame], *, heaps: Iterable[HeapRef] = (),
                 sources: Iterable[SourceInfo] = (), problems: Iterable[Problem] = ()) -> None:
        unknown = set(tables) - set(TABLES)
        if unknown:
            raise ValueError(f"no such table: {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}")
        self._tables = {name: rows for name, rows in tables.items() if len(rows)}
        self.heaps: tuple[HeapRef, ...] = tuple(heaps)
        self.sources: tuple[SourceInfo, ...] = tuple(sources)
        self.problems: tuple[Problem, ...] = tuple(problems)

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
        return Telemetry({**self._tables, **tables}, heaps=self.heaps, sources=self.sources, problems=self.problems)

    def __repr__(self) -> str:
        rows = ", ".join(f"{name} {len(self._tables[name]):,}" for name in self.filled())
        return (f"<Telemetry of {len(self.sources)} files: {rows or 'no rows'}; {len(self.heaps)} heap dumps, "
                f"{len(self.problems)} problems>")

    def _repr_html_(self) -> str:
        from html import escape
        cells = "".join(f"<tr><td>{escape(name)}</td><td style='text-align:right'>{len(self._tables[name]):,}</td></tr>"
                        for name in self.filled())
        return (f"<table><thead><tr><th>table</th><th>rows</th></tr></thead><tbody>{cells}</tbody></table>"
                f"<p>{len(self.sources)} files, {len(self.heaps)} heap dumps, {len(self.problems)} problems</p>")


def moment(value: Any) -> datetime:
    """A pandas or numpy time as an aware `datetime` in UTC, cut to microseconds.

    >>> moment(pd.Timestamp("2026-01-02T03:04:05.000000600Z")).isoformat()
    '2026-01-02T03:04:05+00:00'
    """
    stamp = pd.Timestamp(value)
    stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
    return stamp.floor("us").to_pydatetime(warn=False)
