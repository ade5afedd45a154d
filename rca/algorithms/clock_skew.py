"""How far apart clocks are, from calls that both sides timed.

A call that is served within the span of its caller bounds the difference of the two clocks from both sides: the server
began after the client did and ended before it. That is what NTP measures with four time stamps (RFC 5905, section 8);
here many calls, most of them sound, are put together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Reals = np.ndarray[Any, np.dtype[np.float64]]
Wholes = np.ndarray[Any, np.dtype[np.int64]]

ENOUGH_CALLS = 10
"""Fewer are an anecdote: retries, streams and cut spans break the bounds one by one."""

SOUND_SHARE = 0.9
"""The share of the calls that must keep the bounds: the rest may be streams, retries or broken spans."""

LEAST_OFFSET_S = 0.005
"""Smaller differences are no concern of an analysis that orders causes; time stamps of that grain are common."""


@dataclass(frozen=True, slots=True)
class Offset:
    """How much a clock is ahead of another: seconds, give or take `uncertainty_s` (half the width of the bounds).

    `significant` only where enough calls agree on bounds that leave out zero by more than grain and chance.
    """

    offset_s: float
    uncertainty_s: float
    calls: int
    significant: bool


def bounds(outer_start: Reals, outer_end: Reals, inner_start: Reals, inner_end: Reals) -> tuple[Reals, Reals]:
    """(low, high) in seconds for each call: inner clock minus outer clock, were the inner span within the outer."""
    return inner_end - outer_end, inner_start - outer_start


def offset(low: Reals, high: Reals, *, nested: bool = True, least_s: float = LEAST_OFFSET_S) -> Offset:
    """The offset that nine of ten calls allow; calls whose bounds contradict themselves (no nesting) are left out.

    Without `nested`, what is outside may have ended first (a message, a task in the background): a clock that seems
    ahead then proves nothing, while an effect that begins before its cause still does.

    >>> sent = np.arange(20.0)
    >>> offset(*bounds(sent, sent + 0.1, sent + 3.01, sent + 3.09))
    Offset(offset_s=3.0, uncertainty_s=0.01, calls=20, significant=True)
    """
    usable = high >= low
    low, high = low[usable], high[usable]
    if not len(low):
        return Offset(0.0, np.inf, 0, False)
    least, most = float(np.quantile(low, SOUND_SHARE)), float(np.quantile(high, 1 - SOUND_SHARE))
    middle, width = round((least + most) / 2, 9), round(abs(most - least) / 2, 9)
    agreed = len(low) >= ENOUGH_CALLS and usable.mean() >= 0.5 and least <= most
    apart = most < 0 or (nested and least > 0)
    return Offset(middle, width, len(low), bool(agreed and apart and abs(middle) >= least_s))


@dataclass(frozen=True, slots=True)
class Clocks:
    """The offset of every clock against the majority, seconds; `consistent` where the pairs do not contradict it."""

    offset_s: Reals
    uncertainty_s: Reals
    consistent: np.ndarray[Any, np.dtype[np.bool_]]


def settle(count: int, first: Wholes, second: Wholes, pairs: list[Offset]) -> Clocks:
    """Offsets of `count` clocks from those of pairs (clock `second` minus clock `first`), by weighted least squares.

    In each connected group the clocks that most others share are right. A pair that is not significant says that its
    clocks agree. A group whose pairs contradict each other is not consistent.
    """
    group = _groups(count, first, second)
    offsets, errors, consistent = np.zeros(count), np.zeros(count), np.ones(count, dtype=bool)
    measured = np.array([pair.offset_s if pair.significant else 0.0 for pair in pairs])
    error = np.array([pair.uncertainty_s if pair.significant else LEAST_OFFSET_S for pair in pairs])
    for name in np.unique(group[first]):
        edges, members = np.flatnonzero(group[first] == name), np.flatnonzero(group == name)
        found = _least_squares(members, first[edges], second[edges], measured[edges], np.maximum(error[edges], 1e-4))
        place = np.searchsorted(members, np.stack([first[edges], second[edges]]))
        residual = np.abs(found[place[1]] - found[place[0]] - measured[edges])
        offsets[members] = found - _shared_by_most(found)
        errors[members] = np.max(error[edges])
        consistent[members] = bool(np.all(residual <= 3 * error[edges] + LEAST_OFFSET_S))
    return Clocks(offsets, errors, consistent)


def _groups(count: int, first: Wholes, second: Wholes) -> Wholes:
    """The connected group of every clock, named by its smallest member."""
    group = np.arange(count)
    for _ in range(count):
        lowest = np.minimum(group[first], group[second])
        before = group.copy()
        np.minimum.at(group, first, lowest)
        np.minimum.at(group, second, lowest)
        if np.array_equal(before, group):
            break
    return group


def _least_squares(members: Wholes, first: Wholes, second: Wholes, measured: Reals, error: Reals) -> Reals:
    rows = np.zeros((len(measured) + 1, len(members)))
    edge = np.arange(len(measured))
    rows[edge, np.searchsorted(members, second)] = 1 / error
    rows[edge, np.searchsorted(members, first)] -= 1 / error
    rows[-1, 0] = 1.0       # one clock is fixed: only differences are measured
    found, *_ = np.linalg.lstsq(rows, np.append(measured / error, 0.0), rcond=None)
    return np.asarray(found, dtype=np.float64)


def _shared_by_most(offsets: Reals) -> float:
    """The offset with most others within the least offset that counts; of several the first."""
    near = np.abs(offsets[:, None] - offsets[None, :]) <= LEAST_OFFSET_S
    return float(np.median(offsets[near[int(np.argmax(near.sum(axis=1)))]]))
