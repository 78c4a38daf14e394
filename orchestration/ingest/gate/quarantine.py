"""Refused rows -> Parquet below quarantine/: reasons and what was kept of the row, never what is personal."""

import json
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow

from contracts.profile import Profile
from contracts.profile_checks import hidden
from orchestration.ingest.files import write_parquet

pa: Any = pyarrow
_AT_ONCE: Final = 10_000
"""Rows whose cells are objects of Python at a time: all refused rows of a file may be millions."""
_SCHEMA: Final = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("file", pa.string()),
        ("source_line", pa.int64()),
        ("entity", pa.string()),
        ("reasons", pa.string()),
        ("raw", pa.string()),
    ]
)


def held_back(
    rows: pd.DataFrame,
    reasons: dict[int, list[str]],
    profile: Profile,
    *,
    file: str,
    delivery_id: str,
    entity: str,
) -> pd.DataFrame:
    """Quarantine rows of one delivery.

    Parameters
    ----------
    rows : landed text rows of the delivery.
    reasons : reason codes (``column:rule``) by source line.
    profile : columns that are hidden, see `hidden`, are left out of ``raw``.
    file, delivery_id : where the rows came from.
    entity : entity they would have fed; several joined by ``;``.

    Returns
    -------
    DataFrame
        One row per refused line, in line order; ``raw`` is JSON text of the kept columns.
    """
    lines = sorted(reasons)
    unshown = hidden(profile) | {"source_line"}
    shown = [name for name in rows.columns if name not in unshown]
    refused = rows[rows["source_line"].isin(lines)]
    raw: dict[int, str] = {}
    for start in range(0, len(refused), _AT_ONCE):
        some = refused.iloc[start : start + _AT_ONCE]
        texts = some[shown].astype(object).where(some[shown].notna(), "").to_dict("records")
        said = (json.dumps(cells, ensure_ascii=False, sort_keys=True) for cells in texts)
        raw |= zip(some["source_line"].tolist(), said, strict=True)
    return pd.DataFrame(
        {
            "delivery_id": delivery_id,
            "file": file,
            "source_line": lines,
            "entity": entity,
            "reasons": [";".join(sorted(set(reasons[line]))) for line in lines],
            "raw": [raw.get(line, "{}") for line in lines],
        }
    )


def empty() -> pd.DataFrame:
    """Quarantine frame without rows."""
    frame: pd.DataFrame = _SCHEMA.empty_table().to_pandas()
    return frame


def write(folder: Path, rows: pd.DataFrame) -> None:
    """Write one file per delivery that has refused rows."""
    for delivery_id, part in rows.groupby("delivery_id", sort=True):
        table = pa.Table.from_pandas(part, schema=_SCHEMA, preserve_index=False)
        write_parquet(folder / f"{delivery_id}.parquet", table)


def read(folder: Path) -> pd.DataFrame:
    """All refused rows below HOME/quarantine, ordered by file and line."""
    parts = [pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))]
    rows = pd.concat(parts, ignore_index=True) if parts else empty()
    return rows.sort_values(["file", "source_line"], kind="stable", ignore_index=True)
