"""Estimates of a cross-lagged model in the series' own units, with intervals. No fitting here."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from models.arrays import FloatArray, frozen
from models.direction.fit_measures import FitMeasures
from models.direction.likelihood import Maximum
from models.direction.results import CrossLagged, CrossPath, Improper, Path
from models.direction.sample import Sample
from models.direction.structure import Structure
from models.estimate import LEVEL

Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
# An eigenvalue below minus this share of the largest is negative, not rounded.
NEGATIVE = 1e-9


def described(
    structure: Structure,
    found: Maximum,
    sample: Sample,
    *,
    errors: FloatArray,
    kind: str,
    fit: FitMeasures,
    over_time: str,
) -> CrossLagged:
    """Bring a maximum and the covariance of its parameters to the series' own units."""
    n_paths, q = len(structure.paths), len(structure.names)
    units = np.concatenate([structure.units_of(sample.scale), sample.scale])
    estimates = found.parameters * units
    estimates[q:] += sample.centre
    covariance = errors * np.outer(units, units)
    names = (*structure.names, *(f"{variable}~1" for variable in sample.variables))
    standardized = np.full(len(names), np.nan)
    standardized[:n_paths] = _standardized(structure, found.parameters[:q])
    every = tuple(
        Path(name, *_interval(value, error), standardized=float(beta))
        for name, value, error, beta in zip(
            names, estimates, np.sqrt(np.diag(covariance)), standardized, strict=True
        )
    )
    x, y = sample.scale[:2]
    weights = {pair: _mean_of(structure, *pair) for pair in (("y", "x"), ("x", "y"))}
    together = _mean_covariance(structure)

    def over_waves(weight: FloatArray, unit: float) -> CrossPath:
        value = float(weight @ found.parameters[:q])
        error = float(np.sqrt(weight @ errors[:q, :q] @ weight))
        own, scaled = _interval(value * unit, error * unit), _interval(value, error)
        return CrossPath(*own[:4], *scaled)

    cells = sum(pattern.n * np.log(sample.scale[pattern.observed]).sum() for pattern in sample.patterns)
    return CrossLagged(
        traits=structure.traits,
        over_time=over_time,
        fit=fit,
        paths=every[:n_paths],
        others=every[n_paths:],
        forward=over_waves(weights["y", "x"], y / x),
        reverse=over_waves(weights["x", "y"], x / y),
        difference=over_waves(weights["y", "x"] - weights["x", "y"], float("nan")),
        comovement=over_waves(together, x * y),
        improper=tuple(_improper(structure, found.parameters[:q], errors[:q, :q])),
        covariance=frozen(covariance),
        standard_error_kind=kind,
        log_likelihood=found.log_likelihood - float(cells),
        n_units=sample.n_units,
        n_dropped=sample.n_dropped,
        n_missing=sample.n_missing,
        n_waves=sample.n_waves,
    )


def _interval(value: float, error: float) -> tuple[float, float, float, float, float]:
    """Estimate, standard error, both ends of the interval and the p-value of the normal distribution."""
    p_value = math.erfc(abs(value) / error / math.sqrt(2)) if error > 0 else float("nan")
    return float(value), float(error), float(value - Z * error), float(value + Z * error), p_value


def _mean_of(structure: Structure, to: str, of: str) -> FloatArray:
    """Weights over theta that average the paths from one series to the other."""
    mine = np.array([name[0] == to and f"~{of}" in name and "~~" not in name for name in structure.names])
    return np.asarray(mine / mine.sum())


def _mean_covariance(structure: Structure) -> FloatArray:
    mine = np.array([name.startswith("x") and "~~y" in name and name != "x1~~y1" for name in structure.names])
    return np.asarray(mine / mine.sum())


def _standardized(structure: Structure, theta: FloatArray) -> FloatArray:
    """Paths in standard deviations of the within components, averaged over the waves that share one."""
    out = np.full(len(structure.paths), np.nan)
    if structure.traits == "accumulating":
        return out
    within = theta.copy()
    within[len(structure.paths) + len(structure.inner) :] = 0.0
    variances = np.diag(structure.implied(within)[0])
    if variances.min() <= 0:
        return out
    spread = np.sqrt(variances)
    for k, place in enumerate(structure.paths):
        to, of = np.nonzero(place)
        out[k] = theta[k] * float((spread[of] / spread[to]).mean())
    return out


def _improper(structure: Structure, theta: FloatArray, errors: FloatArray) -> list[Improper]:
    found = []
    at = {name: k for k, name in enumerate(structure.names)}
    for block, names in structure.blocks:
        size = int(np.sqrt(2 * len(names)))
        matrix = np.zeros((size, size))
        matrix[np.tril_indices(size)] = theta[[at[name] for name in names]]
        values = np.linalg.eigvalsh(matrix, UPLO="L")
        if values[0] >= -NEGATIVE * abs(values[-1]):
            continue
        variances = [at[name] for name in names if len(set(name.split("~~"))) == 1 and theta[at[name]] < 0]
        z_values = [float(theta[k] / np.sqrt(errors[k, k])) for k in variances]
        z_value, worst = min(zip(z_values, variances, strict=True), default=(float("nan"), -1))
        found.append(Improper(block, float(values[0]), structure.names[worst] if variances else "", z_value))
    return found
