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
    then of line. Two different records of one key and version in one delivery are a conflict: nothing says
    which is right, whatever other deliveries say. A record equal to another of its delivery, or to the one
    before it, is a duplicate. Of the others the last is accepted and those before it are superseded.

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
    order = ["_group", "source_updated_at", "_sequence", "_said", "source_line"]
    some = some.sort_values(order, na_position="first", kind="stable")
    is_repeated = _same_as_before(some, "_group", "_sequence", "_said")
    fate[some.index[is_repeated]] = "duplicate"
    rest = some[~is_repeated]
    as_before = _same_as_before(rest, "_group", "_sequence", "source_updated_at")
    in_conflict = as_before | np.append(as_before[1:], False)
    fate[rest.index[in_conflict]] = "conflict"
    clear = rest[~in_conflict]
    is_duplicate = _same_as_before(clear, "_group", "_said")
    fate[clear.index[is_duplicate]] = "duplicate"
    chain = clear[~is_duplicate]
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


def are_replaced(told: pd.DataFrame, key: Sequence[str]) -> "pd.Series[bool]":
    """Whether each refused record came again in a later delivery, as new or newer.

    The later one may have been refused too: it is then the one that is held back. An unknown version counts
    as the oldest, as in `resolve`.

    Parameters
    ----------
    told : records, refused and good ones: the key, ``sequence``, ``source_updated_at`` and ``is_refused``;
        one whose key is missing is never replaced.
    key : names of the key columns.
    """
    names = list(key)
    newest = told.groupby([*names, "sequence"])["source_updated_at"].max()[::-1]
    later = newest.groupby(level=names).cummax().groupby(level=names).ffill().groupby(level=names).shift()
    n_later = newest.groupby(level=names).cumcount()
    places = pd.MultiIndex.from_frame(told[[*names, "sequence"]])
    version = told["source_updated_at"]
    is_as_new = version.isna() | (later.reindex(places).set_axis(told.index) >= version)
    came_again = n_later.reindex(places, fill_value=0).set_axis(told.index) > 0
    return told["is_refused"] & came_again & is_as_new


def said(rows: pd.DataFrame) -> pd.Series:
    """What each row says, as one comparable number; where it lay is left out."""
    columns = [name for name in rows.columns if name not in _PLACE]
    texts = pd.DataFrame({name: rows[name].astype("str") for name in columns}, index=rows.index)
    return pd.util.hash_pandas_object(texts, index=False)


def _same_as_before(rows: pd.DataFrame, *columns: str) -> np.ndarray:
    """Whether each row has what the row before it has in all of these columns; moments may be missing."""
    same = np.arange(len(rows)) > 0
    for column in columns:
        values = rows[column]
        numbers = (values.astype("int64") if values.dtype.kind == "M" else values).to_numpy()
        same[1:] &= numbers[1:] == numbers[:-1]
    return same
