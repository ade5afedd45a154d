"""The shape of a statement or operation: its text without the values in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

STATEMENT_KEYS = ("db.statement", "db.query.text", "sql.query", "db.query", "cassandra.query", "db.sql", "sql",
                  "statement")
"""Attributes that hold what is sent to a database, current name first."""

_VALUE = re.compile(
    r"'(?:[^']|'')*'"                                           # 'O''Brien'
    r"|\$\d+|:\w+|%s|@\w+"                                       # placeholders of the drivers
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{16,}\b"
    r"|(?<![\w.])-?\d+(?:\.\d+)?\b", re.IGNORECASE)
_LIST = re.compile(r"\(\s*\?(?:\s*,\s*\?)+\s*\)")


def shape(text: str) -> str:
    """`text` with every literal and placeholder as `?`, lists of them as one, and single blanks.

    >>> shape("SELECT * FROM t2 WHERE id IN (1, 2,3)  AND name = 'O''Brien' LIMIT 50")
    'SELECT * FROM t2 WHERE id IN (?) AND name = ? LIMIT ?'
    >>> shape("GET /media/17/item"), shape("select a$1")
    ('GET /media/?/item', 'select a?')
    """
    return " ".join(_LIST.sub("(?)", _VALUE.sub("?", text[:20_000])).split())


def statement(attributes: Mapping[str, Any] | None) -> str | None:
    """The statement among the attributes of a span, or None."""
    if not attributes:
        return None
    return next((str(attributes[key]) for key in STATEMENT_KEYS if attributes.get(key)), None)
