"""A gate that loses or doubles a row falsifies every figure: rows in are rows accepted plus refused."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.canary import example
from contracts.contract import Contract, FrameRule
from contracts.convert import Converted
from contracts.entities import ENTITIES
from contracts.gate import ContractBrokenError, reasons_beside, reasons_by_row, split

TICKETS = ENTITIES["tickets"]
OPPORTUNITIES = ENTITIES["opportunities"]
CROSSWALK = ENTITIES["crosswalk"]

ROW = st.fixed_dictionaries(
    {
        "opportunity_key": st.sampled_from(["a", "b", "c", None]),
        "status": st.sampled_from(["won", "lost", "gone", None]),
        "probability_share": st.sampled_from([0.0, 0.5, 1.0, 10.0, None]),
        "account_key": st.sampled_from(["x", None]),
    }
)


def frame_of(rows: list[dict[str, object]]) -> pd.DataFrame:
    frame = example(OPPORTUNITIES, len(rows)).assign(source_line=range(1, len(rows) + 1))
    for name in ("opportunity_key", "status", "probability_share", "account_key"):
        frame[name] = pd.Series([row[name] for row in rows], dtype="object")
    return OPPORTUNITIES.typed(frame)


@settings(max_examples=15, deadline=None)
@given(st.lists(ROW, max_size=12), st.integers(1, 5), st.randoms(use_true_random=False))
def test_no_row_is_lost_and_the_order_does_not_matter(
    rows: list[dict[str, object]], batch: int, random: object
) -> None:
    frame = frame_of(rows)
    verdict = split(frame, OPPORTUNITIES)
    kept, held = list(verdict.accepted["source_line"]), list(verdict.refused["source_line"])
    assert sorted(kept + held) == list(range(1, len(rows) + 1))
    assert kept == sorted(kept), "accepted rows keep their order"
    assert all(verdict.refused["reasons"].map(bool))
    said = dict(zip(held, verdict.refused["reasons"], strict=True))

    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]  # hypothesis types its Random as object here
    shuffled = split(frame.iloc[order], OPPORTUNITIES, batch_rows=batch)
    again = dict(zip(shuffled.refused["source_line"], shuffled.refused["reasons"], strict=True))
    assert (again, shuffled.counts) == (said, verdict.counts)

    clean = split(verdict.accepted, OPPORTUNITIES)
    assert clean.counts == {}, "what was accepted is accepted again"


def test_all_reasons_of_a_row_at_once_and_counts_by_reason() -> None:
    bad: dict[str, object] = {
        "opportunity_key": "b",
        "status": "gone",
        "probability_share": 9.0,
        "account_key": None,
    }
    good: dict[str, object] = {
        "opportunity_key": "a",
        "status": "won",
        "probability_share": 1.0,
        "account_key": "x",
    }
    verdict = split(frame_of([bad, good]), OPPORTUNITIES)
    assert list(verdict.refused["reasons"]) == [
        ["account_key:required", "probability_share:in_range", "status:known_value"]
    ]
    assert verdict.counts == {
        "account_key:required": 1,
        "probability_share:in_range": 1,
        "status:known_value": 1,
    }


def test_a_repeated_index_does_not_take_good_rows_along() -> None:
    frame = example(TICKETS, 4)
    frame.loc[1, "status"] = "gone"
    frame.index = pd.Index([7, 7, 7, 7])
    verdict = split(frame, TICKETS)
    assert (len(verdict.accepted), len(verdict.refused)) == (3, 1)
    assert list(verdict.accepted.index) == [0, 1, 2]


def test_rows_that_share_a_key_are_all_refused_even_across_batches() -> None:
    frame = example(TICKETS, 5)
    frame.loc[4, "ticket_key"] = frame.loc[0, "ticket_key"]
    verdict = split(frame, TICKETS, batch_rows=2)
    assert verdict.counts == {"ticket_key:unique_key": 2}


def test_a_bad_row_does_not_spoil_the_good_row_with_its_key() -> None:
    frame = example(TICKETS, 2).assign(ticket_key="T1")
    frame.loc[0, "status"] = "gone"
    verdict = split(frame, TICKETS)
    assert verdict.counts == {"status:known_value": 1}
    assert len(verdict.accepted) == 1


def test_overlapping_periods_are_refused_and_adjoining_ones_are_not() -> None:
    frame = example(CROSSWALK, 3).assign(unit_key="B1")
    frame["valid_from"] = pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01"])
    frame["valid_to"] = pd.to_datetime(["2021-01-01", "2022-01-01", None])
    assert split(frame, CROSSWALK).counts == {}
    frame.loc[0, "valid_to"] = pd.Timestamp("2023-01-01")
    assert split(frame, CROSSWALK).counts == {"valid_from:no_overlap": 3}


def test_an_empty_frame_is_accepted_with_its_types() -> None:
    for contract in ENTITIES.values():
        verdict = split(contract.empty(), contract)
        assert (len(verdict.accepted), len(verdict.refused), verdict.counts) == (0, 0, {})
        assert list(verdict.accepted.columns) == list(contract.column_names)


@pytest.mark.parametrize("change", ["lost", "unknown", "untyped"])
def test_a_frame_of_another_shape_is_an_error_that_shows_no_value(change: str) -> None:
    frame = example(TICKETS)
    if change == "lost":
        frame = frame.drop(columns="status")
    elif change == "unknown":
        frame = frame.assign(secret="Jane Doe")
    else:
        frame["reopens"] = pd.Series(["Jane Doe"] * 3, dtype="object")
    with pytest.raises(ContractBrokenError) as caught:
        split(frame, TICKETS)
    assert str(caught.value).startswith("tickets: ")
    assert "Jane" not in str(caught.value)


def test_a_day_beyond_the_clock_of_pandas_is_refused_and_stops_nothing() -> None:
    frame = example(OPPORTUNITIES, 2)
    frame["closed_on"] = pd.Series(["9999-12-31", "2024-05-01"], dtype="datetime64[us]")
    verdict = split(frame, OPPORTUNITIES)
    assert verdict.counts == {"closed_on:in_range": 1}
    assert len(verdict.accepted) == 1


OF_A_ROW = [
    (contract, rule) for contract in ENTITIES.values() for rule in contract.frame_rules if not rule.spans_rows
]


@pytest.mark.parametrize(
    ("contract", "rule"), OF_A_ROW, ids=[f"{c.name}.{r.column}:{r.name}" for c, r in OF_A_ROW]
)
def test_a_row_refused_for_one_column_is_told_what_others_break_together(
    contract: Contract, rule: FrameRule
) -> None:
    bad = rule.corrupt(example(contract, 2)).iloc[:1]
    reads, said = rule.reads(contract.column_names), f"{rule.column}:{rule.name}"
    (elsewhere,) = reasons_beside(bad, contract, [set(contract.column_names) - reads])
    assert said in elsewhere
    for column in reads:
        (echo,) = reasons_beside(bad, contract, [{column}])
        assert said not in echo


@pytest.mark.parametrize(
    ("contract", "rule"), OF_A_ROW, ids=[f"{c.name}.{r.column}:{r.name}" for c, r in OF_A_ROW]
)
def test_a_gap_hides_no_rule_that_does_not_read_it(contract: Contract, rule: FrameRule) -> None:
    bad, said = rule.corrupt(example(contract, 2)).iloc[:1], f"{rule.column}:{rule.name}"
    for column in contract.columns:
        if not column.nullable:
            gap = contract.typed(bad.astype({column.name: "object"}).assign(**{column.name: None}))
            (found,) = reasons_by_row(gap, contract)
            assert f"{column.name}:required" in found
            assert (said in found) or column.name in rule.reads(contract.column_names)


def test_a_ticket_is_told_all_that_is_wrong_with_it_at_once(converted: Callable[..., Converted]) -> None:
    wrong = {"status": "weird", "reopens": "-4", "solved_at": "2020-01-01T00:00:00Z", "priority": "x"}
    (reasons,) = converted("zendesk_ticket_api", wrong).refused["reasons"]
    assert reasons == [
        "priority:known_value",
        "reopens:in_range",
        "solved_at:not_before_created_at",
        "status:known_value",
    ]
    (unread,) = converted("zendesk_ticket_api", {**wrong, "created_at": "soon"}).refused["reasons"]
    assert unread == [
        "created_at:timestamp",
        "priority:known_value",
        "reopens:in_range",
        "status:known_value",
    ]
