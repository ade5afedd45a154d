"""Changes weighed against what broke: whether this diff could have produced these failures.

Symptom: shortly or long before the incident something was committed, deployed, switched or configured.
Why it happens: most incidents are brought in by a change, and hardly ever by the last one. A diff that shows a
mechanism (a lowered timeout, a lost LIMIT, an unbounded list) and speaks of the very names that the failures speak of
is a better suspect than one that merely stands close in time.
Cannot see: changes that no record names, diffs that are not given (their messages say little), and faults of data or
of the outside world.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from rca.algorithms.words import words
from rca.incident import Case
from rca.model import Evidence, Finding, SourceRef
from rca.services.diff import HARMLESS, Diff, file_kind, parse
from rca.services.mechanisms import Seen, seen
from rca.telemetry import moment
from rca.utterances import Utterance, known_components, utterances

KIND = "services.change"
NEEDS = ("changes",)

MOST_OVERLAP = 4.0
"""Nats that shared words can give at most: vocabulary alone never convicts."""

ACQUITTED = -3.0
"""Nats of a change that cannot act in production: tests, documents, assets, comments, formatting."""

SHARED_CODE = frozenset(
    {
        "pkg",
        "internal",
        "lib",
        "libs",
        "common",
        "shared",
        "core",
        "proto",
        "protos",
        "schema",
        "schemas",
        "platform",
        "sdk",
        "vendor",
        "packages",
        "util",
        "utils",
        "helpers",
        "base",
        "config",
        "infra",
        "deploy",
        "k8s",
        "charts",
        "terraform",
        "migrations",
        "db",
    }
)
"""Folders whose code runs in more than one component."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One change that could have acted: a commit with the deploy that ships it, a flag, a setting, a lone deploy."""

    id: str
    kind: str
    component: str
    time: datetime
    effective: datetime
    deployed: bool
    summary: str
    files: tuple[str, ...]
    diff: Diff
    has_diff: bool
    source: SourceRef


def detect(case: Case) -> Iterator[Finding]:
    """One finding per change up to the end of the incident, in the order of effect; the weak ones acquit."""
    candidates = [
        c for c in change_candidates(case.telemetry.changes) if case.incident is None or c.effective < case.incident[1]
    ]
    if not candidates:
        return
    said = [u for u in utterances(case) if _tells(u)]
    vocabulary = _Vocabulary(candidates, said, _ordinary_words(case))
    components = known_components(case)
    for candidate in sorted(candidates, key=lambda c: (c.effective, c.id)):
        yield _finding(candidate, vocabulary, components)


def _tells(said: Utterance) -> bool:
    """A failure that the baseline did not have, or had much less of."""
    return said.failing and said.incident_count > 2 * said.baseline_count


def change_candidates(changes: pd.DataFrame) -> tuple[Candidate, ...]:
    """The changes of a `changes` table, each commit joined with the first deploy that ships it."""
    records = changes[changes["time"].notna()].to_dict("records")
    rows = [_Row({str(name): cell for name, cell in record.items()}) for record in records]
    commits = {row.text("id") for row in rows if row.text("kind") == "commit"}
    shipped: dict[str, _Row] = {}
    for row in sorted(rows, key=lambda row: row.time):
        if row.text("kind") == "deploy" and row.text("parent_id"):
            shipped.setdefault(_whole(row.text("parent_id"), commits), row)
    lone = [
        row for row in rows if row.text("kind") != "deploy" or _whole(row.text("parent_id"), commits) not in commits
    ]
    return tuple(_candidate(row, shipped.get(row.text("id"))) for row in lone)


def _whole(sha: str, commits: Iterable[str]) -> str:
    """The commit that a deploy names by the first seven or more characters of its id."""
    whole = [commit for commit in commits if commit.startswith(sha)] if len(sha) >= 7 else []
    return whole[0] if len(whole) == 1 else sha


