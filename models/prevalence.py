"""Prevalence of practices by maturity (M0): risk ratios with clustered intervals. No wording here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, dependent_columns, group_codes, library
from models.errors import InputRefusedError

MATURE_FROM_STAGE = 4


@dataclass(frozen=True, slots=True)
class RiskRatio:
    """Prevalence among the exposed over that among the unexposed.

    Attributes
    ----------
    n_exposed, n_unexposed : int
        Rows (organisation and wave).
    share_exposed, share_unexposed : float or None
        None when that side is empty.
    ratio, low, high : float or None
        None where not defined: the ratio when nobody unexposed has the practice, the interval whenever a
        cell is zero.
    n_clusters : int
    note : str
        "" or the reason that something is None: "empty_group", "zero_cell", "one_cluster".
    """

    n_exposed: int
    share_exposed: float | None
    n_unexposed: int
    share_unexposed: float | None
    ratio: float | None
    low: float | None
    high: float | None
    n_clusters: int
    note: str


def risk_ratio(
    has_practice: npt.ArrayLike, exposed: npt.ArrayLike, groups: npt.ArrayLike, level: float = 0.95
) -> RiskRatio:
    """Compare the prevalence of a practice between exposed and unexposed rows.

    The interval is normal on the log ratio, its variance summed over clusters of the linearised log ratio
    with factor G/(G-1) (Woodruff 1971; with one row per cluster this is the Katz interval but for that
    factor).

    Parameters
    ----------
    has_practice, exposed : bool array (n,)
    groups : array (n,)
        Clusters: the organisation.
    level : float
        Confidence level.

    Returns
    -------
    RiskRatio
        No correction is added to zero cells: what cannot be estimated is None and `note` says why.
    """
    outcome, mature = np.asarray(has_practice, dtype=bool), np.asarray(exposed, dtype=bool)
    if outcome.ndim != 1 or outcome.shape != mature.shape or outcome.shape != np.asarray(groups).shape:
        raise InputRefusedError(
            "practice, exposure and groups must have one entry per row.", where="risk_ratio"
        )
    n1, n0 = int(mature.sum()), int((~mature).sum())
    codes, n_clusters = group_codes(groups)
    p1 = float(outcome[mature].mean()) if n1 else None
    p0 = float(outcome[~mature].mean()) if n0 else None
    if p1 is None or p0 is None:
        return RiskRatio(n1, p1, n0, p0, None, None, None, n_clusters, "empty_group")
    if p1 == 0 or p0 == 0:
        return RiskRatio(n1, p1, n0, p0, None if p0 == 0 else 0.0, None, None, n_clusters, "zero_cell")
    ratio = p1 / p0
    if n_clusters < 2:
        return RiskRatio(n1, p1, n0, p0, ratio, None, None, n_clusters, "one_cluster")
    influence = np.where(mature, (outcome - p1) / (n1 * p1), -(outcome - p0) / (n0 * p0))
    sums = np.bincount(codes, weights=influence, minlength=n_clusters)
    error = math.sqrt(n_clusters / (n_clusters - 1) * float((sums**2).sum()))
    half = NormalDist().inv_cdf(0.5 + level / 2) * error
    return RiskRatio(n1, p1, n0, p0, ratio, ratio * math.exp(-half), ratio * math.exp(half), n_clusters, "")


@dataclass(frozen=True, slots=True)
class AdjustedRatio:
    """Risk ratio beside controls; None where not defined, and `note` says why.

    `note` is "", "too_few_rows", "zero_cell", "controls_collinear" or "one_cluster".
    """

    ratio: float | None
    low: float | None
    high: float | None
    note: str


def adjusted_risk_ratio(
    has_practice: npt.ArrayLike,
    exposed: npt.ArrayLike,
    controls: FloatArray,
    groups: npt.ArrayLike,
    level: float = 0.95,
) -> AdjustedRatio:
    """Compare the prevalence of a practice beside controls, by Poisson regression with clustered errors.

    The log link makes the coefficient a log risk ratio, and the sandwich puts right that the outcome is no
    count (Zou 2004; for clusters Zou and Donner 2013).

    Parameters
    ----------
    has_practice, exposed : bool array (n,)
    controls : array (n, k)
        Without a constant; every column varies.
    groups : array (n,)
        Clusters: the organisation.
    level : float
        Confidence level.
    """
    outcome, mature = np.asarray(has_practice, dtype=np.float64), np.asarray(exposed, dtype=np.float64)
    design = np.column_stack([mature, np.ones(len(outcome)), controls])
    codes, n_clusters = group_codes(groups)
    if len(outcome) <= design.shape[1]:
        return AdjustedRatio(None, None, None, "too_few_rows")
    if n_clusters < 2:
        return AdjustedRatio(None, None, None, "one_cluster")
    if min(float(outcome[mature == side].sum()) for side in (0, 1)) == 0:
        return AdjustedRatio(None, None, None, "zero_cell")
    if dependent_columns(design):
        return AdjustedRatio(None, None, None, "controls_collinear")
    api = library("statsmodels.genmod.generalized_linear_model")
    poisson = library("statsmodels.genmod.families").Poisson()
    fit = api.GLM(outcome, design, family=poisson).fit(cov_type="cluster", cov_kwds={"groups": codes})
    half = NormalDist().inv_cdf(0.5 + level / 2) * float(fit.bse[0])
    ratio = math.exp(float(fit.params[0]))
    return AdjustedRatio(ratio, ratio * math.exp(-half), ratio * math.exp(half), "")
