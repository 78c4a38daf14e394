"""Native keys of source systems -> organisations, by the crosswalk as it held on a row's day. No files.

Said twice, for frames and in SQL; a test holds both against each other.
"""

from typing import Final

import pandas as pd

# Which day of a row counts; an entity without one takes the latest entry. A person who is still there is
# mapped by the latest crosswalk, one who left by the crosswalk of that day.
_DAY: Final = {
    "assessment_answers": "answered_at",
    "practices": "answered_at",
    "channel_adoption": "answered_at",
    "employment_spells": "ended_on",
    "opportunities": "closed_on",
    "tickets": "created_at",
    "ledger_lines": "posted_on",
    "opportunity_history": "changed_at",
    "survey_responses": "answered_at",
    "marketing_spend": "spent_on",
    "invoices": "issued_on",
    "hires": "accepted_on",
    "applications": "applied_month",
}
_KEY: Final = ("source_system", "unit_key_type", "unit_key")


def organizations_of(rows: pd.DataFrame, entity: str, crosswalk: pd.DataFrame | None) -> pd.Series:
    """Organisation of each row, null where the crosswalk has none for its key and day.

    Parameters
    ----------
    rows : frame with ``source_system, unit_key_type, unit_key`` and the entity's day.
    entity : name of the entity; decides which day counts. Rows without a day take the key's latest entry.
    crosswalk : accepted crosswalk; ``valid_to`` is the first day on which an entry no longer holds.

    Returns
    -------
    Series of str
        On the index of `rows`.
    """
    empty = pd.Series(None, index=rows.index, dtype="str")
    if crosswalk is None or crosswalk.empty or rows.empty:
        return empty
    day = rows[_DAY[entity]] if entity in _DAY else pd.Series(pd.NaT, index=rows.index)
    far = pd.Timestamp("2262-01-01")
    wanted = rows[list(_KEY)].assign(_day=day.astype("datetime64[us]").fillna(far), _at=range(len(rows)))
    wanted = wanted[wanted["unit_key"].notna()]
    entries = crosswalk[[*_KEY, "organization_id", "valid_from", "valid_to"]].assign(
        valid_from=crosswalk["valid_from"].astype("datetime64[us]")
    )
    both = pd.merge_asof(
        wanted.sort_values("_day", kind="stable"),
        entries.sort_values("valid_from", kind="stable"),
        left_on="_day",
        right_on="valid_from",
        by=list(_KEY),
    )
    ended = both["valid_to"].notna() & (both["_day"] >= both["valid_to"]) & (both["_day"] < far)
    found = both["organization_id"].where(~ended)
    mapped = pd.Series(found.to_numpy(), index=both["_at"].to_numpy(), dtype="str")
    return pd.Series(mapped.reindex(range(len(rows))).to_numpy(), index=rows.index, dtype="str")


def intervals_sql(crosswalk: str) -> str:
    """Query of the crosswalk's entries with the day on which the next one of their key begins."""
    keys = ", ".join(_KEY)
    after = f"lead(valid_from, 1, date '9999-12-31') over (partition by {keys} order by valid_from)"
    return f"select {keys}, organization_id, valid_from, valid_to, {after} as next_from from {crosswalk}"


def mapped_sql(rows: str, entity: str, intervals: str) -> str:
    """Query of rows with ``organization_id``.

    Parameters
    ----------
    rows : SQL source with the key columns and the entity's day.
    entity : name of the entity; decides which day counts.
    intervals : table made by `intervals_sql`.
    """
    far = "timestamp '2262-01-01'"
    day = f"coalesce(rows.{_DAY[entity]}::timestamp, {far})" if entity in _DAY else far
    same = " and ".join(f"entry.{name} = rows.{name}" for name in _KEY)
    holds = (
        f"{day} >= entry.valid_from and {day} < entry.next_from "
        f"and (entry.valid_to is null or {day} < entry.valid_to or {day} = {far})"
    )
    return (
        f"select rows.*, entry.organization_id from {rows} as rows "
        f"left join {intervals} as entry on {same} and {holds}"
    )
