"""Corrected slopes, drivers and what goes with a stage up, as rows of their tables. No estimation here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.analysis.outcome import OutcomeResults
from models.claims import Claim
from models.effects import EXPOSURE
from models.what_if import what_if

if TYPE_CHECKING:
    import pandas as pd

    from contracts.instrument import Instrument

UNIT, PERIOD, WAVE = "organization_id", "period", "wave"


@dataclass(frozen=True, slots=True)
class CorrectedRow:
    """One row of `analysis.corrected_slopes`."""

    outcome: str
    raw: float
    raw_low: float
    raw_high: float
    corrected: float
    corrected_low: float
    corrected_high: float
    reliability: float
    n_observations: int
    n_organizations: int


@dataclass(frozen=True, slots=True)
class DriverRow:
    """One row of `analysis.drivers`."""

    outcome: str
    dimension_code: str
    share: float
    low: float
    high: float
    slope: float
    performance: float
    quadrant: str
    r_squared: float
    can_tell: bool
    n_observations: int
    n_organizations: int


@dataclass(frozen=True, slots=True)
class WhatIfRow:
    """One row of `analysis.what_if`."""

    outcome: str
    organization_id: str
    index: float
    target: float | None
    step: float | None
    expected: float | None
    low: float | None
    high: float | None
    note: str


def corrected_row(one: OutcomeResults) -> CorrectedRow:
    """Put the raw and the corrected slope beside each other; `one.corrected` is there."""
    slope = one.corrected
    assert slope is not None
    return CorrectedRow(
        one.outcome,
        slope.raw,
        slope.raw_low,
        slope.raw_high,
        slope.corrected,
        slope.low,
        slope.high,
        slope.reliability,
        slope.n_observations,
        slope.n_clusters,
    )


def driver_rows(one: OutcomeResults) -> Iterator[DriverRow]:
    """List the dimensions of an outcome in the instrument's order."""
    if one.drivers is None:
        return
    found = one.drivers
    least = min(driver.high for driver in found.drivers)
    for driver in found.drivers:
        yield DriverRow(
            one.outcome,
            driver.name,
            driver.share,
            driver.low,
            driver.high,
            driver.slope,
            driver.performance,
            driver.quadrant,
            found.r_squared,
            driver.low > least,
            found.n_observations,
            found.n_organizations,
        )


def what_if_rows(claim: Claim, panel: pd.DataFrame, instrument: Instrument) -> Iterator[WhatIfRow]:
    """Say per organisation what goes with the next stage; nothing where no association is claimed."""
    if claim.level in ("none", "L0") or claim.estimate is None or claim.low is None or claim.high is None:
        return
    known = panel.loc[panel[EXPOSURE].notna()].sort_values([UNIT, PERIOD])
    waves = known.drop_duplicates([UNIT, WAVE]) if WAVE in known.columns else known
    index = 10 * waves[EXPOSURE]
    changes = index.groupby(waves[UNIT].to_numpy()).diff().dropna().to_numpy(dtype=np.float64)
    if not len(changes):
        return
    lowers = [stage.lower for stage in instrument.stages]
    levels = index.to_numpy(dtype=np.float64)
    latest = known.drop_duplicates(UNIT, keep="last")
    for organization, per_10 in zip(latest[UNIT], latest[EXPOSURE], strict=True):
        found = what_if(10 * float(per_10), lowers, (claim.estimate, claim.low, claim.high), changes, levels)
        yield WhatIfRow(
            claim.outcome,
            str(organization),
            found.index,
            found.target,
            found.step,
            found.expected,
            found.low,
            found.high,
            found.note,
        )
