"""Published examples are run against these names and parameters: renaming one breaks what others wrote."""

from __future__ import annotations

import dataclasses
import importlib
import inspect

import pytest

# In order, as far as they are published; what follows must have a default.
PUBLISHED = {
    "index_quality.cronbach_alpha": ("items",),
    "index_quality.omega_total": ("items",),
    "index_quality.icc": ("ratings",),
    "index_quality.icc_multilevel": ("values", "groups"),
    "index_quality.rwg_j": ("ratings", "n_options"),
    "index_quality.rank_uncertainty": ("scores", "spec"),
    "estimate.ols": ("y", "X", "names", "groups", "covariance"),
    "panel.two_way_within": ("frame", "outcome", "exposure", "controls", "unit", "period"),
    "inference.wild_cluster_bootstrap": ("y", "X", "groups", "coefficient", "n_draws", "seed", "weights"),
    "inference.cluster_covariance": ("X", "residuals", "groups", "kind"),
    "inference.satterthwaite_df": ("X", "groups"),
    "direction.random_intercept_cross_lagged": ("x", "y"),
    "direction.lead_placebo": ("x", "y"),
    "direction.granger": ("y", "x", "lags"),
    "event_study.group_time_att": ("frame", "outcome", "unit", "period", "first_treated"),
    "drivers.lmg": ("y", "X"),
    "robustness.robustness_value": ("t", "dof", "q", "alpha"),
    "robustness.e_value": ("rr",),
    "robustness.specification_curve": ("grid", "frame"),
    "power.minimum_detectable_effect": ("se", "alpha", "power"),
    "multiplicity.adjust": ("p_values", "method"),
    "evidence.grade": ("results", "diagnostics"),
}
# Fields that results are read by.
RESULTS = {
    "index_quality.Reliability": {"alpha", "low", "high"},
    "estimate.Fit": {"names", "coefficients", "standard_errors", "covariance", "low", "high", "p_values"},
    "inference.BootstrapTest": {"p_value", "t_value", "n_draws"},
    "direction.CrossLagged": {"chi2", "df", "paths", "forward", "reverse"},
    "direction.FTest": {"statistic", "df_numerator", "df_denominator", "p_value"},
    "event_study.GroupTimeAtt": {"att", "se", "dynamic", "overall"},
    "evidence.Claim": {"level", "grade", "reasons", "withheld"},
    "robustness.SpecificationCurve": {"estimates", "median", "median_p"},
}


def found(name: str) -> object:
    module, attribute = name.split(".")
    return getattr(importlib.import_module(f"models.{module}"), attribute)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_parameters_are_those_that_were_published(name: str) -> None:
    parameters = list(inspect.signature(found(name)).parameters.values())
    asked = PUBLISHED[name]
    assert tuple(parameter.name for parameter in parameters[: len(asked)]) == asked
    assert all(p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for p in parameters[: len(asked)])
    assert all(p.default is not inspect.Parameter.empty for p in parameters[len(asked) :])
    first_line, *rest = inspect.getdoc(found(name)).splitlines()
    assert first_line.endswith(".")
    assert {"Parameters", "Returns"} & set(rest)


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_results_are_frozen_and_have_their_fields(name: str) -> None:
    kind = found(name)
    names = {one.name for one in dataclasses.fields(kind)} | {
        attribute for attribute in dir(kind) if isinstance(getattr(kind, attribute), property)
    }
    assert names >= RESULTS[name]
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)
