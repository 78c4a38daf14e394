"""Standard errors for few clusters: sandwiches, Satterthwaite degrees of freedom, wild cluster bootstrap.

No fitting and no reading of frames here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, IntArray, group_codes, group_sums, labels_of, rows_of_groups
from models.clusters import adjusted_scores, adjustments_of, both_ways, degrees_of_freedom
from models.errors import ConstantOutcomeError, InputRefusedError, TooFewUnitsError
from models.inputs import column_names, complete_design, known_option

ClusterKind = Literal["CR0", "CR1", "CR2", "CR3"]
BootstrapWeights = Literal["auto", "rademacher", "webb"]

# Webb (2014, Reworking wild bootstrap based inference for clustered errors): with fewer clusters than this
# the two-point weights give too few distinct statistics.
WEBB_BELOW_CLUSTERS = 12
# A bootstrap statistic this close to the observed one is a tie; ties count against the finding.
TIE = 1e-9
# A part of the outcome below this share of it is rounding.
NOTHING_LEFT = 1e-10


@dataclass(frozen=True, slots=True)
class BootstrapTest:
    """Test of one coefficient = 0 by the wild cluster bootstrap.

    Attributes
    ----------
    estimate, t_value : float
        The coefficient and its t statistic with the CR1 standard error.
    p_value : float
        Two-sided, symmetric: share of draws with |t*| >= |t|.
    n_draws : int
        Draws made, or all 2^G sign patterns when enumerated.
    weights : str
        "rademacher" or "webb".
    is_enumerated : bool
        Every sign pattern was used, so the p-value has no simulation error.
    n_clusters : int
    """

    estimate: float
    t_value: float
    p_value: float
    n_draws: int
    weights: str
    is_enumerated: bool
    n_clusters: int


def bread(X: FloatArray) -> FloatArray:
    """Invert X'X through QR, which keeps twice the digits of forming X'X."""
    inverse = np.linalg.inv(np.linalg.qr(X, mode="r"))
    return np.asarray(inverse @ inverse.T)


def cluster_covariance(
    X: npt.ArrayLike, residuals: npt.ArrayLike, groups: npt.ArrayLike, kind: ClusterKind = "CR1"
) -> FloatArray:
    """Compute the cluster-robust covariance of OLS coefficients.

    Parameters
    ----------
    X : array (n, k)
        Design of full column rank. For a within regression the demeaned design: unit effects nested in the
        clusters change neither CR2 nor CR3 (Pustejovsky and Tipton 2018, theorem 2).
    residuals : array (n,)
        OLS residuals, in units of the outcome.
    groups : array (n,) or (n, 2)
        Cluster labels; two columns for clustering both ways: the sum of both less that of their crossing,
        each with its own small-sample factor (Cameron, Gelbach and Miller 2011; Petersen 2009, statsmodels).
        Only CR0 and CR1.
    kind : {"CR0", "CR1", "CR2", "CR3"}
        CR0 plain (Liang and Zeger 1986); CR1 times G/(G-1) (n-1)/(n-k) (Stata, Petersen 2009); CR2
        residuals times (I - H_gg)^(-1/2) (Bell and McCaffrey 2002); CR3 the jackknife, (I - H_gg)^(-1)
        and (G-1)/G.

    Returns
    -------
    array (k, k)

    Raises
    ------
    TooFewUnitsError
        With fewer than two clusters.
    InputRefusedError
        CR2 or CR3 both ways, another kind, shapes that do not fit, or a missing value.
    ConstantExposureError, CollinearColumnsError
    """
    known_option(kind, get_args(ClusterKind), where="cluster_covariance")
    groups = labels_of(groups)
    design, errors = complete_design(X, residuals, groups, where="cluster_covariance")
    if np.ndim(groups) == 2:
        if kind not in ("CR0", "CR1"):
            _refuse_two_ways(groups, kind)
        one, other, crossing = (_one_way(design, errors, way, kind) for way in both_ways(groups))
        return one + other - crossing
    return _one_way(design, errors, groups, kind)


def _one_way(
    design: FloatArray, errors: FloatArray, groups: npt.NDArray[Any], kind: ClusterKind
) -> FloatArray:
    codes, n_groups = group_codes(groups)
    _need_two(n_groups)
    n, k = design.shape
    inverse = bread(design)
    factor = 1.0
    if kind in ("CR0", "CR1"):
        scores = group_sums(design * errors[:, None], codes, n_groups)
        if kind == "CR1":
            factor = n_groups / (n_groups - 1) * (n - 1) / (n - k)
    else:
        groups_of = rows_of_groups(codes, n_groups)
        scores = adjusted_scores(
            design,
            errors,
            groups_of,
            adjustments_of(design, inverse, groups_of, -0.5 if kind == "CR2" else -1.0),
        )
        if kind == "CR3":
            factor = (n_groups - 1) / n_groups
    return np.asarray(factor * inverse @ (scores.T @ scores) @ inverse)


def bell_mccaffrey(
    X: FloatArray, residuals: FloatArray, groups: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Give `cluster_covariance` by CR2 and `satterthwaite_df` together, for half the work."""
    _refuse_two_ways(groups, "CR2")
    codes, n_groups = group_codes(groups)
    _need_two(n_groups)
    inverse, groups_of = bread(X), rows_of_groups(codes, n_groups)
    adjustments = adjustments_of(X, inverse, groups_of, -0.5)
    scores = adjusted_scores(X, residuals, groups_of, adjustments)
    return (
        np.asarray(inverse @ (scores.T @ scores) @ inverse),
        degrees_of_freedom(X, inverse, groups_of, adjustments),
    )


