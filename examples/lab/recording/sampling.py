"""Samples a running service: psutil metrics at a steady pace, objgraph snapshots now and then."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
from order_service.clock import LabClock, iso
from order_service.log import SERVICE

UNITS = {"rss_bytes": "bytes", "cpu_pct": "percent", "threads": "count", "open_fds": "count", "gc_collections": "count",
         "gc_tracked_objects": "count"}
HEADER = "timestamp,service,metric,value,unit\n"


class Sampler:
    """Samples one process until `stop`; what it sees goes to `metrics.csv` and `snapshots/` in `folder`."""

    def __init__(self, folder: Path, port: int, clock: LabClock) -> None:
        self.folder, self.port, self.clock = folder, port, clock
        self._stop = threading.Event()

    def run(self, pid: int, every_s: float, snapshots: Mapping[str, float]) -> None:
        """Samples process `pid`; `snapshots` maps the label of each snapshot to the real moment that it is due."""
        process = psutil.Process(pid)
        process.cpu_percent()       # the first call only starts the measurement
        due = dict(snapshots)
        collections = self._ask("/internal/runtime")["gc_collections"]
        next_s = time.time() + every_s
        with (self.folder / "metrics.csv").open("a", encoding="utf-8") as out:
            while not self._stop.wait(max(0.0, next_s - time.time())):
                next_s += every_s
                seen = self._sample(process)
                seen["gc_collections"], collections = seen["gc_collections"] - collections, seen["gc_collections"]
                out.writelines(self._rows(seen))
                self._snapshots(due)

    def stop(self) -> None:
        """Ends `run` after the sample that it is at."""
        self._stop.set()

    def _sample(self, process: psutil.Process) -> dict[str, float]:
        with process.oneshot():
            seen = {"rss_bytes": process.memory_info().rss, "cpu_pct": process.cpu_percent(),
                    "threads": process.num_threads(), "open_fds": process.num_fds()}
        return {**seen, **self._ask("/internal/runtime")}

    def _rows(self, seen: Mapping[str, float]) -> list[str]:
        stamp = iso(self.clock.now())
        return [f"{stamp},{SERVICE},{name},{seen[name]:.10g},{unit}\n" for name, unit in UNITS.items()]

    def _snapshots(self, due: dict[str, float]) -> None:
        for label in [label for label, moment in due.items() if moment <= time.time()]:
            del due[label]
            save(self._ask(f"/internal/heap/{label}"), self.folder / "snapshots" / f"heap-{label}.json")

    def _ask(self, path: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return answer


def save(snapshot: Mapping[str, Any], path: Path) -> None:
    """Writes a heap snapshot with one type a line, so that a reader can name the line of each."""
    head = {name: value for name, value in snapshot.items() if name != "types"}
    fields = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    types = [f"  {json.dumps(name)}: {json.dumps(cells)}" for name, cells in snapshot["types"].items()]
    text = ",\n".join([*fields, ' "types": {\n' + ",\n".join(types) + "\n }"])
    path.write_text("{\n" + text + "\n}\n", encoding="utf-8")
