"""Organisations, the crosswalk and exchange rates: the tables that the user keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.contract import Column, Contract, FrameRule
from contracts.fields import (
    INDUSTRIES,
    LINEAGE,
    SOURCE_SYSTEM,
    currency,
    no_overlap,
    not_before,
    not_itself,
)
from contracts.iso import COUNTRIES

if TYPE_CHECKING:
    import pandas as pd

LARGE = 500
"""Employees from which an organisation counts as large; the split of the published study."""


def _band_holds(frame: pd.DataFrame) -> pd.Series[bool]:
    large = (frame["employees"] >= LARGE).fillna(False).astype(bool)
    unknown = frame["employees"].isna() | frame["employees_band"].isna()
    return (large == (frame["employees_band"] == "500_and_over")) | unknown


def _wrong_band(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame["employees"] = frame["employees"].where(frame.index != frame.index[0], 20)
    frame["employees_band"] = frame["employees_band"].where(frame.index != frame.index[0], "500_and_over")
    return frame


_FROM = Column("valid_from", "date", "First day on which the row holds.", example="2020-01-01")
_TO = Column(
    "valid_to", "date", "First day on which it no longer holds.", nullable=True, example="2026-01-01"
)

ORGANIZATIONS = Contract(
    name="organizations",
    layer="accepted",
    description="Organisations and their traits over time.",
    grain="One organisation from one day on.",
    key=("organization_id", "valid_from"),
    columns=(
        SOURCE_SYSTEM,
        *LINEAGE,
        Column("organization_id", "text", "Identifier of the organisation.", example="org-1"),
        Column("name", "text", "Name of the organisation.", example="Example"),
        Column("industry", "text", "Industry, one of twelve.", allowed=INDUSTRIES, example="retail"),
        Column(
            "country",
            "text",
            "Country of the seat.",
            allowed=COUNTRIES,
            unit="ISO 3166-1 alpha-2",
            example="NL",
        ),
        Column("customer_type", "text", "Whom it sells to.", allowed=("b2b", "b2c", "both"), example="b2b"),
        Column(
            "employees", "integer", "Employees.", unit="persons", minimum=1, maximum=5_000_000, example=800
        ),
        Column(
            "employees_band",
            "text",
            "Size class.",
            allowed=("under_500", "500_and_over"),
            example="500_and_over",
        ),
        Column(
            "parent_organization_id", "text", "Organisation it belongs to.", nullable=True, example="org-0"
        ),
        currency("Currency the organisation reports in."),
        Column(
            "fiscal_year_start_month",
            "integer",
            "Month in which its fiscal year begins; empty where it is that of the installation.",
            unit="month",
            nullable=True,
            minimum=1,
            maximum=12,
            example=1,
        ),
        _FROM,
        _TO,
    ),
    frame_rules=(
        not_before("valid_to", "valid_from", strictly=True),
        not_itself("parent_organization_id", "organization_id"),
        FrameRule(
            "employees_band",
            "agrees_with_employees",
            f"The size class must follow from the number of employees (large from {LARGE} on).",
            _band_holds,
            _wrong_band,
            sql=f"(employees >= {LARGE}) = (employees_band = '500_and_over')",
        ),
        no_overlap(("organization_id",)),
    ),
)

_UNIT_KEY = ("source_system", "unit_key_type", "unit_key")
CROSSWALK = Contract(
    name="crosswalk",
    layer="accepted",
    description="Which native key of which system stands for which organisation.",
    grain="One native key of one system from one day on.",
    key=(*_UNIT_KEY, "valid_from"),
    columns=(
        Column(
            "source_system", "text", "System whose key is mapped.", pattern=r"[a-z][a-z0-9_]*", example="xero"
        ),
        Column("delivered_by", "text", "System that delivered this row.", example="reference"),
        *LINEAGE,
        Column("unit_key_type", "text", "Kind of the native key.", example="brand"),
        Column("unit_key", "text", "Native key.", example="B1"),
        Column("organization_id", "text", "Organisation the key stands for.", example="org-1"),
        _FROM,
        _TO,
    ),
    frame_rules=(not_before("valid_to", "valid_from", strictly=True), no_overlap(_UNIT_KEY)),
)


def _late_in_the_month(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd  # heavy

    frame = frame.copy()
    late = frame["period"].iloc[0] + pd.Timedelta(days=14)
    frame["period"] = frame["period"].where(frame.index != frame.index[0], late)
    return frame


_RATE_KEY = ("currency", "period", "rate_kind")


def _one_rate(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame.groupby(list(_RATE_KEY), dropna=False)["rate_to_reporting"].transform("nunique") == 1


def _another_rate(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    for name in _RATE_KEY:
        frame[name] = frame[name].where(frame.index != frame.index[1], frame[name].iloc[0])
    other = frame["rate_to_reporting"].iloc[0] * 2
    frame["rate_to_reporting"] = frame["rate_to_reporting"].where(frame.index != frame.index[1], other)
    return frame


FX_RATES = Contract(
    name="fx_rates",
    layer="accepted",
    description="Exchange rates to the reporting currency by month.",
    grain="One kind of rate of one currency in one month.",
    key=_RATE_KEY,
    columns=(
        SOURCE_SYSTEM,
        *LINEAGE,
        currency("Currency that is converted."),
        Column("period", "date", "First day of the month.", example="2024-05-01"),
        Column(
            "rate_kind",
            "text",
            "Average of the month, or rate of its last day.",
            allowed=("average", "closing"),
            example="average",
        ),
        Column(
            "rate_to_reporting",
            "real",
            "Units of the reporting currency for one unit of the currency.",
            unit="reporting currency",
            minimum=1e-9,
            maximum=1e7,
            example=0.92,
        ),
    ),
    frame_rules=(
        FrameRule(
            "period",
            "first_of_month",
            "A rate holds for a month, which is named by its first day.",
            lambda frame: frame["period"].dt.day == 1,
            _late_in_the_month,
            remedy="Write the first day of the month.",
            sql="day(period) = 1",
        ),
        FrameRule(
            "rate_to_reporting",
            "one_rate",
            "Two systems give different rates for one currency, month and kind; nobody can say which holds.",
            _one_rate,
            _another_rate,
            remedy="Keep the rates in one place, or make both agree.",
            spans_rows=True,
            sql=(
                f"({', '.join(_RATE_KEY)}) not in (select {', '.join(_RATE_KEY)} from {{rows}} "
                "group by all having count(distinct rate_to_reporting) > 1)"
            ),
        ),
    ),
)

CONTRACTS = (ORGANIZATIONS, CROSSWALK, FX_RATES)
