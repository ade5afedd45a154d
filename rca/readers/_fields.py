"""Fields of records whose key names differ from tool to tool: `commitSha`, `commit_sha` and `commit-sha` are one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

Record = Mapping[str, Any]


@lru_cache(maxsize=4096)
def plain_key(key: str) -> str:
    """A key in lower case without separators.

    >>> plain_key("Started_At"), plain_key("service.name")
    ('startedat', 'servicename')
    """
    return "".join(letter for letter in key.lower() if letter.isalnum())


class PlainRecord(dict[str, Any]):
    """A record under plain keys; `original` is the record as it was written."""

    __slots__ = ("original",)

    def __init__(self, original: Record) -> None:
        super().__init__()
        self.original = original


def plain_record(record: Record) -> PlainRecord:
    """The record under plain keys, without empty values; of two keys that become the same the first counts."""
    plain = PlainRecord(record)
    for key, value in record.items():
        if value is not None and value != "":
            plain.setdefault(plain_key(key), value)
    return plain


def pick(record: Record, names: Iterable[str]) -> Any:
    """The value of the first of `names` that the plain record has, or None."""
    return next((record[name] for name in names if name in record), None)


def text(value: Any) -> str | None:
    """A scalar as text; the name in an object that stands for a person or thing; None for anything else.

    >>> text({"login": "ada"}), text(3), text([1])
    ('ada', '3', None)
    """
    if isinstance(value, Mapping):
        return text(pick(plain_record(value), ("name", "displayname", "login", "username", "email", "id", "key")))
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if isinstance(value, (str, int, float)) else None


def number(value: Any) -> float:
    """A number, also where it is written as text; NaN for anything else.

    >>> number("0.5"), number("5 %")
    (0.5, nan)
    """
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            return float(value)
        except (ValueError, OverflowError):
            return math.nan
    return math.nan


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list, or of one text.

    >>> texts(["a", {"name": "b"}]), texts("a"), texts(None)
    (('a', 'b'), ('a',), ())
    """
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return tuple(found for item in items if (found := text(item)) is not None)
