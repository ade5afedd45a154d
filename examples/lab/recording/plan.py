"""What happens when in a recording, in minutes on the lab's clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

FACTOR = 60.0
"""Seconds that pass on the lab's clock in one real second: a recorded hour takes a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit of the story: its patch in `order_commits`, and when its author committed it."""

    patch: str
    at_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The service starts, or starts again. `release` is the number of commits that run; `deploy` its version.

    `deploy` is None where the same release is only started again.
    """

    at_min: float
    release: int
    deploy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole recording. `guilty` is the commit that brings the leak, counted from 0; None where nothing is wrong."""

    name: str
    length_min: float
    commits: tuple[Commit, ...]
    starts: tuple[Start, ...]
    guilty: int | None
    sample_min: float = 0.5
    snapshot_min: float = 25.0
    seed: int = 20_260_301

    def lives(self) -> Iterator[tuple[Start, float]]:
        """(start, end in minutes) of each process, in order."""
        ends = [start.at_min for start in self.starts[1:]] + [self.length_min]
        return zip(self.starts, ends, strict=True)


_LIMIT = Commit(patch="0001-Refuse-more-than-999-pieces-of-one-article.patch", at_min=12)
_CACHE = Commit(patch="0002-Cache-the-volume-discounts.patch", at_min=81)
_AUDIT = Commit(patch="0003-Show-the-support-team-what-a-customer-sent.patch", at_min=113)
_README = Commit(patch="0004-Describe-the-order-history-in-the-README.patch", at_min=134)
_LINES = Commit(patch="0005-Log-how-many-lines-an-order-has.patch", at_min=141)

ORDER_LEAK = Plan(
    name="order-leak", length_min=330, commits=(_LIMIT, _CACHE, _AUDIT, _README, _LINES), guilty=2,
    starts=(
        Start(at_min=0, release=0),
        Start(at_min=40, release=1, deploy="2.3.1"),
        Start(at_min=105, release=2, deploy="2.3.2"),
        Start(at_min=130, release=3, deploy="2.4.0"),       # brings the leak
        Start(at_min=152, release=5, deploy="2.4.1"),       # innocent
        Start(at_min=265, release=5),                       # somebody restarts it, which only postpones
    ))
"""Two innocent deploys before the leak, one after it, and a restart that does not help."""

ORDER_HEALTHY = Plan(
    name="order-healthy", length_min=150, commits=(_LIMIT, _CACHE), guilty=None,
    starts=(
        Start(at_min=0, release=0),
        Start(at_min=45, release=1, deploy="2.3.1"),
        Start(at_min=100, release=2, deploy="2.3.2"),
    ))
"""The same service and load, two innocent deploys, no fault."""
