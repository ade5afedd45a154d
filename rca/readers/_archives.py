"""What stands in a file: itself, what it unpacks to, or the members of an archive, however they are nested.

All is told by magic bytes, never by a name. Nothing is written under a member's own name, links are not followed and
members outside the archive's folder are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from rca.model import Problem
from rca.readers._limits import Limits
from rca.readers._stored import Content, Opened, Stored
from rca.readers._tar import is_tar, tar_members
from rca.readers._unpack import MissingDecoder, Unpacked, packing
from rca.readers._workspace import Workspace
from rca.readers._zip import zip_members

MAGIC_BYTES = 512
_FOREIGN = (("7z", b"7z\xbc\xaf\x27\x1c"), ("rar", b"Rar!\x1a\x07"), ("lz4", b"\x04\x22\x4d\x18"),
            ("compress (.Z)", b"\x1f\x9d"), ("cab", b"MSCF\0\0\0\0"), ("lzip", b"LZIP\x01"))


def contents(stored: Stored, limits: Limits, workspace: Workspace, depth: int = 0) -> Iterator[Content]:
    """The files in `stored` (often itself) and Problems; a file is valid until the next one is asked for."""
    with stored.open() as stream:
        head = stream.read(MAGIC_BYTES)
    kind, foreign = _kind(head), next((name for name, magic in _FOREIGN if head.startswith(magic)), None)
    if foreign:
        yield Problem(source=stored.path, reason=f"{foreign} archives are not read: unpack it first")
    elif kind is None:
        yield stored
    elif depth >= limits.depth:
        yield Problem(source=stored.path,
                      reason=f"packed more than {limits.depth} times, the limit `Limits.depth`: not unpacked")
    elif kind in ("zip", "tar"):
        members = (zip_members if kind == "zip" else tar_members)(stored, limits, workspace)
        yield from _members(stored, members, limits, workspace, depth)
    else:
        yield from _unpacked(stored, kind, limits, workspace, depth)


def _members(stored: Stored, members: Iterator[Content], limits: Limits, workspace: Workspace,
             depth: int) -> Iterator[Content]:
    empty = True
    for member in members:
        empty = False
        yield from [member] if isinstance(member, Problem) else contents(member, limits, workspace, depth + 1)
    if empty:
        yield Problem(source=stored.path, reason="the archive holds no files (hidden ones are passed over)")


def _kind(head: bytes) -> str | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "tar" if is_tar(head) else packing(head)


def _unpacked(stored: Stored, kind: str, limits: Limits, workspace: Workspace, depth: int) -> Iterator[Content]:
    def opened() -> BinaryIO:
        return Opened(Unpacked(stored.open(), kind, limits))
    try:
        opened().close()
    except MissingDecoder as missing:
        yield Problem(source=stored.path, reason=str(missing))
        return
    yield from contents(replace(stored, open=opened, file=None, size=None), limits, workspace, depth + 1)
