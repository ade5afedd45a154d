"""How numbers, times, causes and places are written in a report for people."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from rca.model import Band, Evidence, SourceRef, Window

_ACRONYMS = {"cpu": "CPU", "dns": "DNS", "gc": "GC", "io": "I/O", "sql": "SQL", "tls": "TLS"}
_TITLES = {"n-plus-one": "N+1 queries"}

BAND_RANGES: dict[Band, str] = {
    "likely": "80 % or more",
    "probable": "50 to 80 %",
    "possible": "20 to 50 %",
    "inconclusive": "below 20 %",
}


def title(cause: str) -> str:
    """The name of a cause as the beginning of a sentence.

    >>> title("memory-leak"), title("dns-failure"), title("n-plus-one")
    ('Memory leak', 'DNS failure', 'N+1 queries')
    """
    if cause in _TITLES:
        return _TITLES[cause]
    words = " ".join(_ACRONYMS.get(word, word) for word in cause.replace("_", "-").split("-"))
    return words[:1].upper() + words[1:]


def percent(share: float) -> str:
    """A probability in whole percent that never claims certainty.

    >>> percent(0.874), percent(0.999), percent(0.001), percent(0.0), percent(float("nan"))
    ('87 %', 'over 99 %', 'under 1 %', '0 %', 'unknown')
    """
    if math.isnan(share):
        return "unknown"
    if share > 0.99:
        return "over 99 %"
    return "under 1 %" if 0 < share < 0.01 else f"{round(share * 100)} %"


def odds(weight_nats: float) -> str:
    """What a reason does to the odds of a hypothesis.

    >>> odds(2.3), odds(-1.4), odds(0.0), odds(6.0)
    ('odds ×10', 'odds ÷4.1', 'odds ×1', 'odds ×403')
    """
    factor = math.exp(min(abs(weight_nats), 20.0))
    sign = "×" if weight_nats >= 0 or factor < 1.05 else "÷"
    return f"odds {sign}{f'{factor:.1f}'.removesuffix('.0') if factor < 9.95 else f'{factor:,.0f}'}"


def clock(time: datetime) -> str:
    """A moment in UTC, to the second."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC")


def since(onset: Window) -> str:
    """An onset interval to the minute, for a headline.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 2, 14, 5, 7, tzinfo=UTC)
    >>> since((at, at)), since((at, at + timedelta(minutes=9)))
    ('since 2026-03-02 14:05 UTC', 'since 2026-03-02 14:05 to 14:14 UTC')
    """
    start, end = onset
    first = start.strftime("%Y-%m-%d %H:%M")
    if end.strftime("%Y-%m-%d %H:%M") == first or end <= start:
        return f"since {first} UTC"
    return f"since {first} to {end.strftime('%H:%M' if end.date() == start.date() else '%Y-%m-%d %H:%M')} UTC"


def began(onset: Window) -> str:
    """An onset interval to the second."""
    start, end = onset
    if end - start < timedelta(seconds=1):
        return clock(start)
    return f"{start:%Y-%m-%d %H:%M:%S} to {end.strftime('%H:%M:%S UTC') if end.date() == start.date() else clock(end)}"


def window(span: Window) -> str:
    """A window with its length.

    >>> from datetime import UTC
    >>> window((datetime(2026, 3, 2, 14, tzinfo=UTC), datetime(2026, 3, 2, 15, 30, tzinfo=UTC)))
    '2026-03-02 14:00:00 to 15:30:00 UTC (1 h 30 min)'
    """
    return f"{began(span)} ({length(span[1] - span[0])})"


def length(duration: timedelta) -> str:
    """A duration in its two largest units.

    >>> length(timedelta(seconds=59)), length(timedelta(hours=49)), length(timedelta(minutes=1, seconds=5))
    ('59 s', '2 d 1 h', '1 min 5 s')
    """
    rest, parts = max(0, round(duration.total_seconds())), []
    for unit, seconds in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def number(value: float | int | str) -> str:
    """A measured value with thousands separated and at most five digits that mean something."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return f"{int(value):,}"
    return f"{value:,.5g}" if math.isfinite(value) else "unknown"


def short(value: float) -> str:
    """A value in four digits and a power of ten, for the ends of a line chart.

    >>> short(213_600_000.0), short(0.0125), short(1420), short(0)
    ('213.6 M', '0.0125', '1.42 k', '0')
    """
    for limit, prefix in ((1e15, ""), (1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= limit:
            return f"{value / limit:.4g}{prefix}" if prefix else f"{value:.3e}"
    return f"{value:.4g}"


def code_spans(text: str) -> list[tuple[str, bool]]:
    """The parts of `text`, and whether each stood between backticks.

    >>> code_spans("run `rca read` now")
    [('run ', False), ('rca read', True), (' now', False)]
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one backtick has no partner: it is only a character
        return [(text, False)]
    return [(part, i % 2 == 1) for i, part in enumerate(parts) if part]


def count(amount: int, noun: str) -> str:
    """An amount with its noun.

    >>> count(1, "file"), count(1200, "row"), count(2, "hypothesis")
    ('1 file', '1,200 rows', '2 hypotheses')
    """
    if amount == 1:
        return f"1 {noun}"
    return f"{amount:,} {noun.removesuffix('is') + 'es' if noun.endswith('sis') else noun + 's'}"


def place(evidence: Evidence | SourceRef) -> str:
    """The file and line of a piece of evidence."""
    return str(evidence.source if isinstance(evidence, Evidence) else evidence)


def one_line(text: str) -> str:
    """`text` with all white space, line ends included, as single blanks."""
    return " ".join(text.split())


def cut(text: str, limit: int) -> str:
    """`text` on one line, with at most `limit` characters, cut at a word where one ends near.

    >>> cut("the heap grows by 4 kB per order", 20)
    'the heap grows by…'
    """
    text = one_line(text[: limit * 4])
    if len(text) <= limit:
        return text
    short = text[: limit - 1]
    words = short.rpartition(" ")[0]
    return (words if len(words) > limit * 0.6 else short).rstrip() + "…"
