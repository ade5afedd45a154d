"""Times as files write them, to UTC: one vectorised computation per spelling, never a guess per value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from rca.readers._open import Source
from rca.readers._stamps import NAT, Bytes, Fields, Flags, Whole, fields, fields_at

_SCALES = ((1e17, 1), (1e14, 1_000), (1e11, 1_000_000), (0.0, 1_000_000_000))
"""Epoch values by magnitude: ns, us, ms, s; nanoseconds per unit."""
_HALF_A_YEAR_S = 183 * 86_400
_LEAP_YEAR = 1972


def instants(values: Sequence[Any], zone: tzinfo = UTC) -> pd.DatetimeIndex:
    """Times as text or epoch numbers (s, ms, us or ns, by magnitude) as UTC times; NaT where a value is neither.

    Text is ISO 8601 or any of the forms that logs use. Times without an offset are taken to be in `zone`.

    >>> list(instants(["2026-01-02T03:04:05+01:00", 1767323045]).astype(str))
    ['2026-01-02 02:04:05+00:00', '2026-01-02 03:04:05+00:00']
    """
    return Clock(zone).index(Clock(zone).instants(values))


def instants_of(source: Source, values: Sequence[Any]) -> pd.DatetimeIndex:
    """Like `instants` by the zone and the date of the source, which is told what was assumed."""
    clock = Clock(source.zone, source.modified)
    found = clock.index(clock.instants(values))
    clock.tell(source)
    return found


@dataclass(slots=True)
class Clock:
    """What one file's times mean: their zone, the year of stamps that have none, and whether the day comes first.

    `latest` is when the file was last written: no stamp of it may be later. What was assumed is told by `naive`,
    `yearless` and `dateless`.
    """

    zone: tzinfo = UTC
    latest: datetime | None = None
    year: int | None = None  # of the last year-less stamp read so far
    last_s: int = 0  # that stamp, in the leap year 1972
    day_first: bool | None = None
    naive: bool = False
    yearless: bool = False
    dateless: bool = False

    def instants(self, values: Sequence[Any]) -> Whole:
        """Nanoseconds since 1970 of texts and numbers, NAT where a value is neither."""
        kinds = set(map(type, values))
        if kinds <= {str}:
            return self.texts(pa.array(values, type=pa.string()))
        if kinds <= {int, float}:
            return epochs(values)
        column = np.empty(len(values), dtype=object)
        column[:] = values
        is_text = np.array([isinstance(v, str) for v in values], dtype=bool)
        is_number = np.array([isinstance(v, (int, float)) and not isinstance(v, bool) for v in values], dtype=bool)
        result = np.full(len(values), NAT)
        if is_text.any():
            result[is_text] = self.texts(pa.array(column[is_text], type=pa.string()))
        if is_number.any():
            result[is_number] = epochs(column[is_number])
        return result

    def texts(self, texts: pa.Array) -> Whole:
        """Nanoseconds since 1970 of an Arrow array of texts, in the order of the file; NAT for what is no time."""
        return self.settled(fields(texts, day_first=self.day_first))

    def at(self, data: Bytes, starts: Whole, length: int) -> Fields:
        """The calendar fields of texts of one length that stand in `data`, to be `settled`."""
        return fields_at(data, starts, np.full(len(starts), length), day_first=self.day_first)

    def settled(self, found: Fields) -> Whole:
        """Calendar fields as nanoseconds since 1970: what the texts leave open is assumed here."""
        known = found.seconds != NAT
        if found.dateless.any():
            self._date(found, known & found.dateless)
        if found.yearless.any():
            self._years(found, np.flatnonzero(known & found.yearless & ~found.dateless))
        offset = np.where(found.offset == NAT, 0, found.offset)
        known = found.seconds != NAT
        result = np.where(known, (found.seconds - offset) * 1_000_000_000 + found.nanos, NAT)
        naive = known & (found.offset == NAT)
        if naive.any():
            self.naive = True
            if self.zone is not UTC:
                result[naive] = _localised(result[naive], self.zone)
        return result

    def index(self, nanoseconds: Whole) -> pd.DatetimeIndex:
        """Nanoseconds since 1970 as UTC times."""
        return pd.DatetimeIndex(nanoseconds.view("datetime64[ns]")).tz_localize("UTC")

    def tell(self, source: Source) -> None:
        """Says on the source what was assumed."""
        if self.naive:
            source.naive()
        if self.yearless:
            source.yearless()
        if self.dateless:
            source.note("times without a date taken to be of the day on which the file was written")

    def _date(self, found: Fields, rows: Flags) -> None:
        """A time of day without a date is of the day on which the file was written, or the day before."""
        self.dateless = True
        latest = self.latest or datetime.now(tz=UTC)
        midnight = int(latest.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
        of_day = found.seconds[rows] % 86_400
        back = 86_400 if len(of_day) and midnight + int(of_day[-1]) > latest.timestamp() + 86_400 / 2 else 0
        found.seconds[rows] = midnight - back + of_day
        found.yearless[rows] = False

    def _years(self, found: Fields, rows: Whole) -> None:
        """Puts year-less stamps (in the year 1972) into their years; half a year back begins the next one."""
        if not len(rows):
            return
        self.yearless = True
        stamps = found.seconds[rows]
        before = self.last_s if self.year is not None else int(stamps[0])
        steps = np.diff(stamps, prepend=before)
        turns = np.cumsum((steps < -_HALF_A_YEAR_S).astype(np.int64) - (steps > _HALF_A_YEAR_S).astype(np.int64))
        if self.year is None:
            self.year = self._last_year(int(stamps[-1])) - int(turns[-1])
        years = self.year + turns
        found.seconds[rows] = _moved(stamps, years)
        self.year, self.last_s = int(years[-1]), int(stamps[-1])

    def _last_year(self, stamp: int) -> int:
        """The year that keeps a stamp at or before the file's last change, a day for time zones allowed."""
        latest = (self.latest or datetime.now(tz=UTC)) + timedelta(days=1)
        moved = int(_moved(np.array([stamp]), np.array([latest.year]))[0])
        return latest.year if moved <= latest.timestamp() else latest.year - 1


