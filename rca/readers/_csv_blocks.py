"""CSV as columns of text with the line of every row: by Arrow where a block is plain, by `csv` where it is not.

A row with too few or too many cells is a Problem and no row. Nothing is converted: what a cell means is the reader's.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from rca.model import Problem
from rca.readers._open import Source
from rca.readers._reader import BATCH_ROWS

_EXCERPT = 200
_DELIMITERS = ",;\t|"

Report = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows: `lines` (int64) and one Arrow string array per column; an empty cell is ''."""

    lines: np.ndarray[Any, np.dtype[np.int64]]
    columns: tuple[pa.Array, ...]


def delimiter(header: str) -> str:
    """The character that separates the cells of a header line.

    >>> delimiter("time;cpu;memory"), delimiter("time")
    (';', ',')
    """
    return max(_DELIMITERS, key=header.count)


def cells(line: str, separator: str) -> list[str]:
    """The cells of one line, without blanks around them."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return []


def first_lines(source: Source, count: int) -> list[str]:
    """The first lines of the file, however long they are."""
    return [text for _, (_, text) in zip(range(count), source.lines(), strict=False)]


@dataclass(frozen=True, slots=True)
class Form:
    """What is known of a CSV file: the number of header lines and of cells, and what separates the cells."""

    skip: int
    width: int
    separator: str


def blocks(source: Source, form: Form, report: Report) -> Iterator[Block]:
    """The rows after the header, in blocks that fit into memory many times; Problems go to `report`."""
    for begin, whole in source.blocks():
        first, data = _without(begin, whole, form.skip)
        if not _rows_are_lines(data):      # a quoted cell holds line ends and may reach into the next block
            yield from _by_row(source, form, max(first, form.skip + 1), report)
            return
        if data.strip():
            yield _by_arrow(_Lines(source.path, first, data), form, report)


@dataclass(frozen=True, slots=True)
class _Lines:
    path: str
    first: int
    data: bytes


def _without(first: int, data: bytes, skip: int) -> tuple[int, bytes]:
    start = 0
    while first <= skip:
        end = data.find(b"\n", start)
        if end < 0:
            return skip + 1, b""
        start, first = end + 1, first + 1
    return first, data[start:]


def _rows_are_lines(data: bytes) -> bool:
    """Whether every line is one row, by Arrow's and by `Source`'s idea of a line.

    The line on which a cell with a line end begins has an odd number of quotes: its opening one and pairs.
    """
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        return False
    if b'"' not in data:
        return True
    text = np.frombuffer(data, dtype=np.uint8)
    ends = np.append(np.flatnonzero(text == ord("\n")), len(text))
    quotes = np.searchsorted(np.flatnonzero(text == ord('"')), ends)
    return not (quotes % 2).any()


def _by_arrow(text: _Lines, form: Form, report: Report) -> Block:
    wrong: list[int] = []
    first, data = text.first, text.data

    def skipped(row: Any) -> str:
        wrong.append(row.number)
        report(_ragged(text.path, first + row.number - 1, form, row.actual_columns, row.text))
        return "skip"

    names = [str(i) for i in range(form.width)]
    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
        parse_options=arrow_csv.ParseOptions(delimiter=form.separator, quote_char='"' if b'"' in data else False,
                                             ignore_empty_lines=False, invalid_row_handler=skipped),
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary()),
                                                 strings_can_be_null=False)).combine_chunks()
    lines = np.arange(first, first + table.num_rows + len(wrong), dtype="int64")
    lines = np.delete(lines, [number - 1 for number in wrong])
    columns = tuple(_text(column) for column in table.columns)
    filled = _filled(columns, len(lines))
    return Block(lines, columns) if filled.all() else Block(lines[filled], tuple(c.filter(filled) for c in columns))


def _text(column: pa.ChunkedArray) -> pa.Array:
    """Bytes as text; what is no UTF-8 is replaced, cell by cell, only where it occurs."""
    merged = column.combine_chunks()
    array = merged.chunk(0) if isinstance(merged, pa.ChunkedArray) else merged
    try:
        return array.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([cell.decode("utf-8", errors="replace") for cell in array.to_pylist()], pa.string())


def _filled(columns: tuple[pa.Array, ...], length: int) -> Any:
    """Rows with at least one cell that is not empty: Arrow turns a blank line into a row of empty cells."""
    filled = np.zeros(length, dtype=bool)
    for column in columns:
        if filled.all():
            break
        filled |= np.asarray(pc.not_equal(column, ""))
    return filled


def _by_row(source: Source, form: Form, start: int, report: Report) -> Iterator[Block]:
    lines: list[int] = []
    rows: list[list[str]] = []
    for line, row in _rows(source, start, form.separator, report):
        if len(row) != form.width:
            report(_ragged(source.path, line, form, len(row), form.separator.join(row)))
            continue
        lines.append(line)
        rows.append(row)
        if len(rows) >= BATCH_ROWS:
            yield _block(lines, rows)
            lines, rows = [], []
    if rows:
        yield _block(lines, rows)


def _rows(source: Source, start: int, separator: str, report: Report) -> Iterator[tuple[int, list[str]]]:
    """(line on which it begins, cells) of every row that is not blank, from the line `start` on."""
    text = (text + "\n" for number, text in source.lines() if number >= start)
    reader = csv.reader(text, delimiter=separator)
    while True:
        line = start + reader.line_num
        try:
            row = next(reader, None)
        except csv.Error as error:
            report(Problem(source=source.path, line=line, reason=f"expected a row of cells: {error}"))
            continue
        if row is None:
            return
        if any(row):
            yield line, row


def _block(lines: list[int], rows: list[list[str]]) -> Block:
    columns = tuple(pa.array(column, pa.string()) for column in zip(*rows, strict=True))
    return Block(np.asarray(lines, dtype="int64"), columns)


def _ragged(path: str, line: int, form: Form, found: int, text: str | None) -> Problem:
    return Problem(source=path, line=line, text=(text or "")[:_EXCERPT],
                   reason=f"expected {form.width} cells as in the header, got {found}")
