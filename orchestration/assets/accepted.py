"""Assets of the accepted layer: one gate for all entities, its verdicts as checks. Rules are ingest's."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import dagster as dg

from contracts import Contract
from contracts.ledger_periods import FATES, LEDGER_PERIODS
from contracts.profile import Profile
from orchestration import checks
from orchestration.assets.landing import RECEIPTS
from orchestration.assets.step import running
from orchestration.ingest.gate.accept import AcceptResult
from orchestration.ingest.profiles import profiles_of
from orchestration.layers import BY_NAME, DOMAINS, domain_of
from orchestration.resources import Installation

if TYPE_CHECKING:
    from orchestration.ingest.gate.tolerance import Tolerance

LEDGER_CHECK, COVERAGE_CHECK = "ledger", "crosswalk_coverage"
_WITHOUT_UNIT = {"organizations", "crosswalk"}
_WHOLE_ROW = "row"


def accepted_assets(installation: Installation, contracts: Mapping[str, Contract]) -> dg.AssetsDefinition:
    """One asset per canonical entity, its rules, balance and coverage as checks; and the ledger of all."""
    refusals = profile_refusals(contracts, profiles_of(installation.home))

    @dg.multi_asset(
        name="accepted",
        specs=[
            *(_spec(contract, feeding(contract.name)) for contract in contracts.values()),
            _spec(LEDGER_PERIODS, DOMAINS),
        ],
        check_specs=[
            spec
            for contract in contracts.values()
            for spec in _check_specs(contract, refusals[contract.name])
        ],
        can_subset=True,
    )
    def accepted(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        from orchestration.ingest.gate.tolerance import Tolerance

        with running(installation, "accepted", context) as stage:
            settings = installation.settings()
            profiles = profiles_of(installation.home)
            tolerance = Tolerance(settings, profiles)
            tolerance.refuse_unknown_rules()
            result = installation.parts.accept(
                installation.home, settings, pseudonym_key=installation.given_key
            )
            stage.rows = sum(verdict.n_rows for verdict in result.verdicts.values())
            stage.note = f"{int(result.ledger['quarantined'].sum()):,} rows quarantined"
        for name, contract in contracts.items():
            if checks.asset_key(contract) in context.selected_asset_keys:
                yield _accepted(contract, refusals[name], result, tolerance, profiles)
        if checks.asset_key(LEDGER_PERIODS) in context.selected_asset_keys:
            yield dg.MaterializeResult(
                asset_key=checks.asset_key(LEDGER_PERIODS),
                metadata={
                    **{name: int(result.ledger[name].sum()) for name in ("delivered", *FATES)},
                    "notes": len({text for said in result.notes.values() for text in said}),
                },
            )

    return accepted


def profile_refusals(
    contracts: Mapping[str, Contract], profiles: Mapping[str, Profile]
) -> dict[str, dict[str, str]]:
    """Reasons that profiles have beside the contracts' rules, by entity: reason to its description.

    A reason that Dagster would spell like another one is left to the check of other refusals.
    """
    from contracts.source_rules import rules_of_profile
    from orchestration.ingest.gate.judge import entities_of

    known = {
        name: {checks.check_name(rule.id) for rule in contract.rules} for name, contract in contracts.items()
    }
    found: dict[str, dict[str, str]] = {name: {} for name in contracts}
    for profile in profiles.values():
        entity = entities_of(profile)[0].name
        for rule in rules_of_profile(profile):
            spelt = checks.check_name(rule.id)
            if spelt not in known[entity] and rule.column != _WHOLE_ROW:
                known[entity].add(spelt)
                found[entity][rule.id] = f"{rule.description} {rule.remedy}"
    return found


def _spec(contract: Contract, subjects: Iterable[str]) -> dg.AssetSpec:
    layer = BY_NAME["accepted"]
    return dg.AssetSpec(
        key=checks.asset_key(contract),
        deps=[RECEIPTS, *(dg.AssetKey(["landing", subject]) for subject in subjects)],
        group_name="accepted",
        owners=[layer.owner],
        kinds=set(layer.kinds),
        description=f"{contract.description} {contract.grain}",
        metadata={"dagster/column_schema": checks.column_schema(contract)},
    )


def feeding(entity: str) -> list[str]:
    """Subjects whose files feed an entity: its own, and the reference that names organisations."""
    return list(dict.fromkeys((domain_of(entity), "reference")))


def _check_specs(contract: Contract, refusals: Mapping[str, str]) -> Iterator[dg.AssetCheckSpec]:
    yield from checks.rule_specs(contract)
    key = checks.asset_key(contract)
    for reason, description in refusals.items():
        yield dg.AssetCheckSpec(checks.check_name(reason), asset=key, description=description, blocking=True)
    yield dg.AssetCheckSpec(
        checks.OTHER_CHECK,
        asset=key,
        description="Rows refused for their form, such as too many fields, or for an answer off the scale.",
        blocking=True,
    )
    yield dg.AssetCheckSpec(
        LEDGER_CHECK,
        asset=key,
        description="Per file, delivered = accepted + quarantined + duplicate + superseded.",
        blocking=True,
    )
    if contract.name not in _WITHOUT_UNIT:
        yield dg.AssetCheckSpec(
            COVERAGE_CHECK,
            asset=key,
            description="Every row belongs to an organisation of the crosswalk.",
        )


def _accepted(
    contract: Contract,
    refusals: Mapping[str, str],
    result: AcceptResult,
    tolerance: "Tolerance",
    profiles: Mapping[str, Profile],
) -> dg.MaterializeResult[None]:
    verdict = result.verdicts[contract.name]
    key = checks.asset_key(contract)
    rules = [*(rule.id for rule in contract.rules), *refusals]
    found = [
        checks.share_result(key, rule, verdict.refused.get(rule, 0), verdict.n_delivered, tolerance)
        for rule in rules
    ]
    others = {reason: count for reason, count in verdict.refused.items() if reason not in rules}
    found.append(checks.other_result(key, others, verdict.n_delivered, tolerance))
    found.append(_ledger_result(contract, result, profiles))
    if contract.name not in _WITHOUT_UNIT:
        found.append(_coverage_result(key, verdict.n_unmapped, verdict.n_rows))
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            "dagster/row_count": verdict.n_rows,
            "delivered": verdict.n_delivered,
            "refused": sum(verdict.refused.values()),
            "duplicate": verdict.n_duplicate,
            "superseded": verdict.n_superseded,
            "unmapped": verdict.n_unmapped,
            "deleted_at_source": verdict.n_deleted,
            "late_corrections": verdict.n_late_corrections,
            "vanished": verdict.n_vanished,
        },
        check_results=found,
    )


def _ledger_result(
    contract: Contract, result: AcceptResult, profiles: Mapping[str, Profile]
) -> dg.AssetCheckResult:
    from orchestration.ingest.gate.accept import ID_SIGNS
    from orchestration.ingest.gate.ledger import balance

    ledger = result.ledger[result.ledger["profile"].isin(_profiles_of(contract.name, profiles))]
    lost = balance(ledger)
    untied = ledger[ledger["control"] == "untied"]
    said = [
        f"{what} not accounted for in {file} ({gone})"
        for file, n_rows, money in zip(lost["file"], lost["n_lost"], lost["money_lost"], strict=True)
        for what, gone in (("rows are", f"{n_rows:+,}"), ("money is", money))
        if gone not in ("+0", "")
    ]
    said += [
        f"the total that {file} prints is not that of its rows, see accepted/manifest.json; deliver all its "
        f"records anew, or name {delivery_id[:ID_SIGNS]} under withdrawn in maturity.yaml"
        for file, delivery_id in zip(untied["file"], untied["delivery_id"], strict=True)
    ]
    return dg.AssetCheckResult(
        asset_key=checks.asset_key(contract),
        check_name=LEDGER_CHECK,
        passed=not said,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(said) or f"{len(ledger)} files balance",
        metadata={
            "files": len(ledger),
            **{name: int(ledger[name].sum()) for name in ("delivered", "accepted", "quarantined")},
            **{name: int(ledger[name].sum()) for name in ("duplicate", "superseded")},
            "totals_tied": int((ledger["control"] == "tied").sum()),
        },
    )


def _profiles_of(entity: str, profiles: Mapping[str, Profile]) -> list[str]:
    from orchestration.ingest.gate.judge import entities_of

    return [
        profile.name
        for profile in profiles.values()
        if entity in {contract.name for contract in entities_of(profile)}
    ]


def _coverage_result(key: dg.AssetKey, unmapped: int, rows: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=COVERAGE_CHECK,
        passed=unmapped == 0,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{unmapped:,} of {rows:,} rows belong to no organisation of the crosswalk"
        + (": maturity-impact crosswalk lists their keys" if unmapped else ""),
        metadata={"unmapped": unmapped, "rows": rows},
    )
