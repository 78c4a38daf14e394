"""Writes what the contracts render: for dbt, for catalogues and for readers; `make format` runs it."""

from collections.abc import Mapping
from pathlib import Path

from contracts.dictionary import render_dictionary
from contracts.odcs import render_odcs
from contracts.profile_table import render_profiles
from contracts.render import render_dbt
from orchestration.dbt import DBT_FOLDER

DOCS = DBT_FOLDER.parent / "docs"


def write_rendered(root: Path) -> None:
    """Write every machine-written file under the folder of the dbt project."""
    _write(root, render_dbt())


def write_documents(docs: Path) -> None:
    """Write data contracts (ODCS), data dictionary and table of profiles under the documents' folder."""
    contracts = {f"contracts/{path}": text for path, text in render_odcs().items()}
    for path in (docs / "contracts").rglob("*.odcs.yaml"):
        if path.relative_to(docs).as_posix() not in contracts:
            path.unlink()
    _write(docs, {**contracts, "dictionary.md": render_dictionary(), "profiles.md": render_profiles()})


def _write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_rendered(DBT_FOLDER)
    write_documents(DOCS)
