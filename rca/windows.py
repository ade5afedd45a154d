"""Finds the incident in time: from the alert, else from where most of the telemetry leaves its normal range together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from rca.algorithms.change_points import abnormal_stretch
from rca.algorithms.robust import Array, normal_range
from rca.model import Window
from rca.tables import TIME_COLUMN
from rca.telemetry import Telemetry, moment

SAMPLED = ("logs", "metrics", "spans", "requests", "queries", "gc", "events", "flows", "logins", "processes")
"""Tables whose rows are measured all the time, so that their first and last time bound the recording."""

BINS = 120
"""Slices in which log and request rates are counted when the recording is short; finer ones hold too few rows."""

FAR = 4.0
BEFORE_ALERT = timedelta(minutes=10)
"""Where nothing shows an onset, the incident is taken to begin this long before its alert: alerts wait for several samples."""

LONGEST_LEAD = timedelta(hours=1)
"""An onset earlier than this before the alert is a slow trend: detectors report it, the window stays at the alarm's scale."""

LAST_SHARE = 0.25
"""Where nothing stands out, the last quarter is compared with what comes before it."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows that are compared, and one sentence on how they were found."""

    incident: Window | None
    baseline: Window | None
    how: str


def find_windows(telemetry: Telemetry, *, incident: Window | None = None, baseline: Window | None = None) -> Windows:
    """The incident and its baseline. What the caller gives stays as it is; the other is derived from it."""
    span = _recording(telemetry)
    if span is None:
        return Windows(incident, baseline, "The telemetry holds no times, so that nothing is compared.")
    given = _aware(incident), _aware(baseline)
    if given[0] and given[1]:
        return Windows(given[0], given[1], "Incident and baseline are those of the caller.")
    found, how = (given[0], "The incident is that of the caller") if given[0] else _found(telemetry, span, given[1])
    return Windows(found, given[1] or _before(found, span), f"{how}; the baseline is {'that of the caller' if given[1] else 'what was recorded before it'}.")


def _aware(window: Window | None) -> Window | None:
    return None if window is None else (moment(window[0]), moment(window[1]))


def _recording(telemetry: Telemetry) -> Window | None:
    bounds = []
    for table in telemetry.filled():
        if table in SAMPLED:
            times = telemetry.table(table)[TIME_COLUMN[table]].dropna()
            bounds += [(times.min(), times.max())] if len(times) else []
    if not bounds:
        return None
    return moment(min(low for low, _ in bounds)), moment(max(high for _, high in bounds)) + timedelta(microseconds=1)


def _before(incident: Window, span: Window) -> Window:
    """From the first sample up to the incident; for one that starts with the recording, what comes after it."""
    return (span[0], incident[0]) if incident[0] > span[0] else (incident[1], max(span[1], incident[1]))


def _found(telemetry: Telemetry, span: Window, baseline: Window | None) -> tuple[Window, str]:
    onsets = list(_onsets(telemetry, span))
    fired = _fired(telemetry, span)
    if fired is not None:
        start = _alerted_onset(fired, onsets)
        return (start, span[1]), f"The incident was found from the alert at {fired:%Y-%m-%d %H:%M:%S} UTC and the first departure near it"
    if baseline is not None and baseline[1] < span[1]:
        return (baseline[1], span[1]), "The incident is what follows the caller's baseline"
    start_or_none = _joint_onset(onsets, span)
    if start_or_none is not None:
        return (start_or_none, span[1]), "The incident was found where most series leave their normal range together"
    start = span[1] - (span[1] - span[0]) * LAST_SHARE
    return (start, span[1]), "Nothing stands out in time, so that the last quarter is compared"


def _fired(telemetry: Telemetry, span: Window) -> datetime | None:
    times = telemetry.alerts["time"].dropna()
    inside = times[(times >= span[0]) & (times <= span[1] + timedelta(hours=1))]
    return min(moment(inside.min()), span[1] - timedelta(microseconds=1)) if len(inside) else None


@dataclass(frozen=True, slots=True)
class _Onset:
    time: datetime
    weight: float


def _alerted_onset(fired: datetime, onsets: list[_Onset]) -> datetime:
    near = [o.time for o in onsets if fired - LONGEST_LEAD <= o.time <= fired]
    return min(near, default=fired - BEFORE_ALERT)


def _joint_onset(onsets: list[_Onset], span: Window) -> datetime | None:
    """The start of the densest thirtieth of the recording, where at least two series, or one very clear one, set off."""
    slot = (span[1] - span[0]) / 30
    best = max(onsets, key=lambda o: sum(p.weight for p in onsets if o.time <= p.time < o.time + slot), default=None)
    if best is None:
        return None
    together = [o for o in onsets if best.time <= o.time < best.time + slot]
    return best.time if len(together) > 1 or best.weight > 2.0 else None


def _onsets(telemetry: Telemetry, span: Window) -> Iterator[_Onset]:
    for times, values in (*_metric_series(telemetry), *_rates(telemetry, span)):
        found = _onset(times, values)
        if found is not None:
            yield found


def _onset(times: pd.DatetimeIndex, values: Array) -> _Onset | None:
    """The start of the stretch that departs from the first half; a series that is abnormal most of the time has none."""
    half = max(len(values) // 2, 1)
    if len(values) < 6:
        return None
    z = np.abs(normal_range(values[:half]).z(values))
    stretch = abnormal_stretch(z > FAR)
    if stretch is None or stretch[1] - stretch[0] < 2 or stretch[0] < len(values) // 10:
        return None
    last_normal = times[max(stretch[0] - 1, 0)]   # it began at or after this sample, before the first abnormal one
    return _Onset(moment(last_normal), float(np.log1p(np.median(z[stretch[0]:stretch[1]]) / FAR)))


def _metric_series(telemetry: Telemetry) -> Iterator[tuple[pd.DatetimeIndex, Array]]:
    metrics = telemetry.metrics
    finite = metrics[np.isfinite(metrics["value"].to_numpy()) & metrics["time"].notna()]
    for _, rows in finite.sort_values("time", kind="stable").groupby(["component", "metric"], sort=True):
        yield pd.DatetimeIndex(rows["time"]), rows["value"].to_numpy()


def _rates(telemetry: Telemetry, span: Window) -> Iterator[tuple[pd.DatetimeIndex, Array]]:
    """Failures in logs, spans and requests per slice of time."""
    logs, spans, requests = telemetry.logs, telemetry.spans, telemetry.requests
    failures = (logs[logs["level"].isin(["error", "critical"])]["time"], spans[spans["status"] == "error"]["start"],
                requests[requests["status"].fillna(0) >= 500]["time"])
    edges = pd.date_range(span[0], span[1], periods=BINS + 1)
    for times in failures:
        if len(times) > 2:
            counts, _ = np.histogram(times.dropna().astype("int64"), bins=edges.astype("int64"))
            yield edges[:-1], counts.astype("float64")