@dataclass(frozen=True, slots=True)
class _Row:
    """One record of the table; text that is missing is ''."""

    cells: Mapping[str, Any]

    def text(self, name: str) -> str:
        value = self.cells[name]
        return value if isinstance(value, str) else ""

    @property
    def time(self) -> datetime:
        return moment(self.cells["time"])


def _candidate(row: _Row, deploy: _Row | None) -> Candidate:
    files = tuple(named) if isinstance(named := row.cells["files"], (tuple, list)) else ()
    kind = row.text("kind")
    return Candidate(
        id=(kind == "deploy" and row.text("parent_id")) or row.text("id"),
        kind=kind,
        component=(deploy.text("component") if deploy else "") or row.text("component"),
        time=row.time,
        effective=max(row.time, deploy.time) if deploy else row.time,
        deployed=deploy is not None or kind != "commit",
        summary=row.text("summary"),
        files=files,
        diff=parse(row.text("diff"), files),
        has_diff=bool(row.text("diff")),
        source=SourceRef(row.text("source"), int(row.cells["line"])),
    )


# --- words ------------------------------------------------------------------------------------------------------------

_COMPOUND = re.compile(r"[A-Za-z_][A-Za-z0-9_]{3,}")


def vocabulary_of(text: str) -> set[str]:
    """The words of `text` of three letters or more, and its compound names whole.

    >>> sorted(vocabulary_of('no column "unit_price"'))
    ['column', 'price', 'unit', 'unit_price']
    """
    compounds = {name.lower() for name in _COMPOUND.findall(text)}
    return {word for word in words(text) if len(word) >= 3 and not word.isdigit()} | compounds


def _ordinary_words(case: Case) -> Counter[str]:
    """How many ordinary messages of the baseline use a word: what is said on good days tells nothing on bad ones."""
    messages = case.during("logs", case.baseline)["message"].dropna()
    distinct = messages.str.replace(r"\d+", "#", regex=True).drop_duplicates().head(2000)
    return Counter(word for text in distinct for word in vocabulary_of(text))


def _words_of_change(candidate: Candidate) -> dict[str, float]:
    """The words of a change by how directly they are part of what it does."""
    found: dict[str, float] = {}
    diff = candidate.diff
    parts: Iterable[tuple[float, str]] = (
        (1.0, " ".join((*diff.removed, *diff.added))),
        (0.5, " ".join(line for pair in diff.swaps for line in pair)),
        (0.5, " ".join(hunk.context for hunk in diff.hunks)),
        (0.3, " ".join(hunk.path for hunk in diff.hunks)),
        (0.3 if not candidate.has_diff else 0.0, f"{candidate.summary} {' '.join(candidate.files)} {candidate.id}"),
    )
    for weight, text in parts:
        if weight:
            for word in vocabulary_of(text):
                found[word] = max(found.get(word, 0.0), weight)
    return found


class _Vocabulary:
    """Weighs the words that a change shares with the failures: rare among changes, absent from ordinary messages."""

    def __init__(self, candidates: list[Candidate], said: list[Utterance], ordinary: Mapping[str, int]) -> None:
        self.words = {candidate.source: _words_of_change(candidate) for candidate in candidates}
        self.users = Counter(word for found in self.words.values() for word in found)
        self.failing = Counter(word for u in said for word in vocabulary_of(f"{u.text} {u.detail}"))
        self.ordinary = ordinary
        self.changes = len(candidates)

    def shared(self, candidate: Candidate) -> list[tuple[float, str]]:
        """(weight, word) of the words shared with the failures, heaviest first."""
        mine = self.words[candidate.source]
        return sorted(
            ((mine[w] * self._weight(w), w) for w in mine if w in self.failing), key=lambda pair: (-pair[0], pair[1])
        )

    def _weight(self, word: str) -> float:
        rarity = math.log((self.changes + 1) / (self.users[word] + 0.5))
        compound = 1.5 if "_" in word or len(word) > 12 else 1.0
        return max(rarity, 0.0) * compound * (0.3 if self.ordinary.get(word) else 1.0)


