"""Text rows of a delivered file -> typed frames of canonical entities, as the profile says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from contracts.contract import Column, Contract
from contracts.derive import Source, case_safe_ids, decide, listed_by, ordinals
from contracts.entities import ENTITIES
from contracts.gate import reasons_by_row
from contracts.manner import Manner
from contracts.profile import ColumnMap, Profile
from contracts.pseudonym import keyed_hashes
from contracts.records import Refused, records
from contracts.refusals import Refusals
from contracts.values import parse

if TYPE_CHECKING:
    from contracts.instrument import Instrument

PLAIN = Manner()
"""English, UTC, and nothing declared beside."""
_OF_ONE_COLUMN = frozenset({"required", "known_value", "well_formed", "in_range", "whole_day"})


@dataclass(frozen=True, slots=True)
class Converted:
    """What a file holds in canonical terms.

    Attributes
    ----------
    frames : dict of str to DataFrame
        Typed rows by entity, with every column of the contract; `organization_id` is still empty.
    refused : DataFrame
        `delivery_id`, `source_line` and `reasons` (sorted list of rule ids) of rows that cannot be converted
        or are no facts. A line is either here or in `frames`, never in both.
    counts : dict of str to int
        Refused lines by reason.
    warnings : tuple of str
        What a person should know about the file; names columns, never values.
    """

    frames: dict[str, pd.DataFrame]
    refused: pd.DataFrame
    counts: dict[str, int]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What the conversion is given beside the rows."""

    profile: Profile
    manner: Manner
    pseudonym_key: bytes | None


def convert(
    rows: pd.DataFrame,
    profile: Profile,
    *,
    manner: Manner = PLAIN,
    pseudonym_key: bytes | None = None,
    instrument: Instrument | None = None,
) -> Converted:
    """Typed frames out of the text rows of one file.

    Parameters
    ----------
    rows : DataFrame
        Text columns under the names of the file's header (those that may be kept), `source_line` and
        `delivery_id`.
    manner : Manner
        How the delivery writes; where `is_proven` is not set, the rows are taken for the whole file and asked
        for what is not declared.
    pseudonym_key : bytes, optional
        Secret for person numbers; needed by profiles that hash.
    instrument : Instrument, optional
        Needed by survey profiles: items are found by their codes.

    Raises
    ------
    PseudonymKeyError
        When the profile hashes and there is no secret.
    ValueError
        When a survey profile is used without an instrument.
    """
    rows = rows.reset_index(drop=True)
    given = Given(profile, manner, pseudonym_key)
    facts, refused = records(rows, profile)
    if profile.survey is not None:
        from contracts.survey import convert_survey

        if instrument is None:
            raise ValueError(f"{profile.name}: a survey needs the instrument to be given")
        frames, found, warnings = convert_survey(facts, given, instrument)
    else:
        contract = ENTITIES[str(profile.entity)]
        typed, refusals = convert_entity(facts, given, contract)
        frames, found, warnings = {contract.name: typed}, _all_reasons(typed, refusals, contract), ()
        frames[contract.name] = typed[~refusals.refused].reset_index(drop=True)
    lines, deliveries = facts["source_line"], facts["delivery_id"]
    refused += [(str(deliveries.iloc[row]), int(lines.iloc[row]), said) for row, said in found.items()]
    return Converted(frames, *_refused(refused), warnings)


def convert_entity(facts: pd.DataFrame, given: Given, contract: Contract) -> tuple[pd.DataFrame, Refusals]:
    """Typed frame of all rows, empty in cells that cannot be converted, and the refusals."""
    work = _Work(Source(facts), contract, given, Refusals(len(facts)))
    _lineage(facts, work)
    for name, mapping in given.profile.columns.items():
        work.values[name] = _column(work, contract.column(name), mapping)
    return contract.typed(pd.DataFrame(work.values, index=facts.index)), work.refusals


@dataclass(slots=True)
class _Work:
    """One file on its way: what it holds, what it becomes, what is refused."""

    source: Source
    contract: Contract
    given: Given
    refusals: Refusals
    values: dict[str, Any] = field(default_factory=dict)

    def parsed(self, text: pd.Series, column: Column) -> pd.Series:
        """Typed values of a text; what is wrong with them goes to the refusals."""
        parsed = parse(text, column, self.contract, self.given.manner)
        for name, mask in parsed.failures.items():
            self.refusals.add(column.name, f"{column.name}:{name}", mask)
        return parsed.values


