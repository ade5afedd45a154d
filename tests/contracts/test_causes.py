"""What every cause must do, whoever wrote it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from rca.causes._cause import Link, Support
from rca.causes._monitored import Monitored
from rca.causes._ranking import rank
from rca.causes._registry import causes
from rca.logs.signature_catalogue import SIGNATURES
from rca.metric_families import FAMILIES
from rca.model import Evidence, Finding, SourceRef
from rca.services.topology import Topology

ONSET = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
CALLS = Topology((("web", "orders"), ("orders", "billing"), ("orders", "bank.example")), frozenset({"bank.example"}))
NOTHING_WATCHED = Monitored(frozenset(), frozenset())
ALL = causes()


def of(cause):
    return cause.NAME


def finding(link: Link, component: str, strength: float = 5.0) -> Finding:
    """A finding as `link` wants it."""
    measures = {key: sorted(wanted)[0] for key, wanted in link.when.items()}
    return Finding(
        kind=link.kind,
        component=component,
        strength=strength,
        statement=f"{component} shows {link.kind} {measures}.",
        onset=(ONSET, ONSET + timedelta(minutes=1)),
        measures=measures,
        evidence=(Evidence(SourceRef("x.log", 7), "seen"),),
    )


def example(cause) -> tuple[Finding, ...]:
    """The symptoms that the cause makes most often, where they stand for a fault of `orders` (or of what it calls)."""
    site = "bank.example" if cause.SITE == "outside" else "orders"
    place = {"here": site, "caller": "orders" if cause.SITE == "outside" else "web", "anywhere": "billing"}
    typical = sorted(cause.FOR, key=lambda link: -link.probability * (1.3 if link.specific else 1.0))[:4]
    return tuple(finding(link, place[link.at]) for link in typical)


def test_the_names_are_unique():
    assert len({cause.NAME for cause in ALL}) == len(ALL) >= 27


@pytest.mark.parametrize("cause", ALL, ids=of)
def test_the_name_is_that_of_the_file(cause):
    assert cause.__name__.rsplit(".", 1)[-1].replace("_", "-") == cause.NAME
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cause.NAME)


@pytest.mark.parametrize("cause", ALL, ids=of)
def test_numbers_are_in_their_ranges(cause):
    assert cause.PRIOR > 0
    assert 0 < cause.CHANGE_SHARE < 1
    assert cause.SITE in ("local", "outside")
    assert all(0 < link.probability < 1 for link in (*cause.FOR, *cause.AGAINST))


@pytest.mark.parametrize("cause", ALL, ids=of)
def test_something_tells_it_from_other_causes(cause):
    assert any(link.specific for link in cause.FOR)


@pytest.mark.parametrize("cause", ALL, ids=of)
def test_its_words_are_whole_with_and_without_support(cause):
    bare = Support(component="orders", site="orders", findings=(), change=None, impact=())
    full = Support(component="orders", site="orders", findings=example(cause), change=None, impact=("web",))
    for support in (bare, full):
        words = cause.explain(support)
        texts = (words.statement, *words.next_checks, *words.remedies, *words.prevention)
        assert words.next_checks
        assert words.remedies
        assert words.prevention
        assert all(text.strip() and not re.search(r"\{[a-z_.]+\}|None", text) for text in texts)
        assert "orders" in " ".join(texts)


@pytest.mark.parametrize("cause", ALL, ids=of)
def test_it_explains_its_own_example(cause):
    ranked = rank(example(cause), ALL, CALLS, NOTHING_WATCHED, alerted=("orders",))
    assert cause.NAME in [hypothesis.cause for hypothesis in ranked[:3]]
    mine = next(h for h in ranked if h.cause == cause.NAME)
    assert mine.component == "orders"
    assert mine.reasons_for
    assert mine.explains


@pytest.mark.parametrize("cause", ALL, ids=of)
def test_it_says_why_not_where_its_symptoms_are_missing(cause):
    """Its example, weakly seen, beside a strong symptom that it does not make: that one stays unexplained."""
    foreign = next(
        link
        for other in ALL
        if other.NAME != cause.NAME
        for link in other.FOR
        if link.specific and not any(link.kind == mine.kind and link.when == mine.when for mine in cause.FOR)
    )
    evidence = (
        *(finding(link, f.component, 1.2) for link, f in zip(cause.FOR, example(cause), strict=False)),
        finding(foreign, "orders", 6.0),
    )
    mine = [h for h in rank(evidence, ALL, CALLS, NOTHING_WATCHED) if h.cause == cause.NAME]
    assert not mine or mine[0].reasons_against
    assert not mine or mine[0].rank > 1 or mine[0].probability < 0.8


@pytest.mark.parametrize("cause", ALL, ids=of)
def test_healthy_findings_convict_nobody(cause):
    weak = tuple(finding(link, "orders", 0.3) for link in cause.FOR)
    assert all(h.probability < 0.2 for h in rank(weak, ALL, CALLS, NOTHING_WATCHED))


def test_no_findings_give_no_hypotheses():
    assert rank((), ALL, CALLS, NOTHING_WATCHED) == ()


@pytest.mark.parametrize("cause", ALL, ids=of)
def test_the_metric_families_and_signatures_it_names_exist(cause):
    families = {family.name for family in FAMILIES}
    signatures = {signature.name for signature in SIGNATURES}
    for link in (*cause.FOR, *cause.AGAINST):
        assert link.when.get("family", frozenset()) <= families
        assert link.when.get("signature", frozenset()) <= signatures
