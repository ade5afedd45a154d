"""Writes small HPROF dumps by hand, byte by byte, after the comment at the head of HotSpot's heapDumper.cpp."""

from __future__ import annotations

import struct

TYPES = {"boolean": 4, "char": 5, "float": 6, "double": 7, "byte": 8, "short": 9, "int": 10, "long": 11}
WIDTHS = {"boolean": 1, "char": 2, "float": 4, "double": 8, "byte": 1, "short": 2, "int": 4, "long": 8}
ROOTS = {"unknown": (0xFF, 0), "system class": (0x05, 0), "Java frame": (0x03, 8), "thread": (0x08, 8)}
HEAP_DUMP, SEGMENT, END = 0x0C, 0x1C, 0x2C


class HprofWriter:
    """Collects the records of a dump; `bytes` puts it together. Classes come with their super classes first.

    Objects get addresses from `base` on, `spacing` apart; their classes lie further up.
    """

    def __init__(self, *, id_size=8, version="1.0.2", spacing=64, base=0x10000):
        self.id_size, self.version, self.spacing = id_size, version, spacing
        self._next, self._next_class = base, base + 0x800000
        self._records, self._heap, self._strings = [], [], {}
        self._classes = {}
        self.object = self.klass("java/lang/Object")

    def id(self, value):
        return value.to_bytes(self.id_size, "big")

    def string(self, text):
        if text not in self._strings:
            number = self._strings[text] = len(self._strings) + 1
            self._records.append(self.record(0x01, self.id(number) + text.encode()))
        return self._strings[text]

    @staticmethod
    def record(tag, body, length=None):
        return struct.pack(">BII", tag, 0, len(body) if length is None else length) + body

    def klass(self, name, *, parent=None, fields=(), statics=(), loader=0):
        """`fields` are (name, type or "ref"), `statics` (name, address). Every class is a root, as in the library."""
        address, self._next_class = self._next_class, self._next_class + 64
        parent = getattr(self, "object", 0) if parent is None else parent
        loaded = struct.pack(">I", 1) + self.id(address) + bytes(4) + self.id(self.string(name))
        self._records.append(self.record(0x02, loaded))
        held = b"".join(self.id(self.string(each)) + b"\2" + self.id(value) for each, value in statics)
        own = b"".join(self.id(self.string(each)) + bytes([TYPES.get(kind, 2)]) for each, kind in fields)
        constants = struct.pack(">H", 1) + struct.pack(">HB", 1, TYPES["long"]) + bytes(8)
        head = b"\x20" + self.id(address) + bytes(4) + self.id(parent) + self.id(loader) + bytes(4 * self.id_size + 4)
        counted = struct.pack(">H", len(statics)) + held + struct.pack(">H", len(fields)) + own
        self._heap.append(head + constants + counted)
        self.root("system class", address)
        self._classes[address] = tuple(kind for _, kind in fields) + self._classes.get(parent, ())
        return address

    def reserve(self):
        """An address for an object that is written later."""
        address, self._next = self._next, self._next + self.spacing
        return address

    def instance(self, of, *values, at=None):
        """`values` for the fields of the class, then those of its super classes."""
        address = self.reserve() if at is None else at
        kinds = self._classes[of]
        data = b"".join(self.id(value) if kind == "ref" else int(value).to_bytes(WIDTHS[kind], "big")
                        for kind, value in zip(kinds, values, strict=True))
        self._heap.append(b"\x21" + self.id(address) + bytes(4) + self.id(of) + struct.pack(">I", len(data)) + data)
        return address

    def array(self, of, elements, at=None):
        address = self.reserve() if at is None else at
        self._heap.append(b"\x22" + self.id(address) + struct.pack(">II", 0, len(elements)) + self.id(of)
                          + b"".join(map(self.id, elements)))
        return address

    def primitives(self, kind, count):
        address = self.reserve()
        head = b"\x23" + self.id(address) + struct.pack(">IIB", 0, count, TYPES[kind])
        self._heap.append(head + bytes(count * WIDTHS[kind]))
        return address

    def root(self, kind, address):
        tag, more = ROOTS[kind]
        self._heap.append(bytes([tag]) + self.id(address) + bytes(more))

    def header(self):
        return f"JAVA PROFILE {self.version}\0".encode() + struct.pack(">IQ", self.id_size, 1_700_000_000_000)

    def bytes(self, *, segments=1, length=None):
        """The dump, its heap records in one HEAP_DUMP or in several segments; `length` overrides what they say."""
        if segments == 1:
            return self.header() + b"".join(self._records) + self.record(HEAP_DUMP, b"".join(self._heap), length)
        cut = -(-len(self._heap) // segments)
        parts = [b"".join(self._heap[at:at + cut]) for at in range(0, len(self._heap), cut)]
        packed = (self.record(SEGMENT, part, length) for part in parts)
        return self.header() + b"".join((*self._records, *packed, self.record(END, b"")))


class Shop:
    """A dump with a static map of `sessions`, as a program would leave it, and the addresses of what is in it."""

    def __init__(self, *, sessions=40, **options):
        dump = self.dump = HprofWriter(**options)
        string = dump.klass("java/lang/String", fields=[("value", "ref"), ("hash", "int")])
        node = dump.klass("java/util/HashMap$Node", fields=[("key", "ref"), ("value", "ref"), ("next", "ref")])
        table = dump.klass("[Ljava/util/HashMap$Node;")
        hash_map = dump.klass("java/util/HashMap", fields=[("table", "ref"), ("size", "int")])
        session = dump.klass("shop/Session", fields=[("customer", "ref"), ("number", "long")])
        nodes = []
        for number in range(sessions):
            name = dump.instance(string, dump.primitives("byte", 30), 0)
            nodes.append(dump.instance(node, name, dump.instance(session, name, number), 0))
        self.sessions = sessions
        self.table = dump.array(table, [*nodes, 0, 0])
        self.map = dump.instance(hash_map, self.table, sessions)
        self.service = dump.klass("shop/Service", statics=[("SESSIONS", self.map), ("NOTHING", 0)])
        self.lost = dump.primitives("long", 4)

    def bytes(self, **options):
        return self.dump.bytes(**options)
