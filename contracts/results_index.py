"""What the tables about the quality of the index must look like; their numbers are made in models/."""

from __future__ import annotations

from contracts.contract import Column, Contract
from contracts.results_columns import (
    N_ORGANIZATIONS,
    ORGANIZATION_ID,
    WAVE,
    bounds,
    count,
    error,
    number,
    part,
    within,
)

_SCOPE = Column("scope", "text", "Items or dimensions.", allowed=("items", "dimensions"), example="items")
_COMPONENT = Column("component", "integer", "Number of the component.", minimum=1, example=1)
_LOADING = number("loading", "Correlation with the component.", example=0.7)

INDEX_ITEMS = Contract(
    name="index_items",
    layer="analysis",
    description="How each item of the questionnaire goes with the rest of its dimension.",
    grain="One row per item.",
    key=("item_code",),
    columns=(
        Column("item_code", "text", "Item of the instrument.", example="per_1"),
        Column("dimension_code", "text", "Dimension it belongs to.", example="personal_knowledge"),
        count("n_answers", "Answers."),
        number("mean", "Mean score, 0 to 100.", example=52.0),
        number("standard_deviation", "Standard deviation of the scores.", low=0, example=27.0),
        number("item_rest", "Correlation of the item with the rest of its dimension.", example=0.5),
        *bounds(around=0.5),
        number("alpha_if_deleted", "Cronbach's alpha of the dimension without the item.", example=0.8),
        number("loading", "Loading on the one factor of its dimension.", example=0.7),
    ),
    frame_rules=(within("item_rest"),),
)

INDEX_COMPONENTS = Contract(
    name="index_components",
    layer="analysis",
    description="How many components the answers hold, beside what chance alone gives.",
    grain="One row per component of the items and of the dimensions.",
    key=("scope", "component"),
    columns=(
        _SCOPE,
        _COMPONENT,
        number("eigenvalue", "Variance of the component, in items.", example=3.2),
        part("explained_share", "Share of all variance.", 0.4),
        number("threshold", "What 95 of 100 random data sets of this size stay below.", example=1.3),
        Column("is_kept", "boolean", "Larger than chance gives, as are all before it.", example=True),
    ),
)

INDEX_LOADINGS = Contract(
    name="index_loadings",
    layer="analysis",
    description="Which items and dimensions the kept components stand for.",
    grain="One row per component and item or dimension.",
    key=("scope", "component", "variable"),
    columns=(
        _SCOPE,
        _COMPONENT,
        Column("variable", "text", "Item or dimension.", example="personal_knowledge"),
        _LOADING,
    ),
)

INDEX_SCORES = Contract(
    name="index_scores",
    layer="analysis",
    description="How exact the index of an organisation is, and between which ranks it may stand.",
    grain="One row per organisation and wave.",
    key=("organization_id", "wave"),
    columns=(
        ORGANIZATION_ID,
        WAVE,
        number("integration_index", "Index, 0 to 100.", low=0, example=52.0),
        error(),
        *bounds(of="the 95 % interval; only the choice of respondents counts", around=52.0),
        count("n_raters", "Respondents."),
        number("rwg_j", "Agreement of the respondents, r_wg(j).", example=0.8),
        Column("is_low_agreement", "boolean", "Agreement below the stated minimum.", example=False),
        part("missing_share", "Share of the items that respondents left open.", 0.03),
        number("rank", "Rank by the declared method, 1 for the highest.", low=0, example=12),
        number("rank_median", "Median rank over all defensible methods.", low=0, example=13),
        number("rank_low", "Best rank of the 95 % interval.", low=0, example=6),
        number("rank_high", "Worst rank of the 95 % interval.", low=0, example=21),
        part("top_probability", "Chance to stand in the highest quarter.", 0.9),
    ),
    frame_rules=(within("integration_index"), within("rank_median", "rank_")),
)

INDEX_RANK_SOURCES = Contract(
    name="index_rank_sources",
    layer="analysis",
    description="Which choices move the ranks: Sobol shares in the variance of the mean rank change.",
    grain="One row per wave and group of choices.",
    key=("wave", "source"),
    columns=(
        WAVE,
        Column("source", "text", "Group of choices, such as weights.", example="weights"),
        number("first_order", "Share of the source alone.", example=0.3),
        *bounds("first_"),
        number("total", "Share with everything it acts together with.", example=0.4),
        *bounds("total_"),
    ),
)

INDEX_CHANGES = Contract(
    name="index_changes",
    layer="analysis",
    description="What leaving one item or dimension out, or another way to add up, does to the ranks.",
    grain="One row per wave and change.",
    key=("wave", "change", "name"),
    columns=(
        WAVE,
        Column("change", "text", "Kind of change.", example="dimension_left_out"),
        Column("name", "text", "Item, dimension or variant.", example="personal_knowledge"),
        N_ORGANIZATIONS,
        number("spearman", "Rank correlation with the declared ranks.", example=0.98),
        number("kendall", "Kendall's tau with the declared ranks.", example=0.9),
        number("mean_shift", "Mean absolute difference in ranks.", low=0, example=2.5),
        number("max_shift", "Largest absolute difference in ranks.", low=0, example=11),
        number("mean_change", "Mean absolute difference in index points.", low=0, example=0.8),
        number("max_change", "Largest absolute difference in index points.", low=0, example=3.1),
    ),
)

INDEX_WATCH = Contract(
    name="index_watch",
    layer="analysis",
    description="Signs that an index is played to: heaping at cut-offs, a late jump, copied answers.",
    grain="One row per sign and wave, and one over all waves.",
    key=("check", "scope"),
    columns=(
        Column("check", "text", "The sign.", example="heaping"),
        Column("scope", "text", "Wave, or all.", example="all"),
        part("share", "Share that shows the sign.", 0.02),
        *bounds(),
        number("threshold", "Share that is expected or tolerated.", example=0.5),
        part("p_value", "Chance of as much when the threshold holds.", 0.4),
        part("p_adjusted", "The same after adjustment over the waves (Holm).", 0.8),
        Column("is_flagged", "boolean", "p_adjusted is below one in a hundred.", example=False),
        number("n_units", "Scores, organisations in a wave, or respondents looked at.", low=0, example=960),
        N_ORGANIZATIONS,
        Column("reason", "text", "Why this threshold.", example="as many above a cut-off as below"),
    ),
    frame_rules=(within("share"),),
)

INDEX_PARTS = Contract(
    name="index_parts",
    layer="analysis",
    description="What kinds of change and dimensions contribute to the index of an organisation, in points.",
    grain="One row per organisation, wave, level and part; within a level the parts add up to the index.",
    key=("organization_id", "wave", "level", "code"),
    columns=(
        ORGANIZATION_ID,
        WAVE,
        Column(
            "level", "text", "Kind of change or dimension.", allowed=("kind", "dimension"), example="kind"
        ),
        Column("code", "text", "Which one.", example="personal"),
        number("contribution", "Points that it adds to the index.", low=0, example=17.0),
        number("possible", "Points that it could add at most.", low=0, example=33.3),
    ),
)

INDEX_RESULTS = (
    INDEX_ITEMS,
    INDEX_COMPONENTS,
    INDEX_LOADINGS,
    INDEX_SCORES,
    INDEX_RANK_SOURCES,
    INDEX_CHANGES,
    INDEX_WATCH,
    INDEX_PARTS,
)
