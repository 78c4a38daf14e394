"""Array helpers the estimators share: group codes, demeaning, exact dependence. No statistics, no frames."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import InputRefusedError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

# A column counts as dependent when the part outside the span of the earlier ones is below this share of its
# length. Longley, the classic ill-conditioned design, keeps shares above 1e-6; rounding stays below 1e-13.
DEPENDENCE_TOLERANCE = 1e-9


def library(name: str) -> Any:
    """Import a slow library on first use, untyped: statsmodels and scipy.stats take seconds to import."""
    return importlib.import_module(name)


def frozen(values: npt.ArrayLike) -> FloatArray:
    """Return a read-only float copy, so that a frozen result stays frozen."""
    out = np.array(values, dtype=np.float64)
    out.setflags(write=False)
    return out


def labels_of(groups: npt.ArrayLike) -> npt.NDArray[Any]:
    """Read labels (n,), or (n, 2) for two ways; a single column counts as its labels."""
    read = np.asarray(groups)
    return read[:, 0] if read.ndim == 2 and read.shape[1] == 1 else read


def group_codes(groups: npt.ArrayLike) -> tuple[IntArray, int]:
    """Number the groups 0..G-1 in sorted order of their labels.

    Parameters
    ----------
    groups : array of shape (n,)
        Labels; they must be mutually comparable. A single column counts as its labels.

    Returns
    -------
    codes : int array (n,)
    n_groups : int

    Raises
    ------
    InputRefusedError
        For several columns, or when a label is missing: rows without one are no group of their own.
    """
    given = labels_of(groups)
    if given.ndim != 1:
        raise InputRefusedError(f"groups {given.shape} are not one label per row.")
    if library("pandas").isna(given).any():
        raise InputRefusedError("a row has no group.", remedy="Leave rows without a label out first.")
    labels, codes = np.unique(given, return_inverse=True)
    return codes.astype(np.int64), len(labels)


def rows_of_groups(codes: IntArray, n_groups: int) -> list[IntArray]:
    """List the row numbers of each group, in row order."""
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=n_groups))
    return [rows.astype(np.int64) for rows in np.split(order, ends[:-1])]


def group_sums(values: FloatArray, codes: IntArray, n_groups: int) -> FloatArray:
    """Sum the rows of `values` (n, k) within groups: (G, k); a group without rows gets zeros."""
    out = np.zeros((n_groups, values.shape[1]))
    if len(codes) == 0:
        return out
    if (np.diff(codes) < 0).any():
        order = np.argsort(codes, kind="stable")
        values, codes = values[order], codes[order]
    present, starts = np.unique(codes, return_index=True)
    out[present] = np.add.reduceat(values, starts, axis=0)
    return out


def demean(values: FloatArray, codes: IntArray, n_groups: int) -> FloatArray:
    """Take the group mean from every column of `values` (n, k)."""
    means = group_sums(values, codes, n_groups) / np.bincount(codes, minlength=n_groups)[:, None]
    return np.asarray(values - means[codes])


def quotient(top: npt.ArrayLike, bottom: npt.ArrayLike, otherwise: float = np.nan) -> FloatArray:
    """Divide where `bottom` is positive; `otherwise` elsewhere."""
    over, under = np.broadcast_arrays(np.asarray(top, np.float64), np.asarray(bottom, np.float64))
    return np.asarray(np.divide(over, under, out=np.full(over.shape, otherwise), where=under > 0))


def dependent_columns(X: FloatArray, tolerance: float = DEPENDENCE_TOLERANCE) -> list[int]:
    """Find the columns that lie in the span of the columns before them.

    Gram-Schmidt, twice, over unit-length columns; only independent columns enter the basis, so one dependent
    column never makes a later one look dependent.

    Parameters
    ----------
    X : array (n, k)
    tolerance : float
        Smallest share of a column's length that must lie outside the span.

    Returns
    -------
    list of int
        Positions, ascending. A zero column is dependent.
    """
    n, k = X.shape
    lengths = np.linalg.norm(X, axis=0)
    # While no column depends on earlier ones, the diagonal of R holds exactly the shares outside their span.
    if n >= k and (lengths > 0).all() and _diagonal(X / lengths).min() > tolerance:
        return []
    basis = np.empty((n, k))
    n_basis, dependent = 0, []
    for j in range(k):
        rest = X[:, j] / lengths[j] if lengths[j] > 0 else np.zeros(n)
        for _ in range(2):
            done = basis[:, :n_basis]
            rest = rest - done @ (done.T @ rest)
        left = float(np.linalg.norm(rest))
        if left <= tolerance:
            dependent.append(j)
        else:
            basis[:, n_basis] = rest / left
            n_basis += 1
    return dependent


def _diagonal(X: FloatArray) -> FloatArray:
    return np.asarray(np.abs(np.diag(np.linalg.qr(X, mode="r"))))


def dummies(values: npt.ArrayLike, prefix: str) -> tuple[FloatArray, list[str]]:
    """Make 0/1 columns for every level but the first, levels in sorted order.

    Returns
    -------
    columns : array (n, L - 1)
    names : list of str
        `prefix=level`.
    """
    levels, codes = np.unique(np.asarray(values), return_inverse=True)
    columns = (codes[:, None] == np.arange(1, len(levels))[None, :]).astype(np.float64)
    return columns, [f"{prefix}={level}" for level in levels[1:]]
