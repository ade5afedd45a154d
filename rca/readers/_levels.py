"""The author's word for a severity, mapped to the seven values of `logs.level`.

Sources: OpenTelemetry logs data model (appendix B), syslog RFC 5424 section 6.2.1, pino and bunyan level numbers,
glog and Android priority letters, java.util.logging levels.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

_WORDS = {
    "trace": "trace trc trce verbose verb vrb v finest finer fine all silly spam t debug3 debug4 debug5",
    "debug": "debug dbg dbug debg d config dev debug1 debug2",
    "info": "info information informational inf i notice note notification n log ok success statement",
    "warning": "warn warning wrn w wrng",
    "error": "error err eror e severe failure fail fehler errors",
    "critical": "critical crit fatal ftl f alert a emerg emergency panic dpanic c catastrophe",
}
LEVELS = tuple(_WORDS)
"""The known values, from least to most severe."""

BY_WORD = {word: level for level, words in _WORDS.items() for word in words.split()}

SYSLOG = ("critical", "critical", "critical", "error", "warning", "info", "info", "debug")
"""Syslog severities 0 (emergency) to 7 (debug); notice (5) counts as info."""

_SPELLED = sorted(
    (word for word in BY_WORD if len(word) >= 3 and word not in ("all", "dev", "log", "note", "fail")),
    key=len,
    reverse=True,
)
WORD_PATTERN = "(?i:" + "|".join(_SPELLED) + ")"
"""A level that is spelled out, for patterns; single letters need a format that says what they are."""


@lru_cache(maxsize=4096)
def level(word: Any) -> str | None:
    """One of `LEVELS`, or None where `word` is no level.

    Numbers below 8 are syslog severities, from 10 on those of pino and bunyan.

    >>> level("WARN"), level("Fatal"), level(30), level("6"), level("DEBUG-4"), level("pending")
    ('warning', 'critical', 'info', 'info', 'debug', None)
    """
    if isinstance(word, bool) or word is None:
        return None
    text = str(word).strip().strip("[]()<>|:*").lower()
    found = BY_WORD.get(text)
    if found is None and text.removesuffix(".0").isdigit():
        return _number(int(text.removesuffix(".0")))
    if found is None:  # Go's slog writes levels between the named ones as DEBUG-4, INFO+2
        found = BY_WORD.get(text.rstrip("0123456789").rstrip("+-"))
    return found


def _number(value: int) -> str | None:
    if value < len(SYSLOG):
        return SYSLOG[value]
    if value < 10 or value >= 70:
        return None
    return LEVELS[min(value // 10, 6) - 1]


def otel(number: Any) -> str | None:
    """The level of an OpenTelemetry severity number, 1 to 24.

    >>> otel(9), otel(17), otel(0)
    ('info', 'error', None)
    """
    return LEVELS[(number - 1) // 4] if isinstance(number, int) and 1 <= number <= 24 else None


def levels(words: Iterable[Any]) -> list[str | None]:
    """`level` of each of many words; equal words cost one look-up."""
    cache: dict[Any, str | None] = {}
    found = []
    for word in words:
        try:
            found.append(cache[word])
        except KeyError:
            found.append(cache.setdefault(word, level(word)))
        except TypeError:  # a list or dict stands where the level should be
            found.append(None)
    return found
