"""When it began: the stretch of a series that is abnormal, and its first sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
