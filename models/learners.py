"""The two learners of M5: what month and fixed controls may do to outcome and index. No estimation here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.arrays import FloatArray, IntArray, library
from models.splines import natural_spline, spline_knots

PENALTIES = (1.0, 10.0, 100.0, 1000.0, 10000.0)
PENALTY_FOLDS = 5
MONTH_KNOTS, SIZE_KNOTS = 5, 4


def boosting(seed: int) -> Any:
    """Make gradient-boosted trees on month, size and categories.

    Rows of one organisation resemble each other, so leaves are kept large: with 40 rows to a leaf the trees
    learnt single organisations, and intervals covered 88 % instead of 95 (40 demo worlds, November 2026).
    """
    return library("sklearn.ensemble").HistGradientBoostingRegressor(
        max_iter=60,
        learning_rate=0.1,
        max_leaf_nodes=6,
        min_samples_leaf=100,
        early_stopping=False,
        random_state=seed,
    )


def ridge(inputs: FloatArray, target: FloatArray, units: IntArray) -> Any:
    """Make a ridge regression on `Basis`, its penalty chosen by folds of whole organisations.

    Parameters
    ----------
    inputs : array (n, p)
        Month, size, then codes of the categories.
    target : array (n,)
    units : int array (n,)
        Left out together: leaving out rows would choose far too small a penalty.
    """
    model = library("sklearn.linear_model")
    raw = Basis(
        month_knots=_knots(inputs[:, 0], MONTH_KNOTS),
        size_knots=_knots(inputs[:, 1], SIZE_KNOTS),
        n_levels=tuple(int(column.max()) + 1 for column in inputs[:, 2:].T),
    )
    spread = raw.design(inputs).std(axis=0)
    basis = replace(raw, scale=np.where(spread > 0, spread, 1.0))
    folds = library("sklearn.model_selection").GroupKFold(PENALTY_FOLDS).split(inputs, target, units)
    penalty = best_penalty(basis.design(inputs), target, list(folds))
    return library("sklearn.pipeline").make_pipeline(
        library("sklearn.preprocessing").FunctionTransformer(basis.design), model.Ridge(penalty)
    )


def best_penalty(design: FloatArray, target: FloatArray, folds: list[tuple[IntArray, IntArray]]) -> float:
    """Choose among `PENALTIES` by the mean R squared over folds, the smallest of those that do equally well.

    One eigendecomposition per fold serves all penalties (Hastie, Tibshirani and Friedman 2009, 3.4.1).
    """
    scores = np.empty((len(folds), len(PENALTIES)))
    for f, (train, test) in enumerate(folds):
        centre, level = design[train].mean(axis=0), float(target[train].mean())
        X, y = design[train] - centre, target[train] - level
        values, vectors = np.linalg.eigh(X.T @ X)
        turned, seen = vectors.T @ (X.T @ y), (design[test] - centre) @ vectors
        spread = float(((target[test] - target[test].mean()) ** 2).sum())
        for p, penalty in enumerate(PENALTIES):
            left = target[test] - level - seen @ (turned / (np.maximum(values, 0.0) + penalty))
            scores[f, p] = 1 - float(left @ left) / spread
    return PENALTIES[int(scores.mean(axis=0).argmax())]


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Columns for ridge: month splines, size splines and dummies, and the products of both.

    `scale` divides the columns, so that one penalty suits them all.
    """

    month_knots: FloatArray
    size_knots: FloatArray
    n_levels: tuple[int, ...]
    scale: FloatArray | float = 1.0

    def design(self, inputs: FloatArray) -> FloatArray:
        """Make the columns from month, size and the codes of the categories: (n, p) to (n, q)."""
        month = natural_spline(inputs[:, 0], self.month_knots)
        # DoubleML puts the means by organisation behind the inputs; they say nothing new here.
        codes = inputs[:, 2 : 2 + len(self.n_levels)].T
        dummies = [code[:, None] == np.arange(1, n) for code, n in zip(codes, self.n_levels, strict=True)]
        traits = np.column_stack([natural_spline(inputs[:, 1], self.size_knots), *dummies])
        products = month[:, :, None] * traits[:, None, :]
        return np.column_stack([month, traits, products.reshape(len(inputs), -1)]) / self.scale


def _knots(column: FloatArray, n_knots: int) -> FloatArray:
    """Place knots over the distinct values; none, for a straight line, where these are too few."""
    distinct = np.unique(column)
    return spline_knots(distinct, n_knots) if len(distinct) > n_knots else np.empty(0)
