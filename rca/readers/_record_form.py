"""Lines that say the name of every field: logfmt, and JSON objects that stand among other lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rca.readers._line_form import flags
from rca.readers._log_keys import plan
from rca.readers._stamps import Flags

_VALUE = r'(?:"(?:[^"\\]|\\.)*"|[^\s"]*)'
_KEY = r"[A-Za-z_@][\w.@/-]*"
_PAIR = re.compile(rf'({_KEY})=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, slots=True)
class RecordForm:
    """Lines that fit `pattern` (RE2) and that `parse` makes a record of; None where it cannot."""

    name: str
    pattern: str
    parse: Callable[[str], Mapping[str, Any] | None]

    def fits(self, texts: pa.Array) -> Flags:
        """Which of `texts` are such lines, as far as the pattern tells."""
        return flags(pc.match_substring_regex(texts, self.opening))

    @property
    def opening(self) -> str:
        """The pattern that such a line fits."""
        return f"^(?:{self.pattern})"

    def fits_one(self, line: str) -> bool:
        """Whether one line is such a line."""
        return bool(self.fits(pa.array([line]))[0])


def logfmt(line: str) -> dict[str, str] | None:
    r"""The fields of a logfmt line (https://brandur.org/logfmt).

    >>> logfmt('ts=2026-11-20T10:00:00Z level=info msg="no \\"stock\\"" n=3')
    {'ts': '2026-11-20T10:00:00Z', 'level': 'info', 'msg': 'no "stock"', 'n': '3'}
    """
    found: dict[str, str] = {}
    for key, quoted, bare in _PAIR.findall(line):
        value = _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), quoted) if "\\" in quoted else quoted
        found.setdefault(key, value or bare)
    return found or None


def json_object(line: str) -> dict[str, Any] | None:
    """The object that a line is, or None."""
    try:
        value = json.loads(line, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value else None


LOGFMT = RecordForm("logfmt", rf"\s*{_KEY}={_VALUE}(?:\s+{_KEY}={_VALUE})+\s*$", logfmt)
JSON_OBJECT = RecordForm("JSON object", r"\s*\{.*\}\s*$", json_object)
RECORD_FORMS = (JSON_OBJECT, LOGFMT)


def _json_behind(line: str) -> dict[str, Any] | None:
    """The object behind a header that a relay put before it, where the object says itself when and what."""
    record = json_object(line[line.index("{") :])
    if record is None:
        return None
    made = plan(record)
    return record if made.table == "requests" and "time" in made.columns else None


JSON_BEHIND = RecordForm("JSON access record behind a header", r'[^{"]{8,160}\{\s*".*\}\s*$', _json_behind)
"""Tried before the forms that would take the object as some message."""
