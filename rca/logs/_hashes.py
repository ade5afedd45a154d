"""Hashes of rows of words: sums over their places, so that a row without one word costs one subtraction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STAR = -1
"""The word number of a place where words vary."""

Whole = NDArray[np.int64]
Hashes = NDArray[np.uint64]


def place_hashes(words: Whole, place: Whole) -> Hashes:
    """A hash of each (word, place); their sum is a hash of the row."""
    mixed = words.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed += (place.astype(np.uint64) + np.uint64(1)) * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return mixed


def row_sums(hashes: Hashes, bounds: Whole) -> Hashes:
    """The sum of `hashes[bounds[r]:bounds[r + 1]]` for each row r, zero for an empty one."""
    sums = np.append(np.uint64(0), np.cumsum(hashes, dtype=np.uint64))
    return np.asarray(np.diff(sums[bounds]))
