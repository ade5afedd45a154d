"""Names, versions and addresses on which others rely: fields, tables, environment variables, packages, hosts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from rca.algorithms.words import words
from rca.services.diff import Diff, tokens

_QUOTED = re.compile(r"[\"'`]([^\"'`]{2,120})[\"'`]")
_NAME = re.compile(r"[A-Za-z][\w.-]{1,40}$")
_VARIABLE = r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"
_ENVIRONMENT = re.compile(
    rf"[\"'`]{_VARIABLE}[\"'`]|\benv\.{_VARIABLE}\b|\$\{{?{_VARIABLE}\b|^(?:-\s*)?(?:name:\s*)?{_VARIABLE}(?:=|:|$)"
)
_KEY = re.compile(r"^-?\s*([A-Za-z][\w.-]{1,40})\s*[:=]")


def renamed(diff: Diff) -> str | None:
    """A quoted name or a key of a configuration went and one much like it came: who uses the old name is left behind.

    Names of local variables are nobody's contract and do not count.
    """
    return _rename(_contract_names(diff, diff.removed, "removed"), _contract_names(diff, diff.added, "added"))


def environment_renamed(diff: Diff) -> str | None:
    """An environment variable is read or set under another name."""
    gone, new = _environment_names(diff.removed_lines()), _environment_names(diff.added_lines())
    return _rename(gone - new, sorted(new - gone)) if len(gone) == len(new) else None


def _rename(gone: Iterable[str], new: Iterable[str]) -> str | None:
    came = list(new)
    return next(
        (f"{old!r} became {fresh!r}" for old in gone for fresh in came if old != fresh and _alike(old, fresh)), None
    )


def _contract_names(diff: Diff, found: Iterable[str], side: str) -> list[str]:
    quoted = [token for token in found if token[0] in "\"'`"]
    inner = [name for token in quoted for name in (_QUOTED.findall(token[1:-1]) or [token[1:-1]])]
    config = (line for hunk in diff.hunks if hunk.kind == "config" for line in getattr(hunk, side))
    keys = [match.group(1) for line in config if (match := _KEY.match(line))]
    kept = {name for hunk in diff.hunks for line in hunk.kept for name in _QUOTED.findall(line)}
    return [name for name in dict.fromkeys((*inner, *keys)) if _NAME.match(name) and name not in kept]


def _environment_names(lines: Iterable[str]) -> set[str]:
    return {name for line in lines for groups in _ENVIRONMENT.findall(line) for name in groups if name}


def _alike(old: str, new: str) -> bool:
    a, b = old.lower(), new.lower()
    if min(len(a), len(b)) >= 3 and (a.startswith(b) or b.startswith(a)):
        return True
    close = SequenceMatcher(None, a, b).ratio()
    return close > 0.7 or (bool(set(words(old)) & set(words(new))) and close > 0.5)


# --- tables -----------------------------------------------------------------------------------------------------------

_TABLE = re.compile(
    r"\b(?:FROM|JOIN|INTO|TABLE|(?<!\bFOR )(?<!\bON )UPDATE)\s+[`\"\[]?([A-Za-z_][\w.]*)", re.IGNORECASE
)
_NO_TABLE = frozenset(
    {"set", "select", "only", "lateral", "values", "if", "exists", "unnest", "information_schema", "dual"}
)
_PART_OF_FUNCTION = re.compile(
    r"\b(?:EXTRACT|SUBSTRING|TRIM|OVERLAY|POSITION)\s*\([^()]*\)|\bIS (?:NOT )?DISTINCT FROM\b", re.IGNORECASE
)
_STATEMENT = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|JOIN|FROM)\b")
_CREATED = re.compile(
    r"CREATE\s+(?:TEMP\w*\s+|MATERIALIZED\s+|OR\s+REPLACE\s+)*(?:TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?[`\"]?([\w.]+)|"
    r"(?:create_table|createTable)[\s(]+[:\"'`]?([\w.]+)|(\w+)\s+AS\s+(?:MATERIALIZED\s+)?\($|\b(?:WITH|,)\s+(?:RECURSIVE\s+)?(\w+)\s+AS\s+\(",
    re.IGNORECASE,
)


def schema_reference(diff: Diff) -> str | None:
    """A statement speaks of a table that it did not speak of, and the change creates none of that name."""
    code = Diff(tuple(hunk for hunk in diff.hunks if hunk.kind != "manifest"))
    known = {name for line in code.removed_lines() for name in _tables(line)}
    known |= {name for hunk in code.hunks for line in hunk.kept for name in _tables(line)}
    added = list(code.added_lines())
    created = {name.lower() for line in added for groups in _CREATED.findall(line) for name in groups if name}
    new = (name for line in added if _STATEMENT.search(line) for name in _tables(line))
    return next(
        (f"reads {name}, which the change does not create" for name in new if name not in known | created), None
    )


def _tables(line: str) -> list[str]:
    found = (name.lower() for name in _TABLE.findall(_PART_OF_FUNCTION.sub("", line)))
    return [name for name in found if name.split(".")[0] not in _NO_TABLE]


# --- versions ---------------------------------------------------------------------------------------------------------

_VERSION = re.compile(r"(?:(?<=[:=^~>@<\"' v])|(?<!\w))v?(\d+)(?:\.(\d+))?(?:\.(\d+))?[\w.+-]*")

Version = tuple[int, ...]


def dependency_jump(diff: Diff) -> str | None:
    """A package changes its major version (its minor one before 1.0), or goes back."""
    return next((text for text, a, b in _moves(diff) if b < a or _breaks(a, b)), None)


def dependency_step(diff: Diff) -> str | None:
    """A package goes on within its major version."""
    return next((text for text, a, b in _moves(diff) if b > a and not _breaks(a, b)), None)


def _breaks(a: Version, b: Version) -> bool:
    return a[0] != b[0] or (a[0] == 0 and a[1] != b[1])


def _moves(diff: Diff) -> Iterator[tuple[str, Version, Version]]:
    for hunk, swaps in diff.swaps_by_hunk:
        for old, new in swaps if hunk.kind == "manifest" else ():
            pairs = zip(_VERSION.finditer(old), _VERSION.finditer(new), strict=False)
            differing = next(((a, b) for a, b in pairs if a.group() != b.group()), None)
            if differing and old[: differing[0].start()] == new[: differing[1].start()]:
                text = f"{old.strip()[:60]} became {new.strip()[:60]}"
                yield text, _numbers(differing[0]), _numbers(differing[1])


def _numbers(match: re.Match[str]) -> Version:
    return tuple(int(part or 0) for part in match.groups())


# --- switches and addresses -------------------------------------------------------------------------------------------

_OPPOSITES = frozenset(
    pair
    for a, b in (("true", "false"), ("on", "off"), ("enabled", "disabled"), ("yes", "no"))
    for pair in ((a, b), (b, a))
)
_ADDRESS = re.compile(
    r"(?:https?|tcp|amqps?|redis|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|kafka|nats)://[^\s\"']+|\b[\w-]+(?:\.[\w-]+){1,6}:\d{2,5}\b"
)
_HOST_KEY = re.compile(
    r"(?:host|addr(?:ess)?|endpoint|url|uri|dsn|bootstrap\w*|broker\w*|server)[\"']?\s*[:=]\s*[\"']?([\w.-]+)",
    re.IGNORECASE,
)


def flipped(diff: Diff) -> str | None:
    """A switch stands the other way round."""
    for old, new in diff.swaps:
        a, b = ([token.lower().strip("\"'") for token in tokens(line)] for line in (old, new))
        if len(a) == len(b) and _OPPOSITES & set(zip(a, b, strict=True)):
            return new.strip()[:90]
    return None


def address_changed(diff: Diff) -> str | None:
    """A URL, a host with a port, or the value of a key that names a host is another one."""
    for old, new in diff.swaps:
        for regex in (_ADDRESS, _HOST_KEY):
            a, b = regex.search(old), regex.search(new)
            if a and b and a.group() != b.group():
                return f"{a.group()[:60]} became {b.group()[:60]}"
    return None
