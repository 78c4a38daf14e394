"""Outcomes estimated on several cores: same results, in the same order. What is estimated is in `models`."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from models.analysis.outcome import OutcomeResults, OutcomeTask

# A process takes some five seconds to load the libraries; an outcome of so many rows about one.
LARGE: Final = 2000
# Each process holds the panel and the libraries: some 400 MB.
MOST_PROCESSES: Final = 4


def over_cores(task: OutcomeTask, outcomes: Sequence[str]) -> Iterable[OutcomeResults]:
    """Go through the outcomes as `map` does, in processes where the panel is large and there are cores."""
    workers = min(_cores(), MOST_PROCESSES, len(outcomes))
    if workers < 2 or len(task.frame) < LARGE or multiprocessing.current_process().daemon:
        return map(task, outcomes)
    try:
        # A forked child of a process with threads may hang; a spawned one starts clean.
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
            return list(pool.map(task, outcomes))
    except BrokenProcessPool:
        # A calling script without a main guard cannot be spawned; a child may have been killed for memory.
        return map(task, outcomes)


def _cores() -> int:
    """Cores that this process may use; a container may have been given few of the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
