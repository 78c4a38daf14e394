"""The assessment's answers as matrices, checked at use. What they say: `raters`, `index_quality`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.arrays import IntArray, library
from models.errors import InputRefusedError
from models.index_quality.scoring import Responses, item_scores

if TYPE_CHECKING:
    import pandas as pd

    from contracts.instrument import Instrument

N_OPTIONS = 5
COLUMNS = ("response_key", "item_code", "answer_level", "organization_id", "wave")


def read_responses(answers: pd.DataFrame, instrument: Instrument) -> Responses:
    """Read the answers of mapped organisations as matrices.

    Parameters
    ----------
    answers : DataFrame
        `assessment_answers`; `answered_at` may be left out.
    instrument : Instrument

    Returns
    -------
    Responses
        The same for any row order.

    Raises
    ------
    InputRefusedError
        For a missing column, an unknown item, a level outside 0..4, a doubled answer, or a response that
        belongs to two organisations or waves.
    """
    missing = [name for name in COLUMNS if name not in answers.columns]
    if missing:
        _refuse(f"columns are missing: {', '.join(missing)}.")
    known = answers.loc[answers["organization_id"].notna()]
    column = _columns(known["item_code"], [item.code for item in instrument.items])
    level = known["answer_level"].to_numpy(dtype=np.float64, na_value=np.nan)
    if ((level < 0) | (level >= N_OPTIONS)).any():
        _refuse(f"an answer level leaves 0..{N_OPTIONS - 1}.")
    row, keys = _numbered(known["response_key"])
    slot = row * len(instrument.items) + column
    if np.bincount(slot, minlength=1).max() > 1:
        _refuse("a response answers an item twice.")
    levels = np.full((len(keys), len(instrument.items)), np.nan)
    levels[row, column] = level
    organization, organizations = _numbered(known["organization_id"])
    wave, waves = _numbered(known["wave"])
    owner = organization * max(len(waves), 1) + wave
    of_response = np.zeros(len(keys), dtype=np.int64)
    of_response[row] = owner
    if (owner != of_response[row]).any():
        _refuse("a response belongs to two organisations or waves.")
    cells, cell = np.unique(of_response, return_inverse=True)
    is_reversed = np.array([item.is_reversed for item in instrument.items], dtype=np.bool_)
    dimensions = tuple(dimension.code for dimension in instrument.dimensions)
    kinds = tuple(sorted({dimension.kind for dimension in instrument.dimensions}))
    return Responses(
        keys=keys,
        levels=levels,
        items=item_scores(levels, is_reversed),
        is_reversed=is_reversed,
        item_codes=tuple(item.code for item in instrument.items),
        dimensions=dimensions,
        kinds=kinds,
        dimension_of=np.array([dimensions.index(item.dimension) for item in instrument.items]),
        kind_of=np.array([kinds.index(dimension.kind) for dimension in instrument.dimensions]),
        minimum_share=instrument.minimum_answered_share,
        cell=cell.astype(np.int64),
        organizations=tuple(organizations[one // len(waves)] for one in cells),
        waves=tuple(waves[one % len(waves)] for one in cells),
        answered_at=_last_answers(known, row, len(keys)),
    )


def _columns(codes: pd.Series[str], known: list[str]) -> IntArray:
    which, names = _numbered(codes)
    unknown = sorted(set(names) - set(known))
    if unknown:
        _refuse(f"items are not in the instrument: {', '.join(unknown)}.")
    return np.array([known.index(name) for name in names], dtype=np.int64)[which]


def _numbered(labels: pd.Series[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Number the labels in sorted order; the distinct labels."""
    codes, names = library("pandas").factorize(labels, sort=True)
    return codes.astype(np.int64), tuple(str(name) for name in names)


def _last_answers(known: pd.DataFrame, row: IntArray, n_responses: int) -> npt.NDArray[np.datetime64] | None:
    """When each response was finished; None where no date is kept."""
    if "answered_at" not in known.columns:
        return None
    pandas = library("pandas")
    times = pandas.to_datetime(known["answered_at"], utc=True).dt.tz_localize(None)
    seconds = times.to_numpy(dtype="datetime64[s]").astype(np.int64)
    last = np.full(n_responses, np.datetime64("NaT", "s").astype(np.int64))
    np.maximum.at(last, row, seconds)
    return last.astype("datetime64[s]")


def _refuse(what: str) -> None:
    raise InputRefusedError(
        what, where="assessment_answers", remedy="Look at the quarantine of the assessment."
    )
