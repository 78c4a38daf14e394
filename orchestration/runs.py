"""One run in this process, recorded in the home's own Dagster instance. What is shown of it: telling.py."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import MaturityImpactError
from orchestration.progress import Progress

if TYPE_CHECKING:
    import dagster as dg

_INSTANCE = """\
# Instance of this installation; written once, yours to change. Usage statistics are off.
telemetry:
  enabled: false
# No newsletter dialog on the first visit.
nux:
  enabled: false
concurrency:
  pools:
    # The warehouse takes one writing process at a time.
    default_limit: 1
    granularity: op
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
event_log_storage:
  module: orchestration.event_log
  class: OneEngineEventLog
  config:
    base_dir: {folder}
"""


FULL_REFRESH_TAG = "maturity/full_refresh"
"""Tag of a run that makes every month anew; on Dagster's page it is given when a run is launched."""


class UnknownSelectionError(MaturityImpactError):
    """What was selected is no layer and no asset."""


class RunStoppedError(MaturityImpactError):
    """A step ended with an error that has no clearer name."""


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """One check that did not pass."""

    asset: str
    name: str
    is_blocking: bool
    summary: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one run did.

    Attributes
    ----------
    is_success : bool
        Every selected step ran and no blocking check failed.
    materialised : tuple of str
        Assets made, as `layer/name`, in order.
    failed_checks : tuple of FailedCheck
        Checks that did not pass, blocking ones first.
    errors : tuple of str
        One sentence per step that could not be done.
    seconds : float
        Wall time of the whole run.
    """

    run_id: str
    is_success: bool
    materialised: tuple[str, ...]
    failed_checks: tuple[FailedCheck, ...]
    errors: tuple[str, ...]
    seconds: float

    @property
    def blocked_by(self) -> tuple[FailedCheck, ...]:
        """Blocking checks that failed."""
        return tuple(check for check in self.failed_checks if check.is_blocking)


def dagster_home(home: Path) -> Path:
    """Folder of the home's Dagster instance, with its settings written when there are none."""
    folder = home.resolve() / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "dagster.yaml"
    if not settings.exists():
        history = json.dumps(str(folder / "history"))
        settings.write_text(_INSTANCE.format(folder=history), encoding="utf-8")
    return folder


def run_home(
    home: Path,
    *,
    given_key: str | None = None,
    select: Sequence[str] = (),
    progress: Progress | None = None,
    overrides: Mapping[str, Any] | None = None,
    is_full: bool = False,
) -> RunReport:
    """Run the full job, or part of it, on one home.

    Parameters
    ----------
    home : Path
        Folder of the installation.
    given_key : str, optional
        Secret for person keys.
    select : sequence of str
        Layers or assets (`marts`, `accepted/tickets`); empty means all.
    progress : Progress, optional
        Where stages are told.
    overrides : mapping, optional
        Parts to swap; see `orchestration.resources.Parts`.
    is_full : bool
        Make every month of the marts anew, also those that no data touched.

    Raises
    ------
    UnknownSelectionError
        A name in `select` is neither a layer nor an asset.
    """
    import dagster as dg

    from orchestration.build import LOG_TO_FILE, build_definitions
    from orchestration.jobs import FULL_JOB

    started = time.perf_counter()
    parts = {**({"progress": progress} if progress else {}), **(overrides or {})}
    with (progress or Progress()).stage("prepare"):
        definitions = build_definitions(home, given_key=given_key, overrides=parts)
        job = definitions.resolve_job_def(FULL_JOB)
    with dg.DagsterInstance.from_config(str(dagster_home(home))) as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            asset_selection=_selected(definitions, select) if select else None,
            run_config={"loggers": {LOG_TO_FILE: {}}},
            tags={"maturity/started_by": "command line", **({FULL_REFRESH_TAG: "true"} if is_full else {})},
        )
    return _report(result, time.perf_counter() - started)


def _selected(definitions: dg.Definitions, select: Sequence[str]) -> list[dg.AssetKey]:
    graph = definitions.resolve_asset_graph()
    chosen: set[dg.AssetKey] = set()
    for name in select:
        found = {
            key
            for key in graph.materializable_asset_keys
            if graph.get(key).group_name == name or key.to_user_string() == name or key.path[-1] == name
        }
        if not found:
            layers = sorted({graph.get(key).group_name or "" for key in graph.materializable_asset_keys})
            raise UnknownSelectionError(
                f"'{name}' is neither a layer nor an asset", "--select", f"choose one of {', '.join(layers)}"
            )
        chosen |= found
    return sorted(chosen)


def _report(result: dg.ExecuteInProcessResult, seconds: float) -> RunReport:
    failed = [
        FailedCheck(
            asset=evaluation.asset_key.to_user_string(),
            name=evaluation.check_name,
            is_blocking=bool(evaluation.blocking) and evaluation.severity.value == "ERROR",
            summary=evaluation.description or "",
        )
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed
    ]
    return RunReport(
        run_id=result.run_id,
        is_success=result.success,
        materialised=tuple(
            event.asset_key.to_user_string()
            for event in result.get_asset_materialization_events()
            if event.asset_key
        ),
        failed_checks=tuple(sorted(failed, key=lambda check: not check.is_blocking)),
        errors=tuple(_errors(result)),
        seconds=seconds,
    )


def _errors(result: dg.ExecuteInProcessResult) -> Iterator[str]:
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        data = event.step_failure_data
        if data.user_failure_data is not None and data.user_failure_data.description:
            yield data.user_failure_data.description
        elif data.error is not None:
            root = data.error.cause or data.error
            if (
                root.cls_name == "DagsterAssetCheckFailedError"
                or data.error.cls_name == "DagsterAssetCheckFailedError"
            ):
                continue
            reason = " ".join(root.message.split())
            yield str(
                RunStoppedError(
                    f"The step '{event.step_key}' stopped ({reason})", "", "see logs/dagster.log in the home"
                )
            )
