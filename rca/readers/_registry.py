"""Finds the readers: every module of `rca.readers.<kind>` and the entry points `rca.readers`, on first use."""

from __future__ import annotations

from rca._discovery import discover
from rca.model import RcaError
from rca.readers._reader import Head, Reader

KINDS = ("logs", "metrics", "traces", "heaps", "threads", "databases", "audit", "changes", "inventory")


class UnknownFormat(RcaError, ValueError):
    """A format name that no reader has."""


def readers() -> tuple[Reader, ...]:
    """All readers, ordered by name."""
    found = discover(tuple(f"rca.readers.{kind}" for kind in KINDS), "rca.readers", ("NAME", "TABLES", "looks_like", "read"))
    return tuple(sorted(found, key=lambda reader: reader.NAME))


def named(name: str) -> Reader:
    """The reader called `name`. Raises UnknownFormat, with the nearest names, where there is none."""
    from difflib import get_close_matches
    known = {reader.NAME: reader for reader in readers()}
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)
        raise UnknownFormat(f"no format {name!r}; did you mean {', '.join(near)}? `rca formats` lists all")
    return known[name]


def scores(head: Head) -> list[tuple[float, Reader]]:
    """Every reader's score for `head`, best first; equal scores stand in the order of the names."""
    return sorted(((reader.looks_like(head), reader) for reader in readers()), key=lambda pair: (-pair[0], pair[1].NAME))
