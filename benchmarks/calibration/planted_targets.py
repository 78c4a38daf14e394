"""What a slow method should find in a drawn world, where the planted effect alone does not say."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from models.demo.spec import WorldSpec
    from models.demo.world import LatentWorld
    from models.drivers import Drivers
    from models.index_quality.scoring import Responses

# A world so large that its shares of R squared are those of the population, next to one of 160.
POPULATION = 2400
POPULATION_SEED = 19_999


def rise_target(panel: pd.DataFrame, world: LatentWorld, outcome: str) -> float:
    """Give what a rise to a higher stage amounts to here: M4 on the planted part of the outcome alone.

    What goes before a rise, who is compared and at what distance are those of the panel; noise, traits and
    seasons of the outcome are not in it.
    """
    from models.event_study.stage_jumps import stage_jumps
    from models.event_study.study import TARGET_QUARTER, att_at_equal_distance

    planted, effect = world.planted, getattr(world.planted, outcome)
    if effect == 0:
        return 0.0
    part = effect * np.minimum(world.exposure, planted.saturates_at) / 10
    jumps = stage_jumps(panel.assign(**{outcome: part.ravel()}), [outcome])
    return float(att_at_equal_distance(jumps, outcome).dynamic[TARGET_QUARTER])


def dimension_shares(panel: pd.DataFrame, responses: Responses, outcome: str, seed: int) -> Drivers:
    """Run M7 on a drawn panel with the dimension scores of its answers."""
    import pandas as pd

    from models.analysis.exposures import PERIOD, SCORE_SUFFIX, UNIT, WAVE, dimension_drivers

    keys = pd.DataFrame({UNIT: responses.organizations, WAVE: responses.waves})
    scores = responses.cell_dimensions()
    columns = {name + SCORE_SUFFIX: scores[:, j] for j, name in enumerate(responses.dimensions)}
    whole = panel.merge(keys.assign(**columns), on=[UNIT, WAVE], how="left").sort_values([UNIT, PERIOD])
    return dimension_drivers(whole, outcome, responses.dimensions, n_draws=999, seed=seed)


@cache
def share_targets(spec: WorldSpec, outcome: str) -> tuple[float, ...]:
    """Give each dimension's share of R squared in the population that worlds like this are drawn from."""
    from models.demo.panel import observed_panel

    large = replace(spec, organizations=POPULATION, seed=POPULATION_SEED)
    found = dimension_shares(observed_panel(large), responses_of(large), outcome, seed=0)
    return tuple(driver.share for driver in found.drivers)


def responses_of(spec: WorldSpec) -> Responses:
    """Draw the answers of a world as the analysis reads them."""
    import pandas as pd

    from contracts.instrument import load_instrument
    from models.demo.assessment import draw_answers
    from models.demo.world import draw_world
    from models.responses import read_responses

    world, instrument = draw_world(spec), load_instrument()
    answers = draw_answers(world, instrument)
    # As `assessment_answers` holds them: unanswered items are left out.
    response, item = np.nonzero(answers.levels >= 0)
    frame = pd.DataFrame(
        {
            "response_key": response.astype(str),
            "item_code": np.array([one.code for one in instrument.items])[item],
            "answer_level": answers.levels[response, item],
            "organization_id": world.organizations.organization_id[answers.organization[response]],
            "wave": np.array(world.calendar.waves)[answers.wave[response]],
        }
    )
    return read_responses(frame, instrument)


def with_unmovable(panel: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Add the outcome that nothing moves: the share of each month's tickets whose hashed key is even."""
    from models.effects import LEAD_SUFFIX
    from models.robustness.rows import UNMOVABLE

    tickets = panel["ticket_volume" + LEAD_SUFFIX].to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.nan_to_num(tickets).astype(np.int64)
    even = np.random.default_rng([seed, 7]).binomial(known, 0.5)
    share = np.divide(even, known, out=np.full(len(known), np.nan), where=known > 0)
    return panel.assign(**{UNMOVABLE + LEAD_SUFFIX: share})
