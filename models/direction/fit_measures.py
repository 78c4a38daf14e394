"""How well a covariance structure fits: chi-square, CFI, RMSEA with interval, SRMR. No thresholds here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import FloatArray, library
from models.direction.likelihood import Maximum, maximise
from models.direction.sample import Sample
from models.direction.structure import Structure, saturated_structure

# Both ends of the 90 % interval of the RMSEA (Browne and Cudeck 1993).
TAIL = 0.05


@dataclass(frozen=True, slots=True)
class FitMeasures:
    """Distance between model and data.

    Attributes
    ----------
    chi2, df, p_value : float, int, float
        Likelihood ratio against free means and covariances; p is NaN without degrees of freedom.
    cfi : float
        Against the model in which nothing covaries (Bentler 1990).
    rmsea, rmsea_low, rmsea_high : float
        With its 90 % interval, n in the denominator (Steiger 1990).
    srmr : float
        Root mean square of the correlation residuals, variances included, means not.
    """

    chi2: float
    df: int
    p_value: float
    cfi: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float


def saturated(sample: Sample) -> tuple[FloatArray, FloatArray, float]:
    """Give means (p,), covariances (p, p) and log likelihood with nothing restricted.

    Raises
    ------
    NotConvergedError, NotIdentifiedError
    """
    if sample.is_complete:
        whole = sample.patterns[0]
        log_determinant = float(np.linalg.slogdet(whole.covariance)[1])
        constant = len(whole.mean) * (np.log(2 * np.pi) + 1)
        return whole.mean, whole.covariance, -whole.n / 2 * float(constant + log_determinant)
    structure = saturated_structure(sample.variables)
    means, variances = _alone(sample)
    is_variance = np.array([a == b for a, b in (name.split("~~") for name in structure.names)])
    start = np.zeros(len(is_variance))
    start[is_variance] = variances
    found = maximise(structure, np.concatenate([start, means]), sample)
    q = len(structure.names)
    return found.parameters[q:], structure.implied(found.parameters[:q])[0], found.log_likelihood


def fit_measures(
    structure: Structure, found: Maximum, sample: Sample, *, covariance: FloatArray, log_likelihood: float
) -> FitMeasures:
    """Measure a fitted structure against the saturated covariance and log likelihood."""
    distributions = library("scipy.stats")
    size = len(structure.variables)
    chi2 = max(2 * float(log_likelihood - found.log_likelihood), 0.0)
    df = structure.n_moments - len(structure.names)
    baseline = 2 * float(log_likelihood - _independent(sample))
    baseline_df = size * (size - 1) // 2
    misfit = max(chi2 - df, 0.0)
    worst = max(baseline - baseline_df, misfit)
    low, high = rmsea_interval(chi2, df, sample.n_units)
    sigma = structure.implied(found.parameters[: len(structure.names)])[0]
    spread = np.sqrt(np.diag(covariance))
    residual = ((covariance - sigma) / np.outer(spread, spread))[np.tril_indices(size)]
    return FitMeasures(
        chi2=chi2,
        df=df,
        p_value=float(distributions.chi2.sf(chi2, df)) if df else float("nan"),
        cfi=1 - misfit / worst if worst else 1.0,
        rmsea=float(np.sqrt(misfit / (sample.n_units * df))) if df else 0.0,
        rmsea_low=low,
        rmsea_high=high,
        srmr=float(np.sqrt((residual**2).mean())),
    )


def rmsea_interval(chi2: float, df: int, n: int) -> tuple[float, float]:
    """Give the 90 % interval of the RMSEA by inverting the noncentral chi-square."""
    if df == 0:
        return 0.0, 0.0
    stats, root = library("scipy.stats"), library("scipy.optimize").brentq

    def end(share: float) -> float:
        def excess(noncentrality: float) -> float:
            return float(stats.ncx2.cdf(chi2, df, noncentrality)) - share

        if stats.chi2.cdf(chi2, df) <= share:
            return 0.0
        return float(np.sqrt(root(excess, 1e-12, 10 * chi2 + 100) / (n * df)))

    return end(1 - TAIL), end(TAIL)


def _alone(sample: Sample) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of each variable by itself, over the units that have it."""
    size = len(sample.variables)
    count, total, squares = np.zeros(size), np.zeros(size), np.zeros(size)
    for pattern in sample.patterns:
        count[pattern.observed] += pattern.n
        total[pattern.observed] += pattern.n * pattern.mean
        squares[pattern.observed] += pattern.n * (np.diag(pattern.covariance) + pattern.mean**2)
    means = total / count
    return means, squares / count - means**2


def _independent(sample: Sample) -> float:
    """Log likelihood when nothing covaries."""
    count = np.zeros(len(sample.variables))
    for pattern in sample.patterns:
        count[pattern.observed] += pattern.n
    return float(-0.5 * (count * (np.log(2 * np.pi * _alone(sample)[1]) + 1)).sum())
