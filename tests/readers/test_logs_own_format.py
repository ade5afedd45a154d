"""Formats that users define."""

import pytest

from rca.readers._open import Source
from rca.readers._own_format import FormatError, load, text_format

STEPS = [r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?P<level>[A-Z]) ", r"\[(?P<thread>[^\]]*)\] "]
LINE = "2026-11-20 10:00:00 N [w-1] started"
TOML = f"""
name = "shop"
steps = ['{STEPS[0]}', '{STEPS[1]}']
levels = {{N = "info"}}

[[samples]]
line = "{LINE}"
time = "2026-11-20T10:00:00Z"
level = "info"
thread = "w-1"
message = "started"
"""


def test_a_definition_in_a_file_reads_its_lines(tmp_path):
    (tmp_path / "shop.toml").write_text(TOML)
    (tmp_path / "shop.log").write_text(f"{LINE}\n  more\n")
    [batch] = load(tmp_path / "shop.toml").read(Source("shop.log", tmp_path / "shop.log"))
    assert batch.rows[["level", "thread", "message", "line"]].to_numpy().tolist() == [
        ["info", "w-1", "started\n  more", 1]
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"info"\nthread', '"error"\nthread'), "expected level 'error', got 'info'"),
        (('"2026-11-20 10:00:00 N', '"late: 2026-11-20 10:00:00 N'), "fits no beginning"),
        (("[A-Z]) ", "[A-Z) "), "step 1"),
        (("[A-Z]) ", "(?=[A-Z])) "), "step 1"),
        (('name = "shop"', 'title = "shop"'), "missing ['name']"),
        (("thread = ", "thraed = "), "['thraed']"),
        (("levels", "levels["), "shop.toml"),
    ],
)
def test_a_wrong_definition_says_what_is_wrong(change, said, tmp_path):
    (tmp_path / "shop.toml").write_text(TOML.replace(*change))
    with pytest.raises(FormatError) as raised:
        load(tmp_path / "shop.toml")
    assert said in str(raised.value)


def test_a_definition_without_samples_is_refused():
    with pytest.raises(FormatError, match="one sample"):
        text_format("shop", STEPS, samples=[])
