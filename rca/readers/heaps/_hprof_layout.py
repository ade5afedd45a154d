"""How large HotSpot makes the objects of a dump: sizes are not in the file, and neither is the version of the machine.

Measured against `jcmd GC.class_histogram` of OpenJDK 17 on x86-64, where all classes agree, and against histograms of
JDK 5 and 6, where all but a byte[] of JDK 5 do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rca.readers.heaps._hprof_classes import ClassTable

OBJECT_ALIGNMENT = 8
"""The default of -XX:ObjectAlignmentInBytes; other values are rare and leave no mark in a dump."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Bytes of an object's header, of a reference, and of an array's header. Objects are rounded up to 8 bytes."""

    name: str
    header: int
    reference: int
    array_header: int


NARROW = Layout("32 bit", 8, 4, 12)
COMPRESSED = Layout("64 bit with compressed references", 12, 4, 16)
WIDE = (
    Layout("64 bit without compressed references", 16, 8, 24),
    Layout("64 bit without compressed references, with compressed class pointers", 12, 8, 16),      # ZGC is so
    Layout("64 bit with compressed references, without compressed class pointers", 16, 4, 24),
    COMPRESSED,
)

GAPS_FILLED_SINCE = "java.lang.Record"
"""HotSpot 15 and later (JDK-8237767) put fields into the gaps that super classes leave; before, the fields of each
class began at a multiple of a reference. Record came with 14, is loaded at every start, and is the nearest mark."""

INJECTED_SINCE = "java.lang.Module"
INJECTED = {
    "java.lang.ClassLoader": (1, 0),                    # loader_data
    "java.lang.Module": (1, 0),                         # module_entry
    "java.lang.invoke.MemberName": (1, 0),              # vmindex
    "java.lang.invoke.MethodHandleNatives$CallSiteContext": (2, 0),     # vmdependencies, last_cleanup
    "java.lang.invoke.ResolvedMethodName": (1, 1),      # vmtarget, and the reference vmholder
}
"""Machine words and references that HotSpot 9 and later add to objects without telling: `*_INJECTED_FIELDS` in its
javaClasses.hpp."""

CONTENDED = frozenset({
    "java.lang.Thread",                             # the group "tlr", at its end
    "java.util.concurrent.ConcurrentHashMap$CounterCell", "java.util.concurrent.atomic.Striped64$Cell",
    "java.util.concurrent.Exchanger$Node",
})
"""Classes with @Contended: -XX:ContendedPaddingWidth (128 bytes) goes before and behind what is marked."""
CONTENDED_BYTES = 256


def instance_bytes(table: ClassTable, layout: Layout) -> npt.NDArray[np.int64]:
    """Shallow bytes of an instance of each class."""
    names = set(table.names)
    extra = INJECTED if INJECTED_SINCE in names else {}
    alignment = 1 if GAPS_FILLED_SINCE in names else layout.reference
    own = [sum(table.width(field.type, layout.reference) for field in each.fields) for each in table.classes]
    own = [size + _injected(layout, *extra.get(name, (0, 0))) for size, name in zip(own, table.names, strict=True)]
    padded = [name in CONTENDED and INJECTED_SINCE in names for name in table.names]
    sizes = [_instance((*table.lineage(number),), own, padded, layout.header, alignment) for number in range(len(own))]
    return np.array(sizes, dtype=np.int64)


def _injected(layout: Layout, words: int, references: int) -> int:
    return words * (4 if layout is NARROW else 8) + references * layout.reference


def _instance(lineage: tuple[int, ...], own: list[int], padded: list[bool], header: int, alignment: int) -> int:
    """The size level by level, the uppermost class first."""
    size = header
    for level in reversed(lineage):
        size = rounded(size + own[level], alignment)
        if padded[level]:
            size = rounded(size, OBJECT_ALIGNMENT) + CONTENDED_BYTES
    return rounded(size, OBJECT_ALIGNMENT)


def rounded(size: int, alignment: int) -> int:
    """The next multiple of `alignment`.

    >>> rounded(20, 8), rounded(24, 8)
    (24, 24)
    """
    return -(-size // alignment) * alignment


def layout_of(table: ClassTable, classes: npt.NDArray[np.int32], distances: npt.NDArray[np.int64]) -> Layout:
    """The 64-bit layout in which instances of `classes` would fill most of the `distances` to their neighbours.

    Identifiers have 8 bytes with and without compression, so the addresses must tell: a layout is out where instances
    would reach into their neighbours. One in a thousand may be chance or damage.
    """
    fitting = []
    for layout in WIDE:
        sizes = instance_bytes(table, layout)[classes]
        if int(np.count_nonzero(sizes > distances)) <= 0.001 * len(sizes):
            fitting.append((int(sizes.sum()), layout))
    return max(fitting, key=lambda fit: fit[0])[1] if fitting else COMPRESSED
