"""What a cluster adds to CR2, CR3 and their degrees of freedom. The estimators stand in `inference`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, IntArray, group_codes

# Eigenvalues of I - H_gg below this count as zero: the cluster fits one of its own columns exactly.
EIGENVALUE_FLOOR = 1e-9


def both_ways(groups: npt.ArrayLike) -> tuple[IntArray, IntArray, IntArray]:
    """Number the clusters of two ways (n, 2) and those of their crossing."""
    columns = np.asarray(groups)
    (first, _), (second, n_second) = (group_codes(columns[:, j]) for j in (0, 1))
    return first, second, first * n_second + second


def adjustments_of(
    design: FloatArray, inverse: FloatArray, groups_of: list[IntArray], power: float
) -> list[FloatArray]:
    """Power of I - H_gg of each cluster, by which its residuals are multiplied."""
    return [_adjustment(design[rows], inverse, power) for rows in groups_of]


def adjusted_scores(
    design: FloatArray, errors: FloatArray, groups_of: list[IntArray], adjustments: list[FloatArray]
) -> FloatArray:
    """Scores of the clusters (G, k) from adjusted residuals."""
    return np.stack(
        [
            design[rows].T @ (adjustment @ errors[rows])
            for rows, adjustment in zip(groups_of, adjustments, strict=True)
        ]
    )


def _adjustment(block: FloatArray, inverse: FloatArray, power: float) -> FloatArray:
    values, vectors = np.linalg.eigh(np.eye(len(block)) - block @ inverse @ block.T)
    safe = np.where(values > EIGENVALUE_FLOOR, values, 1.0)
    return np.asarray((vectors * np.where(values > EIGENVALUE_FLOOR, safe**power, 0.0)) @ vectors.T)


def degrees_of_freedom(
    design: FloatArray, inverse: FloatArray, groups_of: list[IntArray], adjustments: list[FloatArray]
) -> FloatArray:
    """Degrees of freedom of every coefficient; see `inference.satterthwaite_df`."""
    n_groups, k = len(groups_of), design.shape[1]
    squares, projected = np.empty((n_groups, k)), np.empty((n_groups, k, k))
    for g, (rows, adjustment) in enumerate(zip(groups_of, adjustments, strict=True)):
        block = design[rows]
        p = adjustment @ (block @ inverse)
        squares[g] = (p**2).sum(axis=0)
        projected[g] = block.T @ p
    out = np.full(k, np.nan)
    for j in range(k):
        u = projected[:, :, j]
        gram = np.diag(squares[:, j]) - u @ inverse @ u.T
        norm = float((gram**2).sum())
        if norm > 0:
            out[j] = float(np.trace(gram)) ** 2 / norm
    return out
