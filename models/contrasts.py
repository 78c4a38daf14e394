"""M0: every practice among mature and less mature organisations, beside the published ratio. No wording."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from contracts.results import CONTRAST_FIGURES
from models.arrays import dependent_columns, dummies
from models.errors import InputRefusedError
from models.prevalence import (
    MATURE_FROM_STAGE,
    AdjustedRatio,
    RiskRatio,
    adjusted_risk_ratio,
    risk_ratio,
)
from models.robustness import e_value_of_interval

if TYPE_CHECKING:
    import pandas as pd

    from contracts.instrument import Instrument

KEY = ["organization_id", "wave"]
CONTROLS, SIZE = ("industry", "customer_type"), "log_employees"


@dataclass(frozen=True, slots=True)
class Contrast:
    """One row of `analysis.contrasts`.

    Shares are over organisation-waves (mature: stage 4 or 5); `n_mature` and `n_less_mature` count distinct
    organisations on that side; where either is too few, `is_suppressed`, and no figure of either side is
    given. The adjusted ratio holds size, industry and kind of customers; the E-value is that of the limit of
    the interval nearer to one. None where not defined.
    """

    practice_code: str
    n_mature: int
    share_mature: float | None
    n_less_mature: int
    share_less_mature: float | None
    risk_ratio: float | None
    low: float | None
    high: float | None
    adjusted_ratio: float | None
    adjusted_low: float | None
    adjusted_high: float | None
    e_value: float | None
    published_ratio: float | None
    published_relation: str | None
    is_suppressed: bool = False


def contrast_practices(
    practices: pd.DataFrame,
    assessment: pd.DataFrame,
    instrument: Instrument,
    benchmarks: pd.DataFrame | None = None,
    traits: pd.DataFrame | None = None,
    *,
    minimum_group: int = 1,
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
    traits : DataFrame, optional
        organization_id with log_employees, industry and customer_type, the first row of each counts; without
        them there is no adjusted ratio.
    minimum_group : int
        Organisations that must stand on both sides: with fewer, shares, ratios and intervals of both sides
        are withheld, since one side and the ratio tell the other. The counts say how many organisations are
        mature, which `fct_assessment` tells too.

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
    known = None if traits is None else traits.drop_duplicates("organization_id").set_index("organization_id")
    rows = []
    for label in instrument.practice_labels:
        own = staged.loc[staged["practice_code"] == label.code]
        mature = own["stage"].to_numpy(dtype=np.int64) >= MATURE_FROM_STAGE
        organizations = own["organization_id"].astype(str).to_numpy()
        result = risk_ratio(own["is_in_place"].to_numpy(dtype=np.bool_), mature, organizations)
        beside = _adjusted(own, mature, known)
        ratio, relation = published.get(label.published_metric or "", (None, None))
        row = Contrast(
            label.code,
            len(set(organizations[mature])),
            result.share_exposed,
            len(set(organizations[~mature])),
            result.share_unexposed,
            result.ratio,
            result.low,
            result.high,
            beside.ratio,
            beside.low,
            beside.high,
            _e_value(beside if beside.low is not None else result),
            ratio,
            relation,
        )
        rows.append(_shown(row, minimum_group))
    return tuple(rows)


def _shown(row: Contrast, minimum_group: int) -> Contrast:
    """Withhold every figure of a comparison with too few organisations on a side."""
    if min(row.n_mature, row.n_less_mature) >= minimum_group:
        return row
    nothing: dict[str, Any] = dict.fromkeys(CONTRAST_FIGURES)
    return replace(row, is_suppressed=True, **nothing)


def _adjusted(own: pd.DataFrame, mature: npt.NDArray[np.bool_], traits: pd.DataFrame | None) -> AdjustedRatio:
    """Compare rows whose organisation has every control."""
    if traits is None:
        return AdjustedRatio(None, None, None, "no_controls")
    found = traits[[*CONTROLS, SIZE]].reindex(own["organization_id"])
    keep = found.notna().all(axis=1).to_numpy()
    if not keep.any():
        return AdjustedRatio(None, None, None, "no_controls")
    columns = [dummies(found.loc[keep, name], name)[0] for name in CONTROLS]
    controls = np.column_stack([*columns, found.loc[keep, SIZE].to_numpy(dtype=np.float64)])
    redundant = dependent_columns(np.column_stack([np.ones(len(controls)), controls]))
    return adjusted_risk_ratio(
        own["is_in_place"].to_numpy(dtype=np.bool_)[keep],
        mature[keep],
        np.delete(controls, [j - 1 for j in redundant], axis=1),
        own["organization_id"].astype(str).to_numpy()[keep],
    )


def _e_value(found: AdjustedRatio | RiskRatio) -> float | None:
    if found.ratio is None or found.low is None or found.high is None or found.ratio <= 0:
        return None
    return e_value_of_interval(found.ratio, found.low, found.high)


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
