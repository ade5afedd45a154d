"""Times as text: every distinct spelling is understood once, all values of that spelling are then computed together.

Two texts are of one spelling when digits and letters stand at the same places. A spelling's first text is matched
against `DATES` and `CLOCKS`; the places of the fields, so found, are read from all its texts as columns of bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

NAT = np.iinfo("int64").min
Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Whole = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

LONGEST = 64
"""Characters that a time may have."""
_MOST_SPELLINGS = 64
"""Spellings of one length that are looked at; a file with more holds no times there."""

ZONES = {
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "z": 0,
    "CET": 3600,
    "CEST": 7200,
    "BST": 3600,
    "MSK": 10800,
    "JST": 32400,
    "EST": -18000,
    "EDT": -14400,
    "CST": -21600,
    "CDT": -18000,
    "MST": -25200,
    "MDT": -21600,
    "PST": -28800,
    "PDT": -25200,
}
"""Seconds east of Greenwich of zone names, in the meaning most used; names not here count as no zone."""

_MONTH = (
    "(?P<b>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|January|February|March|April|June|July|August|"
    "September|October|November|December)"
)
_DAYNAME = "(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? +)?"
DATES = (
    r"(?P<Y>(?:19|20)\d\d)[-/. ](?P<m>[01]?\d)[-/. ](?P<d>[0-3]?\d)",  # 2024-03-07, 2024/03/07
    r"(?P<Y>(?:19|20)\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)",  # 20240307
    _DAYNAME + r"(?P<d>[ 0-3]?\d)[-/ .](?:" + _MONTH + r")[-/ .,]{1,2}(?P<Y>(?:19|20)\d\d)",  # 07/Mar/2024, 7 Mar 2024
    _DAYNAME + _MONTH + r"[ .-]{1,2}(?P<d>[ 0-3]?\d)(?:,? (?P<Y>(?:19|20)\d\d))?",  # Mar  7, Mar 07, 2024
    r"(?P<Y>(?:19|20)\d\d) " + _MONTH + r" (?P<d>[ 0-3]?\d)",  # 2024 Mar 7
    r"(?P<Y>(?:19|20)\d\d)-" + _MONTH + r"-(?P<d>[0-3]\d)",  # 2024-Mar-07
    r"(?P<d>[ 0-3]?\d)[-/ ](?:" + _MONTH + r")",  # 07-Mar
    r"(?P<p1>[0-3]?\d)(?P<s>[/.-])(?P<p2>[0-3]?\d)[/.-](?P<Y>(?:19|20)\d\d)",  # 07/03/2024: which is the day?
    r"(?P<y>\d\d)[/-](?P<m>[01]\d)[/-](?P<d>[0-3]\d)",  # 24/03/07
    r"(?P<y>\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)",  # 240307
    r"(?P<m>[01]\d)[-./](?P<d>[0-3]\d)",  # 03-07
    r"(?P<m>[01]\d)(?P<d>[0-3]\d)",  # 0307
)
CLOCKS = (
    r"(?P<H>[ 0-2]?\d)[:.](?P<M>[0-5]?\d)[:.](?P<S>[0-6]?\d)(?:[.,:](?P<f>\d{1,9}))?",  # 01:02:03.456
    r"(?P<H>[0-2]\d)(?P<M>[0-5]\d)(?P<S>[0-6]\d)(?:[.,]?(?P<f>\d{1,9}))?",  # 010203
    r"(?P<H>[0-2]?\d):(?P<M>[0-5]\d)",  # 01:02
)
BETWEEN = r"(?:T|t| - |, | at |_|:|[ .\t-]{1,3})"
_ZONE = r"[Zz]|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?|" + "|".join(name for name in ZONES if len(name) > 2)
ENDING = rf"(?: ?(?P<p>[AaPp])\.?[Mm]\.?)?(?: ?\(?(?P<z>{_ZONE})\b\)?)?"
LATE_YEAR = r"(?: (?P<Y2>(?:19|20)\d\d))?"

_FORMS = tuple(re.compile(date + BETWEEN + clock + ENDING + LATE_YEAR) for date in DATES for clock in CLOCKS) + tuple(
    re.compile(form) for form in (CLOCKS[0] + ENDING, DATES[0])
)
_NAMED = re.compile(r"\(\?P<\w+>")


def _unnamed(pattern: str) -> str:
    return _NAMED.sub("(?:", pattern)


STAMPS: tuple[str, ...] = tuple(
    _unnamed(date + BETWEEN + clock + ENDING + LATE_YEAR)
    for dates, clocks in (
        (DATES[:9], CLOCKS[:1]),
        (DATES[1:2], CLOCKS[1:2]),
        (DATES[9:12], CLOCKS[:2]),
        (DATES[:9], CLOCKS[2:]),
    )
    for date in dates
    for clock in clocks
)
"""Every form of a date with a time of day, as a pattern without groups; the likeliest first."""
EPOCHS = (r"1\d{9}(?:[.,]\d{1,9})?\b", r"1\d{12}\b", r"1\d{18}\b")
"""Seconds, milliseconds and nanoseconds since 1970, between 2001 and 2033."""

_EPOCH = re.compile(r"(?P<e>[+-]?\d{9,19})(?:[.,](?P<ef>\d{1,9}))?")

_KIND = np.arange(256, dtype=np.uint8)
_KIND[48:58] = ord("0")
_KIND[65:91] = ord("a")
_KIND[97:123] = ord("a")

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_OF = np.zeros(1 << 15, dtype=np.int64)
for _name, _number in zip(_MONTH_NAMES, range(1, 13), strict=True):  # three letters, five bits each: any case
    _MONTH_OF[(ord(_name[0]) & 31) << 10 | (ord(_name[1]) & 31) << 5 | ord(_name[2]) & 31] = _number


@dataclass(slots=True)
class Fields:
    """Calendar fields of many times: `seconds` since 1970 by their own clock, and what is not settled yet."""

    seconds: Whole  # NAT where there is none; years of year-less times are 1972, a leap year
    nanos: Whole
    offset: Whole  # seconds east; NAT where the text has no zone
    yearless: Flags
    dateless: Flags

    @classmethod
    def empty(cls, length: int) -> Fields:
        """`length` times, none of them known."""
        return cls(
            np.full(length, NAT),
            np.zeros(length, dtype="int64"),
            np.full(length, NAT),
            np.zeros(length, dtype=bool),
            np.zeros(length, dtype=bool),
        )

    def put(self, at: Whole, part: Fields) -> None:
        """Sets the times at the positions `at`."""
        self.seconds[at], self.nanos[at], self.offset[at] = part.seconds, part.nanos, part.offset
        self.yearless[at], self.dateless[at] = part.yearless, part.dateless


def fields(texts: pa.Array, *, day_first: bool | None = None) -> Fields:
    """The calendar fields of `texts` (an Arrow array of strings); NAT seconds where a text is no time.

    `day_first` settles 06/10/2021; without it a value above 12 in these texts does, and nothing means month first.
    """
    return fields_at(*spans(texts), day_first=day_first)


def fields_at(data: Bytes, starts: Whole, lengths: Whole, *, day_first: bool | None = None) -> Fields:
    """Like `fields`, for texts that stand in `data` from `starts` on."""
    found = Fields.empty(len(starts))
    for length in np.unique(lengths):
        if 4 <= length <= LONGEST:
            at = np.flatnonzero(lengths == length)
            _of_one_length(_matrix(data, starts[at], int(length)), at, found, day_first)
    return found


def _matrix(data: Bytes, starts: Whole, length: int) -> Bytes:
    """The texts as rows of bytes; without a copy where they stand side by side."""
    if (np.diff(starts) == length).all():
        return data[starts[0] : starts[0] + len(starts) * length].reshape(len(starts), length)
    return np.asarray(data[starts[:, None] + np.arange(length)])


def spans(texts: pa.Array) -> tuple[Bytes, Whole, Whole]:
    """The bytes of a string array, with where each text starts and its length (0 where there is none)."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    wide = pa.types.is_large_string(texts.type)
    _, offsets, data = texts.buffers()
    stored = np.frombuffer(offsets, dtype=np.int64 if wide else np.int32)
    ends: Whole = np.asarray(stored[texts.offset : texts.offset + len(texts) + 1], dtype=np.int64)
    lengths: Whole = np.diff(ends)
    if texts.null_count:
        lengths = np.where(texts.is_null().to_numpy(zero_copy_only=False), 0, lengths)
    return np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, np.uint8), ends[:-1], lengths


