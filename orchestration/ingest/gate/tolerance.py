"""How many rows a rule may refuse before the run stops, as the settings say. No rows are judged here."""

from dataclasses import dataclass

from contracts.profile import load_profiles
from orchestration.ingest.gate.accept import AcceptResult
from orchestration.settings import Settings


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that refused more of an entity's rows than is tolerated."""

    entity: str
    rule: str
    n_refused: int
    n_delivered: int
    tolerated_share: float

    @property
    def refused_share(self) -> float:
        """Share of the delivered rows that the rule refused, 0..1."""
        return self.n_refused / self.n_delivered if self.n_delivered else 0.0


def tolerated(settings: Settings, entity: str, rule: str) -> float:
    """Share of an entity's rows that a rule may refuse.

    Parameters
    ----------
    settings : the most exact of ``entity.column:rule``, ``column:rule`` and ``entity`` counts, then the
        default.
    entity, rule : as in `AcceptResult.verdicts`; rows that a profile declares to be no facts (survey
        previews) are tolerated in any number unless the settings name their rule.
    """
    rules = settings.tolerated_share.rules
    for name in (f"{entity}.{rule}", rule):
        if name in rules:
            return rules[name]
    if any(rule == refuse.reason for profile in load_profiles().values() for refuse in profile.refuse):
        return 1.0
    return rules.get(entity, settings.tolerated_share.default)


def is_within(n_refused: int, n_rows: int, share: float) -> bool:
    """Whether no more than a share of the rows was refused."""
    return n_refused <= share * n_rows


def breaches(result: AcceptResult, settings: Settings) -> list[Breach]:
    """Rules that refused more rows than tolerated; empty when the run may go on.

    Parameters
    ----------
    result : outcome of `accept`.
    settings : tolerated shares.
    """
    found = []
    for entity, verdict in result.verdicts.items():
        for rule, n_refused in verdict.refused.items():
            share = tolerated(settings, entity, rule)
            if not is_within(n_refused, verdict.n_delivered, share):
                found.append(Breach(entity, rule, n_refused, verdict.n_delivered, share))
    return found
