r"""Formats that users define: a call or a small TOML file, whose samples are checked when it is loaded.

A file `shop.toml` is used as `rca.read(path, format="shop.toml")`:

    name = "shop"
    steps = ['(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?P<level>[A-Z]) ', '\[(?P<thread>[^\]]*)\] ']
    levels = {N = "info"}

    [[samples]]
    line = "2026-11-20 10:00:00 N [w-1] started"
    time = "2026-11-20T10:00:00Z"
    level = "info"
    message = "started"

`steps` are patterns (RE2), each going on where the one before ended; `rca.readers._line_form.LineForm` says what their
groups mean. What a sample says beside its line must come out; a sample without any such field need only be an entry.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rca.model import RcaError
from rca.readers._entries import Entries, Lines, split
from rca.readers._line_form import TEXT_COLUMNS, LineForm
from rca.readers._open import Source
from rca.readers._reader import Batch, Head, Output
from rca.readers._stored import Stored
from rca.readers._text_log import text_reader
from rca.readers._times import Clock
from rca.tables import TABLES as KNOWN_TABLES

_FIELDS = frozenset({"name", "steps", "table", "levels", "samples", "joins"})


class FormatError(RcaError, ValueError):
    """A format definition that is incomplete, that RE2 does not take, or whose samples do not come out as it says."""


@dataclass(slots=True)  # not frozen: the Reader protocol has plain attributes
class OwnFormat:
    """A reader made of a definition."""

    NAME: str
    TABLES: tuple[str, ...]
    SAMPLES: tuple[str | bytes, ...]
    FORMS: tuple[LineForm, ...]
    looks_like: Callable[[Head], float]
    read: Callable[[Source], Iterator[Output]]


def text_format(
    name: str,
    steps: Sequence[str],
    *,
    samples: Sequence[Mapping[str, Any]],
    table: str = "logs",
    levels: Mapping[str, str] | None = None,
    joins: bool = True,
) -> OwnFormat:
    r"""A reader for a text format. Raises FormatError, which says for a sample how far the steps fit it.

    >>> made = text_format("shop", [r"(?P<time>\d\d:\d\d:\d\d) (?P<level>[A-Z]+) "], samples=[
    ...     {"line": "10:00:00 WARN late", "level": "warning", "message": "late"}])
    >>> made.NAME, made.TABLES
    ('shop', ('logs',))
    """
    if not steps or not samples:
        raise FormatError(f"format {name!r}: expected at least one step and one sample")
    if table not in TEXT_COLUMNS:
        raise FormatError(f"format {name!r}: expected table {' or '.join(TEXT_COLUMNS)}, got {table!r}")
    _compile(name, steps)
    form = LineForm(name, tuple(steps), table=table, levels=dict(levels or {}), joins=joins and table == "logs")
    for sample in samples:
        _check(form, sample)
    looks_like, read = text_reader((form,))
    return OwnFormat(name, (table,), tuple(f"{sample['line']}\n" for sample in samples), (form,), looks_like, read)


def load(path: str | Path) -> OwnFormat:
    """The format that a TOML file defines. Raises FormatError."""
    try:
        held = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FormatError(f"{path}: {error}") from error
    unknown, missing = sorted(set(held) - _FIELDS), sorted({"name", "steps", "samples"} - set(held))
    if unknown or missing:
        raise FormatError(f"{path}: expected {', '.join(sorted(_FIELDS))}; unknown {unknown}, missing {missing}")
    name, steps = held.pop("name"), held.pop("steps")
    return text_format(str(name), steps, **held)


def _compile(name: str, steps: Sequence[str]) -> None:
    for number, step in enumerate(steps, 1):
        try:
            pc.extract_regex(pa.array([""]), f"^(?P<_head>{step})")
        except pa.ArrowInvalid as error:
            raise FormatError(f"format {name!r}, step {number}: {error}") from error


def _check(form: LineForm, sample: Mapping[str, Any]) -> None:
    line = str(sample.get("line", ""))
    wanted = {key: value for key, value in sample.items() if key != "line"}
    columns = {column.name for column in KNOWN_TABLES[form.table]}
    if foreign := sorted(set(wanted) - columns):
        raise FormatError(
            f"format {form.name!r}: sample {line!r} asks for {foreign}; {form.table} has {sorted(columns)}"
        )
    row = _row(form, line)
    if row is None:
        raise FormatError(f"format {form.name!r}: the first step fits no beginning of the sample {line!r}")
    for key, value in wanted.items():
        if not _same(row[key], value):
            raise FormatError(f"format {form.name!r}: sample {line!r}: expected {key} {value!r}, got {row[key]!r}")


def _row(form: LineForm, line: str) -> dict[str, Any] | None:
    lines = Lines.of(1, line.encode())
    parts = split(lines, [form])
    if not parts:
        return None
    source = Source("sample", Stored(path="sample", file=None, size=0, modified=None, open=_nothing))
    found = [output for output in Entries(source, Clock()).outputs(lines, parts) if isinstance(output, Batch)]
    row = found[0].rows.iloc[0]
    return {str(name): row[name] for name in row.index}


def _nothing() -> Any:
    raise OSError("a sample is no file")


def _same(got: Any, wanted: Any) -> bool:
    if isinstance(got, pd.Timestamp):
        stamp = pd.Timestamp(wanted)
        return bool(got == (stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp))
    return bool(got == wanted)
