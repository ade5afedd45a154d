"""The pipeline, whole: read, find the windows, detect, rank, report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from rca._discovery import discover
from rca.causes._blind_spots import blind_spots
from rca.causes._monitored import monitored
from rca.causes._ranking import rank
from rca.causes._registry import causes
from rca.causes._similar import recognised
from rca.incident import Case, Detector
from rca.model import DetectorError, Finding, Report, Window
from rca.readers._pipeline import read
from rca.services.topology import topology
from rca.story import series, timeline
from rca.telemetry import Telemetry
from rca.windows import find_windows

DOMAINS = ("memory", "locks", "logs", "queries", "services", "security")


def diagnose(
    telemetry: Telemetry | str | Path | Iterable[str | Path],
    *,
    incident: Window | None = None,
    baseline: Window | None = None,
    target: str | tuple[str, str] | None = None,
    history: str | Path | None = None,
    progress: Callable[[str, int, int], None] | bool | None = None,
) -> Report:
    """Ranked root-cause hypotheses for what `telemetry`, or the files at these paths, show.

    `incident` and `baseline` are half-open (start, end) pairs of UTC times; what is not given is found from alerts and
    change points, and the report says how. `target` is the component, or (component, metric), that is complained
    about. `history` is a file of confirmed incidents, as `rca learn` writes it.

    A detector that fails is listed in `errors` and stops no other.
    """
    read_in = telemetry if isinstance(telemetry, Telemetry) else read(telemetry, progress=progress)
    windows = find_windows(read_in, incident=incident, baseline=baseline)
    case = Case(telemetry=read_in, incident=windows.incident, baseline=windows.baseline, target=target)
    findings, errors = detect(case)
    calls = topology(case)
    ranked = rank(findings, causes(), calls, monitored(read_in), alerted=_complained_about(case))
    hypotheses = recognised(ranked, findings, history)
    return Report(
        hypotheses=hypotheses,
        findings=findings,
        verdict=hypotheses[0].band if hypotheses else "inconclusive",
        incident=windows.incident,
        baseline=windows.baseline,
        timeline=timeline(case, findings),
        sources=read_in.sources,
        problems=read_in.problems,
        blind_spots=blind_spots(read_in, causes()),
        errors=errors,
        notes=(windows.how,),
        series=series(case, hypotheses),
        edges=calls.edges,
    )


def detectors() -> tuple[Detector, ...]:
    """Every detector of the domain packages and of the entry points `rca.detectors`, ordered by its module's name."""
    found = discover(tuple(f"rca.{domain}" for domain in DOMAINS), "rca.detectors", ("KIND", "NEEDS", "detect"))
    return tuple(sorted(found, key=lambda detector: str(detector.__name__)))


def detect(case: Case) -> tuple[tuple[Finding, ...], tuple[DetectorError, ...]]:
    """What every detector finds whose tables are there, strongest first, and the detectors that failed."""
    findings: list[Finding] = []
    errors: list[DetectorError] = []
    filled = set(case.telemetry.filled())
    for detector in detectors():
        if set(detector.NEEDS) <= filled:
            try:
                findings.extend(detector.detect(case))
            except Exception as error:
                errors.append(DetectorError(name=detector.KIND, error=f"{type(error).__name__}: {error}"))
    return tuple(sorted(findings, key=_weight)), tuple(errors)


def _weight(finding: Finding) -> tuple[float, str, str, str]:
    return -finding.strength, finding.kind, finding.component, finding.statement


def _complained_about(case: Case) -> tuple[str, ...]:
    alerted = case.telemetry.alerts["component"].dropna().unique()
    target = case.target_component
    return tuple(dict.fromkeys(name for name in (target, *map(str, alerted)) if name))
