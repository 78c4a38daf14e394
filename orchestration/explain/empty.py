"""Why a cell is empty: the reasons that hold, the first one first, each with what would fill the cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.kpi_rows import RowRegistry
from contracts.kpis import Kpi
from orchestration.explain.build_rows import ROW_LAYER, Window, n_counted, windows
from orchestration.explain.held import NO_RATE, UNMAPPED, Held, n_delivered

if TYPE_CHECKING:
    import duckdb

_KEYS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for an empty cell: its code, what happened, and the next step.

    Attributes
    ----------
    n_rows : rows it is about; 0 where there are none to count.
    """

    code: str
    what: str
    remedy: str
    n_rows: int = 0


def outside_window(month: date, known: Sequence[date]) -> Reason | None:
    """The month lies before or after every month that anything is known of; None where it lies within."""
    if month in known:
        return None
    span = f"{min(known):%Y-%m} to {max(known):%Y-%m}" if known else "no month at all"
    return Reason(
        "outside_window",
        f"{month:%Y-%m} is outside the observed months ({span})",
        "ask about a month within them, or deliver exports that reach it",
    )


def reasons(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    registry: RowRegistry,
    kpi: Kpi,
    organization_id: str,
    month: date,
    known: Sequence[date],
    denominator: Decimal,
    held: Sequence[Held],
) -> Iterator[Reason]:
    """Yield every reason that holds for an empty cell of the build, the first that explains it first.

    Parameters
    ----------
    known : months of the window.
    denominator : what the rows that count add up to.
    held : rows held back from the cell, see `held`.
    """
    for entity in kpi.entities:
        if not n_delivered(home, entity):
            yield not_delivered(entity)
    is_complete = True
    for window in windows(registry.kpis[kpi.code]):
        model = registry.models[window.model]
        needed = window.month(month)
        told = _horizon(connection, model.horizon, organization_id)
        if told is not None:
            # Within what the source tells, none at all is nought and no gap.
            if not told[0] <= needed <= told[1]:
                is_complete = False
                yield _source_silent(kpi, organization_id, needed, told)
        elif reason := outside_window(needed, known):
            is_complete = False
            yield replace(reason, what=f"{reason.what}, and {kpi.name_en.lower()} needs it")
        elif not n_counted(connection, model, window, organization_id, month):
            is_complete = False
            yield from _nothing_counts(window, model.entity, organization_id, month, held)
    lacking = [one for one in held if one.cause in NO_RATE]
    if is_complete and lacking:
        yield _no_rate(lacking, organization_id)
    elif is_complete and not registry.kpis[kpi.code].denominator:
        yield Reason(
            "not_settled",
            "Rows count, but they do not settle the figure",
            f"deliver what its definition asks for. {kpi.formula}",
        )
    elif is_complete:
        yield Reason(
            "denominator_not_positive",
            f"Rows count, but the denominator ({kpi.denominator}) is {denominator.normalize():f}, "
            "and nothing is divided by that",
            f"none is needed where that is so; otherwise look at what is held back. {kpi.formula}",
        )


def too_few_to_show(n_answers: float) -> Reason:
    """So few answered that a figure could be traced to one of them."""
    return Reason(
        "suppressed",
        f"Only {n_answers:g} people answered, too few to show what they said",
        "none for this month; a figure is shown from minimum_group_people of maturity.yaml on",
        int(n_answers),
    )


def not_delivered(entity: str) -> Reason:
    """No row of an entity was ever delivered."""
    return Reason(
        "not_delivered",
        f"No file with {entity} was ever delivered",
        "put an export of them in the drop zone; maturity-impact profile list names the shapes that are read",
    )


def _horizon(
    connection: duckdb.DuckDBPyConnection, horizon: str | None, organization_id: str
) -> tuple[date, date] | None:
    """First and last month that a source tells of an organisation; None where that is not kept."""
    if horizon is None:
        return None
    known = connection.execute(
        f"select first_period, last_period from {ROW_LAYER}.{horizon} where organization_id = ?",
        [organization_id],
    ).fetchall()
    return known[0] if known else None


