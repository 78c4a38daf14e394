"""M0: every practice among mature and less mature organisations, beside the published ratio. No wording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.errors import InputRefusedError
from models.prevalence import MATURE_FROM_STAGE, risk_ratio

if TYPE_CHECKING:
    import pandas as pd

    from contracts.instrument import Instrument

KEY = ["organization_id", "wave"]


@dataclass(frozen=True, slots=True)
class Contrast:
    """One row of `analysis.contrasts`.

    Shares are over organisation-waves (mature: stage 4 or 5); `n_mature` and `n_less_mature` count distinct
    organisations on that side, which is what suppression looks at. None where not defined.
    """

    practice_code: str
    n_mature: int
    share_mature: float | None
    n_less_mature: int
    share_less_mature: float | None
    risk_ratio: float | None
    low: float | None
    high: float | None
    published_ratio: float | None
    published_relation: str | None


def contrast_practices(
    practices: pd.DataFrame,
    assessment: pd.DataFrame,
    instrument: Instrument,
    benchmarks: pd.DataFrame | None = None,
) -> tuple[Contrast, ...]:
    """Contrast the practices of the instrument by stage, pooled over waves, clustered by organisation.

    Parameters
    ----------
    practices : DataFrame
        `fct_practice`: organization_id, wave, practice_code, is_in_place.
    assessment : DataFrame
        `fct_assessment`: organization_id, wave, stage; without a stage a row does not count.
    instrument : Instrument
        Practices and the published figure each is compared with.
    benchmarks : DataFrame, optional
        `fct_published_benchmark`: segment_type, metric, value, unit.

    Returns
    -------
    tuple of Contrast
        In the instrument's order; a practice nobody was asked about has zero counts.

    Raises
    ------
    InputRefusedError
        For a missing column or two stages of one organisation in one wave.
    """
    _need(practices, [*KEY, "practice_code", "is_in_place"], "fct_practice")
    _need(assessment, [*KEY, "stage"], "fct_assessment")
    if assessment.duplicated(KEY).any() or practices.duplicated([*KEY, "practice_code"]).any():
        raise InputRefusedError(
            "an organisation and wave stands there twice.", where="M0", remedy="Fix the grain."
        )
    staged = practices.merge(assessment[[*KEY, "stage"]], on=KEY, how="inner")
    staged = staged.loc[staged["stage"].notna() & staged["is_in_place"].notna()].sort_values(KEY)
    published = _published(benchmarks)
    rows = []
    for label in instrument.practice_labels:
        own = staged.loc[staged["practice_code"] == label.code]
        mature = own["stage"].to_numpy(dtype=np.int64) >= MATURE_FROM_STAGE
        organizations = own["organization_id"].astype(str).to_numpy()
        result = risk_ratio(own["is_in_place"].to_numpy(dtype=np.bool_), mature, organizations)
        ratio, relation = published.get(label.published_metric or "", (None, None))
        rows.append(
            Contrast(
                label.code,
                len(set(organizations[mature])),
                result.share_exposed,
                len(set(organizations[~mature])),
                result.share_unexposed,
                result.ratio,
                result.low,
                result.high,
                ratio,
                relation,
            )
        )
    return tuple(rows)


def _published(benchmarks: pd.DataFrame | None) -> dict[str, tuple[float, str]]:
    if benchmarks is None:
        return {}
    _need(benchmarks, ["segment_type", "metric", "value", "unit"], "fct_published_benchmark")
    own = benchmarks.loc[benchmarks["segment_type"] == "contrast"]
    figures = zip(own["metric"], own["value"], own["unit"], strict=True)
    return {str(metric): (float(value), str(unit)) for metric, value, unit in figures}


def _need(frame: pd.DataFrame, columns: list[str], where: str) -> None:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise InputRefusedError(
            f"columns are missing: {', '.join(missing)}.", where=where, remedy="Rebuild the mart."
        )
