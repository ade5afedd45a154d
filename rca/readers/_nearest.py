"""Which formats come nearest to a file that none recognised, and how far each matched."""

from __future__ import annotations

import re
from functools import lru_cache

from rca.readers._reader import Head, Reader
from rca.readers._registry import Match

_RUNS = ((re.compile(r"[0-9]+"), "0"), (re.compile(r"[^\W0_]+"), "a"), (re.compile(r"\s+"), " "))
_LOOKED_AT = 20_000


def nearest(head: Head, found: list[Match], count: int = 3) -> str:
    """The nearest formats with how far they matched, in words; equal scores by the likeness to the formats' samples."""
    best = sorted(found, key=lambda match: (-match.score, -likeness(head, match.reader), match.reader.NAME))[:count]
    return "; ".join(_told(head, match) for match in best)


def _told(head: Head, match: Match) -> str:
    told = f"{match.reader.NAME} matched {match.score:.2g}"
    explain = getattr(match.reader, "explain", None)
    if match.error or explain is None:
        return f"{told} (failed: {match.error})" if match.error else told
    try:
        return f"{told}: {explain(head)}"
    except Exception as error:
        return f"{told} (its explanation failed: {type(error).__name__})"


def begins(head: Head) -> str:
    """The beginning of the file as it can be shown: text, or bytes in hexadecimal."""
    return head.data[:16].hex(" ") if head.binary else head.text.lstrip()[:120].split("\n", 1)[0]


def likeness(head: Head, reader: Reader) -> float:
    """The share of letter-blind character triples that the head and the reader's samples have in common, in [0, 1]."""
    mine, theirs = _triples(head.data[:_LOOKED_AT]), _sampled(tuple(reader.SAMPLES))
    return len(mine & theirs) / max(1, len(mine | theirs))


@lru_cache(maxsize=512)
def _sampled(samples: tuple[str | bytes, ...]) -> frozenset[str]:
    data = (sample.encode() if isinstance(sample, str) else sample for sample in samples)
    return _triples(b"\n".join(part[:_LOOKED_AT] for part in data))


@lru_cache(maxsize=4)
def _triples(data: bytes) -> frozenset[str]:
    text = data.decode("utf-8", errors="replace")
    for run, letter in _RUNS:
        text = run.sub(letter, text)
    return frozenset(text[at:at + 3] for at in range(len(text) - 2))
