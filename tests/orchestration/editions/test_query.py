"""Harm prevented: the shell answers wrongly, hangs on half a question, or does more than read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import cli
from orchestration.editions.asking import NotAnswered

Publisher = Callable[[int], Path]


def asked(home: Path, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["query", "--home", str(home), *arguments], input=typed)


def test_one_question_in_every_form(home: Path, published: Publisher) -> None:
    published(1)
    sql = (
        "select line, number / 4 as quarter, null as nothing, line > 0 as is_later, "
        "date '2026-01-31' as day, 1.50::decimal(9, 2) as money, 'a,\"b\"' as text "
        "from dim_one where line < 2 order by line"
    )
    told = asked(home, sql, "--format", "json")
    assert told.exit_code == 0
    assert json.loads(told.output)[0] == {
        "line": 0, "quarter": 0.25, "nothing": None, "is_later": False, "day": "2026-01-31", "money": 1.5,
        "text": 'a,"b"',
    }  # fmt: skip
    assert asked(home, sql, "--json").output == told.output
    [header, _, second] = csv.reader(io.StringIO(asked(home, sql, "--format", "csv").output))
    assert header == ["line", "quarter", "nothing", "is_later", "day", "money", "text"]
    assert second == ["1", "0.25", "", "true", "2026-01-31", "1.50", 'a,"b"']
    lines = asked(home, sql).output.splitlines()
    assert lines[0].split() == header
    assert lines[3].split() == ["1", "0.25", "True", "2026-01-31", "1.50", 'a,"b"']


def test_another_edition_is_asked_by_its_id(home: Path, published: Publisher) -> None:
    first = published(1)
    published(2)
    numbers = [
        json.loads(asked(home, "select max(number) as n from dim_one", "--json", *more).output)[0]["n"]
        for more in ([], ["--edition", first.name], ["--edition", "previous"])
    ]
    assert numbers == [2, 1, 1]


@pytest.mark.parametrize(
    "sql",
    [
        "attach '/x' as y", "copy dim_one to 'x.csv'", "set threads = 1", "install httpfs", "load httpfs",
        "create temp table t as select 1", "insert into dim_one values (1, 1)", "delete from dim_one",
        "drop table dim_one", "checkpoint", "vacuum", "pragma version", "call duckdb_logs()", "use analysis",
        "export database 'x'", "set variable x = 1", "select 1; drop table dim_one", "begin", "detach marts",
        "prepare p as select 1", "create secret s (type http, bearer_token 'x')",
    ],
)  # fmt: skip
def test_nothing_but_reading_is_let_through(sql: str, home: Path, published: Publisher) -> None:
    published(1)
    told = asked(home, sql)
    assert isinstance(told.exception, NotAnswered)
    assert "Only reading is possible" in str(told.exception)
    assert told.output == "", "not even the statements before it are answered"


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select * from read_csv('maturity.yaml')", "disabled by configuration"),
        ("select * from nowhere", "nowhere"),
        ("selec 1", "syntax"),
        ("", "no question"),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_sentence(
    sql: str, words: str, home: Path, published: Publisher
) -> None:
    published(1)
    told = asked(home, sql)
    assert isinstance(told.exception, NotAnswered)
    assert words in str(told.exception)
    assert "\n" not in str(told.exception)


@pytest.mark.parametrize(
    ("sql", "remedy"),
    [
        ("select * from dim_ome", "perhaps dim_one; .tables"),
        ("select * from marts.dim_ome", "perhaps dim_one; .tables"),
        ("with x as (select 1) select * from wrong_altogether", ".tables lists what there is"),
        ("select * from elsewhere.there.dim_one", "dim_one"),
    ],
)
def test_of_a_table_that_is_not_there_the_nearest_of_the_edition_is_named(
    sql: str, remedy: str, home: Path, published: Publisher
) -> None:
    published(1)
    error = asked(home, sql).exception
    assert isinstance(error, NotAnswered)
    assert remedy in error.remedy
    assert "pg_" not in str(error)


def test_describe_summarize_and_explain_are_reading(home: Path, published: Publisher) -> None:
    published(1)
    for sql in ("describe dim_one", "show tables", "summarize dim_one", "explain select 1", "from dim_one"):
        assert asked(home, sql).exit_code == 0, sql


def test_the_shell_takes_questions_over_several_lines_and_goes_on_after_a_mistake(
    home: Path, published: Publisher
) -> None:
    published(1)
    questions = ("select max(number) as number\nfrom dim_one", "select * from nowhere", "select 7 as seven")
    typed = ";\n".join((*questions, ".quit\nselect 8;"))
    told = asked(home, "--format", "csv", typed=typed)
    assert told.stdout == "number\n1\nseven\n7\n"
    assert told.stderr.count("cannot be answered") == 1
    assert told.exit_code == 2, "a script that fed it must see that a question failed"


def test_the_shell_says_when_a_question_has_no_end(home: Path, published: Publisher) -> None:
    published(1)
    told = asked(home, typed="select 1")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "semicolon" in told.stderr


def test_the_shell_lists_and_describes_what_there_is(home: Path, published: Publisher) -> None:
    published(1)
    told = asked(home, "--json", typed=".tables\n")
    assert json.loads(told.output) == [
        {"name": "dim_one", "kind": "table", "n_rows": 11, "comment": "Numbered lines."},
        {"name": "analysis.two", "kind": "table", "n_rows": 11, "comment": ""},
    ]
    columns = [
        {"name": "line", "type": "bigint", "comment": ""},
        {"name": "number", "type": "integer", "comment": "Number of the edition."},
    ]
    for name in ("dim_one", "marts.dim_one", '"dim_one";'):
        assert json.loads(asked(home, "--json", typed=f".describe {name}\n").output) == columns
    unknown = asked(home, typed=".describe nowhere\n")
    assert (unknown.exit_code, "no table 'nowhere'" in unknown.stderr) == (2, True)
    assert ".describe t" in asked(home, typed=".help\n").output


def test_a_table_shows_the_first_rows_and_says_so(home: Path, published: Publisher) -> None:
    published(1)
    lines = asked(home, "from range(500)").output.splitlines()
    assert len(lines) == 2 + 200 + 1
    assert "first 200 rows" in lines[-1]
    assert len(asked(home, "from range(500)", "--format", "csv").output.splitlines()) == 501
    assert "first" not in asked(home, "from range(200)").output


def test_a_cell_cannot_steer_the_terminal(home: Path, published: Publisher) -> None:
    published(1)
    assert "\x1b" not in asked(home, "select chr(27) || '[2J' as text").output
