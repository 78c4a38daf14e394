"""Real-life dirt, in stated amounts, put into clean export files; what it should lead to is in ledger.py."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.demo import dirt_rows
from models.demo.files import DemoFile
from models.demo.ledger import ExpectedLedger
from models.demo.spec import WorldSpec, generator

SEMICOLON_POSITION = 3
UNKNOWN_COLUMN = "custom_sentiment_c"
FOOTER = [
    "Exported by Demo Administrator on 2026-01-05",
    "Copyright (c) 2000-2026 Demo CRM. All rights reserved.",
]
MONEY_COLUMNS = ("net_amount", "gross_amount", "tax_amount")

Files = dict[str, DemoFile]


def add_dirt(files: list[DemoFile], spec: WorldSpec) -> tuple[list[DemoFile], ExpectedLedger]:
    """Make clean export files as untidy as real ones, and write down what was done.

    The newest version of every record is the true one and extra rows belong to nobody or are refused, so
    nothing planted is moved.
    """
    ledger = ExpectedLedger()
    by_path = {file.path: file for file in files}
    if not spec.dirty:
        return files, ledger
    rng = generator(spec, "dirt")
    zendesk = _matching(by_path, "exports/zendesk/")
    xero = _matching(by_path, "exports/xero/")
    opportunities = _matching(by_path, "exports/salesforce/opportunities_")
    dirt_rows.repeat_tickets(rng, zendesk[0], ledger)
    dirt_rows.unmapped_tickets(rng, zendesk[len(zendesk) // 2], ledger)
    update = dirt_rows.ticket_update(rng, zendesk, ledger)
    by_path[update.path] = update
    dirt_rows.merged_tickets(rng, zendesk[0], update, ledger)
    dirt_rows.bad_ticket_dates(rng, zendesk[-1], ledger)
    dirt_rows.bad_close_dates(rng, opportunities[len(opportunities) // 2], ledger)
    # Before any journal stands there in two versions.
    dirt_rows.foreign_journals(rng, xero[0], ledger)
    dirt_rows.restated_journals(rng, xero, ledger)
    dirt_rows.preview_responses(rng, _matching(by_path, "exports/qualtrics/"), ledger)
    dirt_rows.rescinded_hires(rng, by_path["exports/workday/workers.csv"], ledger)
    offers = by_path["exports/greenhouse/offers.csv"]
    dirt_rows.replaced_offers(generator(spec, "dirt-greenhouse"), offers, ledger)
    _unknown_column(rng, opportunities[-1], ledger)
    _footer(opportunities[0], ledger)
    _decimal_comma(xero[min(SEMICOLON_POSITION, len(xero) - 1)], ledger)
    _windows_encoding(by_path["exports/salesforce/accounts.csv"], ledger)
    _soft_deletes(by_path, ledger)
    again = _delivered_again(opportunities[0], ledger)
    by_path[again.path] = again
    return [by_path[path] for path in sorted(by_path)], ledger


def _matching(files: Files, start: str) -> list[DemoFile]:
    return [files[path] for path in sorted(files) if path.startswith(start)]


def _unknown_column(rng: np.random.Generator, file: DemoFile, ledger: ExpectedLedger) -> None:
    n = len(file.frame)
    file.frame[UNKNOWN_COLUMN] = pd.Series([f"{v:.2f}" for v in rng.uniform(-1, 1, n).tolist()], dtype=object)
    ledger.state("unknown_column", file.path, n, f"a column {UNKNOWN_COLUMN} that no profile knows")


def _footer(file: DemoFile, ledger: ExpectedLedger) -> None:
    file.footer = list(FOOTER)
    ledger.footer_rows[file.path] += len(FOOTER)
    ledger.state("footer", file.path, len(FOOTER), "lines after the data that are no rows")


def _decimal_comma(file: DemoFile, ledger: ExpectedLedger) -> None:
    file.delimiter = ";"
    for column in MONEY_COLUMNS:
        file.frame[column] = file.frame[column].str.replace(".", ",", regex=False)
    ledger.state("semicolon_decimal_comma", file.path, len(file.frame), "saved by a Dutch spreadsheet")


def _windows_encoding(file: DemoFile, ledger: ExpectedLedger) -> None:
    file.encoding = "cp1252"
    accented = int(sum(not name.isascii() for name in file.frame["name"]))
    ledger.state("cp1252", file.path, accented, "names with accents, in the Windows encoding")


def _delivered_again(file: DemoFile, ledger: ExpectedLedger) -> DemoFile:
    """Deliver a file a second time under another name, byte for byte."""
    path = file.path.replace(".csv", "_again.csv")
    ledger.duplicate[path] += len(file.frame)
    ledger.footer_rows[path] += len(file.footer)
    ledger.state("redelivered", path, len(file.frame), f"the same bytes as {file.path}")
    return DemoFile(path, file.frame, file.delimiter, file.encoding, file.extra_headers, file.footer)


def _soft_deletes(files: Files, ledger: ExpectedLedger) -> None:
    """State how many accepted records their source marked as deleted; they are kept and never counted."""
    tickets = _newest_tickets(_matching(files, "exports/zendesk/"))
    ledger.n_deleted.update(tickets.loc[tickets["status"] == "deleted", "file"])
    for file in _matching(files, "exports/salesforce/opportunities_"):
        deleted = (file.frame["is_deleted"] == "true") & ~file.frame["close_date"].isin(dirt_rows.BAD_DATES)
        ledger.n_deleted[file.path] += int(deleted.sum())
    for path, n in sorted(ledger.n_deleted.items()):
        if n:
            ledger.state("soft_deleted", path, n, "rows marked as deleted by the source, accepted as such")


def _newest_tickets(files: list[DemoFile]) -> pd.DataFrame:
    parts = [f.frame[["id", "updated_at", "created_at", "status"]].assign(file=f.path) for f in files]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[~rows["created_at"].isin(dirt_rows.BAD_TIMES)]
    rows = rows.drop_duplicates(["id", "updated_at"]).sort_values("updated_at", kind="stable")
    return rows.drop_duplicates("id", keep="last")
