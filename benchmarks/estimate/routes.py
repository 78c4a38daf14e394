"""What is measured, each for a process of its own. No comparing: see run.py.

Use: ``python -m benchmarks.estimate.routes ROUTE PATH``; prints seconds, processor seconds, peak MB, seconds
of the core and what came out. ``make PATH ORGANIZATIONS MONTHS`` writes the large panel.
"""

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

COLUMNS = "organization, period, y, x"
# What the two-way fit may use: DuckDB's cache of the file would otherwise grow to most of the machine, and
# every thread keeps sums of its own. 20 MB hold the sums of 200,000 organisations.
LIMITS = {"memory_limit": "20MB", "threads": 1}
DRAWS = 9999
# Seconds of the part that is compared, where a route has more to do than that.
CORE: list[float] = []


def make_panel(path: Path, organizations: int, months: int) -> None:
    """Write a balanced panel with organisation and month effects, a true slope of 0.3 and clustered noise."""
    import duckdb

    connection = duckdb.connect(str(path))
    # Box and Muller over hashed cells: the same numbers on every machine.
    uniform = "((hash({key}) >> 11) + 1) / 9007199254740993.0"
    normal = (
        f"sqrt(-2 * ln({uniform.format(key='[{a}, {salt}, 1]')})) * "
        f"cos(2 * pi() * {uniform.format(key='[{a}, {salt}, 2]')})"
    )
    by_unit = normal.replace("{a}", "organization").replace("{salt}", "7")
    cells = [normal.replace("{a}", "cell").replace("{salt}", str(salt)) for salt in (1, 2)]
    connection.execute(
        "create table panel as with cells as ("
        f"select o::integer as organization, m::integer as period, o * {months} + m as cell "
        f"from range({organizations}) as t(o), range({months}) as s(m)), "
        f"drawn as (select *, {by_unit} as trait, {cells[0]} as a, {cells[1]} as e from cells) "
        "select organization, period, "
        "0.3 * (a + 0.8 * trait) + 2 * trait + 0.02 * period + e as y, a + 0.8 * trait as x from drawn"
    )
    connection.close()


def battery(home: Path) -> tuple[float, float]:
    """Everything that a run estimates, from marts to tables; found: outcomes, and those above L2."""
    from contracts.marts import MARTS
    from orchestration.assets.analysis import estimated
    from orchestration.resources import Installation

    installation = Installation(home)
    claims = estimated(installation, installation.settings(), MARTS)["claims"]
    return float(len(claims)), float(claims["level"].isin(["L3", "L4"]).sum())


def moments(path: Path) -> tuple[float, float]:
    """Ours: sums in SQL, the fit from the sums."""
    import duckdb

    from orchestration.panel_moments import two_way_within_sql

    connection = duckdb.connect(str(path), read_only=True, config=dict(LIMITS))
    fit = two_way_within_sql(connection, "panel", "y", ("x",), "organization", "period")
    return float(fit.coefficients[0]), float(fit.standard_errors[0])


def pyfixest(path: Path) -> tuple[float, float]:
    """The fastest known Python library, on the rows."""
    import duckdb
    import pyfixest as pf

    frame = duckdb.connect(str(path), read_only=True).execute(f"select {COLUMNS} from panel").df()
    fit = pf.feols("y ~ x | organization + period", frame, vcov={"CRV1": "organization"})
    return float(fit.coef()["x"]), float(fit.se()["x"])


def statsmodels(path: Path) -> tuple[float, float]:
    """What most analysts write: demean by hand (the panel is balanced), OLS, clustered errors."""
    import duckdb
    from statsmodels.regression.linear_model import OLS

    frame = duckdb.connect(str(path), read_only=True).execute(f"select {COLUMNS} from panel").df()
    for name in ("y", "x"):
        for key in ("organization", "period"):
            frame[name] -= frame.groupby(key)[name].transform("mean")
    fit = OLS(frame["y"].to_numpy(), frame[["x"]].to_numpy()).fit(
        cov_type="cluster", cov_kwds={"groups": frame["organization"].to_numpy()}
    )
    # The library cannot know that the months were taken out before: they count in the small-sample factor.
    n, columns = len(frame), 1 + frame["period"].nunique()
    return float(fit.params[0]), float(fit.bse[0] * ((n - 1) / (n - columns)) ** 0.5)


def _few_clusters() -> tuple[Any, Any, Any]:
    import numpy as np

    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(40), 2500)
    X = np.column_stack([rng.normal(size=100_000) + rng.normal(size=40)[groups], np.ones(100_000)])
    X = np.column_stack([X, rng.normal(size=(100_000, 3))])
    y = 0.02 * X[:, 0] + rng.normal(size=40)[groups] + rng.normal(size=100_000)
    return y, X, groups


def bootstrap(_: Path) -> tuple[float, float]:
    """Ours: wild cluster bootstrap, null imposed, Rademacher signs."""
    from models.inference import wild_cluster_bootstrap

    y, X, groups = _few_clusters()
    begin = time.perf_counter()
    test = wild_cluster_bootstrap(y, X, groups, 0, DRAWS, 1)
    CORE.append(time.perf_counter() - begin)
    return test.t_value, test.p_value


def wildboottest(_: Path) -> tuple[float, float]:
    """The same test by the wildboottest package, after one call that compiles it."""
    import numpy as np
    from wildboottest.wildboottest import WildboottestCL

    y, X, groups = _few_clusters()

    def test(n_draws: int) -> tuple[float, float]:
        boot = WildboottestCL(X=X, Y=y, cluster=groups, R=np.eye(5)[0], B=n_draws, seed=1)
        boot.get_scores(bootstrap_type="11", impose_null=True)
        boot.get_weights(weights_type="rademacher")
        boot.get_numer()
        boot.get_denom()
        boot.get_tboot()
        boot.get_vcov()
        boot.get_tstat()
        boot.get_pvalue(pval_type="two-tailed")
        return float(boot.t_stat), float(boot.pvalue)

    test(99)
    begin = time.perf_counter()
    found = test(DRAWS)
    CORE.append(time.perf_counter() - begin)
    return found


ROUTES: dict[str, Callable[[Path], tuple[float, float]]] = {
    "battery": battery,
    "moments": moments,
    "pyfixest": pyfixest,
    "statsmodels": statsmodels,
    "bootstrap": bootstrap,
    "wildboottest": wildboottest,
}


def main() -> None:
    route, path = sys.argv[1], Path(sys.argv[2])
    if route == "make":
        make_panel(path, int(sys.argv[3]), int(sys.argv[4]))
        return
    start = time.perf_counter()
    first, second = ROUTES[route](path)
    seconds = time.perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(one.ru_utime + one.ru_stime for one in used)
    core = CORE[0] if CORE else seconds
    megabytes = max(one.ru_maxrss for one in used) / 1024
    print(f"{seconds:.2f} {processor:.2f} {megabytes:.0f} {core:.4f} {first:.15g} {second:.15g}")


if __name__ == "__main__":
    main()
