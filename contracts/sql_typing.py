"""Profile -> SQL that types the rows whose every cell stands in its plainest spelling. No SQL is run here.

`contracts.convert` is the reference and takes all other rows. What is said here must hold for plain rows
only, but there to the last bit: a cell is plain when it is empty or of one form that has one reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from contracts.column_map import ColumnMap, Threshold, WhenValue, in_order
from contracts.contract import Column, Contract
from contracts.manner import Manner
from contracts.profile import Profile
from contracts.sql_forms import FORMS, NOTHING, among, among_known, clean, nothing, timestamp, words_type
from contracts.sql_given import GIVEN
from contracts.sql_rules import SQL_TYPES, quoted, text
from contracts.sql_scope import is_declared_here, is_read_here
from contracts.values import NO, NULL_WORDS, OPEN_ENDS, YES
from contracts.work import OWN, UNIT, Given

_LANDED = re.compile(r"nullif\((?P<name>\"(?:[^\"]|\"\")*\"), ''\)")


@dataclass(frozen=True, slots=True)
class PlainRows:
    """SQL over the landed text columns of one delivery.

    Attributes
    ----------
    values : expression per canonical column, right where all `conditions` hold and no text is `lost`.
    conditions : what makes a row plain; none is ever null.
    texts : text of the canonical columns whose value is empty where the text is not plain. To compare the two
        costs less than to type twice.
    known : columns whose value is one of the allowed words or nothing, and of the type `words_type`.
    """

    values: dict[str, str]
    conditions: tuple[str, ...]
    texts: dict[str, str]
    known: frozenset[str] = frozenset()


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
    if not all(is_read_here(mapping, classes) for mapping in profile.columns.values()):
        return None
    given = Given(profile, manner, None)
    if not is_declared_here(given, contract):
        return None
    made = _Made(contract, given, frozenset(header))
    for rule in profile.refuse:
        made.conditions.append(f"not ({made.holds(rule.when)})")
    for name in in_order(profile.columns):
        mapping = profile.columns[name]
        if mapping.divide_by is not None and contract.column(name).kind not in ("real", "share", "score"):
            return None
        words = {**mapping.values, **manner.values.get(name, {})}
        made.values[name] = made.column(contract.column(name), mapping.model_copy(update={"values": words}))
    made.lineage(profile)
    made.constants()
    # Lines with at most two cells filled may be footers; most entities require more.
    if len(_required_sources(profile, contract)) < 3:
        cells = sorted(made.header & profile.used)
        filled = " + ".join(f"coalesce(({quoted(name)} <> '')::int, 0)" for name in cells)
        made.conditions.append(f"{filled or 0} > 2")
    conditions = tuple(dict.fromkeys([*made.conditions, *made.cleanness()]))
    return PlainRows(made.values, conditions, made.texts, frozenset(made.known))


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


@dataclass(slots=True)
class _Made:
    """Expressions and conditions while they are made.

    Attributes
    ----------
    clean : texts that must need no trimming and be no word for nothing; and whether small letters matter.
    formed : texts that another condition holds to a form, all of which are clean.
    known : columns that can only hold their allowed words.
    """

    contract: Contract
    given: Given
    header: frozenset[str]
    values: dict[str, str] = field(default_factory=dict)
    conditions: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    clean: dict[str, bool] = field(default_factory=dict)
    formed: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)

    @property
    def manner(self) -> Manner:
        """How the delivery writes."""
        return self.given.manner

    def text(self, name: str) -> str:
        """Text of a landed column, null where it is empty or the file lacks it."""
        return f"nullif({quoted(name)}, '')" if name in self.header else NOTHING

    def must(self, value: str, condition: str, *, is_clean: bool = True) -> None:
        """Hold a text, where there is one, to a form; its texts are clean unless that is denied."""
        if is_clean:
            self.formed.add(value)
        self.conditions.append(_if_any(value, condition))

    def cleanness(self) -> list[str]:
        """Conditions that the texts are clean which no other condition makes so."""
        return [clean(_as_landed(v), is_lowered=low) for v, low in self.clean.items() if v not in self.formed]

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
            self.must(value, f"regexp_full_match({value}, 'hmac:[0-9a-f]{{64}}')")
            return f"substr({value}, 6)"
        default = self.default(column, mapping)
        if value == NOTHING and default is None:
            typed = nothing(column)
        elif column.kind == "text":
            typed = self.words(value, column, mapping, default)
        else:
            if default is not None:
                value = f"coalesce({value}, {text(default)})"
            typed = self.typed(value, column, mapping)
        if mapping.sign is not None:
            classes = ", ".join(text(word) for word in mapping.sign.negate)
            turned = f"coalesce({self.values[mapping.sign.column]} in ({classes}), false)"
            typed = f"case when {turned} then -({typed}) else {typed} end"
        return typed if mapping.threshold is None else self.ranked(typed, column, mapping.threshold)

    def ranked(self, typed: str, column: Column, threshold: Threshold) -> str:
        """Word of a column, or the word for another column's number where there is none."""
        if not {threshold.below, threshold.reached} <= set(column.allowed):
            typed = f"({typed})::varchar"
            self.known.discard(column.name)
        number = self.values[threshold.column]
        return (
            f"coalesce({typed}, case when ({number}) >= {threshold.at} then {text(threshold.reached)} "
            f"when ({number}) is not null then {text(threshold.below)} end)"
        )

    def default(self, column: Column, mapping: ColumnMap) -> str | None:
        """Text that stands where the source has none."""
        if (constant := self.given.constant(column.name)) is not None:
            return constant
        if mapping.default is not None:
            return str(mapping.default)
        return self.manner.currency if mapping.default_setting else None

    def constants(self) -> None:
        """Constants of columns that are not mapped."""
        for name in set(self.contract.column_names) - set(self.values) - OWN:
            if self.given.constant(name) is not None:
                self.values[name] = self.column(self.contract.column(name), ColumnMap())

    def first(self, names: Sequence[str]) -> str:
        """First filled one of several columns; what is wrong with it is left to the form it must have."""
        present = [self.text(name) for name in names if name in self.header]
        return f"coalesce({', '.join(present)})" if len(present) > 1 else (present or [NOTHING])[0]

    def words(self, value: str, column: Column, mapping: ColumnMap, default: str | None) -> str:
        """Words of a text column, mapped to canonical ones."""
        mapped = {word.lower(): said for word, said in mapping.values.items()}
        if mapping.case_safe_id:
            self.conditions.append(_if_any(value, f"not regexp_full_match({value}, '[0-9A-Za-z]{{15}}')"))
        if not column.allowed:
            self.clean[value] = bool(mapped) or mapping.lower_case or self.clean.get(value, False)
            plain = f"nullif(lower({_as_landed(value)}), '')" if mapping.lower_case else value
            said = "".join(f" when {text(word)} then {text(what)}" for word, what in mapped.items())
            typed = f"case lower({value}){said} else {plain} end" if said else plain
        else:
            canonical = {word.casefold(): word for word in column.allowed}
            known = canonical | {
                w: canonical[said.lower()] for w, said in mapped.items() if said.lower() in canonical
            }
            typed = among_known(_as_landed(value), known, column)
            self.must(value, f"{typed} is not null", is_clean=NULL_WORDS.isdisjoint(known))
            if default in (None, *column.allowed):
                self.known.add(column.name)
            else:
                typed = f"{typed}::varchar"
        return typed if default is None else f"coalesce({typed}, {text(default)})"

    def typed(self, value: str, column: Column, mapping: ColumnMap) -> str:
        """Value of a column that is no text; the condition says in which form it must stand."""
        if column.kind == "timestamp":
            self.texts[column.name] = value
            self.formed.add(value)
            return timestamp(value, self.manner)
        typed, plain = FORMS[column.kind](value, column, self.manner)
        if mapping.divide_by is not None:
            # Whole numbers only: their quotient is rounded once, as that of the exact number is.
            plain = f"regexp_full_match({value}, '-?[0-9]{{1,15}}')"
            typed = f"{typed} / {mapping.divide_by}::double"
        self.must(value, plain)
        return typed

    def decided(self, column: Column, mapping: ColumnMap) -> str:
        """Decision list; rows that are not decided although there is text are not plain."""
        branches, conditions = [], []
        kind = SQL_TYPES[column.kind]
        if column.allowed and {case.value for case in mapping.cases} <= {None, *column.allowed}:
            self.known.add(column.name)
            kind = words_type(column)
        for case in mapping.cases:
            value = f"null::{kind}" if case.value is None else f"{text(case.value)}::{kind}"
            conditions.append(self.holds(case.when) if case.when else "true")
            branches.append(f" when {conditions[-1]} then {value}")
        names = {name for case in mapping.cases for name in case.when}
        if "true" not in conditions:
            nothing = " and ".join(f"{self.text(name)} is null" for name in sorted(names)) or "true"
            self.conditions.append(f"({' or '.join(conditions)} or ({nothing}))")
        return f"(case{''.join(branches)} end)"

    def holds(self, when: dict[str, WhenValue]) -> str:
        """Condition, never null, that all named columns are as they are wanted."""
        return " and ".join(self.wanted(name, wanted) for name, wanted in when.items())

    def wanted(self, name: str, wanted: WhenValue) -> str:
        """Condition, never null, on one column."""
        value = self.text(name)
        if isinstance(wanted, bool):
            self.must(value, among(value, YES | NO))
            return f"coalesce({among(value, YES if wanted else NO)}, false)"
        if name in self.header:
            self.clean[value] = True
        if isinstance(wanted, list):
            return f"coalesce({among(value, {word.lower() for word in wanted})}, false)"
        begins = " or ".join(f"starts_with({value}, {text(day)})" for day in OPEN_ENDS)
        empty = f"({value} is null or {begins})"
        return empty if wanted is None else f"not {empty}"

    def lineage(self, profile: Profile) -> None:
        """Columns that say where a row comes from, and the organisation in the source's own terms."""
        system = "delivered_by" if "delivered_by" in self.contract.column_names else "source_system"
        self.values[system] = text(profile.source_system)
        version = profile.version_column(sorted(self.header))
        if version is not None:
            column = self.contract.column("source_updated_at")
            self.values[column.name] = self.typed(self.text(version), column, ColumnMap())
        if "unit_key" not in self.contract.column_names or set(UNIT) & set(profile.columns):
            return
        declared, kind = (self.given.constant(name) for name in UNIT)
        key, said = NOTHING, text(kind or "declared")
        if profile.unit is not None:
            key, said = self.text(profile.unit.source), text(profile.unit.type)
            if profile.unit.source in self.header:
                self.clean.setdefault(key, False)
            if profile.unit.case_safe_id:
                self.conditions.append(_if_any(key, f"not regexp_full_match({key}, '[0-9A-Za-z]{{15}}')"))
            if kind is not None:
                said = f"case when {key} is null then {text(kind)} else {said} end"
        if declared is not None:
            key = text(declared) if profile.unit is None else f"coalesce({key}, {text(declared)})"
        self.values |= {"unit_key": key, "unit_key_type": said}


def _if_any(value: str, condition: str) -> str:
    """Condition on a text that is there, never null."""
    landed = _as_landed(value)
    if landed == value:
        return f"({value} is null or coalesce({condition}, false))"
    return f"({landed} is null or {landed} = '' or coalesce({condition.replace(value, landed)}, false))"


def _as_landed(value: str) -> str:
    """Text that may be empty instead of null: asked as it lies, DuckDB looks once at one that rows share."""
    found = _LANDED.fullmatch(value)
    return value if found is None else found.group("name")
