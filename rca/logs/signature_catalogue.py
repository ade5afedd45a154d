"""Error texts that name a fault by themselves, as data: patterns, texts that they find and texts that they spare.

A signature says what kind of failure the author of a message saw, not what caused it: "deadline exceeded" is a
symptom of many faults. Each pattern is matched without regard to case against one distinct message at a time, and is
free of nested repetition, so that matching is linear. The wordings stand in `signatures.toml`: those of the Go, Java,
Python, Node and .NET standard libraries, PostgreSQL, MySQL, SQLite, Redis, Kafka, RabbitMQ, nginx, Kubernetes, gRPC,
Linux and the AWS, GCP and Azure SDKs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Signature:
    """A kind of failure that a text can name: `pattern` must match each of `finds` and none of `spares`."""

    name: str
    pattern: re.Pattern[str]
    finds: tuple[str, ...]
    spares: tuple[str, ...]


_BEFORE_STATUS = (
    r"(?:status|code|http|https?/\d(?:\.\d)?|returned|responded|response|error|got|failed|with|: |\()[ :=\"'(]{0,4}"
)
"""A status stands as a status: a bare number may count anything ("decoded 503 envelopes")."""


def _signature(entry: Mapping[str, Any]) -> Signature:
    statuses = [rf"{_BEFORE_STATUS}{status}\b" for status in entry.get("statuses", ())]
    pattern = re.compile("|".join([*statuses, *entry["patterns"]]), re.IGNORECASE)
    return Signature(entry["name"], pattern, tuple(entry["finds"]), tuple(entry["spares"]))


def _catalogue() -> tuple[Signature, ...]:
    text = (files("rca.logs") / "signatures.toml").read_text(encoding="utf-8")
    return tuple(_signature(entry) for entry in tomllib.loads(text)["signature"])


SIGNATURES: tuple[Signature, ...] = _catalogue()
"""In the order of the file."""

BY_NAME = {signature.name: signature for signature in SIGNATURES}


def matching(text: str) -> tuple[str, ...]:
    """The names of the signatures that `text` matches, in catalogue order.

    >>> matching("dial tcp 10.0.0.7:5432: connect: connection refused")
    ('connection-refused',)
    """
    return tuple(signature.name for signature in SIGNATURES if signature.pattern.search(text))
