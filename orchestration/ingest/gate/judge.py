"""Landed responses of one survey profile -> accepted frames, refused rows, ledger lines. Touches no file."""

from collections.abc import Mapping, Sequence

import pandas as pd

from contracts.contract import Contract
from contracts.convert import Converted
from contracts.entities import ENTITIES
from contracts.gate import reasons_by_row
from contracts.profile import Profile
from orchestration.ingest.gate import quarantine
from orchestration.ingest.gate.lots import record_key
from orchestration.ingest.gate.mapping import organizations_of
from orchestration.ingest.gate.reasons import Reasons
from orchestration.ingest.gate.resolve import n_late_corrections, resolve, said
from orchestration.ingest.gate.survey_history import replaced, supersede_vanished
from orchestration.ingest.gate.verdict import (
    Judged,
    Loaded,
    entity_verdict,
    ledger_line,
    replaced_note,
    vanished_note,
)

NO_CONTENT = "row:no_content"
_PLACE = ["delivery_id", "source_line"]
Frames = dict[str, pd.DataFrame]


def judge(
    profile: Profile,
    loaded: Sequence[Loaded],
    converted: Sequence[Converted],
    identities: Sequence[pd.DataFrame],
    crosswalk: pd.DataFrame | None,
) -> Judged:
    """Decide about every row that was delivered in one profile.

    A source row is accepted or refused as a whole, also where it feeds several entities: half a response
    would be neither counted nor missed.

    Parameters
    ----------
    profile : profile of all deliveries.
    loaded : deliveries in the order of arrival.
    converted : their rows in canonical terms, see `contracts.convert`.
    identities : which record each of their rows is of, see `contracts.survey.identities`.
    crosswalk : accepted crosswalk; None leaves organisations unmapped.

    Returns
    -------
    Judged
    """
    contracts = entities_of(profile)
    active = [delivery for delivery in loaded if not delivery.whole]
    reasons = Reasons(contracts, {delivery.delivery_id: place for place, delivery in enumerate(active)})
    frames = {contract.name: _gathered(contract, converted, crosswalk) for contract in contracts}
    _note_refusals(active, converted, frames, reasons)
    for contract in contracts:
        found = reasons_by_row(frames[contract.name], contract) if len(frames[contract.name]) else []
        reasons.add_rows(frames[contract.name], {place: row for place, row in enumerate(found) if row})
    frames = _without_refused(frames, reasons)

    key = record_key(contracts)
    records = _records(frames, contracts, key)
    fate = resolve(records, key, reasons.sequence, _content(records, frames, contracts, key))
    told = pd.concat(identities, ignore_index=True) if identities else contracts[0].empty()
    fate, n_vanished = supersede_vanished(fate, records, told, key, active)
    no_version = records[fate == "conflict"]
    reasons.add_rows(
        no_version, {place: [f"{contracts[0].key[0]}:unique_key"] for place in range(len(no_version))}
    )
    if not (fate == "accepted").all():
        frames = {name: _only(frame, records[fate == "accepted"]) for name, frame in frames.items()}
    for contract in contracts:
        _note_clashes(frames[contract.name], contract, reasons)
    frames = _without_refused(frames, reasons)

    final = fate.mask(reasons.are_against(records), "quarantined")
    for place in replaced(told, key, active, reasons):
        reasons.let_go(*place)
    lines = [ledger_line(delivery, profile, records, final, reasons) for delivery in loaded]
    judged_lines = [line for line, delivery in zip(lines, loaded, strict=True) if not delivery.whole]
    n_late = n_late_corrections(records, final, key, reasons.sequence)
    return Judged(
        frames,
        {
            c.name: entity_verdict(
                c, frames[c.name], judged_lines, reasons, n_late=n_late, n_vanished=sum(n_vanished.values())
            )
            for c in contracts
        },
        lines,
        _held_back(profile, active, contracts, reasons),
        {
            delivery.delivery_id: part.warnings + _notes(delivery, n_vanished, reasons)
            for delivery, part in zip(active, converted, strict=True)
        },
    )


def entities_of(profile: Profile) -> list[Contract]:
    """Contracts of the entities a profile feeds; the first names the record."""
    if profile.survey is not None and profile.survey.item_column is None:
        return [ENTITIES[name] for name in ("assessment_answers", "practices", "channel_adoption")]
    return [ENTITIES[profile.entity or "assessment_answers"]]


