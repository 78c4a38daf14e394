"""One drawn world of one scenario: what the battery says of it. No counting here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.calibration.scenarios import PRIMARY, SCENARIOS

if TYPE_CHECKING:
    from models.analysis.outcome import Part

FIRST_SEED = 10_000
# Further on: seeds that no limit was set on and no test draws.
FRESH_SEED = 3_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """One outcome of one world; None where a model could not be estimated."""

    scenario: str
    seed: int
    outcome: str
    naive: tuple[float, float, float] | None
    m1: tuple[float, float, float] | None
    m2: tuple[float, float, float] | None
    m2_p_value: float | None
    bootstrap_p_value: float | None
    forward: tuple[float, float, float] | None
    rise: tuple[float, float, float] | None
    level: str
    grade: str
    verdict: str


def find(
    scenario: str,
    seed: int,
    *,
    organizations: int | None = None,
    months: int | None = None,
    parts: Sequence[Part] = ("direction", "rises"),
) -> list[dict[str, Any]]:
    """Draw a world and run on it what claims rest on: M1 to M4, order in time and the ladder.

    The index is reliable in the planted worlds (tests/models/demo); its measure is given to the ladder
    instead of being computed anew from thousands of answers in each of some thousand worlds. Another size
    than the scenario's, or fewer parts, make a world quicker.
    """
    from models.analysis import analyse
    from models.demo.panel import observed_panel
    from models.demo.spec import WorldSpec

    planted = SCENARIOS[scenario]
    spec = WorldSpec(
        seed=FIRST_SEED + seed,
        organizations=organizations or planted.organizations,
        months=months or planted.months,
        world=planted.world,
        dirty=False,
    )
    found = analyse(observed_panel(spec), primary=PRIMARY, exploratory=(), parts=parts, reliability=0.95)
    effects = {(row.outcome, row.model): row for row in found.effects}
    rows = []
    for claim, one in zip(found.claims, found.outcomes, strict=True):
        estimates = {
            model: (row.estimate, row.low, row.high) if (row := effects.get((claim.outcome, model))) else None
            for model in ("naive", "M1", "M2")
        }
        m2, small = effects.get((claim.outcome, "M2")), one.fits.small_sample
        path = None if one.direction is None else one.direction.accumulating
        rise = None if one.rise is None else one.rise.summary
        rows.append(
            Found(
                scenario,
                seed,
                claim.outcome,
                estimates["naive"],
                estimates["M1"],
                estimates["M2"],
                None if m2 is None else m2.p_value,
                None if small is None else small.bootstrap_p_value,
                None
                if path is None
                else (
                    path.forward.standardized,
                    path.forward.standardized_low,
                    path.forward.standardized_high,
                ),
                None if rise is None else (rise.estimate, rise.low, rise.high),
                claim.level,
                claim.grade,
                "cannot_tell" if one.direction is None else one.direction.ruling.verdict,
            )
        )
    return [asdict(row) for row in rows]


def find_fresh(scenario: str, seed: int) -> list[dict[str, Any]]:
    """Draw a world that nobody looked at when the limits were set, and find what the battery says of it."""
    return [row | {"seed": seed} for row in find(scenario, FRESH_SEED + seed)]
