"""Contracts of the small dimensions (months, instrument) and of the answers counted by item and level."""

from __future__ import annotations

from contracts import marts_columns as shared
from contracts.contract import Column, Contract
from contracts.instrument import HIGHEST_LEVEL, load_instrument
from contracts.marts_calendars import fiscal_columns, fiscal_rules, place
from contracts.marts_rules import at_most, computed, first_of_month, mart_rule, spoil

_VERSION = Column("instrument_version", "text", "Version of the instrument.", example="1")
_ITEM = Column("item_code", "text", "Item of the instrument.", pattern=r"[A-Z]{2}[0-9]", example="LS1")


def dim_period() -> Contract:
    """Contract of `dim_period`: months with the calendar and fiscal periods they belong to."""
    fiscal_year = "Fiscal year of the installation, called after the calendar year in which it ends."
    starts = "Month in which the fiscal year begins, by fiscal_year_start_month of maturity.yaml."
    return Contract(
        name="dim_period",
        layer="marts",
        description="Months with the calendar and fiscal quarters, halves and years they belong to.",
        grain="One row per calendar month of every year that has a fact.",
        key=("period",),
        columns=(
            shared.PERIOD,
            Column("last_day", "date", "Last day of the month.", example="2024-05-31"),
            Column("calendar_year", "integer", "Calendar year.", minimum=1990, maximum=2100, example=2024),
            place("month_of_year", "Month of the calendar year.", 12, 5),
            place("quarter_of_year", "Quarter of the calendar year.", 4, 2),
            Column("calendar_quarter", "text", "Quarter.", pattern=r"\d{4}-Q[1-4]", example="2024-Q2"),
            Column(
                "wave", "text", "Half year, as waves are called.", pattern=r"\d{4}-H[12]", example="2024-H1"
            ),
            *fiscal_columns(starts, fiscal_year),
        ),
        period_column="period",
        frame_rules=(
            first_of_month(),
            computed(
                "quarter_of_year",
                "of_its_month",
                "The quarter is that of the month.",
                lambda frame: (frame["month_of_year"] + 2) // 3,
                4,
            ),
            *fiscal_rules(
                lambda frame: frame["calendar_year"],
                lambda frame: frame["month_of_year"],
            ),
        ),
    )


def dim_instrument() -> Contract:
    """Contract of `dim_instrument`: what was asked, and how an answer counts."""
    kinds = tuple(kind.code for kind in load_instrument().kinds)
    codes = tuple(dimension.code for dimension in load_instrument().dimensions)
    return Contract(
        name="dim_instrument",
        layer="marts",
        description="The statements of the assessment with their dimension, kind of change and scale.",
        grain="One row per item of a version of the instrument.",
        key=("instrument_version", "item_code"),
        columns=(
            _VERSION,
            _ITEM,
            Column("item_order", "integer", "Place in the questionnaire, from 1.", minimum=1, example=1),
            Column("text_en", "text", "The statement in English.", example="We have goals."),
            Column("text_nl", "text", "The statement in Dutch.", example="We hebben doelen."),
            Column("is_reversed", "boolean", "Agreement counts against maturity.", example=False),
            Column(
                "score_of_highest_level",
                "integer",
                "Score of the highest answer level: 100, or 0 where the item is reversed.",
                unit="points",
                minimum=0,
                maximum=100,
                example=100,
            ),
            Column("scale_minimum", "integer", "Lowest answer level.", minimum=0, maximum=0, example=0),
            Column(
                "scale_maximum",
                "integer",
                "Highest answer level.",
                minimum=HIGHEST_LEVEL,
                maximum=HIGHEST_LEVEL,
                example=HIGHEST_LEVEL,
            ),
            Column("dimension_code", "text", "Dimension of the item.", allowed=codes, example=codes[0]),
            Column("dimension_name_en", "text", "Its name in English.", example="Leadership and strategy"),
            Column("dimension_name_nl", "text", "Its name in Dutch.", example="Leiding en strategie"),
            Column("kind", "text", "Kind of change it belongs to.", allowed=kinds, example=kinds[0]),
            Column("n_items", "integer", "Items of the dimension.", minimum=4, maximum=6, example=5),
            Column(
                "minimum_answered_items",
                "integer",
                "Answers a respondent must give for the dimension to count.",
                minimum=1,
                example=4,
            ),
            Column(
                "minimum_raters",
                "integer",
                "Respondents below which a score is marked and a distribution withheld.",
                minimum=1,
                example=3,
            ),
            Column("source_id", "text", "Study the statement stands on.", example="insites_smis"),
        ),
        frame_rules=(
            at_most("minimum_answered_items", "n_items"),
            mart_rule(
                "score_of_highest_level",
                "turned_where_reversed",
                "The highest level scores 100, and 0 where the item is reversed.",
                lambda frame: (frame["score_of_highest_level"] == 0) == frame["is_reversed"].astype(bool),
                spoil(is_reversed=True, score_of_highest_level=100),
            ),
        ),
    )


