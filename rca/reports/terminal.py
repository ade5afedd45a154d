"""A report as text for a terminal: words, blanks and, where the terminal can show it, colour."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from rca.model import Band, Report
from rca.reports._content import (
    Affected,
    Argument,
    Candidate,
    Content,
    Detail,
    File,
    Listed,
    Observation,
    Quote,
)
from rca.reports._telling import content

DETAIL = Detail(
    alternatives=4,
    reasons=5,
    findings=12,
    quotes=1,
    moments=25,
    advice=6,
    components=8,
    problems=8,
    sources=12,
    series=0,
    quote_characters=200,
    statement_characters=400,
)
"""About three screens: the rest is in the HTML and JSON forms."""

NARROWEST = 40
"""Columns. Below this the indents would leave no room for words."""

_BAND_STYLES: dict[Band, str] = {
    "likely": "bold red",
    "probable": "bold yellow",
    "possible": "yellow",
    "inconclusive": "dim",
}


def render(report: Report, *, width: int = 100, colour: bool = False, redact_secrets: bool = True) -> str:
    """`report` as text, at most `width` columns wide where words allow; long paths are never broken.

    Without `colour` the text holds no escape sequences. The environment (`COLUMNS`, `NO_COLOR`, `TERM`) plays no part.
    """
    drawing = _Drawing(max(width, NARROWEST), colour=colour)
    drawing.report(content(report, DETAIL, redact_secrets=redact_secrets))
    return drawing.text()


class _Drawing:
    """Lines that were drawn so far."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self._width = width
        self._console = Console(
            file=io.StringIO(),
            width=width,
            force_terminal=colour,
            color_system="standard" if colour else None,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
            legacy_windows=False,
            _environ={},
        )

    def text(self) -> str:
        """All lines, without blanks at their ends."""
        drawn = self._console.file
        assert isinstance(drawn, io.StringIO)
        return "\n".join(line.rstrip() for line in drawn.getvalue().splitlines()) + "\n"

    def report(self, c: Content) -> None:
        """The sections in the order in which they are read."""
        self.line(c.headline, style=_BAND_STYLES[c.verdict] if c.verdict != "inconclusive" else "bold")
        self.line()
        for name, span in c.scope:
            self.line(span, lead=f"{name.capitalize():9} ", style="dim")
        if c.root:
            self.root(c.root)
        self.first_failure(c.first_failure)
        self.impact(c.impact)
        self.reasons(c.root)
        self.alternatives(c)
        self.bullets("Next checks" if c.root else "What would settle it", c.next_checks, numbered=True)
        if c.root:
            self.bullets("Remedies", Listed(c.root.remedies, 0))
            self.bullets("Prevention", Listed(c.root.prevention, 0))
            self.bullets("Seen before", Listed(c.root.similar, 0))
        self.timeline(c)
        self.findings(c)
        self.bullets("Blind spots", c.blind_spots)
        self.bullets("Notes", c.notes)
        self.bullets("Problems", c.problems)
        self.sources(c.sources)
        self.bullets("Errors", c.errors)

    def line(self, text: str = "", *, indent: int = 0, lead: str = "", style: str = "", lead_style: str = "") -> None:
        """A paragraph behind `lead`; its further lines stand below its first word."""
        first = Text(" " * indent).append(lead, style=lead_style)
        rest = first.cell_len if first.cell_len <= self._width // 4 else indent + 4
        for line in _wrapped(text, self._width - first.cell_len, self._width - rest):
            self._console.print(first + Text(line, style=style), soft_wrap=True)
            first = Text(" " * rest)

    def heading(self, name: str) -> None:
        """The name of a section after an empty line."""
        self.line()
        self.line(name.upper(), style="bold cyan")

    def more(self, listed: Listed[object], indent: int = 2) -> None:
        """How many items are not shown."""
        if listed.more:
            self.line(f"... and {listed.more:,} more", indent=indent, style="dim")

    def quotes(self, quotes: Iterable[Quote], indent: int) -> None:
        """Places and what stands there."""
        for quote in quotes:
            self.line(quote.text, indent=indent, lead=f"{quote.place}  ", style="dim", lead_style="blue")

    def bullets(self, name: str, texts: Listed[str], *, numbered: bool = False) -> None:
        """A section of short texts, where there are any."""
        if not texts:
            return
        self.heading(name)
        for i, text in enumerate(texts, start=1):
            self.line(text, indent=2, lead=f"{i}. " if numbered else "- ")
        self.more(texts)

    def root(self, root: Candidate) -> None:
        """What is wrong, how sure that is, where and since when."""
        self.heading("Root cause")
        self.line(
            f"{root.cause} at {root.component}: {root.percent}, {root.band}", indent=2, style=_BAND_STYLES[root.band]
        )
        self.line(root.statement, indent=2)
        for name, text in (
            ("Began", root.began),
            ("Change", root.change),
            ("How", root.mechanism),
            ("Explains", root.explains),
        ):
            if text:
                self.line(text, indent=2, lead=f"{name:9}", lead_style="dim")

    def first_failure(self, first: Observation | None) -> None:
        """The first thing that could be seen."""
        if first:
            self.heading("First failure")
            self.line(f"{first.began}, {first.component}", indent=2)
            self.line(first.statement, indent=2)
            self.quotes(first.quotes, indent=4)

    def impact(self, impact: Listed[Affected]) -> None:
        """Who else suffers."""
        if impact:
            self.heading("Impact")
        for affected in impact:
            self.line(
                affected.statement,
                indent=2,
                lead=f"{affected.component}{': ' if affected.statement else ''}",
                lead_style="bold",
            )
            self.quotes(affected.quotes, indent=4)
        self.more(impact)

    def reasons(self, root: Candidate | None) -> None:
        """Why the first hypothesis is believed, and what speaks against it."""
        if root is None:
            return
        self.heading("Reasons for")
        self.arguments("+", root.arguments_for, root.more_for, "green")
        self.heading("Reasons against")
        self.arguments("-", root.arguments_against, root.more_against, "red")

    def arguments(self, sign: str, arguments: tuple[Argument, ...], more: int, style: str) -> None:
        """Reasons, the heaviest first, each with what was seen and where."""
        for argument in arguments:
            label = f", {argument.label}" if argument.label else ""
            self.line(f"{argument.statement} ({argument.odds}{label})", indent=2, lead=f"{sign} ", lead_style=style)
            self.quotes(argument.quotes, indent=4)
        self.more(Listed(arguments, more))
        if not arguments:
            self.line("none", indent=2, style="dim")

    def short_arguments(self, sign: str, arguments: tuple[Argument, ...], style: str) -> None:
        """The heaviest reasons, each with its place only."""
        for argument in arguments[:3]:
            note = ", ".join(
                text for text in (argument.odds, argument.label, *(q.place for q in argument.quotes)) if text
            )
            self.line(f"{argument.statement} ({note})", indent=5, lead=f"{sign} ", lead_style=style)

    def alternatives(self, c: Content) -> None:
        """The other hypotheses with why they come later."""
        if c.alternatives:
            self.heading("Alternatives" if c.root else "Nearest explanations")
        for other in c.alternatives:
            self.line(
                f"{other.cause} at {other.component}: {other.percent}, {other.band}",
                indent=2,
                lead=f"{other.rank}. ",
                style=_BAND_STYLES[other.band],
            )
            self.line(other.statement, indent=5)
            self.short_arguments("+", other.arguments_for, "green")
            if other.arguments_against:
                self.line(f"{c.against(other)}:", indent=5, style="dim")
            self.short_arguments("-", other.arguments_against, "red")
        self.more(c.alternatives)

    def timeline(self, c: Content) -> None:
        """What happened, in the order in which it did."""
        if c.timeline:
            self.heading("Timeline (UTC)")
        for moment in c.timeline:
            where = f" ({moment.place})" if moment.place else ""
            self.line(
                f"{moment.component}, {moment.kind}: {moment.text}{where}",
                indent=2,
                lead=f"{moment.time.removesuffix(' UTC')}  ",
                lead_style="dim",
            )
        self.more(c.timeline)

    def findings(self, c: Content) -> None:
        """What was seen, by label, so that reasons can refer to it."""
        if c.findings:
            self.heading("Findings")
        for finding in c.findings:
            note = "" if finding.explained or not c.root else "not explained by the root cause"
            notes = (finding.kind, finding.strength, *(quote.place for quote in finding.quotes), note)
            self.line(
                f"{finding.component}: {finding.statement} ({', '.join(n for n in notes if n)})",
                indent=2,
                lead=f"{finding.label:4}",
                lead_style="bold",
            )
        self.more(c.findings)

    def sources(self, sources: Listed[File]) -> None:
        """What was read."""
        if sources:
            self.heading("Sources")
        for file in sources:
            said = (f"{file.format}: {file.rows or 'no rows'}", file.span, file.problems, file.notes)
            self.line("; ".join(text for text in said if text), indent=2, lead=f"{file.path}  ", lead_style="blue")
        self.more(sources)


def _wrapped(text: str, first_room: int, room: int) -> list[str]:
    """`text` in lines of at most `room` columns, the first of at most `first_room`.

    A longer word has a line of its own and is never broken, so that paths can be copied.
    """
    lines, line, limit = [], "", first_room
    for word in text.split():
        if (line or limit < room) and cell_len(line) + bool(line) + cell_len(word) > limit:
            lines.append(line)
            line, limit = word, room
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]
