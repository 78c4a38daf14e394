"""The battery: M0 to M10 for every outcome, graded. Estimators, gates and wording live elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from contracts.instrument import Instrument, load_instrument
from contracts.kpis import load_kpis
from contracts.specifications import load_specifications
from models.analysis.exposures import with_exposures
from models.analysis.families import effect_rows, sensitivity_rows
from models.analysis.health import health_card
from models.analysis.judgement import adjusted_small_samples, diagnostics_of, results_of
from models.analysis.outcome import PARTS, OutcomeResults, OutcomeTask, Part, Spread
from models.analysis.results import Analysis
from models.arrays import library
from models.claims import Claim, Thresholds
from models.contrasts import Contrast, contrast_practices
from models.effects import LEAD_SUFFIX, Effect, Family
from models.evidence import grade, under_card
from models.index_quality.battery import IndexQuality, assess_index
from models.panel_gate import checked_panel
from models.raters import QualityRow, attempt, measure_index, reliability_of
from models.responses import read_responses
from models.robustness import SpecificationGrid

if TYPE_CHECKING:
    import pandas as pd


def analyse(
    panel: pd.DataFrame,
    *,
    answers: pd.DataFrame | None = None,
    instrument: Instrument | None = None,
    assessment: pd.DataFrame | None = None,
    practices: pd.DataFrame | None = None,
    benchmarks: pd.DataFrame | None = None,
    primary: Sequence[str] | None = None,
    secondary: Sequence[str] | None = None,
    exploratory: Sequence[str] | None = None,
    units: Mapping[str, str] | None = None,
    thresholds: Thresholds | None = None,
    grid: SpecificationGrid | None = None,
    recomputed: Mapping[str, float] | None = None,
    reliability: float | None = None,
    parts: Sequence[Part] = PARTS,
    seed: int = 20261122,
    spread: Spread = map,
) -> Analysis:
    """Run M0 to M10 on every outcome and grade what may be said.

    Parameters
    ----------
    panel : DataFrame
        `fct_maturity_impact`; checked again before use.
    answers : DataFrame, optional
        `assessment_answers`; without them the reliability of the index is unknown and no claim passes L0.
    instrument : Instrument, optional
        The one of `contracts` by default.
    assessment, practices : DataFrame, optional
        `fct_assessment` (stage, dimension scores) and `fct_practice`.
    benchmarks : DataFrame, optional
        `fct_published_benchmark`, for the published ratios beside M0.
    primary, secondary, exploratory : sequence of str
        Outcomes as declared before looking, by default those of the registry (no secondary ones where
        exploratory ones are given): per model, Holm within the first, Benjamini-Hochberg within each of the
        others. A primary outcome of the registry that is none here is a secondary one; an exploratory one of
        which nothing is known is left out, and told as a KPI that was not delivered.
    units : mapping, optional
        Unit of each outcome.
    thresholds : Thresholds, optional
    grid : SpecificationGrid, optional
        Of the specification curve; the declared one by default. Its outcomes are not read.
    recomputed : mapping of outcome to float, optional
        Within estimates by another route, which the health card compares.
    reliability : float, optional
        Of the index where it was measured elsewhere; not read where there are answers.
    parts : sequence of Part
        What is computed beside the effects; what is left out stops the ladder where it is asked for.
    seed : int
        Of everything that is drawn.
    spread : callable
        Goes through the outcomes as `map` does, perhaps on several cores; the results are the same.

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
    limits = thresholds or Thresholds()
    names = {**{o.code: o.unit for o in load_kpis().outcomes}, **(units or {})}
    families = _families(panel, primary, secondary, exploratory)
    primary = families["primary"]
    family_of = {outcome: family for family, found in families.items() for outcome in found}
    questions = instrument or load_instrument()
    checked = checked_panel(panel, primary, [outcome for outcome in family_of if outcome not in primary])
    low = _low_reliability(checked)
    # Many small products: one BLAS thread is faster, and the digits do not depend on the number of cores.
    with library("threadpoolctl").threadpool_limits(limits=1, user_api="blas"):
        index, quality = _index(answers, questions, parts)
        if answers is None and reliability is not None:
            quality = (QualityRow("icc2", reliability, None, None, "index"),)
        responses = None if answers is None else attempt(partial(read_responses, answers, questions))
        used = with_exposures(checked.loc[~low], questions, assessment, responses)
    outcomes = [o for o in family_of if o + LEAD_SUFFIX in used.columns]
    task = OutcomeTask(
        used,
        family_of,
        dimensions=tuple(dimension.code for dimension in questions.dimensions),
        grid=_present(grid or declared_grid(), used),
        limits=limits,
        parts=tuple(parts),
        seed=seed,
    )
    found = dict(zip(outcomes, spread(task, outcomes), strict=True))
    effects, sensitivity = [], []
    adjusted: dict[str, tuple[float, float | None]] = {}
    for family, members in families.items():
        fits = [found[outcome].fits for outcome in members if outcome in found]
        effects += effect_rows(fits, names, limits, family=family)
        sensitivity += sensitivity_rows(fits, names, limits, family=family)
        adjusted |= adjusted_small_samples(fits, family)
    claims = _claims(
        found, effects, adjusted, used, tuple(family_of), names, limits, quality, int(low.sum()), primary
    )
    contrasts: tuple[Contrast, ...] = ()
    if assessment is not None and practices is not None:
        contrasts = contrast_practices(
            practices,
            assessment,
            questions,
            benchmarks,
            checked,
            minimum_group=limits.suppression_organizations,
        )
    results = tuple(found.values())
    estimated = {claim.outcome: claim for claim in claims}
    health = health_card(
        used,
        results,
        [estimated[one.outcome] for one in results],
        reliability=reliability_of(quality)[0],
        watch=() if index is None else index.watch,
        recomputed=recomputed or {},
    )
    return Analysis(
        effects=tuple(effects),
        sensitivity=tuple(sensitivity),
        claims=tuple(under_card(claim, health) for claim in claims),
        contrasts=contrasts,
        quality=quality,
        index=index,
        instrument=questions,
        outcomes=results,
        health=health,
        panel=used,
    )


