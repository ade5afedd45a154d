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
from rca.logs._patterns import Pattern, patterns
from rca.logs._wildcards import TemplateTexts
from rca.logs.templates import Templates, table_of, template_id

Bytes = NDArray[np.uint8]
Whole = NDArray[np.int64]


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
    return _templates(text, offsets, found, found.count)


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
    return Summary(dict(zip(_examples(text, offsets, found.first), found.count.tolist(), strict=True)))


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
    return _templates(text, offsets, found, weight)


def merge_all(summaries: Iterable[Summary]) -> Summary:
    """The summary of the messages of all."""
    return _compact(*(summary.counts for summary in summaries))


def _buffers(messages: Sequence[str] | pd.Series[Any]) -> tuple[Bytes, Whole]:
    """The bytes of all messages behind each other, and where each begins; without copying Arrow text."""
    array = pa.array(messages, type=None if isinstance(messages, pd.Series) else pa.large_string(), from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    if not pa.types.is_large_string(array.type):
        array = array.cast(pa.large_string())
    if array.null_count:
        array = array.fill_null("")
    _, offsets, text = array.buffers()
    if offsets is None:
        return np.zeros(0, np.uint8), np.zeros(1, np.int64)
    begins = np.frombuffer(offsets, np.int64)[array.offset:array.offset + len(array) + 1]
    return np.frombuffer(text, np.uint8) if text is not None else np.zeros(0, np.uint8), begins


def _examples(text: Bytes, offsets: Whole, which: Whole) -> list[str]:
    return [text[offsets[i]:offsets[i + 1]].tobytes().decode("utf-8", "surrogatepass") for i in which.tolist()]


def _templates(text: Bytes, offsets: Whole, found: Shapes, weight: Whole) -> Templates:
    """The templates of shapes of which each stands for `weight` messages."""
    names, name_of_shape = _names(text, found, weight)
    ids = np.array([template_id(name) for name in names], dtype=np.int64)
    first = np.full(len(names), len(offsets))
    np.minimum.at(first, name_of_shape, found.first)
    counts = np.bincount(name_of_shape, weight, len(names)).astype(np.int64)
    table = table_of(names, ids, counts, _examples(text, offsets, first))
    return Templates(labels=ids[name_of_shape][found.index], table=table)


def _names(text: Bytes, found: Shapes, weight: Whole) -> tuple[list[str], Whole]:
    """The distinct template texts, and which of them each shape has."""
    if not len(found.first):
        return [], np.zeros(0, dtype=np.int64)
    rows = patterns(text, found, weight)
    clusters = Clusters(rows)
    clusters.run()
    members: dict[Pattern, list[int]] = defaultdict(list)
    for number, row in enumerate(rows.rows):
        members[clusters.leader(row)].append(number)
    texts = TemplateTexts(clusters, rows, text, found.atoms)
    number_of: dict[str, int] = {}
    name_of_pattern = np.empty(len(rows.rows), dtype=np.int64)
    for merged, numbers in members.items():
        name_of_pattern[numbers] = number_of.setdefault(texts.of(numbers, merged), len(number_of))
    return list(number_of), name_of_pattern[rows.of_shape]
