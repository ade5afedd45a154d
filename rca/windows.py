"""Finds the incident in time: from the alert, else from where series leave their normal range together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from rca.algorithms.change_points import abnormal_stretch, departure
from rca.algorithms.robust import Array, normal_range
from rca.metric_series import metric_series
from rca.model import Window
from rca.tables import TIME_COLUMN
from rca.telemetry import Telemetry, moment

SAMPLED = ("logs", "metrics", "spans", "requests", "queries", "gc", "events", "flows", "logins", "processes")
"""Tables whose rows are measured all the time, so that their first and last time bound the recording."""

BINS = 120
"""Slices of the recording in which failures are counted."""

FAR = 4.0
"""Scales from which a sample is abnormal."""

ALARM_SCALE = 0.5
"""The incident begins where a series has gone this share of the way to its worst: a ramp began long before that, which
detectors report, but it was no incident then."""

BEFORE_ALERT = timedelta(minutes=10)
"""Where nothing shows an onset, an incident began this long before its alert: alerts wait for several samples."""

CHAIN = timedelta(minutes=5)
"""Onsets at most this far apart are one incident that spreads."""

LONGEST_LEAD = timedelta(hours=1)
"""A chain of onsets is followed back from an alert no further than this."""

LAST_SHARE = 0.25
"""Where nothing stands out, the last quarter is compared with what comes before it."""

GUARD_SHARE = 0.05
"""The share of the baseline's length kept free before the incident, at most `LONGEST_GUARD`: onsets are uncertain."""

LONGEST_GUARD = timedelta(minutes=5)

FEWEST_SAMPLES = 6

TOGETHER = 0.08
"""The share of all series, and at least two, that must leave their range within a slot to be an incident."""

SLOTS = 30

CLEAREST = 1.0
"""Weight, log(1 + scales / FAR), of a departure that is an incident by itself: seven scales, up to the end."""

