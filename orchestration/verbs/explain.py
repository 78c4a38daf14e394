"""`maturity-impact explain`: where a number or a sentence comes from, and why a cell is empty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import click

from orchestration.verbs.options import DONE, HELD_BACK, JSON, OF_INSTALLATION

_CLAIM = "claim"


@click.command()
@click.argument("what", metavar="KPI|SCORE|claim")
@click.argument("subject", metavar="ORGANISATION|CLAIM")
@click.argument("period", metavar="[PERIOD]", required=False)
@click.option("--home", **OF_INSTALLATION)
@click.option(
    "--edition", default=None, metavar="ID", help="An older edition, by its id or the beginning of it."
)
@click.option(
    "--lines", type=click.IntRange(min=0), default=10, show_default=True, help="Rows shown of each kind."
)
@click.option(
    "--language",
    type=click.Choice(["en", "nl"]),
    default="en",
    show_default=True,
    help="Of a claim's sentences.",
)
@click.option("--sql", "with_sql", is_flag=True, help="Show the SQL of each step, not only its file.")
@click.option("--json", "as_json", **JSON)
def explain(
    what: str,
    subject: str,
    period: str | None,
    home: Path,
    edition: str | None,
    lines: int,
    language: Literal["en", "nl"],
    with_sql: bool,
    as_json: bool,
) -> None:
    """Walk from a cell or a sentence back to the SQL, the rows, and the delivered file and line.

    KPI ORGANISATION MONTH explains a cell, SCORE ORGANISATION WAVE a score of the assessment, and claim
    CLAIM a sentence of the summary. JSON holds every row; --lines is for words. Exit code 1: the cell is
    empty, or nothing is claimed; the first reason that holds is told first.
    """
    from orchestration.explain.words import in_words
    from orchestration.failures import told_plainly
    from orchestration.settings import load_settings

    load_settings(home)
    if what != _CLAIM and period is None:
        raise click.UsageError(f"say of which month or wave: explain {what} {subject} 2024-03")
    with told_plainly(home):
        told = _explained(home, edition, what, subject, period, language)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(in_words(told, lines, with_sql)))
    raise click.exceptions.Exit(HELD_BACK if told["reasons"] else DONE)


def _explained(
    home: Path,
    edition: str | None,
    what: str,
    subject: str,
    period: str | None,
    language: Literal["en", "nl"],
) -> dict[str, Any]:
    import duckdb

    from contracts.kpis import load_kpis
    from orchestration.explain.asked import unknown
    from orchestration.explain.cell import explain_kpi
    from orchestration.explain.claim import explain_claim
    from orchestration.explain.index import explain_score, scores
    from orchestration.explain.source import Source, opened

    kpis, known = [kpi.code for kpi in load_kpis().kpis], scores()
    if what not in {_CLAIM, *kpis, *known}:
        raise unknown("KPI or score", what, [*kpis, *known], f"there are {', '.join([*kpis, *known])}")

    def told(source: Source) -> dict[str, Any]:
        if what == _CLAIM:
            return explain_claim(source, subject, language)
        explained = explain_kpi if what in kpis else explain_score
        return explained(source, what, subject, str(period))

    with opened(home, edition) as source:
        try:
            return told(source)
        except (duckdb.BinderException, duckdb.CatalogException):
            if source.build is None:
                raise
            source.build = None
            source.warnings.append(
                "The build was made by another version of the software: the walk ends at the tables of "
                "the edition; run again to walk further."
            )
            return told(source)
