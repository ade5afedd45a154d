"""When it began: the stretch of a series that is abnormal, and its first sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = np.ndarray[Any, np.dtype[Any]]


def abnormal_stretch(abnormal: npt.NDArray[np.bool_]) -> tuple[int, int] | None:
    """First index and end (exclusive) of the stretch that is mostly abnormal; None where nothing is.

    The stretch maximises (abnormal samples - normal samples) within it: single outliers before an incident and single
    good samples within it move neither border (maximum subarray, Bentley 1984, on +1 and -1). Linear.

    >>> abnormal_stretch(np.array([0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 0], dtype=bool))
    (4, 9)
    """
    if not abnormal.any():
        return None
    total = np.concatenate(([0.0], np.cumsum(np.where(abnormal, 1.0, -1.0))))
    lowest = np.minimum.accumulate(total)
    end = int(np.argmax(total - lowest))
    start = int(np.flatnonzero(total[:end] == lowest[end])[-1])
    return start, end


def hinge_gains(x: Array, y: Array, columns: Array) -> Array:
    """By how much the squared error of `columns` fitted to `y` falls when max(x - x[k], 0) joins them, for every k.

    Linear in the number of samples: the gain is the squared correlation of the residuals with the part of the hinge
    that the columns do not explain, and all its sums are cumulative ones.
    """
    return _gains(y, columns, lambda weights: _later(weights * x) - x * _later(weights), _hinge_squares(x))


def step_gains(y: Array, columns: Array) -> Array:
    """By how much the squared error of `columns` fitted to `y` falls when a step from sample k on joins them.

    >>> int(np.argmax(step_gains(np.array([1.0, 1, 1, 5, 5]), np.ones((5, 1)))))
    3
    """
    return _gains(y, columns, _later, np.arange(len(y), 0, -1).astype(float))


def _gains(y: Array, columns: Array, dots: Callable[[Array], Array], squares: Array) -> Array:
    basis, _ = np.linalg.qr(columns)
    residuals = y - basis @ (basis.T @ y)
    own = squares - sum((dots(column) ** 2 for column in basis.T), np.zeros(len(y)))
    alone = own <= 1e-6 * squares.max(initial=1.0)       # explained by the columns already: nothing to gain
    return np.where(alone, 0.0, dots(residuals) ** 2 / np.where(alone, 1.0, own))


def _later(weights: Array) -> Array:
    """For every k the sum from k on."""
    found: Array = np.cumsum(weights[::-1])[::-1]
    return found


def _hinge_squares(x: Array) -> Array:
    squares: Array = _later(x * x) - 2 * x * _later(x) + np.arange(len(x), 0, -1) * x * x
    return squares


class Departure(NamedTuple):
    """Positions of the last normal sample (-1: none was seen), the first clearly abnormal one, and the last one."""

    last_normal: int
    first_abnormal: int
    last_abnormal: int


def departure(z: Array, *, within: int = 0, clear: float = 3.0, patience: float = 6.0) -> Departure | None:
    """When `z`, departures in scales towards the side of interest, left the normal range for good.

    The abnormal stretch is the segment with the largest sum of (z, cut at twice `clear`) - `clear` that ends at or
    after position `within`: single outliers before it and single good samples within it move no border. From its start
    the search goes back as long as the samples lean that way (a ramp leans long before it is clear), with `patience`
    scales of give. None where no sample from `within` on is clear. Linear.

    >>> departure(np.array([0, 1, -1, 0, 1.2, 2.2, 2.8, 5, 9, 9]))
    Departure(last_normal=3, first_abnormal=7, last_abnormal=9)
    """
    if not np.any(z[within:] > clear):
        return None
    total = np.concatenate(([0.0], np.cumsum(np.clip(z, -2 * clear, 2 * clear) - clear)))
    lowest = np.minimum.accumulate(total)
    end = within + int(np.argmax((total - lowest)[within + 1:]))
    start = int(np.argmin(total[: end + 1]))
    return Departure(_leans_from(z[:start], patience) - 1, start, end)


def _leans_from(z: Array, patience: float) -> int:
    """The first position of the tail of `z` that leans above one scale throughout, with `patience` scales of give."""
    back = np.cumsum(np.clip(z[::-1], -3.0, 3.0) - 1.0)
    highest = np.maximum.accumulate(np.maximum(back, 0.0))
    given_up = np.flatnonzero(highest - back > patience)
    reach = back[: given_up[0]] if len(given_up) else back
    if not len(reach) or reach.max() <= 0:
        return len(z)
    return len(z) - int(np.argmax(reach)) - 1


def level_change(values: Array, *, smallest: int = 3) -> int | None:
    """The position at which the second of two levels begins, each at least `smallest` long; None where there is one.

    Maximises the standardised rank sum over all splits (Pettitt 1979), so that outliers and scale do not matter. It
    always splits unequal values: whether the levels differ by enough is for the caller to judge.

    >>> level_change(np.array([1, 2, 1, 2, 900, 1, 2, 1, 8, 9, 8, 9, 8, 9.0]))
    8
    """
    n = len(values)
    if n < 2 * smallest or np.all(values == values[0]):
        return None
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    centred = (np.cumsum(counts) - (counts - 1) / 2)[inverse] - (n + 1) / 2
    left = np.arange(1, n)
    gain = np.abs(np.cumsum(centred)[:-1]) / np.sqrt(left * (n - left))
    return int(np.argmax(gain[smallest - 1: n - smallest + 1])) + smallest
