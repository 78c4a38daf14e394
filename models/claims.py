"""What a claim is made of: thresholds, results, diagnostics, reasons. The rules are in `evidence`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from models.effects import Effect

if TYPE_CHECKING:
    from models.direction import Ruling
    from models.event_study import StageJumpStudy

Level = Literal["none", "L0", "L1", "L2", "L3", "L4"]
Grade = Literal["A", "B", "C", "D", "E"]
Detail = float | int | str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the gates, each with its reason.

    Attributes
    ----------
    minimum_organizations : int
        30: below it clustered intervals are too short even with CR2 (Cameron and Miller 2015, section VI).
    suppression_organizations : int
        10: figures on fewer organisations are not published.
    minimum_reliability : float
        0.70, the customary floor for comparing groups (Nunnally 1978).
    alpha, power : float
        Two-sided 5 % and 80 %.
    alpha_within : float
        0.001, for claims from L2 on. Everything from there on (small samples, leaving one out, the order)
        looks at the same changes within organisations, so chance must be ruled out by this one test: at 5 %
        one world in fifty with nothing but fixed traits was told as L2 or L3 (docs/decisions.md).
    small_clusters : int
        40: below it the wild cluster bootstrap must agree as well (method, M2).
    minimum_coverage, minimum_periods : float, int
        For grade B: half of the possible organisation-months, and one year of seasons.
    bootstrap_draws : int
    relative_magnitude : float
        1: trends after a rise may differ by as much as the largest step seen before it (Rambachan and Roth
        2023, section 2.4.1, take it for the natural benchmark).
    agreeing_share : float
        0.9 of the specifications have the sign of their median, for grade A.
    effects_of_interest : mapping of outcome to float
        Smallest effect per +10 index points worth knowing, in the outcome's unit; others: 5 % of the mean
        level, which judges nulls only. Where one is declared, an interval wholly below it is no change that
        is told (Lakens, Scheel and Isager 2018: significant and yet equivalent to nothing).
    """

    minimum_organizations: int = 30
    suppression_organizations: int = 10
    minimum_reliability: float = 0.7
    alpha: float = 0.05
    power: float = 0.8
    alpha_within: float = 0.001
    small_clusters: int = 40
    minimum_coverage: float = 0.5
    minimum_periods: int = 12
    bootstrap_draws: int = 9999
    relative_magnitude: float = 1.0
    agreeing_share: float = 0.9
    effects_of_interest: Mapping[str, float] = field(
        default_factory=lambda: {
            "csat_share": 0.01,
            "log_revenue": 0.02,
            "win_rate": 0.01,
            "revenue_growth": 0.02,
            "gross_margin": 0.01,
        }
    )


# Gate -> (code when passed, code when failed).
GATES: Mapping[str, tuple[str, str]] = {
    "suppression": ("group_large_enough", "group_below_minimum"),
    "organizations": ("enough_organizations", "too_few_organizations"),
    "reliability": ("index_reliable", "index_not_reliable"),
    "m1": ("interval_excludes_zero", "interval_includes_zero"),
    "m2": ("within_interval_excludes_zero", "within_interval_includes_zero"),
    "chance": ("within_beyond_chance", "within_may_be_chance"),
    "signs": ("signs_agree", "signs_conflict"),
    "cr2": ("small_sample_agrees", "small_sample_disagrees"),
    "bootstrap": ("bootstrap_agrees", "bootstrap_disagrees"),
    "size": ("within_worth_knowing", "within_too_small"),
    "leave_one_out": ("leave_one_out_keeps_sign", "leave_one_out_changes_sign"),
    "direction": ("maturity_came_first", "order_not_shown"),
    "rise": ("rise_interval_excludes_zero", "rise_interval_includes_zero"),
    "pretrends": ("flat_before_rise", "moved_before_rise"),
    "honest": ("honest_bound_excludes_zero", "honest_bound_includes_zero"),
    "order": ("order_not_against", "outcome_came_first"),
    "specifications": ("specifications_agree", "specifications_disagree"),
    "unseen": ("sturdier_than_strongest_control", "as_fragile_as_strongest_control"),
    "unmovable": ("unmovable_outcome_still", "unmovable_outcome_moves"),
    "card": ("health_card_passes", "health_card_asks"),
    "null": ("well_powered_null", "too_little_power"),
    "clusters": ("many_clusters", "few_clusters"),
    "periods": ("enough_periods", "few_periods"),
    "coverage": ("coverage_sufficient", "coverage_low"),
    "primary": ("declared_primary", "exploratory"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One gate or finding: its code (another one when it failed), the verdict, and its numbers."""

    code: str
    passed: bool
    detail: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Results:
    """The estimates of one outcome; None where a model could not be estimated (why: `failures`).

    `order` is the ruling on which came first, `rise` what follows a rise to a higher stage; None where not
    estimated, which stops the ladder below them.
    """

    outcome: str
    is_primary: bool
    unit: str
    naive: Effect | None
    m1: Effect | None
    m2: Effect | None
    failures: tuple[Reason, ...] = ()
    order: Ruling | None = None
    rise: StageJumpStudy | None = None


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What the gates look at beside the estimates; None means not computed.

    Attributes
    ----------
    reliability, reliability_measure : float or None, str
        The larger of ICC(2) and alpha of the index, and which it is.
    coverage : float
        Share of the organisation-months with an index, and a month to look ahead to, that entered M2.
    cr2_low, cr2_high, cr2_p_value, cr2_degrees_of_freedom : float or None
        M2 with Bell-McCaffrey errors.
    bootstrap_p_value : float or None
        M2 by wild cluster bootstrap, computed when clusters are few.
    cr2_p_adjusted, bootstrap_p_adjusted : float or None
        The same p-values adjusted within the family of the outcome, as M2's is.
    leave_one_out_low, leave_one_out_high, leave_one_out_keeps_sign : float or None, bool
    effect_of_interest : float or None
    n_low_reliability : int
        Organisation-months left out because too few raters stand behind their index.
    specifications_share, specifications_p_value : float or None
        Share of the specifications with the sign of their median, and the median's p-value among shuffles.
    outlasts_strongest_control : bool or None
        The interval of M2 still excludes zero beside a confounder as strong as the strongest control.
    unmovable_holds : bool or None
        An outcome that nothing can move does not move.
    """

    reliability: float | None = None
    reliability_measure: str = ""
    coverage: float = 0.0
    cr2_low: float | None = None
    cr2_high: float | None = None
    cr2_p_value: float | None = None
    cr2_degrees_of_freedom: float | None = None
    bootstrap_p_value: float | None = None
    cr2_p_adjusted: float | None = None
    bootstrap_p_adjusted: float | None = None
    leave_one_out_low: float | None = None
    leave_one_out_high: float | None = None
    leave_one_out_keeps_sign: bool = False
    effect_of_interest: float | None = None
    n_low_reliability: int = 0
    specifications_share: float | None = None
    specifications_p_value: float | None = None
    outlasts_strongest_control: bool | None = None
    unmovable_holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What may be said about one outcome; figures are None when the claim is withheld, except the MDE.

    `estimate`, `low` and `high` are per +10 index points in `unit`: M2's from L2 on, M1's below.
    `coverage` is the share of the possible organisation-months that entered M2.
    """

    outcome: str
    is_primary: bool
    level: Level
    grade: Grade
    withheld: bool
    estimate: float | None
    low: float | None
    high: float | None
    unit: str
    standard_error_kind: str
    n_organizations: int
    n_periods: int
    first_period: str | None
    last_period: str | None
    naive_estimate: float | None
    mde: float | None
    coverage: float
    reasons: tuple[Reason, ...]
