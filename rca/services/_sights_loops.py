"""Work done once for each element: remote calls and log lines within loops, and loops that never rest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rca.services._sights import new_lines
from rca.services.diff import Diff, Hunk

_LOOP = re.compile(
    r"^\s*(?:async )?(?:for|foreach|while)\b|\.(?:forEach|map|flatMap|each|stream)\(|\bfor \w+(?:, ?\w+)* in\b"
)
_REMOTE = (
    r"(?:repo(?:sitory)?|client|dao|store|db|database|session|http|api|svc|service|redis|requests|axios|conn(?:ection)?|tx|"
    r"cursor|stub|gateway|catalog|jdbc(?:Template)?|em|entityManager|mapper|prisma|knex|models?)"
)
_CALL = re.compile(
    rf"\bquer(?:y|ies)\w*\(|\.(?:execute|exec|QueryRow\w*|fetchone|fetchall|findOne|find_?by\w*|scalar|invoke|objects)\b|"
    rf"(?:\b|_|\.){_REMOTE}s?\.\w+\(|\b(?:Get|Fetch|Load|Find|Lookup|Resolve)\w*\(\s*ctx\b|\bawait\b",
    re.IGNORECASE,
)
_NAMED_REMOTE = re.compile(
    r"[a-z](?:Repo|Repository|Client|Dao|DAO|Store|Db|DB|Session|Service|Stub|Gateway|Mapper)\.\w+\("
)
_BULK = re.compile(
    r"\bIN \(|= ?ANY\(|batch|bulk|multi|preload|eager|joinedload|selectinload|select_related|prefetch_related|\bJOIN\b|"
    r"ByIds|by_ids|_many\b|many\(|\blist_\w+\(|\.List\w*\(|mget|GetAll|includes?\(|Promise\.all|\bawait\b.*\ball",
    re.IGNORECASE,
)
_EAGER = re.compile(
    r"select_related|prefetch_related|joinedload|selectinload|\.Preload\(|\.includes\(|"
    r"\.Include\(|JOIN FETCH|@EntityGraph|"
    r"@BatchSize|DataLoader|\bloader\.load",
    re.IGNORECASE,
)
_LOG = re.compile(
    r"\blog(?:ger)?\.\w+\(|console\.\w+\(|LOG_\w+\(|logging\.\w+\(|\bprint(?:ln|f)?\(|\bslog\.|fmt\.Print"
)
_ENDLESS = re.compile(
    r"^\s*for\s*(?:\(\s*;\s*;\s*\)|\{)|^\s*(?:while|loop)\s*\(?\s*(?:true|1)?\s*\)?\s*[:{]|\bwhile\s*\(?(?:true|1)\)?\b",
    re.IGNORECASE,
)
_PAUSE = re.compile(
    r"sleep|select\s*\{|select\(|tick|\bawait\b|recv|receive|accept|\bread\w*\(|\.next\w*\(|\.take\(|poll|<-|wait|park|"
    r"\.get\(|scan|delay|timer|yield|\bpop\(|fetch|consume",
    re.IGNORECASE,
)


def call_in_loop(diff: Diff) -> str | None:
    """A remote call stands in a loop where none stood, or a bulk call gave way to single ones."""
    old = {line.strip() for hunk in diff.hunks for line in _looped(hunk.before)}
    for hunk in diff.hunks:
        for line in _looped(hunk.after):
            changed = line.strip() in hunk.added or _loop_is_new(hunk)
            if changed and line.strip() not in old and _calls(line) and not _BULK.search(line):
                return f"a call for each element: {line.strip()[:90]}"
    return _bulk_undone(diff)


def _calls(line: str) -> bool:
    """Whether the line asks something of another process."""
    return bool(_CALL.search(line) or _NAMED_REMOTE.search(line))


def _loop_is_new(hunk: Hunk) -> bool:
    return any(_LOOP.search(line) and line not in hunk.removed for line in hunk.added)


def _bulk_undone(diff: Diff) -> str | None:
    gone = [line for line in diff.removed_lines() if _BULK.search(line)]
    came = [line for line in diff.added_lines() if _BULK.search(line)]
    if len(gone) <= len(came):
        return None
    if any(_EAGER.search(line) for line in gone) and not any(_EAGER.search(line) for line in came):
        return f"no longer loaded in bulk: {gone[0][:90]}"
    single = [line for line in new_lines(diff) if _calls(line) and not _BULK.search(line)]
    loops = any(_LOOP.search(line) for hunk in diff.hunks for line in hunk.after)
    return f"a bulk call became single ones: {single[0][:90]}" if single and loops else None


def _looped(lines: tuple[str, ...]) -> Iterator[str]:
    """The lines that stand in a loop: indented deeper than its head, or in one line with it."""
    heads: list[int] = []
    for line in lines:
        indent = len(line) - len(line.lstrip())
        while heads and indent <= heads[-1]:
            heads.pop()
        is_head = bool(_LOOP.search(line)) and not _ENDLESS.search(line)
        if heads or (is_head and _is_whole(line)):
            yield line
        if is_head and not _is_whole(line):
            heads.append(indent)


def _is_whole(line: str) -> bool:
    """Whether a loop begins and ends in this line, as `rows.map(r => load(r))` does."""
    return not line.rstrip().endswith((":", "{", "(", ">", ")")) or (
        "=>" in line and line.count("(") == line.count(")")
    )


def log_in_loop(diff: Diff) -> str | None:
    """A log line in a loop where there was none."""
    for hunk in diff.hunks:
        old = sum(bool(_LOG.search(line)) for line in _looped(hunk.before))
        new = [line.strip() for line in _looped(hunk.after) if _LOG.search(line)]
        if len(new) > old:
            return f"logs for each element: {new[-1][:90]}"
    return None


def endless_loop(diff: Diff) -> str | None:
    """A loop without an end is new, and nothing in it waits."""
    for hunk in diff.hunks:
        heads = [line for line in hunk.added if _ENDLESS.search(line) and line not in hunk.removed]
        if heads and not any(_PAUSE.search(line) for line in hunk.after):
            return f"never rests: {heads[0][:90]}"
    return None


_NESTED = re.compile(r"\((?:\?:|\?P?<\w+>)?(?:[^()\\]|\\.){0,60}[+*](?:[^()\\]|\\.){0,60}\)[+*{]")


def nested_repetition(diff: Diff) -> str | None:
    """A pattern repeats what repeats already: some inputs take exponential time."""
    for line in new_lines(diff):
        quoted = re.search(r"[\"'`/](.*)[\"'`/]", line)
        if quoted and _NESTED.search(quoted.group(1)):
            return f"repeats a repetition: {line[:90]}"
    return None
