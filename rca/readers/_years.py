"""Years for times that were written without one, from the other sources where there are any."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pandas as pd

from rca.model import SourceInfo
from rca.tables import TABLES, TIME

_FARTHEST = 60
"""Years."""


def with_years(tables: Mapping[str, pd.DataFrame], infos: Sequence[SourceInfo],
               guessed: Collection[str]) -> tuple[dict[str, pd.DataFrame], list[SourceInfo]]:
    """Tables and sources in which the files of `guessed` lie in the year that brings them nearest to all others.

    A reader took the year from the file's own time, which a copy or a checkout makes younger.
    """
    known = [info for info in infos if info.path not in guessed and info.first is not None and info.last is not None]
    first = min((info.first for info in known if info.first), default=None)
    last = max((info.last for info in known if info.last), default=None)
    moved, result = dict(tables), []
    for info in infos:
        years = _years_off(info, first, last) if info.path in guessed else 0
        if years:
            moved = {name: _shifted(name, rows, info.path, years) for name, rows in moved.items()}
        result.append(_told(info, years, bool(known)) if info.path in guessed else info)
    return moved, result


def _years_off(info: SourceInfo, first: datetime | None, last: datetime | None) -> int:
    """By how many years the file's middle comes nearest to (first, last)."""
    if first is None or last is None or info.first is None or info.last is None:
        return 0
    middle = pd.Timestamp(info.first + (info.last - info.first) / 2)

    def distance(years: int) -> float:
        stamp = middle + pd.DateOffset(years=years)
        return max((pd.Timestamp(first) - stamp).total_seconds(), (stamp - pd.Timestamp(last)).total_seconds(), 0.0)
    return min(range(-_FARTHEST, _FARTHEST + 1), key=lambda years: (distance(years), abs(years)))


def _shifted(name: str, rows: pd.DataFrame, path: str, years: int) -> pd.DataFrame:
    own = rows["source"] == path
    columns = [column.name for column in TABLES[name] if column.dtype == TIME] if own.any() else []
    moved = {column: rows[column].where(~own, rows[column] + pd.DateOffset(years=years)) for column in columns}
    return rows.assign(**moved)


def _told(info: SourceInfo, years: int, others: bool) -> SourceInfo:
    shifted = replace(info, first=_by(info.first, years), last=_by(info.last, years))
    year = shifted.last.year if shifted.last else "unknown"
    own = "the file's own time" + (", which the other sources agree with" if others else "")
    taken = "the other sources" if years else own
    return replace(shifted, notes=(*info.notes, f"times without a year: {year} taken from {taken}"))


def _by(time: datetime | None, years: int) -> datetime | None:
    return None if time is None else (pd.Timestamp(time) + pd.DateOffset(years=years)).to_pydatetime(warn=False)
