"""Changes weighed against what broke."""

import pandas as pd
import pytest

from rca.incident import Case
from rca.services.change_suspects import ACQUITTED, MOST_OVERLAP, change_candidates, detect, vocabulary_of
from rca.tables import frame
from rca.telemetry import Telemetry

START = pd.Timestamp("2026-11-20T10:00:00Z")
INCIDENT = (START + pd.Timedelta(hours=2), START + pd.Timedelta(hours=3))
BASELINE = (START, INCIDENT[0])
LIMIT_GONE = "@@ orders/export.py @@\n-    rows = ledger_entries.limit(100)\n+    rows = ledger_entries.all()\n"


def at(minutes):
    return START + pd.Timedelta(minutes=minutes)


def changes(*rows):
    columns = ("time", "kind", "component", "id", "parent_id", "summary", "files", "diff")
    table = {name: [row.get(name) for row in rows] for name in columns}
    return frame("changes", {**table, "source": "changes.json", "line": list(range(1, len(rows) + 1))})


def commit(sha, minutes=30, *, files=("orders/export.py",), diff=None, summary="a change"):
    return {"time": at(minutes), "kind": "commit", "id": sha, "files": files, "diff": diff, "summary": summary}


def deploy(sha, minutes, component="orders"):
    return {"time": at(minutes), "kind": "deploy", "component": component, "id": f"d-{minutes}", "parent_id": sha}


def logs(*rows):
    times, levels, messages = zip(*rows, strict=True)
    lines = list(range(1, len(rows) + 1))
    return frame(
        "logs",
        {
            "time": list(times),
            "service": "orders",
            "level": list(levels),
            "message": list(messages),
            "source": "app.log",
            "line": lines,
        },
    )


def found(table, said=(), incident=INCIDENT):
    tables = {"changes": table, **({"logs": logs(*said)} if said else {})}
    case = Case(telemetry=Telemetry(tables), incident=incident, baseline=BASELINE if incident else None)
    return {f.measures["change"]: f for f in detect(case)}


FAILING = [(at(130 + i), "error", "ledger_entries: result of 90210 rows is too large") for i in range(5)]


def test_a_commit_and_the_deploys_that_ship_it_are_one_change():
    (one,) = change_candidates(changes(commit("abc"), deploy("abc", 60), deploy("abc", 90, "web")))
    assert (one.id, one.kind, one.component, one.deployed) == ("abc", "commit", "orders", True)
    assert one.effective == at(60)


def test_a_commit_that_nothing_shipped_acts_from_its_own_time_and_is_not_deployed():
    (one,) = change_candidates(changes(commit("abc", 30)))
    assert (one.effective, one.deployed) == (at(30), False)


def test_a_deploy_of_a_commit_without_a_record_stands_for_it():
    (one,) = change_candidates(changes(deploy("abc", 60)))
    assert (one.id, one.kind, one.component) == ("abc", "deploy", "orders")


def test_flags_are_changes_of_their_own():
    (one,) = change_candidates(
        changes({"time": at(5), "kind": "flag", "id": "new_checkout off->on", "component": "web"})
    )
    assert (one.id, one.kind, one.deployed, one.has_diff) == ("new_checkout off->on", "flag", True, False)


def test_changes_after_the_incident_are_ignored():
    assert set(found(changes(commit("before", 30), commit("after", 181)))) == {"before"}
    assert set(found(changes(commit("shipped later", 30), deploy("shipped later", 200)))) == set()


def test_changes_come_in_the_order_of_their_effect():
    assert list(found(changes(commit("late", 50), commit("early", 10)))) == ["early", "late"]


