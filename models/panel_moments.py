"""Two-way fixed effects from sufficient statistics, for panels too large to hold. Who sums them is not said.

With v = (y, x, controls) the within fit needs, beside sums by period, only unit means summed over units that
are observed in the same periods. Clustered errors need one more pass over the rows, with `WithinSolution` in
hand; in a balanced panel the products of the units' sums give them as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import FloatArray, dependent_columns
from models.errors import ConstantExposureError, ConstantOutcomeError, InputRefusedError, TooFewUnitsError
from models.estimate import Fit, fit_of
from models.panel import NO_CHANGE

# Of sixteen digits four may be lost, so that twelve are right.
DIGITS_KEPT = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class PanelMoments:
    """Sums over a panel without rows that are alone in their unit or period; v = (y, x, controls).

    Attributes
    ----------
    names : tuple of 1 + K str
        The outcome, then the K regressors.
    n_units : array (P,)
        Units by pattern of observed periods.
    patterns : bool array (P, T)
        Which periods the units of a pattern are observed in.
    unit_means : array (P, 1 + K)
        Sum over the units of a pattern of their means of v.
    period_counts : array (T,)
    period_sums : array (T, 1 + K)
        Sum of v over the rows of a period.
    squares : array (1 + K,)
        Sum of v squared over all rows.
    within : array (1 + K, 1 + K)
        Cross-products of v less its unit means, over all rows.
    """

    names: tuple[str, ...]
    n_units: FloatArray
    patterns: FloatArray
    unit_means: FloatArray
    period_counts: FloatArray
    period_sums: FloatArray
    squares: FloatArray
    within: FloatArray

    @property
    def n_rows(self) -> int:
        """Rows behind the sums."""
        return round(float(self.period_counts.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class WithinSolution:
    """Coefficients, and what one more pass over the rows needs.

    Attributes
    ----------
    coefficients : array (K,)
    bread : array (K, K)
        Inverse cross-products of the regressors less unit and period effects.
    period_effects : array (T, 1 + K)
        Coefficients of v on the period dummies beside unit effects: u = v less these, and the score of a unit
        is the sum of (regressors' u) (outcome's u - b' regressors' u), all less unit means.
    residual_squares, outcome_squares : float
    n_columns : int
        Regressors, period dummies and the constant.
    """

    coefficients: FloatArray
    bread: FloatArray
    period_effects: FloatArray
    residual_squares: float
    outcome_squares: float
    n_columns: int


def solve_within(moments: PanelMoments) -> WithinSolution:
    """Solve for the coefficients of a two-way panel; exact, also when it is unbalanced.

    Frisch-Waugh-Lovell: unit effects are taken out by `within`, period dummies by their own normal equations
    D'D - sum over units of d d' / n.

    Raises
    ------
    TooFewUnitsError, ConstantOutcomeError, ConstantExposureError, InputRefusedError
    """
    k = len(moments.names) - 1
    if moments.n_units.sum() < 2:
        raise TooFewUnitsError("clustered errors need two organisations.", where="solve_within")
    lengths = np.sqrt(np.maximum(np.diag(moments.within), 0.0))
    for j, error in ((0, ConstantOutcomeError), (1, ConstantExposureError)):
        if lengths[j] <= NO_CHANGE * max(float(np.sqrt(moments.squares[j])), 1e-300):
            raise error(f"{moments.names[j]} never changes within a unit.", where="solve_within")
    observed, times = moments.patterns, moments.patterns.sum(axis=1)
    shared = (observed / times[:, None] * moments.n_units[:, None]).T @ observed
    normal = np.diag(moments.period_counts) - shared
    sums = moments.period_sums - observed.T @ moments.unit_means
    effects, rank = _period_effects(normal, sums)
    left = moments.within - sums.T @ effects
    regressors = left[1:, 1:]
    scale = np.sqrt(np.diag(moments.within)[1:])
    if dependent_columns(_root(regressors / np.outer(scale, scale)), tolerance=1e-6):
        raise ConstantExposureError(
            f"{moments.names[1]} or a control is explained by the periods and the other controls.",
            where="solve_within",
        )
    bread = np.asarray(np.linalg.inv(regressors), dtype=np.float64)
    coefficients = bread @ left[1:, 0]
    residual = float(left[0, 0] - left[0, 1:] @ coefficients)
    if moments.n_rows <= k + rank + 1:
        raise InputRefusedError(
            f"{moments.n_rows} rows cannot carry {k + rank + 1} coefficients.", where="solve_within"
        )
    return WithinSolution(coefficients, bread, effects, residual, float(moments.within[0, 0]), k + rank + 1)


def score_pairs(n_regressors: int) -> list[tuple[int, int]]:
    """List the pairs of v = (y, x, controls) whose cross-products make up scores: all but y with itself."""
    return [(j, k) for j in range(n_regressors + 1) for k in range(max(j, 1), n_regressors + 1)]


def meat_from_products(solution: WithinSolution, products: FloatArray | None) -> FloatArray | None:
    """Sum the outer products of the units' scores without another look at the units.

    A unit's score is linear in its cross-products w of v less both effects: w_j0 less the sum of b_k w_jk.

    Parameters
    ----------
    solution : WithinSolution
    products : array (P, P), or None
        Sum over units of w w', pairs in the order of `score_pairs`.

    Returns
    -------
    array (K, K), or None
        None where there are no products, or where residuals are so small that digits were lost.
    """
    if products is None:
        return None
    k = len(solution.coefficients)
    pairs = score_pairs(k)
    weights = (1.0, *(-float(b) for b in solution.coefficients))
    linear = np.zeros((k, len(pairs)))
    for j in range(1, k + 1):
        for other, weight in enumerate(weights):
            linear[j - 1, pairs.index((min(j, other), max(j, other)))] += weight
    meat = np.asarray(linear @ products @ linear.T)
    parts = np.abs(linear) @ np.sqrt(np.diag(products))
    return meat if np.all(np.diag(meat) > DIGITS_KEPT * parts**2) else None


def fit_from_moments(
    moments: PanelMoments, solution: WithinSolution, meat: FloatArray, n_dropped: int = 0
) -> Fit:
    """Give the fit of `panel.two_way_within` from sums: same coefficients, CR1 errors and t with G - 1.

    Parameters
    ----------
    moments : PanelMoments
    solution : WithinSolution
    meat : array (K, K)
        Sum over units of score times score'.
    n_dropped : int
        Rows left out before.

    Returns
    -------
    Fit
        Of the regressors; period dummies are not listed.
    """
    n, units = moments.n_rows, round(float(moments.n_units.sum()))
    factor = units / (units - 1) * (n - 1) / (n - solution.n_columns)
    matrix = factor * solution.bread @ np.asarray(meat, dtype=np.float64) @ solution.bread
    freedom = np.full(len(solution.coefficients), float(units - 1))
    quality = (
        1 - solution.residual_squares / solution.outcome_squares,
        float(np.sqrt(solution.residual_squares / (n - solution.n_columns))),
    )
    return fit_of(
        moments.names[1:],
        solution.coefficients,
        matrix,
        freedom,
        counts=(n, n_dropped, units),
        quality=quality,
        kind="cluster",
    )


def _period_effects(normal: FloatArray, sums: FloatArray) -> tuple[FloatArray, int]:
    """Solve the singular normal equations of the periods; their rank is one less per unconnected part."""
    values, vectors = np.linalg.eigh(normal)
    kept = values > values.max() * 1e-10
    inverse = np.divide(1.0, values, out=np.zeros_like(values), where=kept)
    return np.asarray((vectors * inverse) @ (vectors.T @ sums)), int(kept.sum())


def _root(matrix: FloatArray) -> FloatArray:
    """Give R with R'R = matrix, columns in order, also when it is singular."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))).T * 1.0)
