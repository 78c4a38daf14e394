"""Harm prevented: a comment passes as a change of method, or a changed formula as none."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.editions.fingerprint import READING, ROOT, STATISTICS, behind, method_of, plain_sql

Edit = Callable[[str], str]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code that a number can depend on, to be edited and put back."""
    root = tmp_path_factory.mktemp("code")
    ignored = shutil.ignore_patterns("__pycache__", "target", "logs")
    for room in ("contracts", "models", "orchestration", "dbt_project"):
        shutil.copytree(ROOT / room, root / room, ignore=ignored)
    return root


@pytest.fixture(scope="module")
def before() -> dict[str, str]:
    return method_of()


def moved(root: Path, path: str, edit: Edit, before: dict[str, str]) -> list[str]:
    """Parts of the method that an edit of one file moves."""
    file = root / path
    text = file.read_text(encoding="utf-8")
    assert edit(text) != text, "the edit does not bite"
    file.write_text(edit(text), encoding="utf-8")
    try:
        after = method_of(root)
    finally:
        file.write_text(text, encoding="utf-8")
    return [part for part in before if before[part] != after[part]]


def replaced(old: str, new: str) -> Edit:
    return lambda text: text.replace(old, new, 1)


EDITS: list[tuple[str, Edit, list[str]]] = [
    ("models/estimate.py", lambda text: text + "\n# A remark.\n", []),
    ("models/estimate.py", replaced('"""', '"""Said otherwise: '), []),
    ("models/estimate.py", lambda text: text.replace("\n\n\n", "\n\n\n\n"), []),
    ("models/power.py", lambda text: text + "\nX = 1\n", ["statistics"]),
    ("models/charts.py", lambda text: text + "\nX = 1\n", []),
    ("models/locales/en.yaml", lambda text: text + "\nx: y\n", []),
    ("contracts/kpis.yaml", lambda text: "# A remark.\n" + text, []),
    (
        "contracts/kpis.yaml",
        replaced("role: primary, transform: log", "role: secondary, transform: log"),
        ["statistics"],
    ),
    ("contracts/number_forms.py", lambda text: text + "\nX = 1\n", ["reading"]),
    ("orchestration/explain/words.py", lambda text: text + "\nX = 1\n", []),
    ("dbt_project/models/intermediate/support/int_ticket.sql", lambda text: "-- A remark.\n" + text, []),
    ("dbt_project/models/intermediate/support/int_ticket.sql", lambda text: "{# Another. #}\n" + text, []),
    (
        "dbt_project/models/intermediate/support/int_ticket.sql",
        replaced("satisfaction = 'good'", "satisfaction = 'bad'"),
        ["marts"],
    ),
    ("dbt_project/models/intermediate/support/int_ticket.yml", replaced("Organisation", "Firm"), []),
    ("dbt_project/seeds/instrument_stages.csv", replaced("20", "25"), ["marts"]),
    ("dbt_project/dbt_project.yml", replaced("lead_months: 3", "lead_months: 4"), ["marts"]),
    ("dbt_project/dbt_project.yml", replaced("vars:", "# A remark.\nvars:"), []),
]


@pytest.mark.parametrize(("path", "edit", "parts"), EDITS)
def test_only_what_a_number_can_depend_on_moves_it(
    copied: Path, before: dict[str, str], path: str, edit: Edit, parts: list[str]
) -> None:
    assert moved(copied, path, edit, before) == parts


def test_what_computes_numbers_is_found_by_its_imports() -> None:
    statistics = set(behind(ROOT, STATISTICS))
    assert {"models.estimate", "models.inference", "models.evidence", "contracts.kpis"} <= statistics
    assert not {name for name in statistics if "narrative" in name or "charts" in name or "page" in name}
    reading = set(behind(ROOT, READING))
    assert {"contracts.convert", "contracts.entities.crm", "orchestration.ingest.text.records"} <= reading
    assert not {name for name in reading if name.startswith(("models.", "orchestration.editions"))}


def test_the_same_code_has_the_same_fingerprint_wherever_it_lies(
    copied: Path, before: dict[str, str]
) -> None:
    assert method_of(copied) == before
    assert before["library pandas"]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("select 1 -- one\n  , 2", "select 1 , 2"),
        ("select '-- no remark'  ,  'it''s /* none */'", "select '-- no remark' , 'it''s /* none */'"),
        ('select "a--b" /* a\n remark */ from t', 'select "a--b" from t'),
        ("{# a 'remark' #}{{ ref('t') }}", "{{ ref('t') }}"),
    ],
)
def test_sql_is_told_apart_from_remarks_in_it(written: str, plain: str) -> None:
    assert plain_sql(written) == plain
