"""From answers to the index, on arrays: dimensions of a respondent, means of a cell, the index of a row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, IntArray, group_sums, quotient

# Two thirds of three items must count two of them, whatever the rounding of the share.
SHARE_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """All answers of all respondents; a cell is one organisation in one wave.

    Attributes
    ----------
    keys : tuple of str
        Response key of each of R respondents, sorted.
    levels, items : array (R, J)
        Level chosen, and score 0..100 with reversed items turned; NaN where unanswered.
    is_reversed : bool array (J,)
    item_codes, dimensions, kinds : tuple of str
    dimension_of : int array (J,); kind_of : int array (K,)
        Dimension of each item, kind of change of each dimension.
    minimum_share : float
        Share of a dimension's items that a respondent must answer.
    cell : int array (R,)
    organizations, waves : tuple of str
        Of each of C cells, sorted by organisation and wave.
    answered_at : datetime64 array (R,) or None
        When the last answer was recorded.
    """

    keys: tuple[str, ...]
    levels: FloatArray
    items: FloatArray
    is_reversed: npt.NDArray[np.bool_]
    item_codes: tuple[str, ...]
    dimensions: tuple[str, ...]
    kinds: tuple[str, ...]
    dimension_of: IntArray
    kind_of: IntArray
    minimum_share: float
    cell: IntArray
    organizations: tuple[str, ...]
    waves: tuple[str, ...]
    answered_at: npt.NDArray[np.datetime64] | None

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.organizations)

    def respondent_dimensions(self) -> FloatArray:
        """Score every respondent on every dimension (R, K)."""
        return dimension_scores(self.items, self.dimension_of, len(self.dimensions), self.minimum_share)

    def cell_dimensions(self) -> FloatArray:
        """Score every cell on every dimension (C, K)."""
        return cell_means(self.respondent_dimensions(), self.cell, self.n_cells)


def item_scores(levels: FloatArray, is_reversed: npt.NDArray[np.bool_], highest: int = 4) -> FloatArray:
    """Bring answer levels 0..highest to 0..100 by fixed goalposts, turning reversed items (n, k)."""
    scores = levels * (100.0 / highest)
    return np.asarray(np.where(is_reversed, 100.0 - scores, scores))


def dimension_scores(
    items: FloatArray, dimension_of: IntArray, n_dimensions: int, minimum_share: float
) -> FloatArray:
    """Average each respondent's answered items by dimension.

    Parameters
    ----------
    items : array (R, J), scores 0..100
    dimension_of : int array (J,)
    n_dimensions : int
    minimum_share : float
        Below this share of answered items the dimension is NaN.

    Returns
    -------
    array (R, K)
    """
    scores = np.full((len(items), n_dimensions), np.nan)
    for d in range(n_dimensions):
        own = items[:, dimension_of == d]
        answered = np.isfinite(own).sum(axis=1)
        enough = (answered >= (minimum_share - SHARE_TOLERANCE) * own.shape[1]) & (answered > 0)
        scores[enough, d] = np.nansum(own[enough], axis=1) / answered[enough]
    return scores


def cell_means(values: FloatArray, cell: IntArray, n_cells: int) -> FloatArray:
    """Average the known values of each column within cells (C, K); NaN where none is known."""
    known = np.isfinite(values)
    sums = group_sums(np.where(known, values, 0.0), cell, n_cells)
    counts = group_sums(known.astype(np.float64), cell, n_cells)
    return quotient(sums, counts)


def membership(codes: IntArray) -> FloatArray:
    """Mark which column belongs to which group (columns, groups), as zeros and ones."""
    return np.asarray(codes[:, None] == np.arange(codes.max() + 1), dtype=np.float64)


def index_weights(known: npt.NDArray[np.bool_], kind_of: IntArray) -> FloatArray:
    """Weigh the known dimensions (..., K) of an index: kinds equal, known dimensions equal within a kind."""
    member = membership(kind_of)
    shared = member.shape[1] * (known @ member)[..., kind_of]
    return quotient(1.0, np.where(known, shared, 0.0), 0.0)


def kind_means(dimensions: FloatArray, kind_of: IntArray) -> FloatArray:
    """Average the known dimensions (..., K) of each kind of change (..., kinds)."""
    known = np.isfinite(dimensions)
    member = membership(kind_of)
    sums = np.where(known, dimensions, 0.0) @ member
    counts = known @ member
    return quotient(sums, counts)


def index_of(dimensions: FloatArray, kind_of: IntArray) -> FloatArray:
    """Average the kinds of change (...,); NaN where a kind has no known dimension."""
    return np.asarray(kind_means(dimensions, kind_of).mean(axis=-1))
