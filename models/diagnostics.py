"""How an estimate behaves when one organisation is left out. Grades are given in `evidence`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, frozen, group_codes, rows_of_groups
from models.errors import TooFewUnitsError


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOut:
    """Estimates of one coefficient, each without one cluster.

    Attributes
    ----------
    labels : tuple of str
        Cluster left out, in sorted order.
    estimates : array (G,)
        Read-only; NaN where the coefficient cannot be estimated without that cluster.
    full : float
        Estimate with all clusters.
    low, high : float
        Range of the estimates.
    keeps_sign : bool
        Every estimate exists and has the sign of the full one.
    most_influential : str
        Cluster whose absence moves the estimate most.
    """

    labels: tuple[str, ...]
    estimates: FloatArray
    full: float
    low: float
    high: float
    keeps_sign: bool
    most_influential: str


def leave_one_cluster_out(
    y: npt.ArrayLike, X: npt.ArrayLike, groups: npt.ArrayLike, coefficient: int
) -> LeaveOneOut:
    """Re-estimate one coefficient without each cluster in turn, exactly, from cross-products.

    Unit effects nested in the clusters may have been demeaned before: leaving a unit out changes no other
    unit's means. A column that lives in one cluster only drops out with it, so the rest stays identified.

    Parameters
    ----------
    y : array (n,)
    X : array (n, k)
        Full column rank.
    groups : array (n,)
        Cluster labels.
    coefficient : int
        Column of X.

    Returns
    -------
    LeaveOneOut

    Raises
    ------
    TooFewUnitsError
        With fewer than three clusters.
    """
    design = np.asarray(X, dtype=np.float64)
    outcome = np.asarray(y, dtype=np.float64)
    labels = np.unique(np.asarray(groups))
    codes, n_groups = group_codes(groups)
    if n_groups < 3:
        raise TooFewUnitsError("leaving one out needs three clusters.", where="leave_one_cluster_out")
    scale = np.linalg.norm(design, axis=0)
    # An orthonormal basis keeps the cross-products well conditioned; the coefficient is read back through R.
    q, r = np.linalg.qr(design / scale)
    blocks = rows_of_groups(codes, n_groups)
    crosses = np.stack([q[rows].T @ q[rows] for rows in blocks])
    moments = np.stack([q[rows].T @ outcome[rows] for rows in blocks])
    lost = np.linalg.eigvalsh(crosses).max(axis=1) > 1 - 1e-9
    rest, right = np.eye(q.shape[1]) - crosses, moments.sum(axis=0) - moments
    contrast = np.linalg.solve(r.T, np.eye(q.shape[1])[coefficient])
    full = float(contrast @ moments.sum(axis=0) / scale[coefficient])
    estimates = np.empty(n_groups)
    if (~lost).any():
        estimates[~lost] = np.linalg.solve(rest[~lost], right[~lost][:, :, None])[:, :, 0] @ contrast
    for g in np.flatnonzero(lost):
        inverse = np.linalg.pinv(rest[g], rcond=1e-9, hermitian=True)
        identified = np.allclose(
            rest[g] @ (inverse @ contrast), contrast, atol=1e-7 * float(np.abs(contrast).max())
        )
        estimates[g] = contrast @ (inverse @ right[g]) if identified else np.nan
    estimates /= scale[coefficient]
    moved = np.where(np.isnan(estimates), np.inf, np.abs(estimates - full))
    return LeaveOneOut(
        labels=tuple(str(label) for label in labels),
        estimates=frozen(estimates),
        full=full,
        low=float(np.nanmin(estimates)) if np.isfinite(estimates).any() else np.nan,
        high=float(np.nanmax(estimates)) if np.isfinite(estimates).any() else np.nan,
        keeps_sign=bool((np.sign(estimates) == np.sign(full)).all()),
        most_influential=str(labels[int(np.argmax(moved))]),
    )
