"""Classes of an HPROF dump: their names, fields and static values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

REFERENCE = 2
TYPES = {4: ("boolean", 1), 5: ("char", 2), 6: ("float", 4), 7: ("double", 8), 8: ("byte", 1), 9: ("short", 2),
         10: ("int", 4), 11: ("long", 8)}
"""Name and bytes of each primitive type by its number in the format."""

WHOLE_NUMBERS = frozenset({8, 9, 10, 11})

_ENCODED = {"Z": "boolean", "C": "char", "F": "float", "D": "double", "B": "byte", "S": "short", "I": "int",
            "J": "long"}


class Field(NamedTuple):
    """A field as declared; `name` is the identifier of a string, `value` that of a static one's object (0: none)."""

    name: int
    type: int
    value: int = 0


@dataclass(frozen=True, slots=True)
class JavaClass:
    """A class record: own fields only, in the order in which an instance holds them."""

    id: int
    super_id: int
    loader_id: int
    statics: tuple[Field, ...]
    fields: tuple[Field, ...]


def readable(name: str) -> str:
    """The name of a class as it is written in Java.

    >>> readable("[[Ljava/lang/String;"), readable("[B"), readable("shop/Cart$Line")
    ('java.lang.String[][]', 'byte[]', 'shop.Cart$Line')
    """
    depth = len(name) - len(name.lstrip("["))
    element = name[depth:]
    if depth:
        element = element[1:].removesuffix(";") if element.startswith("L") else _ENCODED.get(element, element)
    return element.replace("/", ".") + "[]" * depth


class ClassReader:
    """Reads class records at their positions."""

    def __init__(self, data: Bytes, id_size: int) -> None:
        self._data, self._id_size = data, id_size

    def at(self, place: int) -> JavaClass:
        """The class record whose tag stands at `place`."""
        size = self._id_size
        here = place + 1
        identifier, parent, loader = self._id(here), self._id(here + size + 4), self._id(here + 2 * size + 4)
        here = self._skip_constants(here + 7 * size + 8)
        statics, here = self._statics(here)
        return JavaClass(identifier, parent, loader, statics, self._fields(here))

    def _number(self, at: int, size: int) -> int:
        return int.from_bytes(self._data[at:at + size].tobytes(), "big")

    def _id(self, at: int) -> int:
        value = self._number(at, self._id_size)
        return value - (1 << 64) if value >> 63 else value      # as the kernels, which compute with signed numbers

    def _width(self, kind: int) -> int:
        return self._id_size if kind == REFERENCE else TYPES[kind][1]

    def _skip_constants(self, at: int) -> int:
        count, at = self._number(at, 2), at + 2
        for _ in range(count):
            at += 3 + self._width(int(self._data[at + 2]))
        return at

    def _statics(self, at: int) -> tuple[tuple[Field, ...], int]:
        found: list[Field] = []
        count, at = self._number(at, 2), at + 2
        for _ in range(count):
            name, kind = self._id(at), int(self._data[at + self._id_size])
            at += self._id_size + 1
            found.append(Field(name, kind, self._id(at) if kind == REFERENCE else 0))
            at += self._width(kind)
        return tuple(found), at

    def _fields(self, at: int) -> tuple[Field, ...]:
        step, first = self._id_size + 1, at + 2
        return tuple(Field(self._id(first + i * step), int(self._data[first + i * step + self._id_size]))
                     for i in range(self._number(at, 2)))


class ClassTable:
    """All classes of a dump by number, with what is derived from their super classes."""

    def __init__(self, classes: list[JavaClass], names: list[str], id_size: int) -> None:
        self.classes, self.names, self._id_size = classes, names, id_size
        self.number = {each.id: at for at, each in enumerate(classes)}

    def lineage(self, number: int) -> Iterator[int]:
        """The class and its super classes as far as the dump holds them; broken dumps may go in circles."""
        seen: set[int] = set()
        current: int | None = number
        while current is not None and current not in seen:
            seen.add(current)
            yield current
            current = self.number.get(self.classes[current].super_id)

    def width(self, kind: int, reference: int) -> int:
        """Bytes of a value of the type in an instance."""
        return reference if kind == REFERENCE else TYPES[kind][1]

    def layout(self, number: int) -> Iterator[tuple[int, int, Field]]:
        """(offset in an instance's bytes, declaring class, field) of every field, in the order of the dump."""
        offset = 0
        for at in self.lineage(number):
            for field in self.classes[at].fields:
                yield offset, at, field
                offset += self.width(field.type, self._id_size)

    @cached_property
    def reference_fields(self) -> list[list[tuple[int, int, int]]]:
        """Of each class (offset in an instance's bytes, declaring class, name) of the fields that hold references."""
        return [[(offset, at, field.name) for offset, at, field in self.layout(number) if field.type == REFERENCE]
                for number in range(len(self.classes))]

    def named(self, *names: str) -> set[int]:
        """The classes that are one of `names` or derive from one."""
        tops = {at for at, name in enumerate(self.names) if name in names}
        return {number for number in range(len(self.classes)) if not tops.isdisjoint(self.lineage(number))}
