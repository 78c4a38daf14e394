"""Stages carry numbers in each installation: a word that was declared must beat the profile's own cases."""

from __future__ import annotations

import pandas as pd

from contracts.convert import Converted, convert
from contracts.manner import Manner
from contracts.profile import load_profiles
from tests.contracts.conftest import text_rows

Words = dict[str, dict[str, str]]

DEAL = {
    "company_id": "c1",
    "is_deleted": "false",
    "property_amount": "10",
    "property_closedate": "2024-05-01T10:00:00Z",
    "property_createdate": "2024-04-01T10:00:00Z",
}


def deals(words: Words, *rows: dict[str, str]) -> Converted:
    cells = [{"deal_id": str(place), **DEAL, **row} for place, row in enumerate(rows)]
    frame = pd.DataFrame(cells, dtype="str")
    lines = [*range(2, len(rows) + 2)]
    frame = frame.assign(delivery_id="d", source_line=lines).astype({"delivery_id": "str"})
    manner = Manner("en", "UTC", currency="EUR", values=words)
    return convert(frame, load_profiles()["hubspot_deal_api"], manner=manner)


def statuses(result: Converted) -> list[str | None]:
    return (
        result.frames["opportunities"]["status"]
        .astype("object")
        .where(lambda said: said.notna(), None)
        .tolist()
    )


def held(result: Converted) -> dict[int, list[str]]:
    return dict(zip(result.refused["source_line"], map(list, result.refused["reasons"]), strict=True))


def test_a_declared_stage_says_what_no_case_knows() -> None:
    stages = [{"deal_pipeline_stage_id": stage} for stage in ("1166928", "CLOSEDWON", "1166929")]
    result = deals({"status": {"1166928": "lost"}}, *stages)
    assert statuses(result) == ["lost", "won"]
    assert held(result) == {4: ["status:known_value"]}


def test_a_declared_stage_beats_the_cases() -> None:
    won = {"deal_pipeline_stage_id": "closedwon", "property_hs_is_closed_won": "true"}
    assert statuses(deals({"status": {"ClosedWon": "open"}}, won)) == ["open"]


def test_a_declared_word_that_means_nothing_is_refused() -> None:
    result = deals({"status": {"77": "gewonnen"}}, {"deal_pipeline_stage_id": "77"})
    assert held(result) == {2: ["status:known_value"]}


def test_the_one_column_of_the_cases_is_the_one_that_is_declared() -> None:
    rows = text_rows("zendesk_ticket_api", {"via_channel": "our_forum"}, {"via_channel": "twitter"})
    words = {"is_social_channel": {"our_forum": "yes", "twitter": "no"}}
    manner = Manner("en", "UTC", currency="EUR", values=words)
    made = convert(rows, load_profiles()["zendesk_ticket_api"], manner=manner).frames["tickets"]
    assert made["is_social_channel"].tolist() == [True, False]


def test_words_that_several_columns_would_take_are_told_and_not_used() -> None:
    rows = text_rows("salesforce_opportunity_api", {})
    manner = Manner("en", "UTC", currency="EUR", values={"status": {"closed won": "lost"}})
    result = convert(rows, load_profiles()["salesforce_opportunity_api"], manner=manner)
    assert statuses(result) == ["won"]
    assert any("words declared for status" in warning for warning in result.warnings)
