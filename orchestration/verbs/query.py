"""`maturity-impact query`: one question, or a small shell, on an edition; nothing but reading is possible."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.verbs.options import COULD_NOT, OF_INSTALLATION

if TYPE_CHECKING:
    from orchestration.editions.asking import Asking

_HELP = """\
A question in SQL ends in a semicolon and may span lines. Beside that:
  .tables      tables and views, and what each is
  .describe t  columns of table t, their types and what each is
  .help        this
  .quit        leave (or end the input)
Nothing can be written, attached, loaded or read from elsewhere."""


@click.command()
@click.argument("sql", required=False)
@click.option("--home", **OF_INSTALLATION)
@click.option(
    "--edition", default=None, metavar="ID", help="Another than the one in force; `previous` works."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="Of the answer; a table shows the first 200 rows, the others all.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
def query(sql: str | None, home: Path, edition: str | None, form: str) -> None:
    """Ask an edition SQL, or open a read-only shell when no SQL is given."""
    from orchestration.editions.asking import Asking
    from orchestration.editions.shelf import resolve
    from orchestration.reader import connect

    folder = resolve(home, edition)
    with connect(home, folder.name) as connection:
        asking = Asking(connection, form)
        if sql is not None:
            click.echo(asking.answer(sql), nl=False)
            return
        is_person = sys.stdin.isatty()
        if is_person:
            click.echo(f"{folder.name}, read-only. .help tells more.")
        if not _shell(asking, is_person) and not is_person:
            raise click.exceptions.Exit(COULD_NOT)


def _shell(asking: Asking, is_person: bool) -> bool:
    """Answer line by line until the input ends; whether all could be answered."""
    from orchestration.editions.asking import NotAnswered

    pending, is_fine = "", True
    while True:
        if is_person:
            click.echo("  ...> " if pending else "query> ", nl=False)
        line = sys.stdin.readline()
        if not line or (not pending and line.strip() in {".quit", ".exit"}):
            break
        try:
            pending = _take(asking, pending, line)
        except NotAnswered as error:
            click.echo(str(error), err=True)
            pending, is_fine = "", False
    if pending.strip():
        click.echo("The last question does not end in a semicolon, so it was not asked.", err=True)
        is_fine = False
    return is_fine


def _take(asking: Asking, pending: str, line: str) -> str:
    """Answer what is complete; the part of a question that still waits for its end."""
    said = line.strip()
    if not pending and said.startswith("."):
        word, _, rest = said.partition(" ")
        if word == ".tables":
            click.echo(asking.tables(), nl=False)
        elif word == ".describe" and rest.strip():
            click.echo(asking.describe(rest.strip()), nl=False)
        else:
            click.echo(_HELP)
        return ""
    pending += line
    if not said.endswith(";"):
        return pending if pending.strip() else ""
    click.echo(asking.answer(pending), nl=False)
    return ""
