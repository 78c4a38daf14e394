"""One entity through the gate: written, refused rows held back, all counted. No deciding about rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd

from contracts.contract import Contract
from orchestration.ingest.gate import quarantine, tally
from orchestration.ingest.gate.accepted import write_nothing
from orchestration.ingest.gate.control import Control, Tie, control_of
from orchestration.ingest.gate.entity_gate import EntityGate
from orchestration.ingest.gate.ledger import LedgerLine
from orchestration.ingest.gate.lots import Lot
from orchestration.ingest.gate.tally import Line
from orchestration.ingest.gate.verdict import EntityVerdict, Judged
from orchestration.ingest.gate.versions import RESTATED


@dataclass(slots=True)
class EntityOutcome:
    """Verdict on one entity, its ledger, restated periods, and by delivery notes and reasons."""

    verdict: EntityVerdict
    lines: list[LedgerLine] = field(default_factory=list)
    periods: list[Line] = field(default_factory=list)
    restated: list[Line] = field(default_factory=list)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)
    money: dict[str, dict[str, Decimal]] = field(default_factory=dict)


def run_entity(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    *,
    lots: Sequence[Lot],
    surveys: Sequence[Judged],
    made: Path,
    held: Path,
    has_crosswalk: bool,
    secret: str,
) -> EntityOutcome:
    """Judge and write one entity.

    Parameters
    ----------
    con : the gate's connection.
    lots : all deliveries that count, in the order of arrival.
    surveys : judged responses; those frames that are of this entity join its rows.
    made, held : folders to build accepted/ and quarantine/ in.
    has_crosswalk : whether the crosswalk was accepted before.
    secret : secret for person keys; may be empty where no file is about persons.
    """
    own = [lot for lot in lots if lot.profile.entity == contract.name]
    frames = [judged.frames[contract.name] for judged in surveys if contract.name in judged.frames]
    if not own and not frames:
        write_nothing(made / contract.name, contract)
        return EntityOutcome(EntityVerdict(contract.name))
    gate = EntityGate(con, contract, [lot for lot in own if not lot.whole], has_crosswalk)
    gate.open()
    counting = {lot.delivery_id: lot.sequence for lot in lots if not lot.whole}
    for frame in frames:
        gate.stage(frame, counting)
    gate.judge(secret, made, {sequence: delivery_id for delivery_id, sequence in counting.items()})
    files = {lot.delivery_id: lot.file for lot in lots if not lot.whole}
    accepted = tally.accepted_lines(con, made, contract, files)
    n_rows = sum(line["n_rows"] for line in accepted)
    others = tally.other_lines(gate)
    for lot in gate.lots:
        if replaced := gate.reasons.replaced(lot.delivery_id):
            others += tally.refused_lines(gate, lot, replaced, "superseded")
        if reasons_by_line := gate.reasons.of(lot.delivery_id):
            others += tally.refused_lines(gate, lot, reasons_by_line, "quarantined")
            quarantine.write(held, _held_back(gate.rows_at(lot, reasons_by_line), reasons_by_line, lot))
    found = [*accepted, *others]
    whole = [line for lot in own if lot.whole for line in tally.whole_lines(lot, contract, found)]
    periods = [*found, *whole]
    controls = {lot.sequence: _control(gate, lot) for lot in own}
    lines = [
        _ledger_line(gate, lot, [line for line in periods if _is_of(line, lot)], controls[lot.sequence].tie)
        for lot in own
    ]
    for lot in gate.lots:
        gate.notes[lot.delivery_id] += controls[lot.sequence].notes
    verdict = _verdict(
        gate, n_rows, accepted, lines, [judged.verdicts.get(contract.name) for judged in surveys]
    )
    reasons = {lot.delivery_id: gate.reasons.by_rule(lot.delivery_id) for lot in gate.lots}
    money = tally.delivered_money(gate, others)
    return EntityOutcome(verdict, lines, periods, _restated(gate), gate.notes, reasons, money)


def _control(gate: EntityGate, lot: Lot) -> Control:
    """Totals that a file prints; of one that counts as a whole they were tied when it came first."""
    if lot.whole:
        return Control()
    refused = gate.reasons.replaced(lot.delivery_id) | gate.reasons.of(lot.delivery_id)
    control = control_of(gate.con, lot, gate.sources[lot.sequence], refused)
    is_replaced = control.tie == "untied" and gate.came_again(lot)
    return replace(control, tie="replaced") if is_replaced else control


def _ledger_line(gate: EntityGate, lot: Lot, periods: Sequence[Line], control: Tie) -> LedgerLine:
    def rows(fate: str) -> int:
        return sum(line["n_rows"] for line in periods if line["fate"] == fate)

    return LedgerLine(
        file=lot.file,
        delivery_id=lot.delivery_id,
        source_system=lot.profile.source_system,
        profile=lot.profile.name,
        delivered=lot.delivered,
        accepted=rows("accepted"),
        quarantined=0 if lot.whole else len(gate.reasons.of(lot.delivery_id)),
        duplicate=rows("duplicate"),
        superseded=rows("superseded"),
        n_replaced=0 if lot.whole else len(gate.reasons.replaced(lot.delivery_id)),
        n_deleted=sum(line.get("n_deleted", 0) for line in periods),
        n_unmapped=sum(line.get("n_unmapped", 0) for line in periods),
        control=control,
    )


def _verdict(
    gate: EntityGate,
    n_rows: int,
    accepted: Sequence[Line],
    lines: Sequence[LedgerLine],
    surveys: Sequence[EntityVerdict | None],
) -> EntityVerdict:
    """Verdict over all profiles that feed the entity; deliveries that count as a whole are left out."""
    others = [verdict for verdict in surveys if verdict is not None]
    judged = {(lot.file, lot.delivery_id) for lot in gate.lots}
    own = [line for line in lines if (line.file, line.delivery_id) in judged]
    refused: dict[str, int] = dict(gate.reasons.counts[gate.contract.name])
    for verdict in others:
        for rule, n_refused in verdict.refused.items():
            refused[rule] = refused.get(rule, 0) + n_refused
    return EntityVerdict(
        entity=gate.contract.name,
        n_delivered=sum(line.delivered for line in own) + sum(v.n_delivered for v in others),
        n_rows=n_rows,
        refused=dict(sorted(refused.items())),
        n_duplicate=sum(line.duplicate for line in own) + sum(v.n_duplicate for v in others),
        n_superseded=sum(line.superseded for line in own) + sum(v.n_superseded for v in others),
        n_unmapped=sum(line["n_unmapped"] for line in accepted),
        n_deleted=sum(line["n_deleted"] for line in accepted),
        n_late_corrections=gate.n_late + sum(v.n_late_corrections for v in others),
        n_vanished=gate.n_vanished + sum(v.n_vanished for v in others),
    )


def _held_back(rows: pd.DataFrame, reasons: dict[int, list[str]], lot: Lot) -> pd.DataFrame:
    return quarantine.held_back(
        rows[[*lot.columns, "source_line"]],
        reasons,
        lot.profile,
        file=lot.file,
        delivery_id=lot.delivery_id,
        entity=lot.contract.name,
    )


def _restated(gate: EntityGate) -> list[Line]:
    """Periods that later deliveries changed: what stood before and what stands now."""
    if not gate.n_late and not gate.n_vanished:
        return []
    found = gate.con.execute(RESTATED)
    names = [column[0] for column in found.description or ()]
    return [{"entity": gate.contract.name, **dict(zip(names, row, strict=True))} for row in found.fetchall()]


def _is_of(line: Mapping[str, object], lot: Lot) -> bool:
    return line["file"] == lot.file and line["delivery_id"] == lot.delivery_id
