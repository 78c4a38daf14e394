"""Going back to an earlier edition, and making room. Editions themselves are never changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orchestration.editions.beliefs import published_last
from orchestration.editions.folder import GOING, file_hashes, point_current_to, sweep
from orchestration.editions.shelf import (
    EDITIONS,
    PREVIOUS,
    DamagedEdition,
    Listed,
    current_id,
    listed,
    manifest_of,
    one_at_a_time,
    resolve,
)
from orchestration.errors import MaturityImpactError


class NeededEdition(MaturityImpactError):
    """An edition that was to be removed is in force, or the next one carries on its beliefs."""


def rollback(home: Path, edition: str | None = None) -> tuple[str, str]:
    """Let `current` point to an earlier edition, in one step.

    Parameters
    ----------
    home : Path
        Folder of the installation.
    edition : str, optional
        As in `resolve`; the previous one when left out.

    Returns
    -------
    tuple of str
        Edition that was in force (empty when none was) and the one that is now.

    Raises
    ------
    DamagedEdition
        Its files are not what its manifest says; `current` is as it was.
    NoEdition, UnknownEdition
        As in `resolve`.
    """
    with one_at_a_time(home):
        before = current_id(home) or ""
        folder = resolve(home, edition or PREVIOUS)
        if file_hashes(folder) != manifest_of(folder).get("files"):
            raise DamagedEdition(
                "The files of this edition are not what its manifest says, so it was not put in force",
                str(folder),
                "choose another one, or run again to publish a new one",
            )
        if folder.name != before:
            point_current_to(home / EDITIONS, folder.name)
        return before, folder.name


def prune(home: Path, keep: int, *, dry_run: bool = False) -> list[Listed]:
    """Remove the oldest editions; the newest `keep`, the one in force and the one published last stay.

    Whoever has a removed edition open reads on: the files go when the last reader closes them.

    Parameters
    ----------
    home : Path
        Folder of the installation.
    keep : int
        Editions to keep, 1 or more; `retention.keep_editions` of the settings.
    dry_run : bool
        Only say which would go.

    Returns
    -------
    list of Listed
        What went, or would go, the newest first. An edition whose manifest cannot be read is left alone.
    """
    if keep < 1:
        raise ValueError("at least one edition is kept")
    with one_at_a_time(home):
        found = listed(home)
        stays = _needed(home, found)
        going = [one for one in found[keep:] if one.is_readable and one.edition_id not in stays]
        if not dry_run:
            _remove(home, going)
    return going


def prune_one(home: Path, edition: str, *, dry_run: bool = False) -> Listed:
    """Remove one edition by name, also one whose manifest cannot be read.

    Parameters
    ----------
    home : Path
        Folder of the installation.
    edition : str
        As in `resolve`.
    dry_run : bool
        Only say what would go.

    Raises
    ------
    NeededEdition
        It is in force, or the next edition carries on its beliefs.
    NoEdition, UnknownEdition
        As in `resolve`.
    """
    with one_at_a_time(home):
        name, found = resolve(home, edition).name, listed(home)
        if why := _needed(home, found).get(name):
            raise NeededEdition(
                f"This edition stays: {why}",
                str(home / EDITIONS / name),
                "publish or roll back to another first",
            )
        [one] = [one for one in found if one.edition_id == name]
        if not dry_run:
            _remove(home, [one])
    return one


def _needed(home: Path, found: Sequence[Listed]) -> dict[str, str]:
    """Editions that stay whatever is pruned, and why."""
    readable = {
        one.edition_id: manifest_of(home / EDITIONS / one.edition_id) for one in found if one.is_readable
    }
    last = published_last(readable)
    # A clock may have set back the one published last, so it need not be the newest.
    stays = {last[-1]: "the next one carries on its beliefs"} if last else {}
    return stays | {one.edition_id: "it is in force" for one in found if one.is_current}


def _remove(home: Path, going: Sequence[Listed]) -> None:
    for one in going:
        folder = home / EDITIONS / one.edition_id
        folder.rename(folder.with_name(f"{GOING}{one.edition_id}"))
    sweep(home / EDITIONS)
