"""If these fail, nobody can tell what leadership was told on a day, once late data changed it."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from contracts.beliefs import FCT_BELIEF, SUBJECT
from orchestration import warehouse
from orchestration.editions.beliefs import HistoryDamagedError
from orchestration.editions.folder import point_current_to
from orchestration.editions.publish import Edition, publish

FIRST = datetime(2024, 6, 1, 8, tzinfo=UTC)
DAY, MONTH = timedelta(days=1), timedelta(days=30)
MAY = "2024-05-01"
CSAT, REVENUE, INDEX = ("kpi", "csat_share"), ("kpi", "revenue"), ("score", "integration_index")


def build(home: Path, kpis: dict[tuple[str, str, str], float | None], index: dict[str, float]) -> None:
    """Write what an edition is made of: values by KPI, organisation and month; the index by organisation."""
    months = [(code, who, date.fromisoformat(month), value) for (code, who, month), value in kpis.items()]
    waves = [(who, date(2024, 1, 1), value, 7) for who, value in index.items()]
    tables = {
        "fct_kpi": pd.DataFrame(months, columns=["kpi_code", "organization_id", "period", "value"]),
        "fct_assessment": pd.DataFrame(
            waves, columns=["organization_id", "period", "integration_index", "n_raters"]
        ),
    }
    tables["fct_kpi"]["value"] = tables["fct_kpi"]["value"].astype("float64")
    # The views of an edition read these too.
    tables["fct_kpi"] = tables["fct_kpi"].assign(
        numerator=1.0, denominator=1.0, is_below_minimum_sample=False
    )
    warehouse.write_tables(home, "marts", tables)


def published(home: Path, now: datetime) -> Path:
    return publish(home, Edition(f"{now}".encode(), {}, {}), now)


def beliefs(edition: Path) -> pd.DataFrame:
    frame = FCT_BELIEF.typed(pd.read_parquet(edition / "parquet" / "fct_belief.parquet"))
    FCT_BELIEF.schema.validate(frame, lazy=True)
    return frame


def as_of(edition: Path, moment: datetime | date | str) -> dict[tuple[str, ...], float]:
    naive = moment.replace(tzinfo=None) if isinstance(moment, datetime) else moment
    with duckdb.connect(str(edition / "marts.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select measure_kind, measure_code, organization_id, period::varchar, value from as_of(?)",
            [naive],
        ).fetchall()
    return {tuple(row[:4]): row[4] for row in rows}


def told(edition: Path) -> dict[tuple[str, ...], float]:
    """What an edition says of KPIs and scores, by pandas from its own files."""
    kpis = pd.read_parquet(edition / "parquet" / "fct_kpi.parquet").assign(kind="kpi")
    scores = pd.read_parquet(edition / "parquet" / "fct_assessment.parquet")
    scores = scores.melt(["organization_id", "period"], ["integration_index"], "kpi_code")
    rows = pd.concat([kpis, scores.assign(kind="score")]).dropna(subset=["value"])
    rows["period"] = rows["period"].astype(str)
    columns = ["kind", "kpi_code", "organization_id", "period"]
    return {tuple(row[name] for name in columns): row["value"] for row in rows.to_dict("records")}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """Three publications: a first, one after a late correction, one after a delivery was withdrawn."""
    home = tmp_path_factory.mktemp("home")
    kpis: dict[tuple[str, str, str], float | None] = {
        ("csat_share", "a", MAY): 0.75,
        ("csat_share", "b", MAY): None,
        ("revenue", "a", MAY): 100.0,
    }
    made = []
    build(home, kpis, {"a": 50.0})
    made.append(published(home, FIRST))
    kpis |= {
        ("csat_share", "a", MAY): 0.8,
        ("csat_share", "b", MAY): 0.5,
        ("csat_share", "a", "2024-06-01"): 0.9,
    }
    build(home, kpis, {"a": 50.0, "b": 20.0})
    made.append(published(home, FIRST + MONTH))
    kpis |= {("revenue", "a", MAY): None, ("csat_share", "a", MAY): 0.75}
    build(home, kpis, {"b": 20.0})
    made.append(published(home, FIRST + 2 * MONTH))
    return home, made


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=1), MONTH - timedelta(seconds=1)])
def test_as_of_a_moment_is_what_the_edition_of_that_moment_said(
    three: tuple[Path, list[Path]], place: int, later: timedelta
) -> None:
    _, editions = three
    newest = editions[-1]
    assert as_of(newest, FIRST + place * MONTH + later) == told(editions[place])
    assert told(editions[place])


def test_before_the_first_edition_nothing_was_believed(three: tuple[Path, list[Path]]) -> None:
    assert as_of(three[1][-1], FIRST - timedelta(seconds=1)) == {}


@pytest.fixture(scope="module")
def one_day(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Publications at the first and the last second of a day, and at the first second of the next one."""
    home, midnight = tmp_path_factory.mktemp("home"), datetime(2024, 6, 30, tzinfo=UTC)
    made = []
    for place, at in enumerate((timedelta(0), DAY - timedelta(seconds=1), DAY)):
        # One value that changes, and one that only this edition tells.
        kpis = {("csat_share", "a", MAY): place / 4, ("csat_share", "bcd"[place], MAY): 0.5}
        build(home, kpis, {"a": 50.0})
        made.append(published(home, midnight + at))
    return made


