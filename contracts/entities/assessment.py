"""The assessment: answers to items, practices, channels, and ready scores of those who keep no answers.

Scores of answers are made in the warehouse.
"""

from __future__ import annotations

from contracts.contract import Column, Contract
from contracts.fields import COMMON, COMMON_BY_UNIT, WAVE

_RESPONSE = Column("response_key", "text", "Response of one respondent.", example="R_1")
_ANSWERED = Column(
    "answered_at", "timestamp", "When the response was recorded.", unit="UTC", example="2024-05-01 09:00:00"
)
_WORD = r"[a-z][a-z0-9_]*"
_DIMENSIONS = (
    "leadership_strategy",
    "organisation_roles",
    "data_tools",
    "departmental_reach",
    "skills_training",
    "employee_advocacy",
    "openness_values",
    "relationships_audiences",
)

ASSESSMENT_ANSWERS = Contract(
    name="assessment_answers",
    layer="accepted",
    description="Answers to the items of the instrument on its fixed scale.",
    grain="One answered item of one response.",
    key=("response_key", "item_code"),
    columns=(
        *COMMON,
        _RESPONSE,
        Column("item_code", "text", "Item of the instrument.", pattern=r"[A-Z]{2}\d{1,2}", example="LS1"),
        WAVE,
        Column("instrument_version", "text", "Version of the instrument that was answered.", example="1"),
        Column(
            "answer_level", "integer", "Level chosen.", unit="level 0..4", minimum=0, maximum=4, example=3
        ),
        _ANSWERED,
        Column(
            "mode",
            "text",
            "How the answers were given.",
            allowed=("self", "facilitated", "interview"),
            example="self",
        ),
        Column("respondent_role", "text", "Role of the respondent.", nullable=True, example="manager"),
    ),
)
PRACTICES = Contract(
    name="practices",
    layer="accepted",
    description="Practices that respondents say are in place.",
    grain="One practice of one response.",
    key=("response_key", "practice_code"),
    columns=(
        *COMMON,
        _RESPONSE,
        Column("practice_code", "text", "Practice.", pattern=_WORD, example="executive_sponsor"),
        WAVE,
        Column("is_in_place", "boolean", "Whether the practice is in place.", example=True),
        _ANSWERED,
    ),
)
CHANNEL_ADOPTION = Contract(
    name="channel_adoption",
    layer="accepted",
    description="Channels that respondents say are in use.",
    grain="One channel of one response.",
    key=("response_key", "channel"),
    columns=(
        *COMMON,
        _RESPONSE,
        Column("channel", "text", "Social media channel.", pattern=_WORD, example="linkedin"),
        WAVE,
        Column("is_active", "boolean", "Whether the organisation is active on the channel.", example=True),
        _ANSWERED,
    ),
)
ASSESSMENT_SCORES = Contract(
    name="assessment_scores",
    layer="accepted",
    description="Scores of dimensions as an organisation computed them, where it has no answers.",
    grain="One dimension of one organisation in one wave.",
    key=("unit_key_type", "unit_key", "wave", "dimension_code"),
    columns=(
        *COMMON_BY_UNIT,
        WAVE,
        Column(
            "dimension_code",
            "text",
            "Dimension of the instrument.",
            allowed=_DIMENSIONS,
            example="leadership_strategy",
        ),
        Column("score_0_100", "score", "Score of the dimension.", unit="0..100", example=62.5),
        Column(
            "n_raters",
            "integer",
            "Respondents behind it.",
            nullable=True,
            unit="persons",
            minimum=1,
            example=5,
        ),
        Column("instrument_version", "text", "Version of the instrument that was answered.", example="1"),
    ),
)
CONTRACTS = (ASSESSMENT_ANSWERS, PRACTICES, CHANNEL_ADOPTION, ASSESSMENT_SCORES)
