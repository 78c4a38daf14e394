"""The battery: M0, M1 and M2 for every outcome, graded. Estimators, gates and wording live elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from contracts.instrument import Instrument, load_instrument
from models.arrays import library
from models.claims import Claim, Diagnostics, Reason, Results, Thresholds
from models.contrasts import Contrast, contrast_practices
from models.effects import EXPOSURE, LEAD_SUFFIX, Effect, Fitted, OutcomeFits, effect, fit_outcome
from models.evidence import grade
from models.multiplicity import adjust
from models.panel_gate import checked_panel
from models.raters import QualityRow, measure_index, reliability_of
from models.result_tables import claim_reasons_frame, result_frame

if TYPE_CHECKING:
    import pandas as pd

PRIMARY = ("csat_share", "log_revenue")
EXPLORATORY = (
    "first_response_minutes",
    "ticket_volume",
    "win_rate",
    "revenue_growth",
    "gross_margin",
    "headcount",
    "attrition",
)
UNITS = {
    "csat_share": "share",
    "log_revenue": "log points",
    "first_response_minutes": "minutes",
    "ticket_volume": "tickets",
    "win_rate": "share",
    "revenue_growth": "share",
    "gross_margin": "share",
    "headcount": "persons",
    "attrition": "share",
}
# Without a declared effect of interest: this share of the outcome's mean level.
RELATIVE_EFFECT_OF_INTEREST = 0.05
# Three calendar months have at least 89 days; the last months have no value to look ahead to.
LEAD_DAYS = 89


@dataclass(frozen=True, slots=True)
class Analysis:
    """All results of one run; every tuple is in a fixed order (primary outcomes first, as declared).

    Attributes
    ----------
    effects : tuple of Effect
        naive, M1, M2 per outcome; a model that could not be estimated has no row.
    claims : tuple of Claim
        One per outcome.
    contrasts : tuple of Contrast
        M0, by practice code.
    index_quality : tuple of QualityRow
    sensitivity : tuple of Effect
        M1 with HC3 and CR2, M2 with CR2: `standard_error_kind` tells; `analysis.sensitivity`.
    """

    effects: tuple[Effect, ...]
    claims: tuple[Claim, ...]
    contrasts: tuple[Contrast, ...]
    index_quality: tuple[QualityRow, ...]
    sensitivity: tuple[Effect, ...]

    def effects_frame(self) -> pd.DataFrame:
        """`analysis.effects`."""
        return result_frame(self.effects, Effect)

    def sensitivity_frame(self) -> pd.DataFrame:
        """`analysis.sensitivity`: the columns of `analysis.effects` for the other standard errors."""
        return result_frame(self.sensitivity, Effect)

    def claims_frame(self) -> pd.DataFrame:
        """`analysis.claims`; `reasons` are the codes that stopped the claim or qualify it, joined by `;`."""
        return result_frame(self.claims, Claim)

    def contrasts_frame(self) -> pd.DataFrame:
        """`analysis.contrasts`."""
        return result_frame(self.contrasts, Contrast)

    def index_quality_frame(self) -> pd.DataFrame:
        """`analysis.index_quality`."""
        return result_frame(self.index_quality, QualityRow)

    def claim_reasons_frame(self) -> pd.DataFrame:
        """Every gate of every claim with its numbers."""
        return claim_reasons_frame(self.claims)


def analyse(
    panel: pd.DataFrame,
    *,
    answers: pd.DataFrame | None = None,
    instrument: Instrument | None = None,
    assessment: pd.DataFrame | None = None,
    practices: pd.DataFrame | None = None,
    benchmarks: pd.DataFrame | None = None,
    primary: Sequence[str] = PRIMARY,
    exploratory: Sequence[str] = EXPLORATORY,
    units: Mapping[str, str] | None = None,
    thresholds: Thresholds | None = None,
    seed: int = 20261122,
) -> Analysis:
    """Run M0, M1 and M2 on every outcome and grade what may be said.

    Parameters
    ----------
    panel : DataFrame
        `fct_maturity_impact`; checked again before use.
    answers : DataFrame, optional
        `assessment_answers`; without them the reliability of the index is unknown and no claim passes L0.
    instrument : Instrument, optional
        The one of `contracts` by default.
    assessment, practices : DataFrame, optional
        `fct_assessment` (stage) and `fct_practice`, for M0.
    benchmarks : DataFrame, optional
        `fct_published_benchmark`, for the published ratios beside M0.
    primary, exploratory : sequence of str
        Outcomes as declared before looking: per model, Holm within the first, Benjamini-Hochberg within the
        second.
    units : mapping, optional
        Unit of each outcome.
    thresholds : Thresholds, optional
    seed : int
        Of the wild cluster bootstrap.

    Returns
    -------
    Analysis
        The same for any row order.

    Raises
    ------
    InputRefusedError
        When the panel or the answers break their contract. A missing or degenerate exploratory outcome is no
        error: its claim is withheld with the reason.
    """
    limits, names = thresholds or Thresholds(), {**UNITS, **(units or {})}
    questions = instrument or load_instrument()
    frame = checked_panel(panel, primary, exploratory)
    quality = () if answers is None else measure_index(answers, questions)
    low = _low_reliability(frame)
    used = frame.loc[~low]
    asked = [outcome for outcome in (*primary, *exploratory) if outcome + LEAD_SUFFIX in used.columns]
    power = {"small_clusters": limits.small_clusters, "n_draws": limits.bootstrap_draws}
    # Many small products: one BLAS thread is faster, and the digits do not depend on the number of cores.
    with library("threadpoolctl").threadpool_limits(limits=1, user_api="blas"):
        fits = {outcome: fit_outcome(used, outcome, seed=seed, **power) for outcome in asked}

    effects: list[Effect] = []
    sensitivity: list[Effect] = []
    for family in (primary, exploratory):
        fitted = [fits[outcome] for outcome in family if outcome in fits]
        for models, table in ((_headline, effects), (_other_errors, sensitivity)):
            table.extend(_family(fitted, models, names, limits, is_primary=family is primary))
    by_key = {(row.outcome, row.model): row for row in effects}

    claims = []
    for outcome in (*primary, *exploratory):
        naive, m1, m2 = (by_key.get((outcome, model)) for model in ("naive", "M1", "M2"))
        one = fits.get(outcome)
        unit = names.get(outcome, "")
        results = Results(outcome, outcome in primary, unit, naive, m1, m2, _failures(one))
        diagnostics = replace(
            _diagnostics(used, one, limits.effects_of_interest.get(outcome)),
            reliability=reliability_of(quality)[0],
            reliability_measure=reliability_of(quality)[1],
            n_low_reliability=int(low.sum()),
        )
        claims.append(grade(results, diagnostics, limits))
    contrasts: tuple[Contrast, ...] = ()
    if assessment is not None and practices is not None:
        contrasts = contrast_practices(practices, assessment, questions, benchmarks)
    return Analysis(tuple(effects), tuple(claims), contrasts, quality, tuple(sensitivity))


def _headline(one: OutcomeFits) -> list[Fitted]:
    return [fitted for fitted in (one.naive, one.m1, one.m2) if fitted is not None]


def _other_errors(one: OutcomeFits) -> list[Fitted]:
    rows = []
    if one.m1 is not None and one.m1_hc3 is not None and one.m1_cr2 is not None:
        rows += [replace(one.m1, coefficient=one.m1_hc3, kind="HC3")]
        rows += [replace(one.m1, coefficient=one.m1_cr2, kind="CR2")]
    if one.m2 is not None and one.small_sample is not None:
        rows += [replace(one.m2, coefficient=one.small_sample.cr2, kind="CR2")]
    return rows


def _family(
    fits: Sequence[OutcomeFits],
    models: Callable[[OutcomeFits], list[Fitted]],
    units: Mapping[str, str],
    limits: Thresholds,
    *,
    is_primary: bool,
) -> list[Effect]:
    """Make the rows of one family, p-values adjusted over its outcomes for each model and standard error."""
    rows = [(one.outcome, fitted) for one in fits for fitted in models(one)]
    adjusted = np.full(len(rows), np.nan)
    for key in {(fitted.model, fitted.kind) for _, fitted in rows}:
        own = [i for i, (_, fitted) in enumerate(rows) if (fitted.model, fitted.kind) == key]
        p_values = [rows[i][1].coefficient.p_value for i in own]
        adjusted[own] = adjust(p_values, "holm" if is_primary else "bh")
    return [
        effect(
            fitted,
            outcome,
            is_primary=is_primary,
            unit=units.get(outcome, ""),
            p_adjusted=float(p),
            power=(limits.alpha, limits.power),
        )
        for (outcome, fitted), p in zip(rows, adjusted, strict=True)
    ]


def _failures(one: OutcomeFits | None) -> tuple[Reason, ...]:
    if one is None:
        return (Reason("outcome_missing", False),)
    return tuple(
        Reason(error.code, False, {"model": model, "what": error.what}) for model, error in one.failures
    )


def _diagnostics(frame: pd.DataFrame, one: OutcomeFits | None, of_interest: float | None) -> Diagnostics:
    if one is None:
        return Diagnostics()
    horizon = frame["period"].max() - np.timedelta64(LEAD_DAYS, "D")
    possible = int((frame[EXPOSURE].notna() & (frame["period"] <= horizon)).sum())
    coverage = one.m2.n_observations / possible if one.m2 is not None and possible else 0.0
    small = one.small_sample
    target = of_interest or RELATIVE_EFFECT_OF_INTEREST * one.mean_level or None
    if small is None:
        return Diagnostics(coverage=min(coverage, 1.0), effect_of_interest=target)
    return Diagnostics(
        coverage=min(coverage, 1.0),
        cr2_low=small.cr2.low,
        cr2_high=small.cr2.high,
        cr2_p_value=small.cr2.p_value,
        cr2_degrees_of_freedom=small.cr2.degrees_of_freedom,
        bootstrap_p_value=small.bootstrap_p_value,
        leave_one_out_low=small.low,
        leave_one_out_high=small.high,
        leave_one_out_keeps_sign=small.keeps_sign,
        effect_of_interest=target,
    )


def _low_reliability(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Mark the rows whose index too few raters stand behind; a missing mark counts as reliable."""
    if "is_low_reliability" not in frame.columns:
        return np.zeros(len(frame), dtype=np.bool_)
    return frame["is_low_reliability"].fillna(False).to_numpy(dtype=np.bool_)
