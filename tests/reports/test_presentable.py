"""What hostile text becomes before it is drawn."""

import re

import factory
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rca.reports._content import identity
from rca.reports._presentable import presentable, redacted, visible


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\x1bZ", r"a\x1bZ"),
        ("txt\u202egpj.exe", r"txt\u202egpj.exe"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\ud800", r"\ud800"),
        ("السلام عليكم", "السلام عليكم"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("one\r\ntwo\rthree\tfour", "one\ntwo\nthree\tfour"),
    ],
)
def test_codes_vanish_and_what_cannot_be_seen_is_spelled_out(before, after):
    assert visible(before) == after


@given(st.text())
def test_visible_text_stays_as_it_is(text):
    assert visible(visible(text)) == visible(text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", visible(text))


def test_findings_and_what_hypotheses_cite_stay_the_same_findings():
    report = presentable(factory.rich())
    known = {identity(finding) for finding in report.findings}
    assert all(identity(finding) in known for h in report.hypotheses for finding in h.explains)


def test_a_report_without_secrets_is_not_changed():
    report = redacted(factory.inconclusive())
    assert report == factory.inconclusive()
