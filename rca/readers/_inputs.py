"""What a caller names, as files: paths, folders, patterns, lists of them, `-` for standard input."""

from __future__ import annotations

import glob
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rca.model import Problem
from rca.readers._stored import Stored, hidden
from rca.readers._workspace import Workspace

Paths = str | Path | Iterable[str | Path]
STANDARD_INPUT = "-"

Input = tuple[str, Path]
"""How a file is shown, and where it is."""


def inputs(paths: Paths) -> list[Input | Problem]:
    """Every file that `paths` stand for, in the order given and in folders by name; Problems for what is not there.

    In folders, hidden files and folders (`.git`) are passed over, and a link is not followed to what is read anyway.
    """
    found: list[Input | Problem] = []
    for path in [paths] if isinstance(paths, (str, Path)) else paths:
        found += _named(os.fspath(path))
    return found


def _named(name: str) -> Iterator[Input | Problem]:
    if name == STANDARD_INPUT:
        yield name, Path(name)
    elif os.path.lexists(name) or not glob.has_magic(name):
        yield from _at(name)
    else:
        matches = sorted(glob.glob(name, recursive=True))
        if not matches:
            yield Problem(source=name, reason="no file matches this pattern")
        for match in matches:
            if not (os.path.isdir(match) and "**" in name):     # `**` lists what is in it too
                yield from _at(match)


def _at(name: str) -> Iterator[Input | Problem]:
    path = Path(name)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        yield Problem(source=name, reason=f"cannot be opened: {_why(error)}")
        return
    if not stat.S_ISDIR(mode):
        yield name, path
        return
    below = list(_below(path))
    yield from below or [Problem(source=name, reason="the folder holds no files (hidden ones are passed over)")]


def _below(folder: Path) -> Iterator[Input | Problem]:
    """Real files first decide what a link may still add."""
    problems: list[Problem] = []
    files: list[tuple[tuple[int, int] | None, Path]] = []
    links: list[tuple[tuple[int, int] | None, Path]] = []
    seen = {_identity(folder)}
    pending = [folder]
    while pending:
        for path in _entries(pending.pop(), problems):
            if hidden((path.name,)):
                continue
            identity, mode = _identity(path), _mode(path, problems)
            if stat.S_ISDIR(mode) and identity not in seen:
                seen.add(identity)
                pending.append(path)
            elif stat.S_ISREG(mode):
                (links if path.is_symlink() else files).append((identity, path))
            elif mode and not stat.S_ISDIR(mode):
                problems.append(Problem(source=str(path), reason="a pipe, socket or device in a folder: not read"))
    real = {identity for identity, _ in files}
    for identity, path in links:
        if identity not in real:
            real.add(identity)
            files.append((identity, path))
    yield from ((str(path), path) for _, path in sorted(files, key=lambda found: found[1]))
    yield from problems


def _entries(folder: Path, problems: list[Problem]) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        problems.append(Problem(source=str(folder), reason=f"the folder cannot be opened: {_why(error)}"))
        return []


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _mode(path: Path, problems: list[Problem]) -> int:
    """The kind of what `path` leads to; 0, with a Problem, where it leads nowhere."""
    try:
        return path.stat().st_mode
    except OSError as error:
        problems.append(Problem(source=str(path), reason=f"cannot be opened: {_why(error)}"))
        return 0


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def is_stream(path: Path) -> bool:
    """Whether it can be read only once: standard input, a named pipe, `/dev/fd/63`."""
    return str(path) == STANDARD_INPUT or not stat.S_ISREG(path.stat().st_mode)


def spooled(name: str, path: Path, workspace: Workspace) -> Stored:
    """A copy of a stream, which can be read again."""
    if str(path) == STANDARD_INPUT:
        opened, file = workspace.spool(sys.stdin.buffer)
    else:
        with path.open("rb") as stream:
            opened, file = workspace.spool(stream)
    return Stored(path=name, open=opened, file=file)
