"""Estimates of many outcomes as rows, p-values adjusted within their family. No estimation here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from models.claims import Thresholds
from models.effects import Effect, Family, Fitted, OutcomeFits, adjustment_of, effect
from models.multiplicity import adjust


def effect_rows(
    fits: Sequence[OutcomeFits], units: Mapping[str, str], limits: Thresholds, *, family: Family
) -> list[Effect]:
    """Rows of `analysis.effects` of one family: naive, M1 and M2 per outcome."""
    return _family(fits, _headline, units, limits, family=family)


def sensitivity_rows(
    fits: Sequence[OutcomeFits], units: Mapping[str, str], limits: Thresholds, *, family: Family
) -> list[Effect]:
    """Rows of `analysis.sensitivity`: the same estimates with other standard errors."""
    return _family(fits, _other_errors, units, limits, family=family)


def _headline(one: OutcomeFits) -> list[Fitted]:
    return [fitted for fitted in (one.naive, one.m1, one.m2) if fitted is not None]


def _other_errors(one: OutcomeFits) -> list[Fitted]:
    rows = []
    if one.m1 is not None and one.m1_hc3 is not None and one.m1_cr2 is not None:
        rows += [replace(one.m1, coefficient=one.m1_hc3, kind="HC3")]
        rows += [replace(one.m1, coefficient=one.m1_cr2, kind="CR2")]
    if one.m2 is not None and one.small_sample is not None:
        rows += [replace(one.m2, coefficient=one.small_sample.cr2, kind="CR2")]
    return rows


def _family(
    fits: Sequence[OutcomeFits],
    models: Callable[[OutcomeFits], list[Fitted]],
    units: Mapping[str, str],
    limits: Thresholds,
    *,
    family: Family,
) -> list[Effect]:
    """Make the rows of one family, p-values adjusted over its outcomes for each model and standard error."""
    rows = [(one.outcome, fitted) for one in fits for fitted in models(one)]
    adjusted = np.full(len(rows), np.nan)
    for key in {(fitted.model, fitted.kind) for _, fitted in rows}:
        own = [i for i, (_, fitted) in enumerate(rows) if (fitted.model, fitted.kind) == key]
        p_values = [rows[i][1].coefficient.p_value for i in own]
        adjusted[own] = adjust(p_values, adjustment_of(family))
    return [
        effect(
            fitted,
            outcome,
            family=family,
            unit=units.get(outcome, ""),
            p_adjusted=float(p),
            power=(limits.alpha, limits.power),
        )
        for (outcome, fitted), p in zip(rows, adjusted, strict=True)
    ]