def item_distribution() -> Contract:
    """Contract of `fct_item_distribution`: answers without respondents, withheld where there are few."""
    instrument = load_instrument()
    least = instrument.minimum_raters
    codes = tuple(dimension.code for dimension in instrument.dimensions)
    level = instrument.levels[3]
    return Contract(
        name="fct_item_distribution",
        layer="marts",
        description=(
            "How many respondents chose each level; withheld for a dimension of which too few answered "
            "some item."
        ),
        grain="One row per organisation, wave, version of the instrument, item and answer level.",
        key=("organization_id", "wave", "instrument_version", "item_code", "answer_level"),
        columns=(
            shared.ORGANIZATION_ID,
            shared.WAVE,
            shared.WAVE_PERIOD,
            _VERSION,
            _ITEM,
            Column("dimension_code", "text", "Dimension of the item.", allowed=codes, example=codes[0]),
            Column(
                "answer_level",
                "integer",
                "Answer level, 0 (not at all) to 4 (fully).",
                unit="level 0..4",
                minimum=0,
                maximum=HIGHEST_LEVEL,
                example=level.level,
            ),
            Column("answer_en", "text", "The level in English.", example=level.name_en),
            Column("answer_nl", "text", "The level in Dutch.", example=level.name_nl),
            Column(
                "n_answers",
                "integer",
                "Respondents who chose the level; empty where suppressed.",
                nullable=True,
                minimum=0,
                example=2,
            ),
            Column("n_raters", "integer", "Respondents who answered the item.", minimum=1, example=5),
            Column(
                "share_of_answers",
                "share",
                "Share of the respondents who chose the level; empty where suppressed.",
                nullable=True,
                example=0.4,
            ),
            Column(
                "is_suppressed",
                "boolean",
                "Fewer respondents than the minimum stand behind an item of the dimension, or behind its "
                "change since it was last published; what they chose is not shown.",
                example=False,
            ),
        ),
        period_column="period",
        frame_rules=(
            first_of_month(),
            at_most("n_answers", "n_raters"),
            computed(
                "share_of_answers",
                "ratio_of_parts",
                "share_of_answers is n_answers divided by n_raters.",
                lambda frame: frame["n_answers"] / frame["n_raters"],
                0.987654,
            ),
            mart_rule(
                "n_answers",
                "withheld_where_suppressed",
                "Where a distribution is suppressed no count is shown, and elsewhere every count is.",
                lambda frame: frame["n_answers"].isna() == frame["is_suppressed"].astype(bool),
                spoil(is_suppressed=True),
            ),
            mart_rule(
                "is_suppressed",
                "where_few_answered",
                f"Fewer than {least} respondents to an item are always suppressed.",
                lambda frame: (frame["n_raters"] >= least) | frame["is_suppressed"].astype(bool),
                spoil(n_raters=least - 1, n_answers=1, share_of_answers=1 / (least - 1)),
            ),
        ),
    )
