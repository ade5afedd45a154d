"""What changed in the logs between a baseline and an incident: templates new, vanished, more or less frequent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rca.algorithms.count_change import burstiness, change_p_values, least_p_values
from rca.algorithms.false_discovery import q_values
from rca.logs.mining import mine
from rca.model import Window

Whole = NDArray[np.int64]

COLUMNS = (
    "template_id", "template", "service", "kind", "baseline_per_s", "incident_per_s", "log2_ratio", "q_value",
    "first_seen")
MOST_UNITS, FEWEST_UNITS = 60, 8
"""Units of time into which the baseline is cut to see how bursty it is."""
SHORTEST_UNIT_S, USUAL_UNIT_S = 1.0, 60.0
ATTAINABLE = 0.05
"""A template so rare that no p-value below this could come out is not tested: it would only weaken the others' q."""
DAY_S = 86_400.0
FEWEST_DAYS = 3


def compare(logs: pd.DataFrame, *, incident: Window, baseline: Window) -> pd.DataFrame:
    """The templates of `logs` by service, with their rates in both windows; what changed most surely comes first.

    Windows are half-open (start, end) pairs of times. `kind` is "new" (no line in the baseline), "vanished" (none in
    the incident), "surge" or "drop", by the direction alone: whether it is a change tells `q_value`, the share of false
    discoveries among the rows up to this one, which allows for bursts as strong as those within the baseline.
    `log2_ratio` compares the rates with half a line added to both counts. `first_seen` is the first line of the
    template in either window. A baseline of at least three days is read at the incident's time of day only.

    Raises ValueError for a window without length.
    """
    found = count_templates(logs, incident=incident, baseline=baseline)
    table = pd.DataFrame({
        "template_id": found.template_id, "template": found.template, "service": found.service, "kind": found.kinds(),
        "baseline_per_s": found.before / found.before_s, "incident_per_s": found.after / found.after_s,
        "log2_ratio": found.log2_ratio(), "q_value": found.q_value, "first_seen": found.first_seen},
        columns=list(COLUMNS))
    order = np.lexsort((table["template"].to_numpy(dtype=object), -np.abs(table["log2_ratio"]), table["q_value"]))
    return table.iloc[order].reset_index(drop=True)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Lines per template and service in both windows; all arrays have one element per (template, service).

    `group` is the element of each row of `rows`, the lines of both windows; `in_incident` tells the window of a row.
    """

    template_id: NDArray[np.int64]
    template: Any
    service: Any
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    before_s: float
    after_s: float
    q_value: NDArray[np.float64]
    first_seen: Any
    rows: pd.DataFrame
    group: NDArray[np.int64]
    in_incident: NDArray[np.bool_]

    def kinds(self) -> NDArray[np.str_]:
        """new, vanished, surge or drop."""
        rises = self.after / self.after_s >= self.before / self.before_s
        both = np.where(rises, "surge", "drop")
        return np.asarray(np.where(self.before == 0, "new", np.where(self.after == 0, "vanished", both)), dtype=np.str_)

    def log2_ratio(self) -> NDArray[np.float64]:
        """Binary logarithm of the ratio of rates, with half a line added to both counts."""
        return np.asarray(np.log2((self.after + 0.5) / self.after_s) - np.log2((self.before + 0.5) / self.before_s))


def count_templates(logs: pd.DataFrame, *, incident: Window, baseline: Window) -> Counted:
    """Counts and tests; the messages of both windows are mined together, so that their template ids agree."""
    spans = baseline_spans(incident, baseline)
    during, before = _within(logs["time"], [incident]), _within(logs["time"], spans)
    chosen = during | before
    rows, in_incident = logs[chosen], during[chosen]
    mined = mine(rows["message"])
    group, keys = _grouped(mined.labels, rows["service"])
    count = len(keys)
    n1 = np.bincount(group[in_incident], minlength=count)
    n0 = np.bincount(group[~in_incident], minlength=count)
    before_s, after_s = sum(_seconds(span) for span in spans), _seconds(incident)
    times = rows["time"].to_numpy(dtype="datetime64[ns]").view(np.int64)
    bursts = _burstiness(group[~in_incident], times[~in_incident], spans, count)
    text_of = mined.table.set_index("template_id")["template"]
    ids = keys["template_id"].to_numpy()
    return Counted(
        template_id=ids, template=text_of.reindex(ids).array, service=keys["service"].array, before=n0, after=n1,
        before_s=before_s, after_s=after_s, q_value=_q_values(n0, n1, before_s, after_s, bursts),
        first_seen=_firsts(group, times, count),
        rows=rows, group=group, in_incident=in_incident)


def baseline_spans(incident: Window, baseline: Window) -> list[Window]:
    """The parts of the baseline to compare with: all of it, or the incident's time of day where it holds three or more.

    Load follows the hour; a baseline of days would otherwise call every noon a surge.
    """
    spans, back = [], 1
    while incident[1] - incident[0] < pd.Timedelta(days=1) and incident[0] - pd.Timedelta(days=back) >= baseline[0]:
        shifted = (incident[0] - pd.Timedelta(days=back), incident[1] - pd.Timedelta(days=back))
        if shifted[1] <= baseline[1]:
            spans.append(shifted)
        back += 1
    return spans[::-1] if len(spans) >= FEWEST_DAYS else [baseline]


def _within(times: pd.Series[Any], spans: list[Window]) -> NDArray[np.bool_]:
    inside = np.zeros(len(times), dtype=bool)
    for start, end in spans:
        inside |= ((times >= start) & (times < end)).to_numpy(dtype=bool)
    return inside


def _seconds(window: Window) -> float:
    length = float((window[1] - window[0]).total_seconds())
    if length <= 0:
        raise ValueError(f"the window {window[0]} to {window[1]} has no length; its end must lie after its start")
    return length


def _grouped(labels: NDArray[np.int64], service: pd.Series[Any]) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """The number of each row's (template, service), and the pairs; a missing service is one of its own."""
    service_code, services = pd.factorize(service)
    template_code, templates = pd.factorize(labels)
    pair_code, pairs = pd.factorize(template_code * (len(services) + 1) + service_code + 1)
    named = np.append([None], np.asarray(services, dtype=object))
    keys = pd.DataFrame({"template_id": templates[pairs // (len(services) + 1)],
                         "service": pd.array(named[pairs % (len(services) + 1)], dtype="str")})
    return pair_code, keys


def _burstiness(group: Whole, times: Whole, spans: list[Window], count: int) -> NDArray[np.float64]:
    """How bursty each template was in the baseline, by the coarsest of three units: bursts may last longer than one."""
    if len(spans) > 1:
        unit_s, edges = _seconds(spans[0]), np.array([_nanoseconds(start) for start, _ in spans])
        return burstiness(_table(group, np.searchsorted(edges, times, side="right") - 1, count, len(spans)), unit_s)
    length_s = _seconds(spans[0])
    strongest = np.zeros(count)
    base = min(max(USUAL_UNIT_S, length_s / MOST_UNITS), length_s / FEWEST_UNITS)
    for unit_s in (base, 2 * base, 4 * base):
        units = int(length_s // unit_s)
        if units < FEWEST_UNITS or unit_s < SHORTEST_UNIT_S:
            break
        at = ((times - _nanoseconds(spans[0][0])) // int(unit_s * 1e9)).astype(np.int64)
        whole = at < units
        strongest = np.maximum(strongest, burstiness(_table(group[whole], at[whole], count, units), unit_s))
    return strongest


def _table(group: NDArray[np.int64], unit: NDArray[np.int64], count: int, units: int) -> NDArray[np.int64]:
    return np.bincount(group * units + unit, minlength=count * units).reshape(count, units)


def _nanoseconds(moment: Any) -> int:
    return int(pd.Timestamp(moment).as_unit("ns").value)


def _q_values(before: NDArray[np.int64], after: NDArray[np.int64], before_s: float, after_s: float,
              bursts: NDArray[np.float64]) -> NDArray[np.float64]:
    result = np.ones(len(before))
    lengths = {"before_s": before_s, "after_s": after_s}
    tested = least_p_values(before + after, **lengths, burstiness_s=bursts) < ATTAINABLE
    if tested.any():
        p_values = change_p_values(before[tested], after[tested], **lengths, burstiness_s=bursts[tested])
        result[tested] = q_values(p_values)
    return result


def _firsts(group: NDArray[np.int64], times: NDArray[np.int64], count: int) -> pd.DatetimeIndex:
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, group, times)
    return pd.DatetimeIndex(first.view("datetime64[ns]"), tz="UTC")
