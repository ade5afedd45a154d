"""Templates of log messages, without settings: one pass over the bytes, then clustering of the distinct shapes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from rca.algorithms.shapes import Shapes, shapes
from rca.logs._clusters import Clusters
from rca.logs._patterns import patterns
from rca.logs._wildcards import template_text
from rca.logs.templates import Templates, table_of, template_id


def mine(messages: Sequence[str] | pd.Series[Any]) -> Templates:
    """The templates of `messages`, a list or Series of text; missing ones count as empty.

    Variable parts are told by their form (numbers, addresses, ids, paths) or by how many words stand at their place.
    One setting serves all systems, and the order of the messages does not matter.

    >>> found = mine([f"job {n} took {n * 7} ms" for n in range(50)] + ["shutting down"])
    >>> found.table[["template", "count"]].values.tolist()
    [['job <num> took <num> ms', 50], ['shutting down', 1]]
    """
    text, offsets = _buffers(messages)
    found = shapes(text, offsets)
    names = _template_of_shapes(text, found, found.count)
    ids, labels_of = _numbered(names)
    table = _table(text, offsets, found, names)
    return Templates(labels=ids[labels_of][found.index], table=table)


@dataclass(frozen=True, slots=True)
class Summary:
    """What is kept of a stretch of messages: an example and a count for each distinct shape.

    Summaries of two stretches merge into that of both: the template counts are those of one pass over all messages.
    """

    counts: dict[str, int]


def summarise(messages: Sequence[str] | pd.Series[Any]) -> Summary:
    """The summary of some messages (the map step)."""
    text, offsets = _buffers(messages)
    found = shapes(text, offsets)
    examples = (text[offsets[i]:offsets[i + 1]].tobytes().decode("utf-8", "surrogatepass") for i in found.first.tolist())
    return Summary(dict(zip(examples, found.count.tolist(), strict=True)))


def merge(first: Summary, second: Summary) -> Summary:
    """The summary of the messages of both."""
    return _compact(first.counts, second.counts)


def _compact(*parts: dict[str, int]) -> Summary:
    """One example per shape, the least in order, so that the order of merging does not show."""
    examples = sorted({example for part in parts for example in part})
    if not examples:
        return Summary({})
    found = shapes(*_buffers(examples))
    counts: dict[int, int] = defaultdict(int)
    shape_of = dict(zip(examples, found.index.tolist(), strict=True))
    for part in parts:
        for example, count in part.items():
            counts[shape_of[example]] += count
    return Summary({examples[first]: counts[shape] for shape, first in enumerate(found.first.tolist())})


def finish(summary: Summary) -> Templates:
    """The templates of a summary. `labels` has one id per example of the summary, in its order."""
    text, offsets = _buffers(list(summary.counts))
    found = shapes(text, offsets)
    weight = np.array(list(summary.counts.values()), dtype=np.int64)[found.first]
    names = _template_of_shapes(text, found, weight)
    ids, labels_of = _numbered(names)
    counted = Shapes(found.index, found.first, weight, found.atoms, found.starts)
    return Templates(labels=ids[labels_of][found.index], table=_table(text, offsets, counted, names))


def merge_all(summaries: Iterable[Summary]) -> Summary:
    """The summary of the messages of all."""
    return _compact(*(summary.counts for summary in summaries))


def _buffers(messages: Sequence[str] | pd.Series[Any]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of all messages behind each other, and where each begins; without copying Arrow text."""
    array = pa.array(messages, type=None if isinstance(messages, pd.Series) else pa.large_string(), from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    if not pa.types.is_large_string(array.type):
        array = array.cast(pa.large_string())
    if array.null_count:
        array = array.fill_null("")
    _, offsets, text = array.buffers()
    begins = np.frombuffer(offsets, np.int64)[array.offset:array.offset + len(array) + 1] if offsets else np.zeros(1, np.int64)
    return np.frombuffer(text, np.uint8) if text is not None else np.zeros(0, np.uint8), begins


def _template_of_shapes(text: NDArray[np.uint8], found: Shapes, weight: NDArray[np.int64]) -> list[str]:
    """The template of each shape."""
    if not len(found.first):
        return []
    rows = patterns(text, found, weight)
    clusters = Clusters(rows)
    clusters.run()
    members = defaultdict(list)
    for number, row in enumerate(rows.rows):
        members[clusters.leader(row)].append(number)
    name_of = [""] * len(rows.rows)
    for merged, numbers in members.items():
        name = template_text(numbers, merged, clusters, rows, text, found.atoms)
        for number in numbers:
            name_of[number] = name
    return [name_of[pattern] for pattern in rows.of_shape.tolist()]


def _numbered(names: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    codes, distinct = pd.factorize(np.array(names, dtype=object))
    return np.array([template_id(name) for name in distinct], dtype=np.int64), codes


def _table(text: NDArray[np.uint8], offsets: NDArray[np.int64], found: Shapes, names: list[str]) -> pd.DataFrame:
    counts: dict[str, int] = defaultdict(int)
    first: dict[str, int] = {}
    for name, count, at in zip(names, found.count.tolist(), found.first.tolist(), strict=True):
        counts[name] += count
        first[name] = min(first.get(name, at), at)
    examples = [text[offsets[i]:offsets[i + 1]].tobytes().decode("utf-8", "surrogatepass") for i in first.values()]
    return table_of(list(counts), list(counts.values()), examples)
