"""Locks that hold less than they did, or are taken in another order."""

from __future__ import annotations

import re

from rca.services.diff import Diff

_TAKES = re.compile(
    r"([\w.\[\]]+?)\.(?:Lock|lock|acquire|writeLock\(\)\.lock)\(|"
    r"\bsynchronized\s*\(([\w.]+)\)|^\s*(?:async )?with ([\w.]*lock\w*)",
    re.IGNORECASE,
)
_READ_TAKES = re.compile(r"\.(?:RLock|readLock)\(")
_GIVES = re.compile(r"\.(?:R?Unlock|unlock|release)\(")
_SCOPED = re.compile(r"\bdefer\b.*Unlock\(|\bwith [\w.]*lock\w*|\bsynchronized\b|lock_guard|scoped_lock", re.IGNORECASE)


def narrowed(diff: Diff) -> str | None:
    """A lock that covered the whole is given back in between, or only taken for reading: check and act come apart."""
    for hunk, swaps in diff.swaps_by_hunk:
        gives = [sum(bool(_GIVES.search(line)) for line in side) for side in (hunk.before, hunk.after)]
        scoped = [sum(bool(_SCOPED.search(line)) for line in side) for side in (hunk.before, hunk.after)]
        if scoped[0] > scoped[1] and gives[1] >= max(gives[0], 1):
            return "a lock no longer covers the whole section"
        for old, new in swaps:
            if _READ_TAKES.search(new) and not _READ_TAKES.search(old) and _TAKES.search(old):
                return f"only locked for reading: {new[:80]}"
    return None


def reordered(diff: Diff) -> str | None:
    """Two locks are taken in the other order."""
    for hunk in diff.hunks:
        before, after = _taken(hunk.before), _taken(hunk.after)
        if before != after and sorted(before) == sorted(after) and len(set(before)) > 1:
            return f"locks taken as {', '.join(after[:3])} were taken as {', '.join(before[:3])}"
    return None


def _taken(lines: tuple[str, ...]) -> list[str]:
    found = (match for line in lines if not _GIVES.search(line) and (match := _TAKES.search(line)))
    return [next(group for group in match.groups() if group) for match in found]
