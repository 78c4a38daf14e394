"""Parts read and landed aside, one by one or in parallel processes. No receipts, no order of arrival."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from contracts.profile import Profile
from orchestration.errors import UnreadableFile
from orchestration.ingest.files import write_json
from orchestration.ingest.forms.containers import Part, stamp_of
from orchestration.ingest.forms.packed import identity
from orchestration.ingest.land.landing import MANIFEST, land
from orchestration.ingest.land.reading import Status, read_part
from orchestration.ingest.memory import keep_freed_memory
from orchestration.settings import Settings
from orchestration.settings import pseudonym_key as key_for

# Starting a process costs a second or two; reading 32 MB about as much.
LARGE: Final = 32 * 2**20
"""Bytes from which a file is worth a process of its own, and a second thread."""


@dataclass(frozen=True, slots=True)
class Task:
    """A part to be taken; its rows are landed in `folder`, or not at all where that is None."""

    part: Part
    received_at: str
    folder: Path | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a part: the profile it is read with, the manifest of what was landed, or the problem."""

    part: Part
    status: Status
    problem: str = ""
    profile: Profile | None = None
    manifest: dict[str, Any] | None = None
    warnings: tuple[str, ...] = ()


def secret_for(profile: Profile, settings: Settings, given_key: str | None) -> str:
    """Secret that person numbers of a profile are hashed with at landing; empty where none are.

    Raises
    ------
    MissingKey
        There are persons in it, the data is real, and no key was given.
    """
    return key_for(settings, given_key) if profile.hashed and not settings.store_personal else ""


def take_all(
    tasks: Sequence[Task], settings: Settings, profiles: Mapping[str, Profile], given_key: str | None
) -> Iterator[Outcome]:
    """Outcome of each task, in their order; the same whether one process works or several."""
    work = partial(take, settings=settings, profiles=profiles, given_key=given_key)
    workers = min(len(tasks), _cores())
    large = [task for task in tasks if task.folder and task.part.size >= LARGE]
    if len(large) < 2 or workers < 2:
        yield from map(work, tasks)
        return
    n_done = 0
    try:
        # A forked child of a process with threads may hang; a spawned one starts clean.
        with ProcessPoolExecutor(workers, get_context("spawn"), _on_one_core) as pool:
            for outcome in pool.map(work, tasks):
                yield outcome
                n_done += 1
    except BrokenProcessPool:
        # A calling script without a main guard cannot be spawned; a child may have been killed for memory.
        yield from map(work, tasks[n_done:])


def _cores() -> int:
    """Cores that this process may use; a container may have been given few of the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _on_one_core() -> None:
    """Processes share the cores; threads inside each would only take them from one another."""
    import pyarrow

    # pyarrow carries no types.
    pa: Any = pyarrow
    pa.set_cpu_count(1)


def take(task: Task, settings: Settings, profiles: Mapping[str, Profile], given_key: str | None) -> Outcome:
    """Read one part and land it aside; where its bytes have no name yet they are hashed meanwhile.

    What was written to meanwhile is not taken: its rows may be of other bytes than its name.

    Raises
    ------
    MissingKey
        See `secret_for`.
    """
    keep_freed_memory()
    if task.part.delivery_id:
        return _unchanged(task, _taken(task, settings, profiles, given_key))
    with ThreadPoolExecutor(1) as thread:
        hashing = thread.submit(identity, task.part.open())
        outcome = _taken(task, settings, profiles, given_key)
        delivery_id, _ = hashing.result()
    if task.folder is not None and outcome.manifest is not None:
        outcome.manifest["delivery_id"] = delivery_id
        write_json(task.folder / MANIFEST, outcome.manifest)
    return _unchanged(task, replace(outcome, part=replace(task.part, delivery_id=delivery_id)))


def _unchanged(task: Task, outcome: Outcome) -> Outcome:
    if outcome.manifest is None or task.folder is None or stamp_of(task.part.path) == task.part.stamp:
        return outcome
    shutil.rmtree(task.folder)
    problem = f"The file was written to while it was read ({task.part.name}): run again once it is complete."
    return Outcome(outcome.part, "unreadable", problem, None, None, outcome.warnings)


def _taken(task: Task, settings: Settings, profiles: Mapping[str, Profile], given_key: str | None) -> Outcome:
    reading = read_part(task.part, settings, profiles)
    profile = reading.profile
    if reading.status != "taken" or profile is None:
        return Outcome(task.part, reading.status, reading.problem, None, None, reading.warnings)
    secret = secret_for(profile, settings, given_key)
    if task.folder is None:
        return Outcome(task.part, "taken", "", profile, None, reading.warnings)
    try:
        manifest = land(reading, task.folder, settings, received_at=task.received_at, secret=secret)
    except UnreadableFile as error:
        shutil.rmtree(task.folder, ignore_errors=True)
        return Outcome(task.part, "unreadable", str(error), None, None, reading.warnings)
    return Outcome(task.part, "taken", "", profile, manifest, tuple(manifest["warnings"]))
