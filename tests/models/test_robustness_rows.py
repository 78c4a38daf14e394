"""Keeps a finding from being called sturdy that one industry, chance or a leak would explain."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.panel import two_way_within
from models.planted import planted_panel
from models.robustness import confounder_bound
from models.robustness.rows import UNMOVABLE, Robustness, robustness_of

OUTCOME = "csat_share"
LEAD = OUTCOME + "_lead_3m"


def world(seed: int = 0, **planted: float) -> pd.DataFrame:
    frame = planted_panel(seed, n_organizations=48, n_months=18, outcomes=(OUTCOME,), **planted)
    rng = np.random.default_rng(seed)
    return frame.assign(**{UNMOVABLE + "_lead_3m": rng.binomial(20, 0.5, len(frame)) / 20})


def rows(frame: pd.DataFrame, **options: int) -> dict[tuple[str, str], Robustness]:
    options = {"n_shuffles": 99} | options
    return {(row.model, row.check): row for row in robustness_of(frame, OUTCOME, **options)}


def test_a_planted_effect_holds_from_every_side() -> None:
    found = rows(world(effect=0.05))
    assert {check for _, check in found} == {
        "robustness_value",
        "robustness_value_interval",
        "control_bound",
        "industry_left_out",
        "shuffled_index",
        "unmovable_outcome",
    }
    assert all(row.holds for row in found.values())
    assert found["M2", "robustness_value"].value > found["M2", "robustness_value_interval"].value > 0


def test_without_an_effect_nothing_holds_that_must_not() -> None:
    found = rows(world(3, effect=0.0))
    assert not found["M2", "shuffled_index"].holds
    assert not found["M2", "control_bound"].holds
    assert found["M2", "robustness_value_interval"].value == 0.0
    assert found["M2", "unmovable_outcome"].holds


def test_a_finding_of_one_industry_is_named() -> None:
    frame = world(1, effect=0.0)
    own = frame["industry"] == sorted(frame["industry"].unique())[2]
    frame.loc[own, LEAD] += 0.3 * frame.loc[own, "index_per_10"]
    frame.loc[~own, LEAD] -= 0.01 * frame.loc[~own, "index_per_10"]
    row = rows(frame)["M2", "industry_left_out"]
    assert row.subject == frame.loc[own, "industry"].iloc[0]
    assert not row.holds
    without = two_way_within(frame[~own], LEAD, "index_per_10", [], "organization_id", "period")
    assert row.low == pytest.approx(without.coefficients[0], rel=1e-8)


def test_a_leak_into_what_nothing_can_move_is_caught() -> None:
    frame = world(2, effect=0.03)
    frame[UNMOVABLE + "_lead_3m"] += 0.02 * frame["index_per_10"]
    assert not rows(frame)["M2", "unmovable_outcome"].holds


def test_the_bound_of_a_block_of_controls_by_a_second_route() -> None:
    """One control of one column: partial R squared out of its t statistics instead of sums of squares."""
    import statsmodels.api as sm

    frame = world(4, effect=0.03, trait=0.05).dropna(subset=[LEAD, "index_per_10"])
    frame = frame.assign(industry="one", country="one", customer_type="one")
    found = rows(frame)["M1", "control_bound"]
    months = pd.get_dummies(frame["period"], drop_first=True, dtype=float).to_numpy()
    others = np.column_stack([frame["log_employees"], months, np.ones(len(frame))])
    whole = sm.OLS(frame[LEAD].to_numpy(), np.column_stack([frame["index_per_10"], others])).fit()
    exposure = sm.OLS(frame["index_per_10"].to_numpy(), others).fit()
    months_only = others[:, 1:]
    worst = []
    for t_exposure, dof, t_outcome in ((exposure.tvalues[0], exposure.df_resid, whole.tvalues[1]),):
        worst.append(
            confounder_bound(
                whole.params[0],
                whole.bse[0],
                whole.df_resid,
                r2_exposure=t_exposure**2 / (t_exposure**2 + dof),
                r2_outcome=t_outcome**2 / (t_outcome**2 + whole.df_resid),
            ).estimate
        )
    # Months as one block: R squared with and without them.
    size = np.column_stack([frame["log_employees"], np.ones(len(frame))])
    r2 = {
        name: sm.OLS(values, X).fit().ssr
        for name, values, X in (
            ("x", frame["index_per_10"].to_numpy(), others),
            ("x0", frame["index_per_10"].to_numpy(), size),
            ("y", frame[LEAD].to_numpy(), np.column_stack([others, frame["index_per_10"]])),
            ("y0", frame[LEAD].to_numpy(), np.column_stack([size, frame["index_per_10"]])),
        )
    }
    worst.append(
        confounder_bound(
            whole.params[0],
            whole.bse[0],
            whole.df_resid,
            r2_exposure=1 - r2["x"] / r2["x0"],
            r2_outcome=1 - r2["y"] / r2["y0"],
        ).estimate
    )
    assert months_only.shape[1] == others.shape[1] - 1
    assert found.value == pytest.approx(min(worst), rel=1e-8)


def test_shuffles_say_nothing_as_often_as_they_should() -> None:
    """80 null worlds at 10 %: more than 16 or fewer than 2 have a chance below 1 % together (binomial)."""
    frames = (
        planted_panel(seed, n_organizations=24, n_months=12, effect=0.0, outcomes=(OUTCOME,))
        for seed in range(80)
    )
    rejected = sum(rows(frame, n_shuffles=39)["M2", "shuffled_index"].p_value <= 0.1 for frame in frames)
    assert 2 <= rejected <= 16


def test_row_order_changes_nothing_and_a_seed_decides_the_shuffles() -> None:
    frame = world(5, effect=0.01)
    moved = frame.sample(frac=1, random_state=2)
    plain, again = robustness_of(frame, OUTCOME, n_shuffles=49), robustness_of(moved, OUTCOME, n_shuffles=49)
    for one, other in zip(plain, again, strict=True):
        assert (one.check, one.subject, one.holds) == (other.check, other.subject, other.holds)
        assert one.value == pytest.approx(other.value, rel=1e-9)
        assert one.p_value == other.p_value or one.p_value == pytest.approx(other.p_value, rel=1e-9)


def test_a_model_that_cannot_be_estimated_has_no_rows() -> None:
    frame = world(6)
    frame["index_per_10"] = frame.groupby("organization_id")["index_per_10"].transform("first")
    assert {row.model for row in robustness_of(frame, OUTCOME)} == {"M1"}
    assert robustness_of(frame.assign(**{LEAD: np.nan}), OUTCOME) == ()
