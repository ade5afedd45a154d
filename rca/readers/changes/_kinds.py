"""What the records of changes look like, kind by kind: which keys tell them, which row they make.

Key names are plain (`commitSha` is `commitsha`). The synonyms cover GitHub's and GitLab's REST answers, `gh --json`,
Argo CD's application history, `helm history -o json` and the lists that teams keep by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from rca.readers._fields import Record, pick, plain_record, text, texts
from rca.readers._shape import Cells, has

_HEX = re.compile(r"[0-9a-fA-F]{7,64}")

TIMES = ("timestamp", "time", "date", "committeddate", "committedat", "commitdate", "authoreddate", "authoredat",
         "authordate", "deployedat", "finishedat", "completedat", "updated", "updatedat", "startedat", "createdat",
         "changedat", "appliedat", "ts", "at", "datetime")
COMPONENTS = ("service", "servicename", "component", "app", "application", "workload", "deployment", "project",
              "repository", "repo", "module", "environment", "chart", "namespace")
ACTORS = ("author", "authorname", "actor", "user", "username", "deployedby", "changedby", "by", "creator",
          "initiatedby", "committer", "committername", "owner", "authors", "who")
SHAS = ("commitsha", "gitsha", "sha", "commit", "commitid", "commithash", "gitcommit", "revision", "gitrevision", "oid",
        "hash", "headsha", "ref")
COMMIT_IDS = ("sha", "hash", "commit", "commitsha", "commitid", "commithash", "oid", "id", "revision")
MESSAGES = ("message", "messageheadline", "subject", "commitmessage", "title", "summary", "description", "msg")
FILES = ("fileschanged", "files", "changedfiles", "paths", "filenames", "modifiedfiles")
DIFFS = ("diff", "patch", "unifieddiff")
PARENTS = ("parents", "parentids", "parent", "parentsha")
VERSIONS = ("version", "release", "releaseversion", "imagetag", "tag", "image", "build", "buildnumber",
            "buildid", "appversion")
FLAGS = ("flag", "flagkey", "flagname", "featureflag", "feature", "toggle", "featuretoggle")
OLD = ("from", "old", "before", "oldvalue", "previous", "previousvalue", "oldstate")
NEW = ("to", "new", "after", "newvalue", "value", "newstate", "state", "enabled", "variation", "status")
TELEMETRY = ("level", "severity", "severitytext", "loglevel", "spanid", "traceid", "metric", "threshold", "signature")
"""Keys of logs, spans, metrics and alerts: a record that has one is no change."""

KINDS = ("commit", "deploy", "flag", "config", "migration", "package", "scale")
_KIND_WORDS = {"deployment": "deploy", "release": "deploy", "rollout": "deploy", "rollback": "deploy",
               "feature_flag": "flag", "feature-flag": "flag", "configuration": "config", "scaling": "scale"}


def commit_sha(value: Any) -> str | None:
    """The value where it can be a commit's hash, in lower case."""
    return value.lower() if isinstance(value, str) and _HEX.fullmatch(value) else None


def is_commit(record: Record) -> bool:
    """A hash, a message, and an author or a time."""
    inner = _inner(record)
    return (not has(record, TELEMETRY) and _own_sha(record) is not None and has(inner, MESSAGES)
            and has(inner, (*ACTORS, *TIMES)) and not has(record, VERSIONS))


def commit(record: Record) -> Cells:
    """A commit: `files` and `diff` also where each file brings its own patch."""
    inner = _inner(record)
    files = pick(record, FILES)
    author = pick(inner, ACTORS)
    return {"time": _time(inner, author), "kind": "commit", "component": text(pick(record, COMPONENTS)),
            "id": _own_sha(record), "parent_id": next(iter(_parents(record)), None),
            "author": next(iter(texts(author)), None), "summary": _first_line(pick(inner, MESSAGES)),
            "files": _paths(files), "diff": _diff(pick(record, DIFFS), files)}


def is_deploy(record: Record) -> bool:
    """A component, what went out (a version or a commit) and when."""
    names_what = has(record, (*VERSIONS, *SHAS))
    return (names_what and has(record, COMPONENTS, TIMES) and not has(record, TELEMETRY) and not has(record, FLAGS)
            and not is_commit(record) and ("message" not in record or has(record, SHAS)))


def deploy(record: Record) -> Cells:
    """A deploy: its id is the version, or the commit where no version is named."""
    sha = next((found for name in SHAS if (found := commit_sha(record.get(name)))), None)
    version = text(pick(record, VERSIONS)) or sha or text(pick(record, SHAS)) or text(record.get("id"))
    component = text(pick(record, COMPONENTS))
    return {"time": _time(record), "kind": "deploy", "component": component, "id": version, "parent_id": sha,
            "author": text(pick(record, ACTORS)), "files": _paths(pick(record, FILES)),
            "summary": _first_line(pick(record, MESSAGES)) or f"deploy of {component} {version}",
            "diff": _diff(pick(record, DIFFS), None)}


