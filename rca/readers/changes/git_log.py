"""`git log` with what its options add: patches, `--stat`, names, `--numstat`, `--parents`, `--pretty=fuller`.

Dates in the default form, or `--date=iso`, `iso-strict`, `rfc`, `raw` or `unix`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rca.readers._open import Source
from rca.readers._reader import BATCH_ROWS, Head, Output
from rca.readers._shape import Cells, batch

NAME = "git-log"
TABLES = ("changes",)
# Captured with git 2.39.5 from a repository made for this: `git log --patch` and `git log --stat --pretty=fuller`.
SAMPLES = (
    "commit c3409f15413422016619f4c66b2e5978a739e4dc\nMerge: 7bb2a10 3a997d8\nAuthor: Ada L <ada@example.org>\n"
    "Date:   Mon Mar 2 08:30:00 2026 +0100\n\n    Merge branch 'side'\n\n"
    "commit 7bb2a10dde8354852d1fd4307fa863ed878c6d4e\nAuthor: Ada L <ada@example.org>\n"
    "Date:   Mon Mar 2 08:20:00 2026 +0100\n\n    Keep sessions longer\n    \n    Asked for by sales\n\n"
    "diff --git a/session.py b/session.py\nindex f794b14..868eb33 100644\n--- a/session.py\n+++ b/session.py\n"
    "@@ -1 +1 @@\n-TTL = 60\n+TTL = 0\n",
    "commit 7bb2a10dde8354852d1fd4307fa863ed878c6d4e\nAuthor:     Ada L <ada@example.org>\n"
    "AuthorDate: Mon Mar 2 08:20:00 2026 +0100\nCommit:     Ada L <ada@example.org>\n"
    "CommitDate: Mon Mar 2 09:20:00 2026 +0100\n\n    Keep sessions longer\n    \n    Asked for by sales\n\n"
    " session.py | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n",
)

_DIFF_CHARACTERS = 16 << 20
"""Diffs held before a batch is handed on."""

_COMMIT = re.compile(r"commit ([0-9a-f]{7,64})((?: [0-9a-f]{7,64})*)(?: \(.*\))?")
_FIELD = re.compile(r"(Author|AuthorDate|Date|Commit|CommitDate|Merge): +(.*)")
_DIFF = re.compile(r"diff --(?:git|cc|combined) (.+)")
_STAT = re.compile(r" (\S.*?) +\| +(?:\d+(?: [+-]+)?|Bin(?: .*)?|Unmerged)")
_STATUS = re.compile(r"(?:[ACDMRTUX]{1,2}\d*|\d+\t\d+|-\t-)\t(.+)")
_RAW = re.compile(r":{1,2}[0-7]{6} .*?\t(.+)")
_NO_PATH = re.compile(r" |Notes\b|\S+: ")
_PLAIN_NAME = re.compile(r"[^\s:|][^\t|]*")
_RENAME = re.compile(r"\{(?:[^{}]*) => ([^{}]*)\}")
_MONTHS = {name: f"{i:02d}" for i, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1)}
_DEFAULT_DATE = re.compile(r"\w{3} (\w{3}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})(?: ([+-]\d{4}))?")
_RFC_DATE = re.compile(r"\w{3}, +(\d{1,2}) (\w{3}) (\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})")
_ISO_DATE = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4})")
_RAW_DATE = re.compile(r"(\d{6,12})(?: [+-]\d{4})?")


def looks_like(head: Head) -> float:
    """Sure where the first line is a commit's and an author follows."""
    if not head.lines or not _COMMIT.fullmatch(head.lines[0]):
        return 0.0
    return 0.97 if any(line.startswith("Author: ") for line in head.lines[1:5]) else 0.3


@dataclass(slots=True)
class _Commit:
    """A commit under construction: what its lines said so far."""

    line: int
    sha: str
    parents: list[str]
    fields: dict[str, str] = field(default_factory=dict)
    message: list[str] = field(default_factory=list)
    files: dict[str, None] = field(default_factory=dict)
    diff: list[str] = field(default_factory=list)
    in_message: bool = False

    def cells(self) -> Cells:
        summary = next((text for line in self.message if (text := line.strip())), None)
        date = self.fields.get("CommitDate") or self.fields.get("Date") or self.fields.get("AuthorDate")
        merged = self.fields.get("Merge", "").split()
        while self.diff and not self.diff[-1].strip():
            self.diff.pop()
        return {"time": None if date is None else git_date(date), "kind": "commit", "id": self.sha, "summary": summary,
                "parent_id": next(iter([*self.parents, *merged]), None), "files": tuple(self.files),
                "author": re.sub(r" <[^<>]*>$", "", self.fields.get("Author", "")).strip() or None,
                "diff": "\n".join(self.diff) or None}


