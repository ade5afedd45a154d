"""When it began: the stretch of a series that is abnormal, and its first sample."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


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
