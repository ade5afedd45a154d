"""Clocks of different services brought together, where trace ids prove that they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rca.algorithms.clock_skew import Offset, bounds, offset, settle
from rca.telemetry import ClockOffset

LEAST_LOG_OFFSET_S = 2.0
"""Many logs have whole seconds, and are written a little after what they tell of."""

Tables = Mapping[str, pd.DataFrame]
_MESSAGES = ("producer", "consumer")      # whoever sends a message does not wait
_CORRECTED = {"spans": ("start",), "logs": ("time",), "requests": ("time",)}
"""Tables whose times were taken by the clock of `service`."""


def measured(tables: Tables) -> dict[str, ClockOffset]:
    """The offset of each service's clock against the majority of those that it calls or that call it.

    Where two clocks stand against each other, that of the service that nobody calls is taken to be right.
    """
    spans = tables.get("spans")
    if spans is None or spans["parent_id"].isna().all():
        return {}
    pairs = dict(_pairs(_calls(spans)))
    if not any(pair.significant for pair in pairs.values()):
        return {}
    called = {callee for _, callee in pairs}
    services = sorted({service for pair in pairs for service in pair}, key=lambda service: (service in called, service))
    number = {service: at for at, service in enumerate(services)}
    first, second = (np.array([number[pair[side]] for pair in pairs], dtype="int64") for side in (0, 1))
    clocks = settle(len(services), first, second, list(pairs.values()))
    calls = np.zeros(len(services), dtype="int64")
    for side in (first, second):
        np.add.at(calls, side, [pair.calls for pair in pairs.values()])
    return {service: ClockOffset(
        offset_s=round(float(clocks.offset_s[at]), 6), uncertainty_s=round(float(clocks.uncertainty_s[at]), 6),
        calls=int(calls[at]),
        corrected=bool(clocks.consistent[at] and abs(clocks.offset_s[at]) > max(clocks.uncertainty_s[at], 0.0049)))
        for at, service in enumerate(services)}


def _calls(spans: pd.DataFrame) -> pd.DataFrame:
    """One row per span of another service than its parent's, with bounds in seconds."""
    columns = spans[["trace_id", "span_id", "parent_id", "service", "kind", "start", "duration_ms"]]
    outer = columns.drop(columns="parent_id").drop_duplicates(["trace_id", "span_id"])
    inner = columns[columns["parent_id"].notna()].drop(columns="span_id")
    calls = inner.merge(outer, left_on=["trace_id", "parent_id"], right_on=["trace_id", "span_id"],
                        suffixes=("_in", "_out"))
    needed = ("service", "start", "duration_ms")
    calls = calls.dropna(subset=[f"{name}_{side}" for name in needed for side in ("in", "out")])
    calls = calls[(calls["service_in"] != calls["service_out"])
                  & ~calls["kind_in"].isin(_MESSAGES) & ~calls["kind_out"].isin(_MESSAGES)]
    start = np.asarray((calls["start_in"] - calls["start_out"]).dt.total_seconds(), dtype="float64")
    outer_s, inner_s = (calls[name].to_numpy(dtype="float64") / 1000 for name in ("duration_ms_out", "duration_ms_in"))
    low, high = bounds(np.zeros(len(calls)), outer_s, start, start + inner_s)
    return calls.assign(low=low, high=high, nested=(calls["kind_out"] == "client") & (calls["kind_in"] == "server"))


def _pairs(calls: pd.DataFrame) -> Iterator[tuple[tuple[str, str], Offset]]:
    for (caller, callee), rows in calls.groupby(["service_out", "service_in"], sort=True):
        nested = bool(rows["nested"].all())
        yield (str(caller), str(callee)), offset(rows["low"].to_numpy(), rows["high"].to_numpy(), nested=nested)


