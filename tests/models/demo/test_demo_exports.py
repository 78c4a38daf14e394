"""Exports that no vendor would write would let the readers pass on our own inventions."""

import json
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from contracts.instrument import load_instrument
from models.demo import DemoExports, WorldSpec
from models.demo.identifiers import case_checksum
from models.demo.world import draw_world

Read = Callable[[DemoExports, str], pd.DataFrame]
XERO = [f"exports/xero/journal_lines_{year}_h{half}.csv" for year in (2023, 2024, 2025) for half in (1, 2)]


def test_case_checksum_is_salesforces_own() -> None:
    # Pairs of 15 and 18 characters that Salesforce made (public sample data).
    assert case_checksum("0015500000Xyy06") == "AAB"
    assert case_checksum("001q000000wW9Be") == "AAK"
    assert case_checksum("006q000000HddohAAB"[:15]) == "AAB"


def test_salesforce_keys_are_18_characters_and_join(default_demo: DemoExports, read: Read) -> None:
    accounts = read(default_demo, "exports/salesforce/accounts.csv")
    deals = read(default_demo, "exports/salesforce/opportunities_2024.csv")
    keys = [*accounts["id"], *deals["id"]]
    assert all(len(key) == 18 and key[15:] == case_checksum(key[:15]) for key in keys)
    assert len(set(keys)) == len(keys)
    assert set(deals["account_id"]) <= set(accounts["id"])
    assert len(accounts) == 3 * 160


def test_qualtrics_has_three_header_rows_in_the_instruments_words(default_demo: DemoExports) -> None:
    text = default_demo.files["exports/qualtrics/assessment_2023-H1.csv"].decode()
    frame = pd.read_csv(pd.io.common.StringIO(text), dtype=str, header=None, keep_default_na=False)
    codes, texts, imports = (frame.iloc[row].tolist() for row in range(3))
    instrument = load_instrument()
    for item in instrument.items:
        assert texts[codes.index(item.code)] == item.text_en
    stated = [json.loads(cell) for cell in imports]
    zones = {code: entry.get("timeZone") for code, entry in zip(codes, stated, strict=True)}
    assert zones["RecordedDate"] == zones["StartDate"] == "Europe/Amsterdam"
    assert len(imports) == len({entry["ImportId"] for entry in stated})


def test_personal_columns_are_filled_with_nobody(default_demo: DemoExports, read: Read) -> None:
    frame = read(default_demo, "exports/qualtrics/assessment_2023-H1.csv")
    assert frame["RecipientEmail"].str.endswith("@example.org").all()
    assert frame["IPAddress"].str.match(r"^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$").all()
    assert (frame["RecipientLastName"] != "").all()


def test_three_to_nine_raters_answer_in_every_wave(default_demo: DemoExports, read: Read) -> None:
    for path in default_demo.files:
        if "/qualtrics/" in path:
            frame = read(default_demo, path)
            raters = frame[frame["Status"] == "0"].groupby("organization_unit").size()
            assert len(raters) == 160
            assert raters.between(3, 9).all()


def test_journals_sum_to_zero(default_demo: DemoExports, read: Read) -> None:
    for path in XERO:
        frame = read(default_demo, path)
        net = frame["net_amount"].str.replace(",", ".").map(Decimal)
        assert (net.groupby(frame["journal_id"]).sum() == 0).all()
        assert (net[frame["account_type"] == "REVENUE"] < 0).all()
        assert (net[frame["account_type"] == "DIRECTCOSTS"] > 0).all()


def test_headcount_starts_at_the_stated_employees(default_demo: DemoExports, read: Read) -> None:
    workers = read(default_demo, "exports/workday/workers.csv")
    workers = workers[workers["hire_rescinded"] == "false"]
    assert workers["id"].str.fullmatch(r"[0-9a-f]{32}").all()
    crosswalk = read(default_demo, "reference/crosswalk.csv").set_index("unit_key")["organization_id"]
    organization = workers["supervisory_organization_id"].map(crosswalk)
    stated = read(default_demo, "reference/organizations.csv").set_index("organization_id")["employees"]
    at_start = organization[workers["hire_date"] < "2023-01-01"].value_counts()
    assert (at_start.reindex(stated.index) == stated.astype(int)).all()
    still = (workers["hire_date"] <= "2025-12-31") & (workers["termination_date"] == "")
    at_end = organization[still].value_counts().reindex(stated.index)
    assert (at_end / stated.astype(int)).between(0.85, 1.0).all()


def test_about_an_eighth_leave_in_a_year(default_demo: DemoExports, read: Read) -> None:
    workers = read(default_demo, "exports/workday/workers.csv")
    left = workers[workers["termination_date"] != ""]
    a_year = len(left) / 3 / (workers["hire_date"] < "2023-01-01").sum()
    assert 0.10 < a_year < 0.14
    assert (left["termination_date"] > left["hire_date"]).all()


