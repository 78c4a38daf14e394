"""Harm prevented: the benchmark calls a changed table exact, and the reader's worst fault goes uncounted."""

import runpy
from pathlib import Path
from typing import Any

import pytest

RUN = Path(__file__).parents[3] / "benchmarks" / "pollock" / "run.py"
CLEAN = '"id","name"\n"1","a, b"\n"2","c"\n'


@pytest.fixture(scope="module")
def run() -> dict[str, Any]:
    return runpy.run_path(str(RUN))


@pytest.mark.parametrize(
    ("polluted", "verdict"),
    [
        ('id;name\n1;"a, b"\n2;c\n', "exact"),
        ("id,name\n1,a, b\n2,c\n", "quarantined"),
        ("", "refused"),
        ('id,name\n1,"a, b"\n', "silent"),
        ('id,name\n1,"a, b"\n2,d\n', "silent"),
        ('id,title\n1,"a, b"\n2,c\n', "silent"),
        ('id,name\n2,c\n1,"a, b"\n', "silent"),
    ],
)
def test_each_verdict_is_given(run: dict[str, Any], tmp_path: Path, polluted: str, verdict: str) -> None:
    (tmp_path / "polluted.csv").write_text(polluted)
    (tmp_path / "clean.csv").write_text(CLEAN)
    assert run["verdict_on"](tmp_path / "polluted.csv", tmp_path / "clean.csv") == verdict


def test_the_last_line_counts(
    run: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, content in (("csv", "id,name\n1,x\n"), ("clean", CLEAN)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_text(content)
    run["main"]([str(tmp_path)])
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "silently different: a.csv"
    assert told[-2:] == ["clean files read exactly 1 of 1", "silently different 1 of 1"]
