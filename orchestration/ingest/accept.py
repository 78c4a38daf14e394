"""Landing -> accepted/, quarantine/ and the ledger, rebuilt aside and swapped. No judging: see judge.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from contracts.entities import ENTITIES
from contracts.profile import Profile
from orchestration.errors import MissingReference, NothingDelivered
from orchestration.ingest import ledger, quarantine
from orchestration.ingest.accepted import write_entity
from orchestration.ingest.deliveries import LANDING, REFERENCE, Delivery, manifest_of, receipts
from orchestration.ingest.files import (
    fresh,
    one_at_a_time,
    read_text_rows,
    restore,
    room_to_write,
    swap,
)
from orchestration.ingest.judge import judge
from orchestration.ingest.ledger import LedgerLine
from orchestration.ingest.profiles import profiles_of
from orchestration.ingest.typing_rows import typed_rows
from orchestration.ingest.verdict import EntityVerdict, Judged, Loaded
from orchestration.settings import Settings
from orchestration.settings import pseudonym_key as key_for

ACCEPTED, QUARANTINE, LEDGER = "accepted", "quarantine", "ledger.parquet"
_REFERENCES = ("crosswalk", "organizations")


@dataclass(frozen=True, slots=True)
class AcceptResult:
    """What a rebuild of accepted/ came to.

    Attributes
    ----------
    ledger : one row per delivered file, see `ledger.LedgerLine`; also in accepted/ledger.parquet.
    verdicts : per entity rows in, accepted, refused by rule, unmapped, deleted, late corrections.
    warnings : what a reader should know.
    """

    ledger: pd.DataFrame
    verdicts: dict[str, EntityVerdict]
    warnings: tuple[str, ...] = ()


def accept(
    home: Path, settings: Settings, *, pseudonym_key: str | None = None, require_references: bool = True
) -> AcceptResult:
    """Rebuild accepted/ and quarantine/ from everything ever delivered.

    Parameters
    ----------
    home : folder of the installation.
    settings : declarations per source.
    pseudonym_key : the installation's secret; may be None where all is simulated or no file is about persons.
    require_references : False judges rows also where organisations or crosswalk were not delivered yet.

    Returns
    -------
    AcceptResult

    Raises
    ------
    NothingDelivered, MissingReference
        Nothing was landed; organizations.csv or crosswalk.csv was not.
    MissingKey
        Files about persons and no secret.
    IngestBusy, DiskFull, LandingDamaged
        Another run is at work; no room is left; landed rows cannot be read back.
    """
    with one_at_a_time(home), room_to_write(home):
        landed = _counting(receipts(home), settings)
        if not landed:
            raise NothingDelivered(
                "Nothing was delivered that could be taken",
                str(home / LANDING),
                "put exports in the drop zone",
            )
        if require_references:
            _require_references(home, landed)
        for target in (ACCEPTED, QUARANTINE):
            restore(home / "tmp", home / target)
        made, held = fresh(home / "tmp" / ACCEPTED), fresh(home / "tmp" / QUARANTINE)
        verdicts: dict[str, EntityVerdict] = {}
        lines: list[LedgerLine] = []
        warnings: list[str] = []
        crosswalk: pd.DataFrame | None = None
        organizations: pd.DataFrame | None = None
        for profile in _references_first(home, landed):
            judged = _judged(
                home, settings, profile, landed, crosswalk=crosswalk, pseudonym_key=pseudonym_key
            )
            crosswalk = judged.frames.get("crosswalk", crosswalk)
            organizations = judged.frames.get("organizations", organizations)
            for name, frame in judged.frames.items():
                write_entity(made, ENTITIES[name], frame)
            quarantine.write(held, judged.held)
            verdicts |= judged.verdicts
            warnings += [f"{profile.name}: {note}" for note in judged.warnings]
            lines += judged.lines
        for name in ENTITIES.keys() - verdicts.keys():
            verdicts[name] = EntityVerdict(name)
            write_entity(made, ENTITIES[name], ENTITIES[name].empty())
        sequence = {(delivery.file, delivery.delivery_id): delivery.sequence for delivery in landed}
        lines.sort(key=lambda line: sequence[line.file, line.delivery_id])
        result = AcceptResult(
            ledger.frame(lines),
            {name: verdicts[name] for name in ENTITIES},
            (*_strangers(crosswalk, organizations), *dict.fromkeys(warnings)),
        )
        ledger.write(made / LEDGER, result.ledger)
        swap(made, home / ACCEPTED)
        swap(held, home / QUARANTINE)
    return result


def _counting(received: Sequence[Delivery], settings: Settings) -> list[Delivery]:
    """Deliveries that were landed and not withdrawn."""
    withdrawn = {delivery.delivery_id for delivery in received if delivery.file in settings.withdrawn}
    return [delivery for delivery in received if delivery.is_landed and delivery.delivery_id not in withdrawn]


def _require_references(home: Path, landed: Sequence[Delivery]) -> None:
    profiles = profiles_of(home)
    entities = {profiles[str(delivery.profile)].entity for delivery in landed}
    for entity in _REFERENCES:
        if entity not in entities:
            columns = ", ".join(profiles[f"reference_{entity}"].signature.required)
            raise MissingReference(
                f"The reference file {entity}.csv is missing",
                str(home / REFERENCE / f"{entity}.csv"),
                f"write it there with the columns {columns}",
            )


def _references_first(home: Path, landed: Sequence[Delivery]) -> list[Profile]:
    names = {str(delivery.profile) for delivery in landed}
    profiles = [profile for name, profile in profiles_of(home).items() if name in names]
    return sorted(profiles, key=lambda profile: (profile.shape != "reference", profile.name))


def _judged(
    home: Path,
    settings: Settings,
    profile: Profile,
    landed: Sequence[Delivery],
    *,
    crosswalk: pd.DataFrame | None,
    pseudonym_key: str | None,
) -> Judged:
    own = [delivery for delivery in landed if delivery.profile == profile.name]
    is_personal = any(column.hmac for column in profile.columns.values())
    key = key_for(settings, pseudonym_key) if is_personal else ""
    loaded = [_loaded(home, delivery) for delivery in own]
    return judge(profile, loaded, typed_rows(profile, loaded, settings, key), crosswalk)


def _loaded(home: Path, delivery: Delivery) -> Loaded:
    manifest = manifest_of(home, delivery.delivery_id)
    folder = home / LANDING / delivery.delivery_id
    rows = pd.concat([read_text_rows(folder / name) for name in manifest["rows_files"]], ignore_index=True)
    return Loaded(
        file=delivery.file,
        delivery_id=delivery.delivery_id,
        rows=rows,
        delivered=int(manifest["delivered"]),
        malformed={entry["source_line"]: entry["reason"] for entry in manifest["malformed"]},
        header_zone=manifest["zone"],
        whole=delivery.counts_as_a_whole,
    )


def _strangers(crosswalk: pd.DataFrame | None, organizations: pd.DataFrame | None) -> tuple[str, ...]:
    if crosswalk is None or organizations is None:
        return ()
    strange = sorted(set(crosswalk["organization_id"]) - set(organizations["organization_id"]))
    if not strange:
        return ()
    named = ", ".join(strange[:5])
    return (f"{len(strange)} organisations of the crosswalk are not in organizations.csv: {named}",)
