"""Rows that are repeated, late, unmapped or broken; each function changes a file and tells the ledger."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.demo.aliases import Integers
from models.demo.files import DemoFile, cents
from models.demo.identifiers import random_hex, random_uuids, response_ids, salesforce_ids
from models.demo.ledger import ExpectedLedger

REPEATED_SHARE = 0.002
UNMAPPED_SHARE = 0.003
OVERLAP_SHARE = 0.02
CORRECTED_SHARE = 0.004
BAD_DATE_SHARE = 0.001
PREVIEW_SHARE = 0.01
RESCINDED_SHARE = 0.0005
REPLACED_OFFER_SHARE, FIRST_REPLACED_OFFER = 0.002, 900_001
MERGED_SHARE = 0.003
RESTATED_JOURNALS, UNMAPPED_JOURNALS, BAD_DATE_JOURNALS = 12, 4, 2
UNMAPPED_BRAND = "360999999999"
UNMAPPED_OPTION = "Head Office (closed)"
BAD_TIMES = ("2024-02-30 10:15:00", "0000-00-00 00:00:00", "2025-13-01 09:00:00", "yesterday")
BAD_DATES = ("2024-02-31", "0000-00-00", "2025-06-31")
CORRECTED_AT = "2026-01-06 08:00:00"


def amount_of(share: float, n: int) -> int:
    """Turn a share of rows into a number of rows, two at least."""
    return min(max(2, round(share * n)), n)


def insert(rng: np.random.Generator, frame: pd.DataFrame, extra: pd.DataFrame) -> pd.DataFrame:
    """Put extra rows at random places among the others, which keep their order."""
    places = np.concatenate([np.arange(len(frame)), rng.uniform(0, len(frame), len(extra))])
    both = pd.concat([frame, extra], ignore_index=True)
    return both.iloc[np.argsort(places, kind="stable")].reset_index(drop=True)


def overwrite(frame: pd.DataFrame, rows: Integers, column: str, values: list[str]) -> None:
    """Set the cells of one column at row positions."""
    cells = frame[column].to_numpy(dtype=object, copy=True)
    cells[rows] = values
    frame[column] = cells


def pick(rng: np.random.Generator, frame: pd.DataFrame, n: int) -> pd.DataFrame:
    """Copy n rows drawn without replacement, in their order."""
    return frame.iloc[np.sort(rng.choice(len(frame), n, replace=False))].copy()


def repeat_tickets(rng: np.random.Generator, file: DemoFile, ledger: ExpectedLedger) -> None:
    """Write some tickets twice into one file, identically."""
    n = amount_of(REPEATED_SHARE, len(file.frame))
    file.frame = insert(rng, file.frame, pick(rng, file.frame, n))
    ledger.duplicate[file.path] += n
    ledger.state("repeated_rows", file.path, n, "tickets that stand twice in the same file")


def unmapped_tickets(rng: np.random.Generator, file: DemoFile, ledger: ExpectedLedger) -> None:
    """Add tickets of a brand that the crosswalk does not know; they are accepted without an organisation."""
    n = amount_of(UNMAPPED_SHARE, len(file.frame))
    extra = pick(rng, file.frame, n)
    extra["id"] = [str(9_000_001 + k) for k in range(n)]
    extra["brand_id"] = UNMAPPED_BRAND
    file.frame = insert(rng, file.frame, extra)
    ledger.n_unmapped[file.path] += n
    ledger.state("unmapped_key", file.path, n, f"tickets of brand {UNMAPPED_BRAND}, not in the crosswalk")


def ticket_update(rng: np.random.Generator, files: list[DemoFile], ledger: ExpectedLedger) -> DemoFile:
    """Make a later export that overlaps the last file and brings ratings that customers changed."""
    last = files[-1]
    n = amount_of(OVERLAP_SHARE, len(last.frame) // 2)
    path = last.path.replace(".csv", "_update.csv")
    parts = [last.frame.iloc[-n:].copy()]
    ledger.duplicate[path] += n
    ledger.state("overlap", path, n, f"rows that stand in {last.path} too")
    for file in files:
        frame = file.frame
        score = frame["satisfaction_rating_score"]
        once = ~frame["id"].duplicated(keep=False) & (frame["brand_id"] != UNMAPPED_BRAND)
        rated = np.flatnonzero((score.isin(["good", "bad"]) & once).to_numpy())
        if file is last:
            rated = rated[rated < len(frame) - n]
        m = min(amount_of(CORRECTED_SHARE, len(frame)), len(rated))
        rows = np.sort(rng.choice(rated, m, replace=False))
        newer = frame.iloc[rows].copy()
        newer["updated_at"] = CORRECTED_AT
        parts.append(newer)
        # What was first exported had not been rated yet or was rated otherwise.
        first = np.where(
            np.arange(m) % 2 == 0,
            "offered",
            np.where(newer["satisfaction_rating_score"] == "good", "bad", "good"),
        )
        overwrite(frame, rows, "satisfaction_rating_score", first.tolist())
        ledger.superseded[file.path] += m
        ledger.state("late_correction", file.path, m, f"ratings that a newer row in {path} changes")
    return DemoFile(path, pd.concat(parts, ignore_index=True))


def merged_tickets(
    rng: np.random.Generator, file: DemoFile, update: DemoFile, ledger: ExpectedLedger
) -> None:
    """Merge some tickets into the next one of their brand; the survivor lists them, both are accepted."""
    frame = file.frame
    free = ~frame["id"].duplicated(keep=False) & ~frame["id"].isin(update.frame["id"])
    rows = np.flatnonzero((free & (frame["brand_id"] != UNMAPPED_BRAND)).to_numpy())
    rows = rows[np.argsort(frame["brand_id"].to_numpy(dtype=str)[rows], kind="stable")]
    first, second = rows[: len(rows) // 2 * 2 : 2], rows[1::2]
    brand = frame["brand_id"].to_numpy()
    pairs = np.flatnonzero(brand[first] == brand[second])
    pairs = np.sort(rng.choice(pairs, min(amount_of(MERGED_SHARE, len(frame)), len(pairs)), replace=False))
    gone = frame["id"].to_numpy()[second[pairs]].tolist()
    overwrite(frame, first[pairs], "merged_ticket_ids", [f"[{key}]" for key in gone])
    ledger.state("merged", file.path, len(gone), "tickets merged into another, accepted and never counted")


def bad_ticket_dates(rng: np.random.Generator, file: DemoFile, ledger: ExpectedLedger) -> None:
    """Add tickets whose creation time is none."""
    n = amount_of(BAD_DATE_SHARE, len(file.frame))
    extra = pick(rng, file.frame, n)
    extra["id"] = [str(9_500_001 + k) for k in range(n)]
    extra["created_at"] = [BAD_TIMES[k % len(BAD_TIMES)] for k in range(n)]
    file.frame = insert(rng, file.frame, extra)
    ledger.refuse(file.path, "created_at:timestamp", n)
    ledger.state("bad_date", file.path, n, "tickets created at a time that does not exist")


def bad_close_dates(rng: np.random.Generator, file: DemoFile, ledger: ExpectedLedger) -> None:
    """Add opportunities whose close date is none."""
    n = amount_of(BAD_DATE_SHARE, len(file.frame))
    extra = pick(rng, file.frame, n)
    extra["id"] = salesforce_ids("006", [62**5 + k for k in range(n)])
    extra["close_date"] = [BAD_DATES[k % len(BAD_DATES)] for k in range(n)]
    file.frame = insert(rng, file.frame, extra)
    ledger.refuse(file.path, "closed_on:date", n)
    ledger.state("bad_date", file.path, n, "opportunities closed on a day that does not exist")


def restated_journals(rng: np.random.Generator, files: list[DemoFile], ledger: ExpectedLedger) -> None:
    """Restate whole journals of the first file in the last one; the first version was a tenth too high."""
    first, last = files[0], files[-1]
    is_foreign = first.frame["tracking_category_option"] == UNMAPPED_OPTION
    journals = first.frame.loc[
        ~is_foreign & ~first.frame["journal_date"].isin(BAD_DATES), "journal_id"
    ].unique()
    chosen = rng.choice(journals, min(RESTATED_JOURNALS, len(journals) // 2), replace=False)
    rows = np.flatnonzero(first.frame["journal_id"].isin(chosen).to_numpy())
    newer = first.frame.iloc[rows].copy()
    newer["updated_date_utc"] = CORRECTED_AT
    for column in ("net_amount", "gross_amount", "tax_amount"):
        old = np.array([round(float(v) * 100) for v in newer[column]], dtype=np.int64)
        wrong = old + np.sign(old) * (np.abs(old) // 10)
        if column == "net_amount":
            wrong = _rebalanced(wrong, newer)
        overwrite(first.frame, rows, column, cents(wrong))
    last.frame = pd.concat([last.frame, newer], ignore_index=True)
    ledger.superseded[first.path] += len(rows)
    ledger.state("late_correction", first.path, len(rows), f"journal lines that {last.path} restates")


def _rebalanced(net: Integers, rows: pd.DataFrame) -> Integers:
    """Let the bank line of each journal take up the rounding, so that the journal still sums to zero."""
    balanced = net.copy()
    for journal in rows["journal_id"].unique():
        lines = (rows["journal_id"] == journal).to_numpy()
        bank = lines & (rows["account_type"] == "BANK").to_numpy()
        balanced[bank] -= balanced[lines].sum()
    return balanced


def foreign_journals(rng: np.random.Generator, file: DemoFile, ledger: ExpectedLedger) -> None:
    """Add journals of an option outside the crosswalk, and journals on a day that does not exist."""
    options = file.frame["tracking_category_option"]
    journals = file.frame["journal_id"].unique()
    chosen = rng.choice(journals, min(UNMAPPED_JOURNALS + BAD_DATE_JOURNALS, len(journals)), replace=False)
    extra = file.frame[file.frame["journal_id"].isin(chosen)].copy()
    is_bad = extra["journal_id"].isin(chosen[:BAD_DATE_JOURNALS])
    fresh = dict(zip(chosen.tolist(), random_uuids(rng, len(chosen)), strict=True))
    extra["journal_id"] = extra["journal_id"].map(fresh)
    extra["journal_line_id"] = random_uuids(rng, len(extra))
    extra["tracking_category_option"] = options[extra.index].where(is_bad, UNMAPPED_OPTION)
    extra["journal_date"] = extra["journal_date"].where(~is_bad, BAD_DATES[0])
    file.frame = pd.concat([file.frame, extra], ignore_index=True)
    n_bad = int(is_bad.sum())
    ledger.refuse(file.path, "posted_on:date", n_bad)
    ledger.n_unmapped[file.path] += len(extra) - n_bad
    ledger.state("bad_date", file.path, n_bad, "journal lines posted on a day that does not exist")
    ledger.state(
        "unmapped_key", file.path, len(extra) - n_bad, f"lines of {UNMAPPED_OPTION}, not in the crosswalk"
    )


def preview_responses(rng: np.random.Generator, files: list[DemoFile], ledger: ExpectedLedger) -> None:
    """Leave the tries of the survey's makers in the first and the last wave."""
    for file in dict.fromkeys((files[0].path, files[-1].path)):
        target = next(f for f in files if f.path == file)
        n = amount_of(PREVIEW_SHARE, len(target.frame))
        extra = pick(rng, target.frame, n)
        extra["ResponseId"] = response_ids(rng, n)
        extra["Status"] = "1"
        extra["DistributionChannel"] = "preview"
        target.frame = insert(rng, target.frame, extra)
        ledger.refuse(file, "status:preview", n)
        ledger.state("preview", file, n, "survey previews, no responses of an organisation")