FEW_SERIES = 60


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows that are compared, and one sentence on how they were found."""

    incident: Window | None
    baseline: Window | None
    how: str


def find_windows(telemetry: Telemetry, *, incident: Window | None = None, baseline: Window | None = None) -> Windows:
    """The incident and its baseline. What the caller gives stays as it is; the other is derived from it. Never raises.

    Without an alert or a common departure the last quarter is compared with what precedes it, and `how` says so.
    """
    span = _recording(telemetry)
    given = _aware(incident), _aware(baseline)
    if given[0] and given[1]:
        return Windows(given[0], given[1], "Incident and baseline are those of the caller.")
    if span is None:
        return Windows(given[0], given[1], "The telemetry holds no times, so that nothing is compared.")
    if given[0]:
        before = _before(given[0], given[0][0], span)
        how = "The incident is that of the caller; the baseline is what was recorded before it."
        return Windows(given[0], before, how)
    if given[1]:
        how = "The baseline is that of the caller; the incident is what was recorded after it."
        return Windows(_around(given[1], span), given[1], how)
    found = _found(telemetry, span)
    return Windows(found.window, _before(found.window, found.foot, span), f"{found.how}.")


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


def _before(incident: Window, foot: datetime, span: Window) -> Window:
    """From the first sample to the foot of the incident, less a guard; without anything before, what comes after it."""
    end = min(foot, incident[0])
    if end <= span[0]:
        return incident[1], max(span[1], incident[1])
    return span[0], end - min(LONGEST_GUARD, (end - span[0]) * GUARD_SHARE)


def _around(baseline: Window, span: Window) -> Window:
    """What follows the baseline, or precedes one at the end of the recording."""
    return (baseline[1], span[1]) if baseline[1] < span[1] else (min(span[0], baseline[0]), baseline[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Onset:
    """When one series departed: `foot` is its last normal sample, `start` where it is half-way to its worst."""

    component: str
    metric: str
    foot: datetime
    start: datetime
    end: datetime
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    window: Window
    foot: datetime
    how: str


def _found(telemetry: Telemetry, span: Window) -> _Found:
    series = list(_series(telemetry, span))
    onsets = sorted((o for one in series if (o := _onset(one)) is not None), key=lambda o: o.start)
    alert = _first_alert(telemetry, span)
    if alert is not None:
        return _from_alert(alert, onsets, span)
    return _from_joint(onsets, span, len(series)) or _from_clearest(onsets, span, len(series)) or _last_quarter(span)


def _last_quarter(span: Window) -> _Found:
    start = span[1] - (span[1] - span[0]) * LAST_SHARE
    how = "Nothing stands out in time, so that the last quarter is compared with what precedes it"
    return _Found(window=(start, span[1]), foot=start, how=how)


@dataclass(frozen=True, slots=True)
class _Alert:
    time: datetime
    component: str
    metric: str


def _first_alert(telemetry: Telemetry, span: Window) -> _Alert | None:
    """The first alert that fired in the recording, or shortly after its end."""
    alerts = telemetry.alerts
    inside = alerts[(alerts["time"] >= span[0]) & (alerts["time"] <= span[1] + LONGEST_LEAD)]
    if inside.empty:
        return None
    first = inside.sort_values("time", kind="stable").iloc[0]
    fired = min(moment(first["time"]), span[1] - timedelta(microseconds=1))
    return _Alert(fired, str(first["component"]), str(first["metric"]))


def _from_alert(alert: _Alert, onsets: Sequence[_Onset], span: Window) -> _Found:
    """Back from the alert to the onset of its metric, then along a chain of onsets close before it."""
    own = [o for o in onsets if (o.component, o.metric) == (alert.component, alert.metric) and o.start <= alert.time]
    near = [o.start for o in onsets if alert.time - LONGEST_LEAD <= o.start <= alert.time]
    start = own[-1].start if own else max((t for t in near if t >= alert.time - BEFORE_ALERT), default=None)
    fired = f"the alert at {alert.time:%Y-%m-%d %H:%M:%S} UTC"
    if start is None:
        start = max(alert.time - BEFORE_ALERT, span[0] + (alert.time - span[0]) / 2)
        return _Found(window=(start, span[1]), foot=start, how=f"The incident is taken to begin shortly before {fired}")
    first = _chained(start, near)
    foot = min([first, *(o.foot for o in own)])
    what = f"{alert.metric} of {alert.component}" if own else "the first series"
    return _Found(window=(first, span[1]), foot=_roomy(foot, first, span),
                  how=f"The incident was found from {fired} back to where {what} left its normal range")


def _chained(start: datetime, onsets: Sequence[datetime]) -> datetime:
    """The earliest onset that a chain of onsets, each close to the next, leads to from `start`."""
    earliest = start
    for onset in sorted((t for t in onsets if t < start), reverse=True):
        if earliest - onset > CHAIN:
            break
        earliest = onset
    return earliest


def _roomy(foot: datetime, start: datetime, span: Window) -> datetime:
    """The foot of a ramp where enough is left before it for a baseline, else the start."""
    return foot if foot - span[0] >= (start - span[0]) * LAST_SHARE else start


def _from_joint(onsets: Sequence[_Onset], span: Window, series: int) -> _Found | None:
    """The start of the slot in which most series set off, where these are more than chance brings together."""
    slot = (span[1] - span[0]) / SLOTS
    groups = [[p for p in onsets if o.start <= p.start < o.start + slot] for o in onsets]
    best = max(groups, key=lambda group: sum(o.weight for o in group), default=[])
    if len(best) < max(2.0, TOGETHER * series):
        return None
    start, last = best[0].start, max(o.end for o in best)
    end = span[1] if span[1] - last < (last - start) else last
    foot = min(o.foot for o in best)
    how = f"The incident was found where {len(best)} of {series} series leave their normal range together"
    return _Found(window=(start, end), foot=_roomy(foot, start, span), how=how)


def _from_clearest(onsets: Sequence[_Onset], span: Window, series: int) -> _Found | None:
    """The start of the one departure that is beyond doubt and lasts to the end; among many series chance makes some."""
    lasting = [o for o in onsets if o.weight > CLEAREST and span[1] - o.end < (o.end - o.start) / 4]
    if not lasting or series > FEW_SERIES:
        return None
    best = max(lasting, key=lambda o: o.weight)
    what = f"{best.metric} of {best.component}" if best.component else best.metric
    how = f"The incident was found where {what} left the normal range for good"
    return _Found(window=(best.start, span[1]), foot=_roomy(best.foot, best.start, span), how=how)


@dataclass(frozen=True, slots=True)
class _Line:
    component: str
    metric: str
    times: Array
    samples: Array


def _series(telemetry: Telemetry, span: Window) -> Iterator[_Line]:
    for one in metric_series(telemetry.metrics):
        if one.family.harm != "none" and one.family.name != "certificate":
            yield _Line(one.component, one.metric, one.times, one.samples)
    yield from _failures(telemetry, span)
    yield from _durations(telemetry, span)


def _failures(telemetry: Telemetry, span: Window) -> Iterator[_Line]:
    """Failures in logs, spans and requests per slice of time."""
    logs, spans, requests = telemetry.logs, telemetry.spans, telemetry.requests
    failed = (("logs", logs[logs["level"].isin(["error", "critical"])]["time"]),
              ("spans", spans[spans["status"] == "error"]["start"]),
              ("requests", requests[requests["status"].fillna(0) >= 500]["time"]))
    edges = _edges(span)
    for table, times in failed:
        if len(times) > 2:
            counts, _ = np.histogram(times.dropna().astype("int64"), bins=edges)
            yield _Line("", f"failures in {table}", edges[:-1], counts.astype("float64"))


def _durations(telemetry: Telemetry, span: Window) -> Iterator[_Line]:
    """The median time to serve a request, or of a root span, per slice of time that holds any."""
    spans, edges = telemetry.spans, _edges(span)
    for table, rows, time in (("requests", telemetry.requests, "time"),
                              ("root spans", spans[spans["parent_id"].isna()], "start")):
        timed = rows[rows["duration_ms"].notna() & rows[time].notna()]
        if len(timed) >= 2 * BINS:      # with fewer a slice's median is one row
            stamps = timed[time].astype("int64").to_numpy()
            slots = np.clip(np.searchsorted(edges, stamps, side="right") - 1, 0, BINS - 1)
            medians = timed["duration_ms"].groupby(slots).median()
            yield _Line("", f"duration of {table}", edges[medians.index.to_numpy()], medians.to_numpy())


def _edges(span: Window) -> Array:
    low, high = (pd.Timestamp(t).as_unit("ns").value for t in span)
    return np.linspace(low, high, BINS + 1)


def _onset(line: _Line) -> _Onset | None:
    """The stretch that departs from where the series mostly stands; None without one, or where it starts with it."""
    samples = line.samples
    if len(samples) < FEWEST_SAMPLES:
        return None
    z = _scales(samples)
    stretch = abnormal_stretch(z > FAR)
    if stretch is None or stretch[1] - stretch[0] < 2 or stretch[0] < max(2, len(samples) // 10):
        return None
    found = departure(z[: stretch[1]], within=stretch[0], clear=FAR)
    worst = float(np.quantile(z[stretch[0]: stretch[1]], 0.9))
    before = stretch[0] + int(np.argmax(z[stretch[0]: stretch[1]] >= ALARM_SCALE * worst)) - 1
    foot = before if found is None else min(max(found.last_normal, 0), before)
    quick = _at(line, before) - _at(line, foot) <= CHAIN
    start = foot if quick else before
    return _Onset(component=line.component, metric=line.metric, weight=float(np.log1p(worst / FAR)),
                  foot=_at(line, foot), start=_at(line, start), end=_at(line, stretch[1] - 1))


def _scales(samples: Array) -> Array:
    """How far each sample lies from the first half, or from the middle of all where the first half is the odd one."""
    half = max(len(samples) // 2, 1)
    first, every = normal_range(samples[:half]), normal_range(samples)
    usual = first if first.scale <= every.scale else every
    floor = 1.0 if not samples[:half].any() and np.all(samples == np.round(samples)) else 0.0
    return np.asarray(np.abs((samples - usual.median) / max(usual.scale, floor)))


def _at(line: _Line, index: int) -> datetime:
    """Just after the sample: what happened began after it."""
    return moment(pd.Timestamp(int(line.times[index]), unit="ns", tz="UTC")) + timedelta(microseconds=1)
