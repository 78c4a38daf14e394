"""A home with a build file of two small tables: publishing it costs milliseconds, so it can be done often."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.editions.publish import Edition, publish

Publisher = Callable[[int], Path]
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def write_build(home: Path, number: int) -> None:
    """Two tables that say the same number, in the two schemas that are published."""
    home.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home / "build.duckdb")) as build:
        for schema, name in (("marts", "dim_one"), ("analysis", "two")):
            build.execute(f"create schema if not exists {schema}")
            build.execute(
                f"create or replace table {schema}.{name} as "
                f"select range as line, {number} as number from range({10 + number})"
            )


def small_edition(number: int) -> Edition:
    return Edition(
        facts=json.dumps({"number": number}).encode(),
        documents={"summary.en.html": f"<p>{number}</p>".encode()},
        manifest={"number": number},
        comments={("marts", "dim_one"): ("Numbered lines.", {"number": "Number of the edition."})},
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "maturity.yaml").write_text("is_simulated: true\n")
    return folder


@pytest.fixture
def published(home: Path) -> Publisher:
    """Publish edition number n, n minutes after the first."""

    def publisher(number: int) -> Path:
        write_build(home, number)
        return publish(home, small_edition(number), FIRST + timedelta(minutes=number))

    return publisher
