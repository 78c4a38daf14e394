"""A share with an exact interval and test when units come in clusters. What is counted: `watch`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import group_codes, library
from models.errors import TooFewUnitsError


@dataclass(frozen=True, slots=True)
class Share:
    """A share, its interval and a one-sided test that it exceeds a threshold.

    Attributes
    ----------
    share, low, high, p_value : float
    n_units : float
        Counted units.
    n_effective : float
        Independent units that would be as exact.
    n_clusters : int
    """

    share: float
    low: float
    high: float
    p_value: float
    n_units: float
    n_effective: float
    n_clusters: int


def clustered_share(
    hits: npt.ArrayLike,
    units: npt.ArrayLike,
    clusters: npt.ArrayLike,
    threshold: float,
    level: float = 0.95,
) -> Share:
    """Estimate sum of hits over sum of units, by the exact binomial with the effective number of units.

    Parameters
    ----------
    hits, units : array (n,)
        Of any part of a cluster; hits may be fractions.
    clusters : array (n,)
    threshold : float
        The test's null: the share is at most this.
    level : float

    Raises
    ------
    TooFewUnitsError
        Without any unit.

    Notes
    -----
    Korn and Graubard (1998): Clopper and Pearson's interval with n divided by the design effect, never more
    than n. Where no unit or every unit is a hit there is no design effect to see, and n is used.
    """
    codes, n_clusters = group_codes(clusters)
    hit = np.bincount(codes, weights=np.asarray(hits, dtype=np.float64), minlength=n_clusters)
    counted = np.bincount(codes, weights=np.asarray(units, dtype=np.float64), minlength=n_clusters)
    hit, counted = hit[counted > 0], counted[counted > 0]
    n, g = float(counted.sum()), len(counted)
    if not n:
        raise TooFewUnitsError("there is nothing to count.", where="clustered_share")
    stats = library("scipy.stats")
    share = min(max(float(hit.sum()) / n, 0.0), 1.0)
    effective, tail = n, (1 - level) / 2
    variance = float(((hit - share * counted) ** 2).sum()) / n**2
    if 0 < share < 1 and g > 1 and variance > 0:
        student = float(stats.t.ppf(tail, n - 1) / stats.t.ppf(tail, g - 1)) if n > 1 else 1.0
        effective = min(n, share * (1 - share) / variance * student**2)
    x = share * effective
    beta = stats.beta
    low = float(beta.ppf(tail, x, effective - x + 1)) if share > 0 else 0.0
    high = float(beta.ppf(1 - tail, x + 1, effective - x)) if share < 1 else 1.0
    p_value = float(beta.cdf(threshold, x, effective - x + 1)) if share > 0 else 1.0
    return Share(share, low, high, p_value, n, effective, g)