def log_offsets(tables: Tables) -> dict[tuple[str, str], Offset]:
    """(file, service) of logs whose times lie off the spans they were written in, with how far."""
    logs, spans = tables.get("logs"), tables.get("spans")
    if logs is None or spans is None:
        return {}
    lines = logs[["trace_id", "span_id", "time", "source", "service"]].dropna(subset=["trace_id", "time"])
    if lines.empty:
        return {}
    joined = _within(lines, spans)
    found: dict[tuple[Any, Any], Offset] = {}
    for (source, service), rows in joined.groupby(["source", "service"], dropna=False, sort=True):
        moved = offset(rows["low"].to_numpy(), rows["high"].to_numpy(), least_s=LEAST_LOG_OFFSET_S)
        if moved.significant:
            found[source, service] = moved
    return found


def _within(lines: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """The lines with bounds (seconds) from their span, or from their whole trace where they name no span."""
    own = spans[["trace_id", "span_id", "start", "duration_ms"]].dropna()
    own = own.assign(end=own["start"] + pd.to_timedelta(own["duration_ms"], unit="ms"))
    span = ["trace_id", "span_id"]
    by_span = lines[lines["span_id"].notna()].merge(own.drop_duplicates(span), on=span)
    traces = own.groupby("trace_id", sort=False).agg(start=("start", "min"), end=("end", "max")).reset_index()
    by_trace = lines[lines["span_id"].isna()].merge(traces, on="trace_id")
    joined = pd.concat([part for part in (by_span, by_trace) if len(part)] or [by_trace], ignore_index=True)
    return joined.assign(low=(joined["time"] - joined["end"]).dt.total_seconds(),
                         high=(joined["time"] - joined["start"]).dt.total_seconds())


def corrected(tables: Tables, clocks: Mapping[str, ClockOffset],
              logs: Mapping[tuple[str, str], Offset]) -> tuple[dict[str, pd.DataFrame], dict[str, list[str]]]:
    """The tables with their times moved, and for each file what to say of it."""
    shifts = {service: clock.offset_s for service, clock in clocks.items() if clock.corrected}
    result, notes = dict(tables), dict[str, list[str]]()
    for name, columns in _CORRECTED.items():
        if name in tables and (shifts or (name == "logs" and logs)):
            own = logs if name == "logs" else {}
            result[name] = _moved(tables[name], columns, shifts, own)
            _say(tables[name], clocks, own, notes)
    return result, notes


def _moved(rows: pd.DataFrame, columns: tuple[str, ...], shifts: Mapping[str, float],
           logs: Mapping[tuple[str, str], Offset]) -> pd.DataFrame:
    seconds = rows["service"].map(shifts).astype("float64").fillna(0.0)
    for (source, service), moved in logs.items():
        same = rows["service"].isna() if pd.isna(service) else rows["service"] == service
        seconds += ((rows["source"] == source) & same.fillna(False).astype(bool)) * moved.offset_s
    if not seconds.any():
        return rows
    back = pd.to_timedelta((seconds * 1e9).round().astype("int64"), unit="ns")
    return rows.assign(**{column: rows[column] - back for column in columns})


def _say(rows: pd.DataFrame, clocks: Mapping[str, ClockOffset], logs: Mapping[tuple[str, str], Offset],
         notes: dict[str, list[str]]) -> None:
    for source, service in rows[["source", "service"]].drop_duplicates().itertuples(index=False):
        clock = clocks.get(service) if isinstance(service, str) else None
        said = notes.setdefault(source, [])
        if clock is not None and clock.corrected:
            said.append(f"clock of {service} is {_apart(clock)} ({clock.calls:,} calls): its times are corrected")
        for (file, whose), moved in logs.items():
            if file == source and (whose == service or (pd.isna(whose) and pd.isna(service))):
                said.append(f"log times are {_apart(moved)} of the spans they belong to ({moved.calls:,} lines"
                            f"{_zone_hint(moved.offset_s)}): corrected")


def _apart(clock: Any) -> str:
    way = "ahead" if clock.offset_s > 0 else "behind"
    return f"{abs(clock.offset_s):.3g} s {way} (within {clock.uncertainty_s:.2g} s)"


def _zone_hint(seconds: float) -> str:
    """What a difference of whole quarter hours looks like."""
    quarters = round(seconds / 900)
    near = quarters and abs(seconds - quarters * 900) < 30
    return f"; a zone of UTC{quarters / 4:+g} h taken for UTC" if near else ""
