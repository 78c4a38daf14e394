"""Landing -> accepted/, quarantine/ and the ledger, rebuilt aside and swapped. No judging of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd

from contracts.entities import ENTITIES
from contracts.sql_rules import text
from orchestration.counted import counted
from orchestration.errors import MissingKey, MissingReference, NothingDelivered, SettingsError
from orchestration.ingest.files import fresh, one_at_a_time, restore, room_to_write, swap, write_json
from orchestration.ingest.gate import ledger, quarantine
from orchestration.ingest.gate.accepted import read_entity
from orchestration.ingest.gate.entity_gate import INTERVALS
from orchestration.ingest.gate.entity_run import run_entity
from orchestration.ingest.gate.gathered import Gathered, accepted_manifest
from orchestration.ingest.gate.lots import Lot, lot_of
from orchestration.ingest.gate.mapping import intervals_sql
from orchestration.ingest.gate.store import landing_read, opened
from orchestration.ingest.gate.surveys import judged_surveys
from orchestration.ingest.gate.verdict import EntityVerdict
from orchestration.ingest.land.deliveries import LANDING, Delivery, receipts
from orchestration.ingest.land.drop_zone import REFERENCE
from orchestration.ingest.land.landing import key_print
from orchestration.ingest.profiles import profiles_of
from orchestration.settings import SETTINGS_FILE, Settings
from orchestration.settings import pseudonym_key as key_for

ACCEPTED, QUARANTINE, LEDGER = "accepted", "quarantine", "ledger.parquet"
PERIODS, RESTATED = "ledger_periods.parquet", "restated.parquet"
ID_SIGNS = 12
"""Signs of a delivery_id that are enough to name a delivery."""
_REFERENCES = ("crosswalk", "organizations")


@dataclass(frozen=True, slots=True)
class AcceptResult:
    """What a rebuild of accepted/ came to.

    Attributes
    ----------
    ledger : one row per delivered file, see `ledger.LedgerLine`; also in accepted/ledger.parquet, by period
        in accepted/ledger_periods.parquet.
    verdicts : per entity rows in, accepted, refused by rule, unmapped, deleted, late corrections.
    notes : by delivery what a person should know of how it was read; also in accepted/manifest.json.
    """

    ledger: pd.DataFrame
    verdicts: dict[str, EntityVerdict]
    notes: dict[str, tuple[str, ...]]


def accept(
    home: Path,
    settings: Settings,
    *,
    pseudonym_key: str | None = None,
    require_references: bool = True,
    is_fast: bool = True,
) -> AcceptResult:
    """Rebuild accepted/ and quarantine/ from everything ever delivered.

    Parameters
    ----------
    home : folder of the installation.
    settings : declarations per source.
    pseudonym_key : the installation's secret; may be None where all is simulated or no file is about persons.
    require_references : False judges rows also where organisations or crosswalk were not delivered yet.
    is_fast : False types every row by pandas; the rows and their reasons are the same.

    Returns
    -------
    AcceptResult

    Raises
    ------
    NothingDelivered, MissingReference
        Nothing was landed; organizations.csv or crosswalk.csv was not.
    SettingsError
        What is to be withdrawn was never delivered.
    MissingKey
        Files about persons and no secret, or another than the one they came in under.
    IngestBusy, DiskFull, LandingDamaged
        Another run is at work; no room is left; landed rows cannot be read back.
    """
    with one_at_a_time(home), room_to_write(home):
        received = receipts(home)
        landed = counting(received, settings)
        if not landed:
            raise NothingDelivered(
                "Nothing was delivered that could be taken",
                str(home / LANDING),
                "put exports in the drop zone",
            )
        if require_references:
            _require_references(home, received, landed)
        for target in (ACCEPTED, QUARANTINE):
            restore(home / "tmp", home / target)
        made, held = fresh(home / "tmp" / ACCEPTED), fresh(home / "tmp" / QUARANTINE)
        profiles = profiles_of(home)
        lots = [
            lot_of(home, delivery, profiles[str(delivery.profile)], settings, is_fast=is_fast)
            for delivery in landed
        ]
        secret = _secret(lots, settings, pseudonym_key)
        with landing_read(home), opened(home, settings.memory_limit) as con:
            gathered = _gather(con, lots, secret, made, held)
        _note_strangers(lots, made, gathered)
        _note_persons(lots, settings, gathered)
        result = AcceptResult(
            ledger.frame(gathered.lines),
            {name: gathered.verdicts[name] for name in ENTITIES},
            gathered.notes,
        )
        ledger.write(made / LEDGER, result.ledger)
        ledger.write_periods(made / PERIODS, gathered.periods)
        ledger.write_restated(made / RESTATED, gathered.restated)
        write_json(made / "manifest.json", accepted_manifest(lots, gathered))
        swap(made, home / ACCEPTED)
        swap(held, home / QUARANTINE)
    return result


def _gather(
    con: duckdb.DuckDBPyConnection, lots: Sequence[Lot], secret: str, made: Path, held: Path
) -> Gathered:
    """Judge and write everything: the references first, since the crosswalk maps all other rows."""
    gathered = Gathered()
    run = partial(run_entity, con, lots=lots, made=made, held=held, secret=secret)
    for name in _REFERENCES:
        gathered.take(name, run(ENTITIES[name], surveys=[], has_crosswalk=False))
    has_crosswalk = gathered.verdicts["crosswalk"].n_rows > 0
    if has_crosswalk:
        con.execute(f"create table {INTERVALS} as {intervals_sql(_parquet(made, 'crosswalk'))}")
    surveys = judged_surveys(lots, read_entity(made, ENTITIES["crosswalk"]), secret)
    for name in ENTITIES:
        if name not in _REFERENCES:
            gathered.take(name, run(ENTITIES[name], surveys=surveys, has_crosswalk=has_crosswalk))
    for judged in surveys:
        quarantine.write(held, judged.held)
        gathered.take_survey(judged)
    gathered.settle(lots)
    return gathered


def _secret(lots: Sequence[Lot], settings: Settings, given: str | None) -> str:
    """Secret for person keys, where a profile needs one; all landed hashes are made with it."""
    if not any(lot.profile.hashed for lot in lots):
        return ""
    secret = key_for(settings, given)
    # Files that still lie in the drop zone were landed anew under the new one.
    others = [lot.file for lot in lots if lot.manifest.get("person_key") not in (None, "", key_print(secret))]
    if others:
        more = f" and {counted(len(others) - 1, 'more file')}" if others[1:] else ""
        raise MissingKey(
            f"The secret for person keys is not the one that {others[0]}{more} came in under: "
            "no person of them would be known again",
            "MATURITY_PSEUDONYM_KEY",
            "set it to what it was, or put these files into the drop zone again",
        )
    return secret


def _parquet(folder: Path, name: str) -> str:
    return f"read_parquet({text(folder / name / 'rows.parquet')})"


def counting(received: Sequence[Delivery], settings: Settings) -> list[Delivery]:
    """Deliveries that were landed and not withdrawn; a name of none of them is a `SettingsError`."""
    withdrawn: set[str] = set()
    for name in settings.withdrawn:
        found = {delivery.delivery_id for delivery in received if is_named(delivery, name)}
        if not found:
            raise SettingsError(
                f"'{name}' names nothing that was delivered",
                f"{SETTINGS_FILE}, key withdrawn",
                "write a file as reports name it, such as exports/zendesk/a.csv, or the first "
                f"{ID_SIGNS} signs or more of a delivery_id of accepted/manifest.json",
            )
        withdrawn |= found
    return [delivery for delivery in received if delivery.is_landed and delivery.delivery_id not in withdrawn]


def is_named(delivery: Delivery, name: str) -> bool:
    """Whether a name is that of a delivery, or of the archive or workbook that it came in."""
    is_id = len(name) >= ID_SIGNS and delivery.delivery_id.startswith(name)
    return is_id or name in (delivery.file, delivery.file.split("!", maxsplit=1)[0])


def _require_references(home: Path, received: Sequence[Delivery], landed: Sequence[Delivery]) -> None:
    profiles = profiles_of(home)
    entities = {profiles[str(delivery.profile)].entity for delivery in landed}
    problems = {delivery.file: delivery.problem for delivery in received if delivery.problem}
    for entity in _REFERENCES:
        if entity not in entities:
            columns = ", ".join(profiles[f"reference_{entity}"].signature.required)
            problem = problems.get(f"{REFERENCE}/{entity}.csv")
            what = f"cannot be used: {problem.removesuffix('.')}" if problem else "is missing"
            raise MissingReference(
                f"The reference file {entity}.csv {what}",
                str(home / REFERENCE / f"{entity}.csv"),
                f"write it there with the columns {columns}",
            )


def _note_strangers(lots: Sequence[Lot], made: Path, gathered: Gathered) -> None:
    """Note on the crosswalk the organisations that it names and nobody describes."""
    named = set(read_entity(made, ENTITIES["crosswalk"])["organization_id"])
    known = set(read_entity(made, ENTITIES["organizations"])["organization_id"])
    strange = sorted(named - known)
    if not strange or not known:
        return
    few = ", ".join(strange[:5])
    note = f"organisations of the crosswalk that are not in organizations.csv: {len(strange)} ({few})"
    for lot in lots:
        if lot.profile.entity == "crosswalk" and not lot.whole:
            gathered.notes[lot.delivery_id] += (note,)


def _note_persons(lots: Sequence[Lot], settings: Settings, gathered: Gathered) -> None:
    """Note on a delivery that its person numbers lie in landing though the settings no longer say so."""
    note = (
        "person numbers still lie in landing as delivered; put the file into the drop zone again to hash them"
    )
    for lot in lots:
        if lot.profile.hashed and lot.manifest.get("person_key") == "" and not settings.store_personal:
            gathered.notes[lot.delivery_id] = (*gathered.notes.get(lot.delivery_id, ()), note)
