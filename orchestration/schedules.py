"""Schedules: when jobs run by the calendar. What they do is in jobs.py."""

from __future__ import annotations

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition


def monthly_schedule(job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Run on the third of each month, when month-end exports have arrived."""
    return dg.ScheduleDefinition(
        name="monthly",
        job=job,
        cron_schedule="0 5 3 * *",
        execution_timezone="UTC",
        description="Third of the month, 05:00 UTC: month-end exports have arrived. Switch on to use.",
    )
