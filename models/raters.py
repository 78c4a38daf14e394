"""Index quality read off the raters' answers: alpha, ICCs, agreement. The formulas: `index_quality`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from models.errors import InputRefusedError, ModelError
from models.index_quality import cronbach_alpha, item_scores, multilevel_icc, rwg_j

if TYPE_CHECKING:
    import pandas as pd

    from contracts.instrument import Instrument

N_OPTIONS = 5
COLUMNS = ("response_key", "item_code", "answer_level", "organization_id", "wave")


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
    missing = [name for name in COLUMNS if name not in answers.columns]
    if missing:
        _refuse(f"columns are missing: {', '.join(missing)}.")
    known = answers.loc[answers["organization_id"].notna(), list(COLUMNS)]
    codes = [item.code for item in instrument.items]
    unknown = sorted(set(known["item_code"].astype(str)) - set(codes))
    if unknown:
        _refuse(f"items are not in the instrument: {', '.join(unknown)}.")
    levels = known["answer_level"].dropna()
    if ((levels < 0) | (levels >= N_OPTIONS)).any():
        _refuse(f"an answer level leaves 0..{N_OPTIONS - 1}.")
    if known.duplicated(["response_key", "item_code"]).any():
        _refuse("a response answers an item twice.")
    raters = known.drop_duplicates("response_key").set_index("response_key").sort_index()
    wide = known.pivot(index="response_key", columns="item_code", values="answer_level")
    wide = wide.sort_index().reindex(columns=codes)
    reversed_items = np.array([item.is_reversed for item in instrument.items], dtype=np.bool_)
    wide[:] = item_scores(wide.to_numpy(dtype=np.float64, na_value=np.nan), reversed_items)
    items = wide.astype(np.float64)

    scores = raters[["organization_id", "wave"]].astype(str)
    for dimension in instrument.dimensions:
        own = items[_codes(instrument, dimension.code)]
        enough = own.notna().mean(axis=1) >= instrument.minimum_answered_share - 1e-12
        scores[dimension.code] = own.mean(axis=1).where(enough)
    kinds = sorted({dimension.kind for dimension in instrument.dimensions})
    by_kind = [
        scores[[d.code for d in instrument.dimensions if d.kind == kind]].mean(axis=1).to_numpy()
        for kind in kinds
    ]
    scores["integration_index"] = np.mean(by_kind, axis=0)
    return items, scores


def measure_index(answers: pd.DataFrame, instrument: Instrument) -> tuple[QualityRow, ...]:
    """Measure the quality of the index on all answers.

    Returns
    -------
    tuple of QualityRow
        alpha (scope: index over all items, then each dimension), icc1 and icc2 of the raters' index within
        organisation and wave, rwg_j_median, n_raters_mean, n_raters_min. What cannot be computed is left out.
    """
    items, scores = rater_scores(answers, instrument)
    rows: list[QualityRow] = []
    if items.empty:
        return ()

    def alpha(scope: str, codes: list[str]) -> None:
        result = cronbach_alpha(items[codes].to_numpy())
        rows.append(QualityRow("alpha", result.alpha, result.low, result.high, scope))

    _if_possible(partial(alpha, "index", list(items.columns)))
    for dimension in instrument.dimensions:
        _if_possible(partial(alpha, dimension.code, _codes(instrument, dimension.code)))

    group = scores["organization_id"] + "\x1f" + scores["wave"]

    def iccs() -> None:
        result = multilevel_icc(scores["integration_index"].to_numpy(), group.to_numpy())
        rows.append(QualityRow("icc1", result.icc1, result.icc1_low, result.icc1_high, "index"))
        rows.append(QualityRow("icc2", result.icc2, result.icc2_low, result.icc2_high, "index"))

    _if_possible(iccs)
    agreement = rwg_j(items.set_axis(group.to_numpy(), axis=0) / 25.0, N_OPTIONS).dropna()
    if len(agreement):
        rows.append(QualityRow("rwg_j_median", float(agreement.median()), None, None, "index"))
    sizes = group.value_counts()
    rows.append(QualityRow("n_raters_mean", float(sizes.mean()), None, None, "index"))
    rows.append(QualityRow("n_raters_min", float(sizes.min()), None, None, "index"))
    return tuple(rows)


def reliability_of(rows: Sequence[QualityRow]) -> tuple[float | None, str]:
    """Give the larger of ICC(2) and alpha of the index, and its name; (None, "") when neither is there."""
    known = [(r.value, r.measure) for r in rows if r.scope == "index" and r.measure in ("icc2", "alpha")]
    return max(known) if known else (None, "")


def _codes(instrument: Instrument, dimension: str) -> list[str]:
    return [item.code for item in instrument.items if item.dimension == dimension]


def _if_possible(run: Callable[[], None]) -> None:
    """Leave out a measure that its own formula refuses (one item, one rater, no variance)."""
    try:
        run()
    except ModelError:
        return


def _refuse(what: str) -> None:
    raise InputRefusedError(
        what, where="assessment_answers", remedy="Look at the quarantine of the assessment."
    )
