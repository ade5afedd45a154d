"""Commits, deploys and flags as JSON, in the forms that tools and teams keep them."""

import json

import pytest

from rca.readers._pipeline import read


@pytest.fixture
def changes(tmp_path):
    def of(value):
        file = tmp_path / "any"
        file.write_text(value if isinstance(value, str) else json.dumps(value))
        return read(file)
    return of


SHA, PARENT = "0b5fa3c1d2e4f6a7b8c9d0e1f2a3b4c5d6e7f8a9", "1" * 40


def test_a_commit_keeps_id_first_line_files_and_diff(changes):
    row = changes([{"sha": SHA, "author": "ada", "timestamp": "2026-03-02T08:00:00Z", "message": "Keep longer\n\nWhy.",
                    "files_changed": ["a.py", "b.py"], "diff": "-1\n+2"}]).changes.iloc[0]
    assert (row.kind, row.id, row.summary, row.files, row["diff"], row.author) == (
        "commit", SHA, "Keep longer", ("a.py", "b.py"), "-1\n+2", "ada")
    assert row.time.isoformat() == "2026-03-02T08:00:00+00:00"


def test_a_commit_without_a_diff_is_a_row(changes):
    row = changes([{"sha": SHA, "author": "ada", "timestamp": 1772445720, "message": "x", "files_changed": [],
                    "diff": None}]).changes.iloc[0]
    assert row.files == ()
    assert row.isna()["diff"]


def test_a_commit_of_the_github_api_brings_author_parents_and_patches(changes):
    author = {"name": "ada", "date": "2026-03-02T08:00:00Z"}
    files = [{"filename": "a.py", "patch": "@@ -1 +1 @@\n-x\n+y"}]
    row = changes([{"sha": SHA, "commit": {"message": "Fix it\nmore", "author": author}, "parents": [{"sha": PARENT}],
                    "files": files}]).changes.iloc[0]
    assert (row.id, row.parent_id, row.author, row.files) == (SHA, PARENT, "ada", ("a.py",))
    assert row["diff"] == "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x\n+y"
    assert row.time.hour == 8


def test_a_commit_of_the_gitlab_api_is_read(changes):
    row = changes([{"id": SHA, "short_id": SHA[:8], "title": "Fix", "message": "Fix\n", "author_name": "ada",
                    "committed_date": "2026-03-02T10:00:00+02:00", "parent_ids": [PARENT]}]).changes.iloc[0]
    assert (row.kind, row.id, row.parent_id, row.time.hour) == ("commit", SHA, PARENT, 8)


def test_a_deploy_is_named_by_its_version_and_points_to_its_commit(changes):
    row = changes([{"timestamp": "2026-03-02T09:00:00Z", "service": "orders", "commit_sha": SHA,
                    "version": "1.8"}]).changes.iloc[0]
    assert (row.kind, row.component, row.id, row.parent_id, row.files) == ("deploy", "orders", "1.8", SHA, ())


def test_a_deploy_without_a_version_is_named_by_its_commit(changes):
    row = changes([{"deployedAt": "2026-03-02T09:00:00Z", "app": "orders", "gitSha": SHA}]).changes.iloc[0]
    assert (row.kind, row.component, row.id, row.parent_id) == ("deploy", "orders", SHA, SHA)


def test_a_helm_history_is_deploys_of_the_chart(changes):
    found = changes([{"revision": 1, "updated": "2026-03-02T09:00:00.1Z", "status": "superseded",
                      "chart": "orders-1.2.0", "app_version": "1.7", "description": "Install complete"},
                     {"revision": 2, "updated": "2026-03-02T10:00:00.1Z", "status": "deployed",
                      "chart": "orders-1.2.0", "app_version": "1.8", "description": "Upgrade complete"}]).changes
    assert list(found.id) == ["1.7", "1.8"]
    assert list(found.summary) == ["Install complete", "Upgrade complete"]


def test_a_flag_says_what_it_was_switched_to_and_by_whom(changes):
    found = changes([{"timestamp": "2026-03-02T09:00:00Z", "flag": "f", "service": "s", "change": "off->on",
                      "actor": "bob"},
                     {"timestamp": "2026-03-02T09:01:00Z", "flag": "g", "old_value": False, "new_value": True},
                     {"timestamp": "2026-03-02T09:02:00Z", "feature": "h", "enabled": False}]).changes
    assert list(found.kind) == ["flag"] * 3
    assert list(found.id) == ["f", "g", "h"]
    assert list(found.summary) == ["off->on", "off->on", "off"]
    assert found.author[0] == "bob"


def test_a_mixed_history_keeps_every_kind_and_line(changes):
    found = changes('{"changes": [\n{"type": "migration", "time": "2026-03-02T09:00:00Z", "id": "0042", "app": "db"},\n'
                    f'{{"sha": "{SHA}", "message": "m", "author": "a", "date": "2026-03-02T08:00:00Z"}},\n'
                    '{"kind": "config", "time": "2026-03-02T09:00:00Z", "key": "max", "from": 20, "to": 5}]}').changes
    assert list(found.kind) == ["migration", "commit", "config"]
    assert list(found.line) == [2, 3, 4]
    assert found.summary[2] == "20->5"


def test_a_record_that_is_no_change_is_a_problem_with_its_line(changes):
    found = changes('{"time": 1772445720, "flag": "a", "change": "on"}\n{"hello": 1}\n'
                    '{"time": 1772445720, "flag": "b", "change": "on"}')
    assert len(found.changes) == 2
    assert [(problem.line, "hello" in problem.reason) for problem in found.problems] == [(2, True)]


def test_a_time_that_is_none_costs_only_the_time(changes):
    found = changes('[{"time": "yesterday", "flag": "a", "change": "on"},\n'
                    ' {"time": 1772445720, "flag": "b", "change": "on"}]')
    assert found.changes.time.isna().tolist() == [True, False]
    assert [(problem.line, problem.text) for problem in found.problems] == [(1, "yesterday")]


def test_log_lines_that_name_a_version_are_no_deploys(changes):
    line = {"timestamp": "2026-03-02T09:00:00Z", "level": "info", "service": "orders", "version": "1.8",
            "message": "started"}
    assert changes("\n".join([json.dumps(line)] * 3)).changes.empty
