"""Harm prevented: what interrupted a build is hidden by a connection that was not yet free to be closed."""

from __future__ import annotations

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

from orchestration import dbt


class _Busy:
    """An environment of dbt in which some calls have not ended."""

    def __init__(self, n_calls: int) -> None:
        self.n_calls = n_calls
        self.is_closed = False

    def close(self) -> None:
        if self.n_calls:
            self.n_calls -= 1
            raise duckdb.ResourceInUseException("connection is busy with another call")
        self.is_closed = True


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbt, "_BETWEEN_TRIES", 0)


def test_a_connection_is_closed_when_its_last_call_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = _Busy(3)
    monkeypatch.setattr(DuckDBConnectionManager, "_ENV", busy)
    dbt.release_connections()
    assert busy.is_closed


def test_a_connection_that_stays_busy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DuckDBConnectionManager, "_ENV", _Busy(10_000))
    with pytest.raises(duckdb.ResourceInUseException):
        dbt.release_connections()
