"""What each reason for an empty cell says, with the next step. Which of them holds is found in empty.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contracts.kpi_rows import KpiRows, RowRegistry, Term
from contracts.kpis import Kpi
from orchestration.explain.held import NO_RATE, UNMAPPED, Held, n_delivered

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


def too_few_to_show(n_answers: float, minimum: int, *, both_sides: bool = False) -> Reason:
    """So few answered, or answered alike, or since, that a figure could be traced to one of them."""
    if n_answers >= minimum and both_sides:
        return Reason(
            "suppressed",
            f"Of {n_answers:g} answers fewer than {minimum} stand on one side, or came or changed since an "
            "edition that is kept showed the figure: it would tell what these few said",
            "it is shown where enough stand on both sides, and again once as many changed",
            int(n_answers),
        )
    if n_answers >= minimum:
        return Reason(
            "suppressed",
            f"Fewer than {minimum} of {n_answers:g} answers came or changed since an edition that is kept "
            "showed the figure: both together would tell what these few said",
            "it is shown again once as many changed, or when that edition is pruned",
            int(n_answers),
        )
    return Reason(
        "below_minimum_sample",
        f"Only {n_answers:g} people answered, below the minimum sample of {minimum} from which a figure of "
        "people is shown",
        "none for this month; a figure is shown from minimum_group_people of maturity.yaml on",
        int(n_answers),
    )


def not_declared(kpi: Kpi, rows: KpiRows) -> Reason:
    """The definition leaves something to be declared, and it was not when the figures were made."""
    names = ", ".join(f"definitions.{term.lag[1]}" for term in rows.terms if term.lag is not None)
    return Reason(
        "not_declared",
        f"{kpi.name_en} needs {names}, which was not declared when this was built",
        f"declare it in maturity.yaml and run again. {kpi.basis}",
    )


def not_delivered(entity: str) -> Reason:
    """No row of an entity was ever delivered."""
    return Reason(
        "not_delivered",
        f"No file with {entity} was ever delivered",
        "put an export of them in the drop zone; maturity-impact profile list names the shapes that are read",
    )


def source_silent(kpi: Kpi, organization_id: str, month: date, told: tuple[date, date]) -> Reason:
    """The month lies outside what the source tells of the organisation."""
    return Reason(
        "source_silent",
        f"{month:%Y-%m} is outside what the source tells of {organization_id} "
        f"({told[0]:%Y-%m} to {told[1]:%Y-%m}), and {kpi.name_en.lower()} needs it",
        "deliver an export that reaches it: silence of a source is not nought",
    )


def window_not_full(kpi: Kpi, organization_id: str, month: date, first: date, begins: date) -> Reason:
    """The source has not been telling for as long as the definition looks back."""
    return Reason(
        "window_not_full",
        f"{kpi.name_en} of {organization_id} is known from {begins:%Y-%m} on, and not in {month:%Y-%m}: the "
        f"source begins in {first:%Y-%m}, and the definition looks back over the months between",
        f"deliver earlier months, or ask about a later one. {kpi.formula}",
    )


def nothing_adds(entity: str, term: Term, organization_id: str, month: date, n_rows: int) -> Reason:
    """Rows are there, and none of them carries what is added up."""
    return Reason(
        "nothing_adds",
        f"{n_rows:,} rows of {entity} of {organization_id} count in {month:%Y-%m}, and none of them tells "
        f"{term.add.replace('_', ' ')}",
        "deliver rows that tell it; where there were none, the figure stays unknown",
        n_rows,
    )


def unsettled(home: Path, registry: RowRegistry, rows: KpiRows, held: Sequence[Held]) -> Reason:
    """Rows make the figure unknown, since what is asked of them was never told."""
    also = next(
        (model.also for model in map(registry.models.get, _models(rows)) if model and model.also), None
    )
    missing = also is not None and not n_delivered(home, also.entity)
    return Reason(
        "not_settled",
        f"{_sum(held):,} {rows.unsettled_words}, and one of them makes the figure unknown",
        f"deliver {also.entity}: no file of them ever came"
        if also and missing
        else "deliver what they lack; held back names their lines",
        _sum(held),
    )


def _models(rows: KpiRows) -> list[str]:
    return [term.model for term in rows.terms]


def nothing_counts(
    month: date, entity: str, term: Term, organization_id: str, held: Sequence[Held]
) -> Iterator[Reason]:
    """Why no row of the organisation counts in one month."""
    there = [one for one in held if entity in one.entity.split(";") and one.month in (month, None)]
    own = [one for one in there if one.is_own and one.month == month]
    lacking = [one for one in own if one.cause in NO_RATE]
    if lacking:
        yield no_rate(lacking, organization_id)
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
    which = "".join(f" with {name} {value}" for name, value in term.where.items())
    yield Reason(
        "no_rows_in_month",
        f"{entity} were delivered, and none{which} of {organization_id} in {month:%Y-%m}",
        "deliver an export that holds that month; where there was nothing, the figure stays unknown",
    )
    if len(refused) > len(of_month):
        without = [one for one in refused if one.month is None]
        yield _quarantined(without, f"Rows of {entity} whose month cannot be read")


def no_rate(held: Sequence[Held], organization_id: str) -> Reason:
    """Rows are in a currency for which no rate was declared."""
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
