"""An organisation's past must not hang on the order in which its versions were delivered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

DAYS = pd.to_datetime(["2018-01-01", "2019-05-01", "2020-02-01", "2021-01-01", "2023-07-01"])


def _versions() -> pd.DataFrame:
    """Five versions each of three organisations; some ends are stated, some are not, some leave a hole."""
    rows = [
        (f"org-{which}", 100 * place + which, day, None if place % 2 else day + pd.Timedelta(days=90 * which))
        for which in (1, 2, 3)
        for place, day in enumerate(DAYS, start=1)
    ]
    frame = pd.DataFrame(rows, columns=["organization_id", "employees", "valid_from", "valid_to"])
    return frame.assign(valid_to=pd.to_datetime(frame["valid_to"]), employees_band="under_500")


def test_the_order_of_delivery_does_not_matter(tmp_path: Path, run_dbt: Any, write_world: Any) -> None:
    histories = []
    for attempt in range(2):
        random = np.random.default_rng(attempt)
        rows = _versions().sample(frac=1, random_state=attempt).reset_index(drop=True)
        rows["delivery_id"] = random.permutation([f"d{place % 3}" for place in range(len(rows))])
        rows["source_updated_at"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(
            random.integers(0, 99, len(rows)), unit="D"
        )
        folder = tmp_path / str(attempt)
        write_world(folder / "accepted", {"organizations": rows})
        command = ["run", "--select", "+dim_organization_history"]
        result = run_dbt(command, folder / "accepted", folder / "build.duckdb", folder / "target")
        assert result.success
        with duckdb.connect(str(folder / "build.duckdb"), read_only=True) as connection:
            histories.append(connection.execute("select * from marts.dim_organization_history").df())
    pd.testing.assert_frame_equal(*histories)
    assert len(histories[0]) == 15
