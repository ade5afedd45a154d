"""Access logs whose failures or latency left their normal range.

Symptom: by the minute, a service answers more requests with 5xx, or takes longer, than it did in the baseline.
Why it happens: the service is at fault, or waits for one that is.
Cannot see: services that write no access log, failures that are answered with 200, and minutes with fewer than three
requests.
"""

from __future__ import annotations

from collections.abc import Iterator

from rca.incident import Case
from rca.model import Finding
from rca.services import metric_shift
from rca.services.request_summary import finish, summarise

KIND = metric_shift.KIND
NEEDS = ("requests",)


def detect(case: Case) -> Iterator[Finding]:
    """One finding per service and measure that departs."""
    return metric_shift.shifts(finish(summarise(case.telemetry.requests, service=_only_service(case))), case)


def _only_service(case: Case) -> str:
    """The service that an access log without names belongs to: the only one that logs or is measured, else none."""
    names = {*case.telemetry.logs["service"].dropna().unique(), *case.telemetry.metrics["component"].dropna().unique()}
    return str(names.pop()) if len(names) == 1 else ""
