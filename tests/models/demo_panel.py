"""The monthly panel of a demo world as the marts hold it, without files: for tests of models on panels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contracts.instrument import load_instrument
from models.demo.assessment import draw_answers
from models.demo.index import observed_index
from models.demo.spec import LEAD_MONTHS, WorldSpec
from models.demo.world import draw_world
from models.demo.zendesk import draw_tickets

OUTCOMES = ("csat_share", "log_revenue")


def demo_panel(spec: WorldSpec) -> pd.DataFrame:
    """Observe a world through raters and tickets: `fct_maturity_impact` with the parts of the CSAT share."""
    world, instrument = draw_world(spec), load_instrument()
    organizations, months = world.csat_share.shape
    index = observed_index(draw_answers(world, instrument), instrument, *world.maturity.shape)
    by_month = index[:, world.calendar.wave_of_month]
    tickets = draw_tickets(world)

    def count(word: str) -> np.ndarray:
        cells = tickets.cell[np.char.startswith(tickets.score, word)]
        return np.bincount(cells, minlength=organizations * months).astype(float)

    good, bad = count("good"), count("bad")
    lowers = np.array([stage.lower for stage in instrument.stages])
    orgs = world.organizations
    frame = pd.DataFrame(
        {
            "organization_id": np.repeat(orgs.organization_id, months),
            "period": np.tile(world.calendar.months.astype("datetime64[s]"), organizations),
            "industry": np.repeat(orgs.industry, months),
            "country": np.repeat(orgs.country, months),
            "customer_type": np.repeat(orgs.customer_type, months),
            "log_employees": np.repeat(np.log(orgs.employees), months),
            "integration_index": by_month.ravel(),
            "index_per_10": by_month.ravel() / 10,
            "stage": np.searchsorted(lowers, by_month.ravel(), side="right"),
            "csat_share_numerator": good,
            "csat_share_denominator": good + bad,
            "revenue": np.exp(world.log_revenue).ravel(),
            "log_revenue": world.log_revenue.ravel(),
        }
    )
    with np.errstate(invalid="ignore"):
        frame["csat_share"] = good / (good + bad)
    lead = frame.groupby("organization_id")[list(OUTCOMES)].shift(-LEAD_MONTHS)
    return frame.join(lead.add_suffix("_lead_3m"))