def _lineage(facts: pd.DataFrame, work: _Work) -> None:
    """Columns that say where a row comes from, and the organisation in the source's own terms."""
    profile, values, names = work.given.profile, work.values, work.contract.column_names
    values |= {"delivery_id": facts["delivery_id"], "source_line": facts["source_line"]}
    system = "delivered_by" if "delivered_by" in names else "source_system"
    values[system] = pd.Series(profile.source_system, index=facts.index, dtype="str")
    version = profile.version_column(facts.columns)
    if version is not None:
        column = work.contract.column("source_updated_at")
        values[column.name] = work.parsed(work.source.text(version), column)
    if profile.unit is not None:
        key = work.source.text(profile.unit.source)
        values["unit_key"] = case_safe_ids(key) if profile.unit.case_safe_id else key
        values["unit_key_type"] = pd.Series(profile.unit.type, index=facts.index, dtype="str")


def _column(work: _Work, column: Column, mapping: ColumnMap) -> pd.Series:
    if mapping.cases:
        return _decided(work, column, mapping)
    if mapping.listed_in is not None:
        return listed_by(work.values[work.contract.key[0]], work.source.text(mapping.listed_in))
    text = _words(work.source.first(mapping.sources), mapping)
    if mapping.hmac is not None:
        key, system = work.given.pseudonym_key, work.given.profile.source_system
        return keyed_hashes(text, secret=key, domain=mapping.hmac, source_system=system)
    if mapping.ordinal is not None:
        text = text.where(text.notna(), ordinals(work.source, mapping.ordinal))
    default = work.given.manner.currency if mapping.default_setting else mapping.default
    if default is not None:
        text = text.fillna(str(default))
    return _adjusted(work.parsed(text, column), mapping, work.values)


def _decided(work: _Work, column: Column, mapping: ColumnMap) -> pd.Series:
    for name, wrong in work.source.wrong_booleans(mapping.cases).items():
        work.refusals.add(column.name, f"{name}:boolean", wrong)
    decided, undecided = decide(work.source, mapping.cases)
    work.refusals.add(column.name, f"{column.name}:known_value", undecided & ~work.refusals.of(column.name))
    return decided.astype("boolean" if column.kind == "boolean" else "str")


def _words(text: pd.Series, mapping: ColumnMap) -> pd.Series:
    if mapping.values:
        words = {word.lower(): value for word, value in mapping.values.items()}
        mapped = text.str.lower().map(words).astype("str")
        text = mapped.where(mapped.notna(), text)
    if mapping.lower_case:
        text = text.str.lower()
    return case_safe_ids(text) if mapping.case_safe_id else text


def _adjusted(typed: pd.Series, mapping: ColumnMap, values: dict[str, pd.Series]) -> pd.Series:
    if mapping.divide_by is not None:
        typed = typed / mapping.divide_by
    if mapping.sign is not None:
        turned = values[mapping.sign.column].isin(mapping.sign.negate)
        typed = typed.where(~turned, -typed)
    if mapping.threshold is not None:
        number = values[mapping.threshold.column]
        word = pd.Series(mapping.threshold.below, index=typed.index, dtype="str")
        word = word.mask(
            (number >= mapping.threshold.at).fillna(False).astype(bool), mapping.threshold.reached
        )
        typed = typed.where(typed.notna(), word.mask(number.isna()))
    return typed


def _all_reasons(typed: pd.DataFrame, refusals: Refusals, contract: Contract) -> dict[int, list[str]]:
    """Reasons of refused rows: those of the conversion, and what the gate says of their other columns."""
    rows = refusals.by_row()
    gate = reasons_by_row(typed.iloc[list(rows)], contract)
    return {
        position: sorted(set().union(*row.values()) | {reason for reason in said if _adds(reason, row)})
        for (position, row), said in zip(rows.items(), gate, strict=True)
    }


def _adds(reason: str, row: dict[str, set[str]]) -> bool:
    # A cell that failed to convert is empty now: what the gate says of it, or of it with others, is an echo.
    column, name = reason.split(":")
    return name in _OF_ONE_COLUMN and column not in row


def _refused(rows: list[Refused]) -> tuple[pd.DataFrame, dict[str, int]]:
    held = sorted(rows, key=lambda row: row[1])
    frame = pd.DataFrame(
        {
            "delivery_id": pd.Series([row[0] for row in held], dtype="str"),
            "source_line": pd.Series([row[1] for row in held], dtype="Int64"),
            "reasons": pd.Series([row[2] for row in held], dtype="object"),
        }
    )
    counts = Counter(reason for row in held for reason in row[2])
    return frame, dict(sorted(counts.items()))
