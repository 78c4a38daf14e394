"""Granger's question: do earlier values of x help to predict y? For one unit and for a panel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, dependent_columns, frozen, library
from models.errors import (
    AllMissingError,
    CollinearColumnsError,
    ConstantExposureError,
    ConstantOutcomeError,
    InputRefusedError,
    TooFewPeriodsError,
)
from models.inputs import one_column

WHERE = "granger"
MINIMUM_PERIODS = 8


@dataclass(frozen=True, slots=True)
class FTest:
    """Test that all lags of x have coefficient 0 beside the lags of y.

    Attributes
    ----------
    statistic, df_numerator, df_denominator, p_value : float, int, int, float
    n_observations : int
        Periods with all lags.
    """

    statistic: float
    df_numerator: int
    df_denominator: int
    p_value: float
    n_observations: int


@dataclass(frozen=True, slots=True, eq=False)
class PanelGranger:
    """Test that x helps to predict y in no unit, against that it does in some.

    Attributes
    ----------
    w_bar : float
        Mean over units of the Wald statistics (`wald`, array (n_units,)).
    z_bar, z_bar_p_value : float
        Standardised for many periods. With few it rejects a true null far too often.
    z_tilde, z_tilde_p_value : float
        Standardised for the number of periods at hand; NaN when there are too few for the moments to exist
        (periods > 5 + 3 lags). To be read when periods are few.
    n_units, n_dropped, n_periods, lags : int
        Units with a gap in either series, or with a series that never moves, are dropped.
    """

    w_bar: float
    z_bar: float
    z_bar_p_value: float
    z_tilde: float
    z_tilde_p_value: float
    wald: FloatArray
    n_units: int
    n_dropped: int
    n_periods: int
    lags: int


def granger(y: npt.ArrayLike, x: npt.ArrayLike, lags: int) -> FTest:
    """Test whether earlier values of x help to predict y beside earlier values of y.

    Granger (1969); the F test of lmtest's `grangertest`.

    Parameters
    ----------
    y, x : arrays (periods,)
        In order of time, no gaps.
    lags : int

    Returns
    -------
    FTest
        Degrees of freedom: lags and periods - 3 lags - 1.

    Raises
    ------
    InputRefusedError, AllMissingError, ConstantOutcomeError, ConstantExposureError, TooFewPeriodsError
    CollinearColumnsError
    """
    outcome, exposure = (one_column(values) for values in (y, x))
    if outcome.ndim != 1 or outcome.shape != exposure.shape or lags < 1:
        raise InputRefusedError(
            f"y {outcome.shape} and x {exposure.shape} are not two series, or {lags} lags.", where=WHERE
        )
    known = np.isfinite(outcome) & np.isfinite(exposure)
    if not known.any():
        raise AllMissingError("no period has both series.", where=WHERE)
    if not known.all():
        raise InputRefusedError("a series has gaps.", where=WHERE, remedy="Pass the longest run without.")
    n, freedom = len(outcome) - lags, len(outcome) - 3 * lags - 1
    if freedom < 1:
        raise TooFewPeriodsError(
            f"{len(outcome)} periods cannot carry {lags} lags of two series.",
            where=WHERE,
            remedy="Add periods.",
        )
    for values, name, error in ((outcome, "y", ConstantOutcomeError), (exposure, "x", ConstantExposureError)):
        if np.ptp(values) == 0:
            raise error(f"{name} never changes.", where=WHERE)
    own, other = (
        np.column_stack([values[lags - k - 1 : len(values) - k - 1] for k in range(lags)])
        for values in (outcome, exposure)
    )
    restricted = np.column_stack([np.ones(n), own])
    full = np.column_stack([restricted, other])
    bad = dependent_columns(full)
    if bad:
        names = ("constant", *(f"{v} {k + 1} before" for v in "yx" for k in range(lags)))
        raise CollinearColumnsError(tuple(names[j] for j in bad), where=WHERE)
    rest = _squares(full, outcome[lags:])
    statistic = (_squares(restricted, outcome[lags:]) - rest) / lags / (rest / freedom)
    p_value = float(library("scipy.stats").f.sf(statistic, lags, freedom))
    return FTest(float(statistic), lags, freedom, p_value, n)


def panel_granger(y: npt.ArrayLike, x: npt.ArrayLike, lags: int = 1) -> PanelGranger:
    """Test Granger non-causality in a panel whose units may differ in every coefficient.

    Dumitrescu and Hurlin (2012), in the notation of Lopez and Weber (2017): periods count with the first
    `lags`. Units must be independent of each other.

    Parameters
    ----------
    y, x : arrays (units, periods)
        At least eight periods.
    lags : int

    Raises
    ------
    InputRefusedError, TooFewPeriodsError, AllMissingError
    """
    outcome, exposure = (np.asarray(values, dtype=np.float64) for values in (y, x))
    if outcome.ndim != 2 or outcome.shape != exposure.shape:
        raise InputRefusedError(
            f"y {outcome.shape} and x {exposure.shape} are not units by periods.", where=WHERE
        )
    n_periods = outcome.shape[1]
    if n_periods < max(MINIMUM_PERIODS, 3 * lags + 2):
        raise TooFewPeriodsError(
            f"{n_periods} periods are too few for {lags} lags in every unit.",
            where=WHERE,
            remedy="Add periods.",
        )
    whole = np.isfinite(outcome).all(axis=1) & np.isfinite(exposure).all(axis=1)
    wald = []
    for own, other in zip(outcome[whole], exposure[whole], strict=True):
        try:
            wald.append(lags * granger(own, other, lags).statistic)
        except (ConstantOutcomeError, ConstantExposureError, CollinearColumnsError):
            continue
    if not wald:
        raise AllMissingError("no unit has two moving series without gaps.", where=WHERE)
    n, w_bar = len(wald), float(np.mean(wald))
    normal = library("scipy.stats").norm
    z_bar = float(np.sqrt(n / (2 * lags)) * (w_bar - lags))
    z_tilde = float("nan")
    if n_periods > 5 + 3 * lags:
        scale = n / (2 * lags) * (n_periods - 3 * lags - 5) / (n_periods - 2 * lags - 3)
        centred = (n_periods - 3 * lags - 3) / (n_periods - 3 * lags - 1) * w_bar - lags
        z_tilde = float(np.sqrt(scale) * centred)
    return PanelGranger(
        w_bar=w_bar,
        z_bar=z_bar,
        z_bar_p_value=float(2 * normal.sf(abs(z_bar))),
        z_tilde=z_tilde,
        z_tilde_p_value=float(2 * normal.sf(abs(z_tilde))),
        wald=frozen(wald),
        n_units=n,
        n_dropped=len(outcome) - n,
        n_periods=n_periods,
        lags=lags,
    )


def _squares(design: FloatArray, outcome: FloatArray) -> float:
    coefficients = np.linalg.lstsq(design, outcome, rcond=None)[0]
    return float(((outcome - design @ coefficients) ** 2).sum())
