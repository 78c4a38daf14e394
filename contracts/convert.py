"""Text rows of a delivered file -> typed frames of canonical entities, as the profile says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from contracts.columns import fill_columns, lineage
from contracts.contract import Contract
from contracts.derive import Source
from contracts.entities import ENTITIES
from contracts.gate import all_reasons
from contracts.manner import Manner
from contracts.profile import Profile
from contracts.proof import prove
from contracts.records import Refused, records
from contracts.refusals import Refusals
from contracts.work import Given, Work

if TYPE_CHECKING:
    from contracts.instrument import Instrument

__all__ = ["Converted", "Given", "convert", "convert_entity", "identified"]

PLAIN = Manner()
"""English, UTC, and nothing declared beside."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What a file holds in canonical terms.

    Attributes
    ----------
    frames : dict of str to DataFrame
        Typed rows by entity, with every column of the contract; `organization_id` is still empty.
    refused : DataFrame
        `delivery_id`, `source_line` and `reasons` (sorted list of rule ids) of rows that cannot be converted
        or are no facts. A line is either here or in `frames`, never in both.
    counts : dict of str to int
        Refused lines by reason.
    warnings : tuple of str
        What a person should know about the file; names columns, never values.
    """

    frames: dict[str, pd.DataFrame]
    refused: pd.DataFrame
    counts: dict[str, int]
    warnings: tuple[str, ...] = ()


def convert(
    rows: pd.DataFrame,
    profile: Profile,
    *,
    manner: Manner = PLAIN,
    pseudonym_key: bytes | None = None,
    instrument: Instrument | None = None,
) -> Converted:
    """Typed frames out of the text rows of one file.

    Parameters
    ----------
    rows : DataFrame
        Text columns under the names of the file's header (those that may be kept), `source_line` and
        `delivery_id`.
    manner : Manner
        How the delivery writes; where `is_proven` is not set, the rows are taken for the whole file and asked
        for what is not declared.
    pseudonym_key : bytes, optional
        Secret for person numbers; needed by profiles that hash.
    instrument : Instrument, optional
        Needed by survey profiles: items are found by their codes.

    Raises
    ------
    PseudonymKeyError
        When the profile hashes and there is no secret.
    ValueError
        When a survey profile is used without an instrument.
    """
    rows = rows.reset_index(drop=True)
    manner, notes = prove(rows, profile, manner)
    given = Given(profile, manner, pseudonym_key)
    contract = ENTITIES[profile.entity or "assessment_answers"]
    notes += given.notes(contract)
    facts, refused = records(rows, profile)
    if profile.survey is not None:
        from contracts.survey import convert_survey

        if instrument is None:
            raise ValueError(f"{profile.name}: a survey needs the instrument to be given")
        frames, found, warnings = convert_survey(facts, given, instrument)
    else:
        typed, refusals = convert_entity(facts, given, contract)
        frames, found, warnings = {contract.name: typed}, all_reasons(typed, contract, refusals.by_row()), ()
        frames[contract.name] = typed[~refusals.refused].reset_index(drop=True)
    lines, deliveries = facts["source_line"], facts["delivery_id"]
    refused += [(str(deliveries.iloc[row]), int(lines.iloc[row]), said) for row, said in found.items()]
    return Converted(frames, *_refused(refused), (*notes, *warnings))


def convert_entity(facts: pd.DataFrame, given: Given, contract: Contract) -> tuple[pd.DataFrame, Refusals]:
    """Typed frame of all rows, empty in cells that cannot be converted, and the refusals."""
    work = Work(Source(facts), contract, given, Refusals(len(facts)))
    lineage(facts, work)
    fill_columns(facts, work)
    return contract.typed(pd.DataFrame(work.values, index=facts.index)), work.refusals


def identified(
    rows: pd.DataFrame,
    profile: Profile,
    *,
    manner: Manner = PLAIN,
    pseudonym_key: bytes | None = None,
    instrument: Instrument,
) -> pd.DataFrame:
    """Which record each row of a survey file is of, whether it can be converted or not.

    Parameters
    ----------
    rows, profile, manner, pseudonym_key, instrument : as in `convert`.

    Returns
    -------
    DataFrame
        One row per row given, typed as the answers' contract; any cell may be missing.
    """
    from contracts.survey import identities

    rows = rows.reset_index(drop=True)
    given = Given(profile, prove(rows, profile, manner)[0], pseudonym_key)
    return identities(rows, given, instrument)


def _refused(rows: list[Refused]) -> tuple[pd.DataFrame, dict[str, int]]:
    held = sorted(rows, key=lambda row: row[1])
    frame = pd.DataFrame(
        {
            "delivery_id": pd.Series([row[0] for row in held], dtype="str"),
            "source_line": pd.Series([row[1] for row in held], dtype="Int64"),
            "reasons": pd.Series([row[2] for row in held], dtype="object"),
        }
    )
    counts = Counter(reason for row in held for reason in row[2])
    return frame, dict(sorted(counts.items()))
