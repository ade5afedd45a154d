"""The lab's clock: real time, stretched by a stated factor, so that minutes of recording read like hours."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class LabClock:
    """`factor` seconds pass on this clock in one real second; at `real_s` (Unix time) it shows `shown_s`.

    >>> LabClock(real_s=100.0, shown_s=50.0, factor=60.0).at(101.0).isoformat()
    '1970-01-01T00:01:50+00:00'
    """

    real_s: float = 0.0
    shown_s: float = 0.0
    factor: float = 1.0

    def at(self, real_s: float) -> datetime:
        """What the clock shows at a real moment."""
        return datetime.fromtimestamp(self.shown_s + self.factor * (real_s - self.real_s), tz=UTC)

    def now(self) -> datetime:
        """What the clock shows now."""
        return self.at(time.time())

    def stamp(self) -> str:
        """Now as ISO 8601 text with milliseconds."""
        return iso(self.now())


def iso(moment: datetime) -> str:
    """`moment` as ISO 8601 text with milliseconds and `Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
