"""What was watched: a symptom that is absent counts only where it would have been seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rca.causes._cause import Link
from rca.logs.signature import KIND as SIGNATURE
from rca.metric_families import family
from rca.services.metric_shift import KIND as METRIC_SHIFT
from rca.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Monitored:
    """Metric families per component, and the components that wrote logs or spans."""

    families: frozenset[tuple[str, str]]
    talking: frozenset[str]

    def covers(self, component: str, link: Link) -> bool:
        """Whether a finding of this kind at `component` would have been seen."""
        if link.kind == METRIC_SHIFT:
            return any((component, name) in self.families for name in link.when.get("family", ()))
        return link.kind == SIGNATURE and component in self.talking


def monitored(telemetry: Telemetry) -> Monitored:
    """What `telemetry` watches."""
    metrics = telemetry.metrics[["component", "metric"]].drop_duplicates().dropna()
    families = frozenset((str(row.component), family(str(row.metric)).name) for row in metrics.itertuples())
    return Monitored(families, frozenset(_names(telemetry.logs["service"].dropna().unique())))


def _names(values: Iterable[object]) -> Iterable[str]:
    return (str(value) for value in values)