def satterthwaite_df(X: npt.ArrayLike, groups: npt.ArrayLike) -> FloatArray:
    """Compute Bell-McCaffrey degrees of freedom of every coefficient under CR2.

    Matches the first two moments of the variance estimator when errors are independent with equal variance
    (Bell and McCaffrey 2002; Imbens and Kolesar 2016, equation 11).

    Parameters
    ----------
    X : array (n, k)
        Full column rank.
    groups : array (n,)

    Returns
    -------
    array (k,)
        NaN where the adjusted variance is identically zero.
    """
    groups = labels_of(groups)
    _refuse_two_ways(groups, "CR2")
    design, _ = complete_design(X, np.zeros(len(np.asarray(X))), groups, where="satterthwaite_df")
    codes, n_groups = group_codes(groups)
    _need_two(n_groups)
    inverse, groups_of = bread(design), rows_of_groups(codes, n_groups)
    return degrees_of_freedom(design, inverse, groups_of, adjustments_of(design, inverse, groups_of, -0.5))


def wild_cluster_bootstrap(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    groups: npt.ArrayLike,
    coefficient: int | str,
    n_draws: int = 9999,
    seed: int = 0,
    weights: BootstrapWeights = "auto",
) -> BootstrapTest:
    """Test one coefficient with the restricted wild cluster bootstrap.

    The null is imposed (Cameron, Gelbach and Miller 2008). Draws need cluster sums only (Roodman, Nielsen,
    MacKinnon and Webb 2019, section 5), so one matrix product makes them all.

    Parameters
    ----------
    y : array (n,)
    X : array (n, k)
        Full column rank; a demeaned design gives the same test as the design with the dummies written out.
    groups : array (n,)
        Cluster labels.
    coefficient : int or str
        Column of X that is tested against 0, by position or by its name in a frame.
    n_draws : int
        Number of draws; Rademacher signs are enumerated instead when 2^G is not larger.
    seed : int
    weights : {"auto", "rademacher", "webb"}
        auto: Webb's six points below 12 clusters, Rademacher signs from there on.

    Returns
    -------
    BootstrapTest

    Raises
    ------
    TooFewUnitsError
        With fewer than two clusters.
    InputRefusedError
        Where X has no such column, no draw is asked for, the weights are others, shapes do not fit, or a
        value is missing.
    ConstantExposureError, CollinearColumnsError, ConstantOutcomeError
    """
    where = "wild_cluster_bootstrap"
    known_option(weights, get_args(BootstrapWeights), where=where)
    design, outcome = complete_design(X, y, groups, where=where)
    codes, n_groups = group_codes(groups)
    _need_two(n_groups)
    n, k = design.shape
    tested = _position(coefficient, column_names(X))
    inverse = bread(design)
    contrast = inverse[tested]
    estimate = float(contrast @ (design.T @ outcome))

    others = np.delete(design, tested, axis=1)
    restricted = outcome - others @ (bread(others) @ (others.T @ outcome)) if k > 1 else outcome
    if np.linalg.norm(restricted) <= NOTHING_LEFT * np.linalg.norm(outcome):
        raise ConstantOutcomeError("the other columns tell all of the outcome.", where=where)
    scores = group_sums(design * restricted[:, None], codes, n_groups)
    pulls = (
        np.stack([contrast @ (design[r].T @ design[r]) for r in rows_of_groups(codes, n_groups)]) @ inverse
    )
    factor = n_groups / (n_groups - 1) * (n - 1) / (n - k)

    def statistics(v: FloatArray) -> FloatArray:
        moved = v @ scores
        influence = v * (scores @ contrast) - moved @ pulls.T
        return np.asarray((moved @ contrast) / np.sqrt(factor * (influence**2).sum(axis=1)))

    # With every weight 1 the bootstrap outcome is the outcome itself, so the same formula gives the observed
    # t.
    observed = float(statistics(np.ones((1, n_groups)))[0])
    name, enumerated, v = _draw(n_groups, n_draws, seed, weights)
    extreme = int((np.abs(statistics(v)) >= abs(observed) * (1 - TIE)).sum())
    p_value = extreme / len(v) if enumerated else (1 + extreme) / (1 + len(v))
    return BootstrapTest(estimate, observed, p_value, len(v), name, enumerated, n_groups)


