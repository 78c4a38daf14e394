"""An explanation in words for a terminal; everything it says stands in the JSON too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from orchestration.counted import counted

Told = Mapping[str, Any]


def in_words(told: Told, shown: int, with_sql: bool) -> Iterator[str]:
    """Yield the lines of an explanation.

    Parameters
    ----------
    told : as `explain_kpi`, `explain_score` or `explain_claim` give it.
    shown : rows, files and lines shown of each kind.
    with_sql : show the SQL of each step.
    """
    yield from {"kpi": _cell, "score": _score, "claim": _claim}[told["kind"]](told)
    yield f"Edition: {told['edition']}"
    yield from (f"Mind: {warning}" for warning in told["warnings"])
    yield from _why(told["reasons"])
    yield from _steps(told["steps"], with_sql)
    yield from _rows(told.get("rows", ()), shown)
    yield from _dimensions(told.get("dimensions", ()))
    yield from _files(told.get("files", ()), shown)
    yield from _rates(told.get("rates", ()), shown)
    yield from _held(told.get("held_back", ()), shown)


def _cell(told: Told) -> Iterator[str]:
    asked, cell = told["asked"], told["cell"]
    where = f"{asked['organization_id']} in {asked['period'][:7]}"
    yield f"{cell['name']} of {where}: {figure(cell['value'], cell['unit'])}"
    yield f"  {cell['formula']}"
    # A median has no numerator, and what is no ratio has no denominator.
    if cell["numerator_words"] != "none":
        yield f"  {cell['numerator_words']}: {figure(cell['numerator'])}"
    if cell["denominator_words"] != "one":
        yield f"  {cell['denominator_words']}: {figure(cell['denominator'])}"
    yield from (f"  {note}" for note in told["notes"])


def _score(told: Told) -> Iterator[str]:
    asked, cell = told["asked"], told["cell"]
    yield f"{asked['score']} of {asked['organization_id']} in {asked['wave']}: {figure(cell['value'])}"
    yield f"  raters: {figure(cell['n_raters'])}; made from {cell['score_basis'] or 'nothing'}"
    yield from (f"  {note}" for note in told["notes"])


def _claim(told: Told) -> Iterator[str]:
    yield told["sentence"] or told["asked"]["claim"]
    yield from (f"  {line}" for line in told["basis"] if line)
    effect, sample = told["effect"], told["sample"]
    if "grade" in effect:
        method = told["method"]
        yield f"  Level {effect['level']}, grade {effect['grade']}. {method['model']}: {method['words']}"
        yield (
            f"  Sample: {sample['n_organizations']} organisations, {sample['n_periods']} months "
            f"({sample['first_period']} to {sample['last_period']}), {sample['n_observations']:,} rows."
        )
    else:
        yield f"  {told['method']['words']}"
    yield from (
        f"  {'passed' if gate['passed'] else 'failed'}: {gate['words']} ({gate['detail'] or gate['code']})"
        for gate in told["gates"]
    )
    yield from (f"  Would change it: {line}" for line in told["changes"])


def figure(value: float | None, unit: str = "") -> str:
    """A figure for people, with its unit where it has one."""
    if value is None:
        return "unknown"
    number = f"{value:,.6f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
    return f"{number} {unit}".rstrip()


def _why(reasons: Sequence[Told]) -> Iterator[str]:
    for place, reason in enumerate(reasons):
        yield f"{'Why: ' if place == 0 else 'Also:'} {reason['what']} [{reason['code']}]"
        yield f"      {reason['remedy']}"


def _steps(steps: Sequence[Told], with_sql: bool) -> Iterator[str]:
    if steps:
        yield "Steps, from the mart back:"
    for step in steps:
        count = "" if step["n_rows"] is None else f": {counted(step['n_rows'], 'row')}"
        yield f"  {step['layer']:<12} {step['model']}{count}  {step['file']}"
        if with_sql and step["sql"]:
            yield from (f"      {line}" for line in step["sql"].splitlines())


def _rows(rows: Sequence[Told], shown: int) -> Iterator[str]:
    if rows:
        yield f"Rows that count ({len(rows):,}):"
    for row in rows[:shown]:
        key = " ".join(f"{name}={value}" for name, value in row["key"].items())
        places = ", ".join(f"{line['file']}:{line['source_line']}" for line in row["lines"][:shown])
        added = f"numerator {figure(row['numerator'])}, denominator {figure(row['denominator'])}"
        yield f"  {row['model']} {key}: {added}{_rate(row['money'])}  {places}"
    yield from _more(rows, shown)


def _rate(money: Told | None) -> str:
    """How money in another currency was converted; money at a rate of one says nothing new."""
    if money is None or money["rate"] == 1:
        return ""
    when = money["rate_date"] if money["rate_kind"] == "closing" else money["rate_date"][:7]
    amount = figure(money["amount"], money["currency"])
    return f" ({amount} at {figure(money['rate'])}, {money['rate_kind']} rate of {when})"


def _dimensions(dimensions: Sequence[Told]) -> Iterator[str]:
    if dimensions:
        yield "Answers by dimension:"
    for one in dimensions:
        counted = f"{one['n_raters_counted']} of {one['n_raters']} raters answered enough"
        yield f"  {one['kind']} {one['dimension_code']}: {one['n_answers']} answers, {counted}"


def _files(files: Sequence[Told], shown: int) -> Iterator[str]:
    if files:
        yield "Delivered in:"
    for one in files[:shown]:
        held = f"{one['entity']}, {counted(one['n_lines'], 'line')}"
        yield f"  {one['file']} ({held}): {_lines(one['lines'], shown)}"
    yield from _more(files, shown)


def _rates(rates: Sequence[Told], shown: int) -> Iterator[str]:
    """Rates of other currencies; money at a rate of one says nothing new."""
    told = [one for one in rates if one["rate"] != 1]
    if told:
        yield "Converted at:"
    for one in told[:shown]:
        when = one["rate_date"] if one["rate_kind"] == "closing" else one["rate_date"][:7]
        rate = "no declared rate" if one["rate"] is None else figure(one["rate"])
        rows = counted(one["n_rows"], "row")
        yield f"  {one['currency']}: {rate} ({one['rate_kind']} of {when}), {rows} of {one['entity']}"
    yield from _more(told, shown)


def _held(held: Sequence[Told], shown: int) -> Iterator[str]:
    if held:
        yield "Held back, not in the cell:"
    for one in held[:shown]:
        rule = f" {one['rule']}" if one["rule"] else ""
        month = one["month"][:7] if one["month"] else "month unknown"
        lines = f": lines {_lines(one['lines'], shown)}" if one["lines"] else ""
        yield f"  {one['cause']}{rule}: {counted(one['n_rows'], 'row')} of {one['file']} ({month}){lines}"
    yield from _more(held, shown)


def _lines(lines: Iterable[int], shown: int) -> str:
    every = list(lines)
    named = ", ".join(str(line) for line in every[:shown])
    return f"{named} and {len(every) - shown} more" if len(every) > shown else named


def _more(rows: Sequence[Told], shown: int) -> Iterator[str]:
    if len(rows) > shown:
        yield f"  and {len(rows) - shown:,} more; --lines shows more, --json all"
