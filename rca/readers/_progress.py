"""How far reading is, for whoever asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Progress = Callable[[str, int, int], None]
"""Called with the path being read, the bytes read so far of all files as they stand on disk, and their total."""

STEP_BYTES = 1 << 20
"""A call for each MiB: often enough for a bar, rare enough to cost nothing."""


class Meter:
    """Adds up what is read of the files and tells `progress`."""

    def __init__(self, progress: Progress | bool | None, files: list[Path]) -> None:
        self._tell = _bar() if progress is True else (progress or None)
        self._total = sum(map(_size, files)) if self._tell else 0
        self._before = self._told = self._farthest = 0
        self._path = ""

    def tick(self, position: int) -> None:
        """The file being read is read up to `position`; reading it again counts once."""
        self._farthest = max(self._farthest, position)
        if self._tell and self._before + self._farthest - self._told >= STEP_BYTES:
            self._tell_now()

    def begin(self, path: str) -> None:
        """A file is opened."""
        self._path, self._farthest = path, 0

    def end(self, size: int) -> None:
        """The file is done, however much of it had to be read."""
        self._before, self._farthest = self._before + size, 0
        if self._tell:
            self._tell_now()

    def _tell_now(self) -> None:
        self._told = min(self._before + self._farthest, self._total)
        if callable(self._tell):
            self._tell(self._path, self._told, self._total)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _bar() -> Progress:
    """A bar on standard error where that is a terminal; asked for by `progress=True`."""
    from rich.console import Console
    from rich.progress import Progress as Bar
    console = Console(stderr=True)
    bar = Bar(console=console, transient=True, disable=not console.is_terminal)
    task: Any = bar.add_task("reading")

    def show(path: str, done: int, total: int) -> None:
        if not bar.live.is_started and done < total:
            bar.start()
        bar.update(task, description=path[-40:], completed=done, total=total)
        if done >= total:
            bar.stop()
    return show
