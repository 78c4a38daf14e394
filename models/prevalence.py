"""Prevalence of practices by maturity (M0): risk ratios with clustered intervals. No wording here."""

from __future__ import annotations

import math
import warnings
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

    `note` is "", "too_few_rows", "zero_cell", "controls_collinear", "no_controls", "one_cluster" or
    "not_converged".
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
    count (Zou 2004; for clusters Zou and Donner 2013). Rows whose controls alone say that the practice is
    absent (an industry in which nobody has it) say nothing about the ratio and would drive a coefficient to
    infinity; they are left out, which leaves the estimate as it is (Correia, Guimarães and Zylkin 2019).

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
    kept = ~_separated(outcome, design)
    design = design[kept]
    design = np.delete(design, dependent_columns(design), axis=1)
    if len(np.unique(mature[kept])) < 2 or len(design) <= design.shape[1]:
        return AdjustedRatio(None, None, None, "too_few_rows")
    found = _clustered_poisson(outcome[kept], design, codes[kept])
    if found is None:
        return AdjustedRatio(None, None, None, "not_converged")
    ratio, half = math.exp(found[0]), NormalDist().inv_cdf(0.5 + level / 2) * found[1]
    return AdjustedRatio(ratio, ratio * math.exp(-half), ratio * math.exp(half), "")


def _separated(outcome: FloatArray, design: FloatArray) -> npt.NDArray[np.bool_]:
    """Find the rows without the practice that some combination of columns tells apart from all rows with it.

    A linear program (Correia, Guimarães and Zylkin 2019, section 3): the largest sum of lifts of absent rows,
    each at most one, by coefficients that leave all rows with the practice at zero and lower no absent row.
    """
    absent = outcome == 0
    present, others = design[~absent], design[absent]
    if np.linalg.matrix_rank(present) == design.shape[1]:
        return np.zeros(len(outcome), dtype=bool)
    n, k = others.shape
    program = library("scipy.optimize").linprog(
        np.r_[np.zeros(k), -np.ones(n)],
        A_ub=np.hstack([-others, np.eye(n)]),
        b_ub=np.zeros(n),
        A_eq=np.hstack([present, np.zeros((len(present), n))]),
        b_eq=np.zeros(len(present)),
        bounds=[(None, None)] * k + [(0, 1)] * n,
    )
    separated = np.zeros(len(outcome), dtype=bool)
    separated[absent] = program.x[k:] > 0.5
    return separated


def _clustered_poisson(
    outcome: FloatArray, design: FloatArray, groups: npt.NDArray[np.intp]
) -> tuple[float, float] | None:
    """Fit the log link; return the first coefficient and its standard error, None without a maximum."""
    api = library("statsmodels.genmod.generalized_linear_model")
    poisson = library("statsmodels.genmod.families").Poisson()
    with np.errstate(all="ignore"), warnings.catch_warnings():
        # Every sign of a fit that went astray is judged below by what came out.
        warnings.simplefilter("ignore")
        try:
            fit = api.GLM(outcome, design, family=poisson).fit(
                cov_type="cluster", cov_kwds={"groups": groups}
            )
        except (np.linalg.LinAlgError, ValueError):
            return None
    estimate, error = float(fit.params[0]), float(fit.bse[0])
    return (estimate, error) if fit.converged and math.isfinite(estimate) and error > 0 else None