def test_a_change_that_shows_a_mechanism_and_speaks_of_what_failed_is_the_strongest():
    table = changes(
        commit("guilty", 20, diff=LIMIT_GONE, summary="export all"),
        commit("bystander", 110, files=("web/page.go",), diff="@@ web/page.go @@\n+\ttitle := banner(user)\n"),
    )
    result = found(table, FAILING)
    assert result["guilty"].strength > result["bystander"].strength + 1
    assert "result-limit-removed" in result["guilty"].measures["mechanisms"]
    assert "ledger_entries" in result["guilty"].measures["shared_words"]
    assert "nothing in it speaks of what failed" in result["bystander"].statement


def test_words_said_on_good_days_count_less():
    table = changes(commit("abc", 20, diff=LIMIT_GONE), commit("other", 25, diff="@@ x/y.go @@\n+\tzig(zag)\n"))
    calm = [(at(5), "info", "ledger_entries: result of 12 rows")]
    fresh, worn = (found(table, said)["abc"].measures["overlap_nats"] for said in (FAILING, [*calm, *FAILING]))
    assert 0 < worn < fresh < MOST_OVERLAP


def test_what_failed_before_already_tells_nothing():
    before = [(at(10 + i), "error", "ledger_entries: result of 90210 rows is too large") for i in range(5)]
    assert found(changes(commit("abc", 20, diff=LIMIT_GONE)), [*before, *FAILING])["abc"].measures["overlap_nats"] == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            commit("t", files=("orders/export_test.go",), diff="@@ orders/export_test.go @@\n-a\n+b\n"),
            "touches only test files",
        ),
        (commit("t", files=("README.md", "docs/x.rst")), "touches only doc files"),
        (commit("t", files=("web/site.css", "docs/x.md")), "touches only asset, doc files"),
        (commit("t", diff="@@ a.go @@\n-\t// was this\n+\t// is that\n"), "changes comments or layout only"),
        (commit("t", diff="@@ a.go @@\n-\tf( x )\n+\tf(x)\n"), "only moves code"),
    ],
)
def test_what_cannot_act_in_production_is_acquitted_with_the_reason(change, reason):
    (finding,) = found(changes(change)).values()
    assert finding.strength == ACQUITTED
    assert finding.measures["idle"] == reason
    assert reason in finding.statement


def test_moving_code_is_no_acquittal_where_the_order_matters():
    swap = "@@ orders/move.py @@\n-with a_lock:\n     with b_lock:\n+with a_lock:\n"
    (finding,) = found(changes(commit("abc", diff=swap))).values()
    assert finding.measures["idle"] == ""
    assert finding.measures["mechanisms"] == "locks-reordered"


def test_a_change_reaches_the_component_deployed_and_those_whose_folders_it_touches():
    table = changes(
        commit("abc", files=("services/cart/store.go", "docs/web/x.md")),
        deploy("abc", 60),
        {"time": at(1), "kind": "flag", "id": "f", "component": "cart-service"},
    )
    assert found(table)["abc"].related == ("orders", "cart-service")


def test_shared_code_reaches_everything():
    result = found(changes(commit("lib", files=("pkg/http/client.go",)), commit("own", files=("orders/x.go",))))
    assert (result["lib"].measures["everywhere"], result["own"].measures["everywhere"]) == (1, 0)


def test_new_values_are_given_as_they_reappear_in_telemetry():
    diff = "@@ orders/c.go @@\n-\tTimeout: 2 * time.Second,\n+\tTimeout: 300 * time.Millisecond,\n"
    assert found(changes(commit("abc", diff=diff)))["abc"].measures["numbers"] == "0.3 300"


def test_two_runs_say_the_same():
    table = changes(commit("b", diff=LIMIT_GONE), commit("a", diff=LIMIT_GONE), deploy("a", 60))
    assert found(table, FAILING) == found(table, FAILING)


def test_without_changes_nothing_is_found():
    assert found(changes()) == {}


def test_without_an_incident_every_change_is_weighed():
    assert set(found(changes(commit("abc", 500)), incident=None)) == {"abc"}


def test_a_vocabulary_holds_words_and_whole_names():
    assert vocabulary_of("maxConn user_id 42 of") == {"max", "conn", "maxconn", "user", "user_id"}
