"""Without this an edition of an older version is explained in words it never said, or breaks on a key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from models.facts import FACTS_VERSION
from orchestration.explain.claim import explain_claim
from orchestration.explain.source import Source
from orchestration.reader import UnreadableEdition


def test_a_claim_of_facts_of_another_version_is_refused_by_name(tmp_path: Path) -> None:
    facts = {"versions": {"facts": "2"}, "claims": [{"outcome": "csat_share"}]}
    (tmp_path / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    source = Source(tmp_path, tmp_path, cast(Any, None), None, {})
    with pytest.raises(UnreadableEdition) as told:
        explain_claim(source, "csat_share")
    said = str(told.value)
    assert "version 2" in said
    assert f"claims of {FACTS_VERSION}" in said
    assert "facts.json" in said
    assert "run again" in said
