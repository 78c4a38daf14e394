"""A survey file, one response per row -> answers, practices and channels. Items go by their codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from contracts.convert import Given, convert_entity
from contracts.entities.assessment import ASSESSMENT_ANSWERS, CHANNEL_ADOPTION, PRACTICES
from contracts.gate import reasons_by_row
from contracts.instrument import HIGHEST_LEVEL
from contracts.refusals import Mask, Refusals
from contracts.values import blank_to_null, parse, parse_booleans

if TYPE_CHECKING:
    from contracts.instrument import Instrument
    from contracts.survey_shape import Survey

Frames = dict[str, pd.DataFrame]
_LEVEL = ASSESSMENT_ANSWERS.column("answer_level")
_LEVELS = tuple(range(HIGHEST_LEVEL + 1))


def convert_survey(
    facts: pd.DataFrame, given: Given, instrument: Instrument
) -> tuple[Frames, dict[int, list[str]], tuple[str, ...]]:
    """Frames by entity, reasons per response, and warnings.

    A response is taken whole or refused whole: one answer off the scale says that its codes do not mean what
    the instrument means. A file without any item of the instrument is some other survey.
    """
    survey = given.profile.survey
    if survey is None:
        raise ValueError(f"{given.profile.name} is no survey profile")
    items = [item.code for item in instrument.items if item.code in facts.columns]
    if not items:
        frames = {c.name: c.empty() for c in (ASSESSMENT_ANSWERS, PRACTICES, CHANNEL_ADOPTION)}
        return frames, {row: ["items:no_instrument_items"] for row in range(len(facts))}, ()
    responses, refusals = convert_entity(facts, given, ASSESSMENT_ANSWERS)
    levels = _levels(facts, items, given, refusals)
    refusals.add("items", "items:no_answers", _nothing(levels) & ~refusals.refused)
    other = responses["instrument_version"].notna() & (responses["instrument_version"] != instrument.version)
    refusals.add("instrument_version", "instrument_version:known_value", other.to_numpy(dtype=bool))
    channels = _flags(facts, survey.channel_prefix, instrument.channels, refusals)
    practices = _flags(facts, survey.practice_prefix, instrument.practices, refusals)
    found = _reasons(responses, refusals)
    good = np.ones(len(facts), dtype=bool)
    good[list(found)] = False
    base = responses[good]
    frames = {
        "assessment_answers": _long(base, levels[good], "item_code", "answer_level"),
        "practices": _long(base, practices[good], "practice_code", "is_in_place"),
        "channel_adoption": _long(base, channels[good], "channel", "is_active"),
    }
    contracts = (ASSESSMENT_ANSWERS, PRACTICES, CHANNEL_ADOPTION)
    return {c.name: c.typed(frames[c.name]) for c in contracts}, found, _warnings(facts, survey, instrument)


def _levels(facts: pd.DataFrame, items: list[str], given: Given, refusals: Refusals) -> pd.DataFrame:
    """Answer levels, responses by items; all items are read as one long column."""
    survey = given.profile.survey
    text = blank_to_null(pd.concat([facts[code] for code in items], ignore_index=True), typed=True)
    text = text.mask(text.isin(survey.unanswered if survey else ()))
    parsed = parse(text, _LEVEL, ASSESSMENT_ANSWERS, given.manner)
    inside = parsed.values.isna() | parsed.values.isin(_LEVELS)
    beyond = ~inside.to_numpy(dtype=bool) | parsed.failures["in_range"]
    levels = {}
    for place, code in enumerate(items):
        rows = slice(place * len(facts), (place + 1) * len(facts))
        refusals.add(code, f"{code}:integer", parsed.failures["integer"][rows])
        refusals.add(code, f"{code}:in_range", beyond[rows])
        levels[code] = parsed.values.iloc[rows].set_axis(facts.index)
    return pd.DataFrame(levels, index=facts.index)


def _flags(facts: pd.DataFrame, prefix: str, codes: Iterable[str], refusals: Refusals) -> pd.DataFrame:
    flags = {}
    for code in codes:
        name = prefix + code
        if name in facts.columns:
            parsed = parse_booleans(blank_to_null(facts[name], typed=True))
            refusals.add(name, f"{name}:boolean", parsed.failures["boolean"])
            flags[code] = parsed.values
    return pd.DataFrame(flags, index=facts.index)


def _reasons(responses: pd.DataFrame, refusals: Refusals) -> dict[int, list[str]]:
    """Reasons of refused responses: of the conversion, and what the gate would say of their answers."""
    probe = responses.assign(item_code="XX1", answer_level=0)
    rows, found = refusals.by_row(), {}
    for position, said in enumerate(reasons_by_row(probe, ASSESSMENT_ANSWERS)):
        row = rows.get(position, {})
        reasons = set().union(*row.values()) | {r for r in said if r.split(":")[0] not in row}
        if reasons:
            found[position] = sorted(reasons)
    return found


def _long(base: pd.DataFrame, wide: pd.DataFrame, code: str, value: str) -> pd.DataFrame:
    """One row per response and filled column of `wide`, in the order of responses and columns."""
    width = len(wide.columns)
    rows = base.drop(columns=["item_code", "answer_level"])
    if not width or not len(wide):
        return rows.iloc[:0]
    rows = rows.loc[rows.index.repeat(width)].reset_index(drop=True)
    rows[code] = np.tile(np.array(wide.columns, dtype=object), len(wide))
    stacked = pd.concat([wide[name] for name in wide.columns], ignore_index=True)
    order = np.arange(len(wide) * width).reshape(width, len(wide)).T.ravel()
    rows[value] = stacked.iloc[order].reset_index(drop=True)
    return rows[rows[value].notna()].reset_index(drop=True)


def _nothing(levels: pd.DataFrame) -> Mask:
    return levels.isna().all(axis=1).to_numpy(dtype=bool)


def _warnings(facts: pd.DataFrame, survey: Survey, instrument: Instrument) -> tuple[str, ...]:
    absent = [item.code for item in instrument.items if item.code not in facts.columns]
    known = {survey.channel_prefix + code for code in instrument.channels}
    known |= {survey.practice_prefix + code for code in instrument.practices}
    prefixes = (survey.channel_prefix, survey.practice_prefix)
    unknown = [name for name in facts.columns if name.startswith(prefixes) and name not in known]
    said = []
    if absent:
        said.append(f"items of the instrument that the file lacks: {', '.join(absent)}")
    if unknown:
        said.append(f"channels or practices the instrument does not know: {', '.join(unknown)}")
    return tuple(said)
