"""The latent truth of a demo world: maturity by wave, outcomes by month; no files, no raters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.demo.aliases import Floats
from models.demo.calendar import Calendar, make_calendar
from models.demo.organizations import Organizations, draw_organizations
from models.demo.spec import LEAD_MONTHS, PLANTED, Planted, WorldSpec, generator

MATURITY_STEP_SD = 10.5
MATURITY_DRIFT = 0.6
MATURITY_FLOOR, MATURITY_CEILING = 3.0, 97.0
SHOCK_AUTOCORRELATION = 0.85
REVENUE_NOISE_SD = 0.08
REVENUE_NOISE_AUTOCORRELATION = 0.4
REVENUE_PER_EMPLOYEE_EUR = 11_000.0


@dataclass(frozen=True, slots=True)
class LatentWorld:
    """Everything that is true in a demo world and that no file shows directly.

    Attributes
    ----------
    maturity : float of shape (organizations, waves), index points 0 to 100
    exposure : float of shape (organizations, months), maturity three months earlier, index points
    csat_share, log_revenue, first_response_minutes, win_rate, cost_share : like exposure
        Expected values of the outcomes; log revenue includes its noise, in log EUR.
    monthly_hazard : float of shape (organizations,), chance to leave per month
    """

    spec: WorldSpec
    planted: Planted
    calendar: Calendar
    organizations: Organizations
    maturity: Floats
    exposure: Floats
    csat_share: Floats
    log_revenue: Floats
    first_response_minutes: Floats
    win_rate: Floats
    cost_share: Floats
    monthly_hazard: Floats


def reflect(values: Floats) -> Floats:
    """Fold values at the floor and the ceiling of maturity."""
    span = MATURITY_CEILING - MATURITY_FLOOR
    folded = np.mod(values - MATURITY_FLOOR, 2 * span)
    return MATURITY_FLOOR + np.where(folded > span, 2 * span - folded, folded)


def autoregressive(noise: Floats, rho: float) -> Floats:
    """Turn white noise of shape (units, periods) to a stationary AR(1) with unit variance."""
    out = noise.copy()
    for t in range(1, noise.shape[1]):
        out[:, t] = rho * out[:, t - 1] + np.sqrt(1 - rho**2) * noise[:, t]
    return out


def draw_world(spec: WorldSpec) -> LatentWorld:
    """Draw the latent truth of a world; same spec, same arrays."""
    planted = PLANTED[spec.world]
    calendar = make_calendar(spec)
    orgs = draw_organizations(spec)
    rng = generator(spec, "world")
    n, t = spec.organizations, spec.months
    shock = autoregressive(rng.standard_normal((n, t)), SHOCK_AUTOCORRELATION)
    maturity = _maturity(rng, orgs.maturity, shock, calendar, planted)
    by_month = maturity[:, calendar.wave_of_month]
    exposure = by_month[:, np.maximum(np.arange(t) - LEAD_MONTHS, 0)]
    x = (np.minimum(exposure, planted.saturates_at) - 50.0) / 10.0
    trait = orgs.trait[:, None]
    season = np.cos(2 * np.pi * (calendar.month_of_year - 12) / 12)[None, :]
    noise = autoregressive(rng.standard_normal((n, t)), REVENUE_NOISE_AUTOCORRELATION) * REVENUE_NOISE_SD
    log_revenue = (
        np.log(REVENUE_PER_EMPLOYEE_EUR)
        + np.log(orgs.employees)[:, None]
        + planted.log_revenue * x
        + planted.trait_log_revenue * trait
        + planted.shock_log_revenue * shock
        + 0.06 * season
        + noise
    )
    return LatentWorld(
        spec=spec,
        planted=planted,
        calendar=calendar,
        organizations=orgs,
        maturity=maturity,
        exposure=exposure,
        # Five standard deviations of a shock beside a trait lie beyond everybody: a share stays a share.
        csat_share=np.clip(
            0.70
            + planted.csat_share * x
            + planted.trait_csat_share * trait
            + planted.shock_csat_share * shock
            - 0.02 * season,
            0.0,
            1.0,
        ),
        log_revenue=log_revenue,
        first_response_minutes=180.0
        + planted.first_response_minutes * x
        + planted.trait_first_response_minutes * trait
        + 8.0 * season,
        win_rate=np.broadcast_to(0.36 + planted.trait_win_rate * trait + 0.02 * season, x.shape),
        cost_share=0.55 - planted.trait_gross_margin * trait + rng.normal(0.0, 0.02, (n, t)),
        monthly_hazard=0.01 * np.exp(planted.trait_log_attrition * orgs.trait),
    )


def _maturity(
    rng: np.random.Generator, first: Floats, shock: Floats, calendar: Calendar, planted: Planted
) -> Floats:
    """Walk maturity over the waves; after the first wave a shock may move it too."""
    waves = len(calendar.waves)
    steps = rng.normal(MATURITY_DRIFT, MATURITY_STEP_SD, (len(first), waves))
    steps[:, 0] = 0.0
    if planted.shock_maturity:
        # The walk is calmer where a shock moves maturity too, so that the within spread stays about 10.
        steps *= 0.6
    moved = np.zeros_like(steps)
    starts = (calendar.wave_starts - calendar.months[0]).astype(np.int64)
    for wave in range(1, waves):
        month = int(starts[wave])
        if planted.shock_delay:
            taken = shock[:, max(month - planted.shock_delay, 0) : month].mean(axis=1)
        else:
            taken = shock[:, month]
        moved[:, wave] = planted.shock_maturity * taken
    return reflect(first[:, None] + np.cumsum(steps, axis=1) + moved)
