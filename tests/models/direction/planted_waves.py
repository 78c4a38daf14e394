"""Population covariances and samples of cross-lagged models, from the equations and not from our code."""

from __future__ import annotations

import numpy as np

PATHS = np.array([[0.5, 0.1], [0.25, 0.3]])
TRAITS = np.array([[1.5, 0.9], [0.9, 1.2]])
FIRST = np.array([[1.3, 0.4], [0.4, 1.1]])
RESIDUAL = np.array([[0.8, 0.15], [0.15, 0.7]])


def population(n_waves: int = 5, *, paths=PATHS, traits=TRAITS, first=FIRST, residual=RESIDUAL):
    """Covariance of x1..xT, y1..yT: each wave is the trait plus what is left of the wave before plus news."""
    within = np.zeros((2 * n_waves, 2 * n_waves))
    variance = first
    for w in range(n_waves):
        here = slice(2 * w, 2 * w + 2)
        within[here, here] = variance
        across = variance
        for v in range(w + 1, n_waves):
            across = across @ paths.T
            within[here, 2 * v : 2 * v + 2] = across
            within[2 * v : 2 * v + 2, here] = across.T
        variance = paths @ variance @ paths.T + residual
    whole = within + np.tile(traits, (n_waves, n_waves))
    order = [*range(0, 2 * n_waves, 2), *range(1, 2 * n_waves, 2)]
    return whole[np.ix_(order, order)]


def sample(seed: int, n: int = 200, n_waves: int = 5, **kwargs):
    """Draw x and y, arrays (units, waves)."""
    rng = np.random.default_rng(seed)
    data = rng.multivariate_normal(np.zeros(2 * n_waves), population(n_waves, **kwargs), size=n)
    return data[:, :n_waves], data[:, n_waves:]


def with_holes(seed: int, x, y, share: float = 0.1):
    """Lose a share of the cells completely at random."""
    rng = np.random.default_rng(seed)
    return tuple(np.where(rng.random(v.shape) < share, np.nan, v) for v in (x, y))
