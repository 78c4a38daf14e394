"""Results -> level, grade and machine-readable reasons of a claim. No estimation and no wording.

Levels (docs/method.md, section 5): none, L0 descriptive, L1 associated after adjustment, L2 within
organisations, L3 the index moved first, L4 after a rise to a higher stage.

Grades, from the table below; the first row that fits decides. Below C the claim is withheld.
A  L3 or more, everything that B asks, specifications agree, it outlasts a confounder as strong as the
   strongest control, an outcome that nothing can move stays still, and the health card has nothing to ask.
B  L2 or more, a primary outcome, at least 40 organisations, 12 periods and half of the possible rows
   observed, and the order in time does not speak against it.
C  L2 or more otherwise, L1 (only when M2 does not point the other way), or a null that had the power to see
   the effect of interest.
   A claim that the health card fails is C at most, one that it asks to look at B at most (`under_card`).
D  estimated, but no rung above L0 was reached and the power was too small, or M1 and M2 conflict.
E  not estimable, or fewer organisations than may be published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from models.claims import GATES, Claim, Detail, Diagnostics, Grade, Level, Reason, Results, Thresholds
from models.effects import Effect
from models.rungs import (
    clear,
    gate,
    l1_gates,
    l2_gates,
    l3_gates,
    l4_gates,
    more_data,
    null_with_power,
    order_gate,
    strength,
    sturdiness,
)

if TYPE_CHECKING:
    from models.analysis.health import Health

STURDY = ("specifications", "unseen", "unmovable")
WITHIN: tuple[Level, ...] = ("L2", "L3", "L4")
# A letter or two lower, as GRADE does for serious and very serious concerns (Guyatt and others 2011).
HIGHEST_UNDER: dict[str, Grade] = {"REVIEW": "B", "FAIL": "C"}
__all__ = ["Claim", "Diagnostics", "Reason", "Results", "Thresholds", "grade", "under_card"]


def grade(results: Results, diagnostics: Diagnostics, thresholds: Thresholds | None = None) -> Claim:
    """Grade one outcome: the highest rung whose gates all pass, and why.

    Parameters
    ----------
    results : Results
    diagnostics : Diagnostics
    thresholds : Thresholds, optional

    Returns
    -------
    Claim
        Every gate that was looked at stands in `reasons`, in a fixed order, by the code of its verdict:
        those of `GATES`, the codes of `models.errors` for a model that could not be estimated, and
        outcome_missing, low_reliability_left_out, more_data_needed. Gates of the third rung are looked at
        from the second on, those of the fourth from the third.
    """
    limits = thresholds or Thresholds()
    m1, m2 = results.m1, results.m2
    reasons = list(results.failures)
    if m1 is None:
        return _claim(results, diagnostics, "none", "E", None, reasons or [Reason("outcome_missing", False)])
    published = m1.n_organizations >= limits.suppression_organizations
    least = {"n": m1.n_organizations, "minimum": limits.suppression_organizations}
    reasons.append(gate("suppression", published, least))
    if not published:
        return _claim(results, diagnostics, "none", "E", m1, reasons)

    level, climbed, rungs = _climb(m1, m2, results, diagnostics, limits)
    reasons += climbed
    is_within = level in WITHIN
    headline = m2 if is_within and m2 is not None else m1
    conflict = m2 is not None and clear(m2, limits) and m1.estimate * m2.estimate < 0
    null = null_with_power(m1, m2, diagnostics)
    if level == "L0" and null is not None:
        reasons.append(null)
    enough = [found for found in rungs if found.code in GATES["organizations"] + GATES["reliability"]]
    well_powered_null = null is not None and null.passed and all(found.passed for found in enough)

    letter: Grade = "D"
    if is_within:
        solid = [*strength(results, headline, diagnostics, limits), order_gate(results)]
        sturdy = sturdiness(diagnostics, limits)
        letter = "B" if all(found.passed for found in solid) else "C"
        whole = len(sturdy) == len(STURDY) and all(found.passed for found in sturdy)
        if letter == "B" and level in ("L3", "L4") and whole:
            letter = "A"
        reasons += [*solid, *sturdy]
    elif (level == "L1" and not conflict) or (level == "L0" and well_powered_null and not conflict):
        letter = "C"
    if diagnostics.n_low_reliability:
        reasons.append(Reason("low_reliability_left_out", True, {"n": diagnostics.n_low_reliability}))
    if letter == "D":
        reasons.append(more_data(headline, diagnostics, limits))
    return _claim(results, diagnostics, level, letter, headline, reasons)


def under_card(claim: Claim, card: Iterable[Health]) -> Claim:
    """Lower the grade of a claim of change where the health card of its analysis asks for a look.

    Parameters
    ----------
    claim : Claim
    card : iterable of Health
        Rows about other outcomes are not read; one about the whole analysis is about every claim.

    Returns
    -------
    Claim
        Same rung and figures; among the reasons the checks that did not pass. Claims below L2, and those
        about outcomes that the card does not judge, come back as they are.
    """
    rows = list(card)
    if claim.level not in WITHIN or claim.outcome not in {row.outcome for row in rows}:
        return claim
    own = [row for row in rows if row.outcome in (claim.outcome, "all") and row.status != "PASS"]
    limits = [claim.grade, *(HIGHEST_UNDER[row.status] for row in own)]
    told: dict[str, Detail] = {row.check: row.status for row in sorted(own, key=lambda row: row.check)}
    return replace(claim, grade=max(limits), reasons=(*claim.reasons, gate("card", not own, told)))


def _climb(
    m1: Effect, m2: Effect | None, results: Results, diagnostics: Diagnostics, limits: Thresholds
) -> tuple[Level, list[Reason], list[Reason]]:
    """Climb rung by rung: the highest that holds, the gates looked at, and those of the first rung."""
    first, second = l1_gates(m1, diagnostics, limits), l2_gates(m1, m2, diagnostics, limits)
    level: Level = "L0"
    if all(found.passed for found in first):
        level = "L2" if m2 is not None and all(found.passed for found in second) else "L1"
    reasons = [*first, *second]
    higher: tuple[tuple[Level, list[Reason]], ...] = (
        ("L3", l3_gates(m2, results)),
        ("L4", l4_gates(m2, results, limits)),
    )
    if level == "L2":
        for rung, gates in higher:
            reasons += gates
            if not all(found.passed for found in gates):
                break
            level = rung
    return level, reasons, first


def _claim(
    results: Results,
    diagnostics: Diagnostics,
    level: Level,
    letter: Grade,
    shown: Effect | None,
    reasons: list[Reason],
) -> Claim:
    withheld = letter in ("D", "E")
    visible = None if withheld else shown
    naive = None if withheld or results.naive is None else results.naive.estimate
    return Claim(
        outcome=results.outcome,
        is_primary=results.is_primary,
        level=level,
        grade=letter,
        withheld=withheld,
        estimate=None if visible is None else visible.estimate,
        low=None if visible is None else visible.low,
        high=None if visible is None else visible.high,
        unit=results.unit,
        standard_error_kind="" if shown is None else shown.standard_error_kind,
        n_organizations=0 if shown is None else shown.n_organizations,
        n_periods=0 if shown is None else shown.n_periods,
        first_period=None if shown is None else shown.first_period,
        last_period=None if shown is None else shown.last_period,
        naive_estimate=naive,
        mde=None if shown is None else shown.mde,
        coverage=diagnostics.coverage,
        reasons=tuple(reasons),
    )
