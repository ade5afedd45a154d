"""An HPROF file as an object graph: records, names, classes, sizes, references, roots.

The format is defined by the comment at the head of HotSpot's heapDumper.cpp (1.0.1, 1.0.2); Android's further roots by
hprof.cc of ART (1.0.3). Sizes of objects are not in the file: see `Layout`.
"""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rca.algorithms import hprof_walk as kernels
from rca.algorithms.id_index import IdIndex, id_index, positions
from rca.algorithms.object_graph import Link, ObjectGraph, without_missing
from rca.model import UnreadableInput
from rca.readers.heaps._hprof_classes import REFERENCE, TYPES, WHOLE_NUMBERS, ClassReader, ClassTable, readable
from rca.readers.heaps._hprof_layout import NARROW, Layout, instance_bytes, layout_of

Bytes = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.int64]
Index = npt.NDArray[np.int32]

MAGIC = b"JAVA PROFILE 1.0."
_NODES = (1 << 31) - 2
_WEAK = ("java.lang.ref.WeakReference", "java.lang.ref.PhantomReference", "java.lang.ref.FinalReference")
_SAMPLE = 500_000
"""Objects at the lowest addresses that are looked at for it."""

ROOT_KINDS = {
    0xFF: ("unknown", 0, 0), 0x01: ("JNI global", 1, 0), 0x02: ("JNI local", 0, 8), 0x03: ("Java frame", 0, 8),
    0x04: ("native stack", 0, 4), 0x05: ("system class", 0, 0), 0x06: ("thread block", 0, 4), 0x07: ("monitor", 0, 0),
    0x08: ("thread", 0, 8), 0x89: ("interned string", 0, 0), 0x8A: ("finalizing", 0, 0), 0x8B: ("debugger", 0, 0),
    0x8C: ("reference cleanup", 0, 0), 0x8D: ("VM internal", 0, 0), 0x8E: ("JNI monitor", 0, 8),
    0x90: ("unreachable", 0, 0),
}
"""Name of each kind of root, and what follows its object: how many identifiers, and how many bytes besides."""

_TOLD_BY_STATICS = {"system class", "JNI global", "unknown", "VM internal", "interned string"}
"""A way from these goes through classes and their static fields; threads and frames come after them."""


class HprofFile:
    """The bytes of a dump and where its records stand."""

    def __init__(self, data: Bytes, path: str) -> None:
        self.data, self.path = data, path
        version = bytes(data[:32]).partition(b"\0")[0]
        if not version.startswith(MAGIC) or len(data) < len(version) + 13:
            raise UnreadableInput(f"{path}: expected an HPROF header 'JAVA PROFILE 1.0.x', got {bytes(data[:20])!r}")
        self.id_size = int.from_bytes(bytes(data[len(version) + 1:len(version) + 5]), "big")
        if self.id_size not in (4, 8):
            raise UnreadableInput(f"{path}: expected identifiers of 4 or 8 bytes, got {self.id_size}: damaged header")
        self._places, self._base, self.notes = self._walked(len(version) + 13)

    def _walked(self, begin: int) -> tuple[Whole, Whole, tuple[str, ...]]:
        fixed, widths = np.zeros(256, dtype=np.int64), np.zeros(256, dtype=np.int64)
        for tag, (_, ids, more) in ROOT_KINDS.items():
            fixed[tag] = (1 + ids) * self.id_size + more
        fixed[0xFE], fixed[0xC3] = 4 + self.id_size, 9 + self.id_size
        widths[REFERENCE] = self.id_size
        for number, (_, width) in TYPES.items():
            widths[number] = width
        none = np.zeros(kernels.ROLES, dtype=np.int64), np.empty(0, dtype=np.int64)
        counts, ended, at = kernels.walk(self.data, begin, self.id_size, fixed, widths, *none)
        base = np.concatenate(([0], np.cumsum(counts)))
        places = np.empty(base[-1], dtype=np.int64)
        if len(places):
            kernels.walk(self.data, begin, self.id_size, fixed, widths, base, places)
        return places, base, _ending(ended, at, self.data)

    def places(self, role: int) -> Whole:
        """Positions of the records of a role, in the order of the file."""
        return self._places[self._base[role]:self._base[role + 1]]

    def number(self, at: int, size: int) -> int:
        """The unsigned number at a position."""
        return int.from_bytes(self.data[at:at + size].tobytes(), "big")

    def ids(self, role: int, skip: int = 0) -> Whole:
        """The identifiers that stand `skip` bytes behind the tags of a role's records."""
        found: Whole = kernels.ids_at(self.data, self.places(role) + skip, self.id_size)
        return found


