"""A demo world as the panel its files lead to, without files: for calibration over many worlds and for tests.

Same truth, same raters, same numbers of tickets and deals; other random draws than in the files, and no dirt.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from contracts.instrument import load_instrument
from models.demo.aliases import Floats, Integers
from models.demo.assessment import Answers, draw_answers
from models.demo.index import observed_index
from models.demo.salesforce import CLOSED_PER_MONTH
from models.demo.spec import LEAD_MONTHS, WorldSpec, generator
from models.demo.world import LatentWorld, draw_world
from models.demo.zendesk import OFFERED_SHARE, RATED_SHARE, REPLY_SPREAD, UNANSWERED_SHARE

OUTCOMES = (
    "csat_share",
    "log_revenue",
    "first_response_minutes",
    "ticket_volume",
    "win_rate",
    "gross_margin",
)


def observed_panel(spec: WorldSpec) -> pd.DataFrame:
    """Draw a world and observe it as `fct_maturity_impact`.

    Returns
    -------
    DataFrame
        One row per organisation and month, sorted: keys, traits, wave, index, stage, raters, and each of
        `OUTCOMES` with its value three months later (`_lead_3m`). The same spec gives the same panel.
    """
    world = draw_world(spec)
    instrument = load_instrument()
    answers = draw_answers(world, instrument)
    index = observed_index(answers, instrument, *world.maturity.shape)
    lowers = np.array([stage.lower for stage in instrument.stages])
    n, months = world.csat_share.shape
    organizations, wave = world.organizations, world.calendar.wave_of_month
    frame = pd.DataFrame(
        {
            "organization_id": np.repeat(organizations.organization_id, months),
            "period": np.tile(world.calendar.months.astype("datetime64[s]"), n),
            "industry": np.repeat(organizations.industry, months),
            "country": np.repeat(organizations.country, months),
            "customer_type": np.repeat(organizations.customer_type, months),
            "log_employees": np.repeat(np.log(organizations.employees), months),
            "wave": np.tile(np.array(world.calendar.waves)[wave], n),
            "integration_index": index[:, wave].ravel(),
            "index_per_10": index[:, wave].ravel() / 10,
            "stage": np.searchsorted(lowers, index[:, wave].ravel(), side="right"),
            "n_raters": _raters(answers, index.shape)[:, wave].ravel(),
            "is_low_reliability": False,
        }
    )
    for name, values in _outcomes(world).items():
        later = np.full_like(values, np.nan)
        later[:, :-LEAD_MONTHS] = values[:, LEAD_MONTHS:]
        frame[name], frame[f"{name}_lead_{LEAD_MONTHS}m"] = values.ravel(), later.ravel()
    return frame


def _outcomes(world: LatentWorld) -> dict[str, Floats]:
    rng = generator(world.spec, "panel")
    season = np.sin(2 * np.pi * world.calendar.month_of_year / 12)
    rate = world.spec.tickets_per_month * (1 + 0.08 * season)
    tickets = rng.poisson(np.broadcast_to(rate, world.csat_share.shape))
    answered = rng.binomial(tickets, 1 - UNANSWERED_SHARE)
    rated = rng.binomial(answered, OFFERED_SHARE * RATED_SHARE)
    good = rng.binomial(rated, world.csat_share)
    closed = rng.poisson(CLOSED_PER_MONTH, world.win_rate.shape)
    won = rng.binomial(closed, world.win_rate)
    minutes = np.log(world.first_response_minutes) - REPLY_SPREAD**2 / 2
    replies = rng.lognormal(np.repeat(minutes.ravel(), answered.ravel()), REPLY_SPREAD)
    cell = np.repeat(np.arange(answered.size), answered.ravel())
    spent = np.bincount(cell, replies, minlength=answered.size).reshape(answered.shape)
    return {
        "csat_share": _ratio(good, rated),
        "log_revenue": world.log_revenue,
        "first_response_minutes": _ratio(spent, answered),
        "ticket_volume": np.where(tickets > 0, tickets.astype(np.float64), np.nan),
        "win_rate": _ratio(won, closed),
        "gross_margin": 1 - world.cost_share,
    }


def _ratio(part: Floats | Integers, whole: Integers) -> Floats:
    """Divide where there is anything to divide by; unknown is unknown, not zero."""
    ratio: Floats = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return ratio


def _raters(answers: Answers, shape: tuple[int, ...]) -> Floats:
    cell = answers.organization * shape[1] + answers.wave
    n_raters: Floats = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    return n_raters
