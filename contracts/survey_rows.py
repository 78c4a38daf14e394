"""A survey file with one answer per row -> answers. One response per row: survey.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.answers import key_of, read
from contracts.convert import Given, convert_entity
from contracts.entities.assessment import ASSESSMENT_ANSWERS, CHANNEL_ADOPTION, PRACTICES
from contracts.gate import all_reasons
from contracts.items import item_of
from contracts.refusals import Mask, Refusals
from contracts.scale import odd_scale
from contracts.values import blank_to_null

if TYPE_CHECKING:
    from contracts.instrument import Instrument
    from contracts.survey_shape import Survey


def convert_answer_rows(
    facts: pd.DataFrame, given: Given, survey: Survey, instrument: Instrument
) -> tuple[dict[str, pd.DataFrame], dict[int, list[str]], tuple[str, ...]]:
    """Answers, reasons per row, and warnings.

    A response is taken whole or refused whole: where one of its answers is off the scale the others are
    refused with it.
    """
    rows, refusals = convert_entity(facts, given, ASSESSMENT_ANSWERS)
    items, codes = item_codes(facts, survey, instrument)
    rows["item_code"] = codes
    refusals.add("item_code", "item_code:required", _mask(items.isna()))
    refusals.add("item_code", "item_code:known_value", _mask(items.notna() & codes.isna()))
    levels, numbers = _levels(facts, codes, given, survey, instrument, refusals)
    rows["answer_level"] = levels
    warnings = odd_scale(facts["delivery_id"], numbers, [survey.scale], refusals)
    other = rows["instrument_version"].notna() & (rows["instrument_version"] != instrument.version)
    refusals.add("instrument_version", "instrument_version:known_value", _mask(other))
    beyond = refusals.of("answer_level")
    refusals.add("items", "items:no_answers", _mask(levels.isna() & codes.notna()) & ~beyond)
    response = [facts["delivery_id"], rows["response_key"]]
    torn = pd.Series(beyond, index=facts.index).groupby(response, dropna=False)
    refusals.add("items", "items:response_refused", _mask(torn.transform("any") & ~beyond))
    found = _reasons(rows, refusals)
    good = np.ones(len(rows), dtype=bool)
    good[list(found)] = False
    accepted = rows[good].reset_index(drop=True)
    nothing = {contract.name: contract.empty() for contract in (PRACTICES, CHANNEL_ADOPTION)}
    return {"assessment_answers": ASSESSMENT_ANSWERS.typed(accepted), **nothing}, found, tuple(warnings)


def item_codes(facts: pd.DataFrame, survey: Survey, instrument: Instrument) -> tuple[pd.Series, pd.Series]:
    """What each row says is asked, and the code of that item; missing where the instrument has none."""
    items = blank_to_null(facts[str(survey.item_column)], typed=False)
    return items, items.map({text: item_of(text, instrument) for text in items.dropna().unique()}).astype(
        "str"
    )


def _levels(
    facts: pd.DataFrame,
    codes: pd.Series,
    given: Given,
    survey: Survey,
    instrument: Instrument,
    refusals: Refusals,
) -> tuple[pd.Series, npt.NDArray[np.float64]]:
    """Level of every row, and the number that was written, as one column."""
    column = str(survey.answer_column)
    manner = given.manner
    declared, labels = manner.values.get("answer_level", {}), manner.value_labels.get(column, {})
    levels = pd.Series(pd.NA, index=facts.index, dtype="Int64")
    numbers = np.full((len(facts), 1), np.nan)
    failures = {name: np.zeros(len(facts), dtype=bool) for name in ("integer", "in_range")}
    for item in instrument.items:
        rows = _mask(codes == item.code)
        answers = read(facts.loc[rows, column], key_of(item, survey, instrument, declared, labels))
        levels[rows] = answers.values
        numbers[rows, 0] = answers.numbers
        for name, mask in answers.failures.items():
            failures[name][rows] = mask
    for name, mask in failures.items():
        refusals.add("answer_level", f"answer_level:{name}", mask)
    return levels, numbers


def _reasons(rows: pd.DataFrame, refusals: Refusals) -> dict[int, list[str]]:
    """Reasons of the conversion, and of refused rows what the gate says of their other columns."""
    probe = rows.assign(item_code="XX1", answer_level=0)
    return all_reasons(probe, ASSESSMENT_ANSWERS, refusals.by_row())


def _mask(values: pd.Series) -> Mask:
    return values.fillna(False).to_numpy(dtype=bool)
