"""Structured log records to rows: a plan per tuple of keys, columns instead of rows, times parsed together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rca.model import Problem
from rca.readers._fields import plain_key
from rca.readers._levels import SYSLOG, levels, otel
from rca.readers._log_keys import MILLISECONDS, NANOSECONDS, Place, Plan, at, plan
from rca.readers._reader import Batch, Output
from rca.readers._stamps import NAT
from rca.readers._times import Clock
from rca.tables import frame

Record = Mapping[str, Any]
_EXCERPT = 200
_UNITS_MS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4, "": 1e3}


class Records:
    """Turns records into batches; one for each file, because plans and the meaning of times are kept."""

    def __init__(self, path: str, clock: Clock) -> None:
        self.path, self.clock = path, clock
        self._plans: dict[tuple[str, ...], Plan] = {}

    def batches(self, records: Sequence[Record], lines: Sequence[int] | npt.NDArray[np.int64]) -> Iterator[Output]:
        """A batch of `logs` and one of `requests` where there are such records, each in the order of `records`."""
        groups: dict[tuple[str, ...], list[int]] = {}
        for position, record in enumerate(records):
            groups.setdefault(tuple(record), []).append(position)
        tables: dict[str, list[tuple[Sequence[int], dict[str, Any]]]] = {}
        for keys, positions in groups.items():
            group = records if len(groups) == 1 else [records[i] for i in positions]
            how = self._plans.get(keys) or self._plans.setdefault(keys, plan(group[0]))
            tables.setdefault(how.table, []).append((positions, _columns(how, group)))
        for table, parts in tables.items():
            yield from self._batch(table, parts, lines)

    def _batch(
        self,
        table: str,
        parts: Sequence[tuple[Sequence[int], dict[str, Any]]],
        lines: Sequence[int] | npt.NDArray[np.int64],
    ) -> Iterator[Output]:
        positions = np.concatenate([np.asarray(where, dtype=np.int64) for where, _ in parts])
        columns = _joined([(len(where), cells) for where, cells in parts])
        if len(parts) > 1:
            order = np.argsort(positions, kind="stable")
            positions = positions[order]
            columns = {name: [cells[i] for i in order.tolist()] for name, cells in columns.items()}
        numbers = np.asarray(lines, dtype=np.int64)[positions]
        if "time" in columns:
            raw = columns["time"]
            times = self.clock.instants(raw)
            yield from self._bad_times(raw, times, numbers)
            columns["time"] = self.clock.index(times)
        yield Batch(table, frame(table, {**columns, "source": self.path, "line": numbers}))

    def _bad_times(self, raw: Sequence[Any], times: Any, lines: Any) -> Iterator[Problem]:
        for row in np.flatnonzero(times == NAT).tolist():
            if raw[row] not in (None, ""):
                yield Problem(
                    source=self.path,
                    line=int(lines[row]),
                    text=str(raw[row])[:_EXCERPT],
                    reason="expected a time as text or epoch number; the row has no time",
                )


def _joined(parts: Sequence[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    if len(parts) == 1:
        return parts[0][1]
    names = dict.fromkeys(name for _, cells in parts for name in cells)
    joined: dict[str, list[Any]] = {name: [] for name in names}
    for length, cells in parts:
        for name, column in joined.items():
            column.extend(cells.get(name) or [None] * length)
    return joined


def _columns(how: Plan, group: Sequence[Record]) -> dict[str, list[Any]]:
    columns = {column: _cells(how, column, place, group) for column, place in how.columns.items()}
    if how.table == "logs":
        if "level" not in columns and how.columns.get("time") == Place(("@t",), "t"):
            columns["level"] = ["info"] * len(group)  # compact CLEF leaves @l out for information
        if how.spare or how.touched:
            columns["attributes"] = _attributes(how, group)
        columns.setdefault("message", [""] * len(group))
    else:
        _split_request_lines(columns)
    return columns


def _cells(how: Plan, column: str, place: Place, group: Sequence[Record]) -> list[Any]:
    if len(place.path) == 1:
        key = place.path[0]
        raw = [record[key] for record in group]
    else:
        raw = [at(record, place.path) for record in group]
    if column == "time":
        return _time_values(raw, place.name)
    if column == "level":
        return _level_values(raw, place.name)
    if column in ("status", "bytes"):
        return [_whole(value) for value in raw]
    if column == "duration_ms":
        return _milliseconds(raw, place.name, how)
    texts = _texts(raw, message=column == "message")
    return [_address(text) for text in texts] if column == "client_ip" else texts


def _time_values(raw: list[Any], name: str) -> list[Any]:
    """Epoch numbers written as text become numbers; MongoDB's {"$date": ...} was resolved by the plan."""
    if name in ("timeunixnano", "realtimetimestamp", "sourcerealtimetimestamp", "observedtimestamp"):
        return [int(value) if isinstance(value, str) and _is_stamp(value) else value for value in raw]
    return raw


