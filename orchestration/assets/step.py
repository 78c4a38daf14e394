"""What every step does around its work: tell that it goes on, and end in one clear sentence if it cannot."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from typing import Final

import dagster as dg

from orchestration.errors import MaturityImpactError
from orchestration.failures import told_plainly
from orchestration.progress import Stage
from orchestration.resources import Installation

_OF_ROWS: Final = frozenset({"landing", "accepted"})
"""Steps that read rows as delivered: what an engine says of an error there may be a person's cell."""


@contextmanager
def running(
    installation: Installation, name: str, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext
) -> Iterator[Stage]:
    """Time a step, and turn what a user can do something about into a failure that says so.

    Raises
    ------
    dagster.Failure
        With the sentence of the MaturityImpactError as its description. Where rows are read as delivered, an
        error that nobody foresaw is told by its kind and place alone.
    """
    try:
        with installation.parts.progress.stage(name) as stage, told_plainly(installation.home):
            if name in installation.parts.before:
                installation.parts.before[name](installation.home)
            yield stage
        context.log.info(f"{name}: {stage.seconds:.1f} s, {stage.rows} rows {stage.note}")
    except MaturityImpactError as error:
        raise dg.Failure(
            description=str(error), metadata={"cause": type(error).__name__}, allow_retries=False
        ) from error
    except Exception as error:
        if name not in _OF_ROWS:
            raise
        places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
        raise dg.Failure(
            description=f"The step '{name}' stopped by an error that nobody foresaw ({type(error).__name__}, "
            f"{places[-1]}): report it; what it says may be of a row, so it is not kept.",
            metadata={"cause": type(error).__name__, "places": ", ".join(places)},
            allow_retries=False,
        ) from None
