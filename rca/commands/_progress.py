"""One line on a terminal that says how far reading is, and that is gone afterwards."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TextIO

WAIT_S = 0.1
"""Between two updates: more cannot be read, and terminals are slow."""


class ProgressLine:
    """A `progress` callback for `rca.read`; where `stream` is no terminal it is not `visible` and writes nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._last = stream, 0.0
        self.visible = stream.isatty()

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.visible:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Says that `done` of `total` is done, and with what."""
        now = time.monotonic()
        if not self.visible or (now - self._last < WAIT_S and done < total):
            return
        self._last = now
        share = f"{100 * done // total:3} %" if total > 0 else f"{done:,}"
        name = what if len(what) <= 50 else f"…{what[-49:]}"
        self._stream.write(f"\r\x1b[Kreading {share} {''.join(c if c.isprintable() else '?' for c in name)}")
        self._stream.flush()
