"""Cross-lagged panel models by maximum likelihood, with and without random intercepts. No verdicts here."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray
from models.direction.fit_measures import fit_measures, saturated
from models.direction.likelihood import Maximum, maximise, observed_information, scores
from models.direction.parameters import described
from models.direction.results import CrossLagged
from models.direction.sample import WHERE, Sample, sample_of, sample_of_moments
from models.direction.start import enter_every_wave, starts
from models.direction.structure import OverTime, Structure, Traits, cross_lagged_structure
from models.errors import ModelError, NotConvergedError, NotIdentifiedError
from models.inputs import known_option

StandardErrors = Literal["model", "robust"]


def random_intercept_cross_lagged(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    traits: Traits = "stable",
    paths: OverTime = "free",
    innovations: OverTime = "free",
    standard_errors: StandardErrors = "model",
) -> CrossLagged:
    """Fit the random-intercept cross-lagged panel model by maximum likelihood.

    Hamaker, Kuiper and Grasman (2015): lasting differences between units stand in random intercepts, and the
    paths join deviations from them. Means of waves are free.

    Parameters
    ----------
    x, y : arrays (units, waves)
        At least three waves. Cells may be missing (full information); units without any are dropped and
        counted.
    traits : {"stable", "accumulating"}
        "stable" is the model as published. "accumulating" lets the random intercepts covary with the
        deviations of the first wave, as the dynamic panel model with fixed effects does (Andersen 2022):
        right also where a series wanders and returns to no level of its own. For "none" see `cross_lagged`.
    paths : {"free", "equal"}
        "free", the default, is the model as published. "equal" holds each path the same in every wave: one
        number per direction, for waves at equal distances.
    innovations : {"free", "equal"}
        The same for residual variances and covariances from wave 2 on.
    standard_errors : {"model", "robust"}
        model: expected information with complete data, observed with missing cells (what lavaan and Mplus
        print). robust: the sandwich of observed information and unit scores (Huber 1967; White 1982).

    Returns
    -------
    CrossLagged
        `improper` names negative variances and their like; estimates are never forced inside.

    Raises
    ------
    TooFewPeriodsError, TooFewUnitsError, AllMissingError, ConstantExposureError, ConstantOutcomeError
    CollinearColumnsError, InputRefusedError
        What the data lack.
    NotConvergedError, NotIdentifiedError
        What the likelihood could not tell.
    """
    sample = sample_of(x, y)
    return _fit(sample, traits, paths, innovations, standard_errors)


def cross_lagged(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    paths: OverTime = "free",
    innovations: OverTime = "free",
    standard_errors: StandardErrors = "model",
) -> CrossLagged:
    """Fit the plain cross-lagged panel model, which takes lasting differences for change.

    Kept to show what it is fooled by; parameters and errors as in `random_intercept_cross_lagged`.
    """
    return _fit(sample_of(x, y), "none", paths, innovations, standard_errors)


def fit_moments(
    mean: npt.ArrayLike,
    covariance: npt.ArrayLike,
    n: int,
    *,
    traits: Traits = "stable",
    paths: OverTime = "free",
    innovations: OverTime = "free",
) -> CrossLagged:
    """Fit the same models to means (2T,) and covariances (2T, 2T) of x1..xT, y1..yT.

    Parameters
    ----------
    covariance : array (2T, 2T)
        Used as it is: divide by n, not by n - 1, for what the raw data would give.
    n : int
        Units behind them.
    """
    return _fit(sample_of_moments(mean, covariance, n), traits, paths, innovations, "model")


def _fit(
    sample: Sample,
    traits: Traits,
    paths: OverTime,
    innovations: OverTime,
    standard_errors: StandardErrors,
) -> CrossLagged:
    given = ((traits, Traits), (paths, OverTime), (innovations, OverTime), (standard_errors, StandardErrors))
    for value, choices in given:
        known_option(value, get_args(choices), where=WHERE)
    options: dict[str, OverTime] = {"paths": paths, "innovations": innovations}
    structure = cross_lagged_structure(sample.n_waves, traits=traits, **options)
    means, covariance, highest = saturated(sample)
    found = _climb(structure, sample, means, _guesses(structure, covariance, options))
    kind, errors = _covariance(structure, found, sample, standard_errors)
    fit = fit_measures(structure, found, sample, covariance=covariance, log_likelihood=highest)
    return described(structure, found, sample, errors=errors, kind=kind, fit=fit, over_time=paths)


def _climb(structure: Structure, sample: Sample, means: FloatArray, guesses: list[FloatArray]) -> Maximum:
    """Climb from every guess and keep the highest maximum: the likelihood may have several."""
    found: list[Maximum] = []
    failures: list[ModelError] = []
    for theta in guesses:
        try:
            found.append(maximise(structure, np.concatenate([theta, means]), sample))
        except (NotConvergedError, NotIdentifiedError) as error:
            failures.append(error)
    if not found:
        raise failures[0]
    return max(found, key=lambda one: one.log_likelihood)


def _guesses(structure: Structure, covariance: FloatArray, options: dict[str, OverTime]) -> list[FloatArray]:
    if structure.traits != "accumulating":
        return list(starts(structure, covariance))
    stable = cross_lagged_structure(len(covariance) // 2, traits="stable", **options)
    return [enter_every_wave(structure, stable, theta) for theta in starts(stable, covariance)]


def _covariance(
    structure: Structure, found: Maximum, sample: Sample, wanted: StandardErrors
) -> tuple[str, FloatArray]:
    if wanted == "model" and sample.is_complete:
        return "expected", np.asarray(np.linalg.inv(found.information), dtype=np.float64)
    information = observed_information(structure, found.parameters, sample)
    bread = np.asarray(np.linalg.inv(information), dtype=np.float64)
    if wanted == "model":
        return "observed", bread
    own = scores(structure, found.parameters, sample)
    return "robust", np.asarray(bread @ (own.T @ own) @ bread)
