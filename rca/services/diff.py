"""A diff as facts: which code went and which came, with moved and reformatted lines cancelled out.

No language is parsed. What counts is what a reviewer's eye catches in any of them: the tokens that are gone, those
that are new, and the lines that stand for each other with another value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from rca.algorithms.words import words

FileKind = Literal["source", "config", "manifest", "migration", "test", "doc", "asset", "ci", "lockfile"]

HARMLESS: frozenset[FileKind] = frozenset({"test", "doc", "asset", "ci", "lockfile"})
"""Files that do not run in production (a lock file follows its manifest)."""

_KINDS: tuple[tuple[FileKind, re.Pattern[str]], ...] = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in (
    ("test", r"(?:^|/)(?:tests?|spec|__tests__|testdata|fixtures|e2e)/|[._-](?:test|spec)s?\.\w+$|(?:^|/)test_[^/]*$|Tests?\.\w+$"),
    ("ci", r"(?:^|/)\.(?:github|circleci|gitlab|buildkite)|jenkinsfile|\.gitlab-ci|codeowners|\.pre-commit|(?:^|/)makefile$"),
    ("lockfile", r"(?:^|/)(?:go\.sum|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock|cargo\.lock|gemfile\.lock)$"),
    ("manifest", r"(?:^|/)(?:go\.mod|package\.json|pyproject\.toml|requirements[^/]*\.txt|pom\.xml|build\.gradle(?:\.kts)?|cargo\.toml|"
                 r"gemfile|setup\.(?:py|cfg)|[^/]*\.csproj|dockerfile[^/]*)$"),
    ("migration", r"(?:^|/)(?:migrations?|schema|ddl|flyway|alembic|liquibase)/|\.sql$"),
    ("doc", r"\.(?:md|rst|txt|adoc)$|(?:^|/)(?:docs?|documentation)/|(?:^|/)(?:license|changelog|readme)[^/]*$"),
    ("asset", r"\.(?:css|scss|less|svg|png|jpe?g|gif|ico|woff2?|html?|po|pot)$|(?:^|/)(?:assets|static|locales?|i18n)/"),
    ("config", r"\.(?:ya?ml|toml|ini|conf|cfg|properties|env|json|tf|hcl|xml)$|(?:^|/)\.env"),
))

_HEADER = re.compile(r"^@@ (?:-\d+(?:,\d+)? \+\d+(?:,\d+)? @@ ?)?(.*?)(?: ?@@ ?(.*))?$")
_TARGET = re.compile(r"^\+\+\+ (?:b/)?(\S+)|^diff --git a/(\S+)|^--- (?:a/)?(\S+)")
_PATH = re.compile(r"^[\w./+@-]+\.\w+$|^[\w./-]*(?:Dockerfile|Makefile)$")
_COMMENT = re.compile(r"^\s*(?://|#(?!include|define|[0-9a-fA-F]{3,8}\b)|--\s|\*|/\*|<!--|;;|\"\"\"|''')|^\s*\*/")
_TRAILING_COMMENT = re.compile(r"\s(?://|#)\s.*$|/\*.*?\*/")
_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|\d+(?:\.\d+)?(?:[a-zA-Z]+)?|\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|`[^`\n]{0,200}`|[^\sA-Za-z0-9_]")


def file_kind(path: str) -> FileKind:
    """What sort of file a path names.

    >>> file_kind("services/cart/store_test.go"), file_kind("deploy/prod/cart.yaml"), file_kind("cart/store.go")
    ('test', 'config', 'source')
    """
    return next((kind for kind, pattern in _KINDS if pattern.search(path)), "source")


def tokens(line: str) -> list[str]:
    """The tokens of a line of code in any language: names, numbers, quoted texts, single signs."""
    return _TOKEN.findall(line)


@dataclass(frozen=True, slots=True)
class Hunk:
    """The changed lines of one place: without comments, in their order. `context` is the function or section named."""

    path: str
    context: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def kind(self) -> FileKind:
        """What sort of file it stands in."""
        return file_kind(self.path)


@dataclass(frozen=True)
class Diff:
    """All hunks of one change that can matter in production, and what they add up to."""

    hunks: tuple[Hunk, ...]

    @cached_property
    def removed(self) -> Counter[str]:
        """Tokens that are gone on balance: a token that moved elsewhere in the change does not count."""
        return self._balance("removed", "added")

    @cached_property
    def added(self) -> Counter[str]:
        """Tokens that are new on balance."""
        return self._balance("added", "removed")

    def _balance(self, mine: str, other: str) -> Counter[str]:
        count = Counter(token for hunk in self.hunks for line in getattr(hunk, mine) for token in tokens(line))
        return count - Counter(token for hunk in self.hunks for line in getattr(hunk, other) for token in tokens(line))

    @cached_property
    def removed_words(self) -> frozenset[str]:
        """The words of the tokens that are gone."""
        return frozenset(word for token in self.removed for word in words(token))

    @cached_property
    def added_words(self) -> frozenset[str]:
        """The words of the tokens that are new."""
        return frozenset(word for token in self.added for word in words(token))

    @cached_property
    def swaps(self) -> tuple[tuple[str, str], ...]:
        """Pairs of lines (old, new) that stand for each other: most of their tokens agree."""
        return tuple(pair for hunk in self.hunks for pair in _swaps(hunk.removed, hunk.added))

    def removed_lines(self) -> Iterator[str]:
        """All removed lines."""
        return (line for hunk in self.hunks for line in hunk.removed)

    def added_lines(self) -> Iterator[str]:
        """All added lines."""
        return (line for hunk in self.hunks for line in hunk.added)


def parse(text: str, files: Iterable[str] = ()) -> Diff:
    """The facts of a unified diff, also of one with `@@ path @@` headers only; harmless files are left out.

    `files` gives the path where the diff names none and there is just one.

    >>> diff = parse("@@ cart/store.go @@ func Load\\n-\\tlimit := 50\\n+\\tlimit := 5000\\n")
    >>> diff.swaps
    (('limit := 50', 'limit := 5000'),)
    """
    hunks = tuple(hunk for hunk in _hunks(text, tuple(files)) if hunk.kind not in HARMLESS)
    return Diff(hunks)


def _hunks(text: str, files: tuple[str, ...]) -> Iterator[Hunk]:
    path, context = (files[0] if len(files) == 1 else ""), ""
    lines: list[str] = []
    for line in text.splitlines():
        target = _TARGET.match(line)
        if target or line.startswith("@@"):
            yield from _hunk(path, context, lines)
            lines = []
        if target:
            found = next(group for group in target.groups() if group)
            path = path if found == "/dev/null" else found
            context = ""
        elif line.startswith("@@"):
            path, context = _place(line, path)
        else:
            lines.append(line)
    yield from _hunk(path, context, lines)


def _place(header: str, path: str) -> tuple[str, str]:
    """Path and context of a hunk header: `@@ -1,2 +1,3 @@ func F`, `@@ a/b.go @@ func F` or `@@ a/b.go: func F`."""
    match = _HEADER.match(header)
    first, second = (match.group(1) or "", match.group(2) or "") if match else ("", "")
    head, _, rest = first.partition(":")
    if _PATH.match(head.strip()):
        return head.strip(), (rest or second).strip()
    return path, (second or first).strip()


def _hunk(path: str, context: str, lines: list[str]) -> Iterator[Hunk]:
    removed = tuple(code for line in lines if line.startswith("-") and (code := _code(line[1:])))
    added = tuple(code for line in lines if line.startswith("+") and (code := _code(line[1:])))
    kept = tuple(code for line in lines if line.startswith(" ") and (code := _code(line[1:])))
    if removed or added:
        yield Hunk(path, context, removed, added, kept)


def _code(line: str) -> str:
    return "" if _COMMENT.match(line) else _TRAILING_COMMENT.sub("", line).strip()


def _swaps(removed: tuple[str, ...], added: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    gone, left = Counter(removed) - Counter(added), list((Counter(added) - Counter(removed)).elements())
    for old in gone.elements():
        best = max(left, key=lambda new: _agreement(old, new), default=None)
        if best is not None and _agreement(old, best) >= 0.5:
            left.remove(best)
            yield old, best


def _agreement(old: str, new: str) -> float:
    a, b = Counter(tokens(old)), Counter(tokens(new))
    union = sum((a | b).values())
    return sum((a & b).values()) / union if union else 0.0
