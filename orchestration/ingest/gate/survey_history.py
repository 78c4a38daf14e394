"""Responses of one survey profile over several deliveries: what is gone, what came again. No files.

The same decisions as `versions.supersede_vanished` and `refused.replaced_rows` make of all other rows.
"""

from collections.abc import Sequence

import pandas as pd

from orchestration.ingest.gate.lots import newest_snapshots, older_snapshots
from orchestration.ingest.gate.reasons import Reasons, is_of_a_record
from orchestration.ingest.gate.resolve import are_replaced
from orchestration.ingest.gate.verdict import Loaded


def supersede_vanished(
    fate: pd.Series,
    records: pd.DataFrame,
    told: pd.DataFrame,
    key: Sequence[str],
    active: Sequence[Loaded],
) -> tuple[pd.Series, dict[str, int]]:
    """Fates where what the newest full snapshot lacks is superseded, and how much that is by its delivery.

    A record that a later delivery names, or the newest full snapshot of another source, is still there.

    Parameters
    ----------
    fate : of each record, see `resolve.resolve`.
    records : good records.
    told : all rows, see `contracts.survey.identities`.
    key : columns that name a record.
    active : deliveries in the order of arrival.
    """
    newest = newest_snapshots(active)
    order = {delivery.delivery_id: place for place, delivery in enumerate(active)}
    in_newest = told["delivery_id"].isin([last.delivery_id for last in newest.values()])
    own, n_vanished = _keys(records, key), {}
    for snapshot, last in newest.items():
        older = [one.delivery_id for one in active if one.snapshot_of == snapshot and one is not last]
        is_later = told["delivery_id"].map(order) > order[last.delivery_id]
        was = own[records["delivery_id"].isin(older)]
        is_gone = own.isin(was) & ~own.isin(_keys(told[in_newest | is_later], key))
        is_gone &= (fate == "accepted").to_numpy()
        n_vanished[last.delivery_id] = int(is_gone.sum())
        fate = fate.mask(is_gone, "superseded")
    return fate, n_vanished


def replaced(
    told: pd.DataFrame, key: Sequence[str], active: Sequence[Loaded], reasons: Reasons
) -> set[tuple[str, int]]:
    """Delivery and line of the refused rows in whose place another came.

    Parameters
    ----------
    told, key, active : as in `supersede_vanished`.
    reasons : refused rows.
    """
    older = [delivery.delivery_id for delivery in older_snapshots(active)]
    found = {(delivery_id, line) for delivery_id in older for line in reasons.of(delivery_id)}
    places = zip(told["delivery_id"], told["source_line"], strict=True)
    is_refused = [is_of_a_record(reasons.of_line(delivery_id, line)) for delivery_id, line in places]
    rows = told.assign(is_refused=is_refused, sequence=told["delivery_id"].map(reasons.sequence))
    again = rows.loc[are_replaced(rows, key), ["delivery_id", "source_line"]]
    return found | {(str(delivery_id), int(line)) for delivery_id, line in again.to_numpy()}


def _keys(rows: pd.DataFrame, names: Sequence[str]) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[list(names)])
