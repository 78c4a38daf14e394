"""If these fail, rows stay without an organisation unseen, or a guess is taken for a mapping."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import cli
from orchestration.ingest.tell.crosswalk import Finding, look, suggestions
from orchestration.ingest.tell.open_periods import open_periods

if TYPE_CHECKING:
    from conftest import Exports

HEADER = "source_system,unit_key_type,unit_key,organization_id,valid_from,valid_to\n"
NAMES = {"org-1": "Thornbury Network", "org-2": "Marlowe Company", "B3": "Fenwick Group"}


def crosswalk_of(exports: Exports, *lines: str) -> None:
    exports.put("reference/crosswalk.csv", HEADER + "".join(f"{line}\n" for line in lines))


def told(exports: Exports, *options: str) -> Result:
    exports.put("maturity.yaml", "is_simulated: true\n")
    return CliRunner().invoke(cli, ["crosswalk", "--home", str(exports.home), *options])


def test_unmapped_keys_come_with_the_rows_and_days_that_hang_on_them(exports: Exports) -> None:
    rows = [{"id": str(n), "brand_id": brand} for n, brand in enumerate(("B1", "B9", "B9", "B8"))]
    exports.tickets("tickets.csv", [*rows, {"id": "9", "brand_id": ""}])
    exports.run()
    found = look(exports.home).unmapped
    assert [(key.unit_key, key.n_rows, key.entities) for key in found] == [
        ("B9", 2, ("tickets",)),
        (None, 1, ("tickets",)),
        ("B8", 1, ("tickets",)),
    ]
    assert (found[0].first_day, found[0].last_day) == ("2024-05-01", "2024-05-01")


def test_money_that_hangs_on_a_key_is_told_by_currency(exports: Exports) -> None:
    columns = "id,account_id,amount,close_date,created_date,is_closed,is_deleted,is_won,probability,"
    columns += "stage_name,type,lead_source,currency_iso_code\n"
    deal = "006{n},001A,{amount},2024-05-01,2024-01-01 08:00:00,true,false,true,100,Won,,Web,{code}\n"
    deals = [("a", "1250.50", "EUR"), ("b", "-50.50", "EUR"), ("c", "80.00", "USD")]
    exports.put(
        "exports/deals.csv", columns + "".join(deal.format(n=n, amount=a, code=c) for n, a, c in deals)
    )
    exports.run()
    (key,) = look(exports.home).unmapped
    assert (key.n_rows, key.amounts) == (3, {"EUR": "1301.00", "USD": "80.00"})


def test_overlaps_gaps_and_unknown_organisations_are_named(exports: Exports) -> None:
    crosswalk_of(
        exports,
        "zendesk,brand,B1,org-B1,2020-01-01,2022-01-01",
        "zendesk,brand,B1,org-B2,2023-01-01,",
        "zendesk,brand,B2,org-B2,2020-01-01,",
        "zendesk,brand,B2,org-B1,2021-01-01,",
        "zendesk,brand,B4,org-nobody,2020-01-01,",
    )
    exports.tickets("tickets.csv", [{"id": "1"}])
    exports.run()
    found = {(finding.problem, finding.unit_key): finding for finding in look(exports.home).findings}
    assert set(found) == {
        ("gap", "B1"),
        ("overlap", "B2"),
        ("unknown_organization", "B4"),
    }
    assert "2022-01-01 until 2023-01-01" in found["gap", "B1"].said
    assert "org-nobody" in found["unknown_organization", "B4"].said
    assert all(isinstance(finding, Finding) and finding.said.endswith(".") for finding in found.values())


@pytest.mark.parametrize(
    ("key", "likest"),
    [
        ("thornbury network b.v.", "org-1"),
        ("MARLOWE", "org-2"),
        ("b-3", "B3"),
        ("desk 7", "org-2"),
        ("001Qh000001J0r2IAC", None),
    ],
)
def test_a_key_like_a_name_or_equal_to_a_known_key_is_suggested(key: str, likest: str | None) -> None:
    found = suggestions(key, NAMES, {"Desk-7": "org-2", "001Qh000001J0r9IAD": "org-1"})
    assert (found[0].organization_id if found else None) == likest


def test_the_file_to_fill_is_never_read_as_a_mapping(exports: Exports) -> None:
    exports.put(
        "reference/organizations.csv",
        "organization_id,name,industry,country,customer_type,employees,currency,valid_from\n"
        "org-B9,Brand Nine,retail,NL,b2c,800,EUR,2020-01-01\n",
    )
    crosswalk_of(exports, "zendesk,brand,B1,org-B9,2020-01-01,")
    exports.tickets("tickets.csv", [{"id": "1", "brand_id": "brand-nine"}])
    first, second = told(exports), told(exports)
    assert first.exit_code == second.exit_code == 1
    assert "zendesk brand brand-nine: 1 rows; perhaps org-B9" in first.output
    (line,) = csv.DictReader((exports.home / "crosswalk_to_fill.csv").open())
    assert line["organization_id"] == ""
    assert line["valid_from"] == "2024-05-01"
    assert exports.entity("tickets")["organization_id"].isna().all()


def test_the_filled_lines_complete_the_crosswalk(exports: Exports) -> None:
    exports.tickets("tickets.csv", [{"id": "1", "brand_id": "B9"}])
    assert told(exports).exit_code == 1
    (line,) = csv.DictReader((exports.home / "crosswalk_to_fill.csv").open())
    filled = ",".join({**line, "organization_id": "org-B1"}[name] for name in HEADER.strip().split(","))
    own = exports.home / "reference" / "crosswalk.csv"
    exports.put("reference/crosswalk.csv", own.read_text() + filled + "\n")
    after = told(exports)
    assert (after.exit_code, after.output) == (0, "Every key has its organisation.\n")
    assert exports.entity("tickets")["organization_id"].tolist() == ["org-B1"]


def test_the_filled_lines_of_a_key_that_is_known_for_a_time_overlap_nothing(exports: Exports) -> None:
    crosswalk_of(exports, "zendesk,brand,B1,org-B1,2024-05-02,2024-05-03")
    days = [
        {"id": str(day), "created_at": f"2024-05-0{day} 08:00:00", "updated_at": ""} for day in range(1, 5)
    ]
    exports.tickets("tickets.csv", days)
    assert told(exports).exit_code == 1
    lines = list(csv.DictReader((exports.home / "crosswalk_to_fill.csv").open()))
    assert [(line["valid_from"], line["valid_to"]) for line in lines] == [
        ("2024-05-01", "2024-05-02"),
        ("2024-05-03", ""),
    ]
    own = (exports.home / "reference" / "crosswalk.csv").read_text()
    names = HEADER.strip().split(",")
    filled = [",".join({**line, "organization_id": "org-B2"}[name] for name in names) for line in lines]
    exports.put("reference/crosswalk.csv", own + "\n".join(filled) + "\n")
    assert told(exports).exit_code == 0


def test_what_a_key_lacks_ends_with_its_rows_and_where_the_crosswalk_goes_on() -> None:
    known = [("2024-01-01", "2024-02-01"), ("2024-03-01", "")]
    assert open_periods("2023-05-01", "2024-02-10", known) == (
        ("2023-05-01", "2024-01-01"),
        ("2024-02-01", "2024-03-01"),
    )
    assert open_periods("2023-05-01", "2023-06-01", known) == (("2023-05-01", "2024-01-01"),)
    assert open_periods(None, None, ()) == (("1990-01-01", ""),)


def test_it_works_before_there_is_any_crosswalk(exports: Exports) -> None:
    (exports.home / "reference" / "crosswalk.csv").unlink()
    (exports.home / "reference" / "organizations.csv").unlink()
    exports.tickets("tickets.csv", [{"id": "1"}])
    said = told(exports, "--json")
    assert said.exit_code == 1
    content = json.loads(said.output)
    assert [key["unit_key"] for key in content["unmapped"]] == ["B1"]
    assert Path(content["to_fill"]).is_file()