def _ending(ended: int, at: int, data: Bytes) -> tuple[str, ...]:
    if ended == kernels.CUT:
        return (f"cut off at byte {at:,}: what came before is read, objects and roots after it are missing",)
    if ended == kernels.UNKNOWN:
        return (f"expected a record at byte {at:,}, got tag 0x{data[at]:02x}: what follows is not read",)
    return ()


class Strings:
    """The text records of a dump, decoded when they are asked for."""

    def __init__(self, file: HprofFile) -> None:
        self._file = file
        ids = file.ids(kernels.STRING, skip=8)
        order = np.argsort(ids, kind="stable")
        self._ids, self._places = ids[order], file.places(kernels.STRING)[order]

    def __getitem__(self, name: int) -> str:
        at = int(np.searchsorted(self._ids, name))
        if at == len(self._ids) or self._ids[at] != name:
            return f"?{name & (1 << 64) - 1:#x}"
        place, size = int(self._places[at]), self._file.id_size
        length = self._file.number(place + 5, 4)
        return bytes(self._file.data[place + 9 + size:place + 9 + length]).decode("utf-8", errors="replace")


def object_graph(file: Path, path: str) -> ObjectGraph:
    """The object graph of an HPROF file; `path` is how messages call it. The file stays mapped while the graph lives.

    A dump that is cut off or damaged gives what came before, and a note. Raises UnreadableInput where the header is not
    one of HPROF or nothing follows it.
    """
    dump = HprofFile(np.memmap(file, dtype=np.uint8, mode="r"), path)
    strings = Strings(dump)
    table = _class_table(dump, strings)
    object_ids, class_ids = dump.ids(kernels.OBJECT), np.array([each.id for each in table.classes], dtype=np.int64)
    if not len(object_ids):
        raise UnreadableInput(f"{path}: the dump holds no objects{'; ' if dump.notes else ''}{'; '.join(dump.notes)}")
    index = id_index(np.concatenate((object_ids, class_ids)))
    if len(index.ids) > _NODES:
        raise UnreadableInput(f"{path}: {len(index.ids):,} objects are more than {_NODES:,}, which is the limit")
    where = np.empty(len(index.ids), dtype=np.int64)
    where[positions(index, object_ids)] = dump.places(kernels.OBJECT)
    where[positions(index, class_ids)] = -1 - np.arange(len(class_ids))
    return _assembled(dump, strings, table, index, where)


def _class_table(dump: HprofFile, strings: Strings) -> ClassTable:
    reader = ClassReader(dump.data, dump.id_size)
    by_id = {each.id: each for each in map(reader.at, dump.places(kernels.CLASS).tolist())}
    classes = list(by_id.values())
    loaded = zip(dump.ids(kernels.LOAD_CLASS, skip=12).tolist(),
                 dump.ids(kernels.LOAD_CLASS, skip=16 + dump.id_size).tolist(), strict=True)
    name_of = dict(loaded)
    names = [readable(strings[name_of[each.id]]) if each.id in name_of else f"?{each.id:#x}" for each in classes]
    return ClassTable(classes, names, dump.id_size)


def _assembled(dump: HprofFile, strings: Strings, table: ClassTable, index: IdIndex, where: Whole) -> ObjectGraph:
    names, primitive_kinds = _with_primitive_arrays(table.names)
    types, class_ids, numbers = kernels.describe(dump.data, where, dump.id_size)
    kind = _kinds(positions(index, class_ids), where, types, primitive_kinds, len(names) - 1)
    del class_ids
    nodes = _Nodes(where, kind, types, numbers)
    layout = _layout(dump, table, index.ids, nodes)
    shallow = _shallow_bytes(table, layout, nodes)
    starts, targets = _references(dump, table, index, nodes, len(names))
    roots, root_kinds, levels = _roots(dump, index)
    weak = np.zeros(len(names) + 1, dtype=np.bool_)
    weak[list(table.named(*_WEAK))] = True
    return ObjectGraph(
        ids=index.ids, kind=kind, shallow_bytes=shallow, starts=starts, targets=targets, roots=roots,
        root_kinds=root_kinds, root_levels=levels, weak=weak[kind], loaders=_loaders(table, index),
        class_names=tuple(names),
        notes=(*dump.notes, f"sizes of objects as {layout.name}"),
        links=HprofLinks(dump, strings, table, index.ids, nodes))


