"""Finds the readers: every module of `rca.readers.<kind>` and the entry points `rca.readers`, on first use."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch

from rca._discovery import discover
from rca.model import RcaError
from rca.readers._reader import Head, Reader

KINDS = ("logs", "metrics", "traces", "heaps", "threads", "databases", "audit", "changes", "inventory")


class UnknownFormat(RcaError, ValueError):     # noqa: N818 - says what is wrong
    """A format name that no reader has."""


def readers() -> tuple[Reader, ...]:
    """All readers, ordered by name."""
    packages = tuple(f"rca.readers.{kind}" for kind in KINDS)
    found = discover(packages, "rca.readers", ("NAME", "TABLES", "looks_like", "read"))
    return tuple(sorted(found, key=lambda reader: reader.NAME))


def named(name: str) -> Reader:
    """The reader called `name`, or defined by the TOML file of that name (see `_own_format`).

    Raises UnknownFormat, with the nearest names, where there is none, and FormatError for a definition that is wrong.
    """
    from difflib import get_close_matches
    if name.endswith(".toml"):
        from rca.readers._own_format import load  # reads with Arrow, which a name from the list does not need
        return load(name)
    known = {reader.NAME: reader for reader in readers()}
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)
        raise UnknownFormat(f"no format {name!r}; did you mean {', '.join(near)}? `rca formats` lists all")
    return known[name]


@dataclass(frozen=True, slots=True)
class Match:
    """How well a format fits a file: `score` in [0, 1]; `error` where its reader failed to look."""

    score: float
    reader: Reader
    error: str = ""


def matches(head: Head) -> list[Match]:
    """Every reader's score for `head`, best first; a tie goes to a format whose `FILE_NAMES` fit, then by name."""
    return sorted((_match(reader, head) for reader in readers()),
                  key=lambda match: (-match.score, not _fits_name(match.reader, head.name), match.reader.NAME))


def scores(head: Head) -> list[tuple[float, Reader]]:
    """Every reader's score for `head`, best first."""
    return [(match.score, match.reader) for match in matches(head)]


def _match(reader: Reader, head: Head) -> Match:
    try:
        return Match(float(reader.looks_like(head)), reader)
    except Exception as error:
        return Match(0.0, reader, f"{type(error).__name__}: {error}")


def _fits_name(reader: Reader, name: str) -> bool:
    return any(fnmatch(name.lower(), pattern) for pattern in getattr(reader, "FILE_NAMES", ()))