def test_as_many_are_hired_as_leave_and_in_the_order_of_hiring(default_demo: DemoExports, read: Read) -> None:
    offers = read(default_demo, "exports/greenhouse/offers.csv")
    hired = offers[offers["status"] == "accepted"]
    assert not hired.duplicated("job_id").any()
    assert (hired["opened_at"] <= hired["applied_at"]).all()
    assert (hired["applied_at"] <= hired["resolved_at"]).all()
    assert (hired["resolved_at"].str[:10] < hired["starts_at"]).all()
    months = hired["resolved_at"].str[:7]
    assert (months.min(), months.max()) == ("2023-01", "2025-12")
    workers = read(default_demo, "exports/workday/workers.csv")
    left = workers["termination_date"].between("2023-01-01", "2025-12-31").sum()
    assert len(hired) == pytest.approx(left, rel=0.05)
    days = pd.to_datetime(hired["resolved_at"]) - pd.to_datetime(hired["applied_at"])
    assert days.dt.days.median() == pytest.approx(33, abs=1)


def test_who_applies_does_so_while_an_opening_stands_open(default_demo: DemoExports, read: Read) -> None:
    applications = read(default_demo, "exports/greenhouse/applications.csv")
    offers = read(default_demo, "exports/greenhouse/offers.csv").query("status == 'accepted'")
    both = applications.merge(offers, on="job_id", suffixes=("", "_hired"), validate="m:1")
    assert len(both) == len(applications)
    assert (both["department_id"] == both["department_id_hired"]).all()
    assert both["applied_at"].between(both["opened_at"], both["resolved_at"]).all()
    assert (applications["applied_at"] >= "2023-01-01").all()
    chosen = both[both["candidate_id"] == both["candidate_id_hired"]]
    assert (chosen["status"] == "hired").all()
    assert (chosen["applied_at"] == chosen["applied_at_hired"]).all()
    assert both.groupby("job_id").size().mean() == pytest.approx(4.85, abs=0.1)


def test_four_in_five_applicants_answer_whatever_the_index(default_demo: DemoExports, read: Read) -> None:
    applications = read(default_demo, "exports/greenhouse/applications.csv")
    is_answered = applications["gender_description"] != ""
    assert (is_answered == (applications["race_description"] != "")).all()
    assert is_answered.mean() == pytest.approx(0.8, abs=0.01)
    women = applications.loc[is_answered, "gender_description"] == "Female"
    assert women.mean() == pytest.approx(0.4, abs=0.01)
    crosswalk = read(default_demo, "reference/crosswalk.csv").query("source_system == 'greenhouse'")
    share = women.groupby(
        applications["department_id"].map(crosswalk.set_index("unit_key")["organization_id"])
    ).mean()
    maturity = pd.Series(draw_world(WorldSpec()).maturity.mean(axis=1), index=sorted(share.index))
    assert abs(np.corrcoef(share.sort_index(), maturity)[0, 1]) < 0.2


def test_every_native_key_is_in_the_crosswalk_once(default_demo: DemoExports, read: Read) -> None:
    crosswalk = read(default_demo, "reference/crosswalk.csv")
    assert not crosswalk.duplicated(["source_system", "unit_key_type", "unit_key"]).any()
    per_system = crosswalk.groupby("source_system")["organization_id"].nunique()
    assert (per_system == 160).all()
    assert crosswalk["source_system"].value_counts().to_dict() == {
        "salesforce": 480,
        "zendesk": 160,
        "workday": 160,
        "xero": 160,
        "qualtrics": 160,
        "greenhouse": 160,
    }


def test_sizes_are_as_asked_for(default_demo: DemoExports) -> None:
    files = default_demo.dirt["files"]

    def rows(start: str) -> int:
        return sum(f["accepted"] for path, f in files.items() if path.startswith(start))

    assert rows("exports/zendesk/") == pytest.approx(57_600, rel=0.02)
    assert rows("exports/salesforce/opportunities") == pytest.approx(17_000, rel=0.05)
    assert rows("exports/xero/") == pytest.approx(36_500, rel=0.02)


def test_times_of_a_ticket_are_in_order(default_demo: DemoExports, read: Read) -> None:
    frame = read(default_demo, "exports/zendesk/tickets_2023.csv")
    solved = frame[frame["solved_at"] != ""]
    assert (solved["solved_at"] >= solved["created_at"]).all()
    assert (solved["updated_at"] >= solved["solved_at"]).all()
    reply, whole = (
        solved[f"{name}_in_minutes_calendar"].astype(int) for name in ("reply_time", "full_resolution_time")
    )
    assert (whole >= reply).all()
    assert np.isin(frame["status"].unique(), ["closed", "solved", "open", "deleted"]).all()
