"""One canonical column after another out of the text of a file, in the steps that column_map.py lists."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from contracts.account_ranges import AccountRanges
from contracts.column_map import ColumnMap, in_order
from contracts.contract import Column
from contracts.derive import Source, case_safe_ids, content_keys, decide, listed_by, ordinals
from contracts.manner import Manner
from contracts.pseudonym import keyed_hashes
from contracts.typed_columns import adjusted, minus, typed
from contracts.work import OWN, UNIT, Given, Work


def lineage(facts: pd.DataFrame, work: Work) -> None:
    """Columns that say where a row comes from, and the organisation in the source's own terms."""
    profile, values, names = work.given.profile, work.values, work.contract.column_names
    values |= {"delivery_id": facts["delivery_id"], "source_line": facts["source_line"]}
    system = "delivered_by" if "delivered_by" in names else "source_system"
    values[system] = _always(profile.source_system, facts)
    version = profile.version_column(facts.columns)
    if version is not None:
        column = work.contract.column("source_updated_at")
        values[column.name] = work.parsed(work.source.text(version), column, ColumnMap())
    if "unit_key" in names and not set(UNIT) & set(profile.columns):
        unit = profile.unit
        key = work.source.text(unit.source) if unit is not None else _always(None, facts)
        key = case_safe_ids(key) if unit is not None and unit.case_safe_id else key
        declared, kind = (work.given.constant(name) for name in UNIT)
        is_missing = key.isna()
        values["unit_key"] = key if declared is None else key.mask(is_missing, declared)
        values["unit_key_type"] = _always(unit.type if unit is not None else kind or "declared", facts)
        if kind is not None:
            values["unit_key_type"] = values["unit_key_type"].mask(is_missing, kind)


def fill_columns(facts: pd.DataFrame, work: Work) -> None:
    """Every mapped column, those that others need first; then constants of columns that are not mapped."""
    for name in in_order(work.given.profile.columns):
        work.values[name] = _column(facts, work, name, work.given.profile.columns[name])
    for name in set(work.contract.column_names) - set(work.values) - OWN:
        constant = work.given.constant(name)
        if constant is not None:
            work.values[name] = work.parsed(_always(constant, facts), work.contract.column(name), ColumnMap())


def _column(facts: pd.DataFrame, work: Work, name: str, mapping: ColumnMap) -> pd.Series:
    column = work.contract.column(name)
    if mapping.cases and not mapping.account_ranges:
        return _decided(work, column, mapping)
    text = _text(facts, work, column, mapping)
    text = _words(text, {**mapping.values, **work.given.manner.values.get(name, {})}, mapping)
    if mapping.hmac is not None:
        key, system = work.given.pseudonym_key, work.given.profile.source_system
        return keyed_hashes(text, secret=key, domain=mapping.hmac, source_system=system)
    if mapping.account_ranges:
        text = _classes(work, column, mapping, text)
    values = typed(work, column, mapping, text)
    if mapping.minus is not None:
        values = minus(values, typed(work, column, mapping, work.source.text(mapping.minus)))
    return adjusted(work, column, mapping, values)


def _text(facts: pd.DataFrame, work: Work, column: Column, mapping: ColumnMap) -> pd.Series:
    """Text of a column, and where it is empty what stands for it."""
    source, given, made = work.source, work.given, f"sql:{column.name}"
    if mapping.sql is not None and not source.has(made) and len(facts):
        raise ValueError(f"{given.profile.name}: {column.name} is an expression; evaluate it into '{made}'")
    if mapping.sql is not None or (source.has(made) and mapping.ordinal is None):
        text = source.text(made)
    elif mapping.content_key:
        text = content_keys(source, mapping.content_key, facts["delivery_id"])
    elif mapping.listed_in is not None:
        text = listed_by(work.values[work.contract.key[0]], source.text(mapping.listed_in))
    elif mapping.labelled:
        text = _labelled(source, mapping, given.manner)
    else:
        text = source.first(mapping.sources)
    if mapping.ordinal is not None:
        place = source.text(made) if source.has(made) else ordinals(source, mapping.ordinal)
        text = text.where(text.notna(), place)
    default = _default(given, column.name, mapping)
    return text if default is None else text.fillna(default)


