"""Kernels that walk the bytes of an HPROF heap dump: where its records stand, and what its objects point to.

The format is defined by the comment at the head of HotSpot's heapDumper.cpp. All numbers in it are big-endian. The file
is an array of bytes that may be memory-mapped; nothing of it is copied but positions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

STRING, LOAD_CLASS, FRAME, TRACE, OBJECT, CLASS, ROOT = range(7)
"""Roles of records, in the order in which `walk` lists them."""
ROLES = 7

WHOLE, CUT, UNKNOWN = range(3)
"""How a walk ended: at the end of the file, in the middle of a record, at a byte that begins no record."""

_SEGMENTS = (0x0C, 0x1C)
_END = 0x2C
_CLASS_DUMP, _INSTANCE, _OBJECT_ARRAY, _PRIMITIVE_ARRAY, _PRIMITIVE_ARRAY_NO_DATA = 0x20, 0x21, 0x22, 0x23, 0xC3


@njit(cache=True, nogil=True)
def _u2(data: Any, at: Any) -> Any:
    return (np.int64(data[at]) << 8) | np.int64(data[at + 1])


@njit(cache=True, nogil=True)
def _u4(data: Any, at: Any) -> Any:
    return (_u2(data, at) << 16) | _u2(data, at + 2)


@njit(cache=True, nogil=True)
def read_id(data: Any, at: Any, size: Any) -> Any:
    """The identifier of `size` bytes (4 or 8) at a position."""
    return _u4(data, at) if size == 4 else (_u4(data, at) << 32) | _u4(data, at + 4)


@njit(cache=True, nogil=True)
def ids_at(data: Any, places: Any, size: Any) -> Any:
    """The identifiers that follow the tags at `places`."""
    found = np.empty(len(places), np.int64)
    for at in range(len(places)):
        found[at] = read_id(data, places[at] + 1, size)
    return found


@njit(cache=True, nogil=True)
def _class_bytes(data: Any, at: Any, id_size: Any, widths: Any) -> Any:
    """Length of a class record with its tag; -1 where it runs over the end of the file or names an unknown type."""
    here = at + 1 + 7 * id_size + 8
    for part in range(3):           # constant pool, static fields, instance fields
        if here + 2 > len(data):
            return -1
        count = _u2(data, here)
        here += 2
        if part == 2:
            here += count * (id_size + 1)
            break
        name = 2 if part == 0 else id_size
        for _ in range(count):
            if here + name + 1 > len(data) or widths[data[here + name]] == 0:
                return -1
            here += name + 1 + widths[data[here + name]]
    return here - at


@njit(cache=True, nogil=True)
def _heap_record_bytes(data: Any, at: Any, id_size: Any, fixed: Any, widths: Any) -> Any:
    """Length of a record within a segment, with its tag; 0: no record begins here, -1: it is cut before its length."""
    tag, size = data[at], len(data)
    if fixed[tag] > 0:
        return 1 + fixed[tag]
    if tag == _CLASS_DUMP:
        return _class_bytes(data, at, id_size, widths)
    if tag not in (_INSTANCE, _OBJECT_ARRAY, _PRIMITIVE_ARRAY):
        return 0
    head = 10 + id_size if tag == _PRIMITIVE_ARRAY else 9 + 2 * id_size
    if at + head > size:
        return -1
    if tag == _INSTANCE:
        return head + _u4(data, at + 5 + 2 * id_size)
    width = id_size if tag == _OBJECT_ARRAY else widths[data[at + 9 + id_size]]
    return head + width * _u4(data, at + 5 + id_size) if width > 0 else 0


@njit(cache=True, nogil=True)
def _role(tag: Any, inside: Any) -> Any:
    if not inside:
        return tag - 1 if tag in (1, 2) else tag - 2 if tag in (4, 5) else -1
    if tag in (_INSTANCE, _OBJECT_ARRAY, _PRIMITIVE_ARRAY, _PRIMITIVE_ARRAY_NO_DATA):
        return OBJECT
    return CLASS if tag == _CLASS_DUMP else -1 if tag in (0xFE, 0x90) else ROOT


@njit(cache=True, nogil=True)
def walk(data: Any, begin: Any, id_size: Any, fixed: Any, widths: Any, base: Any, places: Any) -> Any:  # noqa: PLR0917 - kernels take arrays
    """(records per role, how it ended, where), filling `places[base[role]:]` with their positions unless it is empty.

    `fixed` is the length of each tag's record after the tag where that is fixed (0: it is not), `widths` the bytes of
    each type. A segment of length 0 was never finished: it ends where the next one begins. The length has 4 bytes: a
    segment whose records run over its end is longer by a multiple of 4 GiB.
    """
    counts = np.zeros(ROLES, np.int64)
    at, inside, size = begin, False, len(data)
    end: Any = np.int64(0)
    length: Any = 0
    while at < size:
        tag = data[at]
        segment = tag in _SEGMENTS
        if inside:
            while 0 <= end < at:
                end = end + 0x100000000 if end + 0x100000000 <= size else -1
            if at == end or (end < 0 and (segment or tag == _END)):
                inside = False
        if not inside:
            if at + 9 > size:
                return counts, CUT, at
            if segment:
                length, inside = _u4(data, at + 5), True
                at += 9
                end = at + length if length > 0 else -1
                continue
            length = 9 + _u4(data, at + 5)
        else:
            length = _heap_record_bytes(data, at, id_size, fixed, widths)
            if length == 0:
                return counts, UNKNOWN, at
        if length < 0 or at + length > size:
            return counts, CUT, at
        role = _role(tag, inside)
        if role >= 0:
            if len(places) > 0:
                places[base[role] + counts[role]] = at
            counts[role] += 1
        at += length
    return counts, WHOLE, at


@njit(cache=True, nogil=True)
def describe(data: Any, where: Any, id_size: Any) -> Any:
    """Of the object record at each position (negative: none): type, identifier of its class, number.

    The type is 0 for an instance, 2 for an array of references, else that of a primitive array's elements; the class of
    the last is not in the record (0). The number counts an instance's bytes in the file and an array's elements.
    """
    types = np.zeros(len(where), np.uint8)
    class_ids = np.zeros(len(where), np.int64)
    numbers = np.zeros(len(where), np.int64)
    for node in range(len(where)):
        at = where[node]
        if at < 0:
            continue
        if data[at] == _INSTANCE:
            class_ids[node] = read_id(data, at + 5 + id_size, id_size)
            numbers[node] = _u4(data, at + 5 + 2 * id_size)
            continue
        numbers[node] = _u4(data, at + 5 + id_size)
        if data[at] == _OBJECT_ARRAY:
            types[node] = 2
            class_ids[node] = read_id(data, at + 9 + id_size, id_size)
        else:
            types[node] = data[at + 9 + id_size]
    return types, class_ids, numbers


@njit(cache=True, nogil=True)
def _held_starts(nodes: Any, field_starts: Any, class_starts: Any) -> Any:
    """Where the identifiers that each node holds begin, null ones included, as `held_ids` lists them."""
    where, kind, types, numbers = nodes
    starts = np.zeros(len(where) + 1, np.int64)
    for node in range(len(where)):
        count = 0
        if where[node] < 0:
            count = class_starts[-where[node]] - class_starts[-1 - where[node]]
        elif types[node] == 0:
            count = 1 + field_starts[kind[node] + 1] - field_starts[kind[node]]
        elif types[node] == 2:
            count = numbers[node]
        starts[node + 1] = starts[node] + count
    return starts


@njit(cache=True, nogil=True)
def held_ids(data: Any, nodes: Any, id_size: Any, fields: Any, classes: Any) -> Any:
    """(begins, identifiers) of what each node points to: an instance to its class first, an array to its elements.

    `nodes` is (position, kind, type, number) of each. `fields` is (begins, offsets) of the reference fields per kind,
    in the bytes of an instance; `classes` is (begins, identifiers) of what the class at position -1 - k points to.
    """
    where, kind, types, numbers = nodes
    field_starts, offsets = fields
    class_starts, class_targets = classes
    starts = _held_starts(nodes, field_starts, class_starts)
    held = np.empty(starts[-1], np.int64)
    for node in range(len(where)):
        at, free = where[node], starts[node]
        if at < 0:
            for edge in range(class_starts[-1 - at], class_starts[-at]):
                held[free] = class_targets[edge]
                free += 1
        elif types[node] == 0:
            held[free] = read_id(data, at + 5 + id_size, id_size)
            free += 1
            begin = at + 9 + 2 * id_size
            for field in range(field_starts[kind[node]], field_starts[kind[node] + 1]):
                inside = offsets[field] + id_size <= numbers[node]
                held[free] = read_id(data, begin + offsets[field], id_size) if inside else 0
                free += 1
        elif types[node] == 2:
            begin = at + 9 + 2 * id_size
            for element in range(numbers[node]):
                held[free + element] = read_id(data, begin + element * id_size, id_size)
    return starts, held
