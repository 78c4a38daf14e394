"""Honest intervals when the slope of the trend difference changes by at most M (Rambachan and Roth 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import FloatArray, library


@dataclass(frozen=True, slots=True, eq=False)
class SmoothnessFrontier:
    """The affine estimators that no straight-line trend can move, the least variance for each bias.

    The estimate is l'b_post + w'b_pre. Written through c, the weights of the changes of slope before the base
    period, the worst bias is M (fixed + sum |c|) and the variance is quadratic in c: a lasso, whose path is
    exact and piecewise linear.

    Attributes
    ----------
    knots : array (q, n_pre - 1)
        c along the path, least bias first.
    fixed : float
        Bias per M that no choice removes.
    offset : array (k,)
        Weights on all estimates at c = 0.
    slopes : array (k, n_pre - 1)
        Change of the weights with c.
    """

    knots: FloatArray
    fixed: float
    offset: FloatArray
    slopes: FloatArray


def smoothness_frontier(covariance: FloatArray, weights: FloatArray) -> SmoothnessFrontier:
    """Trace the best affine estimators of `weights` @ effects after the event.

    Parameters
    ----------
    covariance : array (k, k)
        Of the estimates, placebo ones first (in order of time, the base period left out).
    weights : array (n_post,)
    """
    n_post = len(weights)
    n_pre = len(covariance) - n_post
    steps = np.arange(1, n_post + 1)
    # Weights of the changes of slope at the base period and after it: the same for every estimator that
    # ignores straight lines.
    at_base = float(steps @ weights)
    later = [float(np.clip(steps - k, 0, None) @ weights) for k in range(1, n_post)]
    # w is the second difference of (c, at_base).
    second = np.eye(n_pre) - 2 * np.eye(n_pre, k=-1) + np.eye(n_pre, k=-2)
    offset = np.concatenate([second[:, -1] * at_base, weights])
    slopes = np.vstack([second[:, :-1], np.zeros((n_post, n_pre - 1))])
    knots = np.zeros((1, n_pre - 1))
    if n_pre > 1:
        root = np.linalg.cholesky(covariance / np.diag(covariance).mean()).T
        lasso = library("sklearn.linear_model").lars_path(root @ slopes, -root @ offset, method="lasso")
        knots = lasso[2].T
    return SmoothnessFrontier(knots, float(np.abs([at_base, *later]).sum()), offset, slopes)


def smoothness_interval(
    frontier: SmoothnessFrontier, estimates: FloatArray, covariance: FloatArray, m: float, alpha: float
) -> tuple[float, float]:
    """Give the shortest interval of fixed length: worst bias in a folded normal (section 4.2).

    Parameters
    ----------
    frontier : SmoothnessFrontier
    estimates : array (k,)
    covariance : array (k, k)
    m : float
        Largest change of slope between consecutive periods, in units of the outcome; not negative.
    alpha : float

    Returns
    -------
    low, high : float
    """
    last = len(frontier.knots) - 1

    def choice(position: float) -> tuple[FloatArray, float]:
        k = int(min(position, last - 1)) if last > 0 else 0
        c = frontier.knots[k] + (position - k) * (frontier.knots[min(k + 1, last)] - frontier.knots[k])
        return frontier.offset + frontier.slopes @ c, m * (frontier.fixed + float(np.abs(c).sum()))

    def half_length(position: float) -> float:
        v, bias = choice(position)
        sd = float(np.sqrt(v @ covariance @ v))
        return sd * folded_normal_quantile(bias / sd, alpha)

    best = float(np.argmin([half_length(k) for k in range(last + 1)]))
    if last > 0:
        beside = (max(best - 1, 0.0), min(best + 1, float(last)))
        minimize = library("scipy.optimize").minimize_scalar
        found = float(minimize(half_length, bounds=beside, method="bounded", options={"xatol": 1e-9}).x)
        best = min(best, found, key=half_length)
    centre, half = float(choice(best)[0] @ estimates), half_length(best)
    return centre - half, centre + half


def folded_normal_quantile(shift: float, alpha: float) -> float:
    """Quantile 1 - alpha of |N(shift, 1)|, shift not negative."""
    special = library("scipy.special")

    def missing(c: float) -> float:
        return float(special.ndtr(c - shift) - special.ndtr(-c - shift) - (1 - alpha))

    low, high = shift + special.ndtri(1 - alpha), shift + special.ndtri(1 - alpha / 2)
    if missing(low) >= 0:
        return float(low)
    return float(library("scipy.optimize").brentq(missing, low, high, xtol=1e-13))
