"""Harm prevented: the list of a company that writes no English is drafted as something else than it is."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import yaml

from contracts.header_words import Language
from contracts.profile import load_profiles
from orchestration.ingest.tell.likeness import likely_entities
from orchestration.ingest.tell.samples import read_sample
from orchestration.ingest.tell.suggest import looks_of
from tests.orchestration.ingest.drafts import drafted

LISTS: dict[str, dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_name("company_headers.yaml").read_text(encoding="utf-8")
)
LEAST_RECOGNISED = 0.3
"""Of the columns of a list: a company has columns of its own that nobody asks for."""


@pytest.mark.parametrize(("entity", "language"), [(e, lang) for e, said in LISTS.items() for lang in said])
def test_lists_of_companies_are_known_in_five_languages(entity: str, language: str, tmp_path: Path) -> None:
    for number, text in enumerate(LISTS[entity][language]):
        path = tmp_path / f"list_{number}.csv"
        path.write_text(text, encoding="utf-8")
        (sample,) = read_sample(path)
        best, *_ = likely_entities(looks_of(sample.rows, sample.lines), load_profiles())
        assert best.entity == entity, text
        assert best.n_recognised >= LEAST_RECOGNISED * best.n_columns, text


def test_every_usual_kind_of_list_is_tried_in_each_of_the_five_languages() -> None:
    assert all(set(said) == set(get_args(Language)) for said in LISTS.values())


def test_what_another_entity_has_too_does_not_make_one_that_needs_little_likely(tmp_path: Path) -> None:
    path = tmp_path / "facturas.csv"
    path.write_text(LISTS["invoices"]["es"][0], encoding="utf-8")
    assert "likest invoices (6 of the 6 columns it needs; 6 of 6 columns recognised)" in drafted(path)[0].text
    path.write_text("Cliente;Ciudad\nC-17;Madrid\n", encoding="utf-8")
    assert "nothing fits well; likest accounts (1 of the 1 columns it needs" in drafted(path)[0].text


def test_credit_is_taken_off_debit_and_the_unit_is_no_column_that_has_another_meaning(tmp_path: Path) -> None:
    path = tmp_path / "diario.csv"
    path.write_text(LISTS["ledger_lines"]["es"][0], encoding="utf-8")
    _, profile = drafted(path)
    amount = profile.columns["amount"]
    assert (amount.sources, amount.minus) == (("Debe",), "Haber")
    assert profile.unit is not None
    assert profile.unit.source == "Centro de coste"
    path.write_text("Journal no.;Posting date;Account;Amount\nJ1;2024-05-01;4000;10.00\n", encoding="utf-8")
    assert drafted(path)[1].unit is None


def test_what_no_column_says_is_drafted_where_the_rows_or_other_profiles_say_it(tmp_path: Path) -> None:
    path = tmp_path / "gasto.csv"
    path.write_text(LISTS["marketing_spend"]["es"][0], encoding="utf-8")
    made, profile = drafted(path)
    assert profile.columns["spend_key"].content_key == ("Canal", "Fecha", "Gasto", "Moneda")
    assert profile.columns["spend_source"].default == "platform"
    assert "# CHECK: the file has no key" in made.text


def test_a_number_too_short_for_a_day_is_a_duration(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    for unit, duration in (("Minuten", None), ("Stunden", "hours")):
        text = LISTS["tickets"]["de"][0].replace("Minuten", unit)
        path.write_text(text, encoding="utf-8")
        columns = drafted(path)[1].columns
        assert columns["first_response_minutes"].sources == (f"Erste Antwort ({unit})",)
        assert columns["first_response_minutes"].duration == duration
        assert "first_response_at" not in columns


@pytest.mark.parametrize(
    ("header", "unit", "version"),
    [
        ("Numéro;Ouvert le;Équipe;Modifié le", "Équipe", "Modifié le"),
        ("Vorgang;Erstellt am;Abteilung;Geändert am", "Abteilung", "Geändert am"),
        ("Incidencia;Creado;Empresa;Fecha de modificación", "Empresa", "Fecha de modificación"),
        ("Melding;Aangemaakt;Vestiging;Gewijzigd op", "Vestiging", "Gewijzigd op"),
    ],
)
def test_unit_and_version_are_known_in_other_languages(
    tmp_path: Path, header: str, unit: str, version: str
) -> None:
    path = tmp_path / "list.csv"
    row = "T1;13/05/2024 08:15;Nord;14/05/2024 08:15"
    path.write_text(f"{header}\n{row}\n{row}\n", encoding="utf-8")
    _, profile = drafted(path)
    assert profile.entity == "tickets"
    assert profile.unit is not None
    assert (profile.unit.source, profile.version_columns) == (unit, (version,))
