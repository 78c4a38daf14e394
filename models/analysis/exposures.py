"""What may stand in for the index, beside it in the panel: variants, dimensions, its error. No verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from models.arrays import FloatArray, dummies, library
from models.drivers import Drivers, drivers
from models.effects import EXPOSURE, LEAD_SUFFIX
from models.errors import InputRefusedError
from models.index_quality.attenuation import CorrectedSlope, corrected_slope
from models.index_quality.precision import measure_precision
from models.index_quality.scoring import Responses
from models.index_quality.variants import Aggregation, aggregate, declared_weights, fill
from models.panel import within_design
from models.raters import attempt

if TYPE_CHECKING:
    import pandas as pd

    from contracts.instrument import Instrument

UNIT, PERIOD, WAVE = "organization_id", "period", "wave"
SCORE_SUFFIX = "_score"
ERROR_VARIANCE = "index_error_variance"
VARIANTS = ("equal_dimensions", "geometric")
MANY_RATERS = 5
RECENT_MONTHS = 24


def variant_column(variant: str) -> str:
    """Name of the column that holds a variant of the index, per ten points."""
    return f"index_{variant}_per_10"


def with_exposures(
    frame: pd.DataFrame,
    instrument: Instrument,
    assessment: pd.DataFrame | None,
    responses: Responses | None,
) -> pd.DataFrame:
    """Add to each month what is known of the wave in force: dimension scores, variants, error of the index.

    Parameters
    ----------
    frame : DataFrame
        The checked panel; nothing is added to it without a column `wave`.
    instrument : Instrument
    assessment : DataFrame, optional
        `fct_assessment`: organization_id, wave and `<dimension>_score`.
    responses : Responses, optional
        Answers, for the error of the index, which is unknown where no organisation has two raters.

    Returns
    -------
    DataFrame
        Same rows; `<dimension>_score` (0..100), `index_<variant>_per_10` (gaps filled as the index does),
        `index_error_variance` (per ten points, squared), and the samples of the specification curve:
        `five_raters`, `last_two_years`.
    """
    months = frame[PERIOD].to_numpy().astype("datetime64[M]").astype(np.int64)
    out = frame.assign(
        five_raters=frame["n_raters"].ge(MANY_RATERS).fillna(False) if "n_raters" in frame.columns else False,
        last_two_years=months > months.max(initial=0) - RECENT_MONTHS,
    )
    if WAVE not in frame.columns:
        return out
    names = [dimension.code + SCORE_SUFFIX for dimension in instrument.dimensions]
    if assessment is not None and set(names) <= set(assessment.columns):
        scores = assessment[[UNIT, WAVE, *names]].drop_duplicates([UNIT, WAVE])
        out = out.merge(_with_variants(scores, names, instrument), on=[UNIT, WAVE], how="left")
    if responses is not None and (precision := attempt(partial(measure_precision, responses))) is not None:
        table = library("pandas").DataFrame(
            {
                UNIT: responses.organizations,
                WAVE: responses.waves,
                ERROR_VARIANCE: precision.index_variance / 100,
            }
        )
        out = out.merge(table, on=[UNIT, WAVE], how="left")
    return out


def corrected(frame: pd.DataFrame, outcome: str) -> CorrectedSlope:
    """Correct the within slope of an outcome for the error of the index; see `corrected_slope`."""
    y_name = outcome + LEAD_SUFFIX
    if ERROR_VARIANCE not in frame.columns:
        raise InputRefusedError("the error of the index is not known.", where="corrected_slope")
    design = within_design(frame, y_name, EXPOSURE, (), unit=UNIT, period=PERIOD)
    rows = frame.iloc[design.positions]
    return corrected_slope(
        rows[y_name].to_numpy(dtype=np.float64),
        rows[EXPOSURE].to_numpy(dtype=np.float64),
        rows[ERROR_VARIANCE].to_numpy(dtype=np.float64),
        controls=dummies(rows[PERIOD], PERIOD)[0],
        within=rows[UNIT].to_numpy(dtype=str),
        measurement=(rows[UNIT].astype(str) + "\x1f" + rows[WAVE].astype(str)).to_numpy(dtype=str),
    )


def dimension_drivers(
    frame: pd.DataFrame, outcome: str, dimensions: Sequence[str], *, n_draws: int, seed: int
) -> Drivers:
    """Share what the dimensions explain of an outcome within organisations among them.

    Raises
    ------
    InputRefusedError
        When dimension scores are not in the panel; otherwise see `drivers`.
    """
    columns = [dimension + SCORE_SUFFIX for dimension in dimensions]
    y_name = outcome + LEAD_SUFFIX
    if not columns or not set(columns) <= set(frame.columns):
        raise InputRefusedError("dimension scores are not in the panel.", where="drivers")
    per_10 = {name: frame[name].to_numpy(dtype=np.float64, na_value=np.nan) / 10 for name in columns}
    rows = frame.assign(**per_10)
    design = within_design(rows, y_name, columns[0], columns[1:], unit=UNIT, period=PERIOD)
    lost = [name for name in columns if name not in design.names]
    if lost:
        raise InputRefusedError(f"{', '.join(lost)} say the same as the others.", where="drivers")
    at = [design.names.index(name) for name in columns]
    X: FloatArray = design.X[:, at]
    return drivers(
        design.y,
        X,
        list(dimensions),
        design.units,
        10 * np.nanmean(rows[columns].to_numpy(dtype=np.float64), axis=0),
        controls=np.delete(design.X, at, axis=1),
        n_draws=n_draws,
        seed=seed,
    )


def _with_variants(scores: pd.DataFrame, names: list[str], instrument: Instrument) -> pd.DataFrame:
    values = scores[names].to_numpy(dtype=np.float64, na_value=np.nan)
    kinds = sorted({dimension.kind for dimension in instrument.dimensions})
    kind_of = np.array([kinds.index(dimension.kind) for dimension in instrument.dimensions])
    known = np.isfinite(values).any(axis=1)
    columns = {}
    equal = np.full(len(names), 1 / len(names))
    ways: dict[str, tuple[FloatArray, Aggregation]] = {
        "equal_dimensions": (equal, "arithmetic"),
        "geometric": (declared_weights(kind_of), "geometric"),
    }
    for variant in VARIANTS:
        weights, how = ways[variant]
        index = np.full(len(values), np.nan)
        if known.any():
            filled = fill(values[known], kind_of, "kind_mean")
            index[known] = aggregate(filled, weights, kind_of, how)
        columns[variant_column(variant)] = index / 10
    return scores.assign(**columns)
