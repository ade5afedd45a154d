"""Cuts a series of memory into process lives, and each life down to the floor that a collection leaves behind.

A fall much larger than the usual step is either a tooth of a collector's sawtooth (there are many, and each is as high
as the next) or the end of a process (few, or far higher than the teeth).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

FALL = 8.0
"""A fall beyond this many median absolute deviations of the steps is no noise."""

MANY_TEETH = 12
"""From so many falls on they are a sawtooth; fewer are restarts, releases or noise."""

ABOVE_TEETH = 2.5
"""Within a sawtooth a fall this many times as high as the usual tooth ends a life."""

OF_RANGE = 0.3
"""A restart gives back at least this share of the whole range; smaller falls are steps downward."""


SCATTERED, FEWEST_SCATTERED = -0.35, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process life: the samples of its floor. `start` and `end` are the times of its first and last raw sample."""

    times: Array
    floor: Array
    start: float
    end: float
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """The lives of a series in their order, and whether a sawtooth was taken off."""

    lives: tuple[Life, ...]
    sawtooth: bool


def falls(values: Array) -> Array:
    """Positions of the first sample after each big fall.

    >>> falls(np.array([1.0, 2, 3, 4, 5, 1, 2, 3, 4.1, 5, 6])).tolist()
    [5]
    """
    steps = np.diff(values)
    if not len(steps):
        return np.empty(0, dtype=int)
    usual = float(np.median(steps))
    spread = float(np.median(np.abs(steps - usual))) or 1e-9 * float(np.abs(values).max(initial=1.0))
    return np.flatnonzero(steps < -FALL * spread - abs(usual)) + 1


def lives(times: Array, values: Array) -> Lives:
    """The lives of a series; in a sawtooth only the valleys, the samples right after a fall, make the floor."""
    at = falls(values)
    heights = values[at - 1] - values[at] if len(at) else np.empty(0)
    sawtooth = len(at) >= MANY_TEETH
    ends = heights > OF_RANGE * _range(values)
    if sawtooth:
        ends &= heights > ABOVE_TEETH * float(np.median(heights))
    borders = [0, *at[ends].tolist(), len(values)]
    parts = [(a, b) for a, b in pairwise(borders) if b > a]
    return Lives(sawtooth=sawtooth, lives=tuple(
        _life(times, values, slice(a, b), at if sawtooth else None, is_last=b == len(values)) for a, b in parts))


def _range(values: Array) -> float:
    low, high = np.quantile(values, (0.02, 0.98))
    return float(high - low)


def _life(times: Array, values: Array, part: slice, valleys: Array | None, *, is_last: bool) -> Life:
    chosen = np.arange(part.start, part.stop) if valleys is None else valleys[
        (valleys > part.start) & (valleys < part.stop)]
    return Life(times=times[chosen], floor=values[chosen], start=float(times[part.start]),
                end=float(times[part.stop - 1]), is_last=is_last)


def without_spikes(times: Array, values: Array) -> tuple[Array, Array]:
    """The series without single samples that stand far above both neighbours: bad samples, or garbage just seen.

    >>> without_spikes(np.arange(7.0), np.array([1.0, 2, 3, 90, 4, 5, 6]))[1].tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """
    steps = np.diff(values)
    if len(steps) < 3:
        return times, values
    far = FALL * max(float(np.median(np.abs(steps - np.median(steps)))), 1e-9 * float(np.abs(values).max()))
    spike = np.concatenate(([False], (steps[:-1] > far) & (steps[1:] < -far), [False]))
    return times[~spike], values[~spike]


def scattered(values: Array) -> bool:
    """Whether neighbours have nothing in common but a slow course: samples taken anywhere between two collections.

    Independent noise has steps with a lag-one correlation of -0.5, a random walk of 0.
    """
    steps = np.diff(values)
    steps = steps - steps.mean()
    return len(steps) >= FEWEST_SCATTERED and float(steps[1:] @ steps[:-1]) < SCATTERED * float(steps @ steps)


def blocks(times: Array, values: Array, count: int, *, lowest: bool = False) -> tuple[Array, Array]:
    """Mean time and median (or `lowest`) value of each of `count` equally long stretches that holds samples.

    >>> blocks(np.array([0.0, 1, 2, 9]), np.array([5.0, 1, 3, 7]), 3)
    (array([1., 9.]), array([3., 7.]))
    """
    typical = np.min if lowest else np.median
    edges = np.linspace(times[0], times[-1], count + 1)
    slot = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, count - 1)
    cuts = np.flatnonzero(np.diff(slot)) + 1
    parts = zip(np.split(times, cuts), np.split(values, cuts), strict=True)
    pairs = [(float(t.mean()), float(typical(v))) for t, v in parts]
    return np.array([t for t, _ in pairs]), np.array([v for _, v in pairs])
