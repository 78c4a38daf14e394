"""If these fail, two records become one, or one two (exports.md N65 to N71)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Drop

FILE = "exports/zendesk/tickets.csv"


def test_n65_ids_that_differ_in_case_are_two(drop: Drop) -> None:
    header = (
        "id,account_id,amount,close_date,created_date,is_closed,is_deleted,is_won,probability,"
        "stage_name,type,lead_source\n"
    )
    row = "001000000000001AAA,10.00,2024-01-01,2024-01-01T00:00:00Z,true,false,true,100,Won,New,Web\n"
    text = header + "".join(f"{key},{row}" for key in ("006D000000AbcDe", "006D000000aBcDe"))
    outcome = drop.take(text, "exports/salesforce/opportunities.csv")
    keys = list(outcome.entity("opportunities")["opportunity_key"])
    assert sorted(keys) == ["006D000000AbcDeIAJ", "006D000000aBcDeIAK"]
    assert len({key.lower() for key in keys}) == 2


def test_n66_a_deleted_record_is_kept_and_marked(drop: Drop) -> None:
    outcome = drop.take(drop.text_of([drop.ticket(1, status="deleted"), drop.ticket(2)]))
    deleted = outcome.entity("tickets").set_index("ticket_key")["is_deleted"]
    assert bool(deleted["1"])
    assert not bool(deleted["2"])


def test_n66_a_key_that_vanished_from_a_full_snapshot_no_longer_counts(drop: Drop) -> None:
    drop.declare(pattern="zendesk/*", is_full_snapshot=True)
    drop.take(drop.text_of([drop.ticket(1), drop.ticket(2)]), "exports/zendesk/2024-05.csv")
    outcome = drop.take(drop.text_of([drop.ticket(2)]), "exports/zendesk/2024-06.csv")
    assert list(outcome.entity("tickets")["ticket_key"]) == ["2"]


def test_n66_without_that_declaration_it_stays(drop: Drop) -> None:
    drop.take(drop.text_of([drop.ticket(1), drop.ticket(2)]), "exports/zendesk/2024-05.csv")
    outcome = drop.take(drop.text_of([drop.ticket(2)]), "exports/zendesk/2024-06.csv")
    assert sorted(outcome.entity("tickets")["ticket_key"]) == ["1", "2"]


def test_n67_a_merged_ticket_names_its_survivor(drop: Drop) -> None:
    rows = [drop.ticket(1, merged_ticket_ids="[2]"), drop.ticket(2)]
    merged = drop.take(drop.text_of(rows)).entity("tickets").set_index("ticket_key")["merged_into_key"]
    assert merged["2"] == "1"


def test_n68_the_latest_version_counts_whatever_came_last(drop: Drop) -> None:
    new = drop.ticket(1, status="closed", updated_at="2024-06-01T00:00:00Z")
    drop.take(drop.text_of([new]), "exports/zendesk/a.csv")
    outcome = drop.take(drop.text_of([drop.ticket(1), drop.ticket(2)]), "exports/zendesk/b.csv")
    assert list(outcome.entity("tickets")["status"]) == ["closed", "solved"]
    assert outcome.line("exports/zendesk/b.csv")["superseded"] == 1


def test_n68_the_same_bytes_again_change_nothing(drop: Drop) -> None:
    text = drop.text_of([drop.ticket(1), drop.ticket(2)])
    before = drop.take(text).entity("tickets")
    outcome = drop.take(text, "exports/zendesk/again.csv")
    assert outcome.entity("tickets").equals(before)
    assert outcome.line("exports/zendesk/again.csv")["duplicate"] == 2


def test_n69_a_late_correction_restates_and_is_told(drop: Drop) -> None:
    drop.take(drop.text_of([drop.ticket(1)]), "exports/zendesk/a.csv")
    late = drop.ticket(1, satisfaction_rating_score="bad", updated_at="2024-09-01T00:00:00Z")
    outcome = drop.take(drop.text_of([late]), "exports/zendesk/b.csv")
    assert list(outcome.entity("tickets")["satisfaction"]) == ["bad"]
    assert (outcome.home / "accepted" / "restated.parquet").exists()


def test_n71_columns_that_come_go_or_move_are_named(drop: Drop) -> None:
    drop.take(drop.text_of([drop.ticket(1, reopens="0")]), "exports/zendesk/a.csv")
    outcome = drop.take(drop.text_of([drop.ticket(2, custom_field="x")]), "exports/zendesk/b.csv")
    said = outcome.said("exports/zendesk/b.csv")
    assert "custom_field" in said
    assert "reopens" in said
    assert sorted(outcome.entity("tickets")["ticket_key"]) == ["1", "2"]
