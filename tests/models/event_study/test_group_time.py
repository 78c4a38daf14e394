"""Keeps group-time effects from drifting off the published ones and from leaning on treated units."""

from __future__ import annotations

import warnings

import diff_diff
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import (
    AllMissingError,
    ConstantExposureError,
    ConstantOutcomeError,
    InputRefusedError,
    ModelError,
    TooFewPeriodsError,
    TooFewUnitsError,
)
from models.event_study import GroupTimeAtt, group_time_att

MPDTA = ("lemp", "county", "year", "first_treat")
MEDICAID = ("insured", "state", "year", "expansion")
PLAIN = ("y", "unit", "period", "start")
ROUNDING = 1e-9
# The R package's bootstrap, 1,000 draws of its own, differs from itself by about 5 % between two pages.
BOOTSTRAP_TOLERANCE = 0.12


def cells(entry) -> dict[tuple[int, int], object]:
    return {tuple(int(part) for part in key.split(",")): value for key, value in entry["value"].items()}


def by_key(entry) -> dict[int, float]:
    return {int(key): value for key, value in entry["value"].items() if key != "overall"}


@pytest.fixture(scope="module")
def teens(mpdta) -> GroupTimeAtt:
    return group_time_att(mpdta, *MPDTA)


def test_mpdta_effects_and_standard_errors(teens: GroupTimeAtt, published) -> None:
    numbers = published["mpdta"]
    assert set(teens.att) == set(cells(numbers["att"]))
    for result, name in ((teens.att, "att"), (teens.se, "se")):
        for cell, value in cells(numbers[name]).items():
            assert result[cell] == pytest.approx(value, abs=numbers[name]["abs_tol"]), (name, cell)


def test_mpdta_averages(teens: GroupTimeAtt, published) -> None:
    numbers = published["mpdta"]
    for found, name in (
        (teens.dynamic, "dynamic"),
        (teens.aggregate("dynamic", balance_e=1), "dynamic_balance_1"),
        (teens.aggregate("group"), "group"),
    ):
        tolerance = numbers[name]["abs_tol"]
        assert dict(found) == pytest.approx(by_key(numbers[name]), abs=tolerance)
        assert found.overall == pytest.approx(numbers[name]["value"]["overall"], abs=tolerance)
    simple = numbers["simple"]
    assert teens.overall == pytest.approx(simple["value"]["att"], abs=simple["abs_tol"])
    assert teens.overall_se == pytest.approx(simple["value"]["se"], abs=simple["abs_tol"])
    assert teens.pretest is not None
    assert teens.pretest.p_value == pytest.approx(numbers["pretest_p"]["value"], abs=1e-5)


def test_mpdta_bootstrap(teens: GroupTimeAtt, published) -> None:
    bootstrapped = dict(zip(teens.att, teens.band(999, seed=3).standard_errors, strict=True))
    for cell, value in cells(published["mpdta"]["se_bootstrap"]).items():
        assert bootstrapped[cell] == pytest.approx(value, rel=BOOTSTRAP_TOLERANCE)


def test_mpdta_given_population(mpdta, published) -> None:
    numbers = published["mpdta"]
    found = group_time_att(mpdta, *MPDTA, covariates=["lpop"])
    tolerance = numbers["att_given_population"]["abs_tol"]
    assert dict(found.att) == pytest.approx(cells(numbers["att_given_population"]), abs=tolerance)
    assert dict(found.dynamic) == pytest.approx(by_key(numbers["dynamic_given_population"]), abs=tolerance)
    assert found.pretest is not None
    assert found.pretest.p_value == pytest.approx(numbers["pretest_p_given_population"]["value"], abs=1e-5)
    bootstrapped = cells(numbers["se_bootstrap_given_population"])
    assert dict(found.se) == pytest.approx(bootstrapped, rel=BOOTSTRAP_TOLERANCE)


