"""One comparison of treated and untreated units between two periods, with the influence of each unit."""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.arrays import FloatArray
from models.errors import ModelError

Adjustment = Literal["dr", "reg", "ipw"]
# Newton's method on a logit converges within ten steps where there is overlap.
LOGIT_STEPS = 25
LOGIT_TOLERANCE = 1e-10
# Fitted chances to be treated beyond this leave no comparable untreated unit (the R package's bound).
NO_OVERLAP = 0.999


def compare(
    change: FloatArray, is_treated: FloatArray, covariates: FloatArray, method: Adjustment
) -> tuple[float, FloatArray]:
    """Estimate the effect on the treated from changes between two periods.

    Without covariates all three methods are the difference of mean changes.

    Parameters
    ----------
    change : array (m,)
        Outcome later minus outcome in the base period.
    is_treated : array (m,)
        1 for treated units, 0 for comparisons.
    covariates : array (m, p)
        Known in the earlier period; no constant.
    method : {"dr", "reg", "ipw"}
        Doubly robust (Sant'Anna and Zhao 2020, equation 3.1, logit and least squares), outcome regression
        (Heckman, Ichimura and Todd 1997), normalised inverse probability weights (Abadie 2005).

    Returns
    -------
    att : float
    influence : array (m,)
        The error of `att` is about the mean of these.

    Raises
    ------
    ModelError
        When covariates separate treated from untreated, or are collinear among the untreated.
    """
    X = np.column_stack([np.ones(len(change)), covariates])
    treated, untreated = is_treated, 1.0 - is_treated
    trend = np.zeros(len(change)), np.zeros((len(change), X.shape[1]))
    if method != "ipw":
        trend = _outcome_trend(change, untreated, X)
    weights, score_effect = untreated, None
    if method != "reg":
        chance, score_effect = _chance(treated, X)
        weights = untreated * chance / (1.0 - chance)

    fitted, fitted_effect = trend
    rest = change - fitted
    w1, w0 = treated / treated.mean(), weights / weights.mean()
    effect1, effect0 = float((w1 * rest).mean()), float((w0 * rest).mean())
    if method == "reg":
        # Least squares residuals of the untreated have mean zero: only the treated side is left.
        return effect1, w1 * (rest - effect1) - fitted_effect @ (w1[:, None] * X).mean(axis=0)
    influence = w1 * (rest - effect1) - w0 * (rest - effect0)
    influence = influence - fitted_effect @ ((w1 - w0)[:, None] * X).mean(axis=0)
    if score_effect is not None:
        influence = influence - score_effect @ (w0[:, None] * (rest - effect0)[:, None] * X).mean(axis=0)
    return effect1 - effect0, influence


def _outcome_trend(change: FloatArray, untreated: FloatArray, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Predict the untreated change (m,) and give the influence of each unit on its coefficients (m, p)."""
    gram = X.T @ (untreated[:, None] * X) / len(X)
    if np.linalg.cond(gram) > 1 / np.finfo(np.float64).eps:
        raise ModelError("covariates are collinear among the untreated.", where="group_time_att")
    coefficients = np.linalg.solve(gram, X.T @ (untreated * change) / len(X))
    fitted = np.asarray(X @ coefficients)
    scores = (untreated * (change - fitted))[:, None] * X
    return fitted, np.asarray(np.linalg.solve(gram, scores.T).T)


def _chance(treated: FloatArray, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fit a logit; give the chances (m,) and the influence of each unit on its coefficients (m, p)."""
    coefficients = np.zeros(X.shape[1])
    for _ in range(LOGIT_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(X @ coefficients, -500, 500)))
        if chance.max() >= NO_OVERLAP:
            raise ModelError(
                "covariates tell treated from untreated almost surely: nobody to compare with.",
                where="group_time_att",
                remedy="Leave covariates out.",
            )
        information = X.T @ ((chance * (1 - chance))[:, None] * X) / len(X)
        step = np.linalg.lstsq(information, X.T @ (treated - chance) / len(X), rcond=None)[0]
        coefficients = coefficients + step
        if np.abs(step).max() < LOGIT_TOLERANCE:
            break
    scores = (treated - chance)[:, None] * X
    return chance, np.asarray(np.linalg.lstsq(information, scores.T, rcond=None)[0].T)
