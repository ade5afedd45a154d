"""Text logs with a time stamp near the start of each entry, whatever the program: the header is learned from the file.

Level, thread and logger are found by where they stand. Lines that begin no entry (stack traces, dumps, wrapped text)
belong to the entry before them.
"""

from __future__ import annotations

from collections.abc import Iterator

from rca.readers._layout import STAMPED, learn
from rca.readers._line_form import LineForm
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._text_log import read_text, score

NAME = "text-log"
TABLES = ("logs", "requests")
SAMPLES = (
    # written here, in forms that no library has
    "20 Nov 2026 10:00:00,123 | shop/Cart | INFO | added 3 items\n20 Nov 2026 10:00:01,007 | shop/Cart | ERROR | no "
    "stock\n"
    'Traceback (most recent call last):\n  File "cart.py", line 7, in add\nValueError: 0\n',
    "[20/11/2026 10:00:00] <worker-3> WARN | queue is long\n[20/11/2026 10:00:04] <worker-1> INFO | queue is short\n",
)


_ENOUGH = 80
"""Lines that show whether there is a header; for reading more are looked at."""


def looks_like(head: Head) -> float:
    """Less sure than any format that is known by name."""
    if head.first in ("{", "[", "<") and _is_document(head):
        return 0.0
    learned = learn(head.lines[:: max(1, len(head.lines) // _ENOUGH)])
    forms: tuple[LineForm, ...] = (learned, STAMPED) if learned else (STAMPED,)
    return 0.7 * score(head, forms)


def _is_document(head: Head) -> bool:
    """Whether it is one JSON or XML document, whose lines hold times without being entries."""
    first = head.lines[0].strip() if head.lines else ""
    return head.document is not None or first in ("{", "[", "[{") or first.startswith(("<?xml", "<!", "<html"))


def read(source: Source) -> Iterator[Output]:
    """One row an entry."""
    return read_text(source)
