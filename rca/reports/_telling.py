"""Cuts a report down to what is drawn, and words it: order, wording and limits stand here once."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from datetime import datetime

from rca.model import BlindSpot, Evidence, Finding, Hypothesis, Reason, Report, SourceInfo, SourceRef
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
    T_co,
    identity,
)
from rca.reports._headline import headline
from rca.reports._presentable import presentable
from rca.reports._words import began, clock, count, cut, number, odds, percent, title, window

NAME_CHARACTERS = 120
"""Names of components, kinds and changes are not longer; what is, is no name."""

CHANGES = "services.change"
"""How the kinds of findings begin that speak of what people did, not of what failed."""


def content(report: Report, detail: Detail, *, redact_secrets: bool = True) -> Content:
    """What `report` says, at most as much as `detail` allows."""
    return _Writer(presentable(report, redact_secrets=redact_secrets), detail).content()


class _Writer:
    """Cuts a presentable report down to what is drawn."""

    def __init__(self, report: Report, detail: Detail) -> None:
        self.report, self.detail = report, detail
        self.folder = _shared_folder([source.path for source in report.sources])
        self.labels = {identity(finding): f"F{i}" for i, finding in enumerate(report.findings, start=1)}
        conclusive = report.verdict != "inconclusive" and bool(report.hypotheses)
        self.root = report.hypotheses[0] if conclusive else None
        self.others = report.hypotheses[1:] if conclusive else report.hypotheses

    def content(self) -> Content:
        """The whole report."""
        report, detail = self.report, self.detail
        first = self._first_failure()
        return Content(
            headline=cut(headline(report), detail.statement_characters),
            verdict=report.verdict,
            scope=tuple(self._scope()),
            root=self._candidate(self.root) if self.root else None,
            first_failure=self._observation(first) if first else None,
            impact=self._impact(),
            alternatives=_listed([self._candidate(h) for h in self.others[: detail.alternatives]], len(self.others)),
            next_checks=self._texts(check for h in report.hypotheses for check in h.next_checks),
            timeline=self._timeline(),
            blind_spots=self._texts(_blind_spot(spot) for spot in report.blind_spots),
            problems=_listed([self._text(str(p)) for p in report.problems[: detail.problems]], len(report.problems)),
            sources=_listed([self._file(source) for source in report.sources[: detail.sources]], len(report.sources)),
            errors=self._texts(f"{error.name}: {error.error}" for error in report.errors),
            notes=self._texts(report.notes),
            findings=self._findings(),
            series=_listed(report.series[: detail.series], len(report.series)),
            incident=report.incident,
            onset=self.root.onset if self.root else None,
        )

    def _scope(self) -> Iterator[tuple[str, str]]:
        for name, span in (("incident", self.report.incident), ("baseline", self.report.baseline)):
            if span:
                yield name, window(span)
        if self.folder:
            yield "files", f"below {self._text(self.folder)}"

    def _place(self, source: SourceRef) -> str:
        """File and line; the folder that all files share is said once, in the scope."""
        return str(source).removeprefix(f"{self.folder}/") if self.folder else str(source)

    def _text(self, text: str) -> str:
        return cut(text, self.detail.statement_characters)

    def _name(self, text: str) -> str:
        return cut(text, min(NAME_CHARACTERS, self.detail.statement_characters))

    def _texts(self, texts: Iterable[str]) -> Listed[str]:
        distinct = list(dict.fromkeys(texts))
        return _listed([self._text(text) for text in distinct[: self.detail.advice]], len(distinct))

    def _quotes(self, evidence: tuple[Evidence, ...]) -> tuple[Quote, ...]:
        limit = self.detail.quote_characters
        return tuple(
            Quote(cut(self._place(e.source), limit), cut(e.text, limit)) for e in evidence[: self.detail.quotes]
        )

    def _observation(self, finding: Finding) -> Observation:
        explained = {identity(f) for f in self.root.explains} if self.root else set()
        return Observation(
            label=self.labels.get(identity(finding), ""),
            kind=self._name(finding.kind),
            component=self._name(finding.component),
            statement=self._text(finding.statement),
            began=began(finding.onset) if finding.onset else "",
            strength=odds(finding.strength),
            measures=tuple(
                (self._name(k), self._name(number(v))) for k, v in list(finding.measures.items())[: self.detail.advice]
            ),
            related=tuple(self._name(name) for name in finding.related[: self.detail.components]),
            quotes=self._quotes(finding.evidence),
            more_quotes=max(0, len(finding.evidence) - self.detail.quotes),
            explained=identity(finding) in explained,
        )

    def _argument(self, reason: Reason) -> Argument:
        finding = reason.finding
        return Argument(
            statement=self._text(reason.statement),
            odds=odds(reason.weight_nats),
            label=self.labels.get(identity(finding), "") if finding else "",
            quotes=self._quotes(finding.evidence) if finding else (),
        )

    def _arguments(self, reasons: tuple[Reason, ...]) -> tuple[Argument, ...]:
        heaviest = sorted(reasons, key=lambda reason: -abs(reason.weight_nats))[: self.detail.reasons]
        return tuple(self._argument(reason) for reason in heaviest)

    def _candidate(self, hypothesis: Hypothesis) -> Candidate:
        h, total = hypothesis, len(self.report.findings)
        return Candidate(
            rank=h.rank,
            title=title(self._name(h.cause)),
            cause=self._name(h.cause),
            component=self._name(h.component),
            probability=h.probability,
            percent=percent(h.probability),
            band=h.band,
            statement=self._text(h.statement),
            began=began(h.onset) if h.onset else "",
            change=self._name(h.change or ""),
            mechanism=self._text(h.mechanism),
            explains=f"{len(h.explains)} of {count(total, 'finding')}" if h.explains else "",
            arguments_for=self._arguments(h.reasons_for),
            arguments_against=self._arguments(h.reasons_against),
            more_for=max(0, len(h.reasons_for) - self.detail.reasons),
            more_against=max(0, len(h.reasons_against) - self.detail.reasons),
            next_checks=self._texts(h.next_checks).items,
            remedies=self._texts(h.remedies).items,
            prevention=self._texts(h.prevention).items,
            similar=self._texts(
                f"{s.incident}: {s.cause} at {s.component}, {percent(s.similarity)} alike"
                f"{f'; {s.note}' if s.note else ''}"
                for s in h.similar
            ).items,
        )

    def _first_failure(self) -> Finding | None:
        """The earliest thing seen that the first hypothesis explains; of all things, where nothing is explained."""
        explained = self.root.explains if self.root else ()
        dated = [
            f
            for f in explained or self.report.findings
            if f.onset and f.strength > 0 and not f.kind.startswith(CHANGES)
        ]
        return min(
            dated, key=lambda f: f.onset[0] + (f.onset[1] - f.onset[0]) / 2 if f.onset else datetime.max, default=None
        )

    def _impact(self) -> Listed[Affected]:
        names = self.root.impact if self.root else ()
        strongest: dict[str, Finding] = {}
        for finding in sorted(self.report.findings, key=lambda f: -f.strength):
            strongest.setdefault(finding.component, finding)
        return _listed(
            [self._affected(name, strongest.get(name)) for name in names[: self.detail.components]], len(names)
        )

    def _affected(self, name: str, finding: Finding | None) -> Affected:
        said = finding.statement.removeprefix(f"{name} ") if finding else ""
        return Affected(
            component=self._name(name),
            statement=cut(said, NAME_CHARACTERS * 2),
            quotes=self._quotes(finding.evidence)[:1] if finding else (),
        )

    def _timeline(self) -> Listed[Happening]:
        moments = sorted(self.report.timeline, key=lambda m: m.time)
        return _listed(
            [
                Happening(
                    clock(m.time),
                    self._name(m.component),
                    self._name(m.kind),
                    self._text(m.text),
                    self._text(self._place(m.source)) if m.source else "",
                )
                for m in moments[: self.detail.moments]
            ],
            len(moments),
        )

    def _file(self, source: SourceInfo) -> File:
        rows = ", ".join(f"{name} {amount:,}" for name, amount in source.rows.items())
        span = window((source.first, source.last)) if source.first and source.last else ""
        return File(
            self._text(self._place(SourceRef(source.path))),
            self._text(source.format),
            self._text(rows),
            count(source.problems, "problem") if source.problems else "",
            span,
            self._text("; ".join(source.notes)),
        )

    def _findings(self) -> Listed[Observation]:
        """The first findings, and those that a drawn reason cites."""
        drawn = (*((self.root,) if self.root else ()), *self.others[: self.detail.alternatives])
        cited = {
            identity(r.finding)
            for h in drawn
            for reasons in (h.reasons_for, h.reasons_against)
            for r in sorted(reasons, key=lambda r: -abs(r.weight_nats))[: self.detail.reasons]
            if r.finding
        }
        kept = [f for i, f in enumerate(self.report.findings) if i < self.detail.findings or identity(f) in cited]
        return _listed([self._observation(f) for f in kept], len(self.report.findings))


def _listed(items: Iterable[T_co], total: int) -> Listed[T_co]:
    first = tuple(items)
    return Listed(first, total - len(first))


def _blind_spot(spot: BlindSpot) -> str:
    return spot.statement or f"No {spot.table}: {', '.join(spot.causes)} would not show."


def _shared_folder(paths: list[str]) -> str:
    """The folder that holds all of `paths`, or "" where there is none or only the root.

    >>> _shared_folder(["in/a.log", "in/sub/b.log"]), _shared_folder(["a.log"]), _shared_folder(["/a", "b"])
    ('in', '', '')
    """
    folders = [posixpath.dirname(path.partition("!")[0]) for path in paths]
    if not folders or len({posixpath.isabs(folder) for folder in folders}) > 1:
        return ""
    return posixpath.commonpath(folders).rstrip("/")
