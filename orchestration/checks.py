"""One factory for every contract check: its specs, and results out of counts. No row values, only counts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg
import pandas as pd

from contracts import Contract
from orchestration import warehouse
from orchestration.assets.step import running
from orchestration.layers import WAREHOUSE_POOL
from orchestration.resources import Installation

if TYPE_CHECKING:
    from orchestration.ingest.gate.tolerance import Breach, Tolerance

CONTRACT_CHECK, OTHER_CHECK = "contract", "other_refusals"
_NAMED_AT_MOST = 5


def asset_key(contract: Contract) -> dg.AssetKey:
    """Asset that a contract speaks about."""
    return dg.AssetKey([contract.layer, contract.name])


def check_name(rule_id: str) -> str:
    """`created_at:timestamp` as Dagster spells it: `created_at__timestamp`; other signs are `_`."""
    return re.sub(r"[^A-Za-z0-9_]", "_", rule_id.replace(":", "__"))


def column_schema(contract: Contract) -> dg.TableSchema:
    """Columns of a contract as Dagster shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.kind,
                description=" ".join(
                    part for part in (column.description, column.unit and f"({column.unit})") if part
                ),
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in contract.columns
        ]
    )


def rule_specs(contract: Contract) -> list[dg.AssetCheckSpec]:
    """One blocking check per rule of a contract."""
    return [
        dg.AssetCheckSpec(
            check_name(rule.id),
            asset=asset_key(contract),
            description=f"{rule.description} {rule.remedy}".strip(),
            blocking=True,
        )
        for rule in contract.rules
    ]


def share_result(
    key: dg.AssetKey, rule_id: str, refused: int, rows: int, tolerance: "Tolerance"
) -> dg.AssetCheckResult:
    """Result of one rule at the gate: fails when more than the tolerated share of rows was refused.

    Parameters
    ----------
    key : AssetKey
        Asset of the entity.
    refused, rows : int
        Rows refused by the rule, of how many that were delivered.
    tolerance : Tolerance
        How many may be refused, and whether more stop the run.
    """
    entity = key.path[-1]
    share = tolerance.share(entity, rule_id)
    over = tolerance.breaches(entity, {rule_id: refused}, rows)
    said = f"{refused:,} of {rows:,} rows refused"
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=check_name(rule_id),
        passed=not over,
        severity=_severity(over),
        description=f"{said}, tolerated is {share:.2%}" if over else said,
        metadata={"refused": refused, "rows": rows, "tolerated_share": share},
    )


def other_result(
    key: dg.AssetKey, refused: Mapping[str, int], rows: int, tolerance: "Tolerance"
) -> dg.AssetCheckResult:
    """Result for the reasons that have no check of their own; each has its own tolerance and severity."""
    over = tolerance.breaches(key.path[-1], refused, rows)
    named = ", ".join(f"{breach.rule} ({breach.n_refused})" for breach in over)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=OTHER_CHECK,
        passed=not over,
        severity=_severity(over),
        description=f"Refused beyond what is tolerated: {named}"
        if over
        else f"{sum(refused.values()):,} rows refused",
        metadata={"rows": rows, **dict(refused)},
    )


def _severity(over: Sequence["Breach"]) -> dg.AssetCheckSeverity:
    """Severity of a check: only where every rule that was breached is declared a warning, it warns."""
    warns = over and all(breach.severity == "warn" for breach in over)
    return dg.AssetCheckSeverity.WARN if warns else dg.AssetCheckSeverity.ERROR


def broken_rules(contract: Contract, frame: pd.DataFrame) -> dict[str, int]:
    """Rows that break each rule of a contract, by rule; columns and dtypes that do not fit count too.

    Parameters
    ----------
    contract : Contract
    frame : DataFrame
        Table as read from the warehouse, validated lazily by the same gate as rows at the door.
    """
    from contracts.gate import ContractBrokenError, split

    try:
        return split(frame, contract).counts
    except ContractBrokenError as error:
        return {str(error): len(frame)}


def contract_result(contract: Contract, frame: pd.DataFrame) -> dg.AssetCheckResult:
    """Result of validating a whole table against its contract."""
    broken = broken_rules(contract, frame)
    named = ", ".join(f"{rule} ({count})" for rule, count in list(broken.items())[:_NAMED_AT_MOST])
    return dg.AssetCheckResult(
        asset_key=asset_key(contract),
        check_name=CONTRACT_CHECK,
        passed=not broken,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"Rows break {named}" if broken else f"{len(frame):,} rows hold the contract",
        metadata={"rows": len(frame), "broken_rules": len(broken)},
    )


def contract_spec(contract: Contract) -> dg.AssetCheckSpec:
    """Blocking check of a whole table against its contract."""
    return dg.AssetCheckSpec(
        CONTRACT_CHECK,
        asset=asset_key(contract),
        description=f"Columns, types, key and rules of {contract.name}: {contract.grain}",
        blocking=True,
    )


def mart_checks(installation: Installation, marts: Mapping[str, Contract]) -> dg.AssetChecksDefinition:
    """Contracts of the marts, checked on what was really written, before anything reads them."""

    @dg.multi_asset_check(
        name="marts_contracts",
        specs=[contract_spec(contract) for contract in marts.values()],
        description="Each mart as read back from the warehouse against its contract.",
        can_subset=True,
        pool=WAREHOUSE_POOL,
    )
    def marts_contracts(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        with running(installation, "mart contracts", context) as stage:
            results = [
                contract_result(contract, warehouse.read_table(installation.home, "marts", name))
                for name, contract in marts.items()
                if dg.AssetCheckKey(asset_key(contract), CONTRACT_CHECK) in context.selected_asset_check_keys
            ]
            stage.note = f"{len(results)} contracts"
        yield from results

    return marts_contracts
