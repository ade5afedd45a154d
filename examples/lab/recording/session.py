"""One recording: the service runs through its plan while it is driven and sampled."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from order_service.clock import LabClock, iso
from order_service.log import SERVICE

from recording import sampling
from recording.load import Load
from recording.plan import FACTOR, Plan, Start
from recording.releases import Repository

_STARTS_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a recording leaves behind: the bundle's folder, when minute 0 was, the commits, what the load did."""

    folder: Path
    start: datetime
    commits: tuple[Mapping[str, Any], ...]
    sent: int
    failed: int


def record(plan: Plan, out: Path) -> Recorded:
    """Runs `plan` in real time and writes the telemetry to `out`, which is replaced.

    Takes `plan.length_min` minutes divided by FACTOR, and a second or two for each start.
    """
    with tempfile.TemporaryDirectory(prefix="rca-lab-") as scratch:
        session = _Session(plan, Path(scratch))
        session.run()
        shutil.rmtree(out, ignore_errors=True)
        session.publish(out)
    return Recorded(folder=out, start=session.clock.at(session.began), commits=tuple(session.commits),
                    sent=session.load.sent, failed=session.load.failed)


class _Session:
    def __init__(self, plan: Plan, scratch: Path) -> None:
        self.plan, self.scratch = plan, scratch
        self.telemetry = scratch / "telemetry"
        (self.telemetry / "snapshots").mkdir(parents=True)
        (self.telemetry / "metrics.csv").write_text(sampling.HEADER, encoding="utf-8")
        self.port = _free_port()
        self.began = time.time()
        # the clock meets real time at the planned end, so that no recorded time lies in the future
        end = self.began + plan.length_min * 60 / FACTOR
        self.clock = LabClock(end, end, FACTOR)
        self.load = Load(self.port, plan.seed)
        self.deploys: list[dict[str, Any]] = []
        self.commits: list[dict[str, Any]] = []

    def run(self) -> None:
        """Every life of the service, one after the other."""
        repository = Repository(self.scratch / "repository")
        repository.build(self.plan.commits, self.clock.at(self.began))
        self.commits = repository.records()
        for number, (start, end_min) in enumerate(self.plan.lives()):
            sources = self.scratch / f"sources-{number}"
            repository.check_out(start.release, sources)
            time.sleep(max(0.0, self._real(start.at_min) - time.time()))
            if start.deploy:
                self.deploys.append(self._deploy(start, repository.shas[start.release]))
            with self._service(sources) as pid:
                self._live(pid, start.at_min, end_min)

    def publish(self, out: Path) -> None:
        """Copies what belongs into the bundle."""
        shutil.copytree(self.telemetry, out, ignore=shutil.ignore_patterns("*.sqlite*"))
        (out / "changes").mkdir()
        for name, records in (("commits", self.commits), ("deploys", self.deploys)):
            text = json.dumps(records, indent=1) + "\n"
            (out / "changes" / f"{name}.json").write_text(text, encoding="utf-8")

    def _live(self, pid: int, start_min: float, end_min: float) -> None:
        """Drives and samples one process until its end."""
        sampler = sampling.Sampler(self.telemetry, self.port, self.clock)
        watcher = threading.Thread(target=sampler.run, daemon=True,
                                   args=(pid, self.plan.sample_min * 60 / FACTOR, self._snapshots(start_min, end_min)))
        watcher.start()
        self.load.run(self.began, self._real(end_min))
        sampler.stop()
        watcher.join(timeout=10)

    def _snapshots(self, start_min: float, end_min: float) -> dict[str, float]:
        minutes = range(int(self.plan.snapshot_min), int(self.plan.length_min), int(self.plan.snapshot_min))
        return {f"{minute:03d}min": self._real(minute) for minute in minutes if start_min < minute < end_min}

    def _deploy(self, start: Start, sha: str) -> dict[str, Any]:
        return {"timestamp": iso(self.clock.now()), "service": SERVICE, "version": start.deploy, "commit_sha": sha}

    def _real(self, minute: float) -> float:
        """The real moment of a minute of the plan."""
        return self.began + minute * 60 / FACTOR

    @contextmanager
    def _service(self, sources: Path) -> Iterator[int]:
        """The running service; its process id. Ends it with SIGTERM."""
        clock = [repr(value) for value in (self.clock.real_s, self.clock.shown_s, self.clock.factor)]
        command = [sys.executable, "-m", "order_service", "--port", str(self.port), "--folder", str(self.telemetry),
                   "--clock", *clock]
        process = subprocess.Popen(command, cwd=sources)
        try:
            _wait_for(self.port, process)
            yield process.pid
        finally:
            process.terminate()
            process.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.time() + _STARTS_WITHIN_S
    while time.time() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"the service did not listen on port {port} within {_STARTS_WITHIN_S:g} s; "
                       f"exit status {process.poll()}")


def minute(recorded_start: datetime, at_min: float) -> str:
    """A minute of the plan as ISO 8601 text."""
    return iso(recorded_start + timedelta(minutes=at_min))
