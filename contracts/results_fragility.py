"""What the tables about fragility and the health of an analysis must look like; made in models/."""

from __future__ import annotations

from contracts.contract import Column, Contract, FrameRule
from contracts.marts_rules import spoil
from contracts.results_columns import (
    N_OBSERVATIONS,
    N_ORGANIZATIONS,
    OUTCOME,
    bounds,
    count,
    error,
    number,
    part,
    within,
)

_CHECKS = (
    "robustness_value",
    "robustness_value_interval",
    "control_bound",
    "industry_left_out",
    "shuffled_index",
    "unmovable_outcome",
)
_HEALTH_CHECKS = (
    "coverage",
    "missing_outcome",
    "reliability",
    "clusters",
    "identification",
    "pretrends",
    "multiplicity",
    "sensitivity",
    "stability",
    "played_to",
    "second_route",
)
_MODELS = ("naive", "M1", "M2")

ROBUSTNESS = Contract(
    name="robustness",
    layer="analysis",
    description="What would undo an estimate: something unseen, one industry, chance, a leak.",
    grain="One row per outcome, model and check.",
    key=("outcome", "model", "check"),
    columns=(
        OUTCOME,
        Column("model", "text", "Estimator of method.md.", allowed=_MODELS, example="M2"),
        Column("check", "text", "What was looked at.", allowed=_CHECKS, example="robustness_value"),
        Column("subject", "text", "Control or industry it is about.", nullable=True, example="industry"),
        number("value", "Robustness value, or the estimate beside the check.", example=0.12),
        *bounds(of="the interval or range", around=0.12),
        part("p_value", "Two-sided p-value.", 0.001),
        Column("holds", "boolean", "Nothing in it speaks against the estimate.", example=True),
    ),
    frame_rules=(within("value"),),
)

SPECIFICATIONS = Contract(
    name="specifications",
    layer="analysis",
    description="The estimate under every declared way to put the question.",
    grain="One row per outcome and specification, from the lowest estimate to the highest.",
    key=("outcome", "position"),
    columns=(
        OUTCOME,
        Column("position", "integer", "Place on the curve.", minimum=1, example=1),
        Column("exposure", "text", "Which index.", example="index_per_10"),
        Column("model", "text", "Estimator of method.md.", allowed=_MODELS, example="M2"),
        Column("controls", "text", "Controls, by comma.", nullable=True, example="log_employees"),
        Column("sample", "text", "Which rows.", example="all"),
        number("estimate", "Per ten index points, in the outcome's unit.", example=0.015),
        error(),
        *bounds(),
        part("p_value", "Two-sided p-value.", 0.001),
        N_OBSERVATIONS,
        N_ORGANIZATIONS,
    ),
    frame_rules=(within("estimate"),),
)

SPECIFICATION_CURVES = Contract(
    name="specification_curves",
    layer="analysis",
    description="What all specifications say together, against shuffles of the index between organisations.",
    grain="One row per outcome.",
    key=("outcome",),
    columns=(
        OUTCOME,
        count("n_specifications", "Specifications that could be estimated."),
        count("n_failed", "Specifications that could not."),
        number("median", "Median estimate.", example=0.015),
        part("share_same_sign", "Share with the sign of the median.", 1.0),
        part("share_significant", "Share that is significant with that sign.", 0.9),
        part("median_p", "Shuffles with as large a median.", 0.002),
        part("share_p", "Shuffles with as large a share that is significant.", 0.002),
        part("stouffer_p", "Shuffles with as large a mean z.", 0.002),
        count("n_permutations", "Shuffles."),
    ),
)


def _action_unless_passed() -> FrameRule:
    return FrameRule(
        "action",
        "given_unless_passed",
        "Whatever is not passed says what to do.",
        lambda frame: (frame["status"] == "PASS") | (frame["action"].fillna("").str.strip() != ""),
        spoil(status="FAIL", action=""),
        "Let the check name its action.",
    )


HEALTH = Contract(
    name="health",
    layer="analysis",
    description="The health of the analysis: what was looked at before anything was said, and what to do.",
    grain="One row per check and outcome; checks of the whole analysis have the outcome 'all'.",
    key=("check", "outcome"),
    columns=(
        Column("check", "text", "What was looked at.", allowed=_HEALTH_CHECKS, example="coverage"),
        OUTCOME,
        Column("status", "text", "Verdict.", allowed=("PASS", "REVIEW", "FAIL"), example="PASS"),
        number("value", "What was found.", example=0.92),
        number("review_at", "From here it is worth a look.", example=0.8),
        number("fail_at", "From here it stops a claim.", example=0.5),
        Column("action", "text", "What to do, as a code.", nullable=True, example="deliver_missing_months"),
    ),
    frame_rules=(_action_unless_passed(),),
)

FRAGILITY_RESULTS = (ROBUSTNESS, SPECIFICATIONS, SPECIFICATION_CURVES, HEALTH)
