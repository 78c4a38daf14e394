"""Each score as a sum over answers, and so over items, dimensions and kinds of change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import FloatArray, frozen, group_sums
from models.index_quality.scoring import Responses, index_of, index_weights, membership


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """Contributions in index points; every part adds up to the index of its cell. Arrays are read-only.

    Attributes
    ----------
    index : array (C,)
        NaN for a cell without an index, whose contributions are NaN too.
    kinds : array (C, kinds)
    dimensions : array (C, K)
        Zero for a dimension that is missing.
    items : array (C, J)
    possible_kinds, possible_dimensions, possible_items : arrays of the same shapes
        What the highest score would contribute; they add up to 100.
    answers : array (R, J)
        Zero for an answer that does not count: unanswered, or of a dimension with too few answers.
    weights : array (R, J)
        Index points per point of that answer's score.
    """

    index: FloatArray
    kinds: FloatArray
    dimensions: FloatArray
    items: FloatArray
    possible_kinds: FloatArray
    possible_dimensions: FloatArray
    possible_items: FloatArray
    answers: FloatArray
    weights: FloatArray


def decompose(responses: Responses) -> Decomposition:
    """Split the index of every organisation and wave into its answers.

    The weight of an answer: one over the kinds of change, over the kind's known dimensions, over the
    respondents who count in the dimension, over the respondent's answered items. Item weights add up to one.

    Returns
    -------
    Decomposition
    """
    of_respondent = np.isfinite(responses.respondent_dimensions())
    of_cell = responses.cell_dimensions()
    index = index_of(of_cell, responses.kind_of)
    respondents = group_sums(of_respondent.astype(np.float64), responses.cell, responses.n_cells)
    each = index_weights(np.isfinite(of_cell), responses.kind_of) / np.maximum(respondents, 1)

    answered = np.isfinite(responses.items)
    of_dimension = membership(responses.dimension_of)
    of_answer = each[responses.cell] / np.where(of_respondent, answered @ of_dimension, np.inf)
    weights = np.where(answered, of_answer[:, responses.dimension_of], 0.0)
    answers = weights * np.where(answered, responses.items, 0.0)

    of_kind = membership(responses.kind_of)
    parts = [index]
    for points in (answers, 100 * weights):
        items = group_sums(points, responses.cell, responses.n_cells)
        items[~np.isfinite(index)] = np.nan
        dimensions = items @ of_dimension
        parts += [dimensions @ of_kind, dimensions, items]
    return Decomposition(*(frozen(part) for part in (*parts, answers, weights)))
