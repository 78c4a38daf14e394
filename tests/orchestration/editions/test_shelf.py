"""Harm prevented: going back or making room takes away the edition in force, or one that somebody reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock

from orchestration.cli import cli
from orchestration.editions import keeping, shelf
from orchestration.editions.folder import GOING
from orchestration.reader import connect

Publisher = Callable[[int], Path]


def current(home: Path) -> str:
    return os.readlink(home / "editions" / "current")


def asked(*arguments: str) -> tuple[int, str]:
    said = CliRunner().invoke(cli, ["editions", *arguments])
    return said.exit_code, said.output


def names(home: Path) -> list[str]:
    return [one.edition_id for one in shelf.listed(home)]


def test_the_list_tells_the_newest_first_and_marks_the_one_in_force(home: Path, published: Publisher) -> None:
    made = [published(number).name for number in (1, 2, 3)]
    keeping.rollback(home, made[1])
    code, text = asked("list", "--home", str(home), "--json")
    told = json.loads(text)
    assert code == 0
    assert [one["edition_id"] for one in told] == made[::-1]
    assert [one["is_current"] for one in told] == [False, True, False]
    assert [one["rows"] for one in told] == [26, 24, 22]
    manifest = json.loads((home / "editions" / made[1] / "manifest.json").read_text())
    assert told[1]["facts_hash"] == manifest["facts_hash"]
    assert told[1]["size"] == sum(
        path.stat().st_size for path in (home / "editions" / made[1]).rglob("*") if path.is_file()
    )
    _, words = asked("list", "--home", str(home))
    assert [line[0] for line in words.splitlines()] == [" ", "*", " "]


def test_two_editions_of_one_second_keep_their_order(home: Path, published: Publisher) -> None:
    first, second = published(7), published(7)
    assert second.name == f"{first.name}-2"
    assert names(home) == [second.name, first.name]


def test_a_damaged_edition_is_listed_as_such_and_ends_in_one(home: Path, published: Publisher) -> None:
    damaged, whole = published(1), published(2)
    (damaged / "manifest.json").write_text("{")
    code, text = asked("list", "--home", str(home))
    assert code == 1
    assert f"{damaged.name}  its manifest cannot be read" in text
    assert whole.name in text


def test_the_manifest_says_sizes_and_what_was_replaced(published: Publisher) -> None:
    first, second = published(1), published(2)
    manifest = shelf.manifest_of(second)
    assert manifest["replaces"] == first.name
    assert shelf.manifest_of(first)["replaces"] is None
    on_disk = {
        path.relative_to(second).as_posix(): path.stat().st_size
        for path in second.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert manifest["bytes"] == on_disk


@pytest.mark.parametrize("verb", [["list"], ["show"], ["diff", "a", "b"], ["rollback"]])
def test_a_home_without_editions_is_told_so(home: Path, verb: list[str]) -> None:
    said = CliRunner().invoke(cli, ["editions", *verb, "--home", str(home)])
    assert isinstance(said.exception, shelf.NoEdition)
    assert "maturity-impact run" in str(said.exception)


def test_the_command_says_it_in_one_sentence_and_ends_in_two(home: Path) -> None:
    for verb in (["editions", "list"], ["query", "select 1"]):
        command = [sys.executable, "-m", "orchestration.cli", *verb, "--home", str(home)]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (said.returncode, said.stdout) == (2, "")
        assert said.stderr.startswith("There is no edition yet")
        assert len(said.stderr.splitlines()) == 1


def test_an_edition_is_found_by_the_beginning_of_its_id(home: Path, published: Publisher) -> None:
    first, second = published(1), published(2)
    assert shelf.resolve(home, first.name[:16]) == first
    assert shelf.resolve(home) == shelf.resolve(home, "current") == second
    assert shelf.resolve(home, "previous") == first
    with pytest.raises(shelf.UnknownEdition, match="2 editions begin with '2026'"):
        shelf.resolve(home, "2026")
    with pytest.raises(shelf.UnknownEdition, match=f"no edition 'x'.*{second.name}"):
        shelf.resolve(home, "x")
    with pytest.raises(shelf.UnknownEdition, match=r"no edition '\.\./\.\./home'"):
        shelf.resolve(home, "../../home")


def test_rollback_swaps_the_pointer_and_nothing_else(home: Path, published: Publisher) -> None:
    first, second = published(1), published(2)
    before = {path: path.read_bytes() for path in (home / "editions").glob("2*/*") if path.is_file()}
    code, text = asked("rollback", "--home", str(home))
    assert code == 0
    assert text.startswith(f"In force: {first.name}")
    assert current(home) == first.name
    assert {path: path.read_bytes() for path in before} == before
    assert list((home / "editions").glob(".*")) == []
    code, text = asked("rollback", first.name, "--home", str(home), "--json")
    assert json.loads(text) == {"before": first.name, "current": first.name}
    third = published(3)
    assert current(home) == third.name
    assert second.exists()


def test_rollback_mends_a_pointer_to_nothing(home: Path, published: Publisher) -> None:
    first = published(1)
    (home / "editions" / "current").unlink()
    (home / "editions" / "current").symlink_to("20990101T000000Z-gone")
    with pytest.raises(shelf.NoEdition, match=f"rollback {first.name}"):
        shelf.resolve(home)
    assert asked("list", "--home", str(home))[0] == 1
    keeping.rollback(home, first.name)
    assert current(home) == first.name


def test_rollback_refuses_an_edition_that_was_touched(home: Path, published: Publisher) -> None:
    first, second = published(1), published(2)
    (first / "facts.json").write_text("{}")
    with pytest.raises(shelf.DamagedEdition, match="not what its manifest says"):
        keeping.rollback(home, first.name)
    assert current(home) == second.name


def test_prune_keeps_the_newest_and_the_one_in_force(home: Path, published: Publisher) -> None:
    made = [published(number).name for number in range(1, 7)]
    keeping.rollback(home, made[0])
    code, text = asked("prune", "--home", str(home), "--keep", "2", "--dry-run")
    assert code == 0
    assert text.count("would go") == 3
    assert names(home) == made[::-1]
    code, text = asked("prune", "--home", str(home), "--keep", "2", "--json")
    assert json.loads(text)["removed"] == [made[3], made[2], made[1]]
    assert names(home) == [made[5], made[4], made[0]]
    assert current(home) == made[0]
    assert list((home / "editions").glob(".*")) == []


def test_prune_keeps_the_one_published_last_though_the_clock_went_back(
    home: Path, published: Publisher
) -> None:
    made = [published(number).name for number in (5, 6, 7, 1)]
    keeping.rollback(home, made[2])
    assert {one.edition_id for one in keeping.prune(home, 1)} == {made[0], made[1]}
    assert set(names(home)) == {made[2], made[3]}


def test_one_edition_is_pruned_by_hand(home: Path, published: Publisher) -> None:
    made = [published(number).name for number in range(1, 5)]
    code, text = asked("prune", made[1], "--home", str(home), "--dry-run")
    assert (code, text.splitlines()[0].split()[:3]) == (0, ["would", "go", made[1]])
    assert names(home) == made[::-1]
    code, text = asked("prune", made[1], "--home", str(home), "--json")
    assert (json.loads(text)["removed"], json.loads(text)["kept"]) == ([made[1]], [made[3], made[2], made[0]])
    assert names(home) == [made[3], made[2], made[0]]
    assert list((home / "editions").glob(".*")) == []


def test_one_that_cannot_be_read_is_pruned_by_hand_alone(home: Path, published: Publisher) -> None:
    made = [published(number) for number in range(1, 4)]
    (made[0] / "manifest.json").write_text("{")
    assert keeping.prune(home, 1)[0].edition_id == made[1].name
    assert made[0].name in names(home)
    keeping.prune_one(home, made[0].name)
    assert names(home) == [made[2].name]


def test_what_is_in_force_or_carries_the_beliefs_is_not_pruned_by_hand(
    home: Path, published: Publisher
) -> None:
    made = [published(number).name for number in (5, 6, 1)]
    keeping.rollback(home, made[1])
    for name, why in ((made[1], "in force"), ("current", "in force"), (made[2], "beliefs")):
        with pytest.raises(keeping.NeededEdition, match=why):
            keeping.prune_one(home, name)
    assert set(names(home)) == set(made)


def test_pruning_one_and_keeping_a_number_are_not_mixed(home: Path, published: Publisher) -> None:
    made = [published(number).name for number in range(1, 4)]
    code, text = asked("prune", made[0], "--keep", "1", "--home", str(home))
    assert (code, "not both" in text) == (2, True)
    assert names(home) == made[::-1]


def test_prune_takes_its_number_from_the_settings(home: Path, published: Publisher) -> None:
    made = [published(number).name for number in range(1, 5)]
    assert asked("prune", "--home", str(home))[0] == 0
    assert names(home) == made[::-1], "24 are kept unless said otherwise"
    (home / "maturity.yaml").write_text("retention: {keep_editions: 3}\n")
    asked("prune", "--home", str(home))
    assert names(home) == made[:0:-1]


def test_who_has_a_pruned_edition_open_reads_on(home: Path, published: Publisher) -> None:
    first = published(1)
    with connect(home) as reader, (first / "parquet" / "dim_one.parquet").open("rb") as twin:
        for number in (2, 3):
            published(number)
        assert [one.edition_id for one in keeping.prune(home, 1)][-1] == first.name
        assert not first.exists()
        assert reader.execute("select count(*), max(number) from dim_one").fetchall() == [(11, 1)]
        assert reader.execute("select sum(line) from analysis.two").fetchall() == [(55,)]
        assert twin.read()[:4] == b"PAR1"


def test_an_interrupted_prune_is_finished_by_the_next_publish(home: Path, published: Publisher) -> None:
    first = published(1)
    published(2)
    first.rename(first.with_name(GOING + first.name))
    assert len(names(home)) == 1
    published(3)
    assert list((home / "editions").glob(".*")) == []


def test_whoever_changes_editions_waits_for_the_other(
    home: Path, published: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(1)
    published(2)
    monkeypatch.setattr(shelf, "_PATIENCE_SECONDS", 0.0)
    with FileLock(home / "tmp" / "editions.lock"):
        for change in (lambda: published(3), lambda: keeping.rollback(home), lambda: keeping.prune(home, 1)):
            with pytest.raises(shelf.EditionsBusy, match="Another process"):
                change()
    assert len(names(home)) == 2
