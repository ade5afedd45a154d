"""A small line chart as inline SVG: the shape of a series, with the incident shaded and the onset marked."""

from __future__ import annotations

import math
from datetime import datetime
from itertools import groupby

from rca.model import Series, Window

WIDTH, HEIGHT, MARGIN = 300.0, 54.0, 3.0
MOST_POINTS = 130
"""Every second pixel: more cannot be told apart, and 130 points take about 1.6 KB."""


def sparkline(series: Series, *, incident: Window | None = None, onset: Window | None = None) -> str:
    """`series` as an `<svg>` without text, or "" where fewer than two of its values are finite.

    Colours are attributes, so that the line stays where styles are stripped. Gaps (NaN) stay gaps. Of many points the
    lowest and highest of each stretch are kept, so that no spike is lost.
    """
    points = _thinned([(t, v) for t, v in zip(series.times, series.values, strict=True)])
    values = [v for _, v in points if math.isfinite(v)]
    if len(values) < 2 or points[0][0] == points[-1][0]:
        return ""
    scale = _Scale(points[0][0], points[-1][0], min(values), max(values))
    return (
        f'<svg class="spark" width="{WIDTH:.0f}" height="{HEIGHT:.0f}" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" '
        f'role="img" aria-hidden="true">{_shade(scale, incident)}{_lines(scale, points)}{_mark(scale, onset)}</svg>'
    )


class _Scale:
    """From times and values to pixels."""

    def __init__(self, start: datetime, end: datetime, low: float, high: float) -> None:
        self._start, self._span = start, (end - start).total_seconds()
        self._low, self._range = low, (high - low) or 1.0
        self._flat = high == low

    def x(self, time: datetime) -> float:
        """The pixel column of `time`, within the picture."""
        share = (time - self._start).total_seconds() / self._span
        return MARGIN + min(1.0, max(0.0, share)) * (WIDTH - 2 * MARGIN)

    def y(self, value: float) -> float:
        """The pixel row of `value`; a series that never changes runs through the middle."""
        share = 0.5 if self._flat else value / self._range - self._low / self._range
        return HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)


def _shade(scale: _Scale, incident: Window | None) -> str:
    if incident is None:
        return ""
    left, right = scale.x(incident[0]), scale.x(incident[1])
    width = max(right - left, 1)
    return f'<rect x="{left:.1f}" y="0" width="{width:.1f}" height="{HEIGHT:.0f}" fill="#d9534f" fill-opacity="0.13"/>'


def _mark(scale: _Scale, onset: Window | None) -> str:
    if onset is None:
        return ""
    x = scale.x(onset[0] + (onset[1] - onset[0]) / 2)
    return (
        f'<line x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{HEIGHT:.0f}" stroke="#d9534f" stroke-width="1.2" '
        f'stroke-dasharray="3 2"/>'
    )


def _lines(scale: _Scale, points: list[tuple[datetime, float]]) -> str:
    drawn = []
    for finite, stretch in groupby(points, key=lambda point: math.isfinite(point[1])):
        if finite:
            path = " ".join(f"{scale.x(t):.1f},{scale.y(v):.1f}" for t, v in stretch)
            drawn.append(
                f'<polyline points="{path}" fill="none" stroke="#3b82c4" stroke-width="1.5" stroke-linejoin="round" '
                f'stroke-linecap="round"/>'
            )
    return "".join(drawn)


def _thinned(points: list[tuple[datetime, float]]) -> list[tuple[datetime, float]]:
    if len(points) <= MOST_POINTS:
        return points
    size = math.ceil(len(points) / (MOST_POINTS // 2))
    kept: list[tuple[datetime, float]] = []
    for at in range(0, len(points), size):
        stretch = [p for p in points[at : at + size] if math.isfinite(p[1])] or points[at : at + 1]
        extremes = {min(stretch, key=lambda p: p[1]), max(stretch, key=lambda p: p[1])}
        kept += sorted(extremes, key=lambda p: p[0])
    return kept
