"""Everything that is estimated about one outcome. What is made of it: `evidence`, `health`, `results`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from models.analysis.exposures import corrected, dimension_drivers
from models.arrays import library
from models.direction import Direction, which_came_first
from models.dose_response import DoseResponse, dose_response
from models.double_ml import LEARNERS, DoubleMlEffect, Learner, double_ml
from models.drivers import Drivers
from models.effects import LEAD_SUFFIX, Family, OutcomeFits, fit_outcome
from models.errors import ModelError
from models.event_study import StageJumpStudy, stage_jump_study
from models.index_quality.attenuation import CorrectedSlope
from models.robustness import SpecificationCurve, SpecificationGrid, specification_curve
from models.robustness.rows import Robustness, robustness_of

if TYPE_CHECKING:
    import pandas as pd

    from models.claims import Thresholds

Part = Literal["index", "direction", "rises", "shape", "fragility"]
PARTS: tuple[Part, ...] = get_args(Part)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draws:
    """How much is drawn for an outcome: most for primary ones, which carry the claims."""

    shuffles: int
    permutations: int
    folds: int
    bootstrap: int
    learners: tuple[Learner, ...]


DRAWS: Mapping[Family, Draws] = {
    "primary": Draws(shuffles=999, permutations=499, folds=3, bootstrap=999, learners=LEARNERS),
    "secondary": Draws(shuffles=199, permutations=0, folds=1, bootstrap=199, learners=("ridge",)),
    "exploratory": Draws(shuffles=99, permutations=0, folds=1, bootstrap=99, learners=("ridge",)),
}


@dataclass(frozen=True, slots=True)
class OutcomeResults:
    """Results of one outcome; None or empty where a part was not asked for or could not be estimated."""

    outcome: str
    family: Family
    fits: OutcomeFits
    direction: Direction | None = None
    rise: StageJumpStudy | None = None
    dose: DoseResponse | None = None
    flexible: tuple[DoubleMlEffect, ...] = ()
    corrected: CorrectedSlope | None = None
    drivers: Drivers | None = None
    robustness: tuple[Robustness, ...] = ()
    curve: SpecificationCurve | None = None

    @property
    def is_primary(self) -> bool:
        """Whether it was declared primary before looking at data."""
        return self.family == "primary"


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeTask:
    """What `estimate_outcome` is given beside the outcome; may be sent to another process.

    Attributes
    ----------
    frame, dimensions, grid, limits, parts, seed
        As `estimate_outcome` takes them.
    family_of : mapping of outcome to family
    """

    frame: pd.DataFrame
    family_of: Mapping[str, Family]
    dimensions: tuple[str, ...]
    grid: SpecificationGrid | None
    limits: Thresholds
    parts: tuple[Part, ...]
    seed: int

    def __call__(self, outcome: str) -> OutcomeResults:
        """Estimate everything about one outcome."""
        # Many small products: one BLAS thread is faster, and the digits do not depend on the number of cores.
        with library("threadpoolctl").threadpool_limits(limits=1, user_api="blas"):
            return estimate_outcome(
                self.frame,
                outcome,
                family=self.family_of[outcome],
                dimensions=self.dimensions,
                grid=self.grid,
                limits=self.limits,
                parts=self.parts,
                seed=self.seed,
            )


# How outcomes are gone through: `map`, or one that sends them to other processes.
Spread = Callable[[OutcomeTask, Sequence[str]], Iterable[OutcomeResults]]


def estimate_outcome(
    frame: pd.DataFrame,
    outcome: str,
    *,
    family: Family,
    dimensions: Sequence[str],
    grid: SpecificationGrid | None,
    limits: Thresholds,
    parts: Sequence[Part],
    seed: int,
) -> OutcomeResults:
    """Estimate everything about one outcome.

    Parameters
    ----------
    frame : DataFrame
        The checked panel, reliable rows only, with dimension scores, index variants and the error variance of
        the index where they are known (`exposures.with_exposures`).
    outcome : str
    family : {"primary", "secondary", "exploratory"}
        Primary outcomes get more draws and the specification curve, exploratory ones the fewest draws.
    dimensions : sequence of str
        Columns of dimension scores.
    grid : SpecificationGrid, optional
        Choices of the curve; its outcomes are replaced by this one.
    limits : Thresholds
    parts : sequence of Part
    seed : int
    """
    draws = DRAWS[family]
    fits = fit_outcome(
        frame, outcome, seed=seed, small_clusters=limits.small_clusters, n_draws=limits.bootstrap_draws
    )
    found = OutcomeResults(outcome, family, fits)
    if "direction" in parts:
        found = replace(found, direction=which_came_first(frame, outcome))
    if "rises" in parts:
        rise = _attempt(lambda: stage_jump_study(frame, outcome, n_draws=draws.bootstrap, seed=seed))
        found = replace(found, rise=rise)
    if "shape" in parts:
        found = _with_shape(found, frame, dimensions, draws, seed)
    if "fragility" in parts:
        robustness = robustness_of(frame, outcome, n_shuffles=draws.shuffles, seed=seed)
        found = replace(found, robustness=robustness, curve=_curve(frame, outcome, grid, draws, seed))
    return found


def _with_shape(
    found: OutcomeResults, frame: pd.DataFrame, dimensions: Sequence[str], draws: Draws, seed: int
) -> OutcomeResults:
    """Add the form of the relation, flexible controls, the corrected slope and the dimensions."""
    name, drawn = found.outcome, draws.bootstrap
    flexible = _attempt(
        lambda: double_ml(frame, name, learners=draws.learners, n_repetitions=draws.folds, seed=seed)
    )
    return replace(
        found,
        dose=_attempt(lambda: dose_response(frame, name, n_draws=drawn, seed=seed)),
        flexible=flexible or (),
        corrected=_attempt(lambda: corrected(frame, name)),
        drivers=_attempt(lambda: dimension_drivers(frame, name, dimensions, n_draws=drawn, seed=seed)),
    )


def _curve(
    frame: pd.DataFrame, outcome: str, grid: SpecificationGrid | None, draws: Draws, seed: int
) -> SpecificationCurve | None:
    if grid is None or not draws.permutations:
        return None
    own = SpecificationGrid(
        (outcome + LEAD_SUFFIX,), grid.exposures, grid.models, grid.control_sets, grid.samples
    )
    return _attempt(lambda: specification_curve(own, frame, n_permutations=draws.permutations, seed=seed))


def _attempt(run: Callable[[], T]) -> T | None:
    """Leave out what cannot be estimated; the effects say why an outcome cannot."""
    try:
        return run()
    except ModelError:
        return None
