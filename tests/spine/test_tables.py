import numpy as np
import pandas as pd
import pytest

from rca import tables


@pytest.mark.parametrize("table", tables.TABLES)
def test_an_empty_table_has_all_columns_with_their_dtypes(table):
    frame = tables.empty(table)
    assert list(frame.columns) == list(tables.names(table))
    assert [str(dtype) for dtype in frame.dtypes] == [column.dtype for column in tables.TABLES[table]]


@pytest.mark.parametrize("table", tables.TABLES)
def test_every_table_ends_with_its_place_in_the_file(table):
    assert tables.names(table)[-2:] == ("source", "line")


def test_a_column_that_the_table_does_not_have_is_refused_by_name():
    with pytest.raises(ValueError, match=r"no column \['color'\]"):
        tables.frame("logs", {"color": ["red"]})


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="has 1 rows, others have 2"):
        tables.frame("logs", {"message": ["a", "b"], "level": ["info"]})


def test_what_is_not_given_is_missing_in_every_row():
    frame = tables.frame("metrics", {"value": [1.5, 2.5], "line": [1, 2], "source": "m.csv"})
    assert frame["component"].isna().all()
    assert frame["labels"].tolist() == [None, None]
    assert frame["source"].tolist() == ["m.csv", "m.csv"]


def test_times_with_another_zone_become_utc_nanoseconds():
    frame = tables.frame("logs", {"time": [pd.Timestamp("2026-01-01T12:00:00+02:00")], "line": [1]})
    assert frame.loc[0, "time"] == pd.Timestamp("2026-01-01T10:00:00Z")
    assert str(frame["time"].dtype) == tables.TIME


def test_tuples_of_one_length_stay_tuples():
    frame = tables.frame("stacks", {"frames": [("a", "b"), ("c", "d")], "line": [1, 2]})
    assert frame["frames"].tolist() == [("a", "b"), ("c", "d")]


def test_none_among_numbers_is_nan():
    frame = tables.frame("metrics", {"value": [None, 3], "line": [1, 2]})
    assert np.isnan(frame.loc[0, "value"])


def test_concatenation_keeps_dtypes_also_with_nothing_to_concatenate():
    assert [str(d) for d in tables.concat("gc", []).dtypes] == [c.dtype for c in tables.TABLES["gc"]]
    part = tables.frame("gc", {"before_bytes": [5], "line": [1]})
    both = tables.concat("gc", [part, tables.empty("gc"), part])
    assert both["before_bytes"].tolist() == [5, 5]
    assert str(both["before_bytes"].dtype) == "Int64"


def test_conforming_drops_foreign_columns_and_fills_missing_ones():
    frame = tables.conform("stacks", pd.DataFrame({"stack_id": ["s"], "extra": [1]}))
    assert list(frame.columns) == list(tables.names("stacks"))
