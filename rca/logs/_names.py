"""Places where so many different words stand that they are names, found before any pattern is looked at by itself.

The thresholds of `_clusters` would join these rows too, one by one. Where a log names users or hosts by the thousand,
this does it for all rows at once; fewer rows are left to `_clusters`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rca.logs._hashes import STAR, place_hashes, row_sums

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

MANY_ROWS = 1500
"""Patterns from which on they are worth this pass."""
SURELY_NAMES = 64
"""Different words at one place: twice what the strictest threshold of `_clusters` asks for."""
RARITIES = (1, 16)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of words: row r is `words[edges[r]:edges[r + 1]]`, with `weight[r]` messages; no two rows are equal.

    By word number: `nameable` words can be names, `plain` ones hold a line together.
    """

    words: Whole
    edges: Whole
    weight: Whole
    nameable: Flags
    plain: Flags


def with_stars(rows: Rows) -> Whole:
    """The words of the rows with a star wherever names stand."""
    words = rows.words.copy()
    row_of = np.repeat(np.arange(len(rows.edges) - 1), np.diff(rows.edges))
    place = np.arange(len(words)) - rows.edges[row_of]
    words[_one_name(rows, words, row_of, place)] = STAR
    for rarity in RARITIES:
        words[_rare_names(rows, words, row_of, place, rarity=rarity)] = STAR
    return words


def _flagged(words: Whole, flags: Flags) -> Flags:
    """Which places hold a word with the flag; stars never do."""
    return np.asarray((words >= 0) & flags[words])


def _one_name(rows: Rows, words: Whole, row_of: Whole, place: Whole) -> Flags:
    """Places at which very many rows differ that are equal elsewhere and have a plain word there."""
    hashes, held = place_hashes(words, place), _flagged(words, rows.plain)
    without = (row_sums(hashes, rows.edges)[row_of] - hashes) ^ place_hashes(np.full(len(words), STAR), place)
    constants = np.bincount(row_of, held, len(rows.edges) - 1)[row_of] - held
    able = np.flatnonzero(_flagged(words, rows.nameable) & (constants >= 1))
    group, _ = pd.factorize(without[able].view(np.int64))
    names = np.zeros(len(words), dtype=bool)
    if len(able):
        names[able] = np.bincount(group)[group] >= SURELY_NAMES
    return names


def _rare_names(rows: Rows, words: Whole, row_of: Whole, place: Whole, *, rarity: int) -> Flags:
    """Places of rare words in rows that are equal without these, if very many words stand at each such place."""
    names, known = np.zeros(len(words), dtype=bool), words >= 0
    seen = np.bincount(words[known], rows.weight[row_of[known]], len(rows.nameable))
    rare = _flagged(words, rows.nameable & (seen <= rarity)) & (place > 0)
    slots = np.flatnonzero(rare)
    if len(slots) < SURELY_NAMES:
        return names
    constants = np.bincount(row_of, _flagged(words, rows.plain) & ~rare, len(rows.edges) - 1)
    bare = place_hashes(np.where(rare, STAR, words), place)
    group = pd.factorize(row_sums(bare, rows.edges).view(np.int64))[0][row_of[slots]]
    spot, _ = pd.factorize(group * (int(place.max()) + 1) + place[slots])
    said, _ = pd.factorize(spot * (int(words.max()) + 1) + words[slots])
    variety = np.bincount(spot[np.unique(said, return_index=True)[1]])[spot]
    least = np.full(int(group.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, group, variety)
    names[slots] = (least[group] >= SURELY_NAMES) & (constants[row_of[slots]] >= 2)
    return names
