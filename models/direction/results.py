"""What a fitted cross-lagged model says: paths, intervals, fit, improper parts. No computing here."""

from __future__ import annotations

from dataclasses import dataclass

from models.arrays import FloatArray
from models.direction.fit_measures import FitMeasures


@dataclass(frozen=True, slots=True)
class Path:
    """One parameter with its 95 % interval.

    Attributes
    ----------
    name : str
        `y2~x1` is the path from x1 to y2, `x1~~y1` a (residual) covariance, `ix` and `iy` are the random
        intercepts (`iy~x1`: given the first wave), `x1~1` is a mean. Without numbers (`y~x`): the same in
        every wave.
    estimate, standard_error, low, high, p_value : float
        In the series' own units.
    standardized : float
        Paths: in standard deviations of the model's within components (mean over waves when equal). NaN for
        other parameters, for accumulating traits, and where such a variance is not positive.
    """

    name: str
    estimate: float
    standard_error: float
    low: float
    high: float
    p_value: float
    standardized: float


@dataclass(frozen=True, slots=True)
class CrossPath:
    """A cross path over all waves, or what is made of both.

    Attributes
    ----------
    estimate, standard_error, low, high : float
        In the series' own units, mean over waves; NaN for a difference, whose parts have different units.
    standardized, standardized_error, standardized_low, standardized_high : float
        In standard deviations within units around the means of the waves, as observed (their sampling error
        is not counted): known whatever the model makes of the traits.
    p_value : float
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    standardized: float
    standardized_error: float
    standardized_low: float
    standardized_high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Improper:
    """A covariance matrix that no data could have: a negative variance, or a correlation beyond one.

    Attributes
    ----------
    block : str
        "random intercepts", "first wave", "residuals of wave 3", ...
    eigenvalue : float
        The smallest, both series in standard deviations within units.
    variance : str
        The most clearly negative variance; empty when only a correlation is beyond one.
    z_value : float
        Its distance from zero in standard errors, NaN without one. What lies within sampling error of zero is
        no sign of a wrong model (Kolenikov and Bollen 2012).
    """

    block: str
    eigenvalue: float
    variance: str
    z_value: float


@dataclass(frozen=True, slots=True, eq=False)
class CrossLagged:
    """A fitted cross-lagged panel model.

    Attributes
    ----------
    traits, over_time : str
        As asked for; `over_time` of the paths.
    fit : FitMeasures
    paths, others : tuples of Path
        Autoregressive and cross-lagged paths; (co)variances and means.
    forward, reverse, difference : CrossPath
        x before y, y before x, and the first minus the second, standardised.
    comovement : CrossPath
        Mean residual covariance within a wave, the first left out: what moved at the same time.
    improper : tuple of Improper
        Empty for a proper solution.
    covariance : array (k, k)
        Of the estimates of `paths` and `others`, in that order.
    standard_error_kind : str
        "expected", "observed" (information) or "robust".
    log_likelihood : float
    n_units, n_dropped, n_missing, n_waves : int
    """

    traits: str
    over_time: str
    fit: FitMeasures
    paths: tuple[Path, ...]
    others: tuple[Path, ...]
    forward: CrossPath
    reverse: CrossPath
    difference: CrossPath
    comovement: CrossPath
    improper: tuple[Improper, ...]
    covariance: FloatArray
    standard_error_kind: str
    log_likelihood: float
    n_units: int
    n_dropped: int
    n_missing: int
    n_waves: int

    @property
    def chi2(self) -> float:
        """Likelihood ratio against free means and covariances."""
        return self.fit.chi2

    @property
    def df(self) -> int:
        """Degrees of freedom of `chi2`."""
        return self.fit.df

    def at(self, name: str) -> Path:
        """Return one parameter by name; KeyError when there is none."""
        for path in (*self.paths, *self.others):
            if path.name == name:
                return path
        raise KeyError(name)
