"""What could not be seen."""

import pytest

from rca.causes._blind_spots import blind_spots, table_of
from rca.causes._registry import causes
from rca.tables import TABLES, frame
from rca.telemetry import Telemetry


def spots(**tables):
    return {spot.table: spot for spot in blind_spots(Telemetry(tables), causes())}


def test_without_telemetry_every_table_that_matters_is_named():
    found = spots()
    assert {"logs", "metrics"} <= set(found)
    assert all(spot.causes == tuple(sorted(spot.causes)) and spot.causes for spot in found.values())


def test_a_table_that_was_given_is_no_blind_spot():
    logs = frame("logs", {"message": ["x"], "source": "a", "line": [1]})
    assert "logs" not in spots(logs=logs)


def test_the_statement_names_the_first_causes_and_counts_the_rest():
    spot = spots()["logs"]
    assert spot.statement.startswith("No logs were given: they would show ")
    assert f"and {len(spot.causes) - 6} more causes" in spot.statement


def test_tables_come_in_the_order_of_their_names():
    assert list(spots()) == sorted(spots())


@pytest.mark.parametrize("kind", sorted({link.kind for cause in causes() for link in cause.FOR}))
def test_every_kind_that_a_cause_knows_comes_from_a_table_or_from_none_at_all(kind):
    table = table_of(kind)
    assert table is None or table in TABLES
