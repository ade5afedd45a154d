"""Where identifiers stand among many: in constant time by a bitmap where they lie close together, else by bisection."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Whole = npt.NDArray[np.int64]

BITS_PER_ID = 256
"""A bitmap may cost so many bits per identifier (32 bytes); heaps with wider gaps are bisected."""
SMALL_BITMAP = 1 << 26
"""Bits that a bitmap may always have: 8 MiB."""


LARGEST_SPAN = (1 << 62) - 1
"""Distances up to here are computed in 64 bits without overflow; identifiers further apart are bisected."""


class IdIndex(NamedTuple):
    """Sorted distinct `ids`; `words` of 32 bits and the `ranks` before each, or none where bisection is used."""

    ids: Whole
    low: int
    shift: int
    words: npt.NDArray[np.uint32]
    ranks: npt.NDArray[np.int32]


def id_index(ids: Whole) -> IdIndex:
    """The index of the distinct values of `ids`, in ascending order.

    >>> index = id_index(np.array([40, 8, 16, 40]))
    >>> index.ids.tolist(), positions(index, np.array([40, 24, 8])).tolist()
    ([8, 16, 40], [2, -1, 0])
    """
    none = np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.int32)
    if not len(ids):
        return IdIndex(ids, 0, 0, *none)
    low, span = int(ids.min()), int(ids.max()) - int(ids.min())
    if span > LARGEST_SPAN:
        return IdIndex(np.unique(ids), low, 0, *none)
    shift = _spacing(ids, low)
    if (span >> shift) >= max(SMALL_BITMAP, BITS_PER_ID * len(ids)):
        return IdIndex(np.unique(ids), low, shift, *none)
    words, ranks, count = _bitmap(ids, low, shift, (span >> shift) // 32 + 1)
    return IdIndex(_set_bits(words, low, shift, count), low, shift, words, ranks)


@njit(cache=True, nogil=True)
def _spacing(ids: Any, low: Any) -> Any:
    """The largest power of two that divides every distance from `low`."""
    every = 0
    for value in ids:
        every |= value - low
    shift = 0
    while every != 0 and (every >> shift) & 1 == 0:
        shift += 1
    return shift


@njit(cache=True, nogil=True)
def _bitmap(ids: Any, low: Any, shift: Any, count: Any) -> Any:
    words = np.zeros(count, np.uint32)
    ranks = np.empty(count, np.int32)
    for value in ids:
        bit = (value - low) >> shift
        words[bit >> 5] |= np.uint32(1 << (bit & 31))
    rank = 0
    for at in range(count):
        ranks[at] = rank
        rank += _ones(np.int64(words[at]))
    return words, ranks, rank


@njit(cache=True, nogil=True)
def _set_bits(words: Any, low: Any, shift: Any, count: Any) -> Any:
    ids = np.empty(count, np.int64)
    at = 0
    for word in range(len(words)):
        bits = np.int64(words[word])
        for bit in range(32):
            if (bits >> bit) & 1:
                ids[at] = low + ((np.int64(word) * 32 + bit) << shift)
                at += 1
    return ids


@njit(cache=True, nogil=True, inline="always")
def _ones(word: Any) -> Any:
    word = word - ((word >> 1) & 0x55555555)
    word = (word & 0x33333333) + ((word >> 2) & 0x33333333)
    word = (word + (word >> 4)) & 0x0F0F0F0F
    return ((word * 0x01010101) & 0xFFFFFFFF) >> 24


def positions(index: IdIndex, values: Whole) -> npt.NDArray[np.int32]:
    """Where each of `values` stands in `index.ids`, or -1."""
    if len(index.words) == 0:
        at = np.searchsorted(index.ids, values)
        at[at == len(index.ids)] = 0
        found = index.ids[at] == values if len(index.ids) else np.zeros(len(values), dtype=np.bool_)
        return np.where(found, at, -1).astype(np.int32)
    ranks: npt.NDArray[np.int32] = _by_bitmap(index.words, index.ranks, index.low, index.shift, values)
    return ranks


@njit(cache=True, nogil=True)
def _by_bitmap(words: Any, ranks: Any, low: Any, shift: Any, values: Any) -> Any:
    found = np.empty(len(values), np.int32)
    between = (1 << shift) - 1
    for at in range(len(values)):
        bit = (values[at] - low) >> shift
        if bit < 0 or (bit >> 5) >= len(words) or (values[at] - low) & between:
            found[at] = -1
            continue
        word = np.int64(words[bit >> 5])
        if (word >> (bit & 31)) & 1:
            found[at] = ranks[bit >> 5] + _ones(word & ((1 << (bit & 31)) - 1))
        else:
            found[at] = -1
    return found
