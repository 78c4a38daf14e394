"""Text rows of a delivered file -> typed frames of canonical entities, as the profile says. Judging is the gate's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.contract import Column, Contract
from contracts.derive import Source, case_safe_ids, decide, listed_by, ordinals
from contracts.entities import ENTITIES
from contracts.gate import reasons_by_row
from contracts.profile import ColumnMap, Profile
from contracts.pseudonym import keyed_hashes
from contracts.values import Manner, Parsed, blank_to_null, parse

if TYPE_CHECKING:
    from contracts.instrument import Instrument

Mask = npt.NDArray[np.bool_]
_LINES = ("source_line", "delivery_id")
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


@dataclass(slots=True)
class Refusals:
    """Reasons collected while rows are converted; a reason belongs to a canonical column."""

    size: int
    found: list[tuple[str, str, Mask]] = field(default_factory=list)

    def add(self, column: str, reason: str, mask: Mask) -> None:
        """Refuse the rows of a mask."""
        if mask.any():
            self.found.append((column, reason, mask))

    @property
    def refused(self) -> Mask:
        """Rows that have a reason."""
        result = np.zeros(self.size, dtype=bool)
        for _, _, mask in self.found:
            result |= mask
        return result

    def by_row(self) -> list[dict[str, set[str]]]:
        """Per row: reasons by canonical column."""
        rows: list[dict[str, set[str]]] = [{} for _ in range(self.size)]
        for column, reason, mask in self.found:
            for position in np.flatnonzero(mask):
                rows[position].setdefault(column, set()).add(reason)
        return rows


@dataclass(frozen=True, slots=True)
class Given:
    """What the conversion is given beside the rows."""

    profile: Profile
    manner: Manner
    default_currency: str | None
    pseudonym_key: bytes | None


def convert(
    rows: pd.DataFrame,
    profile: Profile,
    *,
    locale: str = "en",
    zone: str | None = "UTC",
    default_currency: str | None = None,
    pseudonym_key: bytes | None = None,
    instrument: Instrument | None = None,
) -> Converted:
    """Typed frames out of the text rows of one file.

    Parameters
    ----------
    rows : DataFrame
        Text columns under the names of the file's header (those that may be kept), `source_line` and
        `delivery_id`.
    locale : str
        Language (and region) in which the source writes numbers and dates: `en`, `nl`, `en_GB`, ...
    zone : str, optional
        Zone of times without offset; None refuses them.
    default_currency : str, optional
        Currency of amounts where the file names none.
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
    given = Given(profile, Manner(locale, zone), default_currency, pseudonym_key)
    facts, refused = _facts(rows, profile)
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
    refused += list(zip(facts["delivery_id"], facts["source_line"], found, strict=True))
    return Converted(frames, *_refused(refused), warnings)


def convert_entity(facts: pd.DataFrame, given: Given, contract: Contract) -> tuple[pd.DataFrame, Refusals]:
    """Typed frame of all rows, empty in cells that cannot be converted, and the refusals."""
    source, refusals = Source(facts), Refusals(len(facts))
    values: dict[str, pd.Series] = lineage(facts, source, given, contract, refusals)
    for name, mapping in given.profile.columns.items():
        column = contract.column(name)
        values[name] = _column(source, column, mapping, contract, given, values, refusals)
    return contract.typed(pd.DataFrame(values, index=facts.index)), refusals


def lineage(
    facts: pd.DataFrame, source: Source, given: Given, contract: Contract, refusals: Refusals
) -> dict[str, pd.Series]:
    """Columns that say where a row comes from, and the organisation in the source's own terms."""
    profile = given.profile
    values: dict[str, Any] = {"delivery_id": facts["delivery_id"], "source_line": facts["source_line"]}
    values["delivered_by" if "delivered_by" in contract.column_names else "source_system"] = pd.Series(
        profile.source_system, index=facts.index, dtype="str"
    )
    version = profile.version_column(facts.columns)
    if version is not None:
        column = contract.column("source_updated_at")
        parsed = parse(source.text(version), column, contract, given.manner)
        values[column.name] = _keep(parsed, column.name, refusals)
    if profile.unit is not None:
        key = source.text(profile.unit.source)
        values["unit_key"] = case_safe_ids(key) if profile.unit.case_safe_id else key
        values["unit_key_type"] = pd.Series(profile.unit.type, index=facts.index, dtype="str")
    return values


