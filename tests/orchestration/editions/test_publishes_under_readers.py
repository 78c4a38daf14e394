"""Harm prevented: somebody who reads while an edition is published gets an error, or half of two editions."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

from orchestration.editions import shelf

Publisher = Callable[[int], Path]
N_PUBLISHES, N_PROCESSES, N_THREADS = 100, 4, 2
ROOT = Path(__file__).resolve().parents[3]
# Reads over and over until the file `stop` is there; tells per thread the numbers seen and the mixtures.
READER = textwrap.dedent(
    """
    import json, sys, threading, time
    from pathlib import Path
    import pyarrow.parquet as pq
    from orchestration.reader import connect
    from orchestration.editions.shelf import manifest_of, resolve

    home, threads = Path(sys.argv[1]), int(sys.argv[2])

    def marts():
        with connect(home) as edition:
            sql = "select number, count(*) from {} group by number"
            return [row for name in ("dim_one", "analysis.two", "dim_one")
                    for row in edition.execute(sql.format(name)).fetchall()]

    def files():
        folder = resolve(home)
        number = json.loads((folder / "facts.json").read_text())["number"]
        manifest = manifest_of(folder)
        rows = manifest["rows"]
        page = (folder / "summary.en.html").read_text()
        twins = [pq.read_table(folder / "parquet" / f"{name}.parquet") for name in ("dim_one", "two")]
        return [(number, rows["marts.dim_one"]), (manifest["number"], rows["analysis.two"]),
                (int(page[3:-4]), twins[0].num_rows), (twins[1]["number"][0].as_py(), twins[1].num_rows)]

    def read(told):
        seen, mixtures = [], []
        is_last = False
        while not is_last:
            is_last = (home / "stop").exists()
            for look in (marts, files):
                found = look()
                seen.append(found[0][0])
                if len(set(found)) != 1 or found[0][1] != found[0][0] + 10:
                    mixtures.append(found)
            # Polls, so that the publisher gets its turns on two cores.
            time.sleep(0.05)
        told.append({"seen": seen, "mixtures": mixtures})

    told = []
    readers = [threading.Thread(target=read, args=(told,)) for _ in range(threads)]
    print("ready", flush=True)
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    print(json.dumps(told))
    """
)


def test_a_hundred_publishes_under_eight_readers(home: Path, published: Publisher) -> None:
    published(0)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(home), str(N_THREADS)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for _ in range(N_PROCESSES)
    ]  # fmt: skip
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for number in range(1, N_PUBLISHES + 1):
            published(number)
        (home / "stop").touch()
        said = [process.communicate(timeout=120) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [errors for _, errors in said] == [""] * N_PROCESSES, "no reader fails"
    told = [reader for out, _ in said for reader in json.loads(out)]
    assert len(told) == N_PROCESSES * N_THREADS
    assert [reader["mixtures"] for reader in told] == [[]] * len(told), "no reader sees a mixture"
    for reader in told:
        assert reader["seen"] == sorted(reader["seen"]), "no reader goes back in time"
        assert reader["seen"][-1] == N_PUBLISHES
    n_seen = len({number for reader in told for number in reader["seen"]})
    assert n_seen > 10, "they did read while it was published"
    assert len(shelf.listed(home)) == N_PUBLISHES + 1