def replaced_offers(rng: np.random.Generator, file: DemoFile, ledger: ExpectedLedger) -> None:
    """Add first offers that another one replaced before it was accepted."""
    n = amount_of(REPLACED_OFFER_SHARE, len(file.frame))
    extra = pick(rng, file.frame, n)
    extra["offer_id"] = (FIRST_REPLACED_OFFER + np.arange(n)).astype(str).astype(object)
    extra["status"], extra["resolved_at"] = "deprecated", ""
    file.frame = insert(rng, file.frame, extra)
    ledger.refuse(file.path, "status:not_accepted", n)
    ledger.state(
        "replaced_offer", file.path, n, "first offers that another one replaced, so that nobody was hired"
    )


def rescinded_hires(rng: np.random.Generator, file: DemoFile, ledger: ExpectedLedger) -> None:
    """Add hires that were taken back before they began."""
    n = amount_of(RESCINDED_SHARE, len(file.frame))
    extra = pick(rng, file.frame, n)
    extra["id"] = random_hex(rng, n)
    extra["hire_rescinded"] = "true"
    file.frame = insert(rng, file.frame, extra)
    ledger.refuse(file.path, "hire_rescinded:hire_rescinded", n)
    ledger.state("rescinded_hire", file.path, n, "hires that were taken back")
