"""The two learners of M5: what month and fixed controls may do to outcome and index. No estimation here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.arrays import FloatArray, library
from models.splines import natural_spline, spline_knots

PENALTIES = (1.0, 10.0, 100.0, 1000.0, 10000.0)


def boosting(seed: int) -> Any:
    """Make shallow gradient-boosted trees on month, size and categories."""
    return library("sklearn.ensemble").HistGradientBoostingRegressor(
        max_iter=60,
        learning_rate=0.1,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        early_stopping=False,
        random_state=seed,
    )


def ridge(inputs: FloatArray) -> Any:
    """Make a ridge regression on `Basis`, penalty by cross-validation; `inputs` (n, p) sets the basis."""
    basis = Basis(
        month_knots=_knots(inputs[:, 0]),
        size_knots=_knots(inputs[:, 1]),
        n_levels=tuple(int(column.max()) + 1 for column in inputs[:, 2:].T),
    )
    return library("sklearn.pipeline").make_pipeline(
        library("sklearn.preprocessing").FunctionTransformer(basis.design),
        library("sklearn.preprocessing").StandardScaler(),
        library("sklearn.linear_model").RidgeCV(alphas=PENALTIES),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Columns for ridge: month splines, and their products with size splines and dummies.

    Whatever is fixed for an organisation alone was taken out before and has no column of its own.
    """

    month_knots: FloatArray
    size_knots: FloatArray
    n_levels: tuple[int, ...]

    def design(self, inputs: FloatArray) -> FloatArray:
        """Make the columns from month, size and the codes of the categories: (n, p) to (n, q)."""
        month = natural_spline(inputs[:, 0], self.month_knots)
        # DoubleML puts the means by organisation behind the inputs; they say nothing new here.
        codes = inputs[:, 2 : 2 + len(self.n_levels)].T
        dummies = [code[:, None] == np.arange(1, n) for code, n in zip(codes, self.n_levels, strict=True)]
        traits = np.column_stack([natural_spline(inputs[:, 1], self.size_knots), *dummies])
        products = month[:, :, None] * traits[:, None, :]
        return np.column_stack([month, products.reshape(len(inputs), -1)])


def _knots(column: FloatArray) -> FloatArray:
    """Place four knots over the distinct values; none, for a straight line, where these are too few."""
    distinct = np.unique(column)
    return spline_knots(distinct) if len(distinct) >= 5 else np.empty(0)
