"""If these fail, a draft does not parse, maps a person's data, or hides a guess among what is known."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from contracts.manner import Manner
from contracts.profile import load_profiles, parse_profile
from contracts.times import parse_times
from orchestration.cli import cli
from orchestration.ingest.tell.column_looks import MASKED, look
from orchestration.ingest.tell.header_names import core, words
from orchestration.ingest.tell.samples import read_sample
from orchestration.ingest.tell.suggest import draft
from tests.orchestration.ingest.drafts import drafted

FIXTURES = Path(__file__).parents[2] / "profiles"
LEAST_RIGHT = 0.9
"""Share of the shipped shapes whose entity a draft must find without knowing the shape itself."""
DESK = (
    "Ticket;Opened;Closed;State;Prio;Team;Source;First answer (h);Customer e-mail;Last changed\n"
    "T-1;13.05.2024 08:15;14.05.2024 10:00;Closed;High;North;Email;1,5;a@example.org;14.05.2024 10:00\n"
    "T-2;14.05.2024 09:00;;Open;Normal;South;Twitter;0,25;b@example.org;14.05.2024 09:30\n"
    "T-3;15.05.2024 11:30;16.05.2024 12:00;Solved;Low;North;Phone;;c@example.org;16.05.2024 12:00\n"
    "T-4;15.05.2024 soon;;Waiting;Normal;South;Email;2,0;d@example.org;15.05.2024 12:00\n"
)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    path = tmp_path / "desk 2024-05.csv"
    path.write_text(DESK, encoding="utf-8")
    return path


def told(*words_: str) -> Result:
    return CliRunner().invoke(cli, ["profile", *words_])


def test_a_draft_finds_entity_columns_manner_and_unit(desk: Path) -> None:
    made, profile = drafted(desk)
    assert (made.name, profile.name, profile.source_system) == ("desk_export", "desk_export", "desk")
    assert (profile.entity, profile.shape, profile.evidence) == ("tickets", "ui", "sample")
    assert (profile.locale, profile.date_order) == ("de", "dmy")
    assert {name: mapping.sources for name, mapping in profile.columns.items() if mapping.sources} == {
        "ticket_key": ("Ticket",),
        "created_at": ("Opened",),
        "first_response_minutes": ("First answer (h)",),
        "solved_at": ("Closed",),
        "status": ("State",),
        "channel": ("Source",),
        "priority": ("Prio",),
    }
    assert profile.columns["first_response_minutes"].duration == "hours"
    assert profile.unit is not None
    assert profile.unit.source == "Team"
    assert profile.version_columns == ("Last changed",)


def test_days_with_points_are_days_and_no_numbers(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("Ticket;Opened;State;Team\nT-1;13.05.2024;Open;North\nT-2;14.05.2024;Closed;North\n")
    made, profile = drafted(path)
    assert "Opened, reads: [local, start_of_day]}  # date, all differ" in made.text
    assert profile.date_order == "dmy"


@pytest.mark.parametrize(
    ("opened", "form", "reads"),
    [
        ("5/13/24 3:51 PM", "%m/%d/%y %I:%M %p", ()),
        ("13-05-24 15:51:02", "%d-%m-%y %H:%M:%S", ()),
        ("13.05.24", "%d.%m.%y", ("start_of_day",)),
    ],
)
def test_years_of_two_digits_are_drafted_with_their_form(
    tmp_path: Path, opened: str, form: str, reads: tuple[str, ...]
) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(f"Ticket;Opened;State;Team\nT-1;{opened};Open;North\nT-2;{opened};Closed;North\n")
    _, profile = drafted(path)
    assert (profile.columns["created_at"].format, profile.columns["created_at"].reads) == ((form,), reads)
    text = pd.Series([opened], dtype="str")
    _, failures = parse_times(text, Manner(), profile.columns["created_at"])
    assert not any(mask.any() for mask in failures.values())


def test_what_is_personal_is_neither_mapped_nor_shown(desk: Path) -> None:
    made, profile = drafted(desk)
    assert profile.personal == ("Customer e-mail",)
    assert "example.org" not in made.text


def test_what_the_profile_of_a_file_calls_personal_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(
        "id,brand_id,created_at,updated_at,status,priority,via_channel,via_source_from_title\n"
        "1,B1,2024-05-01 08:00:00,2024-05-02 08:00:00,open,normal,email,Jan Jansen\n"
    )
    made, _ = drafted(path)
    assert made.notes[0].startswith("zendesk_ticket_api reads this file already")
    assert "via_source_from_title" in made.text
    assert "Jansen" not in made.text


def test_guesses_and_unknown_words_say_check(desk: Path) -> None:
    made, profile = drafted(desk)
    assert "# CHECK status: map Waiting (1)" in made.text
    assert "Waiting" not in profile.columns["status"].values
    assert "source_system: desk  # CHECK" in made.text
    assert "line 5, Opened (else time): 15.05.2024 soon" in made.text


def test_keys_and_unused_columns_are_told_with_their_words(tmp_path: Path) -> None:
    path = tmp_path / "desk.csv"
    path.write_text("Ticket,Opened,State,Floor\nT1,2024-05-13,open,2nd\nT2,2024-05-13,open,2nd\n")
    text = drafted(path)[0].text
    assert "# Every row differs in: Ticket." in text
    assert "#   Floor: text, 1 different: 2nd (2)" in text


def test_texts_of_several_lines_stay_on_one_line_of_the_draft(tmp_path: Path) -> None:
    path = tmp_path / "desk.csv"
    path.write_text(
        'Ticket,Opened,State,Next\nT1,2024-05-13,open,"call\n\nback"\nT2,2024-05-13,"on\nhold",x\n'
    )
    made, _ = drafted(path)
    assert r'Next: text, all differ: "call\n\nback" (1)' in made.text
    assert r'# CHECK status: map "on\nhold" (1)' in made.text


def test_a_person_who_knows_better_names_the_entity(desk: Path) -> None:
    assert drafted(desk, "opportunities")[1].entity == "opportunities"
    assert told("suggest", str(desk), "--entity", "tickles").exit_code == 2


@pytest.mark.parametrize(
    ("header", "row", "entity"),
    [
        ("Deal;Value;Close date;Status", "D1;1.250,00 €;31.05.2024;Won", "opportunities"),
        ("employee_id,hire_date,termination_date,fte", "17,20200101,,0.8", "employment_spells"),
        ("Invoice number,Invoice date,Due date,Total", "R1,2024-05-01,2024-06-01,10.00", "invoices"),
    ],
)  # fmt: skip
def test_kinds_of_files_are_known_by_their_columns(
    tmp_path: Path, header: str, row: str, entity: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{header}\n{row}\n{row.replace('1', '2')}\n", encoding="utf-8")
    assert drafted(path)[1].entity == entity


def test_a_file_that_fits_nothing_is_said_to(tmp_path: Path) -> None:
    path = tmp_path / "weather.csv"
    path.write_text("station,rain,wind\nDe Bilt,1.2,3\nVlissingen,0.0,9\n")
    made, _ = drafted(path)
    assert "nothing fits well" in made.text


def test_forms_of_days_money_and_persons_are_written_down(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("employee_id,hire_date,fte\n17,20200101,80%\n18,20210301,100%\n")
    profile = drafted(path)[1]
    assert profile.columns["started_on"].reads == ("yyyymmdd",)
    assert profile.columns["person_key"].hmac == "people"
    assert profile.columns["fte_share"].percent == "sign"


def test_items_of_the_instrument_make_it_an_assessment(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("Response ID,Submitted,Organization,LS1,LS2,LS3\nr1,2024-05-01 10:00:00,B1,3,4,0\n")
    profile = drafted(path)[1]
    assert profile.survey is not None
    assert profile.unit is not None
    assert profile.unit.source == "Organization"


def fixtures() -> dict[str, Path]:
    profiles = load_profiles()
    found = {path.parent.name: path for path in sorted(FIXTURES.glob("*/*/delivered*"))}
    return {name: path for name, path in found.items() if name in profiles and profiles[name].entity}


def test_drafts_of_the_shipped_shapes_parse_and_mostly_find_their_entity() -> None:
    profiles = load_profiles()
    right = {}
    for name, path in fixtures().items():
        (sample, *_) = (
            one for one in read_sample(path, profiles={name: profiles[name]}) if len(one.rows.columns)
        )
        others = {other: profile for other, profile in profiles.items() if other != name}
        made = parse_profile(draft(sample, "some file", others).text, f"draft of {name}")
        right[name] = made.entity == profiles[name].entity
    assert len(right) > 20
    assert sum(right.values()) >= LEAST_RIGHT * len(right), [
        name for name, is_right in right.items() if not is_right
    ]


@pytest.mark.parametrize(
    ("name", "texts", "is_personal"),
    [
        ("Requester", ["Jan Jansen"], True),
        ("contact", ["x@example.org"], True),
        ("Account name", ["Example Ltd"], False),
        ("Name", ["Jan Jansen"], True),
        ("reference", ["a@example.org", "b@example.org"], True),
        ("created", ["2024-05-01", "2024-05-02"], False),
        ("opened", ["05/06/2024", "06/06/2024 10:00"], False),
        ("reachable", ["+31 6 1234 5678", "020 123 45 67"], True),
        ("Description", ["x"], True),
        ("Nombre de salariés", ["120", "80"], False),
        ("Nombre", ["Ana"], True),
        ("Note", ["9", "7"], False),
        ("Note", ["Fine"], True),
        ("Bearbeiter", ["AB"], True),
        ("BSN", ["123456782"], True),
        ("Geboortedatum", ["01-02-1980"], True),
        ("Bruto salaris", ["3.250,00"], True),
        ("Person", ["Jan Jansen"], True),
        ("assigned", ['{"id": "t1", "email": "a@example.org"}'], True),
        ("Geschlecht", ["w"], True),
        ("Sexo", ["M"], True),
        ("Contact type", ["Phone"], False),
        ("Manager", ["Jan Jansen"], True),
        ("Managers", ["2", "3"], False),
        ("Home address", ["Dorpsstraat 1"], True),
        ("Created by", ["Jan Jansen"], True),
        ("address seen", ["203.0.113.77", "203.0.113.78"], True),
    ],
)
def test_personal_columns_are_known_by_name_or_texts(name: str, texts: list[str], is_personal: bool) -> None:
    assert look(name, texts, range(2, 2 + len(texts))).is_personal is is_personal


def test_odd_cells_are_told_and_masked_when_personal() -> None:
    days = ["2024-05-01"] * 30
    seen = look("created", [*days, "soon", "jan@example.org"], range(2, 34))
    assert (seen.kind, seen.odd) == ("date", ((32, "soon"), (33, MASKED)))
    assert look("created", ["03/04/2024", "05/06/2024"], (2, 3)).order == "open"
    assert look("created", ["13/04/2024", "05/16/2024"], (2, 3)).order == "mixed"


def test_amounts_with_and_without_cents_and_words_for_nothing_are_numbers() -> None:
    seen = look("Amount", ["$1,250.00", "2000", "$860.75", "2000", "2000", "-", "TBD"], range(2, 9))
    assert (seen.kind, seen.odd) == ("decimal", ((8, "TBD"),))


def test_names_are_compared_in_words() -> None:
    assert {words("CreatedAt"), words("created_at"), words("Created at"), words("createdAt")} == {
        "created at"
    }
    named = ("Nº de factura", "N° facture", "Factuurnr.", "Numéro", "ID", "Score (0-10)", "Bedrag (EUR)", "€")
    assert [core(name) for name in named] == [
        "factura",
        "facture",
        "factuur",
        "numero",
        "id",
        "score",
        "bedrag",
        "",
    ]


def test_suggest_writes_a_file_that_test_can_try(desk: Path) -> None:
    output = desk.with_name("desk.yaml")
    said = told("suggest", str(desk), "--output", str(output))
    assert said.exit_code == 0, said.output
    assert "Likest tickets" in said.stderr
    tried = told("test", str(desk), "--profile", str(output), "--json")
    assert tried.exit_code == 1, tried.output
    (part,) = json.loads(tried.output)
    assert (part["profile"], part["counts"]["delivered"], part["counts"]["accepted"]) == ("desk_export", 4, 3)
    first = part["rows"][0]
    assert first["before"]["Opened"] == "13.05.2024 08:15"
    assert first["after"]["tickets"][0]["created_at"] == "2024-05-13 08:15:00"
    assert {one["rule"] for one in part["refused"]} == {"created_at:timestamp", "status:known_value"}
    assert "Customer e-mail" not in first["before"]


def test_suggest_says_why_when_nothing_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    said = told("suggest", str(path))
    assert said.exit_code == 2
    assert "picture.csv" in said.stderr
