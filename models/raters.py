"""Index quality read off the raters' answers: alpha, ICCs, agreement. The formulas: `index_quality`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from models.arrays import FloatArray, library
from models.errors import ModelError
from models.index_quality import cronbach_alpha, multilevel_icc, rwg_j
from models.index_quality.scoring import Responses, index_of
from models.responses import N_OPTIONS, read_responses

if TYPE_CHECKING:
    import pandas as pd

    from contracts.instrument import Instrument

Result = TypeVar("Result")
# Points from one answer level to the next.
ITEM_STEP = 100 / (N_OPTIONS - 1)


@dataclass(frozen=True, slots=True)
class QualityRow:
    """One row of `analysis.index_quality`; low and high are None where no interval is computed."""

    measure: str
    value: float
    low: float | None
    high: float | None
    scope: str


def rater_scores(answers: pd.DataFrame, instrument: Instrument) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score every rater.

    Parameters
    ----------
    answers : DataFrame
        `assessment_answers`; answers of unmapped organisations are left out.
    instrument : Instrument

    Returns
    -------
    items : DataFrame
        One row per rater, item scores 0..100 with reversed items turned, in the instrument's order.
    scores : DataFrame
        Same rows: organization_id, wave, one column per dimension, integration_index (null as in the index).

    Raises
    ------
    InputRefusedError
        For a missing column, an unknown item, a level outside 0..4 or a doubled answer.
    """
    read = read_responses(answers, instrument)
    frame = library("pandas").DataFrame
    items = frame(read.items, index=list(read.keys), columns=list(read.item_codes))
    dimensions = read.respondent_dimensions()
    scores = frame(dimensions, index=items.index, columns=list(read.dimensions))
    scores.insert(0, "organization_id", [read.organizations[c] for c in read.cell])
    scores.insert(1, "wave", [read.waves[c] for c in read.cell])
    scores["integration_index"] = index_of(dimensions, read.kind_of)
    return items, scores


def measure_index(answers: pd.DataFrame, instrument: Instrument) -> tuple[QualityRow, ...]:
    """Measure the quality of the index on all answers; rows and errors: `quality_rows`, `read_responses`."""
    return quality_rows(read_responses(answers, instrument))


def quality_rows(read: Responses) -> tuple[QualityRow, ...]:
    """Measure reliability and agreement of the index.

    Returns
    -------
    tuple of QualityRow
        alpha (scope: index over all items, then each dimension; intervals resample organisations), icc1 and
        icc2 of the raters' index within organisation and wave, rwg_j_median, n_raters_mean, n_raters_min.
        What cannot be computed is left out.
    """
    if not len(read.items):
        return ()
    rows: list[QualityRow] = []
    organization = np.asarray(read.organizations)[read.cell]
    scopes = {"index": np.ones(len(read.item_codes), dtype=np.bool_)}
    scopes |= {code: read.dimension_of == d for d, code in enumerate(read.dimensions)}
    for scope, columns in scopes.items():
        items = read.items[:, columns]
        alpha = attempt(partial(cronbach_alpha, items, interval="bootstrap", groups=organization))
        if alpha is not None:
            rows.append(QualityRow("alpha", alpha.alpha, alpha.low, alpha.high, scope))
    own = index_of(read.respondent_dimensions(), read.kind_of)
    icc = attempt(partial(multilevel_icc, own, read.cell))
    if icc is not None:
        rows.append(QualityRow("icc1", icc.icc1, icc.icc1_low, icc.icc1_high, "index"))
        rows.append(QualityRow("icc2", icc.icc2, icc.icc2_low, icc.icc2_high, "index"))
    agreement = cell_agreement(read)
    if np.isfinite(agreement).any():
        rows.append(QualityRow("rwg_j_median", float(np.nanmedian(agreement)), None, None, "index"))
    sizes = np.bincount(read.cell)
    rows.append(QualityRow("n_raters_mean", float(sizes.mean()), None, None, "index"))
    rows.append(QualityRow("n_raters_min", float(sizes.min()), None, None, "index"))
    return tuple(rows)


def cell_agreement(read: Responses) -> FloatArray:
    """Agreement r_wg(j) of each organisation and wave over all items (C,); NaN with one rater."""
    frame = library("pandas").DataFrame(read.items / ITEM_STEP, index=list(read.cell))
    return np.asarray(rwg_j(frame, N_OPTIONS).reindex(range(read.n_cells)), dtype=np.float64)


def reliability_of(rows: Sequence[QualityRow]) -> tuple[float | None, str]:
    """Give the larger of ICC(2) and alpha of the index, and its name; (None, "") when neither is there."""
    known = [(r.value, r.measure) for r in rows if r.scope == "index" and r.measure in ("icc2", "alpha")]
    return max(known) if known else (None, "")


def attempt(run: Callable[[], Result]) -> Result | None:
    """Run a measure; None when its own formula refuses (one item, one rater, no variance)."""
    try:
        return run()
    except ModelError:
        return None
