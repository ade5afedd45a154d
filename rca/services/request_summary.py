"""Requests counted by service and minute, in pieces that merge: access logs of any size in bounded memory.

`summarise` maps a batch of the `requests` table to a summary, `merge` adds two, `finish` makes series of it. Merging is
associative and commutative, with `EMPTY` as the neutral element, so that a file may be split anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rca.algorithms.log_histogram import bucket_of, quantile
from rca.metric_families import family
from rca.metric_series import MetricSeries

SLOT_NS = 60_000_000_000
"""Requests are counted by the minute: what is shorter is noise, what is longer hides when it began."""

FEWEST = 3
"""Requests of a minute from which its share of failures or its latency says anything."""

FAILED = 500
"""HTTP statuses from here on are failures of the server; below, the client's."""

KEY = ["service", "slot"]
COUNTS = ["requests", "failed", "source", "line"]


@dataclass(frozen=True, eq=False)
class RequestSummary:
    """`counts` per service and minute with the first line of each; `lengths` the histogram of durations in ms."""

    counts: pd.DataFrame
    lengths: pd.DataFrame


EMPTY = RequestSummary(
    pd.DataFrame({
        "service": pd.Series(dtype="str"), "slot": pd.Series(dtype="int64"), "requests": pd.Series(dtype="int64"),
        "failed": pd.Series(dtype="int64"), "source": pd.Series(dtype="str"), "line": pd.Series(dtype="int64")}),
    pd.DataFrame({
        "service": pd.Series(dtype="str"), "slot": pd.Series(dtype="int64"), "bucket": pd.Series(dtype="int64"),
        "count": pd.Series(dtype="int64")}))


def summarise(requests: pd.DataFrame, *, service: str = "") -> RequestSummary:
    """The summary of some rows of the `requests` table; rows that name no service belong to `service`."""
    rows = requests[requests["time"].notna()]
    if rows.empty:
        return EMPTY
    named = rows["service"].fillna(service).astype("str").to_numpy()
    slot = pd.DatetimeIndex(rows["time"]).as_unit("ns").asi8 // SLOT_NS
    failed = (rows["status"].fillna(0).to_numpy(dtype="int64") >= FAILED).astype("int64")
    counts = pd.DataFrame({"service": named, "slot": slot, "requests": 1, "failed": failed,
                           "source": rows["source"].to_numpy(), "line": rows["line"].to_numpy()})
    lengths = pd.DataFrame({"service": named, "slot": slot, "count": 1,
                            "bucket": bucket_of(rows["duration_ms"].to_numpy(dtype="float64"))})
    return RequestSummary(_counted(counts), _added(lengths[lengths["bucket"] >= 0]))


def merge(first: RequestSummary, second: RequestSummary) -> RequestSummary:
    """Both together."""
    return RequestSummary(_counted(pd.concat([first.counts, second.counts])),
                          _added(pd.concat([first.lengths, second.lengths])))


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    ordered = rows.sort_values([*KEY, "source", "line"], kind="stable")
    groups = ordered.groupby(KEY, sort=True)
    return groups.agg(requests=("requests", "sum"), failed=("failed", "sum"), source=("source", "first"),
                      line=("line", "first")).reset_index()


def _added(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby([*KEY, "bucket"], sort=True)["count"].sum().reset_index()[[*KEY, "bucket", "count"]]


def finish(summary: RequestSummary) -> Iterator[MetricSeries]:
    """Per service: the share of failed requests and the 95th percentile of their length in ms, by the minute."""
    for service, counts in summary.counts[summary.counts["requests"] >= FEWEST].groupby("service", sort=True):
        if service:
            failed = (counts["failed"] / counts["requests"]).to_numpy()
            yield _series(str(service), "http_5xx_ratio", "ratio", counts, failed)
            own = summary.lengths[summary.lengths["service"] == service]
            p95 = {slot: quantile(part["bucket"].to_numpy(), part["count"].to_numpy(), 0.95)
                   for slot, part in own.groupby("slot", sort=True)}
            timed = counts[counts["slot"].isin(list(p95))]
            if len(timed):
                lengths = np.array([p95[slot] for slot in timed["slot"]])
                yield _series(str(service), "request_duration_p95_ms", "ms", timed, lengths)


def _series(service: str, metric: str, unit: str, counts: pd.DataFrame, samples: np.ndarray) -> MetricSeries:
    return MetricSeries(
        component=service, metric=metric, statistic="", labels="", unit=unit, family=family(metric), counter=False,
        times=counts["slot"].to_numpy() * SLOT_NS, samples=samples.astype("float64"),
        sources=counts["source"].to_numpy(dtype=object), lines=counts["line"].to_numpy())
