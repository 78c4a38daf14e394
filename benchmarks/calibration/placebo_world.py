"""One drawn world through the future-index placebo of M3 alone. No counting here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.calibration.scenarios import PRIMARY

# Seeds that no limit was chosen on, and that no other part of the calibration draws.
FIRST_SEED = 4_000_000
# In all but the last the index does not follow the outcome; there it does.
PLACEBO_WORLDS = ("null", "forward", "trait_only", "saturation", "reverse")


def find_placebo(scenario: str, seed: int) -> list[dict[str, Any]]:
    """Draw a world and fit the placebo of both primary outcomes, as `which_came_first` does.

    Returns
    -------
    list of dict
        scenario, seed, outcome, estimate and standard_error (CR1, outcome per ten points of the next wave's
        index), t_value, p_value, and cr2_p_value of the same fit.
    """
    from models.demo.panel import observed_panel
    from models.demo.spec import WorldSpec
    from models.direction.placebo import LEAD, lead_placebo
    from models.direction.waves import wave_series

    spec = WorldSpec(seed=FIRST_SEED + seed, world=scenario, dirty=False)  # type: ignore[arg-type]  # one of PLACEBO_WORLDS
    frame = observed_panel(spec)
    rows = []
    for outcome in PRIMARY:
        series = wave_series(frame, outcome)
        found = lead_placebo(series.x, series.until_next).at(LEAD)
        rows.append(
            {
                "scenario": scenario,
                "seed": seed,
                "outcome": outcome,
                "estimate": found.estimate,
                "standard_error": found.standard_error,
                "p_value": found.p_value,
                "cr2_p_value": _by_cr2(series.x, series.until_next),
            }
        )
    return rows


def _by_cr2(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> float:
    """p-value by Bell and McCaffrey's errors, of columns laid out anew: a second route to the same slope."""
    from models.panel import two_way_within

    units, waves = (axis.ravel() for axis in np.indices(y[:, :-1].shape))
    frame = pd.DataFrame(
        {
            "y": y[:, :-1].ravel(),
            "ahead": x[:, 1:].ravel(),
            "now": x[:, :-1].ravel(),
            "unit": units,
            "wave": waves,
        }
    )
    return two_way_within(frame, "y", "ahead", ["now"], "unit", "wave", "CR2").at("ahead").p_value
