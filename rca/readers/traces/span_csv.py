"""Spans as CSV with named columns: ids, service or pod, operation, start, and an end or a length.

The columns are told by their names in any case (`TraceID`, `trace_id`), their units by how the names end or by the
magnitude of the numbers. Further columns become attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rca.model import Problem
from rca.readers._csv_blocks import Block, Form, blocks, cells, delimiter, first_lines
from rca.readers._fields import plain_key
from rca.readers._open import Source
from rca.readers._pods import workload
from rca.readers._reader import Batch, Head, Output
from rca.readers._times import instants_of
from rca.readers.traces import _span_fields as known
from rca.readers.traces._span_rows import kind_of, remote_side, span_key, status_of
from rca.tables import frame

NAME = "spans-csv"
TABLES = ("spans",)
SAMPLES = (
    "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration\n"
    "0af7651916cd43dd8448eb211c80319c,b7ad6b7169203331,root,cart-5f55b6cf68-77cfw,GET /cart,1763632800000000000,"
    "1763632800012000000,12000\n",
    "trace_id,span_id,parent_span_id,service_name,operation_name,kind,start_time,duration_ms,status_code,http.route\n"
    "t1,a,,web,GET /,server,2026-11-20T10:00:00Z,12.5,OK,/\n"
    "t1,b,a,cart,GET /cart,client,2026-11-20T10:00:00.002Z,7,ERROR,\n",
)

Longs = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
_ROLES = (("trace", known.TRACE), ("span", known.SPAN), ("parent", known.PARENT), ("pod", known.PODS),
          ("service", known.SERVICE), ("name", known.NAME), ("kind", known.KIND), ("status", known.STATUS),
          ("peer", known.PEER), ("start", known.START), ("end", known.END), ("length", known.LENGTH))
_TIMED = ("start", "end", "length")
_INDEX = ("", "index", "unnamed0")


@dataclass(frozen=True, slots=True)
class _Header:
    """Positions of the columns by role, the units of those that name one, and the columns that are attributes."""

    at: Mapping[str, int]
    units: Mapping[str, float | None]
    others: tuple[tuple[str, int], ...]
    form: Form


def looks_like(head: Head) -> float:
    """Sure where the header names a trace, a span, a start, and an end or a length."""
    if head.binary or not head.lines or head.first in ("{", "[", "<", "#", ""):
        return 0.0
    found = _header(head.lines[0])
    return 0.96 if found is not None else 0.0


def _header(line: str) -> _Header | None:
    separator = delimiter(line)
    names = cells(line, separator)
    plain = [plain_key(name) for name in names]
    at: dict[str, int] = {}
    units: dict[str, float | None] = {}
    for role, stems in _ROLES:
        free = tuple(key for i, key in enumerate(plain) if i not in at.values())
        hit = known.find(free, stems)
        if hit is not None and (hit[1] is None or role in _TIMED):
            at[role], units[role] = plain.index(hit[0]), hit[1]
    if not {"trace", "span", "start"} <= set(at) or not {"end", "length"} & set(at) or len(names) < 5:
        return None
    others = tuple((name, i) for i, name in enumerate(names) if i not in at.values() and plain[i] not in _INDEX)
    return _Header(at, units, others, Form(1, len(names), separator))


def read(source: Source) -> Iterator[Output]:
    """One row of `spans` per line; exact repetitions within a block of lines are dropped."""
    lines = first_lines(source, 1)
    header = _header(lines[0]) if lines else None
    if header is None:
        yield Problem(source=source.path, line=1, text=(lines or [""])[0][:200],
                      reason="expected a header with a trace id, a span id, a start, and an end or a duration")
        return
    problems: list[Problem] = []
    for block in blocks(source, header.form, problems.append):
        yield from problems
        problems.clear()
        yield _batch(source, header, block, problems)
    yield from problems


def _batch(source: Source, header: _Header, block: Block, problems: list[Problem]) -> Batch:
    columns = {role: block.columns[i] for role, i in header.at.items()}
    start = _stamps(columns["start"], header.units["start"], source)
    good = start != np.iinfo("int64").min
    problems.extend(Problem(source=source.path, line=int(block.lines[i]), text=str(columns["start"][int(i)])[:200],
                            reason="expected a time as the span's start; the row is left out")
                    for i in np.flatnonzero(~good))
    attributes = _attributes(header, block)
    kind = _kinds(columns.get("kind"), len(start))
    rows = frame("spans", {
        "trace_id": _mapped(columns["trace"], span_key), "span_id": _mapped(columns["span"], span_key),
        "parent_id": _mapped(columns["parent"], span_key) if "parent" in columns else None,
        "service": _services(columns), "name": _mapped(columns["name"], _text) if "name" in columns else None,
        "kind": kind, "start": pd.DatetimeIndex(start.view("datetime64[ns]")),
        "duration_ms": _lengths(columns, header, start, source),
        "status": _mapped(columns["status"], status_of) if "status" in columns else "unset",
        "peer": _peers(columns.get("peer"), kind, attributes), "attributes": attributes,
        "source": source.path, "line": block.lines})
    known_columns = ["trace_id", "span_id", "parent_id", "service", "name", "kind", "start", "duration_ms", "status"]
    return Batch("spans", rows[good & ~rows.duplicated(known_columns).to_numpy()].reset_index(drop=True))


def _text(value: str) -> str | None:
    return value or None


def _mapped(column: pa.Array, convert: Any) -> pa.Array:
    """`convert` applied to each distinct cell once."""
    coded = pc.dictionary_encode(column)
    return pa.array([convert(value) for value in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _services(columns: Mapping[str, pa.Array]) -> pa.Array:
    if "service" in columns:
        return _mapped(columns["service"], lambda name: name or "unknown")
    if "pod" in columns:
        return _mapped(columns["pod"], lambda name: workload(name) if name else "unknown")
    return pa.array(["unknown"] * len(columns["trace"]), pa.string())


def _kinds(column: pa.Array | None, length: int) -> pa.Array:
    if column is None:
        return pa.array(["internal"] * length, pa.string())
    return _mapped(column, lambda word: kind_of(word) or "internal")


def _stamps(column: pa.Array, scale: float | None, source: Source) -> Longs:
    """Nanoseconds since 1970; the smallest integer where a cell is no time."""
    try:
        numbers = np.asarray(column.cast(pa.int64()), dtype="int64")
    except pa.ArrowInvalid:
        return _read_stamps(column, scale, source)
    units = np.full(len(numbers), int(scale)) if scale else np.select(
        [np.abs(numbers) >= limit for limit in (10**17, 10**14, 10**11)], [1, 10**3, 10**6], 10**9)
    found: Longs = numbers * units
    return found


def _read_stamps(column: pa.Array, scale: float | None, source: Source) -> Longs:
    coded = pc.dictionary_encode(column)
    words = coded.dictionary.to_pylist()
    values: list[Any] = words
    if scale:
        numbers = pd.to_numeric(pd.Series(words, dtype="object"), errors="coerce").to_numpy(dtype="float64")
        values = [str(round(n * scale)) if np.isfinite(n) and abs(n * scale) >= 1e17 else word
                  for n, word in zip(numbers, words, strict=True)]
    stamps: Longs = np.asarray(instants_of(source, values).asi8, dtype="int64")
    return np.asarray(stamps[np.asarray(coded.indices, dtype="int64")])


def _lengths(columns: Mapping[str, pa.Array], header: _Header, start: Longs, source: Source) -> Reals:
    """Milliseconds: by a column with its unit, else from start to end, else in the unit of the start."""
    unit = header.units.get("length")
    if unit is None and "end" in columns:
        end = _stamps(columns["end"], header.units.get("end"), source)
        return np.where(end == np.iinfo("int64").min, np.nan, (end - start) / 1e6)
    if "length" not in columns:
        return np.full(len(start), np.nan)
    coded = pc.dictionary_encode(columns["length"])
    scale = header.units.get("start") or _magnitude(columns["start"])
    lengths = [known.milliseconds(word, unit, scale or 1e6) for word in coded.dictionary.to_pylist()]
    return np.array(lengths, dtype="float64")[np.asarray(coded.indices)] if lengths else np.empty(0)


def _magnitude(column: pa.Array) -> float | None:
    numbers = pd.to_numeric(pd.Series(column.slice(0, 100).to_pylist(), dtype="object"), errors="coerce").dropna()
    return known.scale_of(float(numbers.median())) if len(numbers) else None


def _attributes(header: _Header, block: Block) -> list[dict[str, str] | None]:
    """Further columns that are filled, as a dict a row."""
    if not header.others:
        return [None] * len(block.lines)
    names = [name for name, _ in header.others]
    values = [block.columns[i].to_pylist() for _, i in header.others]
    return [{name: value for name, value in zip(names, row, strict=True) if value} or None
            for row in zip(*values, strict=True)]


def _peers(column: pa.Array | None, kinds: pa.Array, attributes: list[dict[str, str] | None]) -> list[str | None]:
    told = column.to_pylist() if column is not None else [None] * len(attributes)
    if not any(attributes):
        return [name or None for name in told]
    return [name or remote_side(kind, held)
            for name, kind, held in zip(told, kinds.to_pylist(), attributes, strict=True)]