def _column(
    source: Source,
    column: Column,
    mapping: ColumnMap,
    contract: Contract,
    given: Given,
    values: dict[str, pd.Series],
    refusals: Refusals,
) -> pd.Series:
    if mapping.cases:
        for name, wrong in source.wrong_booleans(mapping.cases).items():
            refusals.add(column.name, f"{name}:boolean", wrong)
        decided, undecided = decide(source, mapping.cases)
        refusals.add(column.name, f"{column.name}:known_value", undecided & ~refusals.refused)
        return decided.astype("boolean" if column.kind == "boolean" else "str")
    if mapping.listed_in is not None:
        return listed_by(values[contract.key[0]], source.text(mapping.listed_in))
    text = source.first(mapping.sources)
    if mapping.values:
        words = {word.casefold(): value for word, value in mapping.values.items()}
        mapped = text.str.casefold().map(words).astype("str")
        text = mapped.where(mapped.notna(), text)
    if mapping.lower_case:
        text = text.str.lower()
    if mapping.case_safe_id:
        text = case_safe_ids(text)
    if mapping.hmac is not None:
        return keyed_hashes(
            text, secret=given.pseudonym_key, domain=mapping.hmac, source_system=given.profile.source_system
        )
    if mapping.ordinal is not None:
        text = text.where(text.notna(), ordinals(source, mapping.ordinal))
    default = given.default_currency if mapping.default_setting else mapping.default
    if default is not None:
        text = text.fillna(str(default))
    parsed = parse(text, column, contract, given.manner)
    typed = _keep(parsed, column.name, refusals)
    return _adjusted(typed, mapping, values)


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


def _keep(parsed: Parsed, column: str, refusals: Refusals) -> pd.Series:
    for name, mask in parsed.failures.items():
        refusals.add(column, f"{column}:{name}", mask)
    return parsed.values


def _facts(rows: pd.DataFrame, profile: Profile) -> tuple[pd.DataFrame, list[tuple[str, int, list[str]]]]:
    """Rows that are facts, and the others (footers, empty lines, rows the profile refuses) with reasons."""
    source = Source(rows)
    refusals = Refusals(len(rows))
    footer, empty = _no_record(rows, profile)
    refusals.add("row", "row:footer", footer)
    refusals.add("row", "row:empty", empty & ~footer)
    for rule in profile.refuse:
        refusals.add("row", rule.reason, source.holds(rule.when) & ~footer & ~empty)
    out = refusals.refused
    reasons = [sorted(set().union(*row.values())) for row in refusals.by_row()]
    refused = [
        (rows["delivery_id"].iloc[position], int(rows["source_line"].iloc[position]), reasons[position])
        for position in np.flatnonzero(out)
    ]
    return rows[~out].reset_index(drop=True), refused


def _no_record(rows: pd.DataFrame, profile: Profile) -> tuple[Mask, Mask]:
    """Masks of footers (at most two cells filled, the first like a footer pattern) and of empty lines."""
    cells = [name for name in rows.columns if name not in _LINES]
    texts = [blank_to_null(rows[name], typed=False) for name in cells]
    filled = np.zeros(len(rows), dtype=np.int64)
    first = pd.Series([None] * len(rows), dtype="str")
    for text in texts:
        filled += text.notna().to_numpy(dtype=np.int64)
        first = first.where(first.notna(), text)
    like = np.zeros(len(rows), dtype=bool)
    few = (filled <= 2) & (filled > 0)
    if few.any():
        for pattern in profile.footer:
            like[few] |= first[few].str.contains(pattern, regex=True).fillna(False).to_numpy(dtype=bool)
    return like, filled == 0


def _all_reasons(typed: pd.DataFrame, refusals: Refusals, contract: Contract) -> list[list[str]]:
    """Reasons of refused rows: those of the conversion, and what the gate says of their other columns."""
    rows = refusals.by_row()
    bad = np.flatnonzero(refusals.refused)
    gate = dict(zip(bad, reasons_by_row(typed.iloc[bad], contract), strict=True))
    return [
        sorted(set().union(*row.values()) | {r for r in gate.get(position, []) if _adds(r, row)})
        for position, row in enumerate(rows)
    ]


def _adds(reason: str, row: dict[str, set[str]]) -> bool:
    # A cell that failed to convert is empty now: what the gate says of it, or of it with others, is an echo.
    column, name = reason.split(":")
    return name in _OF_ONE_COLUMN and column not in row


def _refused(rows: list[tuple[str, int, list[str]]]) -> tuple[pd.DataFrame, dict[str, int]]:
    held = sorted((row for row in rows if row[2]), key=lambda row: row[1])
    frame = pd.DataFrame(
        {
            "delivery_id": pd.Series([row[0] for row in held], dtype="str"),
            "source_line": pd.Series([row[1] for row in held], dtype="Int64"),
            "reasons": pd.Series([row[2] for row in held], dtype="object"),
        }
    )
    counts = Counter(reason for row in held for reason in row[2])
    return frame, dict(sorted(counts.items()))
