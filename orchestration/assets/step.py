"""What every step does around its work: tell that it goes on, and end in one clear sentence if it cannot."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration.errors import MaturityImpactError
from orchestration.failures import told_plainly
from orchestration.progress import Stage
from orchestration.resources import Installation


@contextmanager
def running(
    installation: Installation, name: str, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext
) -> Iterator[Stage]:
    """Time a step, and turn what a user can do something about into a failure that says so.

    Raises
    ------
    dagster.Failure
        With the sentence of the MaturityImpactError as its description.
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
