"""The shapes that a metric table has, CSV or Parquet alike: from its columns to rows of `metrics`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from rca.readers._csv_blocks import Block, Report
from rca.readers._open import Source
from rca.readers._reader import Batch
from rca.readers.metrics import _samples
from rca.readers.metrics._header import Roles, name_and_unit, service_and_metric
from rca.tables import frame


def long_rows(source: Source, roles: Roles, block: Block, report: Report) -> Iterator[Batch]:
    """One sample a row: columns for time, component, metric and value; all further columns are labels."""
    assert roles.metric is not None
    assert roles.value is not None
    column = block.columns
    stamps = _samples.times(column[roles.time], block.lines, source, report)
    values = _samples.numbers(column[roles.value], block.lines, source, report)
    further = [*roles.labels, roles.component] if roles.pods else roles.labels
    yield Batch("metrics", frame("metrics", {
        "time": stamps, "value": values, "line": block.lines, "source": source.path,
        "component": None if roles.component is None else _samples.components(column[roles.component], pods=roles.pods),
        "metric": _samples.components(column[roles.metric], pods=False),
        "unit": None if roles.unit is None else _samples.components(column[roles.unit], pods=False),
        "labels": _samples.labels([(roles.names[i], column[i]) for i in further if i is not None])}))


def entity_rows(source: Source, roles: Roles, block: Block, report: Report) -> Iterator[Batch]:
    """One component a row: a column that names it (a pod counts as its workload) and one column per metric."""
    assert roles.component is not None
    column, kept = block.columns, [*roles.labels, *([roles.component] if roles.pods else [])]
    metric, unit = zip(*(name_and_unit(roles.names[i]) for i in roles.numbers), strict=True)
    labels = _samples.labels([(_label(roles, i), column[i]) for i in kept])
    yield from _samples.wide_batch(
        source, block.lines, _samples.times(column[roles.time], block.lines, source, report),
        _matrix(source, roles.numbers, block, report),
        _samples.Named(metric=metric, unit=unit, row_labels=labels,
                       row_component=_samples.components(column[roles.component], pods=roles.pods)))


def wide_rows(source: Source, roles: Roles, block: Block, report: Report) -> Iterator[Batch]:
    """One moment a row: columns `<service>_<metric>`."""
    named = [name_and_unit(roles.names[i]) for i in roles.numbers]
    component, metric = zip(*(service_and_metric(name) for name, _ in named), strict=True)
    yield from _samples.wide_batch(
        source, block.lines, _samples.times(block.columns[roles.time], block.lines, source, report),
        _matrix(source, roles.numbers, block, report),
        _samples.Named(component=component, metric=metric, unit=[unit for _, unit in named]))


@dataclass(frozen=True, slots=True)
class Levels:
    """Columns named on several levels: position, component, metric and statistic of each; the time is column 0."""

    positions: tuple[int, ...]
    component: tuple[str | None, ...]
    metric: tuple[str, ...]
    statistic: tuple[str | None, ...]


def levelled_rows(source: Source, levels: Levels, block: Block, report: Report) -> Iterator[Batch]:
    """One moment a row: columns with a component, a metric and mostly a statistic, which goes to the labels."""
    named = [name_and_unit(metric) for metric in levels.metric]
    yield from _samples.wide_batch(
        source, block.lines, _samples.times(block.columns[0], block.lines, source, report),
        _matrix(source, levels.positions, block, report),
        _samples.Named(component=levels.component, metric=[name for name, _ in named],
                       unit=[unit for _, unit in named],
                       labels=[{"statistic": statistic} if statistic else None for statistic in levels.statistic]))


def _label(roles: Roles, position: int) -> str:
    return "pod" if position == roles.component else roles.names[position]


def _matrix(source: Source, positions: Sequence[int], block: Block, report: Report) -> Any:
    columns = [_samples.numbers(block.columns[i], block.lines, source, report) for i in positions]
    return np.column_stack(columns) if columns else np.empty((len(block.lines), 0))


def columns_of(batch: pa.RecordBatch) -> tuple[pa.Array, ...]:
    """The columns of a Parquet batch, dictionaries unpacked."""
    return tuple(c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in batch.columns)
