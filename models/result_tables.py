"""Reasons of claims and verdicts as rows, and as the short list beside a claim. No gates here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from models.claims import Claim, Detail, Reason


class Judged(Protocol):
    """A claim or a verdict: what it is about, and its reasons in order."""

    @property
    def outcome(self) -> str: ...

    @property
    def reasons(self) -> tuple[Reason, ...]: ...


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One row of `analysis.claim_reasons` or `analysis.direction_reasons`; detail as `key=value, ...`."""

    outcome: str
    position: int
    code: str
    passed: bool
    detail: str


def reason_rows(judged: Iterable[Judged]) -> Iterator[ReasonRow]:
    """List every reason of every claim or verdict in the order in which they were looked at."""
    for one in judged:
        for position, reason in enumerate(one.reasons, start=1):
            yield ReasonRow(one.outcome, position, reason.code, reason.passed, _detail(reason.detail))


def listed_reasons(claim: Claim) -> tuple[str, ...]:
    """List the codes for the table of claims: what failed, and a null that had the power to see an effect."""
    return tuple(
        reason.code
        for reason in claim.reasons
        if (not reason.passed or reason.code == "well_powered_null") and reason.code != "more_data_needed"
    )


def _detail(detail: Mapping[str, Detail]) -> str:
    return ", ".join(f"{key}={_short(value)}" for key, value in detail.items())


def _short(value: Detail) -> str:
    return value if isinstance(value, str) else f"{float(value):.6g}"