def _is_stamp(text: str) -> bool:
    """Whether a text may be nanoseconds since 1970: digits, and no more of them than 64 bits hold."""
    return text.isdecimal() and len(text) <= 19


def _level_values(raw: list[Any], name: str) -> list[str | None]:
    if name == "severitynumber":
        return [otel(value) for value in raw]
    if name in ("priority", "syslogseverity"):
        return [
            SYSLOG[int(v)] if isinstance(v, (int, str)) and str(v) in "01234567" and v != "" else w
            for v, w in zip(raw, levels(raw), strict=True)
        ]
    if name == "levelno":  # Python's numbers: 30 is a warning, where pino's 30 is information
        return _python_levels(raw)
    return levels(raw)


def _python_levels(raw: list[Any]) -> list[str | None]:
    names = {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "critical"}
    return [names.get(value // 10 * 10) if isinstance(value, int) else None for value in raw]


def _texts(raw: list[Any], *, message: bool) -> list[Any]:
    kinds = set(map(type, raw))
    if kinds <= {str, type(None)}:
        return raw if message else [value or None for value in raw] if "" in raw else raw
    return [_text(value) for value in raw]


def _address(text: str | None) -> str | None:
    """The address without a port, and of several (X-Forwarded-For) the first.

    >>> _address("192.0.2.7:50022"), _address("[2001:db8::7]:443"), _address("2001:db8::7")
    ('192.0.2.7', '2001:db8::7', '2001:db8::7')
    """
    match = _ADDRESS.match(text) if text else None
    return match[1] or match[2] if match else text


_ADDRESS = re.compile(r"\s*(?:\[([0-9A-Fa-f:.]+)\]|([^\s,:]+|[0-9A-Fa-f:]+:[0-9A-Fa-f:.]+))(?::\d+)?\s*(?:,|$)")


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and len(value) == 1:
        return _text(value[0])
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list, bool)) else str(value)


def _whole(value: Any) -> int | None:
    try:
        return int(value) if not isinstance(value, bool) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _milliseconds(raw: list[Any], name: str, how: Plan) -> list[float | None]:
    """Durations as milliseconds: by the unit in the text, by the name, or by whose record it is."""
    scale = 1e3
    if name in NANOSECONDS or plain_key(how.columns["status"].path[-1]) == "downstreamstatus":
        scale = 1e-6  # Traefik writes Go durations: nanoseconds
    elif name in MILLISECONDS or how.columns["status"].name == "responsecode":  # Envoy: milliseconds
        scale = 1.0
    return [duration_ms(value, scale) for value in raw]


def duration_ms(value: Any, scale: float) -> float | None:
    """A number times `scale`, or a text with its own unit, in milliseconds.

    >>> duration_ms(0.25, 1000.0), duration_ms("12ms", 1000.0), duration_ms("-", 1000.0)
    (250.0, 12.0, None)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value * scale
    if not isinstance(value, str):
        return None
    number = value.rstrip("nuµms ")
    unit = value[len(number) :].strip()
    try:
        return float(number) * (_UNITS_MS[unit] if unit in _UNITS_MS and unit else scale)
    except ValueError:
        return None


def _split_request_lines(columns: dict[str, list[Any]]) -> None:
    """`GET /cart HTTP/1.1` in place of a path gives method and path."""
    if "method" in columns:
        return
    parts = [(value or "").split(" ") for value in columns["path"]]
    columns["method"] = [part[0] if len(part) > 1 else None for part in parts]
    columns["path"] = [part[1] if len(part) > 1 else part[0] for part in parts]


def _attributes(how: Plan, group: Sequence[Record]) -> list[dict[str, Any] | None]:
    spare = how.spare
    if not how.touched:
        return [{key: record[key] for key in spare} for record in group]
    inner = {key: {place.path[1:] for place in how.columns.values() if place.path[0] == key} for key in how.touched}
    found: list[dict[str, Any] | None] = []
    for record in group:
        cells = {key: record[key] for key in spare}
        for key, used in inner.items():
            left = _without(record[key], used)
            if left:
                cells[key] = left
        found.append(cells or None)
    return found


def _without(value: Any, used: set[tuple[str, ...]]) -> Any:
    if not isinstance(value, Mapping):
        return value
    left = {}
    for key, held in value.items():
        deeper = {path[1:] for path in used if path[0] == key}
        if () in deeper:
            continue
        kept = _without(held, deeper) if deeper else held
        if not deeper or kept:
            left[key] = kept
    return left
