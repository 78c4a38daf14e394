"""A day in the wrong order is a figure in a wrong month that nobody sees: forms are declared or proven."""

from __future__ import annotations

from typing import Any

import pytest
from one_column import PLAIN, converted, profile_of, read

from contracts.column_map import ColumnMap
from contracts.date_forms import proven_order
from contracts.manner import Manner
from contracts.month_names import with_month_numbers

DAY, TIME = "marketing_spend.spent_on", "tickets.created_at"
LATE = "employment_spells.ended_on"
EITHER, NO_DAY, NO_TIME = "spent_on:ambiguous_date", "spent_on:date", "created_at:timestamp"
PERIOD = {"row": 1, "first": 2, "last": 3}


def test_a_day_beyond_twelve_proves_the_order_of_the_whole_file() -> None:
    assert read(DAY, {}, ["03/04/2024", "31/12/2024"]) == ["2024-04-03", "2024-12-31"]
    assert read(DAY, {}, ["03/04/2024", "12/31/2024"]) == ["2024-03-04", "2024-12-31"]
    assert proven_order(["3-4-2024 10:00", "13.4.2024"]) == "dmy"


def test_what_a_file_does_not_prove_is_refused() -> None:
    assert read(DAY, {}, ["03/04/2024", "2024-05-31"]) == [EITHER, "2024-05-31"]
    assert read(DAY, {}, ["31/12/2024", "12/31/2024", "03/04/2024"]) == [EITHER] * 3
    assert proven_order(["31/12/2024", "12/31/2024"]) is None
    assert proven_order(["99/04/2024", "2024-05-31", "", "soon"]) is None


def test_what_was_proven_is_told() -> None:
    result = converted(profile_of("marketing_spend", {"spent_on": {"from": "a"}}), [{"a": "31/12/2024"}])
    assert "the day comes first; declare date_order: dmy" in " ".join(result.warnings)


def test_a_part_of_a_file_proves_nothing_for_itself() -> None:
    part = Manner(locale=None, is_proven=True)
    assert read(DAY, {}, ["03/04/2024", "31/12/2024"], part) == [EITHER, EITHER]


def test_every_column_of_the_file_takes_part_in_the_proof() -> None:
    columns = {"spent_on": {"from": "a"}}
    profile = profile_of(
        "marketing_spend",
        columns,
        version_columns=["changed"],
        signature={"required": ["a"], "optional": ["changed"]},
    )
    result = converted(profile, [{"a": "03/04/2024", "changed": "25/04/2024 10:00"}])
    assert list(result.frames["marketing_spend"]["spent_on"].dt.month) == [4]


@pytest.mark.parametrize(
    ("manner", "day"),
    [
        (Manner("nl"), "2024-04-03"),
        (Manner("en_GB"), "2024-04-03"),
        (Manner("en_US"), "2024-03-04"),
        (Manner("nl", date_order="mdy"), "2024-03-04"),
        (Manner(None, date_order="dmy"), "2024-04-03"),
    ],
)
def test_a_declared_order_counts_and_the_file_is_not_asked(manner: Manner, day: str) -> None:
    other = "31/12/2024" if day == "2024-03-04" else "12/31/2024"
    assert read(DAY, {}, ["03/04/2024", other], manner) == [day, NO_DAY]


@pytest.mark.parametrize("text", ["3/4/24", "2024-02-30", "08//01/2019", "1.2024", "31/12/2024x", "20240531"])
def test_what_is_no_day_in_a_known_form_is_refused(text: str) -> None:
    assert read(DAY, {}, [text], Manner("nl")) == [NO_DAY]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("31-May-2024", "en"),
        ("May 31, 2024", "en"),
        ("31 mei 2024", "nl"),
        ("31. Mai 2024", "de"),
        ("31 mai 2024", "fr"),
        ("31 de mayo de 2024", "es"),
        ("2024/05/31", "en"),
        ("2024.5.31", "nl"),
    ],
)
def test_a_day_with_one_meaning_needs_no_declaration(text: str, language: str) -> None:
    assert read(DAY, {}, [text], Manner(language)) == ["2024-05-31"]


