"""The crosswalk lines that are missing, written for a person to fill in. Nothing is found out here."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestration.ingest.tell.crosswalk import KEY, Unmapped


def write_to_fill(path: Path, keys: Sequence[Unmapped]) -> None:
    """Write the crosswalk lines that are missing, without the organisation: that is a person's to fill in.

    A key that the crosswalk names for part of the time has a line for each period it does not.
    The columns behind `valid_to` help to decide; reading the file as a crosswalk passes over them.
    """
    help_ = ("n_rows", "amounts", "first_day", "last_day", "entities", "suggestions")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*KEY, "organization_id", "valid_from", "valid_to", *help_])
        for key in keys:
            for valid_from, valid_to in key.periods:
                words = "; ".join(
                    f"{one.organization_id} ({one.score:g}, {one.because})" for one in key.suggestions
                )
                writer.writerow([
                    key.source_system, key.unit_key_type, key.unit_key, "", valid_from, valid_to,
                    key.n_rows, money_words(key.amounts), key.first_day, key.last_day,
                    "; ".join(key.entities), words,
                ])  # fmt: skip


def money_words(amounts: Mapping[str, str]) -> str:
    """Amounts by currency in words: `EUR 1250.00; USD 80.00`."""
    return "; ".join(f"{code} {amount}" for code, amount in amounts.items())
