"""What every detector must do, whoever wrote it."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from rca import tables
from rca.diagnosis import detectors
from rca.incident import Case
from rca.model import STRENGTH_LIMIT, Finding
from rca.telemetry import Telemetry

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
INCIDENT = (START + timedelta(minutes=60), START + timedelta(minutes=80))
BASELINE = (START, START + timedelta(minutes=60))
ALL = detectors()


def of(detector):
    return detector.__name__


def minutes(count):
    return [pd.Timestamp(START) + pd.Timedelta(minutes=i) for i in range(count)]


def place(count):
    return {"source": "made.log", "line": list(range(1, count + 1))}


def shop() -> Telemetry:
    """80 minutes of a shop whose cart begins to fail, to fill its memory and to be slow after an hour."""
    rng, n = np.random.default_rng(7), 80
    bad = np.arange(n) >= 60
    metrics = [
        ("cart", "http_5xx_ratio", np.where(bad, 0.4, 0.002) + rng.normal(0, 0.001, n)),
        ("cart", "container_memory_rss_mb", 200 + np.maximum(np.arange(n) - 20, 0) * 4.0 + rng.normal(0, 1, n)),
        ("web", "http_server_duration_p99_ms", np.where(bad, 900, 80) + rng.normal(0, 5, n)),
        ("web", "requests_per_sec", 100 + rng.normal(0, 3, n)),
    ]
    return Telemetry(
        {
            "metrics": tables.concat(
                "metrics",
                [
                    tables.frame(
                        "metrics",
                        {"time": minutes(n), "component": name, "metric": metric, "value": values, **place(n)},
                    )
                    for name, metric, values in metrics
                ],
            ),
            "logs": tables.frame(
                "logs",
                {
                    "time": minutes(n),
                    "service": "cart",
                    "level": ["error" if b else "info" for b in bad],
                    "message": ["upstream stock returned 503" if b else f"served order {i}" for i, b in enumerate(bad)],
                    **place(n),
                },
            ),
            "spans": tables.frame(
                "spans",
                {
                    "trace_id": [f"t{i // 2}" for i in range(n)],
                    "span_id": [f"s{i}" for i in range(n)],
                    "parent_id": [None if i % 2 == 0 else f"s{i - 1}" for i in range(n)],
                    "service": ["web" if i % 2 == 0 else "cart" for i in range(n)],
                    "name": "get",
                    "kind": ["client" if i % 2 == 0 else "server" for i in range(n)],
                    "start": minutes(n),
                    "duration_ms": np.where(bad, 900.0, 80.0),
                    "status": ["error" if b else "ok" for b in bad],
                    **place(n),
                },
            ),
            "changes": tables.frame(
                "changes",
                {
                    "time": [pd.Timestamp(START) + pd.Timedelta(minutes=m) for m in (18, 19, 58)],
                    "kind": ["commit", "deploy", "flag"],
                    "component": [None, "cart", "web"],
                    "id": ["c0ffee1", "v2", "new_ui"],
                    "parent_id": [None, "c0ffee1", None],
                    "summary": ["keep orders", None, "off->on"],
                    "files": [("cart/store.py",), None, None],
                    "diff": ["@@ cart/store.py @@\n+HISTORY = []\n+    HISTORY.append(order)\n", None, None],
                    **place(3),
                },
            ),
            "alerts": tables.frame(
                "alerts",
                {
                    "time": [pd.Timestamp(INCIDENT[0])],
                    "component": ["cart"],
                    "metric": ["http_5xx_ratio"],
                    "summary": ["cart fails"],
                    **place(1),
                },
            ),
            "events": tables.frame(
                "events",
                {
                    "time": [pd.Timestamp(INCIDENT[0])],
                    "component": ["bank"],
                    "kind": ["provider"],
                    "reason": ["degraded"],
                    "message": ["slow"],
                    **place(1),
                },
            ),
        }
    )


def case(telemetry: Telemetry) -> Case:
    return Case(telemetry=telemetry, incident=INCIDENT, baseline=BASELINE)


def damaged(telemetry: Telemetry, damage) -> Telemetry:
    return telemetry.replaced(**{name: damage(telemetry.table(name)) for name in telemetry.filled()})


def without_values(frame: pd.DataFrame) -> pd.DataFrame:
    keep = {"source", "line"}
    return pd.DataFrame(
        {
            c: frame[c] if c in keep else pd.Series([None] * len(frame), index=frame.index).astype(frame[c].dtype)
            for c in frame
        }
    )


@pytest.mark.parametrize("detector", ALL, ids=of)
def test_its_docstring_has_a_symptom_a_reason_and_a_limit(detector):
    text = " ".join((detector.__doc__ or "").split())
    assert "Symptom:" in text
    assert "Why it happens:" in text
    assert re.search(r"Cannot see:|What it cannot see:", text)


@pytest.mark.parametrize("detector", ALL, ids=of)
def test_its_tables_and_kinds_are_known(detector):
    assert set(detector.NEEDS) <= set(tables.TABLES)
    assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+(-[a-z0-9]+)*", detector.KIND)


@pytest.mark.parametrize("detector", ALL, ids=of)
def test_its_findings_are_whole(detector):
    kinds = {value for name, value in vars(detector).items() if name.isupper() and isinstance(value, str)}
    for finding in detector.detect(case(shop())):
        assert isinstance(finding, Finding)
        assert finding.kind in kinds
        assert abs(finding.strength) <= STRENGTH_LIMIT
        assert finding.statement.strip()
        assert finding.evidence
        assert all(piece.source.path and piece.source.line is not None for piece in finding.evidence)
        assert finding.onset is None or finding.onset[0] <= finding.onset[1]


@pytest.mark.parametrize("detector", ALL, ids=of)
def test_it_is_deterministic_and_changes_no_table(detector):
    telemetry = shop()
    before = {name: telemetry.table(name).copy(deep=True) for name in telemetry.filled()}
    first = list(detector.detect(case(telemetry)))
    assert first == list(detector.detect(case(shop())))
    for name, frame in before.items():
        pd.testing.assert_frame_equal(telemetry.table(name), frame)


@pytest.mark.parametrize("detector", ALL, ids=of)
@pytest.mark.parametrize(
    "damage", [lambda f: f.iloc[:0], lambda f: f.iloc[:1], without_values], ids=["empty", "one row", "no values"]
)
def test_it_survives_poor_tables(detector, damage):
    list(detector.detect(case(damaged(shop(), damage))))


@pytest.mark.parametrize("detector", ALL, ids=of)
def test_unsorted_rows_give_the_same_findings(detector):
    shuffled = damaged(shop(), lambda f: f.sample(frac=1.0, random_state=3).reset_index(drop=True))

    def told(telemetry):
        return sorted((f.kind, f.component, round(f.strength, 6)) for f in detector.detect(case(telemetry)))

    assert told(shuffled) == told(shop())


@pytest.mark.parametrize("detector", ALL, ids=of)
def test_it_runs_without_windows(detector):
    list(detector.detect(Case(telemetry=shop())))
