"""Assets of the analysis: marts read, checked again, estimated; results contracted. No statistics here."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import dagster as dg
import pandas as pd

from contracts import Contract
from orchestration import checks, warehouse
from orchestration.assets.step import running
from orchestration.errors import MaturityImpactError
from orchestration.layers import BY_NAME, WAREHOUSE_POOL
from orchestration.resources import Installation
from orchestration.settings import Settings
from orchestration.spread import over_cores

MARTS_READ = ("fct_maturity_impact", "fct_assessment", "fct_practice", "fct_published_benchmark")
ENTITY_READ = "assessment_answers"


class InputBrokenError(MaturityImpactError):
    """A mart does not hold its contract at the moment it is used."""


def analysis_assets(
    installation: Installation, results: Mapping[str, Contract], marts: Mapping[str, Contract]
) -> dg.AssetsDefinition:
    """Every result of the battery, each with its contract as a blocking check."""
    layer = BY_NAME["analysis"]
    deps = [*(dg.AssetKey(["marts", name]) for name in MARTS_READ), dg.AssetKey(["accepted", ENTITY_READ])]

    @dg.multi_asset(
        name="analysis",
        specs=[
            dg.AssetSpec(
                key=checks.asset_key(contract),
                deps=deps,
                group_name="analysis",
                owners=[layer.owner],
                kinds=set(layer.kinds),
                description=f"{contract.description} {contract.grain}",
                metadata={"dagster/column_schema": checks.column_schema(contract)},
            )
            for contract in results.values()
        ],
        check_specs=[checks.contract_spec(contract) for contract in results.values()],
        can_subset=True,
        pool=WAREHOUSE_POOL,
    )
    def analysis(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with running(installation, "analysis", context) as stage:
            settings = installation.settings()
            frames = estimated(installation, settings, marts)
            rows = warehouse.write_tables(installation.home, "analysis", frames)
            stage.rows = sum(rows.values())
        for name, contract in results.items():
            if checks.asset_key(contract) in context.selected_asset_keys:
                yield dg.MaterializeResult(
                    asset_key=checks.asset_key(contract),
                    metadata={"dagster/row_count": rows[name]},
                    check_results=[checks.contract_result(contract, frames[name])],
                )

    return analysis


def estimated(
    installation: Installation, settings: Settings, marts: Mapping[str, Contract]
) -> dict[str, pd.DataFrame]:
    """Read what the battery needs, refuse what broke its contract meanwhile, and run it.

    Raises
    ------
    InputBrokenError
        A mart that passed its check in an earlier run no longer holds (gate at use).
    """
    from contracts.entities import ENTITIES
    from contracts.instrument import load_instrument
    from models.claims import Thresholds
    from orchestration.ingest.gate.accepted import read_entity

    read = {name: _valid(installation, marts[name]) for name in MARTS_READ}
    answers = read_entity(installation.home / "accepted", ENTITIES[ENTITY_READ])
    primary = settings.primary_outcomes
    found = installation.parts.analyse(
        read["fct_maturity_impact"],
        answers=answers,
        instrument=load_instrument(),
        assessment=read["fct_assessment"],
        practices=read["fct_practice"],
        benchmarks=read["fct_published_benchmark"],
        primary=primary,
        thresholds=Thresholds(
            minimum_organizations=settings.thresholds.minimum_organizations,
            suppression_organizations=settings.thresholds.minimum_group_people,
        ),
        recomputed=_recomputed(installation, primary),
        spread=over_cores,
    )
    return found.frames()


def _recomputed(installation: Installation, outcomes: Sequence[str]) -> dict[str, float]:
    """Within estimates summed in the warehouse: another route to the same numbers, for the health card."""
    from models.errors import ModelError
    from orchestration.panel_moments import two_way_within_sql

    found = {}
    reliable = "(select * from marts.fct_maturity_impact where not coalesce(is_low_reliability, false))"
    with warehouse.connect(installation.home, read_only=True) as connection:
        for outcome in outcomes:
            names = (f"{outcome}_lead_3m", ("index_per_10",), "organization_id", "period")
            # What cannot be estimated is told by the battery, with its reason.
            with suppress(ModelError):
                fit = two_way_within_sql(connection, reliable, *names)
                found[outcome] = fit.at("index_per_10").estimate
    return found


def _valid(installation: Installation, contract: Contract) -> pd.DataFrame:
    frame = warehouse.read_table(installation.home, "marts", contract.name)
    broken = checks.broken_rules(contract, frame)
    if broken:
        raise InputBrokenError(
            f"The mart does not hold its contract any more ({', '.join(broken)})",
            f"marts.{contract.name}",
            "run without --select, so that it is made anew",
        )
    return frame
