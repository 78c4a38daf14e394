"""Assets of exports and landing: what was delivered, and that it was read once. Reading is ingest's work."""

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration.assets.step import running
from orchestration.ingest.deliveries import Delivery
from orchestration.layers import BY_NAME, SOURCES
from orchestration.resources import Installation

RECEIPTS = dg.AssetKey(["landing", "receipts"])
PROFILE_CHECK = "profile"
_NAMED_AT_MOST = 10


def export_specs() -> list[dg.AssetSpec]:
    """One external asset per system: its files come from outside and are never written to."""
    layer = BY_NAME["exports"]
    return [
        dg.AssetSpec(
            key=["exports", source],
            group_name="exports",
            owners=[layer.owner],
            kinds=set(layer.kinds),
            description=f"Files as delivered by {source}; the drop zone is read, never written to.",
        )
        for source in SOURCES
    ]


def landing_assets(installation: Installation) -> dg.AssetsDefinition:
    """Landing: one asset per system, and the receipts of everything ever delivered."""

    @dg.multi_asset(
        name="landing",
        specs=[*(_landing_spec(source) for source in SOURCES), _receipts_spec()],
        check_specs=[
            dg.AssetCheckSpec(
                PROFILE_CHECK,
                asset=RECEIPTS,
                description="Every file in the drop zone fits an export profile and could be read.",
            )
        ],
        can_subset=True,
    )
    def landing(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        from orchestration.ingest.deliveries import receive

        with running(installation, "landing", context) as stage:
            deliveries = receive(installation.home, installation.settings())
            stage.rows = sum(delivery.delivered for delivery in deliveries if delivery.status == "taken")
            stage.note = f"{len(deliveries)} files"
        for source in SOURCES:
            key = dg.AssetKey(["landing", source])
            if key in context.selected_asset_keys:
                yield _landed(key, [d for d in deliveries if d.source_system == source])
        if RECEIPTS in context.selected_asset_keys:
            yield dg.MaterializeResult(
                asset_key=RECEIPTS,
                metadata={"dagster/row_count": len(deliveries)},
                check_results=[_profile_result(deliveries)],
            )

    return landing


def _landing_spec(source: str) -> dg.AssetSpec:
    layer = BY_NAME["landing"]
    return dg.AssetSpec(
        key=["landing", source],
        deps=[dg.AssetKey(["exports", source])],
        group_name="landing",
        owners=[layer.owner],
        kinds=set(layer.kinds),
        description=f"Rows of {source} as text, one folder per delivery; immutable.",
    )


def _receipts_spec() -> dg.AssetSpec:
    layer = BY_NAME["landing"]
    return dg.AssetSpec(
        key=RECEIPTS,
        deps=[dg.AssetKey(["exports", source]) for source in SOURCES],
        group_name="landing",
        owners=[layer.owner],
        kinds={"python", "json"},
        description="Every file ever delivered, in the order of arrival, and what became of it.",
    )


def _landed(key: dg.AssetKey, deliveries: Sequence[Delivery]) -> dg.MaterializeResult[None]:
    taken = [delivery for delivery in deliveries if delivery.status == "taken"]
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            "dagster/row_count": sum(delivery.delivered for delivery in taken),
            "files": len(taken),
            "delivered_again": sum(delivery.status == "redelivery" for delivery in deliveries),
            "warnings": sum(len(delivery.warnings) for delivery in deliveries),
        },
    )


def _profile_result(deliveries: Sequence[Delivery]) -> dg.AssetCheckResult:
    refused = [delivery for delivery in deliveries if not delivery.is_landed]
    said = [f"{delivery.file}: {delivery.problem}" for delivery in refused]
    more = f" and {len(said) - _NAMED_AT_MOST} more" if len(said) > _NAMED_AT_MOST else ""
    return dg.AssetCheckResult(
        check_name=PROFILE_CHECK,
        asset_key=RECEIPTS,
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(said[:_NAMED_AT_MOST]) + more if refused else "Every file was taken.",
        metadata={"files": len(deliveries), "not_taken": len(refused)},
    )