def _position(coefficient: int | str, names: tuple[str, ...]) -> int:
    """Find the column that is tested."""
    if isinstance(coefficient, str):
        asked, is_there = repr(coefficient), coefficient in names
    else:
        asked, is_there = f"of number {coefficient}", coefficient in range(-len(names), len(names))
    if not is_there:
        raise InputRefusedError(
            f"X has {len(names)} columns and none {asked}.",
            where="wild_cluster_bootstrap",
            remedy=f"Count columns from 0, or take one of {', '.join(names)}.",
        )
    return names.index(coefficient) if isinstance(coefficient, str) else int(coefficient)


def _draw(n_groups: int, n_draws: int, seed: int, weights: BootstrapWeights) -> tuple[str, bool, FloatArray]:
    if n_draws < 1:
        raise InputRefusedError("the number of draws must be positive.", where="wild_cluster_bootstrap")
    name: str = weights
    if weights == "auto":
        name = "webb" if n_groups < WEBB_BELOW_CLUSTERS else "rademacher"
    if name == "rademacher" and n_groups < 60 and 2**n_groups <= n_draws:
        patterns: IntArray = np.arange(2**n_groups, dtype=np.int64)
        signs = 1.0 - 2.0 * ((patterns[:, None] >> np.arange(n_groups)) & 1)
        return name, True, signs.astype(np.float64)
    generator = np.random.default_rng(seed)
    points = np.array([1.0]) if name == "rademacher" else np.array([0.5, 1.0, 1.5]) ** 0.5
    drawn = generator.choice(np.concatenate([-points, points]), size=(n_draws, n_groups))
    return name, False, drawn.astype(np.float64)


def _refuse_two_ways(groups: npt.ArrayLike, kind: str) -> None:
    if np.ndim(groups) == 2:
        raise InputRefusedError(f"{kind} is not defined for two ways.", where="cluster_covariance")


def _need_two(n_groups: int) -> None:
    if n_groups < 2:
        raise TooFewUnitsError(
            "a cluster-robust covariance needs at least two clusters.", remedy="Add organisations."
        )