def test_names_of_months_of_another_language_are_not_guessed() -> None:
    assert read(DAY, {}, ["31 mei 2024"], Manner("de")) == [NO_DAY]
    assert with_month_numbers("10/nov/25 3:51 PM", "es") == "10/11/25 3:51 PM"


@pytest.mark.parametrize(
    ("reads", "text", "day", "wrong"),
    [
        ("yyyymmdd", "20240531", "2024-05-31", "20241301"),
        ("excel_serial", "42167", "2015-06-12", "421670"),
        ("excel_serial_1904", "40705", "2015-06-12", "4070"),
        (["excel_serial", "local"], "42167", "2015-06-12", "421"),
    ],
)
def test_digits_are_a_day_only_where_declared(reads: Any, text: str, day: str, wrong: str) -> None:
    assert read(DAY, {"reads": reads}, [text, wrong, "2015-06-12"], Manner("nl")) == [
        day,
        NO_DAY,
        "2015-06-12",
    ]
    assert read(DAY, {}, [text], Manner("nl")) == [NO_DAY]


def test_a_declared_form_replaces_the_local_one() -> None:
    assert read(DAY, {"reads": "yyyymmdd"}, ["31/12/2024"], Manner("nl")) == [NO_DAY]
    mixed = {"reads": ["excel_serial", "local"]}
    assert read(DAY, mixed, ["31/12/2024", "42167"], Manner("nl")) == ["2024-12-31", "2015-06-12"]


def test_a_day_without_a_year_takes_it_from_the_period_of_the_file() -> None:
    form = {"reads": "ddmm", "period_in_preamble": PERIOD}
    winter = Manner("de", preamble=[["EXTF", "20231101", "20240229"]])
    assert read(DAY, form, ["3112", "101", "0103"], winter) == ["2023-12-31", "2024-01-01", NO_DAY]
    longer = Manner("de", preamble=[["EXTF", "20230101", "20241231"]])
    assert read(DAY, form, ["3112"], longer) == [NO_DAY], "two years hold that day"
    assert read(DAY, form, ["3112"], Manner("de")) == [NO_DAY], "nobody says which year"


@pytest.mark.parametrize(
    ("pattern", "text", "day", "wrong"),
    [
        ("%d-%b-%y", "09-Mar-11", "2011-03-09", "09-Mar-2011x"),
        ("%m/%d/%y", "02/23/26", "2026-02-23", "23/02/26"),
        ("%d.%m.%Y", "31.05.2024", "2024-05-31", "05.31.2024"),
    ],
)
def test_two_digit_years_need_a_format(pattern: str, text: str, day: str, wrong: str) -> None:
    assert read(DAY, {"format": pattern}, [text, wrong]) == [day, NO_DAY]


def test_two_formats_that_disagree_refuse_the_text() -> None:
    both = {"format": ["%d/%m/%y", "%m/%d/%y"]}
    assert read(DAY, both, ["03/04/24", "31/12/24"]) == [EITHER, "2024-12-31"]


def test_open_ends_are_no_day_only_where_there_may_be_none() -> None:
    open_ends = ["9999-12-31", "0000-00-00", "31-12-9999", ""]
    assert read(LATE, {}, open_ends) == [None] * 4
    assert read(LATE, {"reads": "yyyymmdd"}, ["99991231", "00000000"]) == [None, None]
    assert read(DAY, {}, ["0000-00-00"]) == [NO_DAY]


def test_a_time_is_a_day_only_where_declared() -> None:
    times = ["2024-05-31 22:30:00Z", "2024-05-31 22:30", "2024-05-31 25:00", "2024-05-31"]
    zone = Manner("nl", "Europe/Amsterdam")
    days = ["2024-06-01", "2024-05-31", NO_DAY, "2024-05-31"]
    assert read(DAY, {"reads": "day_of_time"}, times, zone) == days
    assert read(DAY, {}, times[:2], zone) == [NO_DAY] * 2