class _Nodes(NamedTuple):
    """Of every node: where its record stands (class object k: -1 - k), its class, and `describe`'s type and number."""

    where: Whole
    kind: Index
    types: Bytes
    numbers: Whole


def _kinds(of: Index, where: Whole, types: Bytes, primitive_kinds: Index, unknown: int) -> Index:
    """The class of every node, whose class object is the node `of` (-1: it has none); -1 for class objects."""
    numbers = -1 - where[of]        # of a class object its number; a position otherwise
    kind = np.where((of >= 0) & (numbers >= 0), numbers, unknown).astype(np.int32)
    primitive = types > REFERENCE
    kind[primitive] = primitive_kinds[types[primitive]]
    kind[where < 0] = -1
    return kind


def _shallow_bytes(table: ClassTable, layout: Layout, nodes: _Nodes) -> Whole:
    """Bytes of every node; what is of no known class counts as it stands in the file."""
    _, kind, types, numbers = nodes
    sizes = instance_bytes(table, layout)
    known = (types == 0) & (kind < len(sizes))
    widths = np.ones(256, dtype=np.int64)
    widths[REFERENCE] = layout.reference
    for number, (_, width) in TYPES.items():
        widths[number] = width
    heads = np.where(types == 0, layout.header, layout.array_header)
    shallow = np.where(known, sizes[np.where(known, kind, 0)], (heads + widths[types] * numbers + 7) & ~7)
    shallow[kind < 0] = 0
    return shallow


def _with_primitive_arrays(names: list[str]) -> tuple[list[str], Index]:
    """All names, with primitive arrays and, last, objects of a missing class; and the kind of each primitive type."""
    kinds, every = np.full(256, -1, dtype=np.int32), list(names)
    for number, (name, _) in TYPES.items():
        if f"{name}[]" not in every:
            every.append(f"{name}[]")
        kinds[number] = every.index(f"{name}[]")
    return [*every, "(class not in the dump)"], kinds


def _layout(dump: HprofFile, table: ClassTable, ids: Whole, nodes: _Nodes) -> Layout:
    """The layout that the distances between objects leave."""
    if dump.id_size == 4:
        return NARROW
    kind = nodes.kind[:_SAMPLE]
    some = np.flatnonzero((nodes.types[:_SAMPLE] == 0) & (kind >= 0) & (kind < len(table.classes)))
    some = some[some < len(ids) - 1]
    return layout_of(table, kind[some], ids[some + 1] - ids[some])


def _references(dump: HprofFile, table: ClassTable, index: IdIndex, nodes: _Nodes, kinds: int) -> tuple[Whole, Index]:
    fields = [[offset for offset, _, _ in own] for own in table.reference_fields]
    held = [[each.super_id, each.loader_id, *(field.value for field in each.statics)] for each in table.classes]
    by_kind, by_class = _joined(fields, kinds), _joined(held, len(held))
    starts, ids = kernels.held_ids(dump.data, tuple(nodes), dump.id_size, by_kind, by_class)
    found: tuple[Whole, Index] = without_missing(starts, positions(index, ids))
    return found


def _loaders(table: ClassTable, index: IdIndex) -> Index:
    """The class loaders that are in the dump."""
    nodes = positions(index, np.array(sorted({each.loader_id for each in table.classes}), dtype=np.int64))
    return nodes[nodes >= 0]


def _joined(lists: list[list[int]], count: int) -> tuple[Whole, Whole]:
    """Lists one behind the other, and where each of `count` begins; those that are not there are empty."""
    ends = list(accumulate(map(len, lists), initial=0))
    ends += [ends[-1]] * (count - len(lists))
    return np.array(ends, dtype=np.int64), np.array([value for each in lists for value in each], dtype=np.int64)


