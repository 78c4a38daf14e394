"""The rules that turn evidence on order in time into one verdict per outcome. No estimation, no wording."""

from __future__ import annotations

import math
from typing import Literal

from models.claims import Reason
from models.direction.evidence import DirectionLimits, Evidence, Finding, Ruling, Settlement, Verdict
from models.direction.structure import RANDOM_INTERCEPTS
from models.power import minimum_detectable_effect, units_needed

State = Literal["clear", "absent", "unseen"]
# Standard error of a path times the root of organisations and steps between waves, in standard deviations
# within organisations: 1.2 to 1.5 in the planted worlds. Only used where nothing could be estimated.
USUAL_ERROR = 1.3


def verdict(evidence: Evidence, limits: DirectionLimits | None = None) -> Ruling:
    """Say which came first, from what moved before what.

    maturity_first: the forward path is clear, the reverse path and the future index are absent with the power
    to be seen, index and outcome did not move together, and the model fits. outcome_first: the future index
    is foretold by the outcome, which moved before the index rather than after it. both: either path and the
    future index are clear and nothing moved together. Everything else: cannot_tell.

    Parameters
    ----------
    evidence : Evidence
    limits : DirectionLimits, optional

    Returns
    -------
    Ruling
    """
    rule = limits or DirectionLimits()
    reasons = [*_preconditions(evidence, rule), *evidence.failures]
    forward, reverse, placebo = evidence.forward, evidence.reverse, evidence.placebo
    together, order = evidence.comovement, evidence.order
    stopped = not all(reason.passed for reason in reasons)
    if stopped or forward is None or reverse is None or placebo is None or together is None:
        return Ruling("cannot_tell", tuple(reasons), _until_it_can_be_asked(evidence, rule))

    states = tuple(state_of(finding, rule) for finding in (forward, reverse, placebo))
    moved_together = is_clear(together, rule)
    same_way = moved_together and together.estimate * forward.estimate > 0
    leads = order is not None and is_clear(order, rule) and order.estimate * placebo.estimate < 0
    against = states[0] == "clear" and forward.estimate * placebo.estimate < 0
    reasons += [
        _reason(f"forward_{states[0]}", states[0] == "clear", forward, rule),
        _reason(f"reverse_{states[1]}", states[1] == "absent", reverse, rule),
        _reason(f"placebo_{states[2]}", states[2] == "absent", placebo, rule),
        _reason("moved_together" if same_way else "not_moved_together", not same_way, together, rule),
        _reason("outcome_moved_before" if leads else "outcome_not_before", not leads, order, rule),
    ]

    def ruling(found: Verdict, settlement: Settlement | None = None) -> Ruling:
        return Ruling(found, tuple(reasons), settlement or Settlement("none"))

    if states == ("clear", "clear", "clear") and not moved_together:
        return ruling("both")
    if states[2] == "clear" and leads and not against:
        return ruling("outcome_first")
    if states[2] == "clear" or (states[0] == "clear" and same_way):
        return ruling("cannot_tell", Settlement("another_design"))
    if states == ("clear", "absent", "absent"):
        return ruling("maturity_first")
    return ruling("cannot_tell", _more_data(evidence, (forward, reverse, placebo), states, rule))


def can_be_asked(evidence: Evidence, limits: DirectionLimits | None = None) -> bool:
    """Whether there are organisations and waves enough to estimate anything."""
    return all(reason.passed for reason in _sizes(evidence, limits or DirectionLimits()))


def is_clear(finding: Finding, limits: DirectionLimits) -> bool:
    """Whether a finding stands when two directions are looked at."""
    return finding.p_value <= limits.alpha / 2


def state_of(finding: Finding, limits: DirectionLimits) -> State:
    """Say whether a finding is clear, absent with power, or could not have been seen."""
    if is_clear(finding, limits):
        return "clear"
    return "absent" if smallest_seen(finding, limits) <= limits.effect_of_interest else "unseen"


