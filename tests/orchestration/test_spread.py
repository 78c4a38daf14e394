"""Keeps the number of cores out of the results."""

from __future__ import annotations

import pickle

import pandas as pd

from models.analysis import analyse
from models.analysis.battery import declared_grid
from models.claims import Thresholds
from models.errors import CollinearColumnsError, ConstantOutcomeError
from models.planted import planted_panel
from orchestration import spread
from orchestration.spread import over_cores

OUTCOMES = ("csat_share", "log_revenue")


def panel() -> pd.DataFrame:
    frame = planted_panel(5, n_organizations=40, n_months=12, outcomes=OUTCOMES)
    return frame.assign(win_rate=0.4, win_rate_lead_3m=0.4)


def test_several_processes_give_the_same_digits_in_the_same_order(monkeypatch) -> None:
    monkeypatch.setattr(spread, "LARGE", 0)
    monkeypatch.setattr(spread, "_cores", lambda: 2)
    chosen = {"parts": ("fragility",), "secondary": ("win_rate",), "exploratory": (), "grid": declared_grid()}
    alone = analyse(panel(), thresholds=Thresholds(bootstrap_draws=99), **chosen)
    both = analyse(panel(), thresholds=Thresholds(bootstrap_draws=99), spread=over_cores, **chosen)
    assert repr(both.outcomes) == repr(alone.outcomes)
    assert both.effects == alone.effects
    assert both.claims == alone.claims
    # What could not be estimated says so from another process too.
    [(_, error), _] = both.outcomes[2].fits.failures
    assert isinstance(error, ConstantOutcomeError)


def test_a_small_panel_starts_no_process(monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(spread, "ProcessPoolExecutor", refuse)
    monkeypatch.setattr(spread, "_cores", lambda: 2)
    assert analyse(panel(), parts=(), secondary=(), exploratory=(), spread=over_cores).effects


def test_errors_arrive_as_they_were() -> None:
    error = CollinearColumnsError(("a", "b"), where="ols")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.columns, again.remedy) == (str(error), ("a", "b"), error.remedy)
