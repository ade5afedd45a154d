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

STAR = -1
"""The word number of a place where words vary."""

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
    of_shape, representative = pd.factorize(_row_hashes(words, bounds))
    first = _first_of(of_shape, len(representative))
    rows = [tuple(words[bounds[s]:bounds[s + 1]].tolist()) for s in first]
    place, places = _places(bounds, of_shape, first)
    picked = _ranges(bounds[first], bounds[first + 1])
    weights = np.bincount(of_shape, weight, len(rows)).astype(np.int64)
    return Patterns(
        rows=rows, number={row: i for i, row in enumerate(rows)}, weight=weights.tolist(), of_shape=of_shape,
        kinds=atoms[word_atoms, 0].tolist(), texts=_texts(text, atoms, word_atoms), slots=places,
        slot_atoms=begins[picked], slot_ends=ends[picked],
        slot_kinds=_extremes(place, atoms[begins, 0], len(picked)),
        slot_lengths=_extremes(place, ends - begins, len(picked)))


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
    """A hash of each row of words, by word and place; rows without words have one of their own."""
    place = np.arange(len(words)) - np.repeat(bounds[:-1], np.diff(bounds))
    sums = np.append(np.cumsum(place_hashes(words, place), dtype=np.uint64), np.uint64(0))
    until = np.where(bounds > 0, sums[bounds - 1], np.uint64(0))
    return np.asarray(np.diff(until).view(np.int64))


def place_hashes(words: Whole, place: Whole) -> NDArray[np.uint64]:
    """A hash of each (word, place); their sum is a hash of the row."""
    mixed = words.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed += (place.astype(np.uint64) + np.uint64(1)) * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return mixed


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
