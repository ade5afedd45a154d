"""Identifiers and prose as words."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words(text: str) -> list[str]:
    """The lower-case words of identifiers and prose, split at case, underscores, digits and punctuation.

    >>> words("MaxOpenConns db.pool_size=20")
    ['max', 'open', 'conns', 'db', 'pool', 'size', '20']
    """
    return [word.lower() for word in _WORD.findall(text)]
