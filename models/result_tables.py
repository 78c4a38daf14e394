"""Reasons of claims and verdicts as rows, and as the short list beside a claim. No gates here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.claims import Claim, Detail, Reason

if TYPE_CHECKING:
    from models.direction import Direction


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One row of `analysis.claim_reasons` or `analysis.direction_reasons`; detail as `key=value, ...`."""

    outcome: str
    position: int
    code: str
    passed: bool
    detail: str


def claim_reasons(claims: Iterable[Claim]) -> Iterator[ReasonRow]:
    """List every gate of every claim in the order in which they were looked at."""
    for claim in claims:
        yield from _rows(claim.outcome, claim.reasons)


def direction_reasons(found: Iterable[Direction]) -> Iterator[ReasonRow]:
    """List every check of every verdict on order in time."""
    for one in found:
        yield from _rows(one.outcome, one.ruling.reasons)


def listed_reasons(claim: Claim) -> tuple[str, ...]:
    """List the codes for the table of claims: what failed, and a null that had the power to see an effect."""
    return tuple(
        reason.code
        for reason in claim.reasons
        if (not reason.passed or reason.code == "well_powered_null") and reason.code != "more_data_needed"
    )


def _rows(outcome: str, reasons: Iterable[Reason]) -> Iterator[ReasonRow]:
    for position, reason in enumerate(reasons, start=1):
        yield ReasonRow(outcome, position, reason.code, reason.passed, _detail(reason.detail))


def _detail(detail: Mapping[str, Detail]) -> str:
    return ", ".join(f"{key}={_short(value)}" for key, value in detail.items())


def _short(value: Detail) -> str:
    return value if isinstance(value, str) else f"{float(value):.6g}"