def test_medicaid_with_those_not_yet_treated(medicaid, published) -> None:
    numbers = published["medicaid"]
    found = group_time_att(medicaid, *MEDICAID, control="not_yet")
    assert dict(found.att) == pytest.approx(
        cells(numbers["att_not_yet"]), abs=numbers["att_not_yet"]["abs_tol"]
    )
    for cell, (att, se) in cells(numbers["stata"]).items():
        assert (found.att[cell], found.se[cell]) == pytest.approx((att, se), abs=numbers["stata"]["abs_tol"])
    simple = numbers["simple"]
    assert (found.overall, found.overall_se) == pytest.approx(
        (simple["value"]["att"], simple["value"]["se"]), abs=simple["abs_tol"]
    )


def test_medicaid_without_any_never_treated_state(medicaid, published) -> None:
    expanding = medicaid.dropna(subset="expansion")
    found = group_time_att(expanding, *MEDICAID, control="not_yet")
    expected = published["medicaid"]["simple_without_never"]
    assert found.overall == pytest.approx(expected["value"], abs=expected["abs_tol"])
    # The last group has nobody left to be compared with once it is treated.
    assert (2019, 2019) in found.skipped
    with pytest.raises(TooFewUnitsError, match="not_yet"):
        group_time_att(expanding, *MEDICAID)


@pytest.mark.parametrize("method", ["reg", "ipw"])
@pytest.mark.parametrize("control", ["never", "not_yet"])
def test_diff_diff_agrees(make_staggered, method: str, control: str) -> None:
    frame = make_staggered(1, effect=0.5)
    ours = group_time_att(frame, *PLAIN, control=control, covariates=["size"], method=method)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = diff_diff.CallawaySantAnna(
            control_group={"never": "never_treated", "not_yet": "not_yet_treated"}[control],
            estimation_method=method,
        ).fit(frame, outcome="y", unit="unit", time="period", first_treat="start", covariates=["size"])
    for cell, effect in theirs.group_time_effects.items():
        found = (ours.att[cell], ours.se[cell])
        assert found == pytest.approx((effect["effect"], effect["se"]), abs=1e-7)


# diff-diff's doubly robust form weights its regression too and is another estimator.
def test_doubly_robust_is_regression_and_weighting_by_statsmodels(make_staggered) -> None:
    frame = make_staggered(1, effect=0.5)
    ours = group_time_att(frame, *PLAIN, covariates=["size"])
    wide, units = frame.pivot(index="unit", columns="period", values="y"), frame.groupby("unit").first()
    used = units["start"].isin([0, 3]).to_numpy()
    change, treated = (wide[4] - wide[2])[used].to_numpy(), (units["start"] == 3)[used].to_numpy()
    X = sm.add_constant(units["size"][used].to_numpy())
    odds = np.exp(X @ sm.Logit(treated.astype(float), X).fit(disp=0, tol=1e-12).params)
    rest = change - X @ sm.OLS(change[~treated], X[~treated]).fit().params
    expected = rest[treated].mean() - np.average(rest[~treated], weights=odds[~treated])
    assert ours.att[3, 4] == pytest.approx(expected, abs=ROUNDING)


@pytest.mark.parametrize("base", ["varying", "universal"])
@pytest.mark.parametrize("control", ["never", "not_yet"])
def test_brute_force_agrees_in_an_unbalanced_panel(make_staggered, base: str, control: str) -> None:
    frame = make_staggered(2, missing=0.25)
    found = group_time_att(frame, *PLAIN, base=base, control=control)
    wide = frame.pivot(index="unit", columns="period", values="y")
    starts = frame.groupby("unit")["start"].first()
    for (g, t), att in found.att.items():
        b = g - 1 if base == "universal" or t >= g else t - 1
        change = (wide[t] - wide[b]).dropna()
        start = starts[change.index]
        allowed = start == 0
        if control == "not_yet":
            allowed |= (start > max(t, b)) & (start != g)
        treated, compared = change[start == g], change[allowed]
        assert att == pytest.approx(treated.mean() - compared.mean(), abs=ROUNDING)
        variance = treated.var(ddof=0) / len(treated) + compared.var(ddof=0) / len(compared)
        assert found.se[g, t] == pytest.approx(np.sqrt(variance), abs=ROUNDING)


