"""The gate at use: what the regressions demand of `fct_maturity_impact`. No estimation here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import numpy.typing as npt

from models.effects import CATEGORIES, EXPOSURE, LEAD_SUFFIX
from models.errors import InputRefusedError

if TYPE_CHECKING:
    import pandas as pd

KEY = ("organization_id", "period")
LEAD_MONTHS = 3
# What the assessment says of an organisation; an outcome taken from it would come from the same respondents.
ASSESSMENT_COLUMNS = frozenset(
    {
        "integration_index",
        "index_per_10",
        "stage",
        "n_raters",
        "is_low_reliability",
        "channel_adoption_share",
        "checklist_gap",
        "wave",
    }
)
# A lead further than this (relative) from the value three months later was not made by shifting months.
LEAD_TOLERANCE = 1e-9


def checked_panel(panel: pd.DataFrame, primary: Sequence[str], exploratory: Sequence[str]) -> pd.DataFrame:
    """Check the input of the regressions again, and sort it.

    Parameters
    ----------
    panel : DataFrame
        `fct_maturity_impact`, one row per organisation and month.
    primary, exploratory : sequence of str
        Outcomes; `<outcome>_lead_3m` must be there for the primary ones.

    Returns
    -------
    DataFrame
        Sorted by organisation and period, measured columns as float64; rows with too few raters are still in.

    Raises
    ------
    InputRefusedError
        Naming the first rule that is broken, with the rows or columns that break it.
    """
    _refuse_same_source([*primary, *exploratory])
    leads = [outcome + LEAD_SUFFIX for outcome in primary]
    needed = [*KEY, *CATEGORIES, "log_employees", EXPOSURE, *leads]
    missing = [name for name in needed if name not in panel.columns]
    if missing:
        _refuse(f"columns are missing: {', '.join(missing)}.", "Rebuild the mart.")
    for name in KEY:
        if panel[name].isna().any():
            _refuse(f"{name} is empty in {int(panel[name].isna().sum())} rows.", "Fix the key of the mart.")
    doubles = panel.duplicated(list(KEY), keep=False)
    if doubles.any():
        first = panel.loc[doubles, list(KEY)].astype(str).agg(" ".join, axis=1).min()
        _refuse(
            f"{int(doubles.sum())} rows share organisation and period, such as {first}.", "Fix the grain."
        )

    known = [name for name in (*primary, *exploratory) if name + LEAD_SUFFIX in panel.columns]
    pairs = [column for name in known for column in (name, name + LEAD_SUFFIX) if column in panel.columns]
    frame = panel.copy()
    for name in [EXPOSURE, "log_employees", *pairs]:
        frame[name] = _numbers(panel[name])
    frame["organization_id"] = frame["organization_id"].astype(str)
    frame["period"] = _months(panel["period"])
    index = frame[EXPOSURE].dropna()
    if ((index < 0) | (index > 10)).any():
        _refuse(f"{EXPOSURE} leaves 0..10.", "It is the index, 0 to 100, divided by 10.")
    frame = frame.sort_values(list(KEY), kind="stable", ignore_index=True)
    for name in known:
        if name in frame.columns:
            _refuse_wrong_lead(frame, name)
    return frame


def _refuse_same_source(outcomes: Iterable[str]) -> None:
    for outcome in outcomes:
        if outcome in ASSESSMENT_COLUMNS or outcome.endswith("_score"):
            _refuse(
                f"{outcome} comes from the assessment, like the index it would be explained by.",
                "Outcomes come from support, sales, finance or personnel systems.",
            )


def _numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    try:
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        _refuse(f"{column.name} holds values that are no numbers.", "Fix its type in the mart.")
    if np.isinf(values).any():
        _refuse(f"{column.name} is infinite in {int(np.isinf(values).sum())} rows.", "Fix its formula.")
    return values


def _months(column: pd.Series) -> npt.NDArray[np.datetime64]:
    try:
        days = column.to_numpy().astype("datetime64[D]")
    except (TypeError, ValueError):
        _refuse("period holds values that are no dates.", "Fix its type in the mart.")
    if (days != days.astype("datetime64[M]").astype("datetime64[D]")).any():
        _refuse("period is not the first day of a month in every row.", "Fix the grain.")
    return days.astype("datetime64[s]")


def _refuse_wrong_lead(frame: pd.DataFrame, outcome: str) -> None:
    months = frame["period"].to_numpy().astype("datetime64[M]").astype(np.int64)
    # Organisation and month as one sorted number: months are far fewer than the stride.
    stride = 10**6
    _, codes = np.unique(frame["organization_id"].to_numpy(dtype=str), return_inverse=True)
    key = codes.astype(np.int64) * stride + months
    at = np.searchsorted(key, key + LEAD_MONTHS).clip(max=len(key) - 1)
    there = key[at] == key + LEAD_MONTHS
    later, lead = frame[outcome].to_numpy()[at], frame[outcome + LEAD_SUFFIX].to_numpy()
    one_missing = np.isnan(later) != np.isnan(lead)
    size = np.maximum(np.abs(np.nan_to_num(later)), 1.0)
    far = np.abs(np.nan_to_num(later) - np.nan_to_num(lead)) > LEAD_TOLERANCE * size
    wrong = there & (one_missing | far)
    if wrong.any():
        row = frame.loc[np.flatnonzero(wrong)[0], list(KEY)]
        _refuse(
            f"{outcome}{LEAD_SUFFIX} is not the value {LEAD_MONTHS} months later in {int(wrong.sum())} rows, "
            f"such as {row['organization_id']} {str(row['period'])[:10]}.",
            "Fix the lead in the mart.",
        )


def _refuse(what: str, remedy: str) -> NoReturn:
    raise InputRefusedError(what, where="fct_maturity_impact", remedy=remedy)
