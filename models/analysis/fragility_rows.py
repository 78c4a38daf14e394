"""The specification curve as rows of its two tables. How it is estimated: `robustness`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.robustness import SpecificationCurve


@dataclass(frozen=True, slots=True)
class SpecificationRow:
    """One row of `analysis.specifications`."""

    outcome: str
    position: int
    exposure: str
    model: str
    controls: str
    sample: str
    estimate: float
    standard_error: float
    low: float
    high: float
    p_value: float
    n_observations: int
    n_organizations: int


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One row of `analysis.specification_curves`."""

    outcome: str
    n_specifications: int
    n_failed: int
    median: float
    share_same_sign: float
    share_significant: float
    median_p: float
    share_p: float
    stouffer_p: float
    n_permutations: int


def specification_rows(outcome: str, curve: SpecificationCurve) -> Iterator[SpecificationRow]:
    """List the specifications from the lowest estimate to the highest."""
    for position, one in enumerate(curve.estimates, start=1):
        chosen = one.specification
        yield SpecificationRow(
            outcome,
            position,
            chosen.exposure,
            chosen.model,
            ",".join(chosen.controls),
            chosen.sample,
            one.estimate,
            one.standard_error,
            one.low,
            one.high,
            one.p_value,
            one.n_observations,
            one.n_organizations,
        )


def curve_row(outcome: str, curve: SpecificationCurve) -> CurveRow:
    """Say what all specifications say together."""
    return CurveRow(
        outcome,
        len(curve.estimates),
        len(curve.failures),
        curve.median,
        curve.share_same_sign,
        curve.share_significant,
        curve.median_p,
        curve.share_p,
        curve.stouffer_p,
        curve.n_permutations,
    )
