"""The column contract: name, dtype, unit and meaning of every table that readers fill and detectors read.

Times are datetime64[ns, UTC]; other units stand in the column names. Text that is not known is None, a number that is
not known NaN or <NA>. Every table ends with `source` (path) and `line` (1-based in the unpacked file, or byte offset
for binary formats).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

TIME = "datetime64[ns, UTC]"
TEXT = "str"
REAL = "float64"
WHOLE = "Int64"
TRUTH = "boolean"
ANY = "object"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, pandas dtype, and what it means."""

    name: str
    dtype: Any  # a str; pandas' types admit only literal ones
    meaning: str


def _columns(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in (*rows, *_PLACE))


_PLACE = (
    ("source", TEXT, "path of the file; `archive!member` inside an archive"),
    ("line", "int64", "1-based line in the unpacked file, or byte offset for binary formats"),
)

TABLES: Mapping[str, tuple[Column, ...]] = {
    "logs": _columns(
        ("time", TIME, "when it was logged"),
        ("service", TEXT, "service or process that logged"),
        ("host", TEXT, "machine, node or pod"),
        ("level", TEXT, "trace, debug, info, warning, error, critical, or None: the author's word"),
        ("message", TEXT, "text without the header, with its continuation lines"),
        ("logger", TEXT, "logger, class or module"),
        ("thread", TEXT, "thread name or id"),
        ("trace_id", TEXT, "distributed trace"),
        ("span_id", TEXT, "span of that trace"),
        ("attributes", ANY, "further fields as a dict, or None"),
    ),
    "spans": _columns(
        ("trace_id", TEXT, "distributed trace"),
        ("span_id", TEXT, "unique within its trace, at best"),
        ("parent_id", TEXT, "span that called this one; None for a root"),
        ("service", TEXT, "service that did the work"),
        ("name", TEXT, "operation"),
        ("kind", TEXT, "client, server, producer, consumer or internal"),
        ("start", TIME, "start by the service's own clock"),
        ("duration_ms", REAL, "length"),
        ("status", TEXT, "ok, error or unset"),
        ("peer", TEXT, "remote service, host or database named by the span"),
        ("attributes", ANY, "further fields as a dict, or None"),
    ),
    "metrics": _columns(
        ("time", TIME, "when it was sampled"),
        ("component", TEXT, "service, deployment, host or table measured"),
        ("metric", TEXT, "name; the statistic, where a source has several, stands in `labels`"),
        ("value", REAL, "sample; NaN where the source says so"),
        ("unit", TEXT, "unit where the source gives one"),
        ("labels", ANY, "further labels as a dict, or None"),
    ),
    "requests": _columns(
        ("time", TIME, "when it was logged"),
        ("service", TEXT, "server or virtual host"),
        ("client_ip", TEXT, "address or name of the client"),
        ("method", TEXT, "HTTP method"),
        ("path", TEXT, "path with its query"),
        ("status", WHOLE, "HTTP status"),
        ("bytes", WHOLE, "bytes sent to the client"),
        ("duration_ms", REAL, "time to serve"),
        ("user_agent", TEXT, "user agent"),
        ("trace_id", TEXT, "distributed trace or request id"),
    ),
    "queries": _columns(
        ("start", TIME, "end minus duration"),
        ("end", TIME, "the line's time"),
        ("duration_s", REAL, "parse, bind and execute together"),
        ("engine", TEXT, "postgresql, mysql, mariadb, mongodb, sqlite, mssql, oracle"),
        ("database", TEXT, "database or schema"),
        ("user", TEXT, "database user"),
        ("application", TEXT, "name that the client gave"),
        ("client", TEXT, "address of the client"),
        ("session", TEXT, "pid (PostgreSQL) or thread id (MySQL, MariaDB)"),
        ("transaction", TEXT, "transaction id"),
        ("sql", TEXT, "statement as logged"),
        ("query_id", TEXT, "id given by the server"),
        ("rows", WHOLE, "rows returned"),
        ("lock_wait_s", REAL, "time spent waiting for locks"),
        ("temp_bytes", WHOLE, "bytes of temporary files"),
    ),
    "plans": _columns(
        ("time", TIME, "when it was logged"),
        ("duration_s", REAL, "duration of the statement"),
        ("engine", TEXT, "database engine"),
        ("session", TEXT, "session"),
        ("sql", TEXT, "statement"),
        ("plan", TEXT, "plan as JSON text"),
    ),
    "lock_waits": _columns(
        ("time", TIME, "when the wait was last logged"),
        ("engine", TEXT, "database engine"),
        ("session", TEXT, "who waits"),
        ("holders", ANY, "sessions that hold the lock, as a tuple"),
        ("lock", TEXT, "what is waited for"),
        ("mode", TEXT, "lock mode asked for"),
        ("waited_s", REAL, "length of the wait, the last known"),
        ("acquired", TRUTH, "whether the lock was got"),
        ("sql", TEXT, "statement that waits"),
        ("application", TEXT, "name that the client gave"),
    ),
    "threads": _columns(
        ("dump", TEXT, "which dump; differs for every dump in a file"),
        ("time", TIME, "when it was taken"),
        ("process", TEXT, "process"),
        ("thread", TEXT, "native id, thread id or other key"),
        ("name", TEXT, "thread's name"),
        ("state", TEXT, "Thread.State, or the runtime's own word"),
        ("stack_id", TEXT, "stack, see `stacks`"),
        ("cpu_ms", REAL, "CPU time used so far"),
        ("daemon", TRUTH, "daemon thread"),
        ("waits_for", TEXT, "lock, channel or future waited for"),
        ("kind", TEXT, "jvm, python, go, node, native or task"),
    ),
    "stacks": _columns(
        ("stack_id", TEXT, "hash of the frames"),
        ("frames", ANY, "tuple of str, innermost first"),
    ),
    "locks": _columns(
        ("dump", TEXT, "which dump"),
        ("process", TEXT, "process"),
        ("thread", TEXT, "thread, as in `threads`"),
        ("lock", TEXT, "lock with its printed address"),
        ("class_name", TEXT, "class of the lock"),
        ("relation", TEXT, "holds, waits, parks or waits-class-init"),
        ("frame_index", WHOLE, "frame it belongs to, 0 is the innermost"),
    ),
    "histograms": _columns(
        ("snapshot", TEXT, "which snapshot"),
        ("time", TIME, "when it was taken"),
        ("process", TEXT, "process"),
        ("class_name", TEXT, "class or type"),
        ("objects", WHOLE, "instances"),
        ("bytes", WHOLE, "shallow bytes; <NA> where the runtime does not say"),
    ),
    "gc": _columns(
        ("time", TIME, "when the collection was logged"),
        ("process", TEXT, "process"),
        ("collector", TEXT, "collector"),
        ("kind", TEXT, "young, mixed, full, concurrent or the runtime's word"),
        ("before_bytes", WHOLE, "heap in use before"),
        ("after_bytes", WHOLE, "heap in use after"),
        ("heap_bytes", WHOLE, "heap size"),
        ("pause_ms", REAL, "stop-the-world time"),
    ),
    "profiles": _columns(
        ("profile", TEXT, "which profile"),
        ("time", TIME, "when it was taken"),
        ("stack_id", TEXT, "stack, see `stacks`"),
        ("kind", TEXT, "inuse, alloc, mutex, block or cpu"),
        ("count", WHOLE, "samples or events"),
        ("value", REAL, "total of the profile's unit"),
        ("unit", TEXT, "bytes, nanoseconds, count"),
    ),
    "flows": _columns(
        ("start", TIME, "first packet or connect"),
        ("end", TIME, "last packet"),
        ("host", TEXT, "host that saw it"),
        ("process", TEXT, "process that owns the socket"),
        ("src", TEXT, "source address"),
        ("src_port", WHOLE, "source port"),
        ("dst", TEXT, "destination address"),
        ("dst_port", WHOLE, "destination port"),
        ("dst_name", TEXT, "name of the destination (DNS, SNI, HTTP host)"),
        ("protocol", TEXT, "tcp, udp, icmp"),
        ("bytes_out", WHOLE, "bytes from source to destination"),
        ("bytes_in", WHOLE, "bytes back"),
        ("state", TEXT, "connection state"),
    ),
    "logins": _columns(
        ("time", TIME, "when"),
        ("host", TEXT, "host logged in to"),
        ("user", TEXT, "account"),
        ("client_ip", TEXT, "where from"),
        ("method", TEXT, "password, publickey, ..."),
        ("outcome", TEXT, "accepted, failed or closed"),
        ("session", TEXT, "session or process id"),
    ),
    "processes": _columns(
        ("time", TIME, "when"),
        ("host", TEXT, "host"),
        ("process", TEXT, "key of this process image"),
        ("parent", TEXT, "key of the parent"),
        ("pid", WHOLE, "process id"),
        ("user", TEXT, "account"),
        ("exe", TEXT, "executable"),
        ("command", TEXT, "argv joined by spaces"),
        ("event", TEXT, "exec, fork, exit or seen"),
        ("outcome", TEXT, "success, or the error"),
    ),
    "files": _columns(
        ("time", TIME, "when the change was seen"),
        ("host", TEXT, "host"),
        ("path", TEXT, "file"),
        ("change", TEXT, "added, removed or changed"),
        ("attributes", ANY, "which attributes changed, as a dict"),
        ("before", TEXT, "digest or value before"),
        ("after", TEXT, "digest or value after"),
        ("package", TEXT, "package that owns the file"),
    ),
    "packages": _columns(
        ("component", TEXT, "service, image or host that holds it"),
        ("ecosystem", TEXT, "PyPI, npm, Maven, Go, Debian, ..."),
        ("name", TEXT, "name in its ecosystem"),
        ("version", TEXT, "version"),
        ("purl", TEXT, "package URL"),
    ),
    "advisories": _columns(
        ("id", TEXT, "advisory id"),
        ("aliases", ANY, "tuple of other ids"),
        ("ecosystem", TEXT, "ecosystem"),
        ("name", TEXT, "package"),
        ("ranges", ANY, "affected ranges and versions, as OSV gives them"),
        ("severity", TEXT, "severity or CVSS vector"),
        ("cwes", ANY, "tuple of CWE ids"),
        ("summary", TEXT, "one line"),
    ),
    "changes": _columns(
        ("time", TIME, "when it took effect"),
        ("kind", TEXT, "commit, deploy, flag, config, migration, package or scale"),
        ("component", TEXT, "what was changed"),
        ("id", TEXT, "commit, version, flag name"),
        ("parent_id", TEXT, "commit that a deploy ships, parent of a commit"),
        ("author", TEXT, "who"),
        ("summary", TEXT, "first line of the message, or old->new"),
        ("files", ANY, "tuple of paths"),
        ("diff", TEXT, "unified diff"),
    ),
    "events": _columns(
        ("time", TIME, "when it was last seen"),
        ("component", TEXT, "deployment, node, service"),
        ("kind", TEXT, "pod, node, deployment, kernel, provider, log-pattern, ..."),
        ("reason", TEXT, "OOMKilling, BackOff, FailedScheduling, ..."),
        ("message", TEXT, "text"),
        ("count", WHOLE, "times seen"),
    ),
    "alerts": _columns(
        ("time", TIME, "when it fired"),
        ("component", TEXT, "what it is about"),
        ("metric", TEXT, "metric or rule"),
        ("threshold", REAL, "limit"),
        ("observed", REAL, "value seen"),
        ("severity", TEXT, "severity in lower case"),
        ("summary", TEXT, "text"),
    ),
}