@pytest.mark.parametrize("day", ["2024-06-30", date(2024, 6, 30)], ids=["text", "date"])
def test_a_day_without_a_time_is_its_end_and_holds_all_that_came_on_it(
    one_day: list[Path], day: str | date
) -> None:
    assert as_of(one_day[-1], day) == told(one_day[1])


def test_the_days_around_it_hold_nothing_of_it(one_day: list[Path]) -> None:
    assert as_of(one_day[-1], "2024-06-29") == {}
    assert as_of(one_day[-1], "2024-07-01") == told(one_day[2])


@pytest.mark.parametrize(
    ("moment", "place"),
    [
        ("2024-06-30 00:00", 0),
        (datetime(2024, 6, 30, tzinfo=UTC), 0),
        ("2024-06-30 23:59:58", 0),
        (datetime(2024, 6, 30, 23, 59, 59, tzinfo=UTC), 1),
        ("2024-07-01T00:00:00", 2),
        (datetime(2024, 7, 1, tzinfo=UTC), 2),
    ],
)
def test_a_time_of_day_is_that_very_moment(one_day: list[Path], moment: datetime | str, place: int) -> None:
    assert as_of(one_day[-1], moment) == told(one_day[place])


def test_a_belief_says_since_when_until_when_and_by_which_edition(three: tuple[Path, list[Path]]) -> None:
    _, (first, second, third) = three
    found = beliefs(third).query("measure_code == 'csat_share' and organization_id == 'a'")
    start, naive = found["believed_from"].tolist(), FIRST.replace(tzinfo=None)
    assert found["period"].dt.strftime("%m").tolist() == ["05", "05", "05", "06"]
    assert start == [naive, naive + MONTH, naive + 2 * MONTH, naive + MONTH]
    assert found["value"].tolist() == [0.75, 0.8, 0.75, 0.9]
    assert found["believed_to"].tolist()[:2] == start[1:3]
    assert found["believed_to"].isna().tolist() == [False, False, True, True]
    assert found["edition_id"].tolist() == [first.name, second.name, third.name, second.name]


def test_a_rebuild_from_the_editions_gives_the_same_table(three: tuple[Path, list[Path]]) -> None:
    _, editions = three
    spans: list[list[Any]] = []
    for place, edition in enumerate(editions):
        at, now = pd.Timestamp(FIRST.replace(tzinfo=None) + place * MONTH), told(edition)
        is_open = {tuple(span[:4]): span for span in spans if span[6] is None}
        for subject, span in is_open.items():
            if now.get(subject) != span[4]:
                span[6] = at
        for subject, value in now.items():
            if subject not in is_open or is_open[subject][4] != value:
                spans.append([*subject, value, at, None, edition.name])
    names = [*SUBJECT, "value", "believed_from", "believed_to", "edition_id"]
    expected = FCT_BELIEF.typed(pd.DataFrame(spans, columns=names).assign(period=_days))
    key = list(FCT_BELIEF.key)
    found = beliefs(editions[-1])
    expected = expected.sort_values(key).reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected)


def _days(frame: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(frame["period"])


def test_the_history_outlives_the_editions_it_came_from(
    three: tuple[Path, list[Path]], tmp_path: Path
) -> None:
    home, editions = three
    copy = tmp_path / "home"
    shutil.copytree(home, copy, symlinks=True)
    before = told(editions[0])
    for edition in editions[:2]:
        shutil.rmtree(copy / "editions" / edition.name)
    point_current_to(copy / "editions", editions[-1].name)
    newest = published(copy, FIRST + 3 * MONTH)
    assert as_of(newest, FIRST) == before
    assert len(beliefs(newest)) == len(beliefs(editions[-1]))


def test_a_rollback_does_not_rewrite_what_was_believed(
    three: tuple[Path, list[Path]], tmp_path: Path
) -> None:
    home, editions = three
    copy = tmp_path / "home"
    shutil.copytree(home, copy, symlinks=True)
    point_current_to(copy / "editions", editions[0].name)
    newest = published(copy, FIRST + 3 * MONTH)
    for place, edition in enumerate(editions):
        assert as_of(newest, FIRST + place * MONTH) == told(edition)


def test_a_clock_that_stands_still_or_goes_back_keeps_the_order(tmp_path: Path) -> None:
    made = []
    for value, now in [(0.1, FIRST), (0.2, FIRST), (0.3, FIRST - MONTH), (0.4, FIRST + MONTH)]:
        build(tmp_path, {("csat_share", "a", MAY): value}, {})
        made.append(published(tmp_path, now))
    found = beliefs(made[-1])
    assert found["value"].tolist() == [0.3, 0.4]
    assert as_of(made[-1], FIRST) == told(made[2])
    assert as_of(made[-1], FIRST + MONTH) == told(made[3])


def test_a_damaged_edition_is_named_and_nothing_is_published(tmp_path: Path) -> None:
    build(tmp_path, {("csat_share", "a", MAY): 0.1}, {})
    first = published(tmp_path, FIRST)
    (first / "marts.duckdb").write_bytes(b"not a database")
    with pytest.raises(HistoryDamagedError, match=first.name):
        published(tmp_path, FIRST + MONTH)
    assert [path.name for path in (tmp_path / "editions").iterdir() if path.name != "current"] == [first.name]
