"""What is shown while a run goes on: one line when a stage starts and one when it ends. No logging set-up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO


@dataclass(slots=True)
class Stage:
    """One stage of a run; `rows` and `note` are filled in while it goes on."""

    name: str
    seconds: float = 0.0
    rows: int | None = None
    note: str = ""
    is_done: bool = False


@dataclass(slots=True)
class Progress:
    """Stages of one run in their order; silent unless it is given a stream."""

    stream: TextIO | None = None
    stages: list[Stage] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Time one stage and say when it starts and ends."""
        stage = Stage(name)
        self.stages.append(stage)
        self._say(f"  {name:<14} ...")
        started = time.perf_counter()
        try:
            yield stage
            stage.is_done = True
        finally:
            stage.seconds = time.perf_counter() - started
            rows = "" if stage.rows is None else f"{stage.rows:>12,} rows"
            state = "done" if stage.is_done else "stopped"
            self._say(f"  {name:<14} {state:<8}{stage.seconds:6.1f} s {rows}  {stage.note}".rstrip())

    def _say(self, line: str) -> None:
        if self.stream is not None:
            print(line, file=self.stream, flush=True)
