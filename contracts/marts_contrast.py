"""Contract of the contrasts: practices of mature and less mature organisations beside the published ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.contract import Column, Contract, FrameRule
from contracts.instrument import load_instrument
from contracts.marts_rules import at_most, computed, mart_rule, spoil

if TYPE_CHECKING:
    import pandas as pd

_SIDES = {"mature": "mature", "less_mature": "less mature"}
_OWN = tuple(f"{part}_{side}" for side in _SIDES for part in ("n_organizations", "n", "n_in_place", "share"))


def practice_rows() -> list[dict[str, str]]:
    """Rows of the seed `instrument_practices`: the published figure beside each practice, if any."""
    labels = load_instrument().practice_labels
    return [
        {"practice_code": label.code, "published_metric": label.published_metric or ""} for label in labels
    ]


def maturity_contrast() -> Contract:
    """Contract of `fct_maturity_contrast`: counts, shares and ratio; the interval is in the analysis."""
    code = "executive_sponsor"
    return Contract(
        name="fct_maturity_contrast",
        layer="marts",
        description="How much more often mature organisations (stage 4 or 5) have a practice, beside the "
        "published ratio; over all waves. The interval of the ratio stands in analysis.contrasts.",
        grain="One row per practice, and per published contrast that the instrument does not ask about.",
        key=("contrast_code",),
        columns=(
            Column("contrast_code", "text", "Practice, or else the published figure.", example=code),
            Column(
                "practice_code",
                "text",
                "Practice; empty where the instrument does not ask about it.",
                nullable=True,
                allowed=load_instrument().practices,
                example=code,
            ),
            Column(
                "minimum_group",
                "integer",
                "Organisations on either side below which the contrast is hidden.",
                minimum=1,
                example=10,
            ),
            *(column for side, words in _SIDES.items() for column in _side(side, words)),
            Column(
                "risk_ratio",
                "real",
                "First share over the second; empty where nobody less mature has the practice.",
                nullable=True,
                minimum=0,
                example=2.0,
            ),
            Column("published_metric", "text", "Figure of the study.", nullable=True, example="sponsor"),
            Column("published_ratio", "real", "Ratio as published.", nullable=True, minimum=0, example=5.0),
            Column(
                "published_relation",
                "text",
                "How the publication worded it: ratio, ratio_at_least or ratio_about.",
                nullable=True,
                example="ratio",
            ),
            Column("is_suppressed", "boolean", "One of the sides is too small to show.", example=False),
        ),
        frame_rules=(
            at_most("minimum_group", "n_organizations_mature"),
            at_most("minimum_group", "n_organizations_less_mature"),
            *(_share(side) for side in _SIDES),
            _ratio(),
            _hidden_is_empty(),
        ),
    )


def _side(side: str, words: str) -> tuple[Column, ...]:
    return (
        Column(
            f"n_organizations_{side}",
            "integer",
            f"Organisations that were {words} in some wave.",
            nullable=True,
            minimum=0,
            example=20,
        ),
        Column(
            f"n_{side}",
            "integer",
            f"Organisations and waves that were {words}.",
            nullable=True,
            minimum=0,
            example=40,
        ),
        Column(
            f"n_in_place_{side}",
            "integer",
            "Of these, with the practice in place.",
            nullable=True,
            minimum=0,
            example=20 if side == "mature" else 10,
        ),
        Column(
            f"share_{side}",
            "share",
            "Share of them with the practice in place.",
            nullable=True,
            example=0.5 if side == "mature" else 0.25,
        ),
    )


def _share(side: str) -> FrameRule:
    def expected(frame: pd.DataFrame) -> pd.Series:
        whole = frame[f"n_{side}"].astype("float64")
        return frame[f"n_in_place_{side}"].astype("float64") / whole.where(whole > 0)

    text = f"share_{side} is the part in place divided by all."
    return computed(f"share_{side}", "ratio_of_parts", text, expected, 0.987)


def _ratio() -> FrameRule:
    def expected(frame: pd.DataFrame) -> pd.Series:
        below = frame["share_less_mature"].astype("float64")
        return frame["share_mature"].astype("float64") / below.where(below > 0)

    text = "risk_ratio is the mature share divided by the less mature one."
    return computed("risk_ratio", "ratio_of_shares", text, expected, 9.87)


def _hidden_is_empty() -> FrameRule:
    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        return ~(frame["is_suppressed"].astype(bool) & frame[[*_OWN, "risk_ratio"]].notna().any(axis=1))

    text = "A hidden contrast tells nothing of ours."
    return mart_rule("is_suppressed", "tells_nothing", text, holds, spoil(is_suppressed=True))
