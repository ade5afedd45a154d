import pandas as pd
import pytest

from rca.incident import Case
from rca.tables import TABLES, frame
from rca.telemetry import Telemetry, moment


def logs(*times):
    return frame(
        "logs",
        {
            "time": [pd.Timestamp(t) for t in times],
            "message": [f"at {t}" for t in times],
            "line": list(range(1, len(times) + 1)),
            "source": "a.log",
        },
    )


def test_every_table_is_an_attribute_also_when_nothing_filled_it():
    telemetry = Telemetry({})
    assert all(getattr(telemetry, name).empty for name in TABLES)


def test_a_table_that_does_not_exist_is_refused_with_the_names_that_do():
    with pytest.raises(ValueError, match="no such table: lgos"):
        Telemetry({"lgos": logs()})
    with pytest.raises(AttributeError, match="has no table 'lgos'"):
        _ = Telemetry({}).lgos


def test_filled_tables_are_listed_in_the_order_of_the_contract():
    telemetry = Telemetry(
        {"metrics": frame("metrics", {"value": [1.0], "line": [1]}), "logs": logs("2026-01-01T00:00Z")}
    )
    assert telemetry.filled() == ("logs", "metrics")


def test_a_replaced_table_leaves_the_original_alone():
    before = Telemetry({"logs": logs("2026-01-01T00:00Z")})
    after = before.replaced(logs=logs("2026-01-01T00:00Z", "2026-01-01T00:01Z"))
    assert (len(before.logs), len(after.logs)) == (1, 2)


def test_windows_are_half_open():
    case = Case(telemetry=Telemetry({"logs": logs("2026-01-01T00:00Z", "2026-01-01T00:01Z", "2026-01-01T00:02Z")}))
    window = (pd.Timestamp("2026-01-01T00:00Z"), pd.Timestamp("2026-01-01T00:02Z"))
    assert case.during("logs", window)["line"].tolist() == [1, 2]
    assert case.during("logs", None).empty


def test_the_target_may_name_a_metric():
    assert Case(telemetry=Telemetry({}), target=("shop", "latency")).target_component == "shop"
    assert Case(telemetry=Telemetry({}), target="shop").target_component == "shop"


def test_a_moment_is_an_aware_datetime_in_utc():
    assert moment("2026-01-01T02:00:00+02:00").isoformat() == "2026-01-01T00:00:00+00:00"
    assert moment(pd.Timestamp("2026-01-01")).isoformat() == "2026-01-01T00:00:00+00:00"
