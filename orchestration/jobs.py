"""Jobs: what is run together. Which assets exist is said elsewhere; when they run too."""

from __future__ import annotations

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

FULL_JOB = "full"


def full_job() -> UnresolvedAssetJobDefinition:
    """Job from the exports to the published edition."""
    return dg.define_asset_job(
        FULL_JOB,
        selection=dg.AssetSelection.all(),
        description="From the delivered exports to the published edition; a failed blocking check stops it.",
        executor_def=dg.in_process_executor,
    )
