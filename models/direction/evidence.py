"""What the verdict on direction is made of: limits, findings, evidence, ruling. Rules are in `verdict`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.claims import Reason
from models.direction.fit_measures import FitMeasures
from models.direction.results import Improper

Verdict = Literal["maturity_first", "outcome_first", "both", "cannot_tell"]
Remedy = Literal["none", "more_data", "another_design", "another_model"]


@dataclass(frozen=True, slots=True)
class DirectionLimits:
    """Limits of the rules, each with its reason (2026).

    Attributes
    ----------
    minimum_organizations, minimum_waves : int
        30, as for any claim; three, below which a lasting trait and a change look the same.
    alpha, power : float
        Two directions are looked at, so each is tested at alpha / 2 (Bonferroni): clear at or below it.
        Above, it is absent if an effect of interest would have been seen with this power, else unseen.
    effect_of_interest : float
        0.2 standard deviations within organisations: the typical correlation of published studies
        (Gignac and Szodorai 2016). For the index that is some two points of a hundred per wave, near what
        raters can tell apart; 160 organisations in six waves see 0.13 to 0.16.
    minimum_cfi, acceptable_rmsea, close_rmsea : float
        0.90 and 0.08 (Browne and Cudeck 1993). An RMSEA above counts only when its 90 % interval also
        excludes a close fit, 0.05: with few degrees of freedom it is mostly noise (Kenny, Kaniskan and
        McCoach 2015).
    improper_z : float
        A residual variance is negative beyond sampling error (Kolenikov and Bollen 2012): one-sided 5 %
        shared by the seven matrices of six waves. A negative variance of random intercepts is told and stops
        nothing: it says that nothing lasts, as in an index that wanders, and leaves the paths unbiased.
    """

    minimum_organizations: int = 30
    minimum_waves: int = 3
    alpha: float = 0.05
    power: float = 0.8
    effect_of_interest: float = 0.2
    minimum_cfi: float = 0.90
    acceptable_rmsea: float = 0.08
    close_rmsea: float = 0.05
    improper_z: float = -2.45


@dataclass(frozen=True, slots=True)
class Finding:
    """One estimate in standard deviations within organisations, with its error and p-value."""

    estimate: float
    standard_error: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules look at; None where it could not be estimated (why: `failures`).

    Attributes
    ----------
    n_organizations, n_waves : int
    gap_months : float
        Between waves.
    forward, reverse : Finding or None
        Paths from the index to the next outcome, and back.
    placebo : Finding or None
        The next wave's index on the outcome before it.
    order : Finding or None
        The index on the outcome after its wave minus before it.
    comovement : Finding or None
        Index and outcome within a wave, given the wave before.
    fit : FitMeasures or None
    improper : tuple of Improper
    failures : tuple of Reason
    """

    n_organizations: int = 0
    n_waves: int = 0
    gap_months: float = float("nan")
    forward: Finding | None = None
    reverse: Finding | None = None
    placebo: Finding | None = None
    order: Finding | None = None
    comovement: Finding | None = None
    fit: FitMeasures | None = None
    improper: tuple[Improper, ...] = ()
    failures: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What would settle a verdict that cannot be given.

    Attributes
    ----------
    remedy : {"none", "more_data", "another_design", "another_model"}
        none: nothing is open. another_design: more of the same data would not tell, a start that differs
        between organisations by lot or by plan would. another_model: the data do not follow this one.
    organizations, waves : int or None
        In all, from the minimum detectable effect: the one at the number of the other that is there, or at
        the least that will do. None where it would not help.
    quarters : int or None
        To wait for these waves.
    """

    remedy: Remedy
    organizations: int | None = None
    waves: int | None = None
    quarters: int | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict, every check with its numbers, and what would settle an open one."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    settlement: Settlement
