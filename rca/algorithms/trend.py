"""Which simple shape a rising series has: level, steps, a start-up that settles, a line, or two joined lines.

A slope test alone calls every warm-up, cache fill and step a leak. Here the shapes compete by the Bayesian information
criterion, and only the slope at the end of the one that wins is growth that goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rca.algorithms.change_points import hinge_gains, step_gains

Array = np.ndarray[Any, np.dtype[Any]]
Shape = Literal["level", "steps", "start-up", "line", "bend"]

MOST_STEPS = 3
"""Of a level; a line may have one. With more, steps and slope bend to any noise."""

LATEST_BEND = 0.82
"""As a share of the span: what comes after a later bend is too short to have a slope of its own."""

START_UPS = np.geomspace(0.02, 0.7, 12)
"""Time constants of a start-up as shares of the span. Beyond the last it is a line as far as one can tell."""

MOST_CORRELATED = 0.85
"""Lag-one correlation of residuals is believed up to here: few residuals cannot show more."""


GROWTH_COST = 6.0
"""Units of the criterion (twice the log-likelihood) that growth without end must be better than a shape that settles:
a false alarm costs more trust than a leak that is called a day later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The winning shape of values over times, in units of the input.

    `slope` is the one at the end, per unit of time, `slope_error` its standard error with correlated residuals.
    `first` is the time of the first value, `bend` where the last line begins (the first value unless the shape is
    "bend"), `bends` the interval of bends that fit about as well. `noise` is the standard deviation of the residuals,
    `end` the fitted last value. `independent` is how many independent samples the values are worth, `criterion` the
    information criterion of the shape: lower is better.
    """

    shape: Shape
    steps: int
    slope: float
    slope_error: float
    slope_before: float
    first: float
    bend: float
    bends: tuple[float, float]
    noise: float
    end: float
    independent: float
    criterion: float

    @property
    def grows_from(self) -> float:
        """Where the growth that goes on at the end began: the bend, unless it grew at a like pace before."""
        return self.first if self.slope_before > LIKE_PACE * self.slope else self.bend


LIKE_PACE = 0.35
"""A slope of at least this share of another is the same growth, faster or slower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    shape: Shape
    columns: Array              # design matrix, the slope at the end is the coefficient of its column `growth`
    growth: tuple[int, ...]     # columns whose coefficients add up to the slope at the end
    free: int                   # parameters, with those that were searched
    steps: int = 0
    kink: int = 0


def fit(times: Array, values: Array) -> Fit:
    """The best shape for at least six values in ascending order of time."""
    span = float(times[-1] - times[0])
    x = (times - times[0]) / span
    candidates = list(_models(x, values))
    solved = [(model, *_solve(model.columns, values)) for model in candidates]
    samples = _independent(min((s[2] for s in solved), key=lambda r: float(r @ r)))
    scored = [_criterion(model, residuals, values, samples) for model, _, residuals in solved]
    model, weights, residuals = solved[int(np.argmin(scored))]
    error = _slope_error(model, residuals)
    slope = float(sum(weights[i] for i in model.growth))
    near = _bends(x, values, model, samples)
    return Fit(shape=model.shape, steps=model.steps, slope=slope / span, slope_error=error / span,
               slope_before=(float(weights[1]) if model.shape == "bend" else slope) / span,
               first=float(times[0]), bend=float(times[model.kink]),
               bends=(float(times[near[0]]), float(times[near[1]])), noise=float(residuals.std()),
               end=float(values[-1] - residuals[-1]), independent=samples, criterion=min(scored))


def _models(x: Array, y: Array) -> Iterator[_Model]:
    one = np.ones_like(x)
    line = np.column_stack([one, x])
    yield _Model(shape="level", columns=line[:, :1], growth=(), free=1)
    yield _Model(shape="line", columns=line, growth=(1,), free=2)
    yield from _with_steps("steps", line[:, :1], (), y, MOST_STEPS)
    yield from _with_steps("line", line, (1,), y, 1)
    bend = int(np.argmax(np.where(x <= LATEST_BEND, hinge_gains(x, y, line), 0.0)))
    bent = np.column_stack([line, np.maximum(x - x[bend], 0)])
    yield _Model(shape="bend", columns=bent, growth=(1, 2), free=4, kink=bend)
    for share in START_UPS:
        rise = 1 - np.exp(-x / share)
        yield _Model(shape="start-up", columns=np.column_stack([one, rise]), growth=(), free=3)
        yield _Model(shape="line", columns=np.column_stack([line, rise]), growth=(1,), free=4)


def _with_steps(shape: Shape, columns: Array, growth: tuple[int, ...], y: Array, most: int) -> Iterator[_Model]:
    """`columns` with one to `most` steps, each put where it helps most given the ones before."""
    start = columns.shape[1]
    for steps in range(1, most + 1):
        at = int(np.argmax(step_gains(y, columns)))
        columns = np.column_stack([columns, (np.arange(len(y)) >= at).astype(float)])
        yield _Model(shape=shape, columns=columns, growth=growth, free=start + 2 * steps, steps=steps)


def _solve(columns: Array, y: Array) -> tuple[Array, Array]:
    weights = np.linalg.lstsq(columns, y, rcond=None)[0]
    return weights, y - columns @ weights


def _lag_one(residuals: Array) -> float:
    lag = float(residuals[1:] @ residuals[:-1]) / max(float(residuals @ residuals), 1e-300)
    return min(max(lag, 0.0), MOST_CORRELATED)


def _independent(residuals: Array) -> float:
    """How many independent samples the values are worth, judged by what the richest shape leaves."""
    lag = _lag_one(residuals)
    return max(len(residuals) * (1 - lag) / (1 + lag), 6.0)


def _criterion(model: _Model, residuals: Array, y: Array, samples: float) -> float:
    # a perfect fit of rounded values is no better than a near one
    least = (1e-6 * float(np.abs(y).max(initial=0.0))) ** 2 + 1e-300
    fitted = float(samples * np.log(float(np.mean(residuals**2)) + least) + model.free * np.log(samples))
    return fitted + (GROWTH_COST if model.growth else 0.0)


def _slope_error(model: _Model, residuals: Array) -> float:
    """Standard error of the slope at the end; residuals count as a first-order autoregression."""
    if not model.growth:
        return 0.0
    pick = np.zeros(model.columns.shape[1])
    pick[list(model.growth)] = 1.0
    spare = max(len(residuals) - model.columns.shape[1], 1)
    covariance = np.linalg.pinv(model.columns.T @ model.columns) * float(residuals @ residuals) / spare
    lag = _lag_one(residuals)
    return float(np.sqrt(max(pick @ covariance @ pick, 0.0) * (1 + lag) / (1 - lag)))


def _bends(x: Array, y: Array, model: _Model, samples: float) -> tuple[int, int]:
    """Positions before and after all bends whose fit is within two units of likelihood of the best one."""
    if model.shape != "bend":
        return 0, 0
    line = model.columns[:, :2]
    gains = hinge_gains(x, y, line)
    rest = float(np.sum(_solve(line, y)[1] ** 2)) - gains
    allowed = (rest <= rest[model.kink] * np.exp(4.0 / samples)) & (x <= LATEST_BEND)
    near = np.flatnonzero(allowed)
    return max(int(near[0]) - 1, 0), min(int(near[-1]) + 1, len(x) - 1)
