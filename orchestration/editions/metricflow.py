"""A folder in which `mf query` asks an edition: its metrics, and a profile that may only read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from orchestration.dbt import DbtProject
from orchestration.editions.tables import PUBLISHED_SCHEMAS
from orchestration.errors import MaturityImpactError
from orchestration.reader import MARTS_FILE

NAME = "semantic_manifest.json"
_PROJECT = "maturity_impact"
_DATABASE = Path(MARTS_FILE).stem


class NoMetrics(MaturityImpactError):
    """An edition was published before editions kept their metrics, or the folder is in use."""


def render_semantic_manifest(dbt: DbtProject) -> bytes:
    """Metrics as MetricFlow reads them, on the tables as they are called in a published file."""
    dbt.prepare()
    content = json.loads((dbt.target / NAME).read_text(encoding="utf-8"))
    for model in content["semantic_models"]:
        model["node_relation"] = _published(model["node_relation"]["alias"])
    # Nothing is told by the day, and an edition has no calendar of days.
    content["project_configuration"]["time_spines"] = [
        {
            "node_relation": _published("dim_period"),
            "primary_column": {"name": "period", "time_granularity": "month"},
            "custom_granularities": [],
        }
    ]
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def _published(mart: str) -> dict[str, str]:
    schema = PUBLISHED_SCHEMAS["marts"]
    name = f'"{_DATABASE}"."{schema}"."{mart}"'
    return {"alias": mart, "schema_name": schema, "database": _DATABASE, "relation_name": name}


def write_project(edition: Path, folder: Path) -> None:
    """Write the folder of a dbt project that holds no models, and whose profile opens an edition for reading.

    Parameters
    ----------
    edition : Path
        Folder of the edition; nothing is written to it, neither now nor by `mf`.
    folder : Path
        Where the project goes; made when it is not there.

    Raises
    ------
    NoMetrics
        The edition keeps no metrics, or the folder holds something else.
    """
    metrics = edition / NAME
    if not metrics.is_file():
        raise NoMetrics("This edition was published without its metrics", str(edition), "publish a new one")
    project = folder / "dbt_project.yml"
    if folder.is_dir() and any(folder.iterdir()) and not project.is_file():
        raise NoMetrics("This folder holds something else", str(folder), "name a new or an empty one")
    (folder / "target").mkdir(parents=True, exist_ok=True)
    (folder / "target" / NAME).write_bytes(metrics.read_bytes())
    declared = {"name": _PROJECT, "version": "1.0.0", "config-version": 2, "profile": _PROJECT}
    project.write_text(_yaml({**declared, "flags": {"send_anonymous_usage_stats": False}}), encoding="utf-8")
    (folder / "profiles.yml").write_text(_yaml({_PROJECT: _profile(edition)}), encoding="utf-8")


def _profile(edition: Path) -> dict[str, Any]:
    opened = {
        "type": "duckdb",
        "path": str((edition / MARTS_FILE).resolve()),
        "schema": PUBLISHED_SCHEMAS["marts"],
        "threads": 1,
        "config_options": {"access_mode": "read_only", "enable_external_access": False},
    }
    return {"target": "edition", "outputs": {"edition": opened}}


def _yaml(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, width=200)
