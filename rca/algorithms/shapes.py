"""The distinct shapes of many texts in one pass over their bytes, and the atoms of one text per shape.

Texts that differ only in runs of digits have one shape (`log_tokens.fold_hash`). Many texts go through the functions of
`log_tokens` compiled by Numba, few through the same functions as Python: loading compiled code costs more than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rca.algorithms import log_tokens

COMPILED_FROM_BYTES = 400_000
"""Below this many bytes plain Python needs less time than importing Numba does (measured: 0.3 s on 2 cores)."""

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """`index`: the shape of each text. Per shape: `first` text, and `atoms[starts[s]:starts[s + 1]]`, its rows of
    kind, start, end (bytes in the buffer), short, hash (see `log_tokens.tokenise`).
    """

    index: Whole
    first: Whole
    count: Whole
    atoms: Whole
    starts: Whole


def shapes(text: NDArray[np.uint8], offsets: Whole) -> Shapes:
    """The shapes of the texts `text[offsets[i]:offsets[i + 1]]`, numbered in the order of their first text."""
    code = _compiled() if _is_loaded() or len(text) >= COMPILED_FROM_BYTES else _plain()
    source = text if code["compiled"] else text.tobytes()
    if not code["compiled"]:
        offsets = offsets.tolist()
    index, first, count = code["distinct"](source, offsets)
    first, count = np.asarray(first, dtype=np.int64), np.asarray(count, dtype=np.int64)
    atoms, starts = code["cut"](source, offsets, first if code["compiled"] else first.tolist())
    return Shapes(np.asarray(index, dtype=np.int64), first, count, atoms, starts)


def distinct_plain(text: bytes, offsets: list[int]) -> tuple[list[int], list[int], list[int]]:
    """Shape of each text, first text of each shape, texts of each shape."""
    seen: dict[int, int] = {}
    by_text: dict[bytes, int] = {}
    index: list[int] = []
    first: list[int] = []
    count: list[int] = []
    for i in range(len(offsets) - 1):
        whole = text[offsets[i]:offsets[i + 1]]
        shape = by_text.get(whole)
        if shape is None:
            shape = by_text[whole] = seen.setdefault(log_tokens.fold_hash(whole, 0, len(whole)), len(first))
            if shape == len(first):
                first.append(i)
                count.append(0)
        index.append(shape)
        count[shape] += 1
    return index, first, count


def cut_plain(text: bytes, offsets: list[int], first: list[int]) -> tuple[Whole, Whole]:
    """The atoms of the first text of each shape, and where each shape's begin."""
    rows = np.zeros((sum(offsets[i + 1] - offsets[i] for i in first), 5), dtype=object)
    starts, row = [0], 0
    for i in first:
        row = log_tokens.tokenise(text, offsets[i], offsets[i + 1], rows, row)
        starts.append(row)
    return rows[:row].astype(np.int64), np.asarray(starts, dtype=np.int64)


def distinct_table(text, offsets):  # type: ignore[no-untyped-def] # noqa: D103, ANN001, ANN201 - compiled twin of distinct_plain
    size = 1 << 12
    keys, places = np.zeros(size, np.int64), np.full(size, -1, np.int64)
    texts = len(offsets) - 1
    index, first, count, hashes = np.empty(texts, np.int64), np.empty(1024, np.int64), np.zeros(1024, np.int64), np.empty(1024, np.int64)
    found = 0
    for i in range(texts):
        hashed = fold_hash(text, offsets[i], offsets[i + 1])  # type: ignore[name-defined] # noqa: F821 - of the compiled scope
        slot = (hashed ^ (hashed >> 31)) & (size - 1)
        while places[slot] >= 0 and keys[slot] != hashed:
            slot = (slot + 1) & (size - 1)
        shape = places[slot]
        if shape < 0:
            if found == len(first):
                first, count, hashes = np.append(first, first), np.append(count, count * 0), np.append(hashes, hashes)
            shape = found
            keys[slot], places[slot], first[found], hashes[found] = hashed, shape, i, hashed
            found += 1
            if 2 * found > size:
                size *= 4
                keys, places = np.zeros(size, np.int64), np.full(size, -1, np.int64)
                for s in range(found):
                    slot = (hashes[s] ^ (hashes[s] >> 31)) & (size - 1)
                    while places[slot] >= 0:
                        slot = (slot + 1) & (size - 1)
                    keys[slot], places[slot] = hashes[s], s
        count[shape] += 1
        index[i] = shape
    return index, first[:found].copy(), count[:found].copy()


def cut_all(text, offsets, first):  # type: ignore[no-untyped-def] # noqa: D103, ANN001, ANN201 - compiled twin of cut_plain
    atoms = np.empty((max(16, len(first) * 16), 5), np.int64)
    starts = np.zeros(len(first) + 1, np.int64)
    row = 0
    for s in range(len(first)):
        begin, end = offsets[first[s]], offsets[first[s] + 1]
        if row + end - begin > len(atoms):
            grown = np.empty((2 * len(atoms) + end - begin, 5), np.int64)
            grown[:row] = atoms[:row]
            atoms = grown
        row = tokenise(text, begin, end, atoms, row)  # type: ignore[name-defined] # noqa: F821 - of the compiled scope
        starts[s + 1] = row
    return atoms[:row].copy(), starts


def mix_wrapping(hashed, byte):  # type: ignore[no-untyped-def] # noqa: D103, ANN001, ANN201 - compiled twin of log_tokens.mix
    # unsigned: LLVM takes it for granted that a signed product does not overflow, and drops the loop
    return np.int64(((np.uint64(hashed) ^ np.uint64(byte)) * np.uint64(PRIME)) & np.uint64(MASK62))  # type: ignore[name-defined] # noqa: F821


@cache
def _plain() -> dict[str, Any]:
    return {"compiled": False, "distinct": distinct_plain, "cut": cut_plain}


@cache
def _compiled() -> dict[str, Any]:
    """The functions of `log_tokens`, in the order of the file (callees first), compiled in a scope of their own."""
    from numba import njit

    scope: dict[str, Any] = {**vars(log_tokens), "np": np, "CLASSES": np.array(log_tokens.CLASSES, dtype=np.uint8)}
    for name, value in list(vars(log_tokens).items()):
        if isinstance(value, FunctionType) and value.__module__ == log_tokens.__name__ and not name.startswith("_"):
            body = mix_wrapping if name == "mix" else value
            scope[name] = njit(cache=True, nogil=True)(FunctionType(body.__code__, scope, name))
    return {"compiled": True, **{role: njit(cache=True, nogil=True)(FunctionType(function.__code__, scope, function.__name__))
                                 for role, function in (("distinct", distinct_table), ("cut", cut_all))}}


def _is_loaded() -> bool:
    return bool(_compiled.cache_info().currsize)
