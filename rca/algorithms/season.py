"""The part of a series that comes back every day."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

DAY_S = 86_400.0

FEWEST_PERIODS = 1.9
"""Two days, but for the sample that is missing at the end: one day cannot tell a rhythm from a rise."""

EXPLAINED = 0.5
"""The share of the variance around a smooth trend that the rhythm must explain to be believed."""

HARMONICS = 2
"""A day and half a day: office hours are told, and few floor samples can still afford the four parameters."""

RHYTHM_PARAMETERS = 2 * HARMONICS


def daily_part(times_s: Array, values: Array) -> Array:
    """What of `values` repeats daily, with mean zero; all zeros where no rhythm is established.

    Harmonics of 24 h are fitted together with a parabola, so that growth is not taken for a rhythm nor the reverse.
    """
    nothing = np.zeros(len(values))
    span = float(times_s[-1] - times_s[0]) if len(times_s) else 0.0
    if span < FEWEST_PERIODS * DAY_S or len(values) < 7 * HARMONICS:
        return nothing
    x = (times_s - times_s[0]) / span
    smooth = np.column_stack([np.ones_like(x), x, x * x])
    phase = 2 * np.pi * times_s / DAY_S
    rhythm = np.column_stack([part(k * phase) for k in range(1, HARMONICS + 1) for part in (np.sin, np.cos)])
    both = np.column_stack([smooth, rhythm])
    weights = np.linalg.lstsq(both, values, rcond=None)[0]
    without = values - smooth @ np.linalg.lstsq(smooth, values, rcond=None)[0]
    left = values - both @ weights
    if 1 - (left @ left) / max(float(without @ without), 1e-300) < EXPLAINED:
        return nothing
    found: Array = rhythm @ weights[smooth.shape[1]:]
    found -= found.mean()
    return found