def smallest_seen(finding: Finding, limits: DirectionLimits) -> float:
    """Give the minimum detectable effect at the level at which findings are judged."""
    return minimum_detectable_effect(finding.standard_error, limits.alpha / 2, limits.power)


def _preconditions(evidence: Evidence, limits: DirectionLimits) -> list[Reason]:
    reasons = _sizes(evidence, limits)
    fit = evidence.fit
    if fit is None:
        return reasons
    far = fit.rmsea > limits.acceptable_rmsea and fit.rmsea_low > limits.close_rmsea
    fits = fit.cfi >= limits.minimum_cfi and not far
    measures = {"chi2": fit.chi2, "df": fit.df, "cfi": fit.cfi, "rmsea": fit.rmsea}
    wrong = [
        part
        for part in evidence.improper
        if part.block != RANDOM_INTERCEPTS and part.z_value < limits.improper_z
    ]
    blocks = {part.block: part.eigenvalue for part in wrong or evidence.improper}
    return [
        *reasons,
        Reason("model_fits" if fits else "model_does_not_fit", fits, measures),
        Reason("solution_improper" if wrong else "solution_proper", not wrong, blocks),
    ]


def _sizes(evidence: Evidence, limits: DirectionLimits) -> list[Reason]:
    organizations, waves = evidence.n_organizations, evidence.n_waves
    enough = organizations >= limits.minimum_organizations
    lasting = waves >= limits.minimum_waves
    return [
        Reason(
            "enough_organizations" if enough else "too_few_organizations",
            enough,
            {"organizations": organizations, "minimum": limits.minimum_organizations},
        ),
        Reason(
            "enough_waves" if lasting else "too_few_waves",
            lasting,
            {"waves": waves, "minimum": limits.minimum_waves},
        ),
    ]


def _reason(code: str, passed: bool, finding: Finding | None, limits: DirectionLimits) -> Reason:
    if finding is None:
        return Reason(code, passed)
    return Reason(
        code,
        passed,
        {
            "estimate": finding.estimate,
            "standard_error": finding.standard_error,
            "p_value": finding.p_value,
            "mde": smallest_seen(finding, limits),
        },
    )


def _until_it_can_be_asked(evidence: Evidence, limits: DirectionLimits) -> Settlement:
    """Tell how much data the question needs at all, from the usual error of a path."""
    steps = units_needed(USUAL_ERROR, 1, limits.effect_of_interest, limits.alpha / 2, limits.power)
    few = evidence.n_organizations < limits.minimum_organizations
    short = evidence.n_waves < limits.minimum_waves
    if not few and not short and evidence.n_organizations * (evidence.n_waves - 1) >= steps:
        return Settlement("another_model")
    seen = max(evidence.n_waves, limits.minimum_waves)
    organizations = max(limits.minimum_organizations, math.ceil(steps / (seen - 1)))
    waves = max(limits.minimum_waves, 1 + math.ceil(steps / max(evidence.n_organizations, 1)))
    if few:
        waves = limits.minimum_waves
    return Settlement(
        "more_data",
        None if short and not few else organizations,
        None if few and not short else waves,
        None if few and not short else _quarters(waves, evidence),
    )


def _more_data(
    evidence: Evidence, findings: tuple[Finding, ...], states: tuple[State, ...], limits: DirectionLimits
) -> Settlement:
    """Scale the standard errors until what is open would be seen."""
    errors = [f.standard_error for f, state in zip(findings, states, strict=True) if state == "unseen"]
    if not errors:
        return Settlement("more_data" if "clear" in states else "none")
    of_interest = (limits.effect_of_interest, limits.alpha / 2, limits.power)
    organizations = units_needed(max(errors), evidence.n_organizations, *of_interest)
    waves = 1 + units_needed(max(errors), evidence.n_waves - 1, *of_interest)
    return Settlement("more_data", organizations, waves, _quarters(waves, evidence))


def _quarters(waves: int, evidence: Evidence) -> int | None:
    if not math.isfinite(evidence.gap_months):
        return None
    return max(0, math.ceil((waves - evidence.n_waves) * evidence.gap_months / 3))
