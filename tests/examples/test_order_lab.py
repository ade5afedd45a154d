"""The lab's order service: its commits apply, every release works, and exactly one of them brings the leak."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

LAB = Path(__file__).parents[2] / "examples" / "lab"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)

PLACE_ORDERS = """
import gc, json, objgraph, pathlib, sys, tempfile
from order_service import __version__
from order_service.orders import InvalidOrderError, OrderDesk
from order_service.store import OrderStore

with tempfile.TemporaryDirectory() as folder:
    store = OrderStore(pathlib.Path(folder) / "orders.sqlite")
    desk = OrderDesk(store)
    request = {"customer": "c-1", "lines": [{"sku": "sku-007", "quantity": 12}]}
    ids = [desk.place(json.loads(json.dumps(request))).order_id for _ in range(50)]
    try:
        desk.place({"customer": "c-1", "lines": [{"sku": "sku-999", "quantity": 1}]})
        refused = False
    except InvalidOrderError:
        refused = True
    gc.collect()
    kept = objgraph.count("Order")
    total = desk.find(ids[0])["total_cents"]
    print(json.dumps({"version": __version__, "total": total, "kept": kept, "refused": refused}))
    store.close()
"""


@pytest.fixture(scope="module")
def lab():
    """The lab's own packages, importable for this module only."""
    sys.path.insert(0, str(LAB))
    yield
    sys.path.remove(str(LAB))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("recording", "order_service")]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def repository(lab, tmp_path_factory):
    from recording.plan import ORDER_LEAK
    from recording.releases import Repository
    built = Repository(tmp_path_factory.mktemp("repository"))
    built.build(ORDER_LEAK.commits, START)
    return built


def run(repository, release, tmp_path):
    sources = tmp_path / "sources"
    repository.check_out(release, sources)
    done = subprocess.run([sys.executable, "-c", PLACE_ORDERS], cwd=sources, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(("release", "version"), [(0, "2.3.0"), (2, "2.3.2")])
def test_a_release_before_the_leak_keeps_no_order_in_memory(repository, tmp_path, release, version):
    seen = run(repository, release, tmp_path)
    assert seen == {"version": version, "total": seen["total"], "kept": 0, "refused": True}


@pytest.mark.parametrize(("release", "version"), [(3, "2.4.0"), (5, "2.4.1")])
def test_from_the_guilty_commit_on_every_order_stays_in_memory(repository, tmp_path, release, version):
    seen = run(repository, release, tmp_path)
    assert seen == {"version": version, "total": seen["total"], "kept": 50, "refused": True}


def test_the_records_of_commits_carry_real_diffs_and_the_times_of_the_story(repository):
    records = repository.records()
    assert records[0]["timestamp"] == "2026-03-02T08:12:00.000Z"
    assert [len(record["sha"]) for record in records] == [40] * 5
    assert records[2]["author"] == "Mira Sand"
    assert "+        self.history.record(request, order)" in records[2]["diff"]
    assert records[3]["files_changed"] == ["order_service/README.md"]
    assert all(record["parents"] == [parent["sha"]] for parent, record in pairwise(records))


def test_the_lab_clock_stretches_time(lab):
    from order_service.clock import LabClock, iso
    clock = LabClock(1_000.0, START.timestamp(), 60.0)
    assert iso(clock.at(1_001.5)) == "2026-03-02T08:01:30.000Z"


def test_a_plan_divides_the_recording_into_lives(lab):
    from recording.plan import ORDER_LEAK
    lives = list(ORDER_LEAK.lives())
    assert [end for _, end in lives] == [*[start.at_min for start, _ in lives[1:]], ORDER_LEAK.length_min]
