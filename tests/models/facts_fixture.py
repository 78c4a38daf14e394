"""Hand-made result tables shaped like the pipeline's; without them wording is tested on nothing real."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
from results_fixture import result_tables

from models.facts import FactsSettings, build_facts

SOURCES = {"qualtrics": 4300, "salesforce": 820, "zendesk": 1690, "workday": 410, "xero": 1250}
MONTHS = [d.date() for d in pd.date_range("2023-01-01", periods=36, freq="MS")]
WAVES = [f"{year}-H{half}" for year in (2023, 2024, 2025) for half in (1, 2)]
FIRST_STAGES, LAST_STAGES = (19, 42, 38, 37, 24), (8, 31, 40, 47, 34)
TRUTH = {"csat_share": 0.015, "log_revenue": 0.03, "win_rate": 0.0}
CHANNELS = {"facebook": 112, "twitter": 91, "linkedin": 78, "youtube": 66}
PRIMARY: dict[str, dict[str, tuple[float, float]]] = {
    "csat_share": {"naive": (0.0405, 0.0041), "M1": (0.0362, 0.0044), "M2": (0.0183, 0.0031)},
    "log_revenue": {"naive": (0.3120, 0.0310), "M1": (0.1240, 0.0190), "M2": (0.0291, 0.0068)},
}
EXPLORATORY = {
    "first_response_minutes": (-3.1, 2.4, "L0", "C", "minutes"),
    "ticket_volume": (1.21, 0.83, "L0", "C", "tickets"),
    "win_rate": (0.0102, 0.0030, "L2", "B", "share"),
    "revenue_growth": (0.004, 0.006, "none", "D", "share"),
    "gross_margin": (0.0011, 0.0019, "L0", "C", "share"),
    "headcount": (2.2, 0.7, "L1", "C", "persons"),
    "attrition": (-0.0004, 0.0006, "none", "E", "share"),
}


def effect_row(
    outcome: str, model: str, estimate: float, se: float, *, primary: bool, unit: str
) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "is_primary": primary,
        "family": "primary" if primary else "secondary",
        "model": model,
        "exposure": "index_per_10",
        "estimate": estimate,
        "standard_error": se,
        "low": estimate - 1.975 * se,
        "high": estimate + 1.975 * se,
        "p_value": 0.0001,
        "p_adjusted": 0.0002,
        "adjustment": "holm" if primary else "bh",
        "unit": unit,
        "standard_error_kind": "cluster",
        "degrees_of_freedom": 159.0,
        "n_observations": 4960,
        "n_organizations": 160,
        "n_periods": 33,
        "first_period": MONTHS[0],
        "last_period": MONTHS[32],
        "mde": 2.8 * se,
    }


def claim_row(
    effect: dict[str, Any], level: str, grade: str, naive: float, reasons: str = ""
) -> dict[str, Any]:
    shared = (
        "outcome",
        "is_primary",
        "estimate",
        "low",
        "high",
        "unit",
        "standard_error_kind",
        "n_organizations",
        "n_periods",
        "first_period",
        "last_period",
        "mde",
    )
    return {
        **{name: effect[name] for name in shared},
        "level": level,
        "grade": grade,
        "withheld": grade in "DE",
        "naive_estimate": naive,
        "coverage": 0.97,
        "reasons": reasons,
    }


def tables() -> dict[str, pd.DataFrame]:
    """All frames :func:`models.facts.build_facts` takes, as the demo world would roughly give them."""
    effects, claims = [], []
    for outcome, models in PRIMARY.items():
        unit = "share" if outcome == "csat_share" else "log"
        rows = [effect_row(outcome, m, b, se, primary=True, unit=unit) for m, (b, se) in models.items()]
        effects += rows
        claims.append(
            claim_row(rows[-1], "L2", "B", models["naive"][0], "m1_clear;m2_clear;leave_one_out_keeps_sign")
        )
    for outcome, (b, se, level, grade, unit) in EXPLORATORY.items():
        row = effect_row(outcome, "M2", b, se, primary=False, unit=unit)
        effects.append(row)
        reasons = "interval_includes_zero" if grade in "DE" else ""
        claims.append(claim_row(row, level, grade, 2 * b, reasons))
    contrasts = [
        ("social_in_customer_service", 81, 0.79, 79, 0.37, 2.14, 1.59, 2.87, 2.0, "ratio_at_least"),
        ("social_in_recruiting", 81, 0.62, 79, 0.33, 1.88, 1.32, 2.66, 2.0, "ratio_about"),
        ("executive_sponsor", 81, 0.56, 79, 0.11, 5.09, 2.65, 9.74, 5.0, "ratio"),
        ("steering_committee", 81, 0.51, 79, 0.28, 1.82, 1.22, 2.72, None, None),
        ("social_in_sales", 81, 0.47, 79, 0.29, 1.62, 1.08, 2.44, None, None),
        ("social_in_product_development", 81, 0.31, 79, 0.24, 1.29, 0.77, 2.16, None, None),
    ]
    names = [
        "practice_code",
        "n_mature",
        "share_mature",
        "n_less_mature",
        "share_less_mature",
        "risk_ratio",
        "low",
        "high",
        "published_ratio",
        "published_relation",
    ]
    quality = [
        ("alpha", 0.94, 0.93, 0.95),
        ("icc1", 0.41, 0.38, 0.45),
        ("icc2", 0.81, 0.78, 0.84),
        ("n_raters_mean", 5.9, None, None),
    ]
    return {
        "effects": pd.DataFrame(effects),
        "claims": pd.DataFrame(claims),
        "contrasts": pd.DataFrame(contrasts, columns=names).assign(
            adjusted_ratio=lambda t: t["risk_ratio"] * 0.95,
            adjusted_low=lambda t: t["low"] * 0.95,
            adjusted_high=lambda t: t["high"] * 0.95,
            e_value=lambda t: t["risk_ratio"] + 1,
        ),
        "index_quality": pd.DataFrame(
            [(*row, "all") for row in quality], columns=["measure", "value", "low", "high", "scope"]
        ),
        "assessment": assessment(),
        "benchmarks": benchmarks(),
        "channel_adoption": pd.DataFrame(
            [
                {
                    "organization_id": f"o{i:03d}",
                    "wave": wave,
                    "channel": channel,
                    "is_active": i < n,
                    "n_raters": 5,
                }
                for wave in WAVES[-2:]
                for channel, n in CHANNELS.items()
                for i in range(160)
            ]
        ),
        "join_coverage": join_coverage(),
        "ledger": ledger(),
        "kpis": kpis(),
        "groups": groups(),
        "held_back": held_back(),
    }


def assessment() -> pd.DataFrame:
    rows = []
    for wave in WAVES:
        counts = FIRST_STAGES if wave == WAVES[0] else LAST_STAGES
        stages = [stage for stage, n in enumerate(counts, start=1) for _ in range(n)]
        for i, stage in enumerate(stages):
            index = 20.0 * stage - 10 + (i % 7) - 3
            rows.append(
                {
                    "organization_id": f"o{i:03d}",
                    "wave": wave,
                    "period": f"{wave[:4]}-{'01' if wave.endswith('1') else '07'}-01",
                    "integration_index": index,
                    "stage": stage,
                    "is_low_reliability": i % 40 == 0,
                    "personal_score": index - 2,
                    "structural_score": index + 1,
                    "cultural_score": index + 1,
                    "channel_adoption_share": 0.54,
                    "checklist_gap": 54 - index,
                }
            )
    return pd.DataFrame(rows)


def benchmarks() -> pd.DataFrame:
    figures = {
        "stage_doing_nothing": 12,
        "stage_first_steps": 26,
        "stage_pilot": 24,
        "stage_integrating": 23,
        "stage_integrated": 14,
        "adoption_facebook": 68,
        "adoption_twitter": 56,
        "adoption_linkedin": 47,
        "adoption_youtube": 43,
    }
    rows = [("insites_smis", "2011-12", 400, "GB,US", "all", "all", m, float(v)) for m, v in figures.items()]
    rows.append(("insites_smis", "2012-06", 1222, "NL,US", "all", "all", "stage_doing_nothing", 29.0))
    names = ["source_id", "wave", "n_respondents", "markets", "segment_type", "segment", "metric", "value"]
    return pd.DataFrame(rows, columns=names).assign(unit="percent", as_published="")


def join_coverage() -> pd.DataFrame:
    rows = []
    for s, (source, n) in enumerate(SOURCES.items()):
        for i, month in enumerate(MONTHS):
            if source == "qualtrics" and i % 6:
                continue
            rows_here = n + (i * 37 + s * 11) % 90
            unmapped = round(rows_here * (0.004 + 0.012 * s + (0.07 if source == "workday" and i < 4 else 0)))
            amount = 1000.0 * rows_here if source in ("salesforce", "xero") else None
            rows.append(
                {
                    "source_system": source,
                    "entity": f"{source}_rows",
                    "period": month,
                    "n_rows": rows_here,
                    "n_mapped": rows_here - unmapped,
                    "n_unmapped": unmapped,
                    "currency": "XXX" if amount is None else "EUR",
                    "reported_amount": amount,
                    "mapped_share": 1 - unmapped / rows_here,
                    "reported_amount_mapped": None if amount is None else amount * 0.98,
                }
            )
    return pd.DataFrame(rows)


def ledger() -> pd.DataFrame:
    rows = []
    for source, n in SOURCES.items():
        for part in (1, 2):
            accepted, refused, duplicate, superseded = n * 18, n // 90, n // 40 * (part - 1), n // 60
            rows.append(
                {
                    "file": f"{source}_{part}.csv",
                    "delivery_id": f"{source}{part}",
                    "source_system": source,
                    "profile": source,
                    "delivered": accepted + refused + duplicate + superseded,
                    "accepted": accepted,
                    "quarantined": refused,
                    "duplicate": duplicate,
                    "superseded": superseded,
                }
            )
    return pd.DataFrame(rows)


KNOWN = {
    "csat_share": (160, 36), "first_response_minutes": (160, 33), "ticket_volume": (160, 36),
    "win_rate": (120, 30), "revenue": (158, 36), "gross_margin": (150, 36), "headcount": (140, 34),
    "attrition": (140, 33), "nps": (40, 12),
}  # fmt: skip
"""Organisations and months for which each KPI is known; every other one was never delivered."""


@cache
def kpis() -> pd.DataFrame:
    """Every tenth organisation-month rests on few cases."""
    rows = [
        (code, f"o{i:03d}", MONTHS[m], 1.0, (i + m) % 10 == 0)
        for code, (n, months) in KNOWN.items()
        for i in range(n)
        for m in range(months)
    ]
    names = ["kpi_code", "organization_id", "period", "value", "is_below_minimum_sample"]
    return pd.DataFrame(rows, columns=names)


GROUPS = {
    "industry": {"retail": 24, "media": 15, "healthcare": 18, "technology_telecom": 21, "education": None},
    "employees_band": {"under_500": 90, "500_and_over": 70},
    "customer_type": {"b2b": 60, "b2c": 55, "both": 45},
    "country": {"NL": 50, "GB": 60, "US": 50},
}
"""Groups by kind with their number of organisations; None is one that is hidden."""


def groups() -> pd.DataFrame:
    """Medians rise with the place of the group; the month before shows none."""
    rows = []
    for code, scale in (("integration_index", 100.0), ("csat_share", 1.0), ("revenue", 2e6)):
        for kind, sizes in GROUPS.items():
            for place, (segment, size) in enumerate(sizes.items()):
                middle = None if size is None else scale * (0.4 + 0.05 * place)
                quartiles = [None if middle is None else middle + scale * step for step in (-0.1, 0.0, 0.12)]
                rows.append((MONTHS[35], code, kind, segment, size, *quartiles, size is None))
                rows.append((MONTHS[34], code, kind, segment, None, None, None, None, True))
    names = ["period", "kpi_code", "segment_type", "segment", "group_size", "first_quartile", "median",
             "third_quartile", "is_suppressed"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def held_back() -> pd.DataFrame:
    rows = [
        ("csat_share", "quarantined", None, 3, None, 0),
        ("csat_share", "unmapped", None, 2, None, 0),
        ("revenue", "quarantined", "EUR", 2, 10.5, 0),
        ("revenue", "quarantined", "EUR", 1, 2400.5, 0),
        ("revenue", "quarantined", None, 1, None, 1),
        ("revenue", "no_average_rate", "CHF", 4, 900.0, 0),
        (None, "quarantined", None, 9, None, 0),
    ]
    return pd.DataFrame(
        rows, columns=["kpi_code", "reason", "currency", "n_rows", "amount", "n_amount_unknown"]
    )


def make_facts(
    *, is_simulated: bool = True, verdict: str = "maturity_first", **changed: Any
) -> dict[str, Any]:
    """Facts of the fixture, with some tables replaced; `verdict` is the one on direction."""
    changed.setdefault("results", result_tables(verdict))
    truth = TRUTH if is_simulated else None
    settings = FactsSettings(is_simulated=is_simulated)
    return build_facts(
        **{**tables(), **changed}, n_organization_months=160 * 36, settings=settings, truth=truth
    )


def small_facts() -> dict[str, Any]:
    """Eight organisations: everything is withheld or suppressed."""
    base = tables()
    few = {f"o{i:03d}" for i in range(8)}
    claims = base["claims"].assign(
        level="none", grade="E", withheld=True, n_organizations=8, reasons="too_few_organizations"
    )
    return make_facts(
        claims=claims,
        assessment=base["assessment"][base["assessment"].organization_id.isin(few)],
        channel_adoption=base["channel_adoption"][base["channel_adoption"].organization_id.isin(few)],
        results=result_tables("cannot_tell", n=8),
        contrasts=base["contrasts"].assign(n_mature=3, n_less_mature=5),
        groups=base["groups"].assign(
            is_suppressed=True, group_size=None, first_quartile=None, median=None, third_quartile=None
        ),
        kpis=base["kpis"][base["kpis"].organization_id.isin(few)],
    )
