"""`maturity-impact profile`: which export shapes can be read, a draft for a new one, and a try on a file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.verbs.options import COULD_NOT, DONE, HELD_BACK, HOME, JSON

if TYPE_CHECKING:
    from orchestration.ingest.tell.trial import TriedPart, TriedRow
    from orchestration.settings import Settings

_PATH = click.Path(path_type=Path, dir_okay=False)
_OF_HOME = {**HOME, "help": "Installation whose own profiles and declarations count too."}


@click.group()
def profile() -> None:
    """Export shapes that can be read, and how to add one."""


@profile.command("list")
@click.option("--home", **_OF_HOME)
@click.option("--json", "as_json", **JSON)
def list_(home: Path | None, as_json: bool) -> None:
    """List the export profiles: name, what it feeds, shape, and what it was built on."""
    from orchestration.ingest.profiles import profiles_of

    shipped = profiles_of(None)
    found = [
        {
            "name": one.name,
            "entity": one.entity or "assessment",
            "shape": one.shape,
            "evidence": one.evidence,
            "is_own": shipped.get(one.name) != one,
            "description": one.description,
        }
        for one in sorted(profiles_of(home).values(), key=lambda one: (one.entity or "assessment", one.name))
    ]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    wide = max(len(str(one["name"])) for one in found)
    for one in found:
        built = (
            "your own"
            if one["is_own"]
            else {"sample": "seen", "documentation": "built to documentation"}[str(one["evidence"])]
        )
        click.echo(f"{one['name']:<{wide}}  {one['entity']:<20} {one['shape']:<9} {built}")


@profile.command()
@click.argument("path", type=_PATH, metavar="FILE")
@click.option("--entity", default=None, help="What the rows are, such as tickets; otherwise the likeliest.")
@click.option("--output", "-o", type=_PATH, default=None, metavar="FILE.yaml", help="Write it there.")
@click.option("--home", **_OF_HOME)
def suggest(path: Path, entity: str | None, output: Path | None, home: Path | None) -> None:
    """Draft a profile for FILE, to be edited by a person. Lines that say CHECK are guesses."""
    from contracts.entities import ENTITIES
    from orchestration.ingest.profiles import profiles_of
    from orchestration.ingest.tell.samples import read_sample
    from orchestration.ingest.tell.suggest import draft

    if entity is not None and entity not in ENTITIES:
        raise click.UsageError(f"'{entity}' is no entity: choose one of {', '.join(ENTITIES)}")
    profiles = profiles_of(home)
    samples = read_sample(path, settings=_settings(home, path), profiles=profiles)
    read = [sample for sample in samples if len(sample.rows.columns)]
    if not read:
        click.echo("; ".join(sample.problem for sample in samples) or f"{path} holds no rows.", err=True)
        raise click.exceptions.Exit(COULD_NOT)
    drafted = draft(read[0], path.name.split(".")[0], profiles, entity=entity)
    for sample in read[1:]:
        click.echo(f"Only {read[0].name} was drafted from, not {sample.name}.", err=True)
    for note in drafted.notes:
        click.echo(note[:1].upper() + note[1:] + ".", err=True)
    if output is None:
        click.echo(drafted.text, nl=False)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(drafted.text, encoding="utf-8")
    click.echo(
        f"Draft in {output}: edit it, then maturity-impact profile test {path} --profile {output}", err=True
    )


@profile.command()
@click.argument("path", type=_PATH, metavar="FILE")
@click.option("--profile", "name", default=None, metavar="NAME_OR_YAML", help="Otherwise the header decides.")
@click.option("--rows", type=click.IntRange(min=1), default=3, show_default=True, help="Rows shown.")
@click.option("--home", **_OF_HOME)
@click.option("--json", "as_json", **JSON)
def test(path: Path, name: str | None, rows: int, home: Path | None, as_json: bool) -> None:
    """Show the first rows of FILE before and after a profile, and what it refuses. Nothing is kept."""
    from orchestration.ingest.tell.trial import try_profile
    from orchestration.settings import home_around

    around = home or home_around(path)
    parts = try_profile(path, profile=name, home=around, settings=_settings(around, path), n=rows)
    if as_json:
        click.echo(json.dumps([asdict(part) for part in parts], ensure_ascii=False, indent=1))
    else:
        for part in parts:
            _tell(part)
    if any(part.problem for part in parts):
        raise click.exceptions.Exit(COULD_NOT)
    raise click.exceptions.Exit(HELD_BACK if any(part.counts["quarantined"] for part in parts) else DONE)


def _settings(home: Path | None, path: Path) -> Settings | None:
    from orchestration.settings import SETTINGS_FILE, home_around, load_settings

    around = home or home_around(path)
    return load_settings(around) if around is not None and (around / SETTINGS_FILE).is_file() else None


def _tell(part: TriedPart) -> None:
    if part.problem:
        click.echo(f"{part.file}: {part.problem}")
        return
    counted = ", ".join(f"{n:,} {fate}" for fate, n in part.counts.items())
    click.echo(f"{part.file} as {part.profile}: {counted}")
    for row in part.rows:
        _tell_row(row)
    for one in part.refused:
        value = f" [{one.value}]" if one.value else ""
        click.echo(
            f"refused line {one.source_line}: {one.rule}{value} {one.description} {one.remedy}".rstrip()
        )
    for warning in part.warnings:
        click.echo(f"note: {warning}")


def _tell_row(row: TriedRow) -> None:
    click.echo(f"line {row.line}")
    click.echo(f"  before  {_pairs(row.before)}")
    for entity, made in row.after.items():
        for one in made:
            click.echo(f"  after   {entity}: {_pairs(one)}")
    if row.reasons:
        click.echo(f"  refused {', '.join(row.reasons)}")
    elif not row.after:
        click.echo("  after   (repeats another row, or was replaced by a newer one)")


def _pairs(cells: dict[str, str]) -> str:
    return " | ".join(f"{name}={text}" for name, text in cells.items() if text)
