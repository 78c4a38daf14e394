"""The command line `maturity-impact`. Verbs read options, call one function and tell; work is done elsewhere.

Exit codes: 0 done (rows within the tolerances of maturity.yaml may lie in quarantine, their number is told);
1 done, but something was held back (a file in the drop zone was not taken, or `check` found rows to refuse);
2 could not be done (one sentence on standard error says what, where and the next step).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from orchestration import telling
from orchestration.verbs.crosswalk import crosswalk
from orchestration.verbs.editions import editions
from orchestration.verbs.explain import explain
from orchestration.verbs.metricflow import metricflow
from orchestration.verbs.options import COULD_NOT, DONE, HELD_BACK, HOME, JSON, KEY, OF_INSTALLATION
from orchestration.verbs.profile import profile
from orchestration.verbs.quarantine import quarantine
from orchestration.verbs.query import query


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """From vendor exports to marts, an estimate with its interval, and a summary for leadership."""


@cli.command()
@click.option("--home", default="demo-home", show_default=True, help="Folder of the demo.", **HOME)
@click.option("--organizations", type=click.IntRange(min=6), default=None, help="Number of organisations.")
@click.option("--months", type=click.IntRange(min=4), default=None, help="Number of months.")
@click.option(
    "--tickets-per-month", type=click.IntRange(min=1), default=None, help="Per organisation, on average."
)
@click.option("--seed", type=int, default=None, help="Same seed, same bytes.")
@click.option("--world", default=None, help="Which truth is planted, e.g. forward or null.")
@click.option("--json", "as_json", **JSON)
def demo(home: Path, as_json: bool, **wanted: Any) -> None:
    """Make the demo home and run everything on it."""
    from models.demo import make_demo
    from models.demo.spec import WorldSpec
    from orchestration.demo_home import write_demo

    try:
        spec = WorldSpec(**{name: value for name, value in wanted.items() if value is not None})
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    progress = telling.progress(as_json)
    telling.line(
        f"Demo in {home}: {spec.organizations} organisations, {spec.months} months, simulated.", as_json
    )
    with progress.stage("demo world") as stage:
        exports = make_demo(spec)
        write_demo(home, exports)
        stage.note = f"{len(exports.files)} files"
    _run(home, None, (), progress, as_json)


@cli.command()
@click.option("--home", **OF_INSTALLATION)
@click.option(
    "--select", multiple=True, metavar="LAYER_OR_ASSET", help="Only this; may be given several times."
)
@click.option("--key", **KEY)
@click.option(
    "--full-refresh", "is_full", is_flag=True, help="Make every month anew, also those that no data touched."
)
@click.option("--json", "as_json", **JSON)
def run(home: Path, select: tuple[str, ...], key: str | None, is_full: bool, as_json: bool) -> None:
    """Run everything on a home, or part of it."""
    _run(home, key, select, telling.progress(as_json), as_json, is_full)


def _run(
    home: Path,
    key: str | None,
    select: tuple[str, ...],
    progress: Any,
    as_json: bool,
    is_full: bool = False,
) -> None:
    from orchestration.failures import told_plainly
    from orchestration.runs import run_home
    from orchestration.settings import load_settings

    load_settings(home)
    with told_plainly(home):
        report = run_home(home, given_key=key, select=select, progress=progress, is_full=is_full)
    telling.told(home, report, progress, as_json)
    if not report.is_success:
        raise click.exceptions.Exit(COULD_NOT)
    is_held_back = any(check.name == telling.NOT_TAKEN for check in report.failed_checks)
    raise click.exceptions.Exit(HELD_BACK if is_held_back else DONE)


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--home", help="Folder whose settings are used; otherwise that of the home PATH lies in.", **HOME
)
@click.option("--json", "as_json", **JSON)
def check(path: Path, home: Path | None, as_json: bool) -> None:
    """Say what would become of the files in PATH; nothing is written."""
    from orchestration.ingest.tell.check_path import check_path, exit_code
    from orchestration.ingest.tell.reports import to_json, to_text
    from orchestration.settings import home_around, load_settings

    around = home or home_around(path)
    reports = check_path(path, load_settings(around) if around else None, home=around)
    click.echo(to_json(reports) if as_json else to_text(reports))
    raise click.exceptions.Exit(exit_code(reports))


cli.add_command(crosswalk)
cli.add_command(explain)
cli.add_command(metricflow)
cli.add_command(profile)
cli.add_command(quarantine)
cli.add_command(editions)
cli.add_command(query)


def main() -> None:
    """Entry point: every error ends in one sentence on standard error and exit code 2."""
    from orchestration.errors import MaturityImpactError
    from orchestration.failures import clear_error

    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        error.show()
        code = COULD_NOT
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped; the current edition is as it was.", err=True)
        code = COULD_NOT
    except MaturityImpactError as error:
        click.echo(str(error), err=True)
        code = COULD_NOT
    except Exception as error:
        clear = clear_error(error, Path.cwd())
        unknown = f"This could not be done ({type(error).__name__}: {' '.join(str(error).split())})."
        click.echo(str(clear or unknown), err=True)
        code = COULD_NOT
    sys.exit(code or DONE)


if __name__ == "__main__":
    main()
