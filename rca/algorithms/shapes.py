"""The distinct shapes of many texts in one pass over their bytes, and the atoms of one text per shape.

Texts that differ only in runs of digits have one shape (`fold_hash`). Many texts go through the functions of
`log_tokens` compiled by Numba, few through the same functions as Python: loading compiled code costs more than that.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rca.algorithms import log_bytes, log_tokens
from rca.algorithms.log_bytes import PRIME, fold_hash
from rca.algorithms.log_tokens import tokenise

COMPILED_FROM_BYTES = 3_000_000
"""Below this many bytes plain Python needs less time than loading Numba and its cached code does (1 s on 2 cores)."""

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """The shape of each text is in `index`; `first` and `count` are the first text of each shape and how many have it.

    The atoms of shape s are `atoms[starts[s]:starts[s + 1]]`, as rows of `log_tokens.tokenise`.
    """

    index: Whole
    first: Whole
    count: Whole
    atoms: Whole
    starts: Whole


def shapes(text: NDArray[np.uint8], offsets: Whole) -> Shapes:
    """The shapes of the texts `text[offsets[i]:offsets[i + 1]]`, numbered in the order of their first text."""
    if _is_loaded() or (len(offsets) and offsets[-1] - offsets[0] >= COMPILED_FROM_BYTES):
        code = _compiled()
        # whether an array can be written is part of its type for Numba: one compiled form is enough
        text, offsets = text.view(), offsets.copy()
        text.flags.writeable = False
        index, first, count = code["distinct_table"](text, offsets)
        atoms, starts = code["cut_all"](text, offsets, first)
        return Shapes(index, first, count, atoms, starts)
    source, bounds = text.tobytes(), offsets.tolist()
    numbers, firsts, counts = distinct_plain(source, bounds)
    atoms, starts = cut_plain(source, bounds, firsts)
    return Shapes(_whole(numbers), _whole(firsts), _whole(counts), atoms, starts)


def _whole(values: list[int]) -> Whole:
    return np.asarray(values, dtype=np.int64)


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
            shape = by_text[whole] = seen.setdefault(fold_hash(whole, 0, len(whole)), len(first))
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
        row = tokenise(text, offsets[i], offsets[i + 1], rows, row)
        starts.append(row)
    return rows[:row].astype(np.int64), np.asarray(starts, dtype=np.int64)


def _insert(keys: Any, places: Any, hashed: int) -> int:
    """The slot of `hashed` in a table with open addressing: its own, or the free one where it belongs."""
    mask = len(keys) - 1
    slot = (hashed ^ (hashed >> 31)) & mask
    while places[slot] >= 0 and keys[slot] != hashed:
        slot = (slot + 1) & mask
    return slot


def _grown(hashes: Any, size: int) -> tuple[Any, Any]:
    """A table of `size` slots with the first `len(hashes)` shapes."""
    keys, places = np.zeros(size, np.int64), np.full(size, -1, np.int64)
    for shape in range(len(hashes)):
        slot = _insert(keys, places, hashes[shape])
        keys[slot], places[slot] = hashes[shape], shape
    return keys, places


def distinct_table(text: Any, offsets: Any) -> tuple[Any, Any, Any]:
    """The same as `distinct_plain`, to be compiled: it has no dict."""
    texts, found = len(offsets) - 1, 0
    keys, places = np.zeros(4096, np.int64), np.full(4096, -1, np.int64)
    index, first = np.empty(texts, np.int64), np.empty(1024, np.int64)
    count, hashes = np.zeros(1024, np.int64), np.empty(1024, np.int64)
    for i in range(texts):
        hashed = fold_hash(text, offsets[i], offsets[i + 1])
        slot = _insert(keys, places, hashed)
        shape = places[slot]
        if shape < 0:
            if found == len(first):
                first, count, hashes = np.append(first, first), np.append(count, count * 0), np.append(hashes, hashes)
            shape = found
            keys[slot], places[slot], first[found], hashes[found] = hashed, shape, i, hashed
            found += 1
            if 2 * found > len(keys):
                keys, places = _grown(hashes[:found], 4 * len(keys))
        count[shape] += 1
        index[i] = shape
    return index, first[:found].copy(), count[:found].copy()


def cut_all(text: Any, offsets: Any, first: Any) -> tuple[Any, Any]:
    """The same as `cut_plain`, to be compiled."""
    atoms, starts, row = np.empty((16 * len(first) + 16, 5), np.int64), np.zeros(len(first) + 1, np.int64), 0
    for s in range(len(first)):
        begin, end = offsets[first[s]], offsets[first[s] + 1]
        if row + end - begin > len(atoms):
            more = np.empty((2 * len(atoms) + end - begin, 5), np.int64)
            more[:row] = atoms[:row]
            atoms = more
        row = tokenise(text, begin, end, atoms, row)
        starts[s + 1] = row
    return atoms[:row].copy(), starts


def mix_wrapping(hashed: Any, byte: Any) -> Any:
    """The same as `log_bytes.mix` in the lowest 62 bits, to be compiled.

    Unsigned, because LLVM takes it that a signed product never overflows. What returns a hash masks it.
    """
    return np.int64((np.uint64(hashed) ^ np.uint64(byte)) * np.uint64(PRIME))


@cache
def _compiled() -> dict[str, Any]:
    """The functions of `log_bytes`, `log_tokens` and those above, compiled in a scope of their own, callees first."""
    constants = {**vars(log_bytes), **vars(log_tokens)}
    bodies: dict[str, Any] = {
        name: value for module in (log_bytes, log_tokens) for name, value in vars(module).items()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__ and not name.startswith("_")}
    for body in (_insert, _grown, distinct_table, cut_all):
        bodies[body.__name__] = body
    bodies["mix"] = mix_wrapping
    scope = {**constants, "np": np, "CLASSES": np.array(log_bytes.CLASSES, dtype=np.uint8)}
    version = _version(bodies, constants)
    for name, body in bodies.items():
        scope[name] = _jit(body, name, version, scope)
    return scope


def _jit(body: Any, name: str, version: str, scope: dict[str, Any]) -> Any:
    from numba import njit

    function = FunctionType(body.__code__, scope, name)
    function.__qualname__ = f"{name}_{version}"
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:        # no folder can be written, neither beside this file nor in the user's cache
        return njit(nogil=True)(function)


def _version(bodies: dict[str, Any], scope: dict[str, Any]) -> str:
    """A name for this code. Numba's cache looks at the file of a function only, not at what the function calls."""
    simple = (int, bytes, tuple)
    constants = {name: value for name, value in scope.items() if name.isupper() and isinstance(value, simple)}
    codes = {name: body.__code__ for name, body in bodies.items()}
    code = [(name, each.co_code, each.co_consts, each.co_names) for name, each in codes.items()]
    return hashlib.blake2b(repr((code, constants)).encode(), digest_size=6).hexdigest()


def _is_loaded() -> bool:
    return bool(_compiled.cache_info().currsize)
