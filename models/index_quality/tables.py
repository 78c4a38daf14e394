"""Results about the quality of the index -> data frames, one per table. No statistics here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from models.arrays import FloatArray, library
from models.index_quality.battery import IndexQuality
from models.index_quality.leave_out import RankChange
from models.index_quality.rows import ComponentRow, ItemRow, LoadingRow, ScoreRow, SobolRow
from models.index_quality.watch import WatchRow
from models.raters import QualityRow

if TYPE_CHECKING:
    import pandas as pd

    from contracts.instrument import Instrument

DTYPES = {"float": "float64", "int": "int64", "bool": "bool"}


def quality_tables(found: IndexQuality, instrument: Instrument) -> dict[str, pd.DataFrame]:
    """Make every table about the quality of the index.

    Returns
    -------
    dict of DataFrame
        index_quality, index_items, index_components, index_loadings, index_scores, index_rank_sources,
        index_changes, index_watch, index_parts; typed even without rows.
    """
    return {
        "index_quality": typed_frame(found.quality, QualityRow),
        "index_items": typed_frame(found.items, ItemRow),
        "index_components": typed_frame(found.components, ComponentRow),
        "index_loadings": typed_frame(found.loadings, LoadingRow),
        "index_scores": typed_frame(found.scores, ScoreRow),
        "index_rank_sources": typed_frame(found.sobol, SobolRow),
        "index_changes": typed_frame(found.changes, RankChange),
        "index_watch": typed_frame(found.watch, WatchRow),
        "index_parts": parts_frame(found, instrument),
    }


def typed_frame(rows: Sequence[Any], kind: type) -> pd.DataFrame:
    """Make a frame with a column per field of a dataclass, its type from the field's (None becomes NaN)."""
    pandas = library("pandas")
    columns = {}
    for one in fields(kind):
        dtype = DTYPES.get(str(one.type).split(" ")[0], "str")
        columns[one.name] = pandas.Series([getattr(row, one.name) for row in rows], dtype=dtype)
    frame: pd.DataFrame = pandas.DataFrame(columns)
    return frame


def parts_frame(found: IndexQuality, instrument: Instrument) -> pd.DataFrame:
    """List what kinds of change, dimensions and items contribute to each index.

    Returns
    -------
    DataFrame
        organization_id, wave, level ("kind", "dimension", "item"), code, contribution and possible, in index
        points: within a level they add up to the index and to 100. Organisations without an index have none.
    """
    parts = found.decomposition
    kinds = sorted({dimension.kind for dimension in instrument.dimensions})
    levels: tuple[tuple[str, Sequence[str], FloatArray, FloatArray], ...] = (
        ("kind", kinds, parts.kinds, parts.possible_kinds),
        ("dimension", [d.code for d in instrument.dimensions], parts.dimensions, parts.possible_dimensions),
        ("item", [item.code for item in instrument.items], parts.items, parts.possible_items),
    )
    known = np.flatnonzero(np.isfinite(parts.index))
    pandas = library("pandas")
    organizations = np.array([row.organization_id for row in found.scores], dtype=object)[known]
    waves = np.array([row.wave for row in found.scores], dtype=object)[known]
    frames = [
        pandas.DataFrame(
            {
                "organization_id": pandas.Series(np.repeat(organizations, len(codes)), dtype="str"),
                "wave": pandas.Series(np.repeat(waves, len(codes)), dtype="str"),
                "level": pandas.Series([level] * (len(known) * len(codes)), dtype="str"),
                "code": pandas.Series(list(codes) * len(known), dtype="str"),
                "contribution": contribution[known].ravel(),
                "possible": possible[known].ravel(),
            }
        )
        for level, codes, contribution, possible in levels
    ]
    table: pd.DataFrame = pandas.concat(frames, ignore_index=True)
    return table
