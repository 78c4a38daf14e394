"""What was planted and what it amounts to in this very sample: the content of truth.json."""

from __future__ import annotations

from typing import Any

import numpy as np

from contracts.instrument import Instrument
from models.demo.aliases import Floats
from models.demo.assessment import ADOPTION, MATURE_FROM, PRACTICES, Answers
from models.demo.index import observed_index
from models.demo.spec import LEAD_MONTHS
from models.demo.world import LatentWorld

UNITS = {
    "csat_share": "share",
    "log_revenue": "log_points",
    "first_response_minutes": "minutes",
    "ticket_volume": "tickets",
    "win_rate": "share",
    "gross_margin": "share",
    "headcount": "people",
    "attrition": "share",
    "time_to_hire_days": "days",
}
PRIMARY = ("csat_share", "log_revenue")


def make_truth(world: LatentWorld, answers: Answers, instrument: Instrument) -> dict[str, Any]:
    """Gather the planted effects, the naive bias they come with, and the realised shares.

    Effects are per +10 index points on the value three months later, in the unit beside them.
    """
    planted = world.planted
    effects = dict.fromkeys(UNITS, 0.0) | {
        "csat_share": planted.csat_share,
        "log_revenue": planted.log_revenue,
        "first_response_minutes": planted.first_response_minutes,
    }
    index = observed_index(answers, instrument, *world.maturity.shape)
    lowers = np.array([stage.lower for stage in instrument.stages])
    return {
        "is_simulated": True,
        "world": world.spec.world,
        "seed": world.spec.seed,
        "organizations": world.spec.organizations,
        "months": world.spec.months,
        "lead_months": LEAD_MONTHS,
        "effects": effects,
        "units": UNITS,
        "effect_of": "+10 index points on the value three months later",
        "not_planted": {
            "revenue_growth": "follows from log_revenue: it answers to the change of the index over a year, "
            "not to its level, so no single effect of the level was planted",
            "cost_per_hire": "follows from log_revenue: a share of revenue is booked as recruitment",
        },
        "naive_bias": {outcome: naive_bias(world, outcome) for outcome in PRIMARY},
        "saturates_at": planted.saturates_at,
        "reverse_effect": bool(planted.shock_maturity and planted.shock_delay),
        "common_shock": bool(planted.shock_maturity and not planted.shock_delay),
        "stage_shares": {
            "latent": _shares(world.maturity[:, 0], lowers),
            "observed": _shares(index[:, 0], lowers),
        },
        "index_error_sd": round(float(np.nanstd(index - world.maturity)), 6),
        "adoption": {
            "planted": ADOPTION,
            "first_wave": {
                code: round(float(answers.channels_true[:, 0, c].mean()), 6)
                for c, code in enumerate(instrument.channels)
            },
        },
        "practices": _practice_shares(world, answers, instrument),
        "n_responses": len(answers.wave),
    }


def naive_bias(world: LatentWorld, outcome: str) -> float:
    """Give the exact bias of the raw pooled slope in this sample, per +10 index points.

    The slope of the planted part of the outcome that is not maturity (trait, size, season, shocks) on
    maturity three months earlier, over all organisation-months with a lead. A naive estimate is the
    effect plus this.

    Parameters
    ----------
    world : LatentWorld
    outcome : 'csat_share' or 'log_revenue'
    """
    effect = {"csat_share": world.planted.csat_share, "log_revenue": world.planted.log_revenue}[outcome]
    expected = {"csat_share": world.csat_share, "log_revenue": world.log_revenue}[outcome]
    x = world.exposure[:, LEAD_MONTHS:] / 10.0
    rest = expected[:, LEAD_MONTHS:] - effect * np.minimum(x, world.planted.saturates_at / 10.0)
    centred = x - x.mean()
    return round(float((centred * rest).sum() / (centred**2).sum()), 6)


def _shares(values: Floats, lowers: Floats) -> list[float]:
    stage = np.searchsorted(lowers, values, side="right") - 1
    return [round(float(share), 6) for share in np.bincount(stage, minlength=len(lowers)) / len(values)]


def _practice_shares(world: LatentWorld, answers: Answers, instrument: Instrument) -> dict[str, Any]:
    mature = world.maturity[:, 0] >= MATURE_FROM
    result: dict[str, Any] = {}
    for p, code in enumerate(instrument.practices):
        in_place = answers.practices_true[:, 0, p]
        high, low = PRACTICES[code]
        result[code] = {
            "planted_mature": high,
            "planted_less_mature": low,
            "planted_ratio": round(high / low, 6),
            "first_wave_mature": round(float(in_place[mature].mean()), 6),
            "first_wave_less_mature": round(float(in_place[~mature].mean()), 6),
        }
    return result
