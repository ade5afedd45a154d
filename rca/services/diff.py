"""A diff as facts: which code went and which came, with moved and reformatted lines cancelled out.

No language is parsed. What counts is what a reviewer's eye catches in any of them: the tokens that are gone, those
that are new, and the lines that stand for each other with another value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from rca.algorithms.words import words

FileKind = Literal["source", "config", "manifest", "migration", "test", "doc", "asset", "ci", "lockfile"]

HARMLESS: frozenset[FileKind] = frozenset({"test", "doc", "asset", "ci", "lockfile"})
"""Files that do not run in production (a lock file follows its manifest)."""

_PATTERNS: tuple[tuple[FileKind, str], ...] = (
    (
        "test",
        r"(?:^|/)(?:tests?|spec|__tests__|testdata|fixtures|e2e)/|[._-](?:test|spec)s?\.\w+$|(?:^|/)test_[^/]*$|"
        r"(?-i:[a-z]Tests?\.\w+$)|(?:^|/)tests?\.\w+$",
    ),
    (
        "ci",
        r"(?:^|/)\.(?:github|circleci|gitlab|buildkite)|jenkinsfile|\.gitlab-ci|codeowners|\.pre-commit|"
        r"(?:^|/)makefile$",
    ),
    (
        "lockfile",
        r"(?:^|/)(?:go\.sum|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock|cargo\.lock|"
        r"gemfile\.lock)$",
    ),
    (
        "manifest",
        r"(?:^|/)(?:go\.mod|package\.json|pyproject\.toml|requirements[^/]*\.txt|pom\.xml|build\.gradle(?:\.kts)?|"
        r"cargo\.toml|gemfile|setup\.(?:py|cfg)|[^/]*\.csproj|dockerfile[^/]*)$",
    ),
    ("migration", r"(?:^|/)(?:migrations?|schema|ddl|flyway|alembic|liquibase)/|\.sql$"),
    ("doc", r"\.(?:md|rst|txt|adoc)$|(?:^|/)(?:docs?|documentation)/|(?:^|/)(?:license|changelog|readme)[^/]*$"),
    (
        "asset",
        r"\.(?:css|scss|less|svg|png|jpe?g|gif|ico|woff2?|html?|po|pot)$|(?:^|/)(?:assets|static|locales?|i18n)/",
    ),
    ("config", r"\.(?:ya?ml|toml|ini|conf|cfg|properties|env|json|tf|hcl|xml)$|(?:^|/)\.env"),
)
_KINDS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)

LONGEST_LINE = 1000
"""Characters: longer lines are generated (bundles, fixtures) and nobody reviews them."""

_SIGNS = ("-", "+", " ")
_HEADER = re.compile(r"^@@ (?:-\d+(?:,\d+)? \+\d+(?:,\d+)? @@ ?)?(.*?)(?: ?@@ ?(.*))?$")
_TARGET = re.compile(r"^\+\+\+ (?:b/)?(\S+)|^diff --git a/(\S+)|^--- (?:a/)?(\S+)")
_PATH = re.compile(r"^[\w./+@-]+\.\w+$|^[\w./-]*(?:Dockerfile|Makefile)$")
_COMMENT = re.compile(r"^\s*(?://|#(?!include|define|[0-9a-fA-F]{3,8}\b)|--\s|\*|/\*|<!--|;;|\"\"\"|''')|^\s*\*/")
_TRAILING_COMMENT = re.compile(r"\s(?://|#)\s.*$|/\*.*?\*/")
_TOKEN = re.compile(
    r"[A-Za-z_][A-Za-z0-9_]*|\d+(?:\.\d+)?(?:[a-zA-Z]+)?|\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|`[^`\n]{0,200}`|[^\sA-Za-z0-9_]"
)


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
    """The changed lines of one place: without comments, in their order. `context` is the function or section named.

    `removed`, `added` and `kept` are trimmed; `before` and `after` are both sides whole, with their indentation.
    """

    path: str
    context: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]

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
        """The words of the code that is gone; prose and new names of local variables do not count."""
        return _words_of(self.removed, self.renamed_locals)

    @cached_property
    def added_words(self) -> frozenset[str]:
        """The words of the code that is new; prose and new names of local variables do not count."""
        return _words_of(self.added, frozenset(self.renamed_locals.values()))

    @cached_property
    def renamed_locals(self) -> Mapping[str, str]:
        """Local variables that only got another name, old to new: declared in the change, and used again under it."""
        moves = {move for old, new in self.swaps for move in _renamings(old, new)}
        declared = {name for line in self.removed_lines() for name in _declared(line)}
        return {
            old: new
            for old, new in sorted(moves)
            if old in declared and self.removed[old] == self.added[new] > 1 and not {old, new} & self._members
        }

    def in_new_names(self, line: str) -> str:
        """A removed line with the names that its local variables have now."""
        if not self.renamed_locals:
            return line
        return re.sub(r"\w+", lambda match: self.renamed_locals.get(match.group(), match.group()), line)

    @cached_property
    def _members(self) -> frozenset[str]:
        lines = (*self.removed_lines(), *self.added_lines())
        return frozenset(name for line in lines for name in _MEMBER.findall(line))

    @cached_property
    def swaps(self) -> tuple[tuple[str, str], ...]:
        """Pairs of lines (old, new) that stand for each other: most of their tokens agree."""
        return tuple(pair for _, pairs in self.swaps_by_hunk for pair in pairs)

    @cached_property
    def swaps_by_hunk(self) -> tuple[tuple[Hunk, tuple[tuple[str, str], ...]], ...]:
        """The pairs of `swaps` by the place where they stand."""
        return tuple((hunk, tuple(_swaps(hunk.removed, hunk.added))) for hunk in self.hunks)

    def removed_lines(self) -> Iterator[str]:
        """All removed lines."""
        return (line for hunk in self.hunks for line in hunk.removed)

    def added_lines(self) -> Iterator[str]:
        """All added lines."""
        return (line for hunk in self.hunks for line in hunk.added)


def parse(text: str, files: Iterable[str] = ()) -> Diff:
    r"""The facts of a unified diff, also of one with `@@ path @@` headers only; harmless files are left out.

    `files` gives the path where the diff names none and there is just one.

    >>> diff = parse("@@ cart/store.go @@ func Load\n-\tlimit := 50\n+\tlimit := 5000\n")
    >>> diff.swaps
    (('limit := 50', 'limit := 5000'),)
    """
    hunks = tuple(hunk for hunk in _hunks(text, tuple(files)) if hunk.kind not in HARMLESS)
    return Diff(hunks)


def _hunks(text: str, files: tuple[str, ...]) -> Iterator[Hunk]:
    path, context = (files[0] if len(files) == 1 else ""), ""
    lines: list[str] = []
    text_lines = text.splitlines()
    for line, following in zip(text_lines, [*text_lines[1:], ""], strict=False):
        target = None if _is_removed_comment(line, following) else _TARGET.match(line)
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


def _is_removed_comment(line: str, following: str) -> bool:
    """Whether `--- x` is the removed comment `-- x` of a query language and no header."""
    return line.startswith("--- ") and not line.startswith(("--- a/", "--- /")) and not following.startswith("+++ ")


def _place(header: str, path: str) -> tuple[str, str]:
    """Path and context of a hunk header: `@@ -1,2 +1,3 @@ func F`, `@@ a/b.go @@ func F` or `@@ a/b.go: func F`."""
    match = _HEADER.match(header)
    first, second = (match.group(1) or "", match.group(2) or "") if match else ("", "")
    head, _, rest = first.partition(":")
    if _PATH.match(head.strip()):
        return head.strip(), (rest or second).strip()
    return path, (second or first).strip()


def _hunk(path: str, context: str, lines: list[str]) -> Iterator[Hunk]:
    body = [(line[0], code) for line in lines if line[:1] in _SIGNS and (code := _code(line[1:]))]
    sides = {sign: tuple(code.strip() for mark, code in body if mark == sign) for sign in _SIGNS}
    before = tuple(code for mark, code in body if mark != "+")
    after = tuple(code for mark, code in body if mark != "-")
    if sides["-"] or sides["+"]:
        yield Hunk(path, context, sides["-"], sides["+"], sides[" "], before, after)


def _code(line: str) -> str:
    """The line without its comment and with tabs as spaces; empty where nothing else stands in it."""
    if len(line) > LONGEST_LINE or _COMMENT.match(line):
        return ""
    return _TRAILING_COMMENT.sub("", line).rstrip().expandtabs(4)


# --- what only looks like a change ------------------------------------------------------------------------------------

_QUERY = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|BEGIN|COMMIT|LOCK|WHERE|SET|FROM)\b")
_PROSE = re.compile(r"\"[^\"\n]* [^\"\n]*\"|'[^'\n]* [^'\n]*'|`[^`\n]* [^`\n]*`")
_DECLARED = re.compile(
    r"^(?:(?:const|let|var|val|auto|final|static|for|with|async|await)\b[\s(]*)*(?:[\w.<>\[\]]+\s+)?"
    r"([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s*(?::=|=(?!=)|\bin\b|:\s)"
)
_MEMBER = re.compile(r"\.\s*([A-Za-z_]\w*)")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*$")


def without_prose(line: str) -> str:
    """The line with quoted texts of several words emptied, statements of a query language excepted.

    >>> without_prose('log.Warn("giving up the lock", id)'), without_prose('run("DELETE FROM t")')
    ('log.Warn("", id)', 'run("DELETE FROM t")')
    """
    return _PROSE.sub(lambda match: match.group() if _QUERY.search(match.group()) else '""', line)


def _words_of(found: Iterable[str], renamed: Iterable[str]) -> frozenset[str]:
    names = set(renamed)
    return frozenset(word for token in found if token not in names for word in words(without_prose(token)))


def _declared(line: str) -> list[str]:
    match = _DECLARED.match(line)
    return [name.strip() for name in match.group(1).split(",")] if match else []


def _renamings(old: str, new: str) -> Iterator[tuple[str, str]]:
    """The names that differ between two lines that are alike in everything else."""
    a, b = tokens(old), tokens(new)
    pairs = {(x, y) for x, y in zip(a, b, strict=False) if x != y} if len(a) == len(b) else set()
    if all(_IDENTIFIER.match(x) and _IDENTIFIER.match(y) for x, y in pairs):
        yield from pairs


# --- lines that stand for each other ----------------------------------------------------------------------------------

MOST_LINES = 150
"""Lines of one side of a hunk that are paired: more of them are a rewrite, in which no line stands for another."""


def _swaps(removed: tuple[str, ...], added: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    gone = list((Counter(removed) - Counter(added)).elements())
    left = [(new, Counter(tokens(new))) for new in (Counter(added) - Counter(removed)).elements()]
    if max(len(gone), len(left)) > MOST_LINES:
        return
    for old in gone:
        mine = Counter(tokens(old))
        scores = [_agreement(mine, theirs) for _, theirs in left]
        best = max(range(len(left)), key=scores.__getitem__, default=None)
        if best is not None and scores[best] >= 0.5:
            yield old, left.pop(best)[0]


def _agreement(a: Counter[str], b: Counter[str]) -> float:
    """Jaccard similarity of two bags of tokens."""
    union = (a | b).total()
    return (a & b).total() / union if union else 0.0
