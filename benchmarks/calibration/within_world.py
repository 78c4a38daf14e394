"""One drawn world through the within estimate alone: what chance makes of fixed traits. No counting here."""

from __future__ import annotations

from typing import Any

from benchmarks.calibration.scenarios import PRIMARY, SCENARIOS

# Seeds that no limit was chosen on.
FIRST_SEED = 1_000_000


def find_within(scenario: str, seed: int) -> list[dict[str, Any]]:
    """Draw a world and fit M2 of both primary outcomes: what a claim of change rests on when M1 is fooled.

    Returns
    -------
    list of dict
        scenario, seed, outcome, estimate, low, high, p_value (CR1), cr2_p_value, and both adjusted (Holm).
    """
    from models.demo.panel import observed_panel
    from models.demo.spec import WorldSpec
    from models.effects import EXPOSURE, LEAD_SUFFIX
    from models.multiplicity import adjust
    from models.panel import fit_within_both, within_design

    planted = SCENARIOS[scenario]
    frame = observed_panel(
        WorldSpec(
            seed=FIRST_SEED + seed,
            organizations=planted.organizations,
            months=planted.months,
            world=planted.world,
            dirty=False,
        )
    )
    rows = []
    for outcome in PRIMARY:
        design = within_design(
            frame, outcome + LEAD_SUFFIX, EXPOSURE, (), unit="organization_id", period="period"
        )
        cr1, cr2 = (fit.at(EXPOSURE) for fit in fit_within_both(design))
        rows.append(
            {
                "scenario": scenario,
                "seed": seed,
                "outcome": outcome,
                "estimate": cr1.estimate,
                "low": cr1.low,
                "high": cr1.high,
                "p_value": cr1.p_value,
                "cr2_p_value": cr2.p_value,
            }
        )
    for name in ("p_value", "cr2_p_value"):
        for row, adjusted in zip(rows, adjust([row[name] for row in rows], "holm"), strict=True):
            row[name.removesuffix("_value") + "_adjusted"] = float(adjusted)
    return rows
