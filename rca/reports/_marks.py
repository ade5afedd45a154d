"""Draws content as Markdown: shared by the Markdown report and the step summary of GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rca.reports._content import Argument, Candidate, Content, File, Happening, Listed, Observation, Quote
from rca.reports._words import BAND_RANGES, code_spans

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#!|~$@&])")
_LINE_START = re.compile(r"\A(\s*)([-+=]|\d+(?=[.)]))")


def document(c: Content) -> str:
    """The whole report; sections without content are left out."""
    root = c.root
    parts = [
        f"# {escaped(c.headline)}",
        _windows(c),
        _root(root) if root else "",
        _first_failure(c.first_failure),
        _impact(c),
    ]
    if root:
        parts += [
            _section("Reasons for", _arguments(root.arguments_for, root.more_for) or ["none"]),
            _section("Reasons against", _arguments(root.arguments_against, root.more_against) or ["none"]),
        ]
    parts += [_alternatives(c), _advice("Next checks" if root else "What would settle it", c.next_checks, mark="1.")]
    if root:
        parts += [
            _advice(name, Listed(texts, 0))
            for name, texts in (
                ("Remedies", root.remedies),
                ("Prevention", root.prevention),
                ("Seen before", root.similar),
            )
        ]
    parts += [
        _timeline(c.timeline),
        _findings(c),
        _advice("Blind spots", c.blind_spots),
        _advice("Notes", c.notes),
        _sources(c.sources),
        _advice("Problems", c.problems),
        _advice("Errors", c.errors),
        "All times are UTC.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    r"""`text` as Markdown that shows exactly its characters.

    >>> print(escaped("1. <b>*x*</b>"))
    1\. \<b\>\*x\*\</b\>
    """
    safe = _SPECIAL.sub(r"\\\1", text).replace("://", ":\\//")  # a bare address would become a link
    return _LINE_START.sub(lambda m: f"{m[1]}{m[2]}\\" if m[2].isdigit() else f"{m[1]}\\{m[2]}", safe)


def code(text: str) -> str:
    """`text` as a code span, whatever backticks it holds.

    >>> code("a `b` c")
    '`` a `b` c ``'
    """
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _section(name: str, lines: Iterable[str]) -> str:
    body = "\n".join(lines)
    return f"## {name}\n\n{body}" if body else ""


def _more(listed: Listed[object]) -> list[str]:
    return [f"- … and {listed.more:,} more"] if listed.more else []


def _advice(name: str, texts: Listed[str], *, mark: str = "-") -> str:
    items = [
        f"{mark} " + "".join(code(part) if coded else escaped(part) for part, coded in code_spans(text))
        for text in texts
    ]
    return _section(name, [*items, *_more(texts)])


def _quotes(quotes: Iterable[Quote], indent: str = "  ") -> list[str]:
    return [f"{indent}- {code(q.place)}: {code(q.text)}" if q.text else f"{indent}- {code(q.place)}" for q in quotes]


def _windows(c: Content) -> str:
    return "\n".join(f"- **{name.capitalize()}**: {escaped(span)}" for name, span in c.scope)


def _share(candidate: Candidate) -> str:
    return f"{candidate.percent}, {candidate.band} ({BAND_RANGES[candidate.band]})"


def _root(root: Candidate) -> str:
    facts = (
        ("Began", root.began),
        ("Change", code(root.change)),
        ("How", escaped(root.mechanism)),
        ("Explains", root.explains),
    )
    return _section(
        "Root cause",
        [
            f"**{escaped(root.title)}** ({code(root.cause)}) at **{escaped(root.component)}**: {_share(root)}",
            "",
            escaped(root.statement),
            "",
            *(f"- **{name}**: {text}" for name, text in facts if text),
        ],
    )


def _first_failure(first: Observation | None) -> str:
    if first is None:
        return ""
    return _section(
        "First failure",
        [f"{first.began}, **{escaped(first.component)}**: {escaped(first.statement)}", "", *_quotes(first.quotes, "")],
    )


def _impact(c: Content) -> str:
    lines: list[str] = []
    for affected in c.impact:
        lines += [f"- **{escaped(affected.component)}** {escaped(affected.statement)}", *_quotes(affected.quotes)]
    return _section("Impact", [*lines, *_more(c.impact)])


def _arguments(arguments: Iterable[Argument], more: int) -> list[str]:
    lines: list[str] = []
    for argument in arguments:
        label = f", {argument.label}" if argument.label else ""
        lines += [f"- {escaped(argument.statement)} ({argument.odds}{label})", *_quotes(argument.quotes)]
    return [*lines, *([f"- … and {more:,} more"] if more else [])]


def _alternatives(c: Content) -> str:
    lines: list[str] = []
    for other in c.alternatives:
        lines += [
            f"### {other.rank}. {escaped(other.title)} at {escaped(other.component)}: {other.percent}, {other.band}",
            "",
            escaped(other.statement),
            "",
        ]
        for name, arguments, more in (
            ("for", other.arguments_for, other.more_for),
            (c.against(other), other.arguments_against, other.more_against),
        ):
            if arguments:
                lines += [f"{name.capitalize()}:", "", *_arguments(arguments, more), ""]
    return _section("Alternatives" if c.root else "Nearest explanations", [*lines, *_more(c.alternatives)]).rstrip()


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]


def _cell(text: str) -> str:
    """A code span in a table: there a pipe ends the cell even between backticks, unless it is escaped."""
    return code(text).replace("|", "\\|")


def _timeline(timeline: Listed[Happening]) -> str:
    if not timeline:
        return ""
    rows = ((h.time, escaped(h.component), escaped(h.kind), escaped(h.text), _cell(h.place)) for h in timeline)
    return _section(
        "Timeline", [*_table(("time", "component", "kind", "what", "where"), rows), *_after_table(timeline)]
    )


def _after_table(listed: Listed[object]) -> list[str]:
    return ["", *_more(listed)] if listed.more else []


def _findings(c: Content) -> str:
    lines: list[str] = []
    for finding in c.findings:
        note = "" if finding.explained or c.root is None else "; not explained by the root cause"
        lines += [
            f"- **{finding.label}** {escaped(finding.component)}: {escaped(finding.statement)} "
            f"({code(finding.kind)}, {finding.strength}{note})",
            *_quotes(finding.quotes),
        ]
    return _section("Findings", [*lines, *_more(c.findings)])


def _sources(sources: Listed[File]) -> str:
    if not sources:
        return ""
    rows = ((_cell(f.path), escaped(f.format), escaped(f.rows), f.problems, f.span, escaped(f.notes)) for f in sources)
    return _section(
        "Sources", [*_table(("file", "format", "rows", "problems", "times", "notes"), rows), *_after_table(sources)]
    )
