"""`git log` in the forms that its options give it, all captured from one small repository."""

from pathlib import Path

import pandas as pd
import pytest

from rca.readers._pipeline import read

DATA = Path(__file__).parent / "data" / "git_log"
MOVE = "a3467256b44a8f6583da5da314f09e8f11507266"
MERGE = "c3409f15413422016619f4c66b2e5978a739e4dc"
KEEP = "7bb2a10dde8354852d1fd4307fa863ed878c6d4e"
NOTE = "3a997d896304e65f15931bbecaff2a61f9fb7e62"
FIRST = "a0394e44cc3533150aa331f8d5fcf14176a329fe"


def changes(name):
    found = read(DATA / name)
    assert found.problems == ()
    return found.changes.set_index("id")


def test_a_patch_keeps_message_author_files_diff_and_line():
    found = changes("patch.txt")
    assert list(found.index) == [MOVE, MERGE, KEEP, NOTE, FIRST]
    keep = found.loc[KEEP]
    assert (keep.summary, keep.author, keep.files, keep.line) == ("Keep sessions longer", "Ada L", ("session.py",), 19)
    assert keep.time == pd.Timestamp("2026-03-02T07:20:00Z")
    assert keep["diff"].splitlines()[-2:] == ["-TTL = 60", "+TTL = 0"]
    assert keep["diff"].startswith("diff --git a/session.py b/session.py\n")


def test_a_merge_names_its_first_parent_and_has_no_diff():
    merge = changes("patch.txt").loc[MERGE]
    assert merge.parent_id == "7bb2a10"
    assert merge.files == ()
    assert pd.isna(merge["diff"])


def test_quoted_and_moved_files_are_named_as_they_are_now():
    found = changes("patch.txt")
    assert found.loc[NOTE].files == ("café.txt", "d/a.py")
    assert found.loc[MOVE].files == ("e/a.py",)


@pytest.mark.parametrize("name", ["stat_fuller.txt", "name_status_unix.txt", "numstat_rfc.txt", "name_only_raw.txt"])
def test_listed_files_are_the_same_in_every_form(name):
    found = changes(name)
    assert found.loc[NOTE].files == ("café.txt", "d/a.py")
    assert found.loc[MOVE].files == ("e/a.py",)
    assert found.loc[KEEP].files == ("session.py",)
    assert found.loc[FIRST].time == pd.Timestamp("2026-03-02T07:00:00Z")


def test_the_commit_date_counts_where_both_are_given():
    assert changes("stat_fuller.txt").loc[KEEP].time == pd.Timestamp("2026-03-02T08:20:00Z")


def test_full_parents_and_a_stat_before_the_patch():
    found = changes("stat_patch_iso_parents.txt")
    assert found.loc[MERGE].parent_id == KEEP
    assert found.loc[MERGE].files == ("café.txt", "d/a.py")
    assert found.loc[KEEP].parent_id == FIRST
    assert found.loc[KEEP].files == ("session.py",)


def test_a_date_that_is_none_costs_only_the_time(tmp_path):
    file = tmp_path / "any"
    file.write_text(f"commit {KEEP}\nAuthor: A <a@b>\nDate:   3 weeks ago\n\n    x\n")
    found = read(file)
    assert found.changes.summary.tolist() == ["x"]
    assert [(problem.line, problem.text) for problem in found.problems] == [(1, "3 weeks ago")]


def test_deploys_and_flags_in_a_simple_table(tmp_path):
    file = tmp_path / "any"
    file.write_text("timestamp,service,version,commit_sha\n2026-03-02T09:00:00Z,orders,1.8.0,0b5fa3c1d2e4\n\n"
                    "2026-03-02T09:30:00Z,,,\n2026-03-02T09:40:00Z,cart,2.0.0,77aa01bcd2ef\n")
    found = read(file)
    columns = found.changes[["kind", "id", "parent_id", "line"]]
    assert list(columns.itertuples(index=False, name=None)) == [
        ("deploy", "1.8.0", "0b5fa3c1d2e4", 2), ("deploy", "2.0.0", "77aa01bcd2ef", 5)]
    assert [problem.line for problem in found.problems] == [4]
