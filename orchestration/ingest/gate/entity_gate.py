"""All deliveries of one entity -> its accepted rows, refused rows and what became of each.

Plain rows are judged by SQL, all others by pandas; keys, versions and snapshots are decided over both.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow

from contracts.contract import Contract
from contracts.sql_rules import SQL_TYPES, clashing, listed, quoted, text
from contracts.work import Given
from orchestration.ingest.gate import plain_lane, versions
from orchestration.ingest.gate.accepted import EntityWriter, take_out
from orchestration.ingest.gate.landed import lists_of, source_of
from orchestration.ingest.gate.lots import Lot, older_snapshots, period_of, record_key
from orchestration.ingest.gate.mapping import mapped_sql
from orchestration.ingest.gate.pandas_lane import converted_batches, proven_lots, readable
from orchestration.ingest.gate.reasons import Reasons, is_of_a_record
from orchestration.ingest.gate.refused import (
    note_refused,
    note_refused_together,
    open_refused,
    replaced_rows,
)
from orchestration.ingest.gate.verdict import replaced_note, vanished_note

# pyarrow carries no types; named so that this is said once.
pa: Any = pyarrow

INTERVALS = "crosswalk_intervals"
"""Table of the accepted crosswalk, see `mapping.intervals_sql`."""


@dataclass(slots=True)
class EntityGate:
    """One entity on its way through the gate.

    Attributes
    ----------
    lots : deliveries of single-entity profiles, in the order of arrival; those that count as a whole apart.
    sources : SQL source of landed rows by sequence.
    reasons : refused rows.
    notes : what a person should know of how a delivery was read, by delivery.
    money : of the rows that were good by themselves, by sequence and currency, before any was let go of.
    proven : lots as their files prove them to be written, by sequence; not those with plain rows only.
    """

    con: duckdb.DuckDBPyConnection
    contract: Contract
    lots: Sequence[Lot]
    has_crosswalk: bool
    sources: dict[int, str] = field(default_factory=dict)
    reasons: Reasons = field(init=False)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    money: dict[int, dict[str, Decimal]] = field(default_factory=dict)
    proven: dict[int, Lot] = field(default_factory=dict)
    n_vanished: int = 0
    n_late: int = 0

    def __post_init__(self) -> None:
        order = {lot.delivery_id: place for place, lot in enumerate(self.lots)}
        self.reasons = Reasons([self.contract], order)

    @property
    def key(self) -> list[str]:
        """Columns that name a record."""
        return record_key([self.contract])

    def judge(self, secret: str, made: Path, ids: dict[int, str]) -> None:
        """Decide about every row and write the accepted ones.

        Parameters
        ----------
        secret : secret for person keys; may be empty where no file is about persons.
        made : folder that holds the entities.
        ids : delivery by sequence, of all deliveries that may have rows here.
        """
        hashes = []
        with EntityWriter(made, self.contract, ids) as writer:
            for table in self._judged(secret):
                hashes.append(table.column("_hash").to_numpy())
                writer.add(table)
            # While the last rows are written.
            alike = versions.repeated(hashes)
        target = made / self.contract.name
        deliveries = {
            "_seq": pa.array(list(ids), pa.int32()),
            "delivery_id": pa.array(list(ids.values()), pa.string()),
        }
        self.con.register("deliveries", pa.table(deliveries))
        self.con.execute(
            "create or replace view good as select deliveries._seq, rows.* from "
            f"read_parquet({text(target / '**' / '*.parquet')}, hive_partitioning = false) as rows "
            "join deliveries using (delivery_id)"
        )
        self.money = versions.money_by_sequence(self.con, self.contract, "good")
        versions.resolve(self.con, self.contract, "good", alike, self.key)
        self._note_refused(secret)
        self._supersede_vanished()
        self._refuse("select _seq, source_line from fates where fate = 'conflict'", "unique_key")
        self._note_clashes()
        self._let_go_of_replaced()
        self.n_late = versions.late_corrections(self.con, self.key)
        take_out(target, self.contract, self._gone(ids))

    def stage(self, frame: pd.DataFrame, sequence: dict[str, int]) -> None:
        """Put typed rows that hold their contract beside the plain ones."""
        table = self.contract.to_arrow(frame)
        places = frame["delivery_id"].map(sequence).to_numpy(dtype="int32")
        table = table.append_column("_seq", pa.array(places))
        names = listed(("_seq", "source_line", *plain_lane.staged_columns(self.contract)))
        self.con.register(
            "arriving", table.select([name for name in table.column_names if name != "delivery_id"])
        )
        self.con.execute(f"insert into staged by name select {names} from arriving")
        self.con.unregister("arriving")

    def open(self) -> None:
        """Empty tables for this entity."""
        columns = {
            name: SQL_TYPES[self.contract.column(name).kind]
            for name in plain_lane.staged_columns(self.contract)
        }
        said = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        self.con.execute(f"create or replace table staged (_seq integer, source_line bigint, {said})")
        self.con.execute("create or replace table dirt (_seq integer, source_line bigint)")
        open_refused(self.con, self.contract)

    def _staged(self) -> Any:
        """Rows that pandas judged, by month, delivery and line."""
        period = period_of(self.contract)
        rows = self.mapped(f"(select *, {period} as _period from staged)")
        hashed = f"select *, {versions.key_hash(self.key)} as _hash from ({rows})"
        return self.con.sql(f"{hashed} order by _period, _seq, source_line").to_arrow_table()

    def _gone(self, ids: dict[int, str]) -> dict[object, dict[str, Any]]:
        """Lines of rows that were written and do not count, by month and delivery, as Arrow arrays."""
        gone: dict[object, dict[str, Any]] = {}
        not_counting = "(select _seq, source_line from fates where fate <> 'accepted')"
        found = self.con.sql(
            f"select {period_of(self.contract)} as month, _seq, list(source_line) as lines from good "
            f"semi join {not_counting} using (_seq, source_line) group by all order by all"
        ).to_arrow_table()
        for month, sequence, lines in zip(*found.columns, strict=True):
            gone.setdefault(month.as_py(), {})[ids[sequence.as_py()]] = lines.values
        return gone

    def mapped(self, rows: str) -> str:
        """Query of rows with the organisation they belong to."""
        if not plain_lane.is_mapped(self.contract):
            return f"select * from {rows}"
        if not self.has_crosswalk:
            return f"select *, null::varchar as organization_id from {rows}"
        return mapped_sql(rows, self.contract.name, INTERVALS)

    def _judged(self, secret: str) -> Iterator[Any]:
        """Rows that hold the contract by themselves, each table by month and line."""
        tables = lists_of(self.con, self.lots)
        for lot in self.lots:
            source = source_of(lot, tables.get(lot.profile.source_system, {}))
            self.sources[lot.sequence] = source.rows
            self.notes[lot.delivery_id] = Given(lot.profile, lot.manner, None).notes(self.contract)
            if lot.plain is not None:
                yield from plain_lane.plain_tables(self.con, lot, source, self.mapped, self.key)
            anew = set() if lot.corrected is None else set(lot.corrected["source_line"].tolist())
            for line, reason in lot.malformed.items():
                if line not in anew:
                    self.reasons.add(lot.delivery_id, line, [reason])
        dirty = {row[0] for row in self.con.execute("select distinct _seq from dirt").fetchall()}
        others = [
            lot
            for lot in self.lots
            if lot.plain is None or lot.sequence in dirty or lot.corrected is not None
        ]
        delivered = {
            lot.sequence: source_of(
                replace(lot, corrected=None), tables.get(lot.profile.source_system, {})
            ).rows
            for lot in others
        }
        for lot, notes in proven_lots(self.con, others, delivered):
            self.proven[lot.sequence] = lot
            self.notes[lot.delivery_id] += notes
        sequence = {lot.delivery_id: lot.sequence for lot in self.proven.values()}
        for batch in converted_batches(self.con, list(self.proven.values()), self.sources, secret):
            self.stage(batch.good, sequence)
            for (delivery_id, line), found in batch.refused.items():
                self.reasons.add(delivery_id, line, found)
        yield self._staged()

    def _supersede_vanished(self) -> None:
        """Let go of what is no longer in a full snapshot, and note on the snapshot how much that is."""
        vanished = versions.supersede_vanished(self.con, self.contract, "good", self.key, self.lots)
        self.n_vanished = sum(vanished.values())
        for lot in self.lots:
            if n_keys := vanished.get(lot.sequence):
                self.notes[lot.delivery_id] += (vanished_note(n_keys),)

    def _note_refused(self, secret: str) -> None:
        """Note what refused rows say: they still name a record, and hold back money of a month."""
        refused = (
            (self.proven.get(lot.sequence, lot), self.rows_at(lot, lines))
            for lot in self.lots
            if (lines := self.reasons.of(lot.delivery_id))
        )
        for typed in readable(refused, secret):
            note_refused(self.con, self.contract, typed, {lot.delivery_id: lot.sequence for lot in self.lots})

    def _note_clashes(self) -> None:
        if not any(rule.spans_rows for rule in self.contract.frame_rules):
            return
        gone = "select _seq, source_line from fates where fate <> 'accepted'"
        self.con.execute(
            "create or replace table ending as select * from good as counting "
            f"anti join ({gone}) as gone using (_seq, source_line)"
        )
        for rule, condition in clashing(self.contract, "ending").items():
            if not rule.endswith(":unique_key"):
                self._refuse(f"select _seq, source_line from ending where {condition}", rule)
        self.con.execute("drop table ending")

    def _let_go_of_replaced(self) -> None:
        """Hold back no more what came again, and note on its delivery how much that is."""
        for delivery_id, line in set(replaced_rows(self.con, self.contract, "good", self.lots, self.reasons)):
            self.reasons.let_go(delivery_id, line)
        for lot in self.lots:
            if lines := self.reasons.replaced(lot.delivery_id):
                self.notes[lot.delivery_id] += (replaced_note(len(lines)),)

    def _refuse(self, places: str, rule: str) -> None:
        """Refuse rows that are good by themselves."""
        rule = rule if ":" in rule else f"{self.contract.key[0]}:{rule}"
        by_sequence = {lot.sequence: lot.delivery_id for lot in self.lots}
        self.con.execute(f"create or replace table refused_now as {places}")
        for sequence, line in self.con.execute("from refused_now").fetchall():
            if sequence in by_sequence:
                self.reasons.add(by_sequence[sequence], int(line), [rule])
        note_refused_together(self.con, self.contract, "good", "refused_now")
        self.con.execute(
            "insert into fates by name select _seq, source_line, 'conflict' as fate from refused_now "
            "where (_seq, source_line) not in (select _seq, source_line from fates)"
        )
        self.con.execute("update fates set fate = 'conflict' where (_seq, source_line) in (from refused_now)")
        self.con.execute("drop table refused_now")

    def came_again(self, lot: Lot) -> bool:
        """Whether all that a delivery says was said again later: by a newer full snapshot, or row by row."""
        if any(older is lot for older in older_snapshots(self.lots)):
            return True
        is_held = any(is_of_a_record(found) for found in self.reasons.of(lot.delivery_id).values())
        return not is_held and versions.all_came_again(self.con, "good", self.key, lot.sequence)

    def rows_at(self, lot: Lot, lines: Iterable[int]) -> pd.DataFrame:
        """Landed rows of a lot at some lines, with what was made out of the whole file."""
        self.con.register("lines", pa.table({"source_line": pa.array(sorted(lines), pa.int64())}))
        query = (
            f"select * from {self.sources[lot.sequence]} semi join lines using (source_line) "
            "order by source_line"
        )
        rows: pd.DataFrame = self.con.sql(query).to_arrow_table().to_pandas()
        self.con.unregister("lines")
        return rows.astype({name: "str" for name in rows.columns if name != "source_line"})
