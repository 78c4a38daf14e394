"""The planted scenarios and what an honest analysis may say in each. No running and no counting here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.claims import Level
from models.demo.spec import World

PRIMARY = ("csat_share", "log_revenue")
LADDER: tuple[Level, ...] = ("none", "L0", "L1", "L2", "L3", "L4")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One planted world, drawn many times.

    Attributes
    ----------
    world : World
    within, between : float per outcome or None
        What M2 and M1 estimate when they are right; None where the scenario makes them wrong by design.
    highest : Level
        Highest rung that is no overreach.
    verdict : str
        The right answer to which came first.
    organizations, months : int
    """

    world: World
    words: str
    within: dict[str, float] | None
    between: dict[str, float] | None
    highest: Level
    verdict: str
    organizations: int = 160
    months: int = 36


NOTHING = dict.fromkeys(PRIMARY, 0.0)
PLANTED = {"csat_share": 0.015, "log_revenue": 0.03}
SCENARIOS: dict[str, Scenario] = {
    "forward": Scenario("forward", "a true effect and a fixed trait", PLANTED, None, "L4", "maturity_first"),
    "null": Scenario("null", "nothing at all", NOTHING, NOTHING, "L1", "cannot_tell"),
    "trait_only": Scenario("trait_only", "a fixed trait moves both", NOTHING, None, "L1", "cannot_tell"),
    "reverse": Scenario("reverse", "the outcome moves the index", None, None, "L2", "outcome_first"),
    "common_shock": Scenario(
        "common_shock", "something else moves both at once", None, None, "L2", "cannot_tell"
    ),
    "short": Scenario(
        "forward", "a true effect, twelve months", PLANTED, None, "L2", "cannot_tell", months=12
    ),
    "eight": Scenario(
        "null",
        "nothing at all, eight organisations",
        NOTHING,
        NOTHING,
        "none",
        "cannot_tell",
        organizations=8,
    ),
}
"""Scenarios of method.md, section 6, that carry claims; others are planted in the tests of their method."""


def by_outcome(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Scenario, primary outcome and the rows of both, scenarios in the order in which they come."""
    for name in dict.fromkeys(row["scenario"] for row in rows):
        for outcome in PRIMARY:
            yield name, outcome, [r for r in rows if (r["scenario"], r["outcome"]) == (name, outcome)]
