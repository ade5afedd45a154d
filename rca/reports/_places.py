"""Places in a repository that findings name: only these can be annotated by code hosts.

A finding's evidence is mostly a line of telemetry, which no repository holds. What counts is evidence that stands in a
source file, a manifest or a lock file, and places that its text names (`File "shop/orders.py", line 41`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rca.model import Finding, Hypothesis, Report
from rca.reports._content import identity

_CODE = (
    "c cc cpp cs cxx ex exs fs go graphql groovy h hpp java jl js jsx kt kts lua m mjs cjs mm php pl proto ps1 py pyi "
    "r rb rs scala sh sql svelte swift tf ts tsx vb vue"
)
_MANIFESTS = (
    "package.json package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml pom.xml build.gradle gradle.lockfile "
    "requirements.txt pyproject.toml poetry.lock pipfile pipfile.lock uv.lock go.mod go.sum cargo.toml cargo.lock "
    "gemfile gemfile.lock composer.json composer.lock packages.lock.json dockerfile docker-compose.yml "
    "docker-compose.yaml"
)
_CODE_ENDINGS, _MANIFEST_NAMES = frozenset(_CODE.split()), frozenset(_MANIFESTS.split())
_NAMED = re.compile(r"""(?<![\w./\\-])"?(?P<path>[\w.@/-]{1,200}\.[A-Za-z]\w{0,7})(?:", line |:)(?P<line>\d{1,7})\b""")
"""`File "shop/orders.py", line 41` (Python) and `shop/orders.go:41` (most others)."""

MOST_PLACES = 10
"""Of one finding."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A file, by its path from the repository's root with forward slashes, and a 1-based line."""

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A finding with its places in the repository, and the highest probability of a hypothesis that explains it."""

    finding: Finding
    places: tuple[Place, ...]
    probability: float
    causes: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Stays the same from run to run: kind, component and file, but no numbers and no times."""
        told = "\n".join((self.finding.kind, re.sub(r"\d+", "#", self.finding.component), self.places[0].path))
        return hashlib.sha256(told.encode("utf-8", errors="backslashreplace")).hexdigest()[:32]


def placed(report: Report, *, repository: Path | None = None) -> list[Placed]:
    """The findings of `report` that name a place in a repository, those of the most probable causes first.

    With `repository` only files count that exist below it, and absolute paths are matched by their ends; without it
    every relative path of a known kind counts.
    """
    explained, found = _explained(report), []
    for finding in report.findings:
        places = tuple(dict.fromkeys(_places(finding, repository)))[:MOST_PLACES]
        if places:
            explaining = explained.get(identity(finding), {}).values()
            found.append(
                Placed(
                    finding=finding,
                    places=places,
                    probability=max((h.probability for h in explaining), default=0.0),
                    causes=tuple(f"{h.cause} at {h.component}" for h in explaining),
                )
            )
    return sorted(found, key=lambda p: (-p.probability, -p.finding.strength))


def _explained(report: Report) -> dict[tuple[object, ...], dict[int, Hypothesis]]:
    """For every finding the hypotheses that explain it or rest on it, by rank."""
    explained: dict[tuple[object, ...], dict[int, Hypothesis]] = {}
    for hypothesis in report.hypotheses:
        resting = (reason.finding for reason in hypothesis.reasons_for if reason.finding)
        for finding in (*hypothesis.explains, *resting):
            explained.setdefault(identity(finding), {})[hypothesis.rank] = hypothesis
    return explained


def _places(finding: Finding, repository: Path | None) -> Iterator[Place]:
    for evidence in finding.evidence:
        path = _in_repository(evidence.source.path, repository)
        if path:
            yield Place(path, max(1, evidence.source.line or 1))
        for match in _NAMED.finditer(evidence.text[:4000]):
            named = _in_repository(match["path"], repository)
            if named:
                yield Place(named, max(1, int(match["line"])))


def _in_repository(path: str, repository: Path | None) -> str | None:
    pure = PurePosixPath(path.replace("\\", "/"))
    if pure.suffix[1:].lower() not in _CODE_ENDINGS and pure.name.lower() not in _MANIFEST_NAMES:
        return None
    if ".." in pure.parts or "!" in path:
        return None
    if repository is None:
        return None if pure.is_absolute() or ":" in path else str(pure)
    parts = pure.parts[1:] if pure.is_absolute() else pure.parts
    ends = (PurePosixPath(*parts[at:]) for at in range(len(parts) if pure.is_absolute() else 1))
    return next((str(end) for end in ends if (repository / end).is_file()), None)