def _of_one_length(matrix: Bytes, at: Whole, found: Fields, day_first: bool | None) -> None:
    kinds, left = _KIND[matrix], np.arange(len(at))
    for _ in range(_MOST_SPELLINGS):
        if not len(left):
            return
        same = ((kinds if len(left) == len(at) else kinds[left]) == kinds[left[0]]).all(axis=1)
        rows, left = left[same], left[~same]
        plan = _plan(matrix[rows[0]].tobytes().decode("latin-1"))
        if plan:
            found.put(
                at[rows], _values(matrix if same.all() and len(rows) == len(at) else matrix[rows], plan, day_first)
            )


def _plan(text: str) -> dict[str, tuple[int, int]] | None:
    """Where the fields of a spelling stand, by its first text; None where it is no time."""
    match = _EPOCH.fullmatch(text) or next((m for form in _FORMS if (m := form.fullmatch(text))), None)
    if match is None:
        return None
    return {name: match.span(name) for name in match.re.groupindex if match.group(name)}


def _values(matrix: Bytes, plan: dict[str, tuple[int, int]], day_first: bool | None) -> Fields:
    if "e" in plan:
        return _epoch(matrix, plan)
    length = len(matrix)
    none = np.zeros(length, dtype=bool)

    def number(name: str) -> Whole:
        return digits(matrix, *plan[name])

    year, yearless = _year(plan, number, length)
    month, day = _month_and_day(matrix, plan, number, day_first, length)
    hour = number("H") if "H" in plan else np.zeros(length, dtype=np.int64)
    if "p" in plan:
        after_noon = (matrix[:, plan["p"][0]] | 32) == ord("p")
        hour = hour % 12 + 12 * after_noon
    minute, second = (number(name) if name in plan else np.zeros(length, dtype=np.int64) for name in "MS")
    months = (year - 1970) * 12 + np.clip(month, 1, 12) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    wrong = (
        (month < 1) | (month > 12) | (day < 1) | (day > following - first) | (hour > 23) | (minute > 59) | (second > 60)
    )
    seconds = (first + day - 1) * 86_400 + hour * 3600 + minute * 60 + second
    nanos = number("f") * 10 ** (9 - (plan["f"][1] - plan["f"][0])) if "f" in plan else np.zeros(length, dtype=np.int64)
    return Fields(
        np.where(wrong, NAT, seconds),
        nanos,
        _offset(matrix, plan),
        ~none if yearless else none,
        none if "m" in plan or "b" in plan or "p1" in plan else ~none,
    )


