"""Harm prevented: a guess of a draft that is wrong stands there as if it were known."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.profile import parse_profile
from orchestration.ingest.tell.samples import read_sample
from orchestration.ingest.tell.suggest import draft
from tests.orchestration.ingest.drafts import drafted
from tests.our_desk import DEFAULTS, our_desk


@pytest.mark.parametrize(
    ("name", "text", "reads", "doubt"),
    [
        ("Resolution time", "10800", None, "CHECK: minutes, as the name says no unit"),
        ("Resolution time (min)", "10800", None, ""),
        ("Resolution time", "1:30", "hm", "CHECK: hours and minutes"),
        ("Resolution time", "1:30:00", "hms", ""),
    ],
)
def test_a_duration_without_a_unit_is_a_guess(
    tmp_path: Path, name: str, text: str, reads: str | None, doubt: str
) -> None:
    path = tmp_path / "desk.csv"
    path.write_text(f"Ticket,Opened,State,{name}\nT1,2024-05-13,open,{text}\nT2,2024-05-13,open,{text}\n")
    made, profile = drafted(path)
    assert profile.columns["resolution_minutes"].duration == reads
    (line,) = (line for line in made.text.splitlines() if line.startswith("  resolution_minutes:"))
    assert doubt in line
    assert ("CHECK" in line) == bool(doubt)


@pytest.mark.parametrize(
    ("name", "texts", "percent", "is_doubtful"),
    [
        ("FTE %", ["100", "80"], True, False),
        ("FTE %", ["1", "0.8"], True, True),
        ("FTE", ["100%", "0.8"], "sign", False),
        ("FTE", ["100", "80"], True, True),
        ("FTE", ["1", "0.8"], False, False),
    ],
)
def test_a_share_is_a_percentage_where_its_name_or_its_size_says_so(
    tmp_path: Path, name: str, texts: list[str], percent: bool | str, is_doubtful: bool
) -> None:
    path = tmp_path / "people.csv"
    rows = "".join(f"{n},2024-05-13,{text}\n" for n, text in enumerate(texts))
    path.write_text(f"Employee ID,Hire date,{name}\n{rows}")
    made, profile = drafted(path)
    assert profile.columns["fte_share"].percent == percent
    assert ("CHECK: 45 is 0.45" in made.text) == is_doubtful


def test_words_that_another_profile_lends_are_guesses_and_contested_ones_are_not_lent(tmp_path: Path) -> None:
    path = tmp_path / "desk.csv"
    path.write_text("Ticket,Opened,State,Rating\nT1,2024-05-13,Open,Fine\nT2,2024-05-13,Open,Poor\n")
    (sample,) = read_sample(path)
    lenders = {
        name: parse_profile(
            our_desk(
                "Ticket, Opened, State, Rating",
                **DEFAULTS,
                satisfaction=f"{{from: Rating, values: {values}}}",
            ),
            name,
        )
        for name, values in (("one", "{fine: good, poor: bad}"), ("two", "{poor: good}"))
    }
    made = draft(sample, path.stem, lenders).text
    assert "values: {Fine: good}}  # text, all differ; CHECK: as our_desk reads Fine" in made
    assert "# CHECK satisfaction: map Poor (1)" in made
    assert "status: {from: State, values: {Open: open}}  # text, 1 different\n" in made


def test_what_an_expression_reads_is_no_name_of_its_column(tmp_path: Path) -> None:
    path = tmp_path / "desk.csv"
    path.write_text("Ticket,Opened,State,Tags\nT1,2024-05-13,open,a b\nT2,2024-05-13,open,c\n")
    assert "merged_into_key" not in drafted(path)[1].columns


def test_keys_keep_their_capitals_whatever_other_profiles_do(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    rows = "Ab1,X,2024-05-13,Won,1.50\naB1,X,2024-05-13,Won,1.50\n"
    path.write_text(f"Deal ID,Account,Close date,Stage,Amount (EUR)\n{rows}")
    profile = drafted(path, "opportunities")[1]
    assert not profile.columns["opportunity_key"].lower_case
    assert not profile.columns["account_key"].lower_case
    assert profile.columns["amount"].sources == ("Amount (EUR)",)


def test_debit_less_credit_turns_its_sign_by_class_and_classes_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(
        "Entry,Posting date,Account,Debit,Credit\nJ1,2024-05-13,8000,,10.50\nJ1,2024-05-13,1300,10.50,\n"
    )
    made, profile = drafted(path)
    amount = profile.columns["amount"]
    assert amount.minus == "Credit"
    assert amount.sign is not None
    assert (amount.sign.column, amount.sign.negate) == ("account_class", ["revenue", "other_income"])
    assert profile.columns["account_class"].account_ranges
    assert "account_class: {from: Account, account_ranges: true}  # CHECK" in made.text
    path.write_text("Entry,Posting date,Account,Amount\nJ1,2024-05-13,8000,10.50\nJ2,2024-05-13,8000,10.50\n")
    made, profile = drafted(path)
    assert profile.columns["amount"].sign is None
    assert "CHECK: revenue is positive here; else say sign or sign_from" in made.text


@pytest.mark.parametrize(
    ("name", "parts"), [("amount_cents", 100), ("Total (micros)", 1_000_000), ("Total", None)]
)
def test_amounts_in_parts_of_the_currency_are_divided(tmp_path: Path, name: str, parts: int | None) -> None:
    path = tmp_path / "invoices.csv"
    path.write_text(f"Invoice,Invoice date,{name}\nR1,2024-05-01,1000\nR2,2024-05-01,2000\n")
    made, profile = drafted(path, "invoices")
    assert profile.columns["amount"].sources == (name,)
    assert profile.columns["amount"].divide_by == parts
    assert ("CHECK: as the name says" in made.text) == (parts is not None)


def test_a_cost_that_may_be_empty_has_a_currency(tmp_path: Path) -> None:
    path = tmp_path / "hires.csv"
    path.write_text(
        "Requisition,Candidate,Offer accepted,Hiring cost\nR1,C1,2024-05-01,950\nR2,C2,2024-05-02,950\n"
    )
    made, profile = drafted(path, "hires")
    assert profile.columns["currency"].default_setting == "default_currency"
    assert "# CHECK: the file names none" in made.text
    path.write_text("Requisition,Candidate,Offer accepted\nR1,C1,2024-05-01\nR2,C2,2024-05-02\n")
    assert "currency" not in drafted(path, "hires")[1].columns


def test_a_column_that_is_named_right_and_holds_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "desk.csv"
    path.write_text("Ticket,Created at,State,Closed\nT1,Monday,open,x\nT2,Tuesday,open,y\n")
    text = drafted(path)[0].text
    assert "# CHECK created_at: Created at is named like it, but its first rows are no timestamp." in text
    assert "# CHECK solved_at: Closed is named like it, but its first rows are no timestamp." in text


@pytest.mark.parametrize("day", ["May 13, 2024 03:10 PM", "13 May 2024"])
def test_days_with_the_name_of_a_month_are_days(tmp_path: Path, day: str) -> None:
    path = tmp_path / "desk.csv"
    path.write_text(f'Ticket,Created at,State\nT1,"{day}",open\nT2,"{day}",open\n')
    made, profile = drafted(path)
    assert profile.columns["created_at"].sources == ("Created at",)
    assert "date_order" not in made.text


def test_a_word_of_a_list_is_no_column_in_which_all_rows_differ(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    rows = "".join(f"S{n},9,2024-05-13\n" for n in range(40))
    path.write_text(f"Survey ID,Score,Submitted\n{rows}")
    made, profile = drafted(path, "survey_responses")
    assert profile.columns["response_key"].sources == ("Survey ID",)
    assert "response_key: {from: Survey ID}  # CHECK: no name is known, but its rows all differ" in made.text
    assert "# CHECK survey_type: Survey ID is named like it, but its first rows are 40 words." in made.text


def test_a_moment_that_may_not_be_kept_is_no_version(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Application,Applied,Gender,Updated\nA1,2024-05-13,x,2024-05-14\nA2,2024-05-13,x,2024-05-14\n"
    )
    assert drafted(path, "applications")[1].version_columns == ()
    assert drafted(path, "hires")[1].version_columns == ("Updated",)


def test_an_assessment_says_whose_it_is_in_five_languages_or_asks(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    rows = "r1,13/05/2024,Noord,3,4,0\nr2,13/05/2024,Noord,3,4,0\n"
    path.write_text(f"Respondent,Ingevuld op,Organisatie,LS1,LS2,LS3\n{rows}")
    profile = drafted(path)[1]
    assert profile.unit is not None
    assert (profile.unit.source, profile.date_order) == ("Organisatie", "dmy")
    path.write_text(f"Respondent,Ingevuld op,Kleur,LS1,LS2,LS3\n{rows}")
    assert "# CHECK unit: no column says whose row it is" in drafted(path)[0].text


def test_an_empty_currency_and_internal_names_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "invoices.csv"
    path.write_text(
        "invoice_number,invoice_date,total,currency\nR1,2024-05-01,1.250,\nR2,2024-05-01,10,EUR\n"
    )
    made, profile = drafted(path, "invoices")
    assert profile.columns["currency"].default_setting == "default_currency"
    assert "shape: api  # CHECK" in made.text
