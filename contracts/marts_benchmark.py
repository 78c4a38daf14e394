"""Contract of the benchmarks: an organisation among its groups, small ones hidden. The SQL is in dbt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.contract import Column, Contract, FrameRule
from contracts.entities import assessment, hr
from contracts.kpis import load_kpis
from contracts.marts_columns import ORGANIZATION_ID, PERIOD
from contracts.marts_rules import at_most, first_of_month, mart_rule, spoil

if TYPE_CHECKING:
    import pandas as pd

INDEX_CODE = "integration_index"
SEGMENT_TYPES = ("industry", "employees_band", "customer_type", "country")
ASKED_OF_PEOPLE = ("enps", "engagement", "applicant_diversity")
"""KPIs made of what employees or applicants said of themselves: hidden where few did, and never believed."""
SUPPRESSION_REASONS = ("below_minimum", "changed_by_few", "complementary", "difference")
_SHOWN = ("group_size", "first_quartile", "median", "third_quartile", "percentile", "gap_to_median")


def entities_about_people() -> frozenset[str]:
    """Names of the entities whose rows are about people at work, applicants or who answered for them."""
    asked = (entity for kpi in load_kpis().kpis if kpi.code in ASKED_OF_PEOPLE for entity in kpi.entities)
    return frozenset(asked).union(
        contract.name for module in (assessment, hr) for contract in module.CONTRACTS
    )


def benchmark_subjects() -> dict[str, bool]:
    """Figures that are compared, and of each whether it is about people at work (a larger minimum)."""
    about_people = {contract.name for contract in hr.CONTRACTS}
    kpis = {
        kpi.code: kpi.code in ASKED_OF_PEOPLE or bool(about_people.intersection(kpi.entities))
        for kpi in load_kpis().kpis
    }
    return {**kpis, INDEX_CODE: True}


def benchmark_rows() -> list[dict[str, str]]:
    """Rows of the seed `benchmark_subjects`."""
    subjects = benchmark_subjects().items()
    return [
        {"kpi_code": code, "is_about_people": str(about_people).lower()} for code, about_people in subjects
    ]


def benchmark() -> Contract:
    """Contract of `fct_benchmark`: size, quartiles, percentile and gap, or why they are hidden."""
    codes = tuple(benchmark_subjects())
    said = {
        "below_minimum": "fewer organisations than minimum_group",
        "changed_by_few": "fewer than that joined or left since the group was last published",
        "complementary": "else a hidden group of the same type could be worked out",
        "difference": "else so few could be told apart by another group",
    }
    reasons = "; ".join(f"{code}: {words}" for code, words in said.items())
    return Contract(
        name="fct_benchmark",
        layer="marts",
        description="Where an organisation stands among those of its industry, size, customers and country. "
        "What tells of a group that is too small is empty, and so is what would let it be worked out from "
        "other groups; groups are fit to pass on, an organisation's own row is for that organisation.",
        grain="One row per organisation, month, figure and kind of group, where the figure is known.",
        key=("organization_id", "period", "kpi_code", "segment_type"),
        columns=(
            ORGANIZATION_ID,
            PERIOD,
            Column(
                "kpi_code",
                "text",
                "KPI by its code in the registry, or integration_index.",
                allowed=codes,
                example=codes[0],
            ),
            Column(
                "segment_type",
                "text",
                "What the groups are formed by.",
                allowed=SEGMENT_TYPES,
                example="industry",
            ),
            Column("segment", "text", "Group that the organisation belongs to.", example="retail"),
            Column(
                "minimum_group",
                "integer",
                "Organisations below which a group is hidden.",
                minimum=1,
                example=5,
            ),
            Column(
                "group_size",
                "integer",
                "Organisations of the group whose figure is known, this one among them.",
                nullable=True,
                minimum=1,
                example=9,
            ),
            _figure("first_quartile", "Figure below which a quarter of the group lies.", 0.6),
            _figure("median", "Middle figure of the group.", 0.7),
            _figure("third_quartile", "Figure below which three quarters of the group lie.", 0.8),
            Column(
                "percentile",
                "score",
                "Share of the group below the organisation, ties counted half; high is not always good.",
                nullable=True,
                unit="percent",
                example=61.1,
            ),
            _figure("gap_to_median", "Figure of the organisation minus the median.", 0.02),
            Column("is_suppressed", "boolean", "The group is hidden.", example=False),
            Column(
                "suppression_reason",
                "text",
                f"Why it is hidden: {reasons}.",
                nullable=True,
                allowed=SUPPRESSION_REASONS,
            ),
        ),
        period_column="period",
        frame_rules=(
            first_of_month(),
            at_most("minimum_group", "group_size"),
            _hidden_is_empty(),
            _reason_given(),
            _quartiles_in_order(),
        ),
    )


def _figure(name: str, words: str, example: float) -> Column:
    return Column(name, "real", words, nullable=True, unit="that of the figure", example=example)


def _hidden_is_empty() -> FrameRule:
    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        known = frame[list(_SHOWN)].notna()
        hidden = frame["is_suppressed"].astype(bool)
        return (hidden & ~known.any(axis=1)) | (~hidden & known.all(axis=1))

    text = "A hidden group tells nothing, and a shown one everything."
    return mart_rule(
        "is_suppressed",
        "tells_nothing",
        text,
        holds,
        spoil(is_suppressed=True, suppression_reason="difference"),
    )


def _reason_given() -> FrameRule:
    return mart_rule(
        "suppression_reason",
        "given_when_hidden",
        "A hidden group says why, and a shown one has no reason.",
        lambda frame: frame["is_suppressed"].astype(bool) == frame["suppression_reason"].notna(),
        spoil(suppression_reason="difference"),
    )


def _quartiles_in_order() -> FrameRule:
    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        low, middle, high = (frame[name].astype("float64") for name in _SHOWN[1:4])
        return ~((low > middle) | (middle > high))

    text = "The quartiles do not lie on the wrong side of the median."
    return mart_rule("median", "between_quartiles", text, holds, spoil(first_quartile=0.9))
