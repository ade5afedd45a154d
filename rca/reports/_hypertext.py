"""A report as HTML elements without any style: the body of the notebook view and of the HTML file.

It must read well with all styles stripped, as untrusted notebooks and code hosts do: every section is a heading or
`<details>`, every number is text, nothing hangs on colour or on script. Text enters only through `_t`, which
escapes it; attributes hold no telemetry at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from html import escape

from rca.model import Report, Series
from rca.reports._content import (
    Affected,
    Argument,
    Candidate,
    Content,
    Detail,
    File,
    Happening,
    Listed,
    Observation,
    Quote,
)
from rca.reports._sparkline import sparkline
from rca.reports._telling import content
from rca.reports._words import BAND_RANGES, code_spans, count, short


def fitted(
    report: Report, draw: Callable[[Content], str], *, detail: Detail, most_bytes: int, redact_secrets: bool
) -> str:
    """What `draw` makes of `report`, with as much detail as fits into `most_bytes` of UTF-8."""
    while True:
        drawn = draw(content(report, detail, redact_secrets=redact_secrets))
        if len(drawn.encode()) <= most_bytes or detail == detail.halved():
            return drawn
        detail = detail.halved()


class Hypertext:
    """Draws `c`. With `links`, reasons lead to findings by anchors, which a notebook cannot promise to be unique."""

    def __init__(self, c: Content, *, links: bool, opened: frozenset[str]) -> None:
        self._c, self._links, self._opened = c, links, opened

    def head(self, level: str) -> str:
        """The verdict and the first line."""
        c = self._c
        share = f" · {_t(c.root.percent)}" if c.root else ""
        spans = "".join(f"<div><dt>{_t(name.capitalize())}</dt><dd>{_t(span)}</dd></div>" for name, span in c.scope)
        return (
            f'<p class="verdict {c.verdict}"><strong>{_t(c.verdict.capitalize())}</strong>{share}</p>'
            f'<{level} class="headline">{_t(c.headline)}</{level}>'
            + (f'<dl class="windows">{spans}</dl>' if spans else "")
        )

    def cards(self) -> str:
        """Root cause, first failure and impact beside each other."""
        c = self._c
        root = self._root(c.root) if c.root else self._no_root()
        return f'<div class="cards">{root}{self._first_failure()}{self._impact()}</div>'

    def sections(self) -> str:
        """All further sections, each with a name and, where there is none of it, left out."""
        c, root = self._c, self._c.root
        return "".join(
            (
                self._section(
                    "Reasons for",
                    _sum(root.arguments_for, root.more_for),
                    self._arguments(root.arguments_for, root.more_for),
                )
                if root
                else "",
                self._section(
                    "Reasons against",
                    _sum(root.arguments_against, root.more_against),
                    self._arguments(root.arguments_against, root.more_against),
                )
                if root
                else "",
                self._section("Signals", len(c.series.items) + c.series.more, self._signals(c.series)),
                self._section(
                    "Alternatives" if root else "Nearest explanations",
                    len(c.alternatives.items) + c.alternatives.more,
                    self._alternatives(c.alternatives),
                ),
                self._texts("Next checks" if root else "What would settle it", c.next_checks, tag="ol"),
                self._texts("Remedies", Listed(root.remedies, 0)) if root else "",
                self._texts("Prevention", Listed(root.prevention, 0)) if root else "",
                self._texts("Seen before", Listed(root.similar, 0)) if root else "",
                self._section("Timeline", len(c.timeline.items) + c.timeline.more, self._timeline(c.timeline)),
                self._section("Findings", len(c.findings.items) + c.findings.more, self._findings(c.findings)),
                self._texts("Blind spots", c.blind_spots),
                self._texts("Notes", c.notes),
                self._section("Sources", len(c.sources.items) + c.sources.more, self._sources(c.sources)),
                self._texts("Problems", c.problems),
                self._texts("Errors", c.errors),
            )
        )

    def _section(self, name: str, amount: int, body: str) -> str:
        if not amount:
            return ""
        opened = " open" if name in self._opened else ""
        return f"<details{opened}><summary><b>{_t(name)}</b> <small>({amount:,})</small></summary>{body}</details>"

    def _texts(self, name: str, texts: Listed[str], *, tag: str = "ul") -> str:
        items = "".join(f"<li>{_advice(text)}</li>" for text in texts)
        return self._section(name, len(texts.items) + texts.more, f"<{tag}>{items}</{tag}>{_more(texts.more)}")

    def _root(self, root: Candidate) -> str:
        facts = (
            ("Where", root.component),
            ("Began", root.began),
            ("Change", root.change),
            ("How", root.mechanism),
            ("Explains", root.explains),
        )
        return (
            f'<section class="card root {root.band}"><h3>Root cause</h3><p class="what"><b>{_t(root.title)}</b> '
            f"<small>{_t(root.cause)}</small></p>{_meter(root)}<p>{_t(root.statement)}</p>{_facts(facts)}</section>"
        )

    def _no_root(self) -> str:
        return (
            '<section class="card root inconclusive"><h3>Root cause</h3><p class="what"><b>Inconclusive</b></p>'
            "<p>No known cause reaches 20 % "
            "on what was read. The nearest explanations, and what would settle it, are below.</p></section>"
        )

    def _first_failure(self) -> str:
        first = self._c.first_failure
        if first is None:
            return ""
        return (
            f'<section class="card"><h3>First failure</h3>'
            f'<p class="what"><b>{_t(first.component)}</b> {self._label(first.label)}</p>'
            f"<p>{_t(first.statement)}</p>{_facts((('Seen', first.began),))}{_quotes(first.quotes)}</section>"
        )

    def _impact(self) -> str:
        impact = self._c.impact
        if not impact:
            return ""
        return (
            f'<section class="card"><h3>Impact</h3><ul class="plain">{"".join(_affected(a) for a in impact)}</ul>'
            f"{_more(impact.more)}</section>"
        )

    def _label(self, label: str) -> str:
        if not label:
            return ""
        return f'<a class="label" href="#{label}">{label}</a>' if self._links else f'<span class="label">{label}</span>'

    def _arguments(self, arguments: Iterable[Argument], more: int) -> str:
        items = "".join(
            f'<li>{_t(a.statement)} <span class="odds">{_t(a.odds)}</span> '
            f"{self._label(a.label)}{_quotes(a.quotes)}</li>"
            for a in arguments
        )
        return f'<ul class="plain reasons">{items}</ul>{_more(more)}'

    def _alternatives(self, others: Listed[Candidate]) -> str:
        return "".join(self._alternative(other) for other in others) + _more(others.more)

    def _alternative(self, other: Candidate) -> str:
        against = self._c.against(other).capitalize()
        reasons = f"<h4>For</h4>{self._arguments(other.arguments_for, other.more_for)}" if other.arguments_for else ""
        if other.arguments_against:
            reasons += f"<h4>{_t(against)}</h4>{self._arguments(other.arguments_against, other.more_against)}"
        return (
            f'<section class="other"><p class="what">{other.rank}. <b>{_t(other.title)}</b> at '
            f"{_t(other.component)}</p>{_meter(other)}"
            f"<p>{_t(other.statement)}</p>{reasons}</section>"
        )

    def _signals(self, series: Listed[Series]) -> str:
        figures = "".join(_signal(s, sparkline(s, incident=self._c.incident, onset=self._c.onset)) for s in series)
        return f'<div class="signals">{figures}</div>{_more(series.more)}'

    def _timeline(self, timeline: Listed[Happening]) -> str:
        rows = (
            (
                (h.time.removesuffix(" UTC"), "when"),
                (h.component, ""),
                (h.kind, "kind"),
                (h.text, ""),
                (h.place, "place"),
            )
            for h in timeline
        )
        return _table(("UTC", "component", "kind", "what", "where"), rows) + _more(timeline.more)

    def _findings(self, findings: Listed[Observation]) -> str:
        return "".join(self._finding(finding) for finding in findings) + _more(findings.more)

    def _finding(self, f: Observation) -> str:
        anchor = f' id="{f.label}"' if self._links and f.label else ""
        explained = "" if f.explained or self._c.root is None else " · not explained by the root cause"
        facts = (
            ("Kind", f.kind),
            ("Began", f.began),
            ("Touches", ", ".join(f.related)),
            ("Measured", "; ".join(f"{name} = {value}" for name, value in f.measures)),
        )
        return (
            f'<section class="finding"{anchor}><p><span class="label">{f.label}</span> <b>{_t(f.component)}</b> '
            f'{_t(f.statement)} <span class="odds">{_t(f.strength)}{explained}</span></p>{_facts(facts)}'
            f"{_quotes(f.quotes)}{_more(f.more_quotes)}</section>"
        )

    def _sources(self, sources: Listed[File]) -> str:
        rows = (
            ((f.path, "place"), (f.format, ""), (f.rows, ""), (f.problems, ""), (f.span, ""), (f.notes, ""))
            for f in sources
        )
        return _table(("file", "format", "rows", "problems", "times", "notes"), rows) + _more(sources.more)


def _t(text: str) -> str:
    """`text` as HTML text. `<bdi>` keeps right-to-left words from reordering what stands around them."""
    escaped = escape(text)
    return escaped if text.isascii() else f"<bdi>{escaped}</bdi>"


def _advice(text: str) -> str:
    """`text` with its commands as code."""
    return "".join(f"<code>{_t(part)}</code>" if code else _t(part) for part, code in code_spans(text))


def _sum(items: tuple[object, ...], more: int) -> int:
    return len(items) + more


def _more(more: int) -> str:
    return f'<p class="more">… and {more:,} more</p>' if more else ""


def _meter(candidate: Candidate) -> str:
    """The probability as words, and as a bar whose width is its only style."""
    width = 0.0 if math.isnan(candidate.probability) else 100 * min(1.0, max(0.0, candidate.probability))
    return (
        f'<p class="probability"><span class="bar {candidate.band}"><span style="width:{width:.0f}%"></span></span>'
        f"<b>{_t(candidate.percent)}</b> {candidate.band} <small>({BAND_RANGES[candidate.band]})</small></p>"
    )


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    items = "".join(f"<div><dt>{name}</dt><dd>{_t(text)}</dd></div>" for name, text in facts if text)
    return f'<dl class="facts">{items}</dl>' if items else ""


def _quotes(quotes: Iterable[Quote]) -> str:
    drawn = "".join(
        f'<p class="quote"><span class="place">{_t(q.place)}</span> <code>{_t(q.text)}</code></p>' for q in quotes
    )
    return f'<div class="quotes">{drawn}</div>' if drawn else ""


def _affected(affected: Affected) -> str:
    return f"<li><b>{_t(affected.component)}</b> {_t(affected.statement)}{_quotes(affected.quotes)}</li>"


def _signal(series: Series, svg: str) -> str:
    values = [value for value in series.values if math.isfinite(value)]
    said = (
        f"{short(values[0])} to {short(values[-1])}, least {short(min(values))}, most {short(max(values))}"
        if values
        else "no finite value"
    )
    return (
        f"<figure><figcaption><b>{_t(series.component)}</b> {_t(series.metric)}</figcaption>{svg}"
        f"<p><small>{said}; {count(len(series.values), 'point')}</small></p></figure>"
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[tuple[str, str]]]) -> str:
    titles = "".join(f"<th>{name}</th>" for name in head)
    body = "".join(
        "<tr>"
        + "".join(f'<td class="{name}">{_t(text)}</td>' if name else f"<td>{_t(text)}</td>" for text, name in row)
        + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'
