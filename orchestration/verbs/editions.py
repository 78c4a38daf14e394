"""`maturity-impact editions`: which editions there are, what changed between two, going back, making room."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchestration.counted import counted
from orchestration.verbs.options import DONE, HELD_BACK, JSON, OF_INSTALLATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orchestration.editions.diff import Change
    from orchestration.editions.shelf import Listed

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_TABLES_SHOWN = 60


@click.group()
def editions() -> None:
    """Published editions: list, show, compare, go back, prune. They are never changed."""


@editions.command("list")
@click.option("--home", **OF_INSTALLATION)
@click.option("--json", "as_json", **JSON)
def list_(home: Path, as_json: bool) -> None:
    """List the editions, the newest first; the one in force is marked."""
    from orchestration.editions.shelf import listed, resolve

    found = listed(home)
    if not found:
        resolve(home)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=1))
    else:
        for one in found:
            click.echo(_line(one))
    damaged = [one for one in found if not one.is_readable]
    is_whole = not damaged and any(one.is_current for one in found)
    if not is_whole:
        said = f"{len(damaged)} cannot be read" if damaged else "none of them is in force"
        click.echo(f"Look at these: {said}; editions rollback puts an earlier one in force.", err=True)
    raise click.exceptions.Exit(DONE if is_whole else HELD_BACK)


@editions.command()
@click.argument("edition", required=False)
@click.option("--home", **OF_INSTALLATION)
@click.option("--json", "as_json", **JSON)
def show(edition: str | None, home: Path, as_json: bool) -> None:
    """Say what EDITION is made of: inputs, versions, rows, checks. Its id may be cut short."""
    from orchestration.editions.shelf import DamagedEdition, manifest_of, resolve

    folder = resolve(home, edition)
    manifest = manifest_of(folder)
    if as_json:
        click.echo(json.dumps(manifest, ensure_ascii=False, indent=1))
        return
    try:
        lines = _told(manifest)
    except KeyError as error:
        raise DamagedEdition(
            f"The manifest of this edition does not say its {error}",
            str(folder),
            "look at it with --json, or choose an edition published by this version",
        ) from error
    click.echo("\n".join(lines))


@editions.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B", default="current")
@click.option("--home", **OF_INSTALLATION)
@click.option("--json", "as_json", **JSON)
def diff(before: str, after: str, home: Path, as_json: bool) -> None:
    """Say what changed from edition A to edition B (the one in force), per headline number, and by what.

    Ends in 1 when a number changed that nothing between the two editions explains.
    """
    from orchestration.editions.diff import compare
    from orchestration.editions.shelf import resolve

    found = compare(resolve(home, before), resolve(home, after))
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
    else:
        click.echo(f"From {found.before} to {found.after}:")
        for cause in found.causes:
            click.echo(f"  {cause.kind}: {cause.said}")
        if not found.causes:
            click.echo("  the same data, method and configuration")
        click.echo(f"{counted(len(found.changes), 'headline number')} changed, {found.n_same:,} did not.")
        for change in found.changes:
            click.echo(_changed(change))
        if any(len({cause.kind for cause in change.causes}) > 1 for change in found.changes):
            click.echo(
                "Where several causes are named, each can have moved the number; "
                "how much is whose, only a run with one of them tells."
            )
    raise click.exceptions.Exit(HELD_BACK if found.unexplained else DONE)


@editions.command()
@click.argument("edition", required=False)
@click.option("--home", **OF_INSTALLATION)
@click.option("--json", "as_json", **JSON)
def rollback(edition: str | None, home: Path, as_json: bool) -> None:
    """Put EDITION (the one before, when left out) in force again. The next run publishes a new one."""
    from orchestration.editions.keeping import rollback as went_back

    before, now = went_back(home, edition)
    if as_json:
        click.echo(json.dumps({"before": before or None, "current": now}))
    elif before == now:
        click.echo(f"{now} is in force already.")
    else:
        click.echo(f"In force: {now}, before it {before or 'none'}. Files checked against the manifest.")


@editions.command()
@click.argument("edition", required=False)
@click.option("--home", **OF_INSTALLATION)
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=None,
    help="Otherwise retention.keep_editions in maturity.yaml.",
)
@click.option("--dry-run", is_flag=True, help="Only say which would go.")
@click.option("--json", "as_json", **JSON)
def prune(edition: str | None, home: Path, keep: int | None, dry_run: bool, as_json: bool) -> None:
    """Remove old editions, or EDITION alone. The newest and the one in force stay; open readers read on."""
    from orchestration.editions.keeping import prune as pruned
    from orchestration.editions.keeping import prune_one
    from orchestration.editions.shelf import listed
    from orchestration.settings import load_settings

    if edition and keep:
        raise click.UsageError("Name an edition or say how many to --keep, not both.")
    n_kept = None
    if edition:
        gone = [prune_one(home, edition, dry_run=dry_run)]
    else:
        n_kept = keep or load_settings(home).retention.keep_editions
        gone = pruned(home, n_kept, dry_run=dry_run)
    left = [one for one in listed(home) if one.edition_id not in {other.edition_id for other in gone}]
    size = sum(one.size for one in gone)
    if as_json:
        names = {"removed": [one.edition_id for one in gone], "kept": [one.edition_id for one in left]}
        click.echo(json.dumps({"dry_run": dry_run, "keep": n_kept, "bytes": size, **names}))
        return
    for one in gone:
        click.echo(f"{'would go' if dry_run else 'removed'}  {one.edition_id}  {_size(one.size)}")
    click.echo(
        f"{len(gone)} of {counted(len(gone) + len(left), 'edition')}, {_size(size)}; {len(left)} stay."
    )


def _line(one: Listed) -> str:
    mark = "*" if one.is_current else " "
    if not one.is_readable:
        return f"{mark} {one.edition_id}  its manifest cannot be read  {_size(one.size)}"
    return (
        f"{mark} {one.edition_id}  {one.created_at}  facts {one.facts_hash[:12]}  "
        f"{one.rows:>11,} rows  {_size(one.size):>9}"
    )


def _size(n_bytes: int) -> str:
    size, unit = float(n_bytes), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:,.0f} {_UNITS[unit]}" if unit == 0 else f"{size:,.1f} {_UNITS[unit]}"


def _told(manifest: Mapping[str, Any]) -> list[str]:
    """A manifest in words."""
    code, versions = manifest["code"], manifest["versions"]
    ledger = manifest["ledger"]
    fates = ("delivered", "accepted", "quarantined", "duplicate", "superseded")
    rows = ", ".join(f"{sum(line[fate] for line in ledger):,} {fate}" for fate in fates)
    months = [
        entry[end] for entry in manifest["inputs"] for end in ("first_month", "last_month") if entry[end]
    ]
    failed = [name for name, passed in manifest["checks"].items() if not passed]
    simulated = " Simulated data." if manifest["is_simulated"] else ""
    lines = [
        f"Edition {manifest['edition_id']}, published {manifest['created_at']}.{simulated}",
        f"Replaced {manifest.get('replaces') or 'none'}.",
        f"Facts:  {manifest['facts_hash']}",
        f"Code:   version {code['version']}, commit {code['commit'] or 'unknown'}; "
        f"instrument {versions['instrument']}, method {versions['method']}",
        f"Inputs: {counted(len(manifest['inputs']), 'file')}"
        + (f", months {min(months)} to {max(months)}" if months else ""),
        f"Rows:   {rows}",
        f"Restated by later deliveries: {counted(manifest['n_restated'], 'period')}",
        f"Checks: {len(manifest['checks'])} passed" if not failed else f"Checks failed: {', '.join(failed)}",
        f"Size:   {_size(sum(manifest['bytes'].values()))} in {counted(len(manifest['bytes']), 'file')}",
        "Tables:",
    ]
    tables = list(manifest["rows"].items())
    lines += [f"  {count:>11,}  {name}" for name, count in tables[:_TABLES_SHOWN]]
    views = manifest.get("views", {})
    return [*lines, "Views:", *(f"  {name}: {said}" for name, said in views.items())] if views else lines


def _changed(change: Change) -> str:
    kinds = list(dict.fromkeys(str(cause.kind) for cause in change.causes))
    why = ", ".join(kinds) if kinds else "NOT EXPLAINED by anything between the two editions"
    if change.before is None or change.after is None:
        said = "is new" if change.before is None else "is gone"
    else:
        pairs = (
            f"{name} {_value(change.before[name])} to {_value(change.after[name])}" for name in change.before
        )
        said = ", ".join(pairs)
    return f"  {change.family} {change.name}: {said}\n      by {why}"


def _value(value: object) -> str:
    if value is None:
        return "unknown"
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
