"""Finds the causes: every module of `rca.causes` and the entry points `rca.causes`, on first use."""

from __future__ import annotations

from rca._discovery import discover
from rca.causes._cause import Cause

ATTRIBUTES = ("NAME", "TITLE", "MECHANISM", "PRIOR", "CHANGE_SHARE", "SITE", "FOR", "AGAINST", "explain")


def causes() -> tuple[Cause, ...]:
    """All causes, ordered by name."""
    return tuple(sorted(discover(("rca.causes",), "rca.causes", ATTRIBUTES), key=lambda cause: cause.NAME))
