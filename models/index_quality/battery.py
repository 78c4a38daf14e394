"""Everything about the quality of the index from the assessment's answers: one call, rows for tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from models.arrays import library
from models.index_quality.decomposition import Decomposition, decompose
from models.index_quality.leave_out import RankChange, rank_changes
from models.index_quality.precision import measure_precision
from models.index_quality.rows import ComponentRow, ItemRow, LoadingRow, ScoreRow, SobolRow
from models.index_quality.scale_rows import component_rows, item_rows, more_quality, structures_of
from models.index_quality.score_rows import score_rows, sobol_rows
from models.index_quality.spec import QualitySpec
from models.index_quality.watch import WatchRow, watch
from models.raters import QualityRow, attempt, quality_rows
from models.responses import read_responses

if TYPE_CHECKING:
    import pandas as pd

    from contracts.instrument import Instrument


@dataclass(frozen=True, slots=True)
class IndexQuality:
    """All results; every tuple is in a fixed order. What cannot be computed is left out.

    Attributes
    ----------
    quality : tuple of QualityRow
        Reliability, agreement, mood and number of components, by scope.
    items, components, loadings : tuple
        By instrument order; components and loadings of "items" and of "dimensions".
    scores : tuple of ScoreRow
        By organisation and wave: index with interval, agreement, rank interval.
    sobol : tuple of SobolRow
    changes : tuple of RankChange
    watch : tuple of WatchRow
    decomposition : Decomposition
        Cells in the order of `scores`, items in the instrument's order.
    """

    quality: tuple[QualityRow, ...]
    items: tuple[ItemRow, ...]
    components: tuple[ComponentRow, ...]
    loadings: tuple[LoadingRow, ...]
    scores: tuple[ScoreRow, ...]
    sobol: tuple[SobolRow, ...]
    changes: tuple[RankChange, ...]
    watch: tuple[WatchRow, ...]
    decomposition: Decomposition


def assess_index(
    answers: pd.DataFrame, instrument: Instrument, spec: QualitySpec | None = None
) -> IndexQuality:
    """Compute every measure of the quality of the index.

    Parameters
    ----------
    answers : DataFrame
        `assessment_answers`; `answered_at` is needed only for what looks at dates.
    instrument : Instrument
    spec : QualitySpec, optional

    Returns
    -------
    IndexQuality
        The same bytes for the same answers in any row order.

    Raises
    ------
    InputRefusedError
        When the answers break their contract.
    """
    chosen = spec or QualitySpec()
    read = read_responses(answers, instrument)
    # One BLAS thread: the digits do not depend on the number of cores.
    with library("threadpoolctl").threadpool_limits(limits=1, user_api="blas"):
        precision = attempt(partial(measure_precision, read))
        structures = dict(structures_of(read))
        components, loadings = component_rows(read, structures)
        return IndexQuality(
            quality=(*quality_rows(read), *more_quality(read, structures, chosen)),
            items=tuple(item_rows(read, chosen)),
            components=components,
            loadings=loadings,
            scores=tuple(score_rows(read, precision, chosen)),
            sobol=tuple(sobol_rows(read, precision, chosen)),
            changes=rank_changes(read),
            watch=watch(read, [stage.lower for stage in instrument.stages if stage.lower > 0]),
            decomposition=decompose(read),
        )