def _roots(dump: HprofFile, index: IdIndex) -> tuple[Index, tuple[str, ...], npt.NDArray[np.int8]]:
    """Nodes, kinds and levels of the roots whose object is in the dump."""
    places = dump.places(kernels.ROOT)
    nodes = positions(index, kernels.ids_at(dump.data, places, dump.id_size))
    there = nodes >= 0
    kinds = tuple(ROOT_KINDS[tag][0] for tag in dump.data[places[there]].tolist())
    levels = np.array([kind not in _TOLD_BY_STATICS for kind in kinds], dtype=np.int8)
    return nodes[there], kinds, levels


class HprofLinks:
    """References by name, read from the dump when they are asked for."""

    def __init__(self, dump: HprofFile, strings: Strings, table: ClassTable, ids: Whole, nodes: _Nodes) -> None:
        self._dump, self._strings, self._table, self._ids = dump, strings, table, ids
        self._where, self._kind = nodes.where, nodes.kind

    def type_name(self, node: int) -> str | None:
        """The class that `node` stands for, where it is a class object."""
        at = int(self._where[node])
        return self._table.names[-1 - at] if at < 0 else None

    def fields(self, node: int) -> tuple[Link, ...]:
        """The references that fields of `node` hold, null ones left out; none for arrays."""
        at = int(self._where[node])
        if at < 0:
            return self._static_fields(-1 - at)
        if self._dump.data[at] != 0x21 or self._kind[node] >= len(self._table.classes):
            return ()
        begin, found = at + 9 + 2 * self._dump.id_size, []
        for offset, declaring, name in self._table.reference_fields[self._kind[node]]:
            target = self._node(kernels.read_id(self._dump.data, begin + offset, self._dump.id_size))
            if target >= 0:
                found.append(Link(self._strings[name], self._table.names[declaring], target))
        return tuple(found)

    def numbers(self, node: int) -> tuple[tuple[str, str, int], ...]:
        """(name, declaring class, value) of the fields of an instance that hold whole numbers."""
        at = int(self._where[node])
        if at < 0 or self._dump.data[at] != 0x21 or self._kind[node] >= len(self._table.classes):
            return ()
        begin, table = at + 9 + 2 * self._dump.id_size, self._table
        held = (each for each in table.layout(int(self._kind[node])) if each[2].type in WHOLE_NUMBERS)
        return tuple((self._strings[field.name], table.names[declaring],
                      self._signed(begin + offset, TYPES[field.type][1])) for offset, declaring, field in held)

    def _signed(self, at: int, size: int) -> int:
        return int.from_bytes(self._dump.data[at:at + size].tobytes(), "big", signed=True)

    def _static_fields(self, number: int) -> tuple[Link, ...]:
        name, each = self._table.names[number], self._table.classes[number]
        held = [Link(self._strings[field.name], name, self._node(field.value), static=True)
                for field in each.statics if field.type == REFERENCE]
        held += [Link("<super class>", name, self._node(each.super_id)),
                 Link("<loader>", name, self._node(each.loader_id))]
        return tuple(link for link in held if link.target >= 0)

    def _node(self, identifier: int) -> int:
        """The node of an identifier, or -1."""
        ids = self._ids
        at = int(np.searchsorted(ids, identifier))
        return at if at < len(ids) and ids[at] == identifier else -1

    def link(self, source: int, target: int) -> Link:
        """The first reference from `source` to `target`. Raises ValueError where there is none."""
        for link in self.fields(source):
            if link.target == target:
                return link
        at, size, data = int(self._where[source]), self._dump.id_size, self._dump.data
        if at >= 0 and data[at] == 0x22:
            begin, count = at + 9 + 2 * size, self._dump.number(at + 5 + size, 4)
            elements = data[begin:begin + count * size].view(f">u{size}").astype(np.int64)
            found = np.flatnonzero(elements == self._ids[target])
            if len(found):
                return Link(f"[{found[0]}]", "", target)
        if at >= 0 and data[at] == 0x21 and self._node(kernels.read_id(data, at + 5 + size, size)) == target:
            return Link("<class>", "", target)
        raise ValueError(f"object {source} has no reference to {target}")