def is_flag(record: Record) -> bool:
    """A flag's name and what became of it."""
    return has(record, FLAGS, ("change", "action", *OLD, *NEW)) and not has(record, TELEMETRY)


def flag(record: Record) -> Cells:
    """A flag that was switched: the summary is `old->new`."""
    return {"time": _time(record), "kind": "flag", "component": text(pick(record, COMPONENTS)),
            "id": text(pick(record, FLAGS)), "author": text(pick(record, ACTORS)), "summary": _switch(record),
            "files": ()}


def is_other(record: Record) -> bool:
    """A record that says of itself which kind of change it is."""
    return _named_kind(record) is not None and has(record, TIMES) and not has(record, TELEMETRY)


def other(record: Record) -> Cells:
    """A configuration change, migration, package update or scaling."""
    kind, change = _named_kind(record), _switch(record)
    return {"time": _time(record), "kind": kind, "component": text(pick(record, COMPONENTS)),
            "id": text(pick(record, ("id", "name", "key", *VERSIONS, *SHAS, *FLAGS))),
            "author": text(pick(record, ACTORS)),
            "parent_id": next((found for name in SHAS if (found := commit_sha(record.get(name)))), None),
            "summary": _first_line(pick(record, MESSAGES)) or change, "files": _paths(pick(record, FILES)),
            "diff": _diff(pick(record, DIFFS), None)}


ORDER: tuple[tuple[Callable[[Record], bool], Callable[[Record], Cells]], ...] = (
    (is_flag, flag), (is_commit, commit), (is_deploy, deploy), (is_other, other))
"""The most telling keys first."""


def row(record: Record) -> Cells | None:
    """The row of `changes` for one record, or None where it is no change."""
    return next((make(record) for fits, make in ORDER if fits(record)), None)


def is_change(record: Record) -> bool:
    """Whether the record is a change of any kind."""
    return any(fits(record) for fits, _ in ORDER)


def _inner(record: Record) -> Record:
    """GitHub keeps message and author of a commit one level deeper, under `commit`."""
    inner = record.get("commit")
    return {**record, **plain_record(inner)} if isinstance(inner, Mapping) else record


def _own_sha(record: Record) -> str | None:
    return next((found for name in COMMIT_IDS if (found := commit_sha(record.get(name)))), None)


def _parents(record: Record) -> tuple[str, ...]:
    parents = pick(record, PARENTS)
    items = parents if isinstance(parents, list) else [parents]
    return texts([item.get("sha", item.get("oid")) if isinstance(item, Mapping) else item for item in items])


def _time(record: Record, author: Any = None) -> Any:
    """When it happened; GitHub writes it into the author."""
    found = pick(record, TIMES)
    if found is None and isinstance(author, Mapping):
        found = pick(plain_record(author), TIMES)
    return found


def _first_line(message: Any) -> str | None:
    found = text(message)
    return found.strip().split("\n", 1)[0].strip() if found and found.strip() else None


def _paths(files: Any) -> tuple[str, ...]:
    items = files if isinstance(files, list) else [files]
    return tuple(path for item in items if (path := _path(item)))


def _path(item: Any) -> str | None:
    if isinstance(item, Mapping):
        return text(pick(plain_record(item), ("filename", "path", "newpath", "file", "name")))
    return item if isinstance(item, str) else None


def _diff(diff: Any, files: Any) -> str | None:
    """The diff as one text, joined from the files' own patches where there is none."""
    if isinstance(diff, str):
        return diff
    if isinstance(diff, list):
        files = diff
    patches = [(_path(item), plain_record(item).get("patch", plain_record(item).get("diff")))
               for item in (files if isinstance(files, list) else []) if isinstance(item, Mapping)]
    parts = [f"--- a/{path}\n+++ b/{path}\n{patch}" for path, patch in patches if isinstance(patch, str)]
    return "\n".join(parts) or None


def _switch(record: Record) -> str | None:
    if (change := text(record.get("change"))) is not None:
        return change
    old, new = text(pick(record, OLD)), text(pick(record, NEW))
    if old is not None and new is not None:
        return f"{old}->{new}"
    return new if new is not None else text(record.get("action"))


def _named_kind(record: Record) -> str | None:
    word = str(pick(record, ("kind", "type", "changetype", "eventtype")) or "").lower()
    word = _KIND_WORDS.get(word, word)
    return word if word in KINDS else None
