"""What the columns of a metric table are, told by their names and by the first rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rca.readers._csv_blocks import cells, delimiter
from rca.readers._fields import plain_key
from rca.readers._reader import Head

TIMES = ("timestamp", "time", "datetime", "ts", "date", "unixtimestamp", "epoch", "timeunixnano", "timeunix",
         "unixtime", "timestampms", "timestampns", "times", "at", "time1", "timestamp1")
PODS = ("podname", "pod", "kubernetespodname", "k8spodname")
COMPONENTS = ("service", "servicename", "component", "microservice", "app", "application", "deployment", "cmdbid",
              *PODS, "process", "processname", "container", "containername", "host", "hostname", "node", "nodename",
              "instance", "instanceid", "server", "machine", "device", "resource", "entity", "tc")
METRICS = ("metric", "metricname", "kpi", "kpiname", "measurement", "measure", "counter", "indicator", "name")
VALUES = ("value", "val", "metricvalue", "measurevalue", "reading")
UNITS = ("unit", "units")
STATISTICS = ("statistic", "stat", "aggregation", "aggregate", "percentile", "quantile")
FOREIGN = ("traceid", "spanid", "parentid", "parentspanid", "message", "msg", "log", "level", "severity",
           "operationname", "sql", "query", "statement", "url", "path", "method", "user", "username", "srcip", "dstip",
           "command")
"""Columns of spans, logs, requests and queries: a table that has one is no metric table."""

_INDEX = re.compile(r"(?:unnamed: ?\d+(?:_level_\d+)?|index|)", re.I)
_BRACKETED = re.compile(r"(.*?[^\s(\[])\s*[(\[]([^()\[\]]{1,20})[)\]]")
_NOTHING = frozenset({"", "nan", "null", "none", "na", "n/a", "-", "inf", "+inf", "-inf"})


@dataclass(frozen=True, slots=True)
class Roles:
    """Positions of columns, None where there is none. `numbers` hold samples, `labels` are all the others."""

    time: int
    component: int | None
    metric: int | None
    value: int | None
    unit: int | None
    numbers: tuple[int, ...]
    labels: tuple[int, ...]
    names: tuple[str, ...]

    @property
    def is_long(self) -> bool:
        """Whether each row is one sample with its metric's name."""
        return self.metric is not None and self.value is not None

    @property
    def is_by_entity(self) -> bool:
        """Whether each row names a component and has a column per metric."""
        return not self.is_long and self.component is not None and bool(self.numbers)

    @property
    def is_wide(self) -> bool:
        """Whether each column is a series."""
        return not self.is_long and self.component is None and bool(self.numbers)

    @property
    def pods(self) -> bool:
        """Whether the components are pods."""
        return self.component is not None and plain_key(self.names[self.component]) in PODS


@dataclass(frozen=True, slots=True)
class Preview:
    """Header and first rows of a CSV file."""

    separator: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=8)
def _preview(lines: tuple[str, ...]) -> Preview | None:
    if not lines:
        return None
    separator = delimiter(lines[0])
    header = cells(lines[0], separator)
    if len(header) < 2:
        return None
    rows = tuple(tuple(cells(line, separator)) for line in lines[1:30])
    return Preview(separator, tuple(header), tuple(row for row in rows if len(row) == len(header)))


def preview(head: Head) -> Preview | None:
    """Header and first rows, or None where the head is no CSV."""
    return None if head.binary or head.first in ("{", "[", "<", "#", "") else _preview(head.lines[:30])


def roles(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Roles | None:
    """The role of every column, or None where there is no time or a column belongs to another kind of table."""
    keys = [plain_key(name) for name in header]
    time = _time(keys, rows)
    if time is None or not set(FOREIGN).isdisjoint(keys):
        return None
    metric, value = _position(keys, METRICS), _position(keys, VALUES)
    if metric is None or value is None:
        metric = value = None
    component, unit = _position(keys, COMPONENTS, but=metric), _position(keys, UNITS)
    taken = {time, component, metric, value, unit}
    rest = [i for i, key in enumerate(keys) if i not in taken and key not in TIMES and not _INDEX.fullmatch(header[i])]
    numbers = tuple(i for i in rest if metric is None and numeric([row[i] for row in rows]))
    labels = tuple(i for i in rest if i not in numbers)
    return Roles(time, component, metric, value, unit, numbers, labels, tuple(header))


def numeric(column: Sequence[str]) -> bool:
    """Whether at least nine of ten cells that hold something are numbers.

    >>> numeric(["1", "", "2e-3"]), numeric(["1", "b"])
    (True, False)
    """
    filled = [cell for cell in column if cell.strip().lower() not in _NOTHING]
    return not filled or sum(map(is_number, filled)) >= 0.9 * len(filled)


def is_number(cell: str) -> bool:
    """Whether the cell is a decimal number."""
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def name_and_unit(column: str) -> tuple[str, str | None]:
    """A column's name and the unit that it carries in brackets.

    >>> name_and_unit("CpuUsage(m)"), name_and_unit("latency [ms]"), name_and_unit("rate(5m) total")
    (('CpuUsage', 'm'), ('latency', 'ms'), ('rate(5m) total', None))
    """
    match = _BRACKETED.fullmatch(column.strip())
    return (match[1], match[2]) if match else (column.strip(), None)


def service_and_metric(column: str) -> tuple[str | None, str]:
    """`<service>_<metric>` at the first underscore; without one the column names no service.

    >>> service_and_metric("carts-db_lat_99"), service_and_metric("load")
    (('carts-db', 'lat_99'), (None, 'load'))
    """
    service, found, metric = column.partition("_")
    return (service, metric) if found and service and metric else (None, column)


def _position(keys: Sequence[str], names: Sequence[str], but: int | None = None) -> int | None:
    """The column with the first of `names`."""
    return next((keys.index(name) for name in names if name in keys and keys.index(name) != but), None)


def _time(keys: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """The time column; of several one of numbers, which has one reading only."""
    found = [keys.index(name) for name in TIMES if name in keys]
    whole = [i for i in found if rows and all(is_number(row[i]) for row in rows)]
    return next(iter(whole or found), None)
