"""Harm prevented: a vendor renames or retypes a column and the KPI built on it turns empty without a word."""

from orchestration.ingest.land.headers import Difference, HeaderPrint, differences, kind_of_texts, verdict
from orchestration.settings import HeaderChanges

BEFORE = HeaderPrint(
    ("id", "Amount", "Created", "Status"), {"id": "integer", "Amount": "decimal", "Created": "time"}
)


def test_n71_changes_are_told_apart() -> None:
    now = HeaderPrint(
        ("id", "Status", "Created at", "Bedrag", "Extra"),
        {"id": "text", "Created at": "time", "Bedrag": "decimal"},
    )
    assert differences(BEFORE, now) == [
        Difference("added", "Bedrag"),
        Difference("added", "Extra"),
        Difference("missing", "Amount"),
        Difference("renamed", "Created at", "Created"),
        Difference("retyped", "id", "integer, now text"),
    ]


def test_a_column_at_the_same_place_with_the_same_kind_is_renamed() -> None:
    now = HeaderPrint(("id", "Bedrag", "Created", "Status"), {"id": "integer", "Bedrag": "decimal"})
    assert differences(BEFORE, now) == [Difference("renamed", "Bedrag", "Amount")]


def test_another_order_and_close_kinds_are_no_change() -> None:
    now = HeaderPrint(
        ("Status", "Created", "Amount", "id"), {"id": "integer", "Amount": "integer", "Created": "empty"}
    )
    assert differences(BEFORE, now) == []


def test_the_policy_of_each_kind_counts() -> None:
    found = [
        Difference("added", "a"),
        Difference("missing", "b"),
        Difference("retyped", "c", "date, now text"),
    ]
    warned, refused = verdict(found, HeaderChanges(missing="refuse"))
    assert warned == ["columns retyped since the delivery before: c (was date, now text)"]
    assert refused == ["columns missing since the delivery before: b"]


def test_kinds_are_coarse_and_mixed_is_text() -> None:
    assert kind_of_texts(["", " "]) == "empty"
    assert kind_of_texts(["1", "20", ""]) == "integer"
    assert kind_of_texts(["1", "2,5", "(1.234,00)", "€ 3"]) == "decimal"
    assert kind_of_texts(["2024-01-02", "3/4/24", "25/Feb/26"]) == "date"
    assert kind_of_texts(["13.05.2024", "1.5.24", "2024.05.13"]) == "date"
    assert kind_of_texts(["1.234.567", "12.345"]) == "decimal"
    assert kind_of_texts(["2024-01-02 03:04:05Z", "03:04", "2024-01-02"]) == "time"
    assert kind_of_texts(["true", "No"]) == "boolean"
    assert kind_of_texts(["1", "x"]) == "text"