def test_a_day_is_a_time_only_where_declared() -> None:
    zone = Manner("nl", "Europe/Amsterdam")
    assert read(TIME, {"reads": "start_of_day"}, ["31-05-2024"], zone) == ["2024-05-30 22:00:00"]
    assert read(TIME, {}, ["31-05-2024"], zone) == [NO_TIME]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("05/11/2020 4:52:50 PM", "2020-05-11 16:52:50"),
        ("5/11/2020 12:05 AM", "2020-05-11 00:05:00"),
        ("5/11/2020, 12:05 p.m.", "2020-05-11 12:05:00"),
        ("2020-05-11T16:52:50.000+0000", "2020-05-11 16:52:50"),
        ("2020-05-11 16:52:50.638 UTC", "2020-05-11 16:52:50.638000"),
        ("2020-01-15 0:03:02", "2020-01-15 00:03:02"),
        ("2020-05-11 18:52 +02:00", "2020-05-11 16:52:00"),
        ("5/11/2020 13:05 PM", NO_TIME),
        ("5/11/2020 0:05 AM", NO_TIME),
    ],
)
def test_clocks_of_twelve_hours_and_offsets(text: str, time: str) -> None:
    assert read(TIME, {}, [text], Manner("en_US")) == [time]


@pytest.mark.parametrize(
    ("reads", "text", "time"),
    [
        ("epoch_seconds", "1589216000", "2020-05-11 16:53:20"),
        ("epoch_millis", "1589216000123", "2020-05-11 16:53:20.123000"),
        ("epoch_millis", "/Date(1589216000123)/", "2020-05-11 16:53:20.123000"),
        ("epoch_seconds", "1589216000123", NO_TIME),
        ("epoch_millis", "1589216000", NO_TIME),
        ("excel_serial", "42167.5", "2015-06-12 12:00:00"),
    ],
)
def test_counted_times_are_read_as_declared(reads: str, text: str, time: str) -> None:
    assert read(TIME, {"reads": reads}, [text]) == [time]


def test_times_with_a_format_and_localised_months() -> None:
    jira = {"format": "%d/%b/%y %I:%M %p"}
    assert read(TIME, jira, ["25/Feb/26 3:51 PM", "25/02/26"], PLAIN) == ["2026-02-25 15:51:00", NO_TIME]
    assert read(TIME, jira, ["10/nov/25 3:51 PM"], Manner("es")) == ["2025-11-10 15:51:00"]


@pytest.mark.parametrize(
    "declared",
    [
        {"format": "%d/%m"},
        {"format": "%x"},
        {"reads": "ddmm"},
        {"reads": ["excel_serial", "excel_serial_1904"]},
    ],
)
def test_a_form_that_cannot_tell_the_day_is_refused_in_the_profile(declared: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"year|not read|1904"):
        ColumnMap.model_validate({"from": "a", **declared})


@pytest.mark.parametrize("zone", ["", "Z"])
def test_a_time_says_the_same_whatever_times_stand_beside_it(zone: str) -> None:
    times = [f"9999-12-31T23:59:59.9999999{zone}", f"2024-05-01T10:00:00.1234567{zone}"]
    alone = [value for time in times for value in read(TIME, {}, [time])]
    assert read(TIME, {}, times) == alone
    assert NO_TIME not in alone


@pytest.mark.parametrize(
    ("form", "text", "order"),
    [
        ("%b %d, %Y %I:%M %p", "Jan 03, 2024 03:10 PM", None),
        ("%d %B %Y %H:%M", "3 January 2024 15:10", None),
        ("%Y/%m/%d %H:%M", "2024/01/03 15:10", None),
        ("%m/%d/%Y %I:%M %p", "01/03/2024 3:10 PM", "mdy"),
    ],
)
def test_a_form_that_is_declared_for_what_is_read_anyway_makes_no_second_day(
    form: str, text: str, order: Any
) -> None:
    reads = {"format": form} if order is None else {"format": form, "reads": "local"}
    assert read(TIME, reads, [text], Manner(date_order=order)) == ["2024-01-03 15:10:00"]


def test_two_forms_that_read_two_days_refuse_the_text_and_two_clocks_are_two_times() -> None:
    forms = {"format": ["%d/%m/%Y", "%m/%d/%Y"]}
    assert read(DAY, forms, ["03/04/2024", "03/03/2024"]) == [EITHER, "2024-03-03"]
    clocks = {"format": ["%Y/%m/%d %H:%M", "%Y/%m/%d %M:%H"]}
    assert read(TIME, clocks, ["2024/01/03 10:11", "2024/01/03 10:10"])[0] == "created_at:ambiguous_date"