def digits(matrix: Bytes, start: int, end: int) -> Whole:
    """The number in the columns from `start` to before `end`; a leading blank counts as 0."""
    value = np.zeros(len(matrix), dtype=np.int64)
    for column in range(start, end):
        value = value * 10 + (matrix[:, column] & 15)
    return value


def _year(plan: dict[str, tuple[int, int]], number: Any, length: int) -> tuple[Whole, bool]:
    for name in ("Y", "Y2"):
        if name in plan:
            return number(name), False
    if "y" in plan:
        short = number("y")
        return np.where(short < 70, 2000, 1900) + short, False
    return np.full(length, 1972), True


def _month_and_day(
    matrix: Bytes, plan: dict[str, tuple[int, int]], number: Any, day_first: bool | None, length: int
) -> tuple[Whole, Whole]:
    if "b" in plan:
        start = plan["b"][0]
        letters = (matrix[:, start : start + 3] & 31).astype(np.int64)
        return _MONTH_OF[letters[:, 0] << 10 | letters[:, 1] << 5 | letters[:, 2]], number("d")
    if "p1" in plan:
        first, second = number("p1"), number("p2")
        if day_first is None:
            dots = matrix[0, plan["s"][0]] == ord(".")  # 07.03.2024 is written where the day comes first
            day_first = bool(first.max() > 12 or (dots and second.max() <= 12))
        return (second, first) if day_first else (first, second)
    if "m" in plan:
        return number("m"), number("d")
    return np.ones(length, dtype=np.int64), np.ones(length, dtype=np.int64)


def _offset(matrix: Bytes, plan: dict[str, tuple[int, int]]) -> Whole:
    if "z" not in plan:
        return np.full(len(matrix), NAT)
    start, end = plan["z"]
    signs = [at for at in range(start, end) if matrix[0, at] in b"+-"]
    if not signs:
        names, inverse = np.unique(
            np.ascontiguousarray(matrix[:, start:end]).view(f"S{end - start}").ravel(), return_inverse=True
        )
        return np.array([ZONES.get(name.decode("latin-1"), NAT) for name in names], dtype=np.int64)[inverse]
    at = signs[0]
    hours = digits(matrix, at + 1, at + 3)
    minutes = digits(matrix, end - 2, end) if end - at > 3 else np.zeros(len(matrix), dtype=np.int64)
    sign = np.where(matrix[:, at] == ord("-"), -1, 1)
    return np.asarray(sign * (hours * 3600 + minutes * 60))


def _epoch(matrix: Bytes, plan: dict[str, tuple[int, int]]) -> Fields:
    start, end = plan["e"]
    whole = digits(matrix, start, end)
    per_second = 10 ** (end - start - 10) if end - start in (10, 13, 16, 19) else 1
    nanos = whole % per_second * (1_000_000_000 // per_second)
    if "ef" in plan:
        low, high = plan["ef"]
        nanos = nanos + digits(matrix, low, high) * 10 ** (9 - (high - low)) // per_second
    none = np.zeros(len(matrix), dtype=bool)
    return Fields(whole // per_second, nanos, np.zeros(len(matrix), dtype=np.int64), none, none)
