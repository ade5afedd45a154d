"""Reads the CSV forms of a metric table: the header once, then block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rca.model import Problem
from rca.readers._csv_blocks import Block, Form, Report, blocks, cells, delimiter, first_lines
from rca.readers._open import Source
from rca.readers._reader import Batch, Output
from rca.readers.metrics._header import Roles, roles

ToRows = Callable[[Source, Roles, Block, Report], Iterator[Batch]]


def read_table(source: Source, to_rows: ToRows, fits: Callable[[Roles], bool]) -> Iterator[Output]:
    """The batches of a table with one header line; its Problems stand before the batch of their block.

    `fits` says whether the columns are those that `to_rows` needs; a file whose columns are not is one Problem.
    """
    lines = first_lines(source, 30)
    separator = delimiter(lines[0]) if lines else ","
    header = cells(lines[0], separator) if lines else []
    rows = [row for line in lines[1:] if len(row := cells(line, separator)) == len(header)]
    found = roles(header, rows)
    if found is None or not fits(found):
        yield Problem(source=source.path, line=1, text=separator.join(header)[:200],
                      reason="expected a header with a time, and columns of numbers or of metric and value")
        return
    yield from batches(source, Form(1, len(header), separator),
                       lambda block, report: to_rows(source, found, block, report))


def batches(source: Source, form: Form, to_rows: Callable[[Block, Report], Iterator[Batch]]) -> Iterator[Output]:
    """The batches of all blocks, each after the Problems found on the way to it."""
    problems: list[Problem] = []
    for block in blocks(source, form, problems.append):
        found = list(to_rows(block, problems.append))
        yield from sorted(problems, key=lambda problem: problem.line or 0)
        problems.clear()
        yield from found
    yield from problems
