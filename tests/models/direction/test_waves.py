"""Keeps a path from running backwards in time, and a wave from being made of an index carried forward."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.direction import quarter_series, wave_series
from models.errors import AllMissingError, InputRefusedError

STARTS = (0, 6, 12, 18)
N = 12


def panel(n_months: int = 24, starts=STARTS, start: str = "2022-01") -> pd.DataFrame:
    """Index 1, 2, 3, ... by wave, a tenth more per organisation, carried forward; outcome: the month."""
    months = np.arange(n_months)
    wave = np.searchsorted(starts, months, side="right") - 1
    frame = pd.DataFrame(
        {
            "organization_id": np.repeat([f"org_{i:02d}" for i in range(N)], n_months),
            "period": np.tile(pd.date_range(start, periods=n_months, freq="MS").date, N),
            "wave": np.tile(np.array([f"w{k}" for k in range(len(starts))])[wave], N),
            "index_per_10": np.tile(wave + 1.0, N) + np.repeat(np.arange(N) / 10, n_months),
            "outcome": np.tile(months.astype(float), N),
        }
    )
    return frame


def test_half_yearly_waves() -> None:
    series = wave_series(panel(), "outcome")
    assert series.waves == ("w0", "w1", "w2", "w3")
    assert series.months == ("2022-01", "2022-07", "2023-01", "2023-07")
    assert series.gap_months == 6.0
    assert series.n_set_aside == 0
    np.testing.assert_allclose(series.x[0], [1, 2, 3, 4])
    # From three months after the wave before until three months after this one: 3..8 about wave 2, and so on.
    np.testing.assert_allclose(series.y[0], [1.0, 5.5, 11.5, 17.5])
    np.testing.assert_allclose(series.until_next[0], [4, 10, 16, np.nan])
    # Five months after (7..11) minus five before (1..5).
    np.testing.assert_allclose(series.around[0], [np.nan, 6, 6, 6])


def test_both_paths_respect_time() -> None:
    """The outcome is its own month: y of a wave is over before the next x, and begins after the x before."""
    series = wave_series(panel(), "outcome")
    for w in range(1, 4):
        months = range(STARTS[w - 1] + 3, STARTS[w] + 3)
        assert np.mean(months) == series.y[0, w]
        assert months[0] > STARTS[w - 1]
        if w < 3:
            assert months[-1] < STARTS[w + 1]


def test_an_index_in_force_is_no_wave() -> None:
    frame = panel()
    absent = (frame["organization_id"] == "org_03") & (frame["wave"] == "w2")
    frame.loc[absent, ["wave", "index_per_10"]] = ["w1", 2.3]
    series = wave_series(frame, "outcome")
    assert np.isnan(series.x[3, 2])
    assert series.x[3, 1] == 2.3


def test_an_index_of_too_few_raters_is_left_out() -> None:
    frame = panel().assign(is_low_reliability=False)
    frame.loc[(frame["organization_id"] == "org_01") & (frame["wave"] == "w1"), "is_low_reliability"] = True
    assert np.isnan(wave_series(frame, "outcome").x[1]).tolist() == [False, True, False, False]


def test_ratios_are_pooled() -> None:
    frame = panel()
    frame["outcome_numerator"], frame["outcome_denominator"] = 1.0, 1.0
    frame.loc[frame["period"] == pd.Timestamp("2022-05-01").date(), "outcome_denominator"] = 95.0
    frame.loc[frame["period"] == pd.Timestamp("2022-06-01").date(), "outcome_denominator"] = 0.0
    assert wave_series(frame, "outcome").y[0, 1] == pytest.approx(5 / 99)


def test_a_stretch_that_is_mostly_unknown_is_unknown() -> None:
    frame = panel()
    known = frame["organization_id"] != "org_00"
    months = frame["outcome"].isin([3, 4, 5, 6])
    frame.loc[~known & months, "outcome"] = np.nan
    series = wave_series(frame, "outcome")
    assert np.isnan(series.y[0, 1])
    assert np.isfinite(series.y[1:]).all()
    frame.loc[~known & (frame["period"] == pd.Timestamp("2022-04-01").date()), "outcome"] = 3.0
    assert wave_series(frame, "outcome").y[0, 1] == pytest.approx((3 + 7 + 8) / 3)


def test_waves_nearer_than_a_quarter_are_set_aside() -> None:
    series = wave_series(panel(starts=(0, 2, 6, 12)), "outcome")
    assert series.waves == ("w0", "w2", "w3")
    assert series.n_set_aside == 1


def test_waves_that_few_organisations_took_part_in_are_set_aside() -> None:
    frame = panel()
    few = frame["organization_id"] < "org_09"
    frame.loc[~few & (frame["wave"] == "w1"), "index_per_10"] = np.nan
    series = wave_series(frame, "outcome")
    assert series.waves == ("w0", "w2", "w3")
    np.testing.assert_allclose(series.y[0], [1.0, 8.5, 17.5])


def test_outcomes_that_began_late_drop_the_first_waves() -> None:
    frame = panel()
    frame.loc[frame["outcome"] < 6, "outcome"] = np.nan
    series = wave_series(frame, "outcome")
    assert series.waves == ("w1", "w2", "w3")
    assert series.n_set_aside == 1


def test_yearly_waves_and_a_panel_that_begins_within_one() -> None:
    series = wave_series(panel(n_months=36, starts=(0, 9, 21, 33), start="2022-04"), "outcome")
    assert series.months == ("2022-04", "2023-01", "2024-01", "2025-01")
    np.testing.assert_allclose(series.y[0, 2], np.arange(12, 24).mean())


def test_row_order_does_not_matter() -> None:
    one, two = (wave_series(frame, "outcome") for frame in (panel(), panel().sample(frac=1, random_state=1)))
    assert one.units == two.units
    for name in ("x", "y", "until_next", "around"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


def test_quarters() -> None:
    index, outcome = quarter_series(panel(start="2022-02"), "outcome")
    # February to April 2022 hold one whole quarter's beginning: April.
    np.testing.assert_allclose(outcome[0, :3], [0.5, 3.0, 6.0])
    assert np.isnan(index[0, 0])
    np.testing.assert_allclose(index[0, 1:4], [1, 1, 2])


@pytest.mark.parametrize("column", ["wave", "index_per_10", "outcome", "period"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(InputRefusedError, match=column):
        wave_series(panel().drop(columns=column), "outcome")


@pytest.mark.parametrize(
    ("column", "message"), [("wave", "names its wave"), ("outcome", "no wave has outcome")]
)
def test_nothing_known_is_refused(column: str, message: str) -> None:
    frame = panel()
    frame[column] = None if column == "wave" else np.nan
    with pytest.raises(AllMissingError, match=message):
        wave_series(frame, "outcome")
