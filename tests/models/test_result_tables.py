"""If these fail, analysts query result tables that lost a column, a type or their contract."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from contracts.gate import split
from contracts.instrument import load_instrument
from contracts.results import RESULTS
from models.analysis import Analysis, analyse
from models.demo.assessment import draw_answers
from models.demo.panel import observed_panel
from models.demo.spec import WorldSpec
from models.demo.world import draw_world
from models.planted import planted_answers, planted_panel

PRIMARY = ("csat_share", "log_revenue")


def small(**changes) -> pd.DataFrame:
    return planted_panel(**{"n_organizations": 60, "n_months": 18, "outcomes": PRIMARY, **changes})


def answers_of(spec: WorldSpec) -> pd.DataFrame:
    """`assessment_answers` of a demo world, without going through its survey files."""
    world, instrument = draw_world(spec), load_instrument()
    drawn = draw_answers(world, instrument)
    response, item = np.nonzero(drawn.levels >= 0)
    return pd.DataFrame(
        {
            "response_key": response,
            "item_code": np.array([one.code for one in instrument.items])[item],
            "answer_level": drawn.levels[response, item],
            "organization_id": world.organizations.organization_id[drawn.organization[response]],
            "wave": np.array(world.calendar.waves)[drawn.wave[response]],
        }
    )


@pytest.fixture(scope="module")
def world() -> Analysis:
    """Everything that the battery can make of one small world with a wave column and dimension scores."""
    spec, instrument = WorldSpec(seed=4, organizations=48, months=30), load_instrument()
    panel, answers = observed_panel(spec), answers_of(spec)
    scores = panel.drop_duplicates(["organization_id", "wave"])
    rng = np.random.default_rng(2)
    assessment = scores[["organization_id", "wave", "stage"]].assign(
        **{
            f"{dimension.code}_score": (scores["integration_index"] + rng.normal(0, 4, len(scores))).clip(
                0, 100
            )
            for dimension in instrument.dimensions
        }
    )
    practices = pd.concat(
        scores[["organization_id", "wave"]].assign(
            practice_code=code, is_in_place=rng.random(len(scores)) < scores["integration_index"] / 100
        )
        for code in instrument.practices
    )
    return analyse(panel, answers=answers, assessment=assessment, practices=practices)


def test_every_table_has_rows_and_holds_its_contract(world: Analysis) -> None:
    frames = world.frames()
    assert list(frames) == list(RESULTS)
    # Nine waves are needed for it; ten half-years would double the time of this test.
    empty = {name for name, table in frames.items() if table.empty}
    assert empty == {"granger"}
    for name, contract in RESULTS.items():
        assert split(frames[name], contract).refused.empty, name


def test_columns_and_types_are_those_of_the_contract_with_and_without_rows(world: Analysis) -> None:
    bare = analyse(small(seed=12), parts=()).frames()
    for name, contract in RESULTS.items():
        assert list(bare[name]) == list(contract.column_names)
        assert (bare[name].dtypes == world.frames()[name].dtypes).all(), name
        assert split(bare[name], contract).refused.empty, name


def test_an_outcome_that_is_missing_is_said_to_be() -> None:
    claims = analyse(small(seed=12), answers=planted_answers(1), parts=()).frames()["claims"]
    assert claims.loc[claims["outcome"] == "win_rate", "estimate"].isna().all()
    assert claims.loc[claims["outcome"] == "win_rate", "reasons"].tolist() == ["outcome_missing"]


def test_parts_of_a_score_add_up_to_the_index(world: Analysis) -> None:
    frames = world.frames()
    scores = frames["index_scores"].set_index(["organization_id", "wave"])["integration_index"].dropna()
    for level in ("kind", "dimension"):
        parts = frames["index_parts"].loc[frames["index_parts"]["level"] == level]
        total = parts.groupby(["organization_id", "wave"])["contribution"].sum()
        np.testing.assert_allclose(total.reindex(scores.index), scores, atol=1e-9)


def test_what_few_respondents_answered_to_an_item_stays_out(world: Analysis) -> None:
    assert set(world.frames()["index_parts"]["level"]) == {"kind", "dimension"}