TIME_COLUMN: Mapping[str, str] = {
    table: next(c.name for c in columns if c.dtype == TIME)
    for table, columns in TABLES.items()
    if any(c.dtype == TIME for c in columns)
}
"""The column that orders a table in time: the first of its time columns."""


def names(table: str) -> tuple[str, ...]:
    """The column names of `table`, in order.

    >>> names("stacks")
    ('stack_id', 'frames', 'source', 'line')
    """
    return tuple(column.name for column in TABLES[table])


def empty(table: str) -> pd.DataFrame:
    """`table` without rows, with all its columns and dtypes."""
    return frame(table, {})


def frame(table: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """A DataFrame of `table` from equally long columns; what is not given is missing in every row.

    A scalar fills its column. Text columns may hold None. Times may be datetime64, aware datetimes, or int64
    nanoseconds since 1970. Raises ValueError for a column that the table does not have or a wrong length.

    >>> frame("stacks", {"stack_id": ["a1"], "frames": [("f", "main")], "source": "x", "line": [3]}).loc[0, "line"]
    np.int64(3)
    """
    unknown = set(columns) - set(names(table))
    if unknown:
        raise ValueError(f"table {table!r} has no column {sorted(unknown)}; it has {', '.join(names(table))}")
    length = max((len(v) for v in columns.values() if not _is_scalar(v)), default=0)
    data = {c.name: _series(c, columns.get(c.name), length) for c in TABLES[table]}
    return pd.DataFrame(data, index=pd.RangeIndex(length))


def conform(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with exactly the columns and dtypes of `table`: what is missing is filled, what is foreign is dropped."""
    known = {
        name: rows[name].to_numpy() if rows[name].dtype == object else rows[name].array
        for name in names(table)
        if name in rows
    }
    return frame(table, known)


def concat(table: str, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of `parts` below each other with a fresh index, keeping the dtypes also when there are none."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return empty(table)
    return filled[0].reset_index(drop=True) if len(filled) == 1 else pd.concat(filled, ignore_index=True)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str) or not hasattr(value, "__len__")


def _series(column: Column, values: Any, length: int) -> Any:
    if _is_scalar(values):
        return _constant(column, values, length)
    if len(values) != length:
        raise ValueError(f"column {column.name!r} has {len(values)} rows, others have {length}")
    if column.dtype == ANY:
        return _objects(values)
    if column.dtype == TIME:
        return _times(values)
    if column.dtype == REAL:
        return _reals(values)
    return pd.array(values, dtype=column.dtype)


def _constant(column: Column, value: Any, length: int) -> Any:
    if column.dtype == TIME:
        return _times(pd.DatetimeIndex([value] * length))
    if column.dtype == "int64":
        return np.full(length, 0 if value is None else value, dtype="int64")
    if column.dtype == ANY:
        return _objects([value] * length) if value is not None else np.full(length, None)
    if column.dtype == TEXT and (value is None or isinstance(value, str)):
        return pd.array(pa.repeat(pa.scalar(value, type=pa.large_string()), length), dtype=TEXT)
    if column.dtype == REAL:
        return np.full(length, np.nan if value is None else value)
    return pd.array([value] * length, dtype=column.dtype)


def _reals(values: Any) -> Any:
    """Floats; None becomes NaN."""
    if not isinstance(values, np.ndarray):
        values = [np.nan if value is None else value for value in values]
    return np.asarray(values, dtype="float64")


def _objects(values: Any) -> Any:
    cells = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):  # element by element: numpy would unpack tuples of one length into a matrix
        cells[i] = value
    return cells


def _times(values: Any) -> Any:
    index = pd.DatetimeIndex(values)
    if index.tz is None:
        index = index.tz_localize("UTC")
    return index.tz_convert("UTC").as_unit("ns").array
