"""One drawn world through what takes seconds: M3 to M9, corrected slopes, ranks. No counting here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmarks.calibration.planted_targets import (
    dimension_shares,
    responses_of,
    rise_target,
    share_targets,
    with_unmovable,
)
from benchmarks.calibration.scenarios import PRIMARY

if TYPE_CHECKING:
    import pandas as pd

    from models.demo.world import LatentWorld
    from models.index_quality.scoring import Responses

# World -> what each shows: an effect, nothing, an effect that wears off.
SLOW_WORLDS = ("forward", "null", "saturation")
SHUFFLES = 199
# Clear, as the verdict judges a path: two directions are looked at.
CLEAR = 0.025

Kind = Literal["covers", "finds"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure in one world; `hit` is a share where many intervals of one world are counted together.

    `nominal` is what an honest method comes to in the long run; None where more is better.
    """

    scenario: str
    seed: int
    measure: str
    outcome: str
    kind: Kind
    hit: float
    nominal: float | None


def find_slow(scenario: str, seed: int) -> list[dict[str, Any]]:
    """Draw a world and take every slow measure of it."""
    from contracts.instrument import load_instrument
    from models.analysis.exposures import with_exposures
    from models.arrays import library
    from models.demo.panel import observed_panel
    from models.demo.spec import WorldSpec
    from models.demo.world import draw_world

    spec = WorldSpec(seed=20_000 + seed, world=scenario, dirty=False)  # type: ignore[arg-type]  # named on the command line
    world, responses = draw_world(spec), responses_of(spec)
    panel = with_exposures(observed_panel(spec), load_instrument(), None, responses)
    panel = with_unmovable(panel, spec.seed)
    with library("threadpoolctl").threadpool_limits(limits=1):
        found = [row for outcome in PRIMARY for row in _outcome(panel, world, responses, outcome)]
        found.append(("ranks of the last wave", "", "covers", _ranks(responses, world), 0.95))
    return [asdict(Measured(scenario, seed, *row)) for row in found]


Row = tuple[str, str, Kind, float, float | None]


def _outcome(panel: pd.DataFrame, world: LatentWorld, responses: Responses, outcome: str) -> Iterator[Row]:
    from models.analysis.battery import declared_grid
    from models.analysis.exposures import corrected
    from models.direction import which_came_first
    from models.double_ml import double_ml
    from models.event_study import stage_jump_study
    from models.robustness import SpecificationGrid, specification_curve

    effect = getattr(world.planted, outcome)
    straight = world.planted.saturates_at >= 100
    nothing = 0.05 if effect == 0 else None
    direction = which_came_first(panel, outcome)
    if (paths := direction.accumulating) is not None:
        yield "M3 forward path", outcome, "finds", paths.forward.p_value <= CLEAR, nothing and CLEAR
        yield "M3 reverse path", outcome, "finds", paths.reverse.p_value <= CLEAR, CLEAR
    if (placebo := direction.evidence.placebo) is not None:
        yield "M3 future index", outcome, "finds", placebo.p_value <= CLEAR, CLEAR
    rise = stage_jump_study(panel, outcome).summary
    yield "M4 rise", outcome, "finds", rise.low * rise.high > 0, nothing
    target = rise_target(panel, world, outcome)
    yield "M4 rise", outcome, "covers", rise.low <= target <= rise.high, 0.95
    yield "M4 before the rise", outcome, "finds", rise.pretrend_p_value < 0.05, 0.05
    if straight:
        for one in double_ml(panel, outcome, n_repetitions=1, seed=world.spec.seed):
            yield f"M5 {one.learner}", outcome, "covers", one.low <= effect <= one.high, 0.95
        slope = corrected(panel, outcome)
        yield "slope as estimated", outcome, "covers", slope.raw_low <= effect <= slope.raw_high, None
        yield "slope without raters' error", outcome, "covers", slope.low <= effect <= slope.high, 0.95
    yield from _curve(panel, world, outcome)
    if effect and straight:
        yield "M7 shares", outcome, "covers", _shares(panel, world, responses, outcome), 0.95
    yield from _confounding(panel, world, outcome)
    grid = declared_grid()
    own = SpecificationGrid(
        (f"{outcome}_lead_3m",),
        tuple(name for name in grid.exposures if name in panel.columns),
        grid.models,
        grid.control_sets,
        grid.samples,
    )
    curve = specification_curve(own, panel, n_permutations=SHUFFLES, seed=world.spec.seed)
    yield "M8 median of all specifications", outcome, "finds", curve.median_p < 0.05, nothing


def _curve(panel: pd.DataFrame, world: LatentWorld, outcome: str) -> Iterator[Row]:
    from models.dose_response import dose_response

    effect, top = getattr(world.planted, outcome), world.planted.saturates_at
    dose = dose_response(panel, outcome, seed=world.spec.seed)

    def planted(index: float) -> float:
        return float(effect * (min(index, top) - min(dose.summary.reference_index, top)) / 10)

    held = all(point.low <= planted(point.index) <= point.high for point in dose.points)
    straight = top >= 100
    # A cubic spline cannot turn as sharply as what is planted where the effect wears off.
    yield "M6 whole curve", outcome, "covers", held, 0.95 if straight else None
    yield "M6 bend", outcome, "finds", dose.summary.bend_p_value < 0.05, 0.05 if straight else None


def _shares(panel: pd.DataFrame, world: LatentWorld, responses: Responses, outcome: str) -> float:
    """Share of the dimensions whose share in the population lies in its interval."""
    spec = world.spec
    targets = share_targets(replace(spec, seed=0), outcome)
    found = dimension_shares(panel, responses, outcome, spec.seed).drivers
    return float(np.mean([one.low <= target <= one.high for one, target in zip(found, targets, strict=True)]))


def _confounding(panel: pd.DataFrame, world: LatentWorld, outcome: str) -> Iterator[Row]:
    from models.robustness.rows import robustness_of

    rows = robustness_of(panel, outcome, n_shuffles=SHUFFLES, seed=world.spec.seed)
    within = {row.check: row for row in rows if row.model == "M2"}
    nothing = 0.05 if getattr(world.planted, outcome) == 0 else None
    yield "M9 shuffled index", outcome, "finds", within["shuffled_index"].holds, nothing
    # The same months and the same share for both outcomes: counted once.
    if outcome == PRIMARY[0]:
        yield "M9 what nothing moves", "", "finds", not within["unmovable_outcome"].holds, 0.05


def _ranks(responses: Responses, world: LatentWorld) -> float:
    """Share of organisations whose true rank lies in its interval, last wave."""
    from models.index_quality.precision import measure_precision
    from models.index_quality.score_rows import score_rows
    from models.index_quality.spec import QualitySpec
    from models.index_quality.variants import ranks_of

    last = world.calendar.waves[-1]
    truth = dict(zip(world.organizations.organization_id, ranks_of(world.maturity[:, -1]), strict=True))
    rows = [
        row
        for row in score_rows(responses, measure_precision(responses), QualitySpec())
        if row.wave == last and np.isfinite(row.rank)
    ]
    return float(np.mean([row.rank_low <= truth[row.organization_id] <= row.rank_high for row in rows]))