def _default(given: Given, name: str, mapping: ColumnMap) -> str | None:
    if mapping.from_preamble is not None:
        said = given.manner.cell(mapping.from_preamble.row, mapping.from_preamble.cell)
        if said is not None:
            return said
    if (constant := given.constant(name)) is not None:
        return constant
    if mapping.default is not None:
        return str(mapping.default)
    return given.manner.currency if mapping.default_setting else None


def _labelled(source: Source, mapping: ColumnMap, manner: Manner) -> pd.Series:
    text = source.first(())
    for name in mapping.sources:
        labels = {str(code): label for code, label in manner.value_labels.get(name, {}).items()}
        said = source.text(name)
        label = said.map(labels).astype("str")
        text = text.where(text.notna(), label.where(label.notna(), said))
    return text


def _words(text: pd.Series, declared: Mapping[str, str], mapping: ColumnMap) -> pd.Series:
    if declared:
        words = {word.lower(): value for word, value in declared.items()}
        mapped = text.str.lower().map(words).astype("str")
        text = mapped.where(mapped.notna(), text)
    if mapping.lower_case:
        text = text.str.lower()
    return case_safe_ids(text) if mapping.case_safe_id else text


def _decided(work: Work, column: Column, mapping: ColumnMap) -> pd.Series:
    for name, wrong in work.source.wrong_booleans(mapping.cases).items():
        work.refusals.add(column.name, f"{name}:boolean", wrong)
    decided, undecided = decide(work.source, mapping.cases)
    made = decided.astype("boolean" if column.kind == "boolean" else "str")
    declared = _declared(work, column, mapping)
    if declared is not None:
        undecided &= declared.isna().to_numpy(dtype=bool)
        made = declared.where(declared.notna(), made)
    work.refuse(column, "known_value", undecided & ~work.refusals.of(column.name))
    constant = work.given.constant(column.name)
    if constant is None:
        return made
    always = work.parsed(pd.Series(constant, index=made.index, dtype="str"), column, ColumnMap())
    return made.where(made.notna() | undecided, always)


def _declared(work: Work, column: Column, mapping: ColumnMap) -> pd.Series | None:
    """What the words of the settings say of a column that cases decide; None where they say nothing of it."""
    declared = work.given.manner.values.get(column.name, {})
    if not declared or not mapping.worded:
        return None
    words = {word.lower(): value for word, value in declared.items()}
    said = work.source.first(mapping.worded).str.lower().map(words).astype("str")
    return work.parsed(said, column, ColumnMap())


def _classes(work: Work, column: Column, mapping: ColumnMap, codes: pd.Series) -> pd.Series:
    """Class of each account: of the settings, else of the profile, else by the cases."""
    declared = [AccountRanges.of(work.given.manner.account_classes)]
    declared.append(AccountRanges.of(work.given.profile.account_classes))
    known = {
        code: next((found for ranges in declared if (found := ranges.class_of(code)) is not None), None)
        for code in codes.dropna().unique()
    }
    classes = codes.map(known).astype("str")
    if mapping.cases:
        return classes.where(classes.notna(), _decided_beside(work, column, mapping, classes))
    work.refuse(column, "undeclared", (codes.notna() & classes.isna()).to_numpy(dtype=bool))
    return classes


def _decided_beside(work: Work, column: Column, mapping: ColumnMap, classes: pd.Series) -> pd.Series:
    decided, undecided = decide(work.source, mapping.cases)
    work.refuse(column, "undeclared", undecided & classes.isna().to_numpy(dtype=bool))
    return decided.astype("str")


def _always(value: str | None, facts: pd.DataFrame) -> pd.Series:
    return pd.Series(value, index=facts.index, dtype="str")
