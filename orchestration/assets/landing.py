"""Assets of exports and landing: what was delivered, and that it was read once. Reading is ingest's work."""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from contracts.profile import Profile
from orchestration.assets.step import running
from orchestration.ingest.land.deliveries import Delivery
from orchestration.layers import BY_NAME, DOMAINS, domain_of_profile
from orchestration.resources import Installation

RECEIPTS = dg.AssetKey(["landing", "receipts"])
PROFILE_CHECK = "profile"
_NAMED_AT_MOST = 10


def export_specs(profiles: Mapping[str, Profile]) -> list[dg.AssetSpec]:
    """One external asset per subject: its files come from outside and are never written to."""
    layer = BY_NAME["exports"]
    return [
        dg.AssetSpec(
            key=["exports", domain],
            group_name="exports",
            owners=[layer.owner],
            kinds=set(layer.kinds),
            description=f"Files about {domain} as delivered; the drop zone is read, never written to.",
            metadata={"systems": ", ".join(systems_of(domain, profiles))},
        )
        for domain in DOMAINS
    ]


def systems_of(domain: str, profiles: Mapping[str, Profile]) -> list[str]:
    """Systems whose files about a subject can be read."""
    return sorted(
        {profile.source_system for profile in profiles.values() if domain_of_profile(profile) == domain}
    )


def landing_assets(installation: Installation) -> dg.AssetsDefinition:
    """Landing: one asset per subject, and the receipts of everything ever delivered."""

    @dg.multi_asset(
        name="landing",
        specs=[*(_landing_spec(domain) for domain in DOMAINS), _receipts_spec()],
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
        from orchestration.ingest.land.deliveries import receive
        from orchestration.ingest.profiles import profiles_of

        with running(installation, "landing", context) as stage:
            deliveries = receive(
                installation.home, installation.settings(), pseudonym_key=installation.given_key
            )
            profiles = profiles_of(installation.home)
            stage.rows = sum(delivery.delivered for delivery in deliveries if delivery.status == "taken")
            stage.note = f"{len(deliveries)} files"
        for domain in DOMAINS:
            key = dg.AssetKey(["landing", domain])
            if key in context.selected_asset_keys:
                yield _landed(key, [d for d in deliveries if _domain(d, profiles) == domain])
        if RECEIPTS in context.selected_asset_keys:
            yield dg.MaterializeResult(
                asset_key=RECEIPTS,
                metadata={"dagster/row_count": len(deliveries)},
                check_results=[_profile_result(deliveries)],
            )

    return landing


def _domain(delivery: Delivery, profiles: Mapping[str, Profile]) -> str | None:
    profile = profiles.get(delivery.profile or "")
    return None if profile is None else domain_of_profile(profile)


def _landing_spec(domain: str) -> dg.AssetSpec:
    layer = BY_NAME["landing"]
    return dg.AssetSpec(
        key=["landing", domain],
        deps=[dg.AssetKey(["exports", domain])],
        group_name="landing",
        owners=[layer.owner],
        kinds=set(layer.kinds),
        description=f"Rows about {domain} as text, one folder per delivery; immutable.",
    )


def _receipts_spec() -> dg.AssetSpec:
    layer = BY_NAME["landing"]
    return dg.AssetSpec(
        key=RECEIPTS,
        deps=[dg.AssetKey(["exports", domain]) for domain in DOMAINS],
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
            "systems": ", ".join(sorted({str(delivery.source_system) for delivery in taken})),
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
