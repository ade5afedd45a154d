"""Kubernetes events as `kubectl get events -o json` (or `--watch`, or the API) gives them.

Both the core API (`involvedObject`, `lastTimestamp`) and events.k8s.io/v1 (`regarding`, `series`):
https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/.
"""

from __future__ import annotations

from collections.abc import Iterator

from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._shape import Shape, rows
from rca.readers.changes._kubernetes import event, is_event

NAME = "kubernetes-events-json"
TABLES = ("events",)
# Written from the published form: no cluster can run here.
SAMPLES = (
    '{\n  "apiVersion": "v1",\n  "items": [\n    {\n      "apiVersion": "v1", "kind": "Event", "type": "Warning",\n'
    '      "involvedObject": {"kind": "Pod", "name": "cart-5f55b6cf68-77cfw", "namespace": "shop"},\n'
    '      "reason": "BackOff", "message": "Back-off restarting failed container", "count": 7,\n'
    '      "firstTimestamp": "2026-03-02T09:40:00Z", "lastTimestamp": "2026-03-02T09:52:00Z", "eventTime": null\n'
    '    }\n  ],\n  "kind": "List"\n}\n',
    '{"kind":"Event","apiVersion":"events.k8s.io/v1","regarding":{"kind":"Node","name":"n1"},"reason":"NodeNotReady",\n'
    ' "note":"Node n1 status is now: NodeNotReady","eventTime":"2026-03-02T09:40:00.123456Z",\n'
    ' "series":{"count":3,"lastObservedTime":"2026-03-02T09:45:00.000000Z"}}\n',
)

SHAPE = Shape(is_event, (("items",),))


def looks_like(head: Head) -> float:
    """The share of the first records that are events about an object of Kubernetes."""
    return SHAPE.score(head)


def read(source: Source) -> Iterator[Output]:
    """One row of `events` per event, at the time at which it was last seen."""
    return rows("events", source, SHAPE, event)
