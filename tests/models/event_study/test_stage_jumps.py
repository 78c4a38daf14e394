"""Keeps the quarter of a rise from being guessed: each kind of history has its one reading."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.errors import AllMissingError, InputRefusedError
from models.event_study import StageJumps, stage_jumps
from models.event_study.stage_jumps import pooled

# The index in the middle of each stage; the stages begin at 0, 20, 40, 60 and 80.
MIDDLE = {1: 10.0, 2: 30.0, 3: 50.0, 4: 70.0, 5: 90.0}
FIRST_QUARTER = 2024 * 4


def panel(histories: dict[str, list[int | None]], start: str = "2024-01-01", repeat: int = 3) -> pd.DataFrame:
    """One row per organisation and month; a history gives the stage of each quarter, None for unknown."""
    rows = []
    for name, stages in histories.items():
        months = pd.date_range(start, periods=repeat * len(stages), freq="MS")
        for month, stage in zip(months, np.repeat(np.array(stages, dtype=object), repeat), strict=True):
            rows.append((name, month, stage, MIDDLE.get(stage), float(month.month)))
    frame = pd.DataFrame(rows, columns=["organization_id", "period", "stage", "integration_index", "y"])
    return frame.astype({"stage": "Int64", "integration_index": "float64"})


def starts_of(jumps: StageJumps) -> dict[str, list[int]]:
    """First treated quarter (0 when never), then the quarters that are kept, counted from the first."""
    out = {}
    for name, rows in jumps.frame.groupby("organization_id"):
        first = int(rows["first_treated"].iloc[0])
        quarters = (rows["quarter"] - FIRST_QUARTER).tolist()
        out[str(name)] = [first - FIRST_QUARTER if first else 0, *quarters]
    return out


def test_each_history_has_its_reading() -> None:
    jumps = stage_jumps(
        panel(
            {
                "rises": [2, 2, 3, 3],
                "rises_twice": [1, 2, 3, 3],
                "falls_back": [2, 3, 1, 1],
                "only_falls": [4, 3, 3, 4],
                "stays": [3, 3, 3, 3],
                "at_the_top": [5, 5, 4, 5],
                "late": [None, 2, 2, 3],
                "unknown_between": [2, None, 3, 3],
                "unknown_after": [2, 3, None, None],
                "expires": [2, 2, None, None],
                "never_assessed": [None, None, None, None],
            }
        ),
        ["y"],
    )
    assert starts_of(jumps) == {
        "rises": [2, 0, 1, 2, 3],
        "rises_twice": [1, 0, 1, 2, 3],
        "falls_back": [1, 0, 1, 2, 3],
        "only_falls": [0, 0, 1, 2, 3],
        "stays": [0, 0, 1, 2, 3],
        "late": [3, 1, 2, 3],
        "unknown_between": [2, 0, 2, 3],
        "unknown_after": [1, 0, 1, 2, 3],
        "expires": [0, 0, 1],
    }
    assert (jumps.n_risen, jumps.n_never) == (6, 3)
    assert (jumps.n_fell_back, jumps.n_fell) == (1, 1)
    assert (jumps.n_highest_from_start, jumps.n_never_assessed) == (1, 1)


def test_points_to_rise_are_counted_from_the_stage_above_the_first() -> None:
    jumps = stage_jumps(panel({"a": [2, 3, 1], "b": [4, 4, 5]}), ["y"])
    assert jumps.frame["points_to_rise"].tolist() == [10.0, -10.0, 30.0, 10.0, 10.0, -10.0]


def test_a_quarter_without_all_its_months_does_not_count() -> None:
    frame = panel({"a": [2, 2, 3], "b": [2, 2, 2]}, start="2023-12-01")
    jumps = stage_jumps(frame, ["y"])
    # December 2023 and July and August 2024 are alone in their quarters.
    assert sorted(set(jumps.frame["quarter"] - FIRST_QUARTER)) == [0, 1]
    gone = frame.drop(
        index=frame.index[(frame["organization_id"] == "a") & (frame["period"] == "2024-02-01")]
    )
    assert starts_of(stage_jumps(gone, ["y"]))["a"] == [0, 1]


def test_ratios_are_pooled_from_their_parts_and_logs_taken_last() -> None:
    frame = panel({"a": [2, 2]}).assign(
        share=[0.5, 1.0, np.nan, 0.2, 0.2, 0.2],
        share_numerator=[1, 9, None, 1, 1, 1],
        share_denominator=[2, 9, 0, 5, 5, 5],
        revenue=[100.0, 200.0, 600.0, 10.0, np.nan, 10.0],
        log_revenue=0.0,
    )
    quarters = stage_jumps(frame, ["share", "log_revenue", "y"]).frame
    assert quarters["share"].tolist() == pytest.approx([10 / 11, 0.2])
    assert quarters["log_revenue"].iloc[0] == pytest.approx(np.log(300.0))
    assert np.isnan(quarters["log_revenue"].iloc[1])
    assert quarters["y"].tolist() == [2.0, 5.0]
    by = ["organization_id"]
    assert pooled(frame.drop(columns="share_numerator"), "share", by).isna().all()
    assert pooled(frame.drop(columns="revenue"), "log_revenue", by).tolist() == [0.0]


def test_row_order_does_not_matter() -> None:
    frame = panel({"rises": [2, 2, 3, 3], "stays": [3, 3, 3, 3], "late": [None, 2, 2, 3]})
    shuffled = stage_jumps(frame.sample(frac=1, random_state=3), ["y"])
    pd.testing.assert_frame_equal(shuffled.frame, stage_jumps(frame, ["y"]).frame)


def test_refusals_name_the_cause() -> None:
    frame = panel({"a": [2, 3]})
    with pytest.raises(InputRefusedError, match="stage, z"):
        stage_jumps(frame.drop(columns="stage"), ["y", "z"])
    with pytest.raises(AllMissingError, match="no organisation has a stage"):
        stage_jumps(panel({"a": [None, None]}), ["y"])
    with pytest.raises(AllMissingError, match="full quarter"):
        stage_jumps(frame.loc[frame["period"] < "2024-03-01"], ["y"])
