"""Small planted panels as tables, where the truth is known. The demo world, as export files, is in `demo`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contracts.instrument import load_instrument

OUTCOMES = (
    "csat_share",
    "log_revenue",
    "first_response_minutes",
    "ticket_volume",
    "win_rate",
    "revenue_growth",
    "gross_margin",
    "headcount",
    "attrition",
)


def planted_panel(
    seed: int = 1,
    *,
    n_organizations: int = 80,
    n_months: int = 24,
    effect: float = 0.02,
    trait: float = 0.0,
    noise: float = 0.05,
    outcomes: tuple[str, ...] = OUTCOMES,
) -> pd.DataFrame:
    """Make a `fct_maturity_impact`: outcome(t+3) = effect * index(t)/10 + trait * quality + season + noise.

    `quality` is a fixed trait of the organisation that the index leans on too, so `trait` fools every
    comparison between organisations and none within them.

    Parameters
    ----------
    seed : int
    n_organizations, n_months : int
    effect : float
        On the two primary outcomes per +10 index points; the others get half of it.
    trait : float
        Shift of the outcomes per standard deviation of quality.
    noise : float
        Standard deviation of the monthly shocks.
    outcomes : tuple of str

    Returns
    -------
    DataFrame
        One row per organisation and month, with `<outcome>` and `<outcome>_lead_3m`.
    """
    rng = np.random.default_rng(seed)
    n = n_organizations
    quality = rng.normal(size=n)
    months = pd.date_range("2022-01-01", periods=n_months + 3, freq="MS")
    # The index moves with the half-yearly waves and is carried forward between them.
    steps = rng.normal(0, 0.5, size=(n, n_months + 3))
    new_wave = np.diff(np.arange(n_months + 3) // 6, prepend=0) > 0
    walk = np.cumsum(np.where(new_wave, steps, 0.0), axis=1)
    index = np.clip(5 + 1.2 * quality[:, None] + walk, 0, 10)
    season = 0.3 * noise * np.sin(np.arange(n_months + 3) / 2)
    frame = pd.DataFrame(
        {
            "organization_id": np.repeat([f"org_{i:03d}" for i in range(n)], n_months),
            "period": np.tile(months[:n_months].date, n),
            "industry": np.repeat(np.array(["media", "retail", "healthcare"])[np.arange(n) % 3], n_months),
            "country": np.repeat(np.array(["NL", "BE"])[np.arange(n) % 2], n_months),
            "customer_type": np.repeat(np.array(["b2b", "b2c"])[(np.arange(n) // 3) % 2], n_months),
            "log_employees": np.repeat(rng.normal(6, 1, size=n), n_months),
            "index_per_10": index[:, :n_months].ravel(),
            "is_low_reliability": False,
        }
    )
    for k, name in enumerate(outcomes):
        shocks = rng.normal(0, noise, size=(n, n_months + 3)) + rng.normal(0, noise / 2, size=(n, 1))
        level = 0.6 + trait * quality[:, None] + season + shocks
        level[:, 3:] += effect * index[:, :n_months] * (1.0 if k < 2 else 0.5)
        frame[name] = level[:, :n_months].ravel()
        frame[f"{name}_lead_3m"] = level[:, 3:].ravel()
    return frame


def planted_answers(
    seed: int = 1, *, n_organizations: int = 40, n_raters: int = 5, spread: float = 0.7
) -> pd.DataFrame:
    """Make `assessment_answers` of one wave: raters share a level, give or take `spread`."""
    rng = np.random.default_rng(seed)
    items = load_instrument().items
    level = rng.uniform(0.5, 3.5, size=n_organizations)
    truth = level[:, None, None] + rng.normal(0, spread, size=(n_organizations, n_raters, len(items)))
    answers = np.clip(np.rint(truth), 0, 4).astype(int)
    reversed_items = np.array([item.is_reversed for item in items])
    answers = np.where(reversed_items, 4 - answers, answers)
    shape = answers.shape
    org, rater, item = (axis.ravel() for axis in np.indices(shape))
    return pd.DataFrame(
        {
            "response_key": [f"r{o:03d}_{r}" for o, r in zip(org, rater, strict=True)],
            "item_code": np.array([i.code for i in items])[item],
            "answer_level": answers.ravel(),
            "organization_id": [f"org_{o:03d}" for o in org],
            "wave": "2022-H1",
        }
    )
