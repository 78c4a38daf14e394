"""`maturity-impact metricflow`: a folder for `mf query` on an edition."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.verbs.options import OF_INSTALLATION


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--home", **OF_INSTALLATION)
@click.option(
    "--edition", default=None, metavar="ID", help="Another than the one in force; `previous` works."
)
def metricflow(folder: Path, home: Path, edition: str | None) -> None:
    """Write FOLDER, in which `mf query` asks an edition; nothing but reading is possible."""
    from orchestration.editions.metricflow import write_project
    from orchestration.editions.shelf import resolve

    asked = resolve(home, edition)
    write_project(asked, folder)
    click.echo(f"{folder} asks {asked.name}. There: mf query --metrics csat_share --group-by metric_time")