def read(source: Source) -> Iterator[Output]:
    """One row of `changes` per commit; of several parents the first is kept."""
    rows: list[Cells] = []
    lines: list[int] = []
    held = 0
    for commit in _commits(source):
        rows.append(commit.cells())
        lines.append(commit.line)
        held += len(rows[-1]["diff"] or "")
        if held > _DIFF_CHARACTERS or len(rows) >= BATCH_ROWS:
            yield from batch("changes", source, rows, lines)
            rows, lines, held = [], [], 0
    if rows:
        yield from batch("changes", source, rows, lines)


def _commits(source: Source) -> Iterator[_Commit]:
    commit: _Commit | None = None
    for number, line in source.lines():
        if line.startswith("commit ") and (match := _COMMIT.fullmatch(line)):
            if commit is not None:
                yield commit
            commit = _Commit(number, match[1], match[2].split())
        elif commit is not None:
            _take(commit, line)
    if commit is not None:
        yield commit


def _take(commit: _Commit, line: str) -> None:
    """One line below the commit's own: header, then message (indented), then what was changed."""
    if commit.diff or line.startswith("diff --"):
        if match := _DIFF.fullmatch(line):
            commit.files[_diff_path(match[1])] = None
        commit.diff.append(line)
    elif line.startswith("    "):
        commit.message.append(line)
    elif not commit.message and (match := _FIELD.fullmatch(line)):
        commit.fields[match[1]] = match[2].strip()
    elif line.strip() and (path := _listed_path(line)):
        commit.files[path] = None


def _listed_path(line: str) -> str | None:
    """The path of one line of `--stat`, `--name-status`, `--numstat`, `--raw` or `--name-only`."""
    for form in (_STAT, _STATUS, _RAW):
        if match := form.fullmatch(line):
            return _renamed(match[1])
    if line == "---" or _NO_PATH.match(line):
        return None
    return unquoted(line) if _PLAIN_NAME.fullmatch(line) else None


def _renamed(path: str) -> str:
    r"""The new name of `a/{old => new}/b.py`, `old => new` and `old<tab>new`.

    >>> _renamed("src/{old => new}/b.py"), _renamed("a.py => b.py"), _renamed("a.py\tb.py")
    ('src/new/b.py', 'b.py', 'b.py')
    """
    path = path.rsplit("\t", 1)[-1]
    path = _RENAME.sub(r"\1", path).replace("//", "/")
    return unquoted(path.rsplit(" => ", 1)[-1])


def _diff_path(text: str) -> str:
    """The new path of `a/x.py b/x.py`, of quoted names, or of a merge's `x.py`."""
    if text.startswith('"') and (match := re.search(r'"((?:[^"\\]|\\.)*)"$', text)):
        return unquoted(f'"{match[1]}"').removeprefix("b/")
    middle = (len(text) - 1) // 2       # the two names are equally long unless it is a rename
    if text[:2] == "a/" and text[middle:middle + 3] == " b/" and text[2:middle] == text[middle + 3:]:
        return text[middle + 3:]
    return text.rsplit(" b/", 1)[-1] if text.startswith("a/") else text


def unquoted(path: str) -> str:
    r"""A path as git quotes it (core.quotePath): bytes beyond ASCII in octal.

    >>> unquoted('"caf\\303\\251.py"')
    'café.py'
    """
    if not (path.startswith('"') and path.endswith('"') and len(path) > 1):
        return path
    held = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8) & 255]), path[1:-1].encode())
    return re.sub(rb"\\(.)", rb"\1", held).decode("utf-8", errors="replace")


def git_date(text: str) -> str:
    """A date of `git log` in ISO 8601, epoch seconds as they are; anything else unchanged.

    >>> git_date("Mon Mar 2 08:00:00 2026 +0100"), git_date("2026-03-02 08:00:00 +0100"), git_date("1772445720 +0100")
    ('2026-03-02T08:00:00+0100', '2026-03-02T08:00:00+0100', '1772445720')
    """
    if match := _DEFAULT_DATE.fullmatch(text):
        month, day, clock, year, zone = match.groups()
    elif match := _RFC_DATE.fullmatch(text):
        day, month, year, clock, zone = match.groups()
    elif match := _ISO_DATE.fullmatch(text):
        return f"{match[1]}T{match[2]}{match[3]}"
    else:
        return match[1] if (match := _RAW_DATE.fullmatch(text)) else text
    return f"{year}-{_MONTHS.get(month, '??')}-{int(day):02d}T{clock}{zone or ''}"
