"""Whether a profile, and what is declared of a source, ask only for what `contracts.sql_typing` can say."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.column_map import ColumnMap
from contracts.contract import Contract
from contracts.values import NULL_WORDS_TYPED
from contracts.work import Given

_READ_HERE = frozenset(
    {
        *("sources", "cases", "default", "default_setting", "values", "lower_case", "case_safe_id"),
        *("hmac", "listed_in", "ordinal", "content_key", "sql", "reads", "strip_symbols", "divide_by"),
        *("sign", "threshold"),
    }
)


def is_declared_here(given: Given, contract: Contract) -> bool:
    """Whether constants and declared words mean here what they mean to `convert`, which tells of none."""
    if given.unused_constants(contract) or given.unused_words():
        return False
    columns, words = given.profile.columns, given.manner.values
    if any(columns[name].cases or contract.column(name).kind != "text" for name in words if name in columns):
        return False
    constants = {**given.profile.constants, **given.manner.constants}
    return all(
        constant == constant.strip()
        and constant.casefold() not in NULL_WORDS_TYPED
        and (not (allowed := contract.column(name).allowed) or constant in allowed)
        and (name not in columns or _is_said_plainly(columns[name], words.get(name)))
        for name, constant in constants.items()
    )


def _is_said_plainly(mapping: ColumnMap, words: Mapping[str, str] | None) -> bool:
    """Whether a constant of a mapped column stands as it is declared."""
    return not (
        words or mapping.cases or mapping.values or mapping.lower_case or mapping.case_safe_id or mapping.hmac
    )


def is_read_here(mapping: ColumnMap, account_classes: Mapping[str, str]) -> bool:
    """Whether SQL can fill a column as it is mapped."""
    said = {name for name in mapping.model_fields_set if getattr(mapping, name) != _unset(name)}
    # Where no account is declared the decision list says its class.
    is_undeclared = bool(mapping.cases) and not account_classes
    return said - ({"account_ranges"} if is_undeclared else set()) <= _READ_HERE


def _unset(name: str) -> object:
    return ColumnMap.model_fields[name].get_default(call_default_factory=True)
