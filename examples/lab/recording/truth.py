"""What is true of a recording: what was done, and what was measured of it afterwards."""

from __future__ import annotations

import csv
import json
import platform
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from order_service.log import SERVICE

from recording.plan import FACTOR, Plan, Start
from recording.session import Recorded, minute

LEAKED = "order_service.history.AuditEntry"


def truth(plan: Plan, recorded: Recorded) -> dict[str, Any]:
    """The expected answer and how it was made, as JSON types."""
    return {"incident": plan.name, "component": SERVICE, **_fault(plan, recorded),
            "recorded": {"clock_factor": FACTOR, "note": _CLOCK_NOTE, "start": minute(recorded.start, 0),
                         "end": minute(recorded.start, plan.length_min), "requests_sent": recorded.sent,
                         "requests_failed": recorded.failed, "python": sys.version.split()[0],
                         "platform": platform.system()}}


_CLOCK_NOTE = (
    f"The service, the load and the faults are real; the clock is not. {FACTOR:g} seconds pass in the records in one "
    f"real second, so what is counted per hour is {FACTOR:g} times smaller than it was. Durations of requests and CPU "
    "shares are real. Nothing was edited after the recording.")


def _fault(plan: Plan, recorded: Recorded) -> dict[str, Any]:
    innocent = [commit["sha"] for number, commit in enumerate(recorded.commits) if number != plan.guilty]
    if plan.guilty is None:
        return {"cause": None, "innocent_changes": innocent}
    first = next(start for start in plan.starts if start.release > plan.guilty)
    leaking = [(start, end_min) for start, end_min in plan.lives() if start.release > plan.guilty]
    longest = max(leaking, key=lambda life: life[1] - life[0].at_min)
    return {"cause": "memory-leak", "onset": minute(recorded.start, first.at_min),
            "change": recorded.commits[plan.guilty]["sha"], "deploy": first.deploy, "innocent_changes": innocent,
            "restart_that_only_postponed": minute(recorded.start, plan.starts[-1].at_min),
            "leaks": {"per": "POST /orders that is answered with 201", "class_name": LEAKED,
                      "held_by": "order_service.history.AuditHistory.entries", **_per_order(recorded, longest)}}


def _per_order(recorded: Recorded, life: tuple[Start, float]) -> dict[str, float]:
    """Growth divided by orders within one life of the process, after its first tenth (start-up)."""
    start_min, end_min = life[0].at_min, life[1]
    settled_min = start_min + 0.1 * (end_min - start_min)
    window = tuple(recorded.start + timedelta(minutes=at) for at in (settled_min, end_min - 1))
    resident = [float(row["value"]) for row in _metrics(recorded.folder)
                if row["metric"] == "rss_bytes" and _within(row, window)]
    orders = sum(record["msg"] == "order placed" and _within(record, window) for record in _logs(recorded.folder))
    return {"rss_bytes_per_order": round((resident[-1] - resident[0]) / orders), "orders_measured": orders,
            "objects_per_order": round(_objects_per_order(recorded.folder, window), 3)}


def _objects_per_order(folder: Path, window: tuple[datetime, ...]) -> float:
    """Leaked objects by the first and last snapshot of the window, over the orders between them."""
    snapshots = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "snapshots").iterdir())]
    inside = [found for found in snapshots if window[0] <= datetime.fromisoformat(found["time"]) < window[1]]
    between = tuple(datetime.fromisoformat(found["time"]) for found in (inside[0], inside[-1]))
    grown = inside[-1]["types"][LEAKED]["objects"] - inside[0]["types"][LEAKED]["objects"]
    return float(grown / sum(record["msg"] == "order placed" and _within(record, between) for record in _logs(folder)))


def _within(record: Mapping[str, Any], window: tuple[datetime, ...]) -> bool:
    return window[0] <= datetime.fromisoformat(record["timestamp"]) < window[1]


def _metrics(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _logs(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / "logs.jsonl").open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)
