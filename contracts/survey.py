"""A survey file, one response per row -> answers, practices and channels. Who is asked what: items.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.answers import key_of, read
from contracts.convert import Given, convert_entity
from contracts.entities.assessment import ASSESSMENT_ANSWERS, CHANNEL_ADOPTION, PRACTICES
from contracts.gate import all_reasons
from contracts.items import Place, Places, places
from contracts.options import flags
from contracts.refusals import Mask, Refusals
from contracts.scale import odd_scale
from contracts.survey_rows import convert_answer_rows, item_codes

if TYPE_CHECKING:
    from contracts.instrument import Instrument
    from contracts.survey_shape import Survey

Frames = dict[str, pd.DataFrame]
_CONTRACTS = (ASSESSMENT_ANSWERS, PRACTICES, CHANNEL_ADOPTION)


def convert_survey(
    facts: pd.DataFrame, given: Given, instrument: Instrument
) -> tuple[Frames, dict[int, list[str]], tuple[str, ...]]:
    """Frames by entity, reasons per response, and warnings.

    A response is taken whole or refused whole: one answer off the scale says that its codes do not mean what
    the instrument means. A file without any item of the instrument is some other survey, and one whose codes
    and texts name different items some other version.
    """
    survey = given.profile.survey
    if survey is None:
        raise ValueError(f"{given.profile.name} is no survey profile")
    given = _zoned(given, survey)
    if survey.item_column is not None:
        return convert_answer_rows(facts, given, survey, instrument)
    facts = _without_dummies(facts, given, survey)
    found = places(list(facts.columns), given.manner.labels, survey, instrument)
    asked = found.columns("item")
    if found.contradictory or not asked:
        reason = "items:code_and_text_differ" if found.contradictory else "items:no_instrument_items"
        frames = {contract.name: contract.empty() for contract in _CONTRACTS}
        return frames, {row: [reason] for row in range(len(facts))}, _contradictions(found)
    responses, refusals = convert_entity(facts, given, ASSESSMENT_ANSWERS)
    levels, warnings = _levels(facts, asked, given, instrument, refusals)
    refusals.add("items", "items:no_answers", _nothing(levels) & ~refusals.refused)
    other = responses["instrument_version"].notna() & (responses["instrument_version"] != instrument.version)
    refusals.add("instrument_version", "instrument_version:known_value", other.to_numpy(dtype=bool))
    channels, n_channels = flags(facts, found.columns("channel"), instrument.channel_labels, survey, refusals)
    practices, n_practices = flags(
        facts, found.columns("practice"), instrument.practice_labels, survey, refusals
    )
    refused = _reasons(responses, refusals)
    good = np.ones(len(facts), dtype=bool)
    good[list(refused)] = False
    base = responses[good]
    frames = {
        "assessment_answers": _long(base, levels[good], "item_code", "answer_level"),
        "practices": _long(base, practices[good], "practice_code", "is_in_place"),
        "channel_adoption": _long(base, channels[good], "channel", "is_active"),
    }
    warnings += _warnings(facts, survey, instrument, found, n_channels + n_practices)
    return {c.name: c.typed(frames[c.name]) for c in _CONTRACTS}, refused, tuple(warnings)


def identities(facts: pd.DataFrame, given: Given, instrument: Instrument) -> pd.DataFrame:
    """Key and version of the record that each row is of, as far as they can be read, and its other cells."""
    survey = _survey(given)
    given = _zoned(given, survey)
    if survey.item_column is not None:
        rows, _ = convert_entity(facts, given, ASSESSMENT_ANSWERS)
        return rows.assign(item_code=item_codes(facts, survey, instrument)[1])
    return convert_entity(_without_dummies(facts, given, survey), given, ASSESSMENT_ANSWERS)[0]


def _zoned(given: Given, survey: Survey) -> Given:
    """What is given, with the zone that names of columns say."""
    if survey.zone_of_names is None:
        return given
    return replace(given, manner=replace(given.manner, zone=survey.zone_of_names))


def _levels(
    facts: pd.DataFrame,
    asked: Mapping[str, Sequence[Place]],
    given: Given,
    instrument: Instrument,
    refusals: Refusals,
) -> tuple[pd.DataFrame, list[str]]:
    """Answer levels, responses by items in the instrument's order, and what is odd about the scale."""
    levels: dict[str, pd.Series] = {}
    numbers: list[npt.NDArray[np.float64]] = []
    scales: list[tuple[float, float]] = []
    for item in instrument.items:
        for place in asked.get(item.code, ()):
            key = key_of(item, _survey(given), instrument, *_declared(given, place.column))
            answers = read(facts[place.column], key)
            for name, mask in answers.failures.items():
                refusals.add(item.code, f"{item.code}:{name}", mask)
            numbers.append(answers.numbers)
            scales.append(key.scale)
            before = levels.get(item.code, answers.values)
            differs = (before != answers.values).fillna(False).to_numpy(dtype=bool)
            refusals.add(item.code, f"{item.code}:said_twice", differs)
            levels[item.code] = before.where(before.notna(), answers.values)
    warnings = odd_scale(facts["delivery_id"], np.column_stack(numbers), scales, refusals)
    return pd.DataFrame(levels, index=facts.index), warnings


