"""From the shapes of many messages to patterns: rows of word numbers, in which every variable part is one word.

Lists collapse here: variable parts behind each other, divided by blanks or one of `, : ; - /`, count as one, so that
messages with three addresses and with five have one pattern.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rca.algorithms import log_tokens
from rca.algorithms.shapes import Shapes
from rca.logs._hashes import STAR, place_hashes, row_sums
from rca.logs._names import MANY_ROWS, Rows, with_stars

_LIST_SIGNS = np.zeros(256, dtype=bool)
_LIST_SIGNS[list(b",:;-/")] = True

Whole = NDArray[np.int64]
Pattern = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """The distinct patterns of some shapes.

    `rows` are the patterns, `number` the inverse, `weight` the messages of each, `of_shape` the pattern of each shape.
    Word w looks like `texts[w]` and has `kinds[w]`. `slot_atoms[slots[p] + i]` is the atom at which place i of pattern
    p begins in its first shape, `slot_ends` the one behind it; `slot_kinds` (lowest, highest) and `slot_lengths`
    (fewest, most atoms) are over all its shapes.
    """

    rows: list[Pattern]
    weight: list[int]
    of_shape: Whole
    kinds: list[int]
    texts: list[str]
    slots: Whole
    slot_atoms: Whole
    slot_ends: Whole
    slot_kinds: tuple[Whole, Whole]
    slot_lengths: tuple[Whole, Whole]
    number: dict[Pattern, int]


def patterns(text: NDArray[np.uint8], shapes: Shapes, weight: Whole) -> Patterns:
    """The patterns of `shapes`; `weight` is the messages per shape, `text` the buffer that the atoms point into."""
    atoms = shapes.atoms
    shape_of = np.repeat(np.arange(len(shapes.first)), np.diff(shapes.starts))
    begins = np.flatnonzero(~_swallowed(text, atoms, shape_of))
    ends = np.append(begins[1:], len(atoms))
    words, word_atoms = _numbered(atoms[begins, 4], begins)
    bounds = np.searchsorted(shape_of[begins], np.arange(len(shapes.first) + 1))
    of_shape, distinct = pd.factorize(_row_hashes(words, bounds))
    first = _first_of(of_shape, len(distinct))
    if len(first) > MANY_ROWS:
        looks = atoms[word_atoms]
        words, code = _named(words, bounds, first, np.bincount(of_shape, weight), looks)
        of_shape, first = code[of_shape], first[_first_of(code, int(code.max()) + 1)]
    place, places = _places(bounds, of_shape, first)
    picked = _ranges(bounds[first], bounds[first + 1])
    rows, used = _rows(words[picked], places)
    shown = word_atoms[used]
    weights = np.bincount(of_shape, weight, len(rows)).astype(np.int64)
    return Patterns(
        rows=rows, number={row: i for i, row in enumerate(rows)}, weight=weights.tolist(), of_shape=of_shape,
        kinds=atoms[shown, 0].tolist(), texts=_texts(text, atoms, shown), slots=places,
        slot_atoms=begins[picked], slot_ends=ends[picked],
        slot_kinds=_extremes(place, atoms[begins, 0], len(picked)),
        slot_lengths=_extremes(place, ends - begins, len(picked)))


def _rows(words: Whole, edges: Whole) -> tuple[list[Pattern], Whole]:
    """The rows between `edges` in words numbered anew, and the old numbers: names that became stars are left out."""
    used = np.unique(words[words >= 0])
    numbers = np.where(words >= 0, np.searchsorted(used, words), STAR).tolist()
    return [tuple(numbers[a:b]) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)], used


def _named(words: Whole, bounds: Whole, first: Whole, weight: Whole, looks: Whole) -> tuple[Whole, Whole]:
    """`words` with stars where the rows that begin at shapes `first` hold names, and the new number of each row."""
    kinds, lengths = looks[:, 0], looks[:, 2] - looks[:, 1]
    nameable = (kinds == log_tokens.WORD) | (kinds == log_tokens.GLUED)
    picked = _ranges(bounds[first], bounds[first + 1])
    edges = np.append(0, np.cumsum(bounds[first + 1] - bounds[first]))
    plain = (kinds == log_tokens.WORD) & (lengths >= 3)
    starred = with_stars(Rows(words=words[picked], edges=edges, weight=weight, nameable=nameable, plain=plain))
    words = words.copy()
    words[picked] = starred
    return words, pd.factorize(_row_hashes(starred, edges))[0]


def _swallowed(text: NDArray[np.uint8], atoms: Whole, shape_of: Whole) -> NDArray[np.bool_]:
    """Which atoms continue the list that the variable part before them began."""
    inside = np.zeros(len(atoms), dtype=bool)
    if len(atoms) < 2:
        return inside
    listed = (atoms[:, 0] >= log_tokens.GLUED) & (atoms[:, 0] != log_tokens.VALUE)
    same = shape_of[1:] == shape_of[:-1]
    inside[1:] = same & listed[1:] & (atoms[1:, 4] == atoms[:-1, 4])
    sign = (atoms[1:-1, 0] == log_tokens.SEPARATOR) & _LIST_SIGNS[text[atoms[1:-1, 1]]]
    joins = np.zeros(len(atoms), dtype=bool)
    joins[1:-1] = sign & same[1:] & same[:-1] & listed[:-2] & (atoms[2:, 4] == atoms[:-2, 4])
    inside |= joins
    inside[1:] |= joins[:-1]
    return inside


def _numbered(hashes: Whole, begins: Whole) -> tuple[Whole, Whole]:
    """Words numbered by the order of their hashes, which no order of lines can change, and an atom of each."""
    codes, distinct = pd.factorize(hashes)
    order = np.argsort(distinct)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[codes], begins[_first_of(codes, len(distinct))][order]


def _first_of(codes: Whole, count: int) -> Whole:
    """The first place of each code 0..count-1."""
    first = np.empty(count, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first


def _row_hashes(words: Whole, bounds: Whole) -> Whole:
    place = np.arange(len(words)) - np.repeat(bounds[:-1], np.diff(bounds))
    return row_sums(place_hashes(words, place), bounds).view(np.int64)


def _places(bounds: Whole, of_shape: Whole, first: Whole) -> tuple[Whole, Whole]:
    """For every slot of every shape its place in the slots of the patterns, and where each pattern's slots begin."""
    starts = np.append(0, np.cumsum(bounds[first + 1] - bounds[first]))
    within = np.arange(bounds[-1]) - np.repeat(bounds[:-1], np.diff(bounds))
    return np.repeat(starts[of_shape], np.diff(bounds)) + within, starts


def _ranges(starts: Whole, ends: Whole) -> Whole:
    """The numbers of `range(start, end)` for each pair, one after the other."""
    lengths = ends - starts
    return np.asarray(np.arange(lengths.sum()) + np.repeat(starts - np.append(0, np.cumsum(lengths)[:-1]), lengths))


def _extremes(place: Whole, values: Whole, count: int) -> tuple[Whole, Whole]:
    """The lowest and the highest value at each place."""
    lowest, highest = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(lowest, place, values)
    np.maximum.at(highest, place, values)
    return lowest, highest


def _texts(text: NDArray[np.uint8], atoms: Whole, which: Whole) -> list[str]:
    return [text[a:b].tobytes().decode("utf-8", "replace") for a, b in atoms[which, 1:3].tolist()]
