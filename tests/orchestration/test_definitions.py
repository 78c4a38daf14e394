"""If these fail, assets, checks or jobs changed unseen, or Dagster's page does not open on a new machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from contracts.entities import ENTITIES
from contracts.profile import load_profiles
from orchestration.build import build_definitions
from orchestration.checks import check_name
from orchestration.layers import BY_NAME, DOMAINS, LAYERS, domain_of, domain_of_profile
from orchestration.sensors import drop_zone_hash
from tests.our_desk import SPAM, our_desk

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOT = Path(__file__).with_name("graph.json")
REWRITE = "To accept the change: REWRITE_SNAPSHOT=1 pytest tests/orchestration/test_definitions.py"


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    return build_definitions(tmp_path_factory.mktemp("none") / "no-home")


def described(definitions: dg.Definitions) -> dict[str, Any]:
    graph = definitions.resolve_asset_graph()
    assets = {
        key.to_user_string(): {
            "group": graph.get(key).group_name,
            "blocking": sorted(
                check.name
                for check in graph.asset_check_keys
                if check.asset_key == key and graph.get_check_spec(check).blocking
            ),
            "telling": sorted(
                check.name
                for check in graph.asset_check_keys
                if check.asset_key == key and not graph.get_check_spec(check).blocking
            ),
        }
        for key in sorted(graph.get_all_asset_keys())
    }
    repository = definitions.get_repository_def()
    return {
        "assets": assets,
        "jobs": sorted(name for name in repository.job_names if not name.startswith("__")),
        "schedules": sorted(schedule.name for schedule in repository.schedule_defs),
        "sensors": sorted(sensor.name for sensor in repository.sensor_defs),
    }


def test_the_graph_is_as_last_agreed(definitions: dg.Definitions) -> None:
    found = described(definitions)
    if os.environ.get("REWRITE_SNAPSHOT"):
        SNAPSHOT.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    agreed = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    for name in agreed:
        assert found[name] == agreed[name], REWRITE


def test_every_asset_is_described_owned_and_in_its_layer(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.owners, key
        assert node.kinds, key
        assert node.group_name in BY_NAME, key
        assert key.path[0] in (node.group_name, "seeds"), key


def test_the_graph_runs_from_left_to_right(definitions: dg.Definitions) -> None:
    order = {layer.name: place for place, layer in enumerate(LAYERS)}
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        for parent in graph.get(key).parent_keys:
            assert order[graph.get(parent).group_name] <= order[graph.get(key).group_name], (parent, key)


def test_every_entity_and_every_profile_has_its_subject(definitions: dg.Definitions) -> None:
    assert {domain_of(entity) for entity in ENTITIES} == set(DOMAINS)
    assert {domain_of_profile(profile) for profile in load_profiles().values()} == set(DOMAINS)
    graph = definitions.resolve_asset_graph()
    named = ", ".join(str(graph.get(dg.AssetKey(["exports", d])).metadata["systems"]) for d in DOMAINS)
    assert all(profile.source_system in named for profile in load_profiles().values())


def test_a_profile_of_the_home_adds_its_system_and_its_reasons_but_no_asset(tmp_path: Path) -> None:
    before = build_definitions(tmp_path / "home").resolve_asset_graph()
    own = tmp_path / "home" / "profiles" / "our_desk.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(our_desk(refuse=SPAM))
    after = build_definitions(tmp_path / "home").resolve_asset_graph()
    assert after.get_all_asset_keys() == before.get_all_asset_keys()
    assert "our_desk" in after.get(dg.AssetKey(["exports", "support"])).metadata["systems"]
    tickets = dg.AssetKey(["accepted", "tickets"])
    assert dg.AssetCheckKey(tickets, "state__spam") in after.asset_check_keys - before.asset_check_keys


def test_reasons_of_any_spelling_have_a_name_in_dagster() -> None:
    assert check_name("created_at:timestamp") == "created_at__timestamp"
    assert check_name("Is Deal Closed?:boolean") == "Is_Deal_Closed___boolean"
    assert re.fullmatch(r"[A-Za-z0-9_]+", check_name("Geschäft - Wert:number"))


def test_the_sensor_asks_once_per_content(tmp_path: Path) -> None:
    home = tmp_path / "home"
    sensor = build_definitions(home).get_sensor_def("drop_zone")

    def looked(cursor: str | None) -> Any:
        return sensor(dg.build_sensor_context(cursor=cursor))

    assert isinstance(looked(None), dg.SkipReason)
    (home / "exports").mkdir(parents=True)
    (home / "exports" / "a.csv").write_text("x\n1\n")
    assert isinstance(looked(None), dg.SkipReason), "without settings nothing can run"
    (home / "maturity.yaml").write_text("is_simulated: true\n")
    first = looked(None)
    assert first.run_requests[0].run_key == first.cursor == drop_zone_hash(home)
    (home / "exports" / "a.csv").touch()
    assert isinstance(looked(first.cursor), dg.SkipReason)
    (home / "exports" / "a.csv").write_text("x\n2\n")
    assert looked(first.cursor).cursor != first.cursor


def test_dagster_loads_it_without_environment_home_or_warnings() -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    said = subprocess.run(
        [str(Path(sys.executable).with_name("dagster")), "definitions", "validate", "-w", "workspace.yaml"],
        cwd=ROOT, env=kept, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    output = said.stdout + said.stderr
    assert said.returncode == 0, output
    ours = [line for line in output.splitlines() if "arning" in line and "Use 'dg check defs'" not in line]
    assert ours == []
