"""Assets of staging, intermediate and marts: one dbt call per run, told to Dagster. No SQL here."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration import built, warehouse
from orchestration.assets.step import running
from orchestration.calendars import retail_variables
from orchestration.dbt import NodeResult
from orchestration.failures import clear_message
from orchestration.layers import BY_NAME, WAREHOUSE_POOL
from orchestration.resources import Installation
from orchestration.runs import FULL_REFRESH_TAG
from orchestration.settings import Settings

_BUILT = {"success"}
_BROKEN = {"error", "fail", "runtime error"}


class LayerTranslator(DagsterDbtTranslator):
    """Key prefix, group and owner of a dbt node are its layer's."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`<layer>/<name>`; a source of the accepted layer is the asset of that entity."""
        return dg.AssetKey([_layer(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Group by layer; seeds are read where staging begins."""
        layer = _layer(dbt_resource_props)
        return layer if layer in BY_NAME else "staging"

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Owner of the layer."""
        return [BY_NAME[self.get_group_name(dbt_resource_props)].owner]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Description from the project, without the SQL."""
        return str(dbt_resource_props.get("description") or "")


def _layer(props: Mapping[str, Any]) -> str:
    if props["resource_type"] == "source":
        return str(props["source_name"])
    return str(props["schema"])


def attached(manifest: dict[str, Any]) -> dict[str, Any]:
    """Manifest in which each test over several models says which asset it is a check of.

    Dagster leaves such a test out unless it is told; it is attached to the model that stands last in the
    graph, because that is the one the test holds to account.
    """
    depth: dict[str, int] = {}
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] != "test" or node.get("attached_node"):
            continue
        parents = [parent for parent in node["depends_on"]["nodes"] if parent in manifest["nodes"]]
        meta = node["config"].setdefault("meta", {})
        if parents and "dagster" not in meta and len(node["depends_on"]["nodes"]) > 1:
            last = max(parents, key=lambda parent: (_depth(manifest, parent, depth), parent))
            model = manifest["nodes"][last]
            meta["dagster"] = {"ref": {"name": model["name"], "version": model.get("version")}}
            manifest["nodes"][unique_id] = node
    return manifest


def _depth(manifest: Mapping[str, Any], unique_id: str, known: dict[str, int]) -> int:
    if unique_id not in known:
        parents = manifest["nodes"].get(unique_id, {}).get("depends_on", {}).get("nodes", [])
        known[unique_id] = 1 + max((_depth(manifest, parent, known) for parent in parents), default=0)
    return known[unique_id]


def dbt_layer_assets(installation: Installation) -> dg.AssetsDefinition:
    """The dbt models and seeds as assets, their tests as checks; a test of severity error is blocking."""
    manifest = attached(installation.parts.dbt.manifest())
    translator = LayerTranslator()

    @dbt_assets(
        manifest=manifest,
        name="dbt",
        dagster_dbt_translator=translator,
        exclude="resource_type:unit_test",
        pool=WAREHOUSE_POOL,
    )
    def dbt_models(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with running(installation, "dbt", context) as stage:
            settings = installation.settings()
            warehouse.require_unlocked(installation.home)
            results = installation.parts.dbt.build(
                installation.home,
                select=_selectors(context, manifest, translator),
                reporting_currency=settings.reporting_currency,
                variables={
                    **_variables(settings),
                    "published_editions": _published_benchmarks(installation.home),
                },
                is_full=context.run.tags.get(FULL_REFRESH_TAG) == "true",
            )
            models = [result for result in results if _is_model(result)]
            _refuse_broken(installation, models)
            counts = warehouse.row_counts(
                installation.home,
                [_relation(manifest, result) for result in models if result.status in _BUILT],
            )
            stage.rows = sum(count for (schema, _), count in counts.items() if schema == "marts")
            touched, months = built.touched_months(installation.home)
            kept = f", {touched} of {months} months made anew" if months else ""
            stage.note = f"{len(models)} models, {len(results) - len(models)} tests{kept}"
        for result in results:
            if _is_model(result):
                if result.status in _BUILT:
                    yield _materialised(manifest, translator, result, counts)
            elif key := _check_key(manifest, translator, result, context):
                yield _checked(key, result)
        broken = [result for result in models if result.status in _BROKEN]
        if broken:
            raise dg.Failure(description=_not_built(broken), allow_retries=False)

    return dbt_models


def _variables(settings: Settings) -> dict[str, int | str]:
    """What the installation declares, under the names that the project knows it by."""
    names = ("minimum_raters", "minimum_group_people", "minimum_group_organizations")
    return {
        **{name: getattr(settings.thresholds, name) for name in names},
        "fiscal_year_start_month": settings.fiscal_year_start_month,
        "customer_carried_months": settings.definitions.active_customer_months - 1,
        "marketing_spend_source": settings.definitions.marketing_spend_source,
        "sales_cycle_months": settings.definitions.sales_cycle_months or "none",
        **retail_variables(settings.retail_calendar),
    }


def _published_benchmarks(home: Path) -> list[str]:
    """Benchmarks of every edition that is kept; `current` is one of them and the unfinished are none."""
    found = (home / "editions").glob("[0-9]*/parquet/fct_benchmark.parquet")
    return sorted(str(path) for path in found)


def _not_built(broken: list[NodeResult]) -> str:
    names = ", ".join(result.unique_id.split(".")[2] for result in broken)
    reason = " ".join(broken[0].message.split())
    return f"dbt could not build {names} ({reason}): correct the model or its input, then run again."


def _refuse_broken(installation: Installation, models: list[NodeResult]) -> None:
    """Say what stopped a model that could not be built, when it is a thing a user can do something about."""
    for result in models:
        if result.status in _BROKEN:
            clear = clear_message(result.message, installation.home)
            if clear is not None:
                raise clear


def _selectors(
    context: dg.AssetExecutionContext, manifest: Mapping[str, Any], translator: DagsterDbtTranslator
) -> list[str]:
    """Selectors for dbt when only part is wanted; none when everything is."""
    if not context.is_subset:
        return []
    chosen: list[str] = []
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] == "test":
            key = get_asset_check_key_for_test(manifest, translator, unique_id, project=None)
            is_chosen = key in context.selected_asset_check_keys
        else:
            is_chosen = translator.get_asset_key(node) in context.selected_asset_keys
        if is_chosen:
            chosen.append("fqn:" + ".".join(node["fqn"]))
    return chosen


def _is_model(result: NodeResult) -> bool:
    return result.unique_id.split(".")[0] in ("model", "seed", "snapshot")


def _relation(manifest: Mapping[str, Any], result: NodeResult) -> tuple[str, str]:
    node = manifest["nodes"][result.unique_id]
    return str(node["schema"]), str(node["alias"])


def _materialised(
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
    result: NodeResult,
    counts: Mapping[tuple[str, str], int],
) -> dg.MaterializeResult[None]:
    metadata: dict[str, Any] = {"seconds": result.seconds}
    relation = _relation(manifest, result)
    if relation in counts:
        metadata["dagster/row_count"] = counts[relation]
    return dg.MaterializeResult(
        asset_key=translator.get_asset_key(manifest["nodes"][result.unique_id]), metadata=metadata
    )


def _check_key(
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
    result: NodeResult,
    context: dg.AssetExecutionContext,
) -> dg.AssetCheckKey | None:
    """Check of a test result, when this run was asked for it and the test was not skipped."""
    if result.status == "skipped":
        return None
    key = get_asset_check_key_for_test(manifest, translator, result.unique_id, project=None)
    return key if key in context.selected_asset_check_keys else None


def _checked(key: dg.AssetCheckKey, result: NodeResult) -> dg.AssetCheckResult:
    is_warning = result.status == "warn"
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.status == "pass",
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        metadata={"failing_rows": result.failures or 0, "status": result.status},
    )