def test_averages_are_weighted_by_the_units_of_a_group(make_staggered) -> None:
    frame = make_staggered(3, n_units=58, effect=1.0)
    found = group_time_att(frame, *PLAIN)
    size = found.group_sizes
    late = {cell: att for cell, att in found.att.items() if cell[1] >= cell[0]}
    weights = [size[g] for g, _ in late]
    assert found.overall == pytest.approx(np.average(list(late.values()), weights=weights))
    expected = np.average([found.att[3, 4], found.att[5, 6]], weights=[size[3], size[5]])
    assert found.dynamic[1] == pytest.approx(expected)
    calendar = found.aggregate("calendar")
    assert calendar[6] == pytest.approx(
        np.average([found.att[3, 6], found.att[5, 6]], weights=[size[3], size[5]])
    )
    assert calendar.overall == pytest.approx(np.mean(list(calendar.values())))


def test_the_error_of_the_group_shares_is_in_the_standard_error(make_staggered) -> None:
    """Resampling units draws groups of other sizes: the analytic error must see that too."""
    frame = make_staggered(4, n_units=80, effect=2.0)
    frame["y"] += 3.0 * ((frame["start"] == 3) & (frame["period"] >= 3))
    found = group_time_att(frame, *PLAIN)
    rng, drawn = np.random.default_rng(0), []
    for _ in range(150):
        units = rng.choice(80, 80)
        sample = frame.set_index("unit").loc[units].reset_index()
        sample["unit"] = np.repeat(np.arange(80), 6)
        drawn.append(group_time_att(sample, *PLAIN).overall)
    # 150 draws know a standard deviation to 6 %; three times that.
    assert found.overall_se == pytest.approx(np.std(drawn), rel=0.18)


def test_a_planted_effect_is_found_and_its_absence_too(make_staggered) -> None:
    covered, false_alarms, pretest_alarms = 0, 0, 0
    for seed in range(40):
        found = group_time_att(make_staggered(seed, effect=1.0), *PLAIN)
        covered += abs(found.overall - 1.0) <= 1.96 * found.overall_se
        empty = group_time_att(make_staggered(1000 + seed), *PLAIN)
        false_alarms += abs(empty.overall) > 1.96 * empty.overall_se
        assert empty.pretest is not None
        pretest_alarms += empty.pretest.p_value < 0.05
    # Of 40 at 95 %: fewer than 34 covered, or more than 6 alarms, have probability 0.003 each.
    assert covered >= 34
    assert false_alarms <= 6
    assert pretest_alarms <= 6


def test_treated_from_the_start_and_treated_after_the_end(make_staggered) -> None:
    frame = make_staggered(5)
    always = frame.assign(start=np.where(frame["unit"] < 4, 1, frame["start"]))
    found = group_time_att(always, *PLAIN)
    assert found.n_already_treated == 4
    pd.testing.assert_series_equal(
        pd.Series(dict(found.att)), pd.Series(dict(group_time_att(frame.loc[frame["unit"] >= 4], *PLAIN).att))
    )
    later = frame.assign(start=frame["start"].replace(0, 99))
    assert dict(group_time_att(later, *PLAIN).att) == dict(group_time_att(frame, *PLAIN).att)


