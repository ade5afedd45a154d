"""The first line of a report: one sentence with quantity, place and since when."""

from __future__ import annotations

import re

from rca.model import Hypothesis, Report
from rca.reports._words import count, cut, one_line, percent, since, title

NAME_CHARACTERS = 80
"""A component's name takes no more of the first line."""


def headline(report: Report) -> str:
    """One sentence: what, how sure, where, since when and how much; or why there is no answer."""
    if report.hypotheses and report.verdict != "inconclusive":
        return _conclusive(report.hypotheses[0])
    if report.findings:
        return _inconclusive(report)
    if not report.sources:
        return "Inconclusive: there was nothing to look at."
    rows = sum(sum(source.rows.values()) for source in report.sources)
    read = f"{count(len(report.sources), 'file')} with {count(rows, 'row')}"
    return f"Inconclusive: nothing departs from the baseline in {read}."


def _conclusive(first: Hypothesis) -> str:
    when = f" {since(first.onset)}" if first.onset else ""
    who = f"{title(first.cause)} at {cut(first.component, NAME_CHARACTERS)}"
    return f"{who}{when} ({first.band}, {percent(first.probability)}): {_telling(first.statement)}"


def _telling(statement: str) -> str:
    """The first sentence of `statement` that has a number in it; the first one where none has.

    >>> _telling("orders leaks. It grew by 178 MB in 57 min. Nothing is freed.")
    'It grew by 178 MB in 57 min.'
    """
    sentences = re.split(r"(?<=[.!?])\s+", one_line(statement))
    return next((sentence for sentence in sentences if re.search(r"\b\d", sentence)), sentences[0])


def _inconclusive(report: Report) -> str:
    onsets = [finding.onset for finding in report.findings if finding.onset]
    when = f" {since(min(onsets))}" if onsets else ""
    places = len({finding.component for finding in report.findings})
    seen = f"{count(len(report.findings), 'finding')} at {count(places, 'component')}{when}"
    text = f"Inconclusive: {seen}, and no cause reaches 20 %"
    if not report.hypotheses:
        return f"{text}."
    nearest = report.hypotheses[0]
    where = cut(nearest.component, NAME_CHARACTERS)
    return f"{text}; the nearest is {nearest.cause} at {where} ({percent(nearest.probability)})."
