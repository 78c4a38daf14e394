"""What must not matter does not: order, names and units; what cannot be estimated says so by code."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.analysis import Analysis, analyse
from models.claims import Thresholds
from models.demo.panel import observed_panel
from models.demo.spec import WorldSpec
from models.effects import Effect

PRIMARY = ("csat_share", "log_revenue")
# Organisations are summed in the order of their names, so names move the last digits.
ROUNDING = 1e-7


def panel(seed: int = 3) -> pd.DataFrame:
    """Forty organisations over two years: four waves, as the files lead to it."""
    return observed_panel(WorldSpec(seed=seed, organizations=40, months=24, dirty=False))


def found(frame: pd.DataFrame, **options: object) -> Analysis:
    chosen = {"primary": PRIMARY, "secondary": (), "exploratory": (), "reliability": 0.9}
    return analyse(frame, **{**chosen, "parts": ("direction",), **options})


def numbers(row: Effect, unit: float = 1.0) -> list[float]:
    return [row.estimate / unit, row.standard_error / unit, row.low / unit, row.high / unit, row.p_value]


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([1e-3, 60.0, 1e4]), shift=st.floats(-5, 5))
@example(seed=1, scale=1e-3, shift=0.0)  # Smaller in the new unit than what was worth knowing in the old one.
def test_order_names_and_units_do_not_matter(seed: int, scale: float, shift: float) -> None:
    frame, rng = panel(seed % 7), np.random.default_rng(seed)
    names = frame["organization_id"].unique()
    renamed = dict(zip(names, rng.permutation([f"x{i:03d}" for i in range(len(names))]), strict=True))
    other = frame.sample(frac=1, random_state=seed).assign(
        organization_id=lambda f: f["organization_id"].map(renamed)
    )
    for name in ("log_revenue", "log_revenue_lead_3m"):
        other[name] = other[name] * scale + shift
    # The smallest effect worth knowing is declared in the outcome's unit, so it is told in the new one.
    declared = dict(Thresholds().effects_of_interest)
    declared["log_revenue"] *= scale
    a, b = found(frame), found(other, thresholds=Thresholds(effects_of_interest=declared))
    for before, after in zip(a.effects, b.effects, strict=True):
        unit = scale if before.outcome == "log_revenue" else 1.0
        assert (before.outcome, before.model, before.n_organizations) == (
            after.outcome,
            after.model,
            after.n_organizations,
        )
        np.testing.assert_allclose(numbers(after, unit), numbers(before), rtol=ROUNDING, atol=1e-12)
    for before, after in zip(a.outcomes, b.outcomes, strict=True):
        assert after.direction.ruling.verdict == before.direction.ruling.verdict
        paths = [one.direction.accumulating.forward.standardized for one in (before, after)]
        assert paths[0] == pytest.approx(paths[1], abs=1e-4)
    assert [claim.level for claim in a.claims] == [claim.level for claim in b.claims]


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 1000), scale=st.sampled_from([0.1, 0.5]))
def test_a_rescaled_index_rescales_the_effect_the_other_way(seed: int, scale: float) -> None:
    frame = panel(seed % 5)
    other = frame.assign(index_per_10=frame["index_per_10"] * scale)
    for before, after in zip(found(frame, parts=()).effects, found(other, parts=()).effects, strict=True):
        np.testing.assert_allclose(numbers(after, 1 / scale), numbers(before), rtol=ROUNDING, atol=1e-12)


def explained_by_size(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(index_per_10=frame["log_employees"])


def in_step(frame: pd.DataFrame) -> pd.DataFrame:
    months = frame.groupby("organization_id").cumcount()
    return frame.assign(index_per_10=months / 10.0)


BROKEN: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], set[str]]] = {
    "too few organisations": (
        lambda f: f.loc[f["organization_id"].isin(f["organization_id"].unique()[:1])],
        {"too_few_units"},
    ),
    "the index never changes": (lambda f: f.assign(index_per_10=5.0), {"exposure_constant"}),
    "a control is the index": (explained_by_size, {"exposure_constant"}),
    "the index is the calendar": (in_step, {"exposure_constant"}),
    "one month": (lambda f: f.loc[f["period"] == f["period"].min()], {"too_few_units"}),
    "nothing known of the outcomes": (
        lambda f: f.assign(**{name + lead: np.nan for name in PRIMARY for lead in ("", "_lead_3m")}),
        {"all_missing"},
    ),
    "nothing known of the index": (lambda f: f.assign(index_per_10=np.nan), {"all_missing"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_estimated_is_withheld_with_its_cause_and_no_warning(name: str) -> None:
    change, expected = BROKEN[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = found(change(panel()))
    for claim in result.claims:
        assert (claim.estimate, claim.low, claim.high) == (None, None, None) or claim.grade == "C"
        assert claim.level in ("none", "L0", "L1")
        assert expected <= {reason.code for reason in claim.reasons}, [r.code for r in claim.reasons]
    for outcome in result.outcomes:
        assert outcome.direction.ruling.verdict == "cannot_tell"
        assert not all(reason.passed for reason in outcome.direction.ruling.reasons)
