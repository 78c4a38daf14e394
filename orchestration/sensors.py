"""Sensors: run when files in the drop zone changed. Reading them is the job's work."""

import hashlib
from pathlib import Path

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

_READ_AT_ONCE = 1 << 20


def drop_zone_hash(home: Path) -> str | None:
    """Hash of the names and contents of all delivered files; None when there are none, or no settings."""
    from orchestration.ingest.land.drop_zone import delivered_files
    from orchestration.settings import SETTINGS_FILE, load_settings

    if not (home / SETTINGS_FILE).is_file():
        return None
    digest = hashlib.sha256()
    files = delivered_files(home, load_settings(home))
    for name, path in files.items():
        digest.update(f"{name}\0{_file_hash(path)}\n".encode())
    return digest.hexdigest() if files else None


def drop_zone_sensor(job: UnresolvedAssetJobDefinition, home: Path) -> dg.SensorDefinition:
    """Ask for one run per content of the drop zone, however often it is looked at."""

    @dg.sensor(
        name="drop_zone",
        job=job,
        minimum_interval_seconds=60,
        description="Starts a run when the content of exports/ or reference/ changed; times do not count.",
    )
    def drop_zone(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        content = drop_zone_hash(home)
        if content is None:
            return dg.SkipReason(f"Nothing is delivered in {home}.")
        if content == context.cursor:
            return dg.SkipReason("Nothing has changed since the last run.")
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=content)], cursor=content)

    return drop_zone


def _file_hash(path: Path) -> str:
    if not path.is_file():
        return ""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_READ_AT_ONCE):
            digest.update(block)
    return digest.hexdigest()
