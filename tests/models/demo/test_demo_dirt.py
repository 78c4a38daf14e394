"""A manifest of dirt that is itself wrong would let a pipeline lose rows and be praised for it."""

from collections import Counter
from collections.abc import Callable

import pandas as pd
import pytest
import yaml

from models.demo import DemoExports, WorldSpec, make_demo

Read = Callable[[DemoExports, str], pd.DataFrame]
# What identifies a record and what orders its versions, by kind of file.
RECORDS = {
    "exports/zendesk/": (["id"], "updated_at", "created_at"),
    "exports/xero/": (["journal_id", "line_number"], "updated_date_utc", "journal_date"),
    "exports/salesforce/opportunities": (["id"], "system_modstamp", "close_date"),
}
KINDS = {
    "repeated_rows",
    "unmapped_key",
    "overlap",
    "late_correction",
    "bad_date",
    "preview",
    "rescinded_hire",
    "replaced_offer",
    "unknown_column",
    "footer",
    "semicolon_decimal_comma",
    "cp1252",
    "redelivered",
    "soft_deleted",
    "merged",
}


@pytest.fixture(scope="module", params=["default", "small", "tiny"])
def demo(request: pytest.FixtureRequest, default_demo: DemoExports) -> DemoExports:
    if request.param == "default":
        return default_demo
    if request.param == "small":
        return make_demo(WorldSpec(organizations=12, months=12))
    return make_demo(WorldSpec(organizations=6, months=6, tickets_per_month=3))


def test_ledger_balances(demo: DemoExports) -> None:
    fates = ("accepted", "quarantined", "duplicate", "superseded")
    for counts in [*demo.dirt["files"].values(), demo.dirt["totals"]]:
        assert counts["delivered"] == sum(counts[fate] for fate in fates)
        assert counts["quarantined"] == sum(counts["reasons"].values())
        assert min(counts[fate] for fate in fates) >= 0


def test_every_file_is_in_the_ledger(demo: DemoExports, read: Read) -> None:
    assert set(demo.dirt["files"]) == set(demo.files)
    for path, counts in demo.dirt["files"].items():
        frame = read(demo, path)
        assert len(frame) == counts["delivered"], path


@pytest.mark.parametrize("start", RECORDS)
def test_recount_of_duplicates_versions_and_bad_dates(demo: DemoExports, read: Read, start: str) -> None:
    key, version, day = RECORDS[start]
    # The same bytes under another name are one delivery and say nothing new.
    paths = [p for p in sorted(demo.files) if p.startswith(start) and not p.endswith("_again.csv")]
    frames = [read(demo, path) for path in paths]
    rows = pd.concat(frames, ignore_index=True).drop(columns="custom_sentiment_c", errors="ignore")
    rows = rows.fillna("")
    exists = pd.to_datetime(rows[day], format="ISO8601", errors="coerce").notna()
    found = {"quarantined": Counter(rows.loc[~exists, "file"])}
    rows = rows[exists]
    # Money is written in two ways; what it says is the same.
    content = [c for c in rows if c != "file"]
    rows[content] = rows[content].apply(lambda c: c.str.replace(",", "."))
    again = rows.duplicated(content, keep="first")
    found["duplicate"] = Counter(rows.loc[again, "file"])
    rows = rows[~again].sort_values(version, kind="stable")
    assert not rows.duplicated([*key, version]).any()
    found["superseded"] = Counter(rows.loc[rows.duplicated(key, keep="last"), "file"])
    for path in paths:
        for fate, counts in found.items():
            assert counts[path] == demo.dirt["files"][path][fate], (path, fate)


def test_all_stated_dirt_is_there(demo: DemoExports) -> None:
    assert {entry["kind"] for entry in demo.dirt["stated"]} == KINDS
    assert all(entry["rows"] > 0 for entry in demo.dirt["stated"])


def test_unmapped_keys_are_not_in_the_crosswalk(demo: DemoExports, read: Read) -> None:
    known = set(read(demo, "reference/crosswalk.csv")["unit_key"])
    for entry in demo.dirt["stated"]:
        if entry["kind"] == "unmapped_key":
            frame = read(demo, entry["file"])
            column = "brand_id" if "zendesk" in entry["file"] else "tracking_category_option"
            assert (~frame[column].isin(known)).sum() == entry["rows"]


def test_encodings_and_dialects_are_as_declared(demo: DemoExports) -> None:
    accounts = demo.files["exports/salesforce/accounts.csv"]
    with pytest.raises(UnicodeDecodeError):
        accounts.decode("utf-8")
    assert "encoding: cp1252" in demo.settings_yaml
    with_semicolons = [path for path, content in demo.files.items() if b";" in content.split(b"\n", 1)[0]]
    assert len(with_semicolons) == 1
    assert with_semicolons[0].removeprefix("exports/") in demo.settings_yaml


def test_redelivered_file_is_the_same_bytes(demo: DemoExports) -> None:
    first = "exports/salesforce/opportunities_2023.csv"
    again = first.replace(".csv", "_again.csv")
    assert demo.files[first] == demo.files[again]
    counts = demo.dirt["files"][again]
    assert counts["duplicate"] == counts["delivered"] == demo.dirt["files"][first]["delivered"]


def test_refused_rows_stay_below_what_the_settings_tolerate(demo: DemoExports) -> None:
    tolerated = yaml.safe_load(demo.settings_yaml)["tolerated_share"]["rules"]
    for path, counts in demo.dirt["files"].items():
        for reason, rows in counts["reasons"].items():
            assert rows / counts["delivered"] <= tolerated[reason], (path, reason)


def test_a_clean_world_has_nothing_held_back() -> None:
    demo = make_demo(WorldSpec(organizations=12, months=12, dirty=False))
    assert demo.dirt["stated"] == []
    assert demo.dirt["totals"]["delivered"] == demo.dirt["totals"]["accepted"]
    assert all(content.decode("utf-8") for content in demo.files.values())


def test_dirt_leaves_the_truth_alone() -> None:
    dirty, clean = (make_demo(WorldSpec(organizations=12, months=12, dirty=d)) for d in (True, False))
    assert dirty.truth == clean.truth


def test_merged_tickets_stand_in_the_same_file_and_brand(demo: DemoExports, read: Read) -> None:
    entry = next(e for e in demo.dirt["stated"] if e["kind"] == "merged")
    frame = read(demo, entry["file"])
    survivors = frame[frame["merged_ticket_ids"] != "[]"]
    brand = frame.drop_duplicates("id").set_index("id")["brand_id"]
    gone = survivors["merged_ticket_ids"].str.strip("[]")
    assert len(gone) == gone.nunique() == entry["rows"]
    assert (brand[gone].to_numpy() == survivors["brand_id"].to_numpy()).all()
    assert not set(gone) & set(survivors["id"])


def test_stated_deletes_are_those_of_accepted_records(demo: DemoExports, read: Read) -> None:
    stated = {e["file"]: e["rows"] for e in demo.dirt["stated"] if e["kind"] == "soft_deleted"}
    tickets = {path: rows for path, rows in stated.items() if "/zendesk/" in path}
    parts = [read(demo, path) for path in demo.files if "/zendesk/" in path]
    rows = pd.concat(parts, ignore_index=True).sort_values("updated_at", kind="stable")
    rows = rows.drop_duplicates("id", keep="last")
    exists = pd.to_datetime(rows["created_at"], format="ISO8601", errors="coerce").notna()
    assert sum(tickets.values()) == ((rows["status"] == "deleted") & exists).sum()
    assert all(demo.dirt["files"][path]["n_deleted"] == rows for path, rows in stated.items())