def _source_silent(kpi: Kpi, organization_id: str, month: date, told: tuple[date, date]) -> Reason:
    return Reason(
        "source_silent",
        f"{month:%Y-%m} is outside what the source tells of {organization_id} "
        f"({told[0]:%Y-%m} to {told[1]:%Y-%m}), and {kpi.name_en.lower()} needs it",
        "deliver an export that reaches it: silence of a source is not nought",
    )


def _nothing_counts(
    window: Window, entity: str, organization_id: str, asked: date, held: Sequence[Held]
) -> Iterator[Reason]:
    """Why no row of the organisation counts in one month."""
    month = window.month(asked)
    there = [one for one in held if entity in one.entity.split(";") and one.month in (month, None)]
    own = [one for one in there if one.is_own and one.month == month]
    lacking = [one for one in own if one.cause in NO_RATE]
    if lacking:
        yield _no_rate(lacking, organization_id)
    others = [one for one in own if one.cause not in NO_RATE]
    causes = sorted({one.cause for one in others})
    if causes:
        n_rows = _sum(others)
        yield Reason(
            "set_aside",
            f"All {n_rows:,} other rows of {organization_id} in {month:%Y-%m} are {', '.join(causes)}"
            if lacking
            else f"All {n_rows:,} rows of {organization_id} in {month:%Y-%m} are {', '.join(causes)}",
            "none is needed where that is so; otherwise correct it at the source and deliver again",
            n_rows,
        )
    if own:
        return
    unmapped = [one for one in there if one.cause == UNMAPPED]
    if unmapped:
        keys = list(dict.fromkeys(str(one.rule) for one in unmapped))
        more = f" and {len(keys) - _KEYS_NAMED} more" if len(keys) > _KEYS_NAMED else ""
        yield Reason(
            UNMAPPED,
            f"{_sum(unmapped):,} rows of {entity} in {month:%Y-%m} hang on keys without an organisation "
            f"({', '.join(keys[:_KEYS_NAMED])}{more}), and none on {organization_id}",
            "add the keys to reference/crosswalk.csv; maturity-impact crosswalk writes the lines to fill in",
            _sum(unmapped),
        )
    refused = [one for one in there if one.cause == "quarantined"]
    of_month = [one for one in refused if one.month == month]
    if of_month:
        yield _quarantined(of_month, f"Rows of {entity} in {month:%Y-%m}, perhaps of {organization_id},")
    yield Reason(
        "no_rows_in_month",
        f"{entity} were delivered, and none of {organization_id} in {month:%Y-%m}",
        "deliver an export that holds that month; where there was nothing, the figure stays unknown",
    )
    if len(refused) > len(of_month):
        without = [one for one in refused if one.month is None]
        yield _quarantined(without, f"Rows of {entity} whose month cannot be read")


def _no_rate(held: Sequence[Held], organization_id: str) -> Reason:
    months = sorted({f"{one.month:%Y-%m}" for one in held if one.month})
    wanted = sorted({f"{one.rule} {one.cause.split('_')[1]}" for one in held})
    return Reason(
        "no_rate",
        f"{_sum(held):,} rows of {organization_id} in {', '.join(months)} are in a currency without a "
        f"declared rate ({', '.join(wanted)})",
        "declare it in reference/fx_rates.csv, by month average or closing; base is the average of twelve "
        "months before",
        _sum(held),
    )


def _quarantined(held: Sequence[Held], which: str) -> Reason:
    rules = ", ".join(sorted({str(one.rule) for one in held}))
    return Reason(
        "quarantined",
        f"{which} lie in quarantine ({rules})",
        "maturity-impact quarantine show tells the lines; export, correct and replay them",
        _sum(held),
    )


def _sum(held: Sequence[Held] | Iterator[Held]) -> int:
    return sum(one.n_rows for one in held)
