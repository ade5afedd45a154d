"""OTLP JSON: the parts that logs, spans and metrics have in common.

The form is the protobuf JSON mapping with lowerCamelCase names
(https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): 64-bit integers are text or numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rca.readers._pods import workload


def value(wrapped: Any) -> Any:
    """What an AnyValue holds; None for an empty one.

    >>> value({"intValue": "7"}), value({"arrayValue": {"values": [{"stringValue": "a"}]}})
    (7, ['a'])
    """
    if not isinstance(wrapped, Mapping):
        return wrapped
    for kind, held in wrapped.items():
        if kind in ("intValue", "int_value"):
            return integer(held)
        if kind in ("arrayValue", "array_value"):
            items = held.get("values") if isinstance(held, Mapping) else None
            return [value(item) for item in items] if isinstance(items, list) else []
        if kind in ("kvlistValue", "kvlist_value"):
            return attributes(held.get("values") if isinstance(held, Mapping) else None)
        return held
    return None


def integer(held: Any) -> int | None:
    """A 64-bit integer that is written as text or number; None where it is neither or does not fit."""
    try:
        number = int(held)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if -2**63 <= number < 2**63 else None


def attributes(pairs: Any) -> dict[str, Any]:
    """A list of key and value as a dict.

    >>> attributes([{"key": "service.name", "value": {"stringValue": "cart"}}])
    {'service.name': 'cart'}
    """
    if not isinstance(pairs, list):
        return {}
    return {str(pair["key"]): value(pair.get("value")) for pair in pairs if isinstance(pair, Mapping) and "key" in pair}


def component(resource: Mapping[str, Any]) -> str | None:
    """Who sent it, by the attributes of the resource: the service, else its workload, pod or host."""
    for name in ("service.name", "k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name"):
        if resource.get(name):
            return str(resource[name])
    if pod := resource.get("k8s.pod.name"):
        return workload(str(pod))
    others = (resource.get(name) for name in ("container.name", "host.name", "k8s.node.name"))
    return next((str(other) for other in others if other), None)
