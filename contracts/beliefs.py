"""Contract of fct_belief: which value was told from when to when. editions/beliefs.py keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts import marts_columns as shared
from contracts.contract import Column, Contract
from contracts.marts_rules import first_of_month, mart_rule, spoil

if TYPE_CHECKING:
    import pandas as pd

SUBJECT = ("measure_kind", "measure_code", "organization_id", "period")
"""What a belief is about."""


def _ends_in_time(frame: pd.DataFrame) -> pd.Series[bool]:
    """A belief ends after it began and before the next about the same subject begins."""
    key = [*SUBJECT, "believed_from"]
    # Two that begin at once are the key's to refuse.
    order = frame[key].drop_duplicates().sort_values(key)
    order["next_from"] = order.groupby(list(SUBJECT), sort=False)["believed_from"].shift(-1)
    following = frame[key].merge(order, on=key, how="left").set_axis(frame.index)["next_from"]
    ends = frame["believed_to"]
    is_last = following.isna()
    return (ends.isna() | (ends > frame["believed_from"])) & (is_last | (ends.notna() & (ends <= following)))


FCT_BELIEF = Contract(
    name="fct_belief",
    layer="edition",
    description=(
        "What was believed when: every value of a KPI or score that an edition told, until another told "
        "something else; KPIs made of employees' answers aside. as_of(moment) gives what the edition "
        "published last by that moment (UTC), or by the end of that day, said."
    ),
    grain="One row per measure, organisation, month and span of time in which one value was told.",
    key=(*SUBJECT, "believed_from"),
    columns=(
        Column("measure_kind", "text", "KPI or score.", allowed=("kpi", "score"), example="kpi"),
        Column(
            "measure_code",
            "text",
            "kpi_code of fct_kpi, or column of fct_assessment.",
            pattern="[a-z][a-z0-9_]*",
            example="csat_share",
        ),
        shared.ORGANIZATION_ID,
        Column("period", "date", "First day of the month, or of the wave.", example="2024-05-01"),
        Column(
            "believed_from",
            "timestamp",
            "Publication of the first edition that told it.",
            unit="UTC",
            example="2024-06-03 08:00:00",
        ),
        Column(
            "believed_to",
            "timestamp",
            "Publication of the first edition that no longer told it; empty while it is told.",
            nullable=True,
            unit="UTC",
        ),
        Column("value", "real", "Value as it was told; what is unknown has no row.", example=0.75),
        Column(
            "edition_id",
            "text",
            "The first edition that told it.",
            example="20240603T080000Z-0123abcd",
        ),
    ),
    period_column="period",
    frame_rules=(
        first_of_month(),
        mart_rule(
            "believed_to",
            "ends_in_time",
            "A belief ends after it began and no later than the next about the same subject begins.",
            _ends_in_time,
            lambda frame: spoil(believed_to=frame["believed_from"].iloc[0])(frame),
        ),
    ),
)
