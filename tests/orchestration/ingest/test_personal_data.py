"""Harm prevented: a customer's or colleague's name, address or number lies in a table that analysts open."""

import io
import zlib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orchestration.ingest.tell.check_path import check_path
from orchestration.ingest.tell.reports import to_json, to_text

QUIRINA = ("Quirina", "quirina", "Vandersmissen", "203.0.113.77")
NUMBER = "wkr-4711-quirina"


def _texts(folder: Path) -> dict[str, str]:
    """Every byte of every file, Parquet also unpacked."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found[str(path)] = content.decode("latin-1")
            if path.suffix == ".parquet":
                unpacked = io.StringIO()
                pd.read_parquet(path, partitioning=None).to_csv(unpacked)
                found[str(path)] += unpacked.getvalue()
    return found


@pytest.fixture
def full(exports: Any) -> Any:
    """Good, refused, malformed and unknown rows, all with a person in them."""
    person = {"requester_name": "Quirina Vandersmissen"}
    text = exports.tickets(
        "a.csv", [{"id": "1", **person}, {"id": "2", "created_at": "x", **person}]
    ).read_text()
    exports.put("exports/zendesk/a.csv", text + '3,Quirina Vandersmissen,203.0.113.77\n4,5"Quirina"\n')
    exports.survey("w.csv", [{}, {"ResponseId": "R_2", "Status": "1"}, {"ResponseId": "R_3", "LS1": "77"}])
    exports.workers(
        "h.csv", [f"{NUMBER},QVandersmissen,2020-01-01,,,,{rescinded},B1," for rescinded in ("false", "true")]
    )
    exports.put("exports/other/people.csv", "name,mail\nQuirina Vandersmissen,quirina.v@example.org\n")
    return exports


def test_no_person_is_in_landing_accepted_quarantine_or_receipts(full: Any) -> None:
    full.run()
    for folder in ("landing", "accepted", "quarantine", "tmp"):
        for path, text in _texts(full.home / folder).items():
            if folder == "landing":
                # The number itself is hashed where it is typed; landing keeps what is needed to do so.
                assert not [name for name in QUIRINA if name in text.replace(NUMBER, "")], path
            else:
                assert not [name for name in (*QUIRINA, NUMBER) if name in text], path


def test_no_person_is_in_what_the_check_or_an_error_says(
    full: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = check_path(full.home)
    said = to_json(reports) + to_text(reports) + "".join(capsys.readouterr())
    assert not [name for name in (*QUIRINA, NUMBER) if name in said]


def test_the_search_itself_would_find_a_person(tmp_path: Path) -> None:
    pd.DataFrame({"name": ["Quirina"] * 9}).to_parquet(tmp_path / "x.parquet", compression="zstd")
    (tmp_path / "y.json").write_bytes(zlib.compress(b"") + b"Quirina")
    assert all("Quirina" in text for text in _texts(tmp_path).values())