# --- the finding ------------------------------------------------------------------------------------------------------


def _finding(candidate: Candidate, vocabulary: _Vocabulary, components: tuple[str, ...]) -> Finding:
    shared, mechanisms = vocabulary.shared(candidate), seen(candidate.diff)
    overlap = MOST_OVERLAP * (1 - math.exp(-sum(weight for weight, _ in shared) / 12))
    idle = "" if mechanisms and candidate.diff.hunks else _idle(candidate)
    reached = _reached(candidate, components)
    strength = ACQUITTED if idle else overlap - 1.0 + (1.0 if mechanisms else 0.0)
    return Finding(
        kind=KIND,
        component=candidate.component or (reached[0] if reached else ""),
        strength=strength,
        statement=_statement(candidate, mechanisms, shared, idle),
        onset=(candidate.effective, candidate.effective),
        measures={
            "change": candidate.id,
            "change_kind": candidate.kind,
            "overlap_nats": round(overlap, 3),
            "idle": idle,
            "mechanisms": ",".join(s.mechanism.name for s in mechanisms),
            "shared_words": " ".join(w for _, w in shared[:8]),
            "numbers": " ".join(_numbers(mechanisms)),
            "deployed": int(candidate.deployed),
            "everywhere": int(_shared_code(candidate)),
        },
        evidence=(Evidence(candidate.source, candidate.summary or candidate.id),),
        related=reached,
    )


def _idle(candidate: Candidate) -> str:
    """Why the change cannot act in production, or ''."""
    kinds = {file_kind(path) for path in candidate.files}
    if kinds and kinds <= HARMLESS:
        return f"touches only {', '.join(sorted(kinds))} files"
    if candidate.has_diff and not candidate.diff.removed and not candidate.diff.added:
        return "changes comments or layout only" if not candidate.diff.hunks else "only moves code"
    return ""


def _statement(candidate: Candidate, mechanisms: tuple[Seen, ...], shared: list[tuple[float, str]], idle: str) -> str:
    when = f"took effect at {candidate.effective:%Y-%m-%d %H:%M:%S} UTC"
    what = f"{candidate.kind} {candidate.id[:12]} ({candidate.summary[:70]}) {when}"
    if idle:
        return f"{what} and {idle}."
    facts = [f"{s.mechanism.name}: {s.text}" for s in mechanisms[:3]]
    if shared:
        facts.append("shares with the failures: " + ", ".join(w for _, w in shared[:5]))
    return f"{what}; {'; '.join(facts) or 'nothing in it speaks of what failed'}."


def _numbers(mechanisms: tuple[Seen, ...]) -> list[str]:
    """The new values of settings, as plain numbers and, for durations, in milliseconds: they reappear in telemetry."""
    values = [float(m) for s in mechanisms for m in re.findall(r" to ([\d.e+-]+) ", s.text)]
    return [f"{v:g}" for v in dict.fromkeys(x for value in values for x in (value, value * 1000))]


def _shared_code(candidate: Candidate) -> bool:
    return any(SHARED_CODE & set(path.lower().split("/")[:2]) for path in candidate.files)


def _reached(candidate: Candidate, components: tuple[str, ...]) -> tuple[str, ...]:
    """The components that the change names: the one deployed, and those whose folder it touches."""
    segments = {_bare(segment) for path in candidate.files for segment in path.split("/")[:-1]} - {""}
    named = [c for c in components if c == candidate.component or _bare(c) in segments]
    return tuple(dict.fromkeys([candidate.component] * bool(candidate.component) + named))


def _bare(name: str) -> str:
    """A component's name without what names usually carry.

    >>> _bare("recommendation-service"), _bare("cartservice"), _bare("services")
    ('recommendation', 'cart', '')
    """
    return re.sub(r"[-_.]|\d+$|services?|svc|server|api$|app$", "", name.lower())
