"""M3 of one outcome: every model, the evidence they give, and the verdict. The rules stand in `verdict`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from models.arrays import FloatArray
from models.claims import Reason
from models.direction.cross_lagged import random_intercept_cross_lagged
from models.direction.evidence import DirectionLimits, Evidence, Finding, Ruling
from models.direction.granger import PanelGranger, panel_granger
from models.direction.lead_lag import LeadLag, lead_lag, quarter_series
from models.direction.placebo import LEAD, lead_placebo, movement_order
from models.direction.results import CrossLagged, CrossPath
from models.direction.sample import within_spread
from models.direction.structure import Traits
from models.direction.verdict import can_be_asked, verdict
from models.direction.waves import WaveSeries, wave_series
from models.errors import ModelError
from models.estimate import Fit

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """Which came first for one outcome; what could not be estimated is None.

    Attributes
    ----------
    outcome : str
    ruling : Ruling
    evidence : Evidence
    series : WaveSeries or None
    accumulating, stable, plain : CrossLagged or None
        Paths equal over time, robust errors. The verdict reads the first: random intercepts that may also
        covary with the first wave. `stable` is the model as published; `plain` has no random intercepts and
        shows what a correlation over time would claim.
    placebo, order : Fit or None
        `lead_placebo` and `movement_order`, in units of the outcome per ten points.
    lead_lag : LeadLag or None
        Needs nine quarters.
    granger_forward, granger_reverse : PanelGranger or None
        Need nine waves; beside the verdict, never in it.
    gaps : tuple of Reason
        Why a part beside the verdict is missing.
    """

    outcome: str
    ruling: Ruling
    evidence: Evidence
    series: WaveSeries | None = None
    accumulating: CrossLagged | None = None
    stable: CrossLagged | None = None
    plain: CrossLagged | None = None
    placebo: Fit | None = None
    order: Fit | None = None
    lead_lag: LeadLag | None = None
    granger_forward: PanelGranger | None = None
    granger_reverse: PanelGranger | None = None
    gaps: tuple[Reason, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every check behind the verdict, with its numbers."""
        return self.ruling.reasons


def which_came_first(frame: pd.DataFrame, outcome: str, limits: DirectionLimits | None = None) -> Direction:
    """Run M3 on one outcome of the monthly panel.

    Parameters
    ----------
    frame : DataFrame
        `fct_maturity_impact`, checked; see `wave_series` for the columns.
    outcome : str
    limits : DirectionLimits, optional

    Returns
    -------
    Direction
        Raises no `ModelError`: what the data cannot carry is a reason of the verdict `cannot_tell`.
    """
    stops: list[Reason] = []
    gaps: list[Reason] = []
    series = _attempt(stops, "waves", lambda: wave_series(frame, outcome))
    if series is None:
        evidence = Evidence(failures=tuple(stops))
        return Direction(outcome, verdict(evidence, limits), evidence)
    x, y = series.x, series.y
    asked = Evidence(
        n_organizations=int(np.isfinite(x).any(axis=1).sum()),
        n_waves=len(series.waves),
        gap_months=series.gap_months,
    )
    if not can_be_asked(asked, limits):
        return Direction(outcome, verdict(asked, limits), asked, series)

    def model(traits: Traits) -> CrossLagged:
        return random_intercept_cross_lagged(x, y, traits=traits, paths="equal", standard_errors="robust")

    accumulating = _attempt(stops, "accumulating", lambda: model("accumulating"))
    placebo = _attempt(stops, "placebo", lambda: lead_placebo(x, series.until_next))
    order = _attempt(gaps, "order", lambda: movement_order(x, series.around))
    evidence = replace(
        asked,
        placebo=_finding(placebo, LEAD, x, series.until_next),
        order=_finding(order, "x", x, series.around),
        failures=tuple(stops),
        **_paths(accumulating),
    )
    return Direction(
        outcome=outcome,
        ruling=verdict(evidence, limits),
        evidence=evidence,
        series=series,
        accumulating=accumulating,
        stable=_attempt(gaps, "stable", lambda: model("stable")),
        plain=_attempt(gaps, "plain", lambda: model("none")),
        placebo=placebo,
        order=order,
        lead_lag=_attempt(gaps, "lead_lag", lambda: lead_lag(*quarter_series(frame, outcome))),
        granger_forward=_attempt(gaps, "granger_forward", lambda: panel_granger(y, x)),
        granger_reverse=_attempt(gaps, "granger_reverse", lambda: panel_granger(x, y)),
        gaps=tuple(gaps),
    )


def _attempt(failures: list[Reason], part: str, run: Callable[[], T]) -> T | None:
    try:
        return run()
    except ModelError as error:
        failures.append(Reason(error.code, False, {"part": part, "what": error.what}))
        return None


def _paths(model: CrossLagged | None) -> dict[str, Any]:
    if model is None:
        return {}
    return {
        "fit": model.fit,
        "improper": model.improper,
        "forward": _of_path(model.forward),
        "reverse": _of_path(model.reverse),
        "comovement": _of_path(model.comovement),
    }


def _of_path(path: CrossPath) -> Finding:
    return Finding(path.standardized, path.standardized_error, path.p_value)


def _finding(fit: Fit | None, name: str, x: FloatArray, y: FloatArray) -> Finding | None:
    """Bring a coefficient to standard deviations within organisations."""
    if fit is None:
        return None
    unit = within_spread(x) / within_spread(y)
    found = fit.at(name)
    return Finding(found.estimate * unit, found.standard_error * unit, found.p_value)