def _moved(stamps: Whole, years: Whole) -> Whole:
    """Seconds of the year 1972 moved to other years; 29 February becomes 1 March where there is none."""
    days = stamps // 86_400
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    day_of_month = days - months.astype("datetime64[D]").astype(np.int64)
    moved = months.astype(np.int64) + (years - _LEAP_YEAR) * 12
    first: Whole = moved.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return (first + day_of_month) * 86_400 + stamps % 86_400


def _localised(nanoseconds: Whole, zone: tzinfo) -> Whole:
    local = pd.DatetimeIndex(nanoseconds.view("datetime64[ns]")).tz_localize(
        zone, ambiguous="NaT", nonexistent="shift_forward"
    )
    first = pd.DatetimeIndex(nanoseconds.view("datetime64[ns]")).tz_localize(
        zone, ambiguous=np.ones(len(nanoseconds), dtype=bool), nonexistent="shift_forward"
    )
    return np.asarray(local.where(local.notna(), first).asi8)


def epochs(values: Sequence[Any]) -> Whole:
    """Epoch numbers in s, ms, us or ns, by magnitude, as nanoseconds; NAT for what is not finite or past the year 2262.

    Integers keep every digit; a float of seconds keeps its microseconds.
    """
    try:
        whole = np.asarray(values, dtype=np.int64) if all(type(v) is int for v in values) else None
    except OverflowError:
        whole = None
    real = np.asarray(values, dtype=np.float64)
    size = np.abs(real)
    scale = np.select([size >= limit for limit, _ in _SCALES], [unit for _, unit in _SCALES], 1)
    usable = np.isfinite(real) & (size * scale < 9.2e18)
    if whole is not None:
        return np.where(usable, whole * np.where(usable, scale, 1), NAT)
    safe = np.where(usable, real, 0.0)
    units = np.trunc(safe)
    fraction = np.where(scale == 1_000_000_000, np.round((safe - units) * 1e6) * 1000, np.round((safe - units) * scale))
    return np.where(usable, units.astype(np.int64) * scale + fraction.astype(np.int64), NAT)


def epoch_ns(value: float | int | str) -> int:
    """An epoch number in s, ms, us or ns as integer nanoseconds.

    >>> epoch_ns("1767323045.5"), epoch_ns(1767323045500)
    (1767323045500000000, 1767323045500000000)
    """
    number = float(value)
    scale = next(scale for limit, scale in _SCALES if abs(number) >= limit)
    try:
        return int(value) * scale
    except ValueError:
        whole = int(number)
        return whole * scale + round((number - whole) * scale)
