"""Column types used in many tables: lineage, organisation, money, dates, and rules that many tables share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.contract import Column, FrameRule
from contracts.iso import COUNTRIES, CURRENCIES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COUNTRIES", "CURRENCIES", "INDUSTRIES"]
"""Word lists that other modules take from here; column makers are imported by name."""

INDUSTRIES = (
    "technology_telecom",
    "media",
    "retail",
    "financial_services",
    "healthcare",
    "travel_hospitality",
    "consumer_goods",
    "manufacturing",
    "energy_utilities",
    "public_sector",
    "education",
    "professional_services",
)
MONEY_LIMIT = 1e12
"""No single amount here is larger (2026); above it an id or cents stand in the amount column."""

SOURCE_SYSTEM = Column(
    "source_system", "text", "System the row comes from.", pattern=r"[a-z][a-z0-9_]*", example="zendesk"
)
LINEAGE = (
    Column("delivery_id", "text", "Delivery (hash of the file's bytes) the row comes from.", example="d1"),
    Column("source_line", "integer", "Line of the file the row comes from.", minimum=1, example=2),
    Column(
        "source_updated_at",
        "timestamp",
        "When the source last changed the row.",
        nullable=True,
        unit="UTC",
        example="2024-05-02 08:00:00",
    ),
)
UNIT = (
    Column("unit_key_type", "text", "Kind of native key that names the organisation.", example="brand"),
    Column("unit_key", "text", "Native key of the organisation in the source.", nullable=True, example="B1"),
    Column(
        "organization_id",
        "text",
        "Organisation, by the crosswalk; empty is unmapped.",
        nullable=True,
        example="org-1",
    ),
)
COMMON = (SOURCE_SYSTEM, *LINEAGE, *UNIT)
COMMON_BY_UNIT = tuple(
    replace(column, nullable=False) if column.name == "unit_key" else column for column in COMMON
)
"""The same where the organisation is part of the key, so that its native key is never empty."""
WAVE = Column(
    "wave",
    "text",
    "Half-year of the assessment.",
    pattern=r"\d{4}-H[12]",
    unit="half-year",
    example="2024-H1",
)


def money(name: str, description: str, *, nullable: bool = False) -> Column:
    """Amount with two decimals in the currency that stands beside it."""
    return Column(
        name,
        "money",
        description,
        nullable=nullable,
        unit="currency column",
        minimum=-MONEY_LIMIT,
        maximum=MONEY_LIMIT,
        example="1250.00",
    )


def currency(description: str = "ISO 4217 code of the currency of the amount.") -> Column:
    """ISO 4217 currency code."""
    return Column("currency", "text", description, allowed=CURRENCIES, unit="ISO 4217", example="EUR")


def not_before(later: str, earlier: str, *, strictly: bool = False) -> FrameRule:
    """Rule that one time is not before another; unknown times pass."""
    name = "after_" + earlier if strictly else "not_before_" + earlier

    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        a, b = frame[later], frame[earlier]
        return (a > b if strictly else a >= b) | a.isna() | b.isna()

    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        import pandas as pd  # heavy

        frame = frame.copy()
        bad = frame[earlier].iloc[0] - pd.Timedelta(days=1)
        frame[later] = frame[later].where(frame.index != frame.index[0], bad)
        return frame

    words = "after" if strictly else "on or after"
    sql = f"{later} {'>' if strictly else '>='} {earlier}"
    return FrameRule(later, name, f"{later} must lie {words} {earlier}.", holds, corrupt, sql=sql)


def not_itself(column: str, key: str) -> FrameRule:
    """Rule that a row does not refer to itself."""

    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.copy()
        frame[column] = frame[column].where(frame.index != frame.index[0], frame[key].iloc[0])
        return frame

    return FrameRule(
        column,
        "not_itself",
        f"{column} must not be the row's own {key}.",
        lambda frame: frame[column].isna() | (frame[column] != frame[key]),
        corrupt,
        sql=f"{column} <> {key}",
    )


def no_overlap(key: tuple[str, ...]) -> FrameRule:
    """Rule over rows: validity periods (valid_from, valid_to exclusive) of one key must not overlap."""

    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        import pandas as pd  # heavy

        order = frame.sort_values([*key, "valid_from"], kind="stable")
        groups = order.groupby(list(key), sort=False, dropna=False)
        end = order["valid_to"].fillna(pd.Timestamp.max.as_unit("us"))
        # The latest end so far, not the end of the row before: a long period can cover several later ones.
        reach = end.groupby([order[name] for name in key], sort=False, dropna=False).cummax()
        before = reach.groupby([order[name] for name in key], sort=False, dropna=False).shift(1)
        clash = (before > order["valid_from"]).fillna(False)
        spoiled = clash.groupby(groups.ngroup()).transform("any")
        return ~spoiled.reindex(frame.index).astype(bool)

    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        import pandas as pd  # heavy

        frame = frame.copy()
        for name in key:
            frame[name] = frame[name].where(frame.index != frame.index[1], frame[name].iloc[0])
        late = frame["valid_from"].iloc[0] + pd.Timedelta(days=1)
        frame["valid_from"] = frame["valid_from"].where(frame.index != frame.index[1], late)
        frame["valid_to"] = frame["valid_to"].where(frame.index > frame.index[1], pd.NaT)
        return frame

    return FrameRule(
        "valid_from",
        "no_overlap",
        f"Periods of one {', '.join(key)} overlap; nobody can say which holds.",
        holds,
        corrupt,
        remedy="End the earlier period on the day the later one begins.",
        spans_rows=True,
        sql=_no_overlap_sql(key),
    )


def _no_overlap_sql(key: tuple[str, ...]) -> str:
    columns = ", ".join(key)
    reach = (
        "max(coalesce(valid_to, timestamp '9999-12-31')) over (partition by "
        f"{columns} order by valid_from rows between unbounded preceding and 1 preceding)"
    )
    spoiled = f"select {columns} from (select *, {reach} as reach from {{rows}}) where reach > valid_from"
    return f"({columns}) not in ({spoiled})"
