"""A report as a matplotlib figure: the measured series, the windows, when the cause began and what changed."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from rca.model import RcaError, Report, Series
from rca.reports._presentable import presentable
from rca.reports._words import cut, percent, title

MOST_SERIES = 8
"""More panels than this are too low to be read on one page."""


class PlotUnavailableError(RcaError, ImportError):
    """matplotlib is not installed."""


def render(report: Report, *, redact_secrets: bool = True) -> Any:
    """A `matplotlib.figure.Figure`: series of the first hypothesis' components above those of others.

    Shaded: the incident. Dotted: changes of the timeline. Red: the interval in which the cause began.
    The figure belongs to the caller and is not registered with pyplot, so nothing must be closed. Raises
    PlotUnavailableError without matplotlib.
    """
    try:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlotUnavailableError("drawing needs matplotlib; install it with: pip install 'rca[plot]'") from error
    report = presentable(report, redact_secrets=redact_secrets)
    chosen = _chosen(report)
    figure = Figure(figsize=(9, 1.2 + 1.7 * max(1, len(chosen))), layout="constrained")
    figure.suptitle(_plain(_heading(report)), x=0.01, ha="left", fontsize=11)
    panels = figure.subplots(max(1, len(chosen)), 1, sharex=True, squeeze=False)[:, 0]
    for panel, series in zip(panels, chosen, strict=False):
        _panel(panel, series, report)
    if not chosen:
        panels[0].text(0.5, 0.5, "no series was recorded", ha="center", va="center")
        panels[0].set_axis_off()
    else:
        dates = AutoDateLocator(tz=UTC)  # type: ignore[no-untyped-call]
        panels[-1].xaxis.set_major_locator(dates)
        panels[-1].xaxis.set_major_formatter(ConciseDateFormatter(dates, tz=UTC))  # type: ignore[no-untyped-call]
        panels[-1].set_xlabel("UTC")
    return figure


def _heading(report: Report) -> str:
    if report.verdict == "inconclusive" or not report.hypotheses:
        return "Inconclusive"
    first = report.hypotheses[0]
    return cut(f"{title(first.cause)} at {first.component}: {percent(first.probability)}, {first.band}", 90)


def _chosen(report: Report) -> list[Series]:
    first = report.hypotheses[0] if report.hypotheses else None
    near = (first.component, *first.impact) if first else ()
    return sorted(report.series, key=lambda s: near.index(s.component) if s.component in near else len(near))[
        :MOST_SERIES
    ]


def _panel(panel: Any, series: Series, report: Report) -> None:
    from matplotlib.ticker import EngFormatter

    panel.plot(list(series.times), list(series.values), color="#3b82c4", linewidth=1.3)
    panel.set_title(_plain(cut(f"{series.component}  {series.metric}", 90)), loc="left", fontsize=9)
    panel.yaxis.set_major_formatter(EngFormatter())
    panel.grid(alpha=0.25)
    if report.incident:
        panel.axvspan(*report.incident, color="#d9534f", alpha=0.10, linewidth=0)
    changes = [
        moment
        for moment in report.timeline
        if moment.kind in ("commit", "deploy", "flag", "config", "migration", "package", "scale")
    ]
    for moment in changes:
        panel.axvline(moment.time, color="#555555", linestyle=":", linewidth=1)
    if report.verdict != "inconclusive" and report.hypotheses and report.hypotheses[0].onset:
        panel.axvspan(*report.hypotheses[0].onset, color="#d9534f", alpha=0.8, linewidth=1)


def _plain(text: str) -> str:
    """`text` without meaning for matplotlib, to which dollar signs are mathematics."""
    return text.replace("$", r"\$")
