"""The three routes of the benchmark, each for a process of its own. No comparing: see run.py.

Use: ``python benchmarks/ingest/routes.py floor|pandas|ours TICKETS.csv FOLDER``; prints seconds,
peak MB of its largest process, processor seconds.
"""

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

TIMES = ("created_at", "updated_at", "first_response_at", "solved_at")
TYPES = {
    **dict.fromkeys(("id", "reopens", "requester_id", "assignee_id"), "bigint"),
    **dict.fromkeys(TIMES, "timestamp"),
    "reply_time_in_minutes_calendar": "decimal(14,2)",
    "full_resolution_time_in_minutes_calendar": "decimal(14,2)",
}
"""Declared types of the floor; all other columns are text."""
BRANDS = 400


def floor(csv: Path, folder: Path) -> None:
    """DuckDB's own reader with declared types, straight to Parquet; it checks nothing."""
    import duckdb

    names = csv.open(encoding="utf-8").readline().strip().split(",")
    columns = {name: TYPES.get(name, "varchar") for name in names}
    form = "header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"'"
    rows = f"select * from read_csv('{csv}', {form}, columns = {columns})"
    duckdb.connect().execute(f"copy ({rows}) to '{folder / 'floor.parquet'}' (format parquet)")


def pandas(csv: Path, folder: Path) -> None:
    """What most teams write: read_csv, one lazy pandera validation with the same rules, to_parquet."""
    import pandas as pd
    import pandera.pandas as pa

    frame = pd.read_csv(csv, parse_dates=list(TIMES))
    words = {
        "status": ["new", "open", "pending", "hold", "solved", "closed", "deleted"],
        "priority": ["low", "normal", "high", "urgent"],
        "satisfaction_rating_score": ["good", "bad", "offered", "unoffered"],
    }
    columns = {name: pa.Column(checks=pa.Check.isin(said), nullable=True) for name, said in words.items()}
    first, last = pd.Timestamp("1990-01-01", tz="UTC"), pd.Timestamp("2100-01-01", tz="UTC")
    columns |= {name: pa.Column(checks=pa.Check.in_range(first, last), nullable=True) for name in TIMES}
    minutes = ("reply_time_in_minutes_calendar", "full_resolution_time_in_minutes_calendar", "reopens")
    columns |= {name: pa.Column(checks=pa.Check.ge(0), nullable=True) for name in minutes}
    columns |= {"id": pa.Column(unique=True), "brand_id": pa.Column(), "via_channel": pa.Column()}
    checks = [
        pa.Check(lambda rows: rows["solved_at"].isna() | (rows["solved_at"] >= rows["created_at"])),
        pa.Check(
            lambda rows: rows["first_response_at"].isna() | (rows["first_response_at"] >= rows["created_at"])
        ),
    ]
    pa.DataFrameSchema(columns, checks=checks).validate(frame, lazy=True).to_parquet(
        folder / "pandas.parquet"
    )


def ours(csv: Path, folder: Path) -> None:
    """Receive and accept, from a file in the drop zone to accepted rows and a balanced ledger."""
    from orchestration.ingest.gate.accept import accept
    from orchestration.ingest.gate.ledger import balance
    from orchestration.ingest.land.deliveries import receive
    from orchestration.settings import Settings

    home = home_with(csv, folder)
    settings = Settings(is_simulated=True)
    start = time.perf_counter()
    receive(home, settings)
    print(f"  receive {time.perf_counter() - start:.1f} s", flush=True)
    result = accept(home, settings)
    if len(balance(result.ledger)) or sum(result.verdicts["tickets"].refused.values()):
        raise SystemExit("rows were lost or refused")


def home_with(csv: Path, folder: Path) -> Path:
    """Home with the tickets in its drop zone; parts of a folder of files are delivered side by side."""
    home = folder / "home"
    files = sorted(csv.glob("*.csv")) if csv.is_dir() else [csv]
    (home / "exports" / "zendesk").mkdir(parents=True)
    (home / "reference").mkdir()
    for file in files:
        os.link(file, home / "exports" / "zendesk" / file.name)
    (home / "reference" / "organizations.csv").write_text(
        "organization_id,name,industry,country,customer_type,employees,currency,valid_from\n"
        + "".join(f"org-{n},Org {n},retail,NL,b2c,800,EUR,2015-01-01\n" for n in range(BRANDS))
    )
    (home / "reference" / "crosswalk.csv").write_text(
        "source_system,unit_key_type,unit_key,organization_id,valid_from,valid_to\n"
        + "".join(f"zendesk,brand,B{n},org-{n},2015-01-01,\n" for n in range(BRANDS))
    )
    return home


ROUTES: dict[str, Callable[[Path, Path], None]] = {"floor": floor, "pandas": pandas, "ours": ours}


def main() -> None:
    route, csv, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    start = time.perf_counter()
    ROUTES[route](csv, folder)
    seconds = time.perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    megabytes = max(one.ru_maxrss for one in used) / 1024
    print(f"{seconds:.2f} {megabytes:.0f} {sum(one.ru_utime + one.ru_stime for one in used):.2f}")


if __name__ == "__main__":
    main()
