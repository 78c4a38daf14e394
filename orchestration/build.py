"""The only assembly: home, secret and parts -> Definitions. What the pieces do is in their own modules."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from contracts.entities import ENTITIES
from contracts.marts import MARTS
from contracts.results import RESULTS
from orchestration import checks
from orchestration.assets.accepted import accepted_assets
from orchestration.assets.analysis import analysis_assets
from orchestration.assets.dbt import dbt_layer_assets
from orchestration.assets.edition import edition_assets
from orchestration.assets.landing import export_specs, landing_assets
from orchestration.ingest.profiles import profiles_of
from orchestration.jobs import full_job
from orchestration.resources import Installation
from orchestration.schedules import monthly_schedule
from orchestration.sensors import drop_zone_sensor

LOG_TO_FILE = "file"


def build_definitions(
    home: Path, *, given_key: str | None = None, overrides: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """Everything Dagster knows of one installation.

    Parameters
    ----------
    home : Path
        Folder of the installation; it need not exist yet.
    given_key : str, optional
        Secret for person keys; needed for real data only.
    overrides : mapping, optional
        Parts to swap; see `orchestration.resources.Parts`.

    Returns
    -------
    dagster.Definitions
        Assets of every layer, their checks, the full job, its schedule and its sensor.
    """
    # dbt reads relative paths from its project folder, Dagster from the working one: one meaning for all.
    home = home.resolve()
    installation = Installation(home, given_key).with_parts(overrides)
    before_edition: list[dg.AssetsDefinition] = [
        landing_assets(installation),
        accepted_assets(installation, ENTITIES),
        dbt_layer_assets(installation),
        analysis_assets(installation, RESULTS, MARTS),
    ]
    mart_checks = checks.mart_checks(installation, MARTS)
    blocking = _blocking([*before_edition, mart_checks])
    job = full_job()
    return dg.Definitions(
        assets=[
            *export_specs(profiles_of(home)),
            *before_edition,
            *edition_assets(installation, blocking, [*MARTS.values(), *RESULTS.values()]),
        ],
        asset_checks=[mart_checks],
        jobs=[job],
        schedules=[monthly_schedule(job)],
        sensors=[drop_zone_sensor(job, home)],
        loggers={LOG_TO_FILE: _file_logger(home), "console": dg.colored_console_logger},
        executor=dg.in_process_executor,
    )


def _blocking(
    definitions: Sequence[dg.AssetsDefinition | dg.AssetChecksDefinition],
) -> list[dg.AssetCheckKey]:
    return sorted(spec.key for definition in definitions for spec in definition.check_specs if spec.blocking)


def _file_logger(home: Path) -> dg.LoggerDefinition:
    """Logger that keeps a run's events in HOME/logs/dagster.log."""

    def to_file(context: dg.InitLoggerContext) -> logging.Logger:
        logs = home / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(logs / "dagster.log", delay=True, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger = logging.Logger(f"maturity.{context.run_id}", logging.INFO)
        logger.addHandler(handler)
        return logger

    return dg.LoggerDefinition(to_file, description="Events of a run in the logs folder of the home.")
