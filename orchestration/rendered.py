"""Writes what the contracts render for dbt into its project; `make format` runs it."""

from pathlib import Path

from contracts.render import render_dbt
from orchestration.dbt import DBT_FOLDER


def write_rendered(root: Path) -> None:
    """Write every machine-written file under the folder of the dbt project."""
    for path, text in render_dbt().items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_rendered(DBT_FOLDER)
