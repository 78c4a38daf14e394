"""What was believed when: each edition carries on the beliefs of the one before it. Publishing: publish.py.

Editions never change, so the history of beliefs follows from them alone. It is kept as one table so that it
outlives editions that are pruned; it hangs on the clock and therefore stands outside the hashed facts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.beliefs import FCT_BELIEF, SUBJECT
from contracts.marts_benchmark import ASKED_OF_PEOPLE
from contracts.sql_rules import listed, text
from orchestration.errors import MaturityImpactError

if TYPE_CHECKING:
    import duckdb

TABLE = FCT_BELIEF.name
COMMENT = (
    f"{FCT_BELIEF.description} {FCT_BELIEF.grain}",
    {column.name: column.description for column in FCT_BELIEF.columns},
)
"""What the file says of the table and its columns."""
_KPIS, _SCORES = "fct_kpi", "fct_assessment"
_STAMP = "%Y-%m-%dT%H:%M:%SZ"
# A day without a time of day is asked about as it ended; only a time of day is written with a colon.
_MOMENT = (
    "cast(moment as timestamp) + case when contains(cast(moment as varchar), ':') then interval 0 second "
    "else interval 1 day - interval 1 microsecond end"
)
_AS_OF = (
    "create macro as_of(moment) as table "
    "select measure_kind, measure_code, organization_id, period, value, believed_from, edition_id "
    f"from {TABLE} where believed_from <= {_MOMENT} and (believed_to is null or believed_to > {_MOMENT})"
)


class HistoryDamagedError(MaturityImpactError):
    """The edition that holds the history of beliefs cannot be read."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where an edition stands in the history of beliefs.

    Attributes
    ----------
    number : int
        Place among all publications, from 1; the order does not hang on the clock.
    at : datetime
        When its beliefs begin, UTC in whole seconds; never before those of the edition it follows.
    follows : str, optional
        Edition whose beliefs it carries on: the one published last, whether or not `current` points to it.
    """

    number: int
    at: datetime
    follows: str | None

    def as_json(self) -> dict[str, Any]:
        """The moment as it stands in the manifest."""
        return {"number": self.number, "at": f"{self.at:{_STAMP}}", "follows": self.follows}


def moment_of(editions: Path, now: datetime) -> Moment:
    """Place in the history of the edition that is about to be published.

    Parameters
    ----------
    editions : folder of all editions.
    now : time of publication, UTC.
    """
    last = published_last(
        {
            path.parent.name: json.loads(path.read_text(encoding="utf-8"))
            for path in editions.glob("[!.]*/manifest.json")
            if not path.parent.is_symlink()
        }
    )
    now = now.replace(microsecond=0)
    if last is None:
        return Moment(1, now, None)
    number, at, edition_id = last
    before = datetime.strptime(at, _STAMP).replace(tzinfo=UTC)
    return Moment(number + 1, max(now, before), edition_id)


def published_last(manifests: Mapping[str, Mapping[str, Any]]) -> tuple[int, str, str] | None:
    """Number, time and id of the edition that was published last, whatever the clock said; None without any.

    Parameters
    ----------
    manifests : manifest by edition; those from before there were beliefs say nothing.
    """
    told = {name: manifest.get("beliefs") for name, manifest in manifests.items()}
    return max(((said["number"], said["at"], name) for name, said in told.items() if said), default=None)


def carry_on(
    connection: duckdb.DuckDBPyConnection, editions: Path, edition_id: str, moment: Moment, database: str
) -> bool:
    """Write the beliefs of an edition into its file, with the macro that asks for those of a moment.

    Parameters
    ----------
    connection : holds the file that is being written, attached under the name `database`.
    editions : folder of all editions.
    edition_id : edition that is being written.
    moment : its place, see `moment_of`.

    Returns
    -------
    bool
        False where the edition has neither KPIs nor scores, so that there is nothing to believe.

    Raises
    ------
    HistoryDamagedError
        The edition that it follows cannot be opened.
    """
    said = " union all ".join(_told(connection, database))
    if not said:
        return False
    with _before(connection, editions, moment) as known:
        connection.execute(_carried(f"{database}.main.{TABLE}", said, known, moment.at, edition_id))
    # The macro names no database: it is for who opens the file itself, or attaches it and says `use`.
    connection.execute(f"use {database}.main")
    connection.execute(_AS_OF)
    connection.execute("use memory.main")
    return True


def _told(connection: duckdb.DuckDBPyConnection, database: str) -> Iterator[str]:
    """One select per kind of measure: what the tables of the edition tell."""
    columns = connection.execute(
        "select table_name, column_name, data_type from information_schema.columns "
        f"where table_catalog = {text(database)} and table_schema = 'main' order by 1, ordinal_position"
    ).fetchall()
    if any(table == _KPIS for table, *_ in columns):
        # Two values of few people's answers would tell what the few said who came between.
        hidden = ", ".join(text(code) for code in ASKED_OF_PEOPLE)
        yield _measure("kpi", "kpi_code", "value", f"{database}.main.{_KPIS}", f"kpi_code not in ({hidden})")
    for table, column, kind in columns:
        if table == _SCORES and kind == "DOUBLE":
            yield _measure("score", text(column), f'"{column}"', f"{database}.main.{_SCORES}")


def _measure(kind: str, code: str, value: str, table: str, which: str = "true") -> str:
    return (
        f"select {text(kind)} as measure_kind, {code} as measure_code, organization_id, period, "
        f"cast({value} as double) as value from {table} where {value} is not null and {which}"
    )


@contextmanager
def _before(connection: duckdb.DuckDBPyConnection, editions: Path, moment: Moment) -> Iterator[str]:
    """Rows of the beliefs that are carried on, as a relation; none for the first edition."""
    import duckdb

    nothing = f"(select * from (select {_columns_of_nothing()}) where false)"
    if moment.follows is None:
        yield nothing
        return
    path = editions / moment.follows / "marts.duckdb"
    try:
        connection.execute(f"attach {text(path)} as before (read_only)")
    except duckdb.Error as error:
        raise HistoryDamagedError(
            f"The edition {moment.follows}, which holds what was believed so far, cannot be opened",
            str(path),
            "put it back from a copy, or remove its folder: beliefs then go on from the edition before it",
        ) from error
    try:
        tables = connection.execute(
            f"select 1 from duckdb_tables() where database_name = 'before' and table_name = {text(TABLE)}"
        ).fetchall()
        yield f"before.main.{TABLE}" if tables else nothing
    finally:
        connection.execute("detach before")


def _columns_of_nothing() -> str:
    kinds = {"text": "varchar", "real": "double", "date": "date", "timestamp": "timestamp"}
    return ", ".join(f"cast(null as {kinds[c.kind]}) as {c.name}" for c in FCT_BELIEF.columns)


def _carried(table: str, said: str, known: str, at: datetime, edition_id: str) -> str:
    """Ended beliefs stay, those that are no longer told end now, those that are new begin now.

    A belief of the same second is no span of time and leaves no row.
    """
    now = f"timestamp {text(f'{at:%Y-%m-%d %H:%M:%S}')}"
    columns, subject = listed(FCT_BELIEF.column_names), ", ".join(SUBJECT)
    return f"""
        create table {table} as
        with told as ({said}),
        known as (select {columns} from {known}),
        held as (
            select known.* replace (
                case when told.value is not distinct from known.value then null else {now} end as believed_to
            )
            from known left join told using ({subject})
            where known.believed_to is null
        ),
        begun as (
            select told.*, {now} as believed_from, cast(null as timestamp) as believed_to,
                {text(edition_id)} as edition_id
            from told
            where not exists (
                from held where held.believed_to is null
                and {" and ".join(f"held.{name} = told.{name}" for name in SUBJECT)}
            )
        )
        select {columns} from known where believed_to is not null
        union all
        select {columns} from held where believed_to is null or believed_to > believed_from
        union all
        select {columns} from begun
        order by {listed(FCT_BELIEF.key)}
    """
