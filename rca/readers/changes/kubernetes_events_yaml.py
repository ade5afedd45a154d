"""Kubernetes events as `kubectl get events -o yaml` gives them.

Needs the `yaml` extra. The safe loader makes plain values only: nothing in the file is executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rca.model import Problem
from rca.readers._fields import plain_record
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._shape import Cells, batch
from rca.readers.changes._kubernetes import event

NAME = "kubernetes-events-yaml"
TABLES = ("events",)
# Written from the published form: no cluster can run here.
SAMPLES = (
    "apiVersion: v1\nitems:\n- apiVersion: v1\n  count: 7\n  eventTime: null\n"
    "  firstTimestamp: \"2026-03-02T09:40:00Z\"\n"
    "  involvedObject:\n    kind: Pod\n    name: cart-5f55b6cf68-77cfw\n    namespace: shop\n  kind: Event\n"
    "  lastTimestamp: \"2026-03-02T09:52:00Z\"\n  message: Back-off restarting failed container\n  reason: BackOff\n"
    "  type: Warning\nkind: List\n",
)

_ABOUT = re.compile(r"^[ -]*(?:involvedObject|regarding):\s*$", re.M)
_REASON = re.compile(r"^[ -]*reason: \S", re.M)


def looks_like(head: Head) -> float:
    """Sure where the keys of an event stand on lines of their own."""
    if head.binary or head.first in ("{", "[", "<", ""):
        return 0.0
    return 0.95 if _ABOUT.search(head.text) and _REASON.search(head.text) else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row of `events` per event, with the line on which it begins."""
    try:
        import yaml
    except ImportError:
        yield Problem(source=source.path, reason="reading YAML needs PyYAML: pip install 'rca[yaml]', or save as JSON")
        return
    problems: list[Problem] = []
    rows: list[Cells] = []
    lines: list[int] = []
    for line, item in _items(source, yaml, problems):
        cells = event(plain_record(item)) if isinstance(item, dict) else None
        if cells is None:
            problems.append(Problem(source=source.path, line=line, reason="expected an event", text=str(item)[:200]))
        else:
            rows.append(cells)
            lines.append(line)
    if rows:
        yield from batch("events", source, rows, lines)
    yield from problems


def _items(source: Source, yaml: Any, problems: list[Problem]) -> Iterator[tuple[int, Any]]:
    """(line, value) of every item of the lists in the file, and of every document that is no list."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(source.data().decode("utf-8", errors="replace"))
    try:
        while loader.check_node():
            for node in _nodes(loader.get_node()):
                yield node.start_mark.line + 1, loader.construct_document(node)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(Problem(source=source.path, line=mark.line + 1 if mark else None,
                                reason=f"expected YAML: {getattr(error, 'problem', None) or error}"))
    finally:
        loader.dispose()


def _nodes(document: Any) -> list[Any]:
    members = document.value if document.id == "mapping" else []
    for key, value in members:
        if key.value == "items" and value.id == "sequence":
            return list(value.value)
    return list(document.value) if document.id == "sequence" else [document]
