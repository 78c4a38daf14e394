"""Guards against a truth only we believe: estimators and a reader of exports that share no code with ours."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from contracts.instrument import load_instrument
from models.demo import DemoExports, make_demo
from models.demo.assessment import draw_answers
from models.demo.index import observed_index
from models.demo.spec import LEAD_MONTHS, WorldSpec
from models.demo.world import LatentWorld, draw_world
from models.demo.zendesk import draw_tickets

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slope:
    """A slope with its cluster-robust 95 % interval."""

    estimate: float
    low: float
    high: float

    def covers(self, truth: float) -> bool:
        return self.low <= truth <= self.high


def slope(y: Floats, x: Floats, *, within: bool) -> Slope:
    """Slope of y on x, arrays of shape (units, periods) with not-a-number where unknown.

    Within: unit means taken out, period dummies. Not within: one intercept. Errors CR1 by unit.
    """
    units, periods = np.nonzero(np.isfinite(y) & np.isfinite(x))
    outcome, exposure = y[units, periods], x[units, periods]
    starts = np.flatnonzero(np.r_[True, units[1:] != units[:-1]])
    size = np.diff(np.r_[starts, len(units)])

    def centred(columns: Floats) -> Floats:
        means = np.add.reduceat(columns, starts, axis=0) / size.reshape(-1, *[1] * (columns.ndim - 1))
        return columns - np.repeat(means, size, axis=0)

    if within:
        dummies = np.eye(y.shape[1])[periods][:, 1:]
        columns, outcome = centred(np.column_stack([exposure, dummies])), centred(outcome)
    else:
        columns = np.column_stack([exposure, np.ones(len(exposure))])
    bread = np.linalg.inv(columns.T @ columns)
    beta = bread @ columns.T @ outcome
    sums = np.add.reduceat(columns * (outcome - columns @ beta)[:, None], starts, axis=0)
    n, g = len(outcome), len(starts)
    small = g / (g - 1) * (n - 1) / (n - columns.shape[1])
    error = np.sqrt((small * bread @ (sums.T @ sums) @ bread)[0, 0])
    return Slope(float(beta[0]), float(beta[0] - 1.976 * error), float(beta[0] + 1.976 * error))


@dataclass(frozen=True, slots=True)
class Observed:
    """What a careful reader of the exports can know, arrays of shape (organisations, months)."""

    world: LatentWorld
    index_per_10: Floats
    latent_per_10: Floats
    outcomes: dict[str, Floats]

    def slope(self, outcome: str, *, within: bool, latent: bool = False) -> Slope:
        """Slope of the outcome three months later on the index."""
        x = self.latent_per_10 if latent else self.index_per_10
        return slope(self.outcomes[outcome][:, LEAD_MONTHS:], x[:, :-LEAD_MONTHS], within=within)


def observe_world(spec: WorldSpec) -> Observed:
    """Draw a world and observe it through raters and tickets, without going through files."""
    world = draw_world(spec)
    instrument = load_instrument()
    index = observed_index(draw_answers(world, instrument), instrument, *world.maturity.shape)
    tickets = draw_tickets(world)
    shape = world.csat_share.shape
    n_cells = shape[0] * shape[1]

    def count(mask: npt.NDArray[np.bool_], weights: Floats | None = None) -> Floats:
        kept = None if weights is None else weights[mask]
        return np.bincount(tickets.cell[mask], kept, minlength=n_cells).reshape(shape).astype(float)

    good = np.char.startswith(tickets.score, "good")
    bad = np.char.startswith(tickets.score, "bad")
    answered = tickets.status != "open"
    with np.errstate(invalid="ignore", divide="ignore"):
        csat = count(good) / (count(good) + count(bad))
        minutes = count(answered, tickets.reply_minutes.astype(float)) / count(answered)
    wave = world.calendar.wave_of_month
    return Observed(
        world=world,
        index_per_10=index[:, wave] / 10,
        latent_per_10=world.maturity[:, wave] / 10,
        outcomes={"csat_share": csat, "log_revenue": world.log_revenue, "first_response_minutes": minutes},
    )


def read_export(exports: DemoExports, path: str) -> pd.DataFrame:
    """Read one export by what is stated about it: text only, without footers and extra header rows."""
    text = exports.files[path].decode("cp1252" if path.endswith("accounts.csv") else "utf-8")
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    first = 3 if "/qualtrics/" in path else 1
    kept = [row for row in rows[first:] if len(row) == len(rows[0])]
    frame = pd.DataFrame(kept, columns=rows[0], dtype=object)
    frame["file"] = path
    return frame


def read_newest(exports: DemoExports, start: str, key: list[str], version: str) -> pd.DataFrame:
    """All rows of one kind of export, the newest version of each key."""
    parts = [read_export(exports, path) for path in sorted(exports.files) if path.startswith(start)]
    frame = pd.concat(parts, ignore_index=True).sort_values(version, kind="stable")
    return frame.drop_duplicates(key, keep="last")


def observe_exports(exports: DemoExports, spec: WorldSpec) -> Observed:
    """Observe a world through its files alone; the latent truth is only kept for reference."""
    world = draw_world(spec)
    crosswalk = read_export(exports, "reference/crosswalk.csv")
    place = {(r.source_system, r.unit_key): int(r.organization_id[4:]) - 1 for r in crosswalk.itertuples()}
    shape = world.csat_share.shape
    first = world.calendar.months[0]

    def grid(frame: pd.DataFrame, system: str, unit: str, day: str, values: Floats) -> Floats:
        row = np.array([place.get((system, key), -1) for key in frame[unit]])
        column = (frame[day].str[:7].to_numpy().astype("datetime64[M]") - first).astype(int)
        total = np.zeros(shape)
        known = row >= 0
        np.add.at(total, (row[known], column[known]), np.asarray(values, dtype=float)[known])
        return total

    tickets = read_newest(exports, "exports/zendesk/", ["id"], "updated_at")
    sound = tickets["created_at"].str.match(r"^20\d\d-(0[1-9]|1[0-2])-") & (tickets["status"] != "deleted")
    merged = set(tickets["merged_ticket_ids"].str.strip("[]")) - {""}
    tickets = tickets[
        sound & ~tickets["id"].isin(merged) & ~tickets["created_at"].str.startswith("2024-02-30")
    ]
    score = tickets["satisfaction_rating_score"]
    good = grid(tickets, "zendesk", "brand_id", "created_at", score.str.startswith("good"))
    rated = good + grid(tickets, "zendesk", "brand_id", "created_at", score.str.startswith("bad"))
    lines = read_newest(exports, "exports/xero/", ["journal_id", "line_number"], "updated_date_utc")
    lines = lines[(lines["account_type"] == "REVENUE") & ~lines["journal_date"].str.endswith("02-31")]
    net = -lines["net_amount"].str.replace(",", ".").astype(float)
    revenue = grid(lines, "xero", "tracking_category_option", "journal_date", net)
    index = _index_of_exports(exports, place, world.maturity.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        outcomes = {"csat_share": good / rated, "log_revenue": np.log(revenue)}
    wave = world.calendar.wave_of_month
    return Observed(world, index[:, wave] / 10, world.maturity[:, wave] / 10, outcomes)


def _index_of_exports(
    exports: DemoExports, place: dict[tuple[str, str], int], shape: tuple[int, ...]
) -> Floats:
    instrument = load_instrument()
    index = np.full(shape, np.nan)
    paths = sorted(path for path in exports.files if path.startswith("exports/qualtrics/"))
    for wave, path in enumerate(paths):
        frame = read_export(exports, path)
        frame = frame[frame["Status"] == "0"]
        units = np.array([place["qualtrics", unit] for unit in frame["organization_unit"]])
        kinds: dict[str, list[pd.Series]] = {}
        for dimension in instrument.dimensions:
            items = [item for item in instrument.items if item.dimension == dimension.code]
            scores = pd.DataFrame({i.code: pd.to_numeric(frame[i.code]) * 25 for i in items})
            for item in items:
                if item.is_reversed:
                    scores[item.code] = 100 - scores[item.code]
            enough = scores.notna().sum(axis=1) * 3 >= 2 * len(items)
            rater = scores.mean(axis=1).where(enough)
            kinds.setdefault(dimension.kind, []).append(rater.groupby(units).mean())
        parts = [pd.concat(scores, axis=1).mean(axis=1) for scores in kinds.values()]
        whole = pd.concat(parts, axis=1).mean(axis=1, skipna=False)
        index[whole.index.to_numpy(), wave] = whole.to_numpy()
    return index


@pytest.fixture(scope="session")
def observe() -> Callable[[WorldSpec], Observed]:
    return observe_world


@pytest.fixture(scope="session")
def default_demo() -> DemoExports:
    return make_demo(WorldSpec())


@pytest.fixture(scope="session")
def seen_in_exports(default_demo: DemoExports) -> Observed:
    return observe_exports(default_demo, WorldSpec())


@pytest.fixture(scope="session")
def read() -> Callable[[DemoExports, str], pd.DataFrame]:
    return read_export
