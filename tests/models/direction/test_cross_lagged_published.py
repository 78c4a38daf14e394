"""Keeps the direction from resting on a likelihood that no other software knows: lavaan, digit by digit."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.direction import cross_lagged, random_intercept_cross_lagged

FIXTURES = Path(__file__).parents[1] / "fixtures"
PUBLISHED = json.loads((FIXTURES / "published_direction.json").read_text())
# Printed with three decimals.
PRINTED = 0.00051
DATA = pd.read_csv(FIXTURES / "antisocial_reading.csv").to_numpy(dtype=float)
X, Y = DATA[:, :3], DATA[:, 3:]
FITS = {
    "random_intercepts": lambda: random_intercept_cross_lagged(X, Y),
    "plain": lambda: cross_lagged(X, Y),
    "equal": lambda: random_intercept_cross_lagged(X, Y, paths="equal", innovations="equal"),
}


@pytest.mark.parametrize("model", FITS)
def test_lavaan_on_a_panel_with_missing_cells(model: str) -> None:
    expected, found = PUBLISHED[model], FITS[model]()
    assert found.chi2 == pytest.approx(expected["chi2"], abs=0.00006 if model != "equal" else PRINTED)
    assert found.df == expected["df"]
    assert (found.n_units, found.n_dropped, found.n_missing) == (405, 0, int(np.isnan(DATA).sum()))
    assert found.standard_error_kind == "observed"
    for name, (estimate, error) in expected["estimates"].items():
        assert found.at(name).estimate == pytest.approx(estimate, abs=PRINTED), name
        assert found.at(name).standard_error == pytest.approx(error, abs=PRINTED), name
    for name, beta in expected["standardized"].items():
        assert found.at(name).standardized == pytest.approx(beta, abs=PRINTED), name
    k = expected["n_parameters"]
    assert len(found.paths) + len(found.others) == k
    assert -2 * found.log_likelihood + 2 * k == pytest.approx(expected["aic"], abs=0.051)
    assert -2 * found.log_likelihood + k * math.log(405) == pytest.approx(expected["bic"], abs=0.051)


def test_published_p_value() -> None:
    assert FITS["random_intercepts"]().fit.p_value == pytest.approx(0.073, abs=PRINTED)
