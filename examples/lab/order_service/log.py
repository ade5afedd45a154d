"""The two logs of the service: JSON lines, and an access log in combined format with the request time."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Lock
from typing import Any

from order_service.clock import LabClock

SERVICE = "order-service"


class _Lines:
    """A text file that several threads append whole lines to."""

    def __init__(self, path: Path, clock: LabClock) -> None:
        self.clock = clock
        self._lock = Lock()
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def append(self, line: str) -> None:
        with self._lock:
            self._file.write(line + "\n")


class JsonLog(_Lines):
    """One JSON object a line."""

    def write(self, level: str, msg: str, **fields: Any) -> None:
        """Logs `msg`; fields that are None are left out."""
        record = {"timestamp": self.clock.stamp(), "level": level, "service": SERVICE, "msg": msg,
                  **{name: value for name, value in fields.items() if value is not None}}
        self.append(json.dumps(record))


class AccessLog(_Lines):
    """The combined log format of Apache and nginx, with the seconds to serve at the end (nginx: $request_time)."""

    def write(self, *, client: str, request: str, status: int, size: int, agent: str, seconds: float) -> None:
        """Logs one request."""
        time = self.clock.now().strftime("%d/%b/%Y:%H:%M:%S %z")
        self.append(f'{client} - - [{time}] "{request}" {status} {size} "-" "{agent}" {seconds:.3f}')
