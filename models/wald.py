"""The Wald test that several coefficients are zero. Which coefficients is decided by the callers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import FloatArray, library


@dataclass(frozen=True, slots=True)
class WaldTest:
    """Test that `numerator_df` coefficients are zero.

    Attributes
    ----------
    statistic : float
        Quadratic form b' V^-1 b.
    numerator_df : int
    denominator_df : float
        Infinity for the chi-squared test, otherwise F = statistic / numerator_df against F.
    p_value : float
    """

    statistic: float
    numerator_df: int
    denominator_df: float
    p_value: float


def wald_test(
    estimates: FloatArray, covariance: FloatArray, denominator_df: float = np.inf
) -> WaldTest | None:
    """Test that all estimates are zero.

    Parameters
    ----------
    estimates : array (q,)
    covariance : array (q, q)
    denominator_df : float
        Infinity: chi-squared with q degrees of freedom. Finite: statistic / q against F(q, denominator_df),
        for clustered covariances with the number of clusters minus one (Cameron and Miller 2015, section
        VII.B).

    Returns
    -------
    WaldTest or None
        None when there is no estimate, or the covariance has no inverse.
    """
    q = len(estimates)
    if q == 0 or np.linalg.matrix_rank(covariance, hermitian=True) < q:
        return None
    statistic = float(estimates @ np.linalg.solve(covariance, estimates))
    if np.isinf(denominator_df):
        p_value = library("scipy.stats").chi2.sf(statistic, q)
    else:
        p_value = library("scipy.stats").f.sf(statistic / q, q, denominator_df)
    return WaldTest(statistic, q, float(denominator_df), float(p_value))
