"""Money, tickets or persons could be lost or doubled between file and mart; here they are counted again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from contracts.entities import ENTITIES
from orchestration.ingest.gate.accepted import read_entity
from tests.pipeline import delivered
from tests.pipeline.delivered import SEEDS, World

KEY = ["organization_id", "period"]
FATES = ["accepted", "quarantined", "duplicate", "superseded"]
FOREVER = date(2999, 12, 31)
DAY = timedelta(days=1)


@pytest.fixture(params=SEEDS)
def world(request: pytest.FixtureRequest, worlds: dict[int, World]) -> World:
    return worlds[request.param]


def accepted(home: Path, entity: str) -> pd.DataFrame:
    return read_entity(home / "accepted", ENTITIES[entity])


def months(world: World) -> pd.DataFrame:
    frame = delivered.frame(world.home, "select * from marts.fct_organization_month order by all")
    return frame.assign(period=frame["period"].dt.date)


def month_of(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days).dt.to_period("M").dt.start_time.dt.date


def test_every_delivered_row_has_one_fate(world: World) -> None:
    ledger = delivered.ledger(world.home)
    assert ledger["quarantined"].sum() > 0, "the world is meant to be dirty"
    assert (ledger["delivered"] == ledger[FATES].sum(axis=1)).all()
    for path, content in world.exports.files.items():
        assert ledger.at[path, "delivered"] == len(delivered.read(path, content).rows), path


def test_revenue_is_that_of_the_mapped_lines(world: World) -> None:
    lines = accepted(world.home, "ledger_lines")
    lines = lines[(lines["currency"] == "EUR") & lines["organization_id"].notna()]
    lines = lines.assign(period=month_of(lines["posted_on"]))
    posted = lines[lines["account_class"] == "revenue"].groupby(KEY)["amount"].sum()
    found = months(world).set_index(KEY)["revenue_numerator"].dropna()
    assert len(found) > 20
    assert {key: Decimal(str(value)) for key, value in found.items()} == posted.to_dict()


def test_every_accepted_ticket_is_counted_once_or_set_aside(world: World) -> None:
    tickets = accepted(world.home, "tickets")
    gone = tickets["is_deleted"] | tickets["merged_into_key"].notna()
    is_counted = ~gone & tickets["organization_id"].notna()
    assert gone.any()
    assert (~is_counted & ~gone).any(), "some are unmapped"
    expected = tickets[is_counted].assign(period=month_of(tickets["created_at"])).groupby(KEY).size()
    found = months(world).set_index(KEY)["ticket_volume_numerator"].dropna().astype(int)
    assert found.to_dict() == expected.to_dict()
    ledger = delivered.ledger(world.home)
    assert ledger.loc[ledger["source_system"] == "zendesk", "accepted"].sum() == len(tickets)


def employed(spells: pd.DataFrame) -> Iterator[tuple[str, str, date, date]]:
    """Organisation, person, first and last day of every employment that counts."""
    own = spells[spells["organization_id"].notna() & (spells["worker_type"] != "contingent")]
    for row in own.itertuples():
        ended = FOREVER if pd.isna(row.ended_on) else pd.Timestamp(row.ended_on).date()
        yield str(row.organization_id), str(row.person_key), pd.Timestamp(row.started_on).date(), ended


def test_headcount_rolls_forward(world: World) -> None:
    """Opening + joiners - leavers = closing, everyone looked up by the day; attrition counts who left."""
    spells = list(employed(accepted(world.home, "employment_spells")))
    found = months(world).set_index(KEY)
    known = found["headcount_numerator"].dropna()
    assert len(known) > 20

    def there(organization: str, day: date) -> set[str]:
        return {who for unit, who, first, last in spells if unit == organization and first <= day <= last}

    for (organization, period), closing in known.items():
        before, end = period - DAY, (pd.Timestamp(period) + pd.offsets.MonthEnd(0)).date()
        opening, now = there(organization, before), there(organization, end)
        assert len(opening) + len(now - opening) - len(opening - now) == closing, (organization, period)
        left = {
            who
            for unit, who, _, last in spells
            if unit == organization and period <= last <= end and who not in there(organization, last + DAY)
        }
        row = found.loc[(organization, period)]
        assert row["attrition_numerator"] == len(left), (organization, period)
        assert row["attrition_denominator"] == (len(opening) + len(now)) / 2, (organization, period)


def test_coverage_holds_every_accepted_row(world: World) -> None:
    coverage = delivered.frame(world.home, "select * from marts.fct_join_coverage")
    for entity, part in coverage.groupby("entity"):
        rows = accepted(world.home, str(entity))
        assert part["n_rows"].sum() == len(rows), entity
        assert (part["n_mapped"] + part["n_unmapped"] == part["n_rows"]).all()
    totals = (
        "select currency, sum(amount) as amount, sum(reported_amount_mapped) as own "
        "from marts.fct_join_coverage where entity = 'ledger_lines' group by currency"
    )
    found = delivered.frame(world.home, totals).set_index("currency")
    lines = accepted(world.home, "ledger_lines")
    by_currency = lines.groupby("currency")["amount"].sum()
    assert {name: Decimal(str(value)) for name, value in found["amount"].items()} == by_currency.to_dict()
    assert Decimal(str(found["own"].sum())) == lines[lines["organization_id"].notna()]["amount"].sum()
