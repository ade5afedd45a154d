"""The case that detectors look at: the telemetry, and which window of it is compared with which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from rca.model import Finding, Window
from rca.tables import TIME_COLUMN
from rca.telemetry import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Telemetry with an incident window and the baseline that it is compared with.

    Both windows are half-open. `target` is the component, or (component, metric), that the caller complains about.
    A window is None where the telemetry holds no times at all.
    """

    telemetry: Telemetry
    incident: Window | None = None
    baseline: Window | None = None
    target: str | tuple[str, str] | None = None

    def during(self, table: str, window: Window | None) -> pd.DataFrame:
        """The rows of `table` whose time lies in `window`, in their order; none where there is no window."""
        rows = self.telemetry.table(table)
        if window is None:
            return rows.iloc[:0]
        times = rows[TIME_COLUMN[table]]
        return rows[(times >= window[0]) & (times < window[1])]

    @property
    def target_component(self) -> str | None:
        """The component of the target."""
        return self.target[0] if isinstance(self.target, tuple) else self.target


class Detector(Protocol):
    """One detector file: what it finds, what it needs, and the search itself.

    The module's docstring has three parts: the symptom, why it happens, what the detector cannot see. `detect` is
    pure: no file, clock or randomness, and it never changes the tables.
    """

    KIND: str
    NEEDS: tuple[str, ...]

    def detect(self, case: Case) -> Iterator[Finding]:
        """Findings in a stable order."""
        ...
