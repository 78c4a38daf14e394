"""Several records of one key -> the one that counts. Pure functions on frames of good rows."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
import pandas as pd

Fate = Literal["accepted", "duplicate", "superseded", "conflict"]
# Where a row lay says nothing about what it says.
_PLACE: Final = ("delivery_id", "source_line")


def resolve(
    records: pd.DataFrame, key: Sequence[str], sequence: Mapping[str, int], content: pd.Series | None = None
) -> pd.Series:
    """Fate of every record.

    Records of one key are put in order of version (`source_updated_at`, unknown first), then of delivery,
    then of line. A record equal to the one before it is a duplicate. Of the others the last is accepted and
    those before it are superseded. Two different records of one key and version in one delivery are a
    conflict: nothing says which is right.

    Parameters
    ----------
    records : frame with the key, ``delivery_id``, ``source_line``, ``source_updated_at`` and the content;
        one row per record.
    key : names of the key columns.
    sequence : order of arrival by ``delivery_id``.
    content : what each record says, comparable; None compares all columns but place.

    Returns
    -------
    Series of str
        One of `Fate` per row, on the frame's index.
    """
    fate = pd.Series("accepted", index=records.index, dtype="str")
    several = records.duplicated(list(key), keep=False)
    if not several.any():
        return fate
    some = records.loc[several, [*key, "delivery_id", "source_line", "source_updated_at"]].copy()
    some["_said"] = said(records[several]) if content is None else content[several]
    some["_group"] = some.groupby(list(key), sort=False, dropna=False).ngroup()
    some["_sequence"] = some["delivery_id"].map(dict(sequence))
    order = ["_group", "source_updated_at", "_sequence", "source_line"]
    some = some.sort_values(order, na_position="first", kind="stable")
    group = some["_group"].to_numpy()
    is_duplicate = _as_before(group) & _as_before(some["_said"].to_numpy())
    rest = some[~is_duplicate]
    fate[some.index[is_duplicate]] = "duplicate"
    version = rest["source_updated_at"].astype("int64").to_numpy()
    as_before = (
        _as_before(rest["_group"].to_numpy()) & _as_before(rest["_sequence"].to_numpy()) & _as_before(version)
    )
    in_conflict = as_before | np.append(as_before[1:], False)
    fate[rest.index[in_conflict]] = "conflict"
    chain = rest[~in_conflict]
    is_last = ~chain["_group"].duplicated(keep="last")
    fate[chain.index[~is_last]] = "superseded"
    return fate


def n_late_corrections(
    records: pd.DataFrame, fate: pd.Series, key: Sequence[str], sequence: Mapping[str, int]
) -> int:
    """Accepted records that replaced one from an earlier delivery.

    Parameters
    ----------
    records, key, sequence : as given to `resolve`.
    fate : its result.
    """
    placed = records[list(key)].assign(_sequence=records["delivery_id"].map(dict(sequence)))
    both = placed[fate == "superseded"].merge(placed[fate == "accepted"], on=list(key), suffixes=("_old", ""))
    later = both[both["_sequence"] > both["_sequence_old"]]
    return len(later[list(key)].drop_duplicates())


def said(rows: pd.DataFrame) -> pd.Series:
    """What each row says, as one comparable number; where it lay is left out."""
    columns = [name for name in rows.columns if name not in _PLACE]
    texts = pd.DataFrame({name: rows[name].astype("str") for name in columns}, index=rows.index)
    return pd.util.hash_pandas_object(texts, index=False)


def _as_before(values: np.ndarray) -> np.ndarray:
    same = np.zeros(len(values), dtype=bool)
    same[1:] = values[1:] == values[:-1]
    return same
