"""The verdict on order in time as far as the claim beside it allows it to be said. No wording of claims."""

from __future__ import annotations

from models.sections.parts import Fact
from models.wording import Words, is_silent

ORDER_MAY_BE_CLAIMED = ("L3", "L4")


def order_of(words: Words, outcome: str) -> Fact | None:
    """The row of an outcome in the facts on direction."""
    return next((row for row in words.facts["direction"] if row["outcome"] == outcome), None)


def shown_verdict(words: Words, outcome: str) -> str:
    """Which verdict may be said: that the index came first only where the claim stands on that rung.

    Returns
    -------
    str
        maturity_first, outcome_first, both, cannot_tell; not_claimed, or untested.
    """
    row = order_of(words, outcome)
    if row is None:
        return "untested"
    claims = [claim for claim in words.facts["claims"] if claim["outcome"] == outcome]
    carried = [c for c in claims if c["level"] in ORDER_MAY_BE_CLAIMED and not is_silent(c)]
    if row["verdict"] == "maturity_first" and not carried:
        return "not_claimed"
    return str(row["verdict"])


def settlement_text(words: Words, row: Fact) -> str:
    """Say what would settle an open verdict."""
    plan = row["settlement"]
    name = plan["remedy"]
    known = {key: plan[key] for key in ("organizations", "waves") if plan[key] is not None}
    if name == "more_data" and "waves" not in known:
        name = "more_organizations"
    elif name == "more_data" and "organizations" not in known:
        name = "more_waves"
    filled = {key: words.form.integer(value) for key, value in known.items()}
    # After a single wave nobody knows how far apart waves lie.
    quarters = plan["quarters"]
    wait = "" if quarters is None else words.text("direction.wait", quarters=words.form.integer(quarters))
    return words.text("direction.settle", plan=words.text(f"direction.plans.{name}", wait=wait, **filled))