def _without_dummies(facts: pd.DataFrame, given: Given, survey: Survey) -> pd.DataFrame:
    """Rows without the times that an anonymised export writes for all."""
    if not survey.dummy_times:
        return facts
    sources = {*given.profile.columns["answered_at"].sources, *given.profile.version_columns}
    columns = [name for name in facts.columns if name in sources]
    return facts.assign(**{n: facts[n].mask(facts[n].str.strip().isin(survey.dummy_times)) for n in columns})


def _survey(given: Given) -> Survey:
    if given.profile.survey is None:
        raise ValueError(f"{given.profile.name} is no survey profile")
    return given.profile.survey


def _declared(given: Given, column: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Levels by word that the settings declare, and the value labels of a column."""
    manner = given.manner
    return manner.values.get("answer_level", {}), manner.value_labels.get(column, {})


def _reasons(responses: pd.DataFrame, refusals: Refusals) -> dict[int, list[str]]:
    """Reasons of refused responses: of the conversion, and what the gate would say of their answers."""
    probe = responses.assign(item_code="XX1", answer_level=0)
    rows = refusals.by_row()
    own = {position: rows.get(position, {}) for position in range(len(probe))}
    found = all_reasons(probe, ASSESSMENT_ANSWERS, own)
    return {position: reasons for position, reasons in found.items() if reasons}


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


def _contradictions(found: Places) -> tuple[str, ...]:
    named = ", ".join(name[:60] for name in found.contradictory)
    return (f"code and text name different items of the instrument: {named}",) if named else ()


def _warnings(
    facts: pd.DataFrame, survey: Survey, instrument: Instrument, found: Places, n_unknown: int
) -> list[str]:
    known = {place.column for place in found.found}
    asked = found.columns("item")
    prefixes = (survey.channel_prefix, survey.practice_prefix)
    absent = [item.code for item in instrument.items if item.code not in asked]
    reworded = [code for code, own in asked.items() if any(place.surely == 3 for place in own)]
    unknown = [name for name in facts.columns if name.startswith(prefixes) and name not in known]
    said = []
    if absent:
        said.append(f"items of the instrument that the file lacks: {', '.join(absent)}")
    if reworded:
        said.append(f"items with other words beside their code than the instrument's: {', '.join(reworded)}")
    if unknown:
        said.append(f"channels or practices the instrument does not know: {', '.join(unknown)}")
    if n_unknown:
        said.append(f"{n_unknown} chosen options are no channels or practices of the instrument; not counted")
    return said
