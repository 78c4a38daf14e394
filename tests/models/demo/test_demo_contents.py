"""Files that hold what no system writes would prove nothing of the pipeline that reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from contracts.instrument import load_instrument
from models.demo import DemoExports, WorldSpec
from models.demo.assessment import LATER_PRACTICES, draw_answers
from models.demo.dirt_rows import CORRECTED_AT, MERGED_SHARE
from models.demo.settings_text import TOLERATED
from models.demo.world import draw_world
from models.demo.xero import ADVERTISING, MARKETING, _amounts

Read = Callable[[DemoExports, str], pd.DataFrame]


def all_of(demo: DemoExports, read: Read, start: str) -> pd.DataFrame:
    return pd.concat([read(demo, path) for path in sorted(demo.files) if path.startswith(start)])


def test_half_of_the_deals_are_new_business_and_open_ones_lie_in_the_last_four_months(
    default_demo: DemoExports, read: Read
) -> None:
    deals = all_of(default_demo, read, "exports/salesforce/opportunities")
    shares = deals["type"].value_counts(normalize=True)
    assert set(shares.index) == {"New Business", "Existing Business"}
    assert (shares - 0.5).abs().max() < 0.05
    still_open = deals.loc[deals["is_closed"] == "false", "close_date"]
    assert len(still_open)
    months = sorted(
        deals.loc[deals["close_date"].str.match(r"20\d\d-(0[1-9]|1[0-2])-"), "close_date"].str[:7].unique()
    )
    sound = still_open[still_open.str[:7].isin(months)]
    # A deal whose day does not exist is a copy of any.
    assert (sound.str[:7] >= months[-4]).mean() > 0.9


def test_people_who_left_left_after_they_came_and_others_have_no_end(
    default_demo: DemoExports, read: Read
) -> None:
    people = all_of(default_demo, read, "exports/workday/workers")
    active = people["active"] == "true"
    assert 0.1 < active.mean() < 1.0
    assert (people.loc[active, "termination_date"] == "").all()
    gone = people.loc[~active & (people["hire_rescinded"] == "false")]
    assert (gone["termination_date"] >= gone["hire_date"]).all()


def test_few_tickets_are_merged(default_demo: DemoExports, read: Read) -> None:
    tickets = all_of(default_demo, read, "exports/zendesk/tickets")
    merged = tickets["merged_ticket_ids"].str.strip("[]").ne("").mean()
    # In one file of several.
    assert 0 < merged <= MERGED_SHARE == 0.003


def test_tolerated_shares_are_shares_and_small() -> None:
    assert all(0 < share <= 0.05 for share in TOLERATED.values())


def test_consumers_companies_are_on_facebook_more_often_and_sales_use_is_as_planted() -> None:
    world = draw_world(WorldSpec(organizations=2_000, dirty=False))
    instrument = load_instrument()
    answers = draw_answers(world, instrument)
    facebook = answers.channels_true[:, 0, list(instrument.channels).index("facebook")]
    consumer = world.organizations.customer_type == "b2c"
    assert facebook[consumer].mean() - facebook[~consumer].mean() > 0.05
    sales = answers.practices_true[:, 0, list(instrument.practices).index("social_in_sales")]
    mature = world.maturity[:, 0] >= 60
    assert abs(sales[mature].mean() - 0.55) < 0.01
    assert abs(sales[~mature].mean() - 0.30) < 0.01


def test_a_practice_that_came_later_moves_no_other_answer() -> None:
    world, instrument = draw_world(WorldSpec(organizations=40, dirty=False)), load_instrument()
    n = len(instrument.practices) - len(LATER_PRACTICES)
    assert instrument.practices[n:] == LATER_PRACTICES
    before = draw_answers(world, replace(instrument, practice_labels=instrument.practice_labels[:n]))
    now = draw_answers(world, instrument)
    for name in ("organization", "wave", "levels", "channels", "channels_true"):
        np.testing.assert_array_equal(getattr(now, name), getattr(before, name))
    np.testing.assert_array_equal(now.practices[:, :n], before.practices)
    np.testing.assert_array_equal(now.practices_true[..., :n], before.practices_true)


def test_a_year_has_one_season_with_its_height_in_december() -> None:
    world = draw_world(WorldSpec(world="null", organizations=800, dirty=False))
    month = world.calendar.month_of_year
    by_month = np.array([world.log_revenue[:, month == m].mean() for m in range(1, 13)])
    wave = np.cos(2 * np.pi * (np.arange(1, 13) - 12) / 12)
    slope = wave @ (by_month - by_month.mean()) / (wave @ wave)
    assert abs(slope - 0.06) < 0.005
    assert int(by_month.argmax()) in (10, 11, 0)


def test_each_month_has_either_advertising_or_marketing() -> None:
    world = draw_world(WorldSpec(organizations=20, dirty=False))
    amounts = _amounts(np.random.default_rng(1), world)
    spent = amounts[:, [ADVERTISING, MARKETING]] != 0
    assert (spent.sum(axis=1) == 1).all()
    assert spent.mean(axis=0).tolist() == [0.5, 0.5]
    assert (amounts.sum(axis=1) == 0).all()


def test_half_of_the_corrected_ratings_had_not_been_rated_yet(default_demo: DemoExports, read: Read) -> None:
    tickets = all_of(default_demo, read, "exports/zendesk/tickets")
    corrected = set(tickets.loc[tickets["updated_at"] == CORRECTED_AT, "id"])
    first = tickets[tickets["id"].isin(corrected) & (tickets["updated_at"] != CORRECTED_AT)]
    assert len(first) > 20
    assert abs((first["satisfaction_rating_score"] == "offered").mean() - 0.5) < 0.05
