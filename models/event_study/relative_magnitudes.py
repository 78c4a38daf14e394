"""Honest intervals when a trend difference moves at most Mbar times as far as it did before the event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from models.arrays import BoolArray, FloatArray, library

# Share of alpha that the first stage of the hybrid test spends (Andrews, Roth and Pakes 2023, section 5.3).
FIRST_STAGE_SHARE = 0.1
# A weight this far below zero is outside the cone; a variance this far below the largest is none.
ZERO = 1e-9
SEARCH_POINTS = 201
# Each refinement cuts the step between tested values to a 32nd.
REFINEMENTS = 4
PARTS = np.linspace(0, 1, 33)


@dataclass(frozen=True, slots=True, eq=False)
class MomentTest:
    """Test that some trend with one worst placebo step and sign explains a value of the target.

    Attributes
    ----------
    duals : array (v, k)
        Every vertex of the dual, in terms of the estimates: `duals @ estimates` are the candidate statistics.
    slopes : array (v,)
        By how much they fall with the tested value.
    products : array (v, v)
        Covariances of the candidates.
    size : float
        Level of the conditional test.
    first_stage : float
        Least favourable critical value of the largest candidate; infinity for the conditional test alone.
    """

    duals: FloatArray
    slopes: FloatArray
    products: FloatArray
    size: float
    first_stage: float


def moment_tests(
    covariance: FloatArray, weights: FloatArray, mbar: float, alpha: float, noise: FloatArray | None
) -> list[MomentTest]:
    """Build one test for each placebo step and sign: a value is refused when all refuse it.

    Parameters
    ----------
    covariance : array (k, k)
        Of the estimates, placebo ones first (in order of time, the base period left out).
    weights : array (n_post,)
        Target: weights @ effects after the event.
    mbar, alpha : float
    noise : array (draws, k) or None
        Draws with that covariance for the least favourable first stage; None for the conditional test alone.
    """
    n_post = len(weights)
    n_pre = len(covariance) - n_post
    # Steps between consecutive periods; the base period is zero and has no column.
    steps = np.delete(np.eye(n_pre + n_post + 1) - np.eye(n_pre + n_post + 1, k=-1), n_pre, axis=1)[1:]
    tests = []
    for step in steps[:n_pre]:
        for worst in (mbar * step, -mbar * step):
            A = np.vstack([steps[n_pre:] - worst, -steps[n_pre:] - worst])
            duals, slopes = _dual_vertices(A, covariance, weights)
            first, size = np.inf, alpha
            if noise is not None:
                spent = FIRST_STAGE_SHARE * alpha
                first = float(np.quantile((noise @ duals.T).max(axis=1), 1 - spent))
                size = (alpha - spent) / (1 - spent)
            tests.append(MomentTest(duals, slopes, duals @ covariance @ duals.T, size, first))
    return tests


def _dual_vertices(
    A: FloatArray, covariance: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """List the vertices of {g >= 0, g'X = 0, g'sd = 1}; they depend on no estimate and no tested value.

    X are the nuisance directions: effects after the event that leave the target as it is.
    """
    n_post = len(weights)
    effects = A[:, -n_post:]
    # An orthonormal basis whose first direction is the target's.
    basis = np.linalg.qr(np.column_stack([weights, np.eye(n_post)]))[0]
    sd = np.sqrt(np.einsum("ij,jk,ik->i", A, covariance, A))
    equations = np.vstack([(effects @ basis[:, 1:]).T, sd / sd.max()])
    chosen = np.array(list(combinations(range(len(A)), n_post)))
    systems = equations[:, chosen].transpose(1, 0, 2)
    regular = np.abs(np.linalg.det(systems)) > ZERO
    right = np.zeros((int(regular.sum()), n_post, 1))
    right[:, -1] = 1.0 / sd.max()
    solutions = np.linalg.solve(systems[regular], right)[:, :, 0]
    inside = (solutions * sd.max() >= -ZERO).all(axis=1)
    vertices = np.zeros((int(inside.sum()), len(A)))
    np.put_along_axis(vertices, chosen[regular][inside], np.clip(solutions[inside], 0, None), axis=1)
    return vertices @ A, vertices @ effects @ weights / (weights @ weights)


def is_refused(tests: Sequence[MomentTest], estimates: FloatArray, targets: FloatArray) -> BoolArray:
    """Tell which values of the target (p,) every test refuses."""
    refused = np.ones(len(targets), dtype=np.bool_)
    for test in tests:
        left = np.flatnonzero(refused)
        refused[left] = _refuses(test, estimates, targets[left])
    return refused


def _refuses(test: MomentTest, estimates: FloatArray, targets: FloatArray) -> BoolArray:
    """Compare the largest candidate with a normal truncated to where it stays the largest (section 4)."""
    log_ndtr = library("scipy.special").log_ndtr
    candidates = (test.duals @ estimates)[:, None] - test.slopes[:, None] * targets
    best, eta = candidates.argmax(axis=0), candidates.max(axis=0)
    variance = np.diag(test.products)[best]
    is_certain = variance <= ZERO * np.diag(test.products).max()
    variance = np.where(is_certain, 1.0, variance)
    lag = 1 - test.products[:, best] / variance
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = eta + (candidates - eta) / lag
    low = np.where(lag > ZERO, ends, -np.inf).max(axis=0)
    high = np.minimum(np.where(lag < -ZERO, ends, np.inf).min(axis=0), test.first_stage)
    # Upper tails relative to that beyond the lower end, in logs: both may be tiny.
    root = np.sqrt(variance)
    beyond = log_ndtr(-low / root)
    tail, rest = (np.exp(np.minimum(log_ndtr(-end / root) - beyond, 0.0)) for end in (eta, high))
    by_chance = (eta <= 0) | (tail - rest >= test.size * (1 - rest))
    return np.asarray(np.where(is_certain, eta > ZERO, ~by_chance | (eta > test.first_stage)))


def relative_magnitude_interval(
    tests: Sequence[MomentTest], estimates: FloatArray, centre: float, sd: float
) -> tuple[float, float]:
    """Give the ends of the set of target values that are not refused, searched from `centre` outward."""
    reach = 4 * sd
    while not is_refused(tests, estimates, np.array([centre - reach, centre + reach])).all():
        reach *= 2
    grid = np.linspace(centre - reach, centre + reach, SEARCH_POINTS)
    kept = np.flatnonzero(~is_refused(tests, estimates, grid))
    ends, outside = grid[[kept[0], kept[-1]]], grid[[kept[0] - 1, kept[-1] + 1]]
    for _ in range(REFINEMENTS):
        points = outside[:, None] + (ends - outside)[:, None] * PARTS
        first = (~is_refused(tests, estimates, points.ravel())).reshape(points.shape).argmax(axis=1)
        outside, ends = points[[0, 1], first - 1], points[[0, 1], first]
    return float(ends[0]), float(ends[1])