def declared_grid() -> SpecificationGrid:
    """Return the grid of the specification curve as declared in `contracts`."""
    declared = load_specifications()
    return SpecificationGrid(
        outcomes=(),
        exposures=declared.exposures,
        models=declared.models,
        control_sets=declared.control_sets,
        samples=declared.samples,
    )


def _families(
    panel: pd.DataFrame,
    primary: Sequence[str] | None,
    secondary: Sequence[str] | None,
    exploratory: Sequence[str] | None,
) -> dict[Family, tuple[str, ...]]:
    """Outcomes of each family, as given or as the registry declares them."""
    registry = load_kpis()
    first = tuple(registry.primary_outcomes if primary is None else primary)
    if secondary is None:
        declared = (*registry.primary_outcomes, *registry.outcomes_of("secondary"))
        secondary = declared if exploratory is None else ()
    second = tuple(outcome for outcome in secondary if outcome not in first)
    if exploratory is None:
        known = registry.outcomes_of("exploratory")
        exploratory = [name for name in known if _is_known(panel, name + LEAD_SUFFIX)]
    third = tuple(outcome for outcome in exploratory if outcome not in (*first, *second))
    return {"primary": first, "secondary": second, "exploratory": third}


def _is_known(panel: pd.DataFrame, column: str) -> bool:
    return column in panel.columns and bool(panel[column].notna().any())


def _present(grid: SpecificationGrid, frame: pd.DataFrame) -> SpecificationGrid:
    """Leave out the exposures that the panel lacks: without dimension scores there are no variants."""
    return replace(grid, exposures=tuple(name for name in grid.exposures if name in frame.columns))


def _index(
    answers: pd.DataFrame | None, instrument: Instrument, parts: Sequence[Part]
) -> tuple[IndexQuality | None, tuple[QualityRow, ...]]:
    if answers is None:
        return None, ()
    if "index" not in parts:
        return None, measure_index(answers, instrument)
    index = assess_index(answers, instrument)
    return index, index.quality


def _claims(
    found: Mapping[str, OutcomeResults],
    effects: Sequence[Effect],
    adjusted: Mapping[str, tuple[float, float | None]],
    frame: pd.DataFrame,
    asked: Sequence[str],
    units: Mapping[str, str],
    limits: Thresholds,
    quality: Sequence[QualityRow],
    n_low: int,
    primary: Sequence[str],
) -> tuple[Claim, ...]:
    reliability, measure = reliability_of(quality)
    claims = []
    for outcome in asked:
        one = found.get(outcome)
        own = {row.model: row for row in effects if row.outcome == outcome}
        results = results_of(outcome, outcome in primary, units.get(outcome, ""), own, one)
        cr2, bootstrap = adjusted.get(outcome, (None, None))
        diagnostics = replace(
            diagnostics_of(frame, one, limits),
            reliability=reliability,
            reliability_measure=measure,
            n_low_reliability=n_low,
            cr2_p_adjusted=cr2,
            bootstrap_p_adjusted=bootstrap,
        )
        claims.append(grade(results, diagnostics, limits))
    return tuple(claims)


def _low_reliability(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Mark the rows whose index too few raters stand behind; a missing mark counts as reliable."""
    if "is_low_reliability" not in frame.columns:
        return np.zeros(len(frame), dtype=np.bool_)
    return frame["is_low_reliability"].fillna(False).to_numpy(dtype=np.bool_)
