"""Profile -> SQL that types the rows whose every cell stands in its plainest spelling. No SQL is run here.

`contracts.convert` is the reference and takes all other rows. What is said here must hold for plain rows
only, but there to the last bit: a cell is plain when it is empty or of one form that has one reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.column_map import ColumnMap, WhenValue
from contracts.contract import Column, Contract
from contracts.manner import Manner
from contracts.profile import Profile
from contracts.sql_forms import FORMS, among, timestamp
from contracts.sql_given import GIVEN, VISIBLE
from contracts.sql_rules import SQL_TYPES, quoted, text
from contracts.values import NO, NULL_WORDS, YES

_READ_HERE = frozenset(
    {
        *("sources", "cases", "default", "default_setting", "values", "lower_case", "case_safe_id", "hmac"),
        *("listed_in", "ordinal", "content_key", "sql", "reads", "strip_symbols", "divide_by", "sign"),
    }
)
_OPEN_ENDS = r"(9999-12-31|0000-00-00).*"


@dataclass(frozen=True, slots=True)
class PlainRows:
    """SQL over the landed text columns of one delivery.

    Attributes
    ----------
    values : expression per canonical column, right where all `conditions` hold and no text is `lost`.
    conditions : what makes a row plain; none is ever null.
    texts : text of the canonical columns whose value is empty where the text is not plain. To compare the two
        costs less than to type twice.
    """

    values: dict[str, str]
    conditions: tuple[str, ...]
    texts: dict[str, str]


def plain_rows(
    profile: Profile, contract: Contract, manner: Manner, header: Iterable[str]
) -> PlainRows | None:
    """SQL for the plain rows of a delivery; None where the profile asks for what only `convert` can do.

    Parameters
    ----------
    profile, contract : what the rows are and become; not a survey.
    manner : how the delivery writes.
    header : landed columns.
    """
    classes = {**profile.account_classes, **manner.account_classes}
    if (
        manner.constants
        or manner.values
        or any(not _is_read_here(m, classes) for m in profile.columns.values())
    ):
        return None
    made = _Made(contract, manner, frozenset(header), {}, [], {})
    for rule in profile.refuse:
        made.conditions.append(f"not ({made.holds(rule.when)})")
    for name, mapping in profile.columns.items():
        if mapping.divide_by is not None and contract.column(name).kind not in ("real", "share", "score"):
            return None
        made.values[name] = made.column(contract.column(name), mapping)
    made.lineage(profile)
    # Lines with at most two cells filled may be footers; most entities require more.
    if len(_required_sources(profile, contract)) < 3:
        cells = sorted(made.header & profile.used)
        filled = " + ".join(f"coalesce(({quoted(name)} <> '')::int, 0)" for name in cells)
        made.conditions.append(f"{filled or 0} > 2")
    return PlainRows(made.values, tuple(dict.fromkeys(made.conditions)), made.texts)


def _required_sources(profile: Profile, contract: Contract) -> set[str]:
    """Source columns that no good row leaves empty."""
    alone = {"sources", "values", "lower_case", "case_safe_id", "hmac", "reads", "strip_symbols"}
    return {
        mapping.sources[0]
        for name, mapping in profile.columns.items()
        if not contract.column(name).nullable
        and len(mapping.sources) == 1
        and mapping.model_fields_set <= alone
    }


def _is_read_here(mapping: ColumnMap, account_classes: Mapping[str, str]) -> bool:
    said = {name for name in mapping.model_fields_set if getattr(mapping, name) != _unset(name)}
    # Where no account is declared the decision list says its class.
    is_undeclared = bool(mapping.cases) and not account_classes
    return said - ({"account_ranges"} if is_undeclared else set()) <= _READ_HERE


def _unset(name: str) -> object:
    return ColumnMap.model_fields[name].get_default(call_default_factory=True)


@dataclass(slots=True)
class _Made:
    """Expressions and conditions while they are made."""

    contract: Contract
    manner: Manner
    header: frozenset[str]
    values: dict[str, str]
    conditions: list[str]
    texts: dict[str, str]

    def text(self, name: str) -> str:
        """Text of a landed column, null where it is empty or the file lacks it."""
        return f"nullif({quoted(name)}, '')" if name in self.header else "null::varchar"

    def clean(self, name: str) -> str:
        """Text of a landed column that needs no trimming and is no word for nothing."""
        value = self.text(name)
        if name in self.header:
            self.conditions.append(_if_any(value, _is_clean(value)))
        return value

    def column(self, column: Column, mapping: ColumnMap) -> str:
        """Expression of one canonical column."""
        if mapping.cases:
            return self.decided(column, mapping)
        given = quoted(GIVEN + column.name)
        is_given = mapping.listed_in is not None or mapping.content_key or mapping.sql is not None
        value = f"nullif({given}, '')" if is_given else self.first(mapping.sources)
        if mapping.ordinal is not None:
            value = f"coalesce({value}, {given})"
        if mapping.hmac is not None:
            self.conditions.append(_if_any(value, f"regexp_full_match({value}, 'hmac:[0-9a-f]{{64}}')"))
            return f"substr({value}, 6)"
        default = self.manner.currency if mapping.default_setting else mapping.default
        if column.kind == "text":
            typed = self.words(value, column, mapping, None if default is None else str(default))
        else:
            if default is not None:
                value = f"coalesce({value}, {text(default)})"
            typed = self.typed(value, column, mapping)
        if mapping.sign is not None:
            classes = ", ".join(text(word) for word in mapping.sign.negate)
            turned = f"coalesce({self.values[mapping.sign.column]} in ({classes}), false)"
            typed = f"case when {turned} then -({typed}) else {typed} end"
        return typed

    def first(self, names: Sequence[str]) -> str:
        """First filled one of several columns; what is wrong with it is left to the form it must have."""
        present = [self.text(name) for name in names if name in self.header]
        return f"coalesce({', '.join(present)})" if len(present) > 1 else (present or ["null::varchar"])[0]

    def words(self, value: str, column: Column, mapping: ColumnMap, default: str | None) -> str:
        """Words of a text column, mapped to canonical ones."""
        mapped = {word.lower(): said for word, said in mapping.values.items()}
        if not column.allowed:
            self.conditions.append(_if_any(value, _is_clean(value)))
        if mapping.case_safe_id:
            self.conditions.append(_if_any(value, f"not regexp_full_match({value}, '[0-9A-Za-z]{{15}}')"))
        if not column.allowed:
            plain = f"lower({value})" if mapping.lower_case else value
            said = "".join(f" when {text(word)} then {text(what)}" for word, what in mapped.items())
            typed = f"case lower({value}){said} else {plain} end" if said else plain
        else:
            canonical = {word.casefold(): word for word in column.allowed}
            known = canonical | {
                w: canonical[said.lower()] for w, said in mapped.items() if said.lower() in canonical
            }
            same = ", ".join(text(word) for word in column.allowed if known[word.casefold()] == word)
            said = "".join(
                f" when {text(word)} then {text(what)}" for word, what in known.items() if word != what
            )
            otherwise = f"case lower({value}){said} end" if said else "null"
            typed = f"case when {value} in ({same}) then {value} else {otherwise} end"
            self.conditions.append(_if_any(value, f"({typed}) is not null"))
        return typed if default is None else f"coalesce({typed}, {text(default)})"

    def typed(self, value: str, column: Column, mapping: ColumnMap) -> str:
        """Value of a column that is no text; the condition says in which form it must stand."""
        if column.kind == "timestamp":
            self.texts[column.name] = value
            return timestamp(value, self.manner)
        typed, plain = FORMS[column.kind](value, column, self.manner)
        if mapping.divide_by is not None:
            # Whole numbers only: their quotient is rounded once, as that of the exact number is.
            plain = f"regexp_full_match({value}, '-?[0-9]{{1,15}}')"
            typed = f"{typed} / {mapping.divide_by}::double"
        self.conditions.append(_if_any(value, plain))
        return typed

    def decided(self, column: Column, mapping: ColumnMap) -> str:
        """Decision list; rows that are not decided although there is text are not plain."""
        branches, conditions = [], []
        for case in mapping.cases:
            value = "null" if case.value is None else text(case.value)
            conditions.append(self.holds(case.when) if case.when else "true")
            branches.append(f" when {conditions[-1]} then {value}")
        names = {name for case in mapping.cases for name in case.when}
        if "true" not in conditions:
            nothing = " and ".join(f"{self.text(name)} is null" for name in sorted(names)) or "true"
            self.conditions.append(f"({' or '.join(conditions)} or ({nothing}))")
        return f"(case{''.join(branches)} end)::{SQL_TYPES[column.kind]}"

    def holds(self, when: dict[str, WhenValue]) -> str:
        """Condition, never null, that all named columns are as they are wanted."""
        return " and ".join(self.wanted(name, wanted) for name, wanted in when.items())

    def wanted(self, name: str, wanted: WhenValue) -> str:
        """Condition, never null, on one column."""
        value = self.text(name)
        if isinstance(wanted, bool):
            self.conditions.append(_if_any(value, among(f"lower({value})", YES | NO)))
            return f"coalesce({among(f'lower({value})', YES if wanted else NO)}, false)"
        self.clean(name)
        if isinstance(wanted, list):
            return f"coalesce({among(f'lower({value})', {word.lower() for word in wanted})}, false)"
        empty = f"coalesce(regexp_full_match({value}, {text(_OPEN_ENDS)}), true)"
        return empty if wanted is None else f"not {empty}"

    def lineage(self, profile: Profile) -> None:
        """Columns that say where a row comes from, and the organisation in the source's own terms."""
        system = "delivered_by" if "delivered_by" in self.contract.column_names else "source_system"
        self.values[system] = text(profile.source_system)
        version = profile.version_column(sorted(self.header))
        if version is not None:
            column = self.contract.column("source_updated_at")
            self.values[column.name] = self.typed(self.text(version), column, ColumnMap())
        if profile.unit is not None:
            key = self.clean(profile.unit.source)
            if profile.unit.case_safe_id:
                self.conditions.append(_if_any(key, f"not regexp_full_match({key}, '[0-9A-Za-z]{{15}}')"))
            self.values |= {"unit_key": key, "unit_key_type": text(profile.unit.type)}


def _if_any(value: str, condition: str) -> str:
    """Condition on a text that is there, never null."""
    return f"({value} is null or coalesce({condition}, false))"


def _is_clean(value: str) -> str:
    nothing = ", ".join(text(word) for word in sorted(NULL_WORDS))
    # A plus sign may belong to a key that a spreadsheet rounded: 1.23457E+15.
    words = f"lower({value}) not in ({nothing}) and not contains({value}, '+')"
    return f"regexp_full_match({value}, {text(VISIBLE)}) and {words}"
