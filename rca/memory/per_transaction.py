"""Memory that is kept per transaction.

Symptom: memory, and the count of some class, grow in step with the number of requests of one kind, and not with others.
Why it happens: each such request leaves something behind: an entry in a list, a listener, a session.
Cannot see: growth that follows time instead of requests, kinds of requests that always come together, and recordings
with fewer than eight intervals in which the number of requests differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rca.algorithms.lives import lives
from rca.incident import Case
from rca.memory.trend_verdict import trend_of
from rca.metric_families import bytes_per_unit
from rca.metric_series import MetricSeries, metric_series
from rca.model import Finding

KIND = "memory.per-transaction"
NEEDS = ("metrics",)

Array = npt.NDArray[np.float64]

INTERVALS = 40
"""Intervals over which growth of memory is regressed on requests: long enough that allocation noise averages out."""

FEWEST = 8
BLOCKS = 12
"""Blocks of a life between which slopes are taken."""

KINDS = 12
"""Kinds of requests that are told apart, the most frequent ones."""

BY_ITSELF = 0.3
"""How readily growth is put down to time instead of requests: below 1 the ridge costs it more."""

_VARIABLE_SEGMENT = r"/(?:[0-9a-f]{8}-[0-9a-f-]{27}|[^/]*\d[^/]*)(?=/|$)"


@dataclass(frozen=True, slots=True)
class PerTransaction:
    """What one request of a kind leaves behind: estimate with a 90 % range, in bytes."""

    kind: str
    low: float
    mid: float
    high: float
    transactions: int


def detect(case: Case) -> Iterator[Finding]:
    """One finding per component whose memory follows a kind of request."""
    done = transactions(case)
    if done.empty:
        return
    for series in metric_series(case.telemetry.metrics):
        scale = bytes_per_unit(series.unit)
        if series.family.name == "memory" and not series.counter and scale:
            own = done[(done["service"] == series.component) | done["service"].isna()]
            climbing = _climbing(series, scale)
            found = leak_per_transaction(climbing, own) if climbing is not None and len(own) else None
            if found is not None:
                yield _finding(series, found, own, _class_per_transaction(case, series.component, found.kind, own))


def transactions(case: Case) -> pd.DataFrame:
    """Requests as time, service and kind ("POST /orders"), from access logs, else from log lines that name a route."""
    requests = case.telemetry.requests
    if len(requests):
        path = (
            requests["path"]
            .str.replace(r"\?.*", "", regex=True)
            .str.replace(_VARIABLE_SEGMENT, "/{id}", regex=True, case=False)
        )
        return pd.DataFrame(
            {
                "time": requests["time"],
                "service": requests["service"],
                "kind": requests["method"].fillna("") + " " + path.fillna(""),
            }
        )
    logs = case.telemetry.logs
    kinds = [_route(attributes) for attributes in logs["attributes"]]
    named = pd.DataFrame({"time": logs["time"], "service": logs["service"], "kind": pd.array(kinds, dtype="str")})
    return named[named["kind"].notna()]


def _route(attributes: Mapping[str, object] | None) -> str | None:
    for key in ("route", "http.route", "endpoint"):
        if attributes and isinstance(attributes.get(key), str):
            return str(attributes[key])
    return None


def _climbing(series: MetricSeries, scale: float) -> pd.Series | None:
    """The series in bytes from the onset of its leak on; None where it does not leak."""
    judged = trend_of(series.times / 1e9, series.samples * scale)
    onset = judged.onset[0] if isinstance(judged.onset, tuple) else judged.onset
    if judged.verdict != "leak" or onset is None:
        return None
    memory = pd.Series(series.samples * scale, index=pd.DatetimeIndex(series.times).tz_localize("UTC"))
    return memory[memory.index >= onset]


def leak_per_transaction(memory: pd.Series, done: pd.DataFrame) -> PerTransaction | None:
    """What `memory` (over ordered times) gains per request of the kind that it follows; None where it follows none.

    The kind is chosen by nonnegative least squares of the growth per interval on the counts of all kinds, with a
    constant for what grows by itself. What one request of it leaves behind is then the slope of memory over the number
    of requests served, within each life of the process, so that allocation noise averages out over the whole climb.
    """
    if len(memory) < 4 * FEWEST:
        return None
    seconds, level = _nanoseconds(memory.index) / 1e9, memory.to_numpy()
    edges = np.linspace(seconds[0], seconds[-1], INTERVALS + 1)
    growth = np.diff(np.interp(edges, seconds, _smooth(level)))
    kinds = [str(kind) for kind in done["kind"].value_counts().index[:KINDS]]
    stamps = {kind: np.sort(_nanoseconds(done.loc[done["kind"] == kind, "time"])) / 1e9 for kind in kinds}
    counts = np.column_stack([np.histogram(stamps[kind], bins=edges)[0] for kind in kinds]).astype("float64")
    best = _followed(growth, counts)
    return None if best is None else _per_request(seconds, level, kinds[best], stamps[kinds[best]])


def _nanoseconds(times: pd.Series | pd.Index) -> Array:
    """Times of whatever resolution as nanoseconds since 1970."""
    return np.asarray(pd.DatetimeIndex(times).as_unit("ns").asi8)


def _smooth(level: Array, width: int = 5) -> Array:
    """Running median: single peaks are work in progress, not growth."""
    from scipy.ndimage import median_filter

    return np.asarray(median_filter(level, size=width, mode="nearest"))


def _followed(growth: Array, counts: Array) -> int | None:
    """The kind that accounts for most of the growth, where it accounts for a third of it at least."""
    kept = growth > -0.5 * np.quantile(np.abs(growth), 0.9) - 1e-9
    growth, counts = growth[kept], counts[kept]
    if len(growth) < FEWEST or growth.sum() <= 0:
        return None
    share = _solve(growth, counts) * counts.sum(axis=0) / growth.sum()
    best = int(np.argmax(share))
    return best if share[best] >= 1 / 3 else None


def _solve(growth: Array, counts: Array) -> Array:
    """Gain per request of each kind, not below 0, with a constant gain per interval beside them and a light ridge."""
    from scipy.optimize import nnls

    scale = np.maximum(counts.std(axis=0), 1e-9)
    design = np.column_stack([counts / scale, np.full(len(growth), BY_ITSELF)])
    ridge = np.sqrt(0.01 * len(growth)) * np.eye(design.shape[1])
    solution, _ = nnls(np.vstack([design, ridge]), np.concatenate([growth, np.zeros(design.shape[1])]))
    return np.asarray(solution[:-1] / scale)


def _per_request(seconds: Array, level: Array, kind: str, stamps: Array) -> PerTransaction | None:
    """Median and 90 % range of the slopes between blocks of a life that lie at least a third of it apart."""
    slopes: list[float] = []
    weights: list[float] = []
    for life in lives(seconds, level).lives:
        served = np.searchsorted(stamps, life.times).astype("float64")
        if len(life.times) < 2 * FEWEST or served[-1] <= served[0]:
            continue
        ends = np.array_split(np.arange(len(served)), BLOCKS)
        at = np.array([np.median(served[block]) for block in ends])
        height = np.array([np.median(life.floor[block]) for block in ends])
        for i in range(BLOCKS):
            for j in range(i + BLOCKS // 3, BLOCKS):
                if at[j] > at[i]:
                    slopes.append(float((height[j] - height[i]) / (at[j] - at[i])))
                    weights.append(float(at[j] - at[i]))
    if not slopes:
        return None
    low, mid, high = _weighted_quantiles(np.array(slopes), np.array(weights), (0.05, 0.5, 0.95))
    return (
        PerTransaction(kind, low, mid, high, int(((stamps >= seconds[0]) & (stamps <= seconds[-1])).sum()))
        if low > 0
        else None
    )


def _weighted_quantiles(values: Array, weights: Array, wanted: tuple[float, ...]) -> list[float]:
    """Quantiles of `values` where each counts by its weight.

    >>> _weighted_quantiles(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 8.0]), (0.5,))
    [3.0]
    """
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    return [float(values[order][min(int(np.searchsorted(share, q)), len(values) - 1)]) for q in wanted]


# --- classes ----------------------------------------------------------------------------------------------------


def _class_per_transaction(case: Case, component: str, kind: str, done: pd.DataFrame) -> tuple[str, float] | None:
    """The class that grows in step with the requests, with objects per request.

    Own types come before builtins, and of those the one nearest to one object per request: it stands for the
    transaction, and what it holds comes in dozens.
    """
    rows = case.telemetry.histograms
    rows = rows[(rows["process"] == component) & rows["time"].notna()]
    if rows["time"].nunique() < 3:
        return None
    counts = (
        rows.pivot_table(index="time", columns="class_name", values="objects", aggfunc="sum")
        .fillna(0.0)
        .astype("float64")
    )
    stamps = np.sort(_nanoseconds(done.loc[done["kind"] == kind, "time"]))
    served = np.searchsorted(stamps, _nanoseconds(counts.index)).astype("float64")
    gained, requests = np.diff(counts.to_numpy(), axis=0), np.diff(served)
    followers = {
        str(name): per for i, name in enumerate(counts.columns) if (per := _follows(gained[:, i], requests)) > 0
    }
    ranked = sorted(followers, key=lambda name: (name.startswith("builtins."), abs(np.log(followers[name])), name))
    return (ranked[0], followers[ranked[0]]) if ranked else None


def _follows(gained: Array, requests: Array) -> float:
    """Objects per request over the intervals in which the class grew; 0 where it does not follow the requests."""
    busy = requests > 0
    grew = busy & (gained > 0.2 * requests)
    alive = busy & (gained >= 0)
    if grew.sum() < 2 or grew.sum() < 0.4 * alive.sum():
        return 0.0
    return float(np.median(gained[grew] / requests[grew]))


def _finding(
    series: MetricSeries, found: PerTransaction, done: pd.DataFrame, grown: tuple[str, float] | None
) -> Finding:
    what = f"{found.mid:,.0f} bytes ({found.low:,.0f} to {found.high:,.0f})"
    if grown:
        what += f" and {grown[1]:.2g} {grown[0]}"
    others = [str(kind) for kind in done["kind"].value_counts().index[:3] if kind != found.kind]
    measures: dict[str, float | int | str] = {
        "metric": series.metric,
        "transaction": found.kind,
        "bytes_per_transaction": round(found.mid, 1),
        "bytes_low": round(found.low, 1),
        "bytes_high": round(found.high, 1),
        "transactions": found.transactions,
    }
    if grown:
        measures |= {"class_name": grown[0], "objects_per_transaction": round(grown[1], 4)}
    certainty = 1.0 + np.log(found.mid / max(found.high - found.low, 1e-9) * 4)
    return Finding(
        kind=KIND,
        component=series.component,
        strength=float(np.clip(certainty, 0.5, 4.0)),
        measures=measures,
        statement=f"{series.component} keeps about {what} per {found.kind}"
        + (f"; none with {' or '.join(others)}" if others else "")
        + ".",
        evidence=(series.evidence(0), series.evidence(len(series.samples) - 1)),
    )
