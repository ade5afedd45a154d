"""The releases of the service: a real git repository, made from its sources and the commits of the story."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from order_service.clock import iso

from recording.plan import Commit

LAB = Path(__file__).resolve().parents[1]


class Repository:
    """A git repository in `folder` whose commits bear the times of the story.

    Needs git; raises subprocess.CalledProcessError where git refuses a patch.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shas: list[str] = []

    def build(self, commits: tuple[Commit, ...], start: datetime) -> None:
        """The sources as they stand in the lab, then the commits. `start` is minute 0."""
        shutil.copytree(LAB / "order_service", self.folder / "order_service",
                        ignore=shutil.ignore_patterns("__pycache__"))
        self._git("init", "--quiet", "--initial-branch=main")
        self._git("add", ".")
        self._git("commit", "--quiet", "--message=The order service", when=start - timedelta(days=3))
        self.shas = [self._head()]
        for commit in commits:
            # `am` keeps the author's name and message; the times are those of the recording
            when = start + timedelta(minutes=commit.at_min)
            self._git("am", "--quiet", str(LAB / "order_commits" / commit.patch), when=when)
            self._git("commit", "--quiet", "--amend", "--no-edit", f"--date={when.isoformat()}", when=when)
            self.shas.append(self._head())

    def check_out(self, release: int, folder: Path) -> None:
        """The sources with the first `release` commits, in a new folder."""
        folder.mkdir()
        archive = folder / "sources.zip"
        self._git("archive", f"--output={archive}", self.shas[release])
        shutil.unpack_archive(archive, folder)
        archive.unlink()

    def records(self) -> list[dict[str, Any]]:
        """The commits of the story as JSON records, oldest first, with their real diffs."""
        return [self._record(sha, parent) for parent, sha in zip(self.shas, self.shas[1:], strict=False)]

    def _record(self, sha: str, parent: str) -> dict[str, Any]:
        author, time, message = self._git("show", "--no-patch", "--format=%an%n%cI%n%B", sha).strip().split("\n", 2)
        files = self._git("diff", "--name-only", parent, sha).split()
        return {"sha": sha, "author": author, "timestamp": iso(datetime.fromisoformat(time)), "message": message,
                "parents": [parent], "files_changed": files, "diff": self._git("diff", parent, sha)}

    def _head(self) -> str:
        return self._git("rev-parse", "HEAD").strip()

    def _git(self, *arguments: str, when: datetime | None = None) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.folder, env=_environment(when), check=True,
                              capture_output=True, text=True)
        return done.stdout


def _environment(when: datetime | None) -> Mapping[str, str]:
    """Git without anybody's settings, so that the repository comes out the same everywhere."""
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "release bot"), ("EMAIL", "bot@shop.example"))}
    dates = {f"GIT_{role}_DATE": when.isoformat() for role in ("AUTHOR", "COMMITTER")} if when else {}
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C", **who, **dates}