def test_never_may_be_zero_missing_or_infinite(make_staggered) -> None:
    frame = make_staggered(6)
    expected = dict(group_time_att(frame, *PLAIN).att)
    for never in (np.nan, np.inf):
        changed = frame.assign(start=frame["start"].replace(0, never))
        assert dict(group_time_att(changed, *PLAIN).att) == expected
    nullable = frame.assign(start=frame["start"].replace(0, None).astype("Int64"))
    assert dict(group_time_att(nullable, *PLAIN).att) == expected


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.01, 100), shift=st.floats(-50, 50))
def test_order_labels_and_units_do_not_matter(make_staggered, seed: int, scale: float, shift: float) -> None:
    frame = make_staggered(seed % 7, missing=0.1)
    plain = group_time_att(frame, *PLAIN)
    shuffled = group_time_att(frame.sample(frac=1, random_state=seed), *PLAIN)
    assert dict(plain.att) == dict(shuffled.att)
    assert dict(plain.se) == dict(shuffled.se)
    renamed = frame.assign(
        unit=frame["unit"].map(lambda u: f"org {(u * 37) % 101}"), y=scale * frame["y"] + shift
    )
    moved = group_time_att(renamed, *PLAIN)
    for cell in plain.att:
        assert moved.att[cell] == pytest.approx(scale * plain.att[cell], rel=1e-6, abs=1e-9)
        assert moved.se[cell] == pytest.approx(scale * plain.se[cell], rel=1e-6)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda f: f.assign(y=np.nan), AllMissingError, "no row has y"),
        (lambda f: f.loc[f["period"] == 4], TooFewPeriodsError, "one period"),
        (lambda f: f.assign(start=f["start"].clip(upper=1)), TooFewPeriodsError, "no period before"),
        (lambda f: f.assign(start=0), ConstantExposureError, "no unit is treated"),
        (lambda f: f.loc[(f["start"] > 0) | (f["unit"] == 2)], TooFewUnitsError, "1 unit stays untreated"),
        (lambda f: f.assign(y=1.5), ConstantOutcomeError, "changes alike"),
        (lambda f: pd.concat([f, f.iloc[:1]]), InputRefusedError, "two rows"),
        (lambda f: f.assign(start=f["start"] + (f.index == 0)), InputRefusedError, "differs"),
        (lambda f: f.assign(unit=f["unit"].where(f.index > 0)), InputRefusedError, "empty"),
        (lambda f: f.assign(period=pd.Timestamp("2024-01-01")), InputRefusedError, "period holds no numbers"),
        (lambda f: f.assign(start="2024"), InputRefusedError, "start holds no numbers"),
        (lambda f: f.drop(columns="start"), InputRefusedError, "no column start"),
        (lambda f: f.assign(y="up"), InputRefusedError, "convert string to float: 'up'"),
        (
            lambda f: f.loc[(f["start"] == 0) | (f["period"] < f["start"])],
            TooFewUnitsError,
            "no period after the event",
        ),
    ],
)
def test_refusals_name_the_cause(make_staggered, change, error, message: str) -> None:
    with pytest.raises(error, match=message):
        group_time_att(change(make_staggered(7)), *PLAIN)


def test_covariates_that_leave_nobody_to_compare_with_are_refused(make_staggered) -> None:
    frame = make_staggered(8)
    with pytest.raises(ModelError, match="almost surely"):
        group_time_att(
            frame.assign(size=frame["size"] + 50 * (frame["start"] > 0)), *PLAIN, covariates=["size"]
        )
    with pytest.raises(ModelError, match="collinear"):
        group_time_att(frame.assign(size=2.0), *PLAIN, covariates="size", method="reg")


@pytest.mark.parametrize("options", [{"control": "all"}, {"base": "first"}, {"method": "ols"}])
def test_an_unknown_option_is_refused(make_staggered, options) -> None:
    with pytest.raises(InputRefusedError, match="none of"):
        group_time_att(make_staggered(9), *PLAIN, **options)


def test_an_average_that_no_group_reaches_is_refused(teens: GroupTimeAtt) -> None:
    with pytest.raises(InputRefusedError, match="9 periods"):
        teens.aggregate("dynamic", balance_e=9)
    with pytest.raises(InputRefusedError, match="unknown"):
        teens.aggregate("weekly")
    with pytest.raises(KeyError):
        teens.dynamic[17]