def _notes(delivery: Loaded, n_vanished: Mapping[str, int], reasons: Reasons) -> tuple[str, ...]:
    """What a person should know of how other deliveries bear on this one."""
    n_gone, n_replaced = n_vanished.get(delivery.delivery_id, 0), len(reasons.replaced(delivery.delivery_id))
    gone = (vanished_note(n_gone),) if n_gone else ()
    return (*gone, replaced_note(n_replaced)) if n_replaced else gone


def _gathered(
    contract: Contract, converted: Sequence[Converted], crosswalk: pd.DataFrame | None
) -> pd.DataFrame:
    parts = [part.frames[contract.name] for part in converted if contract.name in part.frames]
    if not parts:
        return contract.empty()
    rows = pd.concat(parts, ignore_index=True)
    rows["organization_id"] = organizations_of(rows, contract.name, crosswalk)
    return contract.typed(rows)


def _note_refusals(
    active: Sequence[Loaded], converted: Sequence[Converted], frames: Frames, reasons: Reasons
) -> None:
    """Note malformed rows, rows that could not be converted, and rows nothing came of."""
    for part in converted:
        refused = part.refused
        for owner, line, found in zip(
            refused["delivery_id"], refused["source_line"], refused["reasons"], strict=True
        ):
            reasons.add(str(owner), int(line), found)
    for delivery in active:
        for number, reason in delivery.malformed.items():
            reasons.add(delivery.delivery_id, number, [reason])
        seen = set(reasons.of(delivery.delivery_id))
        for frame in frames.values():
            seen.update(frame.loc[frame["delivery_id"] == delivery.delivery_id, "source_line"].tolist())
        for number in delivery.rows["source_line"].tolist():
            if number not in seen:
                reasons.add(delivery.delivery_id, int(number), [NO_CONTENT])


def _note_clashes(frame: pd.DataFrame, contract: Contract, reasons: Reasons) -> None:
    from contracts.schema import rows_that_clash  # pandera is heavy

    frame = frame.reset_index(drop=True)
    for reason, clash in rows_that_clash(frame, contract):
        reasons.add_rows(frame, {int(place): [reason] for place in clash})


def _without_refused(frames: Frames, reasons: Reasons) -> Frames:
    return {name: frame[~reasons.are_against(frame)] for name, frame in frames.items()}


def _records(frames: Frames, contracts: Sequence[Contract], key: Sequence[str]) -> pd.DataFrame:
    if len(contracts) == 1:
        return frames[contracts[0].name].reset_index(drop=True)
    columns = [*key, *_PLACE, "source_updated_at", "organization_id"]
    every = pd.concat([frame[columns] for frame in frames.values()], ignore_index=True)
    return every.drop_duplicates(_PLACE, ignore_index=True)


def _content(
    records: pd.DataFrame, frames: Frames, contracts: Sequence[Contract], key: Sequence[str]
) -> pd.Series | None:
    """What a record says over all its entities; None where the record is its one row."""
    several = records[records.duplicated(list(key), keep=False)]
    if len(contracts) == 1 or several.empty:
        return None
    parts = []
    for frame in frames.values():
        rows = _only(frame, several)
        parts.append(rows[_PLACE].assign(_said=said(rows).to_numpy()))
    total = pd.concat(parts).groupby(_PLACE)["_said"].sum()
    places = pd.MultiIndex.from_frame(records[_PLACE])
    return pd.Series(total.reindex(places).fillna(0).to_numpy(), index=records.index)


def _only(frame: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    if len(frame) == len(records):
        return frame
    here = pd.MultiIndex.from_frame(frame[_PLACE])
    return frame[here.isin(pd.MultiIndex.from_frame(records[_PLACE]))]


def _held_back(
    profile: Profile, active: Sequence[Loaded], contracts: Sequence[Contract], reasons: Reasons
) -> pd.DataFrame:
    parts = [
        quarantine.held_back(
            delivery.rows,
            found,
            profile,
            file=delivery.file,
            delivery_id=delivery.delivery_id,
            entity=";".join(contract.name for contract in contracts),
        )
        for delivery in active
        if (found := reasons.of(delivery.delivery_id))
    ]
    return pd.concat(parts, ignore_index=True) if parts else quarantine.empty()
