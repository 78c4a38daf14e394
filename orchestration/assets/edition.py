"""Assets of the edition: facts, summary, and publication behind every blocking check. No wording, no SQL."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import dagster as dg

from contracts import Contract
from orchestration import checks
from orchestration.assets.analysis import ENTITY_READ, MARTS_READ
from orchestration.assets.step import running
from orchestration.editions import dbt_docs, facts_read, inputs, manifest, metricflow, views
from orchestration.editions.folder import file_hashes
from orchestration.editions.publish import Edition, publish
from orchestration.errors import CheckFailed
from orchestration.layers import BY_NAME, WAREHOUSE_POOL
from orchestration.resources import Installation

FACTS, SUMMARY, PUBLISHED = (dg.AssetKey(["edition", name]) for name in ("facts", "summary", "published"))
PUBLISH_CHECK = "readable_and_whole"
LANGUAGES: tuple[Literal["en", "nl"], ...] = ("en", "nl")
Verdicts = Mapping[dg.AssetCheckKey, dg.AssetCheckEvaluation | None]
NEXT_EDITION = Path("tmp") / "edition"
"""Where facts and pages wait, below the home, until they are published together."""


def edition_assets(
    installation: Installation, blocking: Sequence[dg.AssetCheckKey], contracts: Sequence[Contract]
) -> list[dg.AssetsDefinition]:
    """Facts, summary and publication.

    Parameters
    ----------
    blocking : sequence of AssetCheckKey
        Every check that must have passed when it was last run; otherwise nothing is published.
    contracts : sequence of Contract
        Contracts of the published tables; their words become the comments in the file.
    """
    return [_facts(installation), _summary(installation), _published(installation, blocking, contracts)]


def _spec(key: dg.AssetKey, description: str, deps: Iterable[dg.AssetKey], kinds: set[str]) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=key,
        description=description,
        deps=list(deps),
        group_name="edition",
        owners=[BY_NAME["edition"].owner],
        kinds=kinds,
    )


def _facts(installation: Installation) -> dg.AssetsDefinition:
    deps = sorted(dg.AssetKey(list(relation)) for relation in facts_read.RELATIONS)
    said = "Every number that the summary may show, in one object without a clock."

    @dg.multi_asset(name="facts", specs=[_spec(FACTS, said, deps, {"python", "json"})], pool=WAREHOUSE_POOL)
    def facts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        from models.facts import FactsSettings, build_facts, canonical_json

        with running(installation, "facts", context) as stage:
            settings = installation.settings()
            found = build_facts(
                **facts_read.tables(installation.home),
                truth=facts_read.planted(installation.home) if settings.is_simulated else None,
                settings=FactsSettings(
                    is_simulated=settings.is_simulated,
                    reporting_currency=settings.reporting_currency,
                    minimum_organizations=settings.thresholds.minimum_organizations,
                    minimum_raters=settings.thresholds.minimum_raters,
                    minimum_group=settings.thresholds.minimum_group_people,
                    instrument_version=settings.instrument_version,
                    code_version=manifest.package_version(),
                ),
            )
            content = canonical_json(found)
            _waiting(installation.home, "facts.json").write_bytes(content)
            stage.note = f"{len(found['claims'])} claims"
        return dg.MaterializeResult(
            asset_key=FACTS,
            metadata={
                "dagster/row_count": len(found["claims"]),
                "withheld": len(found["withheld"]),
                "bytes": len(content),
            },
        )

    return facts


def _summary(installation: Installation) -> dg.AssetsDefinition:
    said = "The summary for leadership, one file per language; every number comes from the facts."

    @dg.multi_asset(name="summary", specs=[_spec(SUMMARY, said, [FACTS], {"python", "html"})])
    def summary(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        from models.page import render_summary

        with running(installation, "summary", context) as stage:
            facts = json.loads(_waiting(installation.home, "facts.json").read_text(encoding="utf-8"))
            sizes = {}
            for language in LANGUAGES:
                page = render_summary(facts, language).encode()
                _waiting(installation.home, f"summary.{language}.html").write_bytes(page)
                sizes[f"bytes_{language}"] = len(page)
            stage.note = " and ".join(LANGUAGES)
        return dg.MaterializeResult(
            asset_key=SUMMARY, metadata={"dagster/row_count": len(LANGUAGES), **sizes}
        )

    return summary


def _published(
    installation: Installation, blocking: Sequence[dg.AssetCheckKey], contracts: Sequence[Contract]
) -> dg.AssetsDefinition:
    said = (
        "The edition readers open: marts.duckdb, Parquet, facts, summary and manifest, swapped in one step."
    )
    deps = [SUMMARY, FACTS, *sorted(checks.asset_key(contract) for contract in contracts)]

    @dg.multi_asset(
        name="published",
        specs=[_spec(PUBLISHED, said, deps, {"duckdb", "parquet", "html"})],
        check_specs=[
            dg.AssetCheckSpec(
                PUBLISH_CHECK,
                asset=PUBLISHED,
                description="Every file of the edition has the hash that its manifest states.",
                blocking=True,
            )
        ],
        pool=WAREHOUSE_POOL,
    )
    def published(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with running(installation, "publish", context) as stage:
            verdicts = latest_verdicts(context.instance, blocking)
            refuse_if_stopped(verdicts)
            folder = publish(
                installation.home,
                _edition(installation, verdicts, contracts),
                installation.parts.now(),
            )
            said_so = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            stage.rows = sum(said_so["rows"].values())
            stage.note = folder.name
        yield dg.MaterializeResult(
            asset_key=PUBLISHED,
            metadata={
                "dagster/row_count": sum(said_so["rows"].values()),
                "edition": folder.name,
                "facts_hash": said_so["facts_hash"],
            },
            check_results=[
                dg.AssetCheckResult(
                    asset_key=PUBLISHED,
                    check_name=PUBLISH_CHECK,
                    passed=file_hashes(folder) == said_so["files"],
                    metadata={"files": len(said_so["files"])},
                )
            ],
        )

    return published


def latest_verdicts(instance: dg.DagsterInstance, keys: Sequence[dg.AssetCheckKey]) -> Verdicts:
    """Last verdict of each check; None where it never came to one."""
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(keys))
    return {key: records[key].evaluation if key in records else None for key in keys}


def refuse_if_stopped(verdicts: Verdicts) -> None:
    """Refuse publication unless every blocking check passed, or only warned, when it was last run.

    Raises
    ------
    CheckFailed
        Naming the checks that failed or were never run.
    """
    stopped = sorted(
        f"{key.asset_key.to_user_string()} {key.name}"
        for key, verdict in verdicts.items()
        if verdict is None or not (verdict.passed or verdict.severity == dg.AssetCheckSeverity.WARN)
    )
    if stopped:
        more = f" and {len(stopped) - 5} more" if len(stopped) > 5 else ""
        raise CheckFailed(
            f"{len(stopped)} blocking check(s) failed or never ran, so nothing was published",
            ", ".join(stopped[:5]) + more,
            "run without --select and look at what they refused",
        )


def _edition(
    installation: Installation,
    verdicts: Verdicts,
    contracts: Sequence[Contract],
) -> Edition:
    from models.facts_schema import facts_schema

    home = installation.home
    pages = {f"summary.{language}.html": _waiting(home, f"summary.{language}.html") for language in LANGUAGES}
    schema = json.dumps(facts_schema(), indent=1, sort_keys=True).encode() + b"\n"
    rows, common = inputs.brought(home), views.load_views()
    return Edition(
        facts=_waiting(home, "facts.json").read_bytes(),
        documents={
            **{name: path.read_bytes() for name, path in pages.items()},
            "facts.schema.json": schema,
            "dictionary.html": _dictionary(installation, contracts, common),
            dbt_docs.NAME: dbt_docs.render_dbt_docs(home, installation.parts.dbt.manifest()),
            metricflow.NAME: metricflow.render_semantic_manifest(installation.parts.dbt),
        },
        manifest=manifest.manifest_parts(home, installation.settings(), installation.parts.dbt, rows)
        | {
            "checks": {
                f"{key.asset_key.to_user_string()} {key.name}": verdict is not None and verdict.passed
                for key, verdict in verdicts.items()
            }
        },
        provenance={"deliveries": rows, "restated": inputs.restated(home)},
        comments={
            (contract.layer, contract.name): (
                f"{contract.description} {contract.grain}",
                {column.name: column.description for column in contract.columns},
            )
            for contract in contracts
        },
        views=common,
    )


def _dictionary(
    installation: Installation, contracts: Sequence[Contract], common: Sequence[views.View]
) -> bytes:
    from contracts.beliefs import FCT_BELIEF
    from models.dictionary_page import render_dictionary_page
    from orchestration.editions.dictionary import gather

    reads = (*MARTS_READ, ENTITY_READ)
    return render_dictionary_page(
        gather(installation.parts.dbt.manifest(), (*contracts, FCT_BELIEF), reads, common)
    ).encode()


def _waiting(home: Path, name: str) -> Path:
    path = home / NEXT_EDITION / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
