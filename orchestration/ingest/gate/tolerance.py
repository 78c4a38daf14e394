"""How many rows a rule may refuse, and what happens beyond, as the settings say. No rows are judged here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, get_args

from contracts.entities import ENTITIES
from contracts.instrument import load_instrument
from contracts.profile import Profile
from contracts.source_rules import rules_of_profile
from orchestration.errors import SettingsError
from orchestration.ingest.gate.judge import NO_CONTENT
from orchestration.ingest.text.records import Fault
from orchestration.settings import SETTINGS_FILE, Settings, Severity

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that refused more of an entity's rows than is tolerated."""

    entity: str
    rule: str
    n_refused: int
    n_rows: int
    tolerated_share: float
    severity: Severity = "error"

    @property
    def refused_share(self) -> float:
        """Share of the delivered rows that the rule refused, 0..1."""
        return self.n_refused / self.n_rows if self.n_rows else 0.0


@dataclass(frozen=True)
class Tolerance:
    """What an installation tolerates.

    Of names the most exact counts: ``entity.column:rule``, then ``column:rule``, then ``entity``.

    Parameters
    ----------
    settings : tolerated shares, and which rules stop the run.
    profiles : profiles of the installation; rows that one declares to be no facts (survey previews) are
        tolerated in any number unless the settings name their rule.
    """

    settings: Settings
    profiles: Mapping[str, Profile]

    def share(self, entity: str, rule: str) -> float:
        """Share of an entity's delivered rows that a rule may refuse, 0..1."""
        declared = self.settings.tolerated_share
        share = next(_declared(declared.rules, f"{entity}.{rule}", rule), None)
        if share is not None:
            return share
        return 1.0 if rule in self._no_facts else declared.rules.get(entity, declared.default)

    def severity(self, entity: str, rule: str) -> Severity:
        """What a rule does that refuses more than that: stop the run, or be told."""
        names = (f"{entity}.{rule}", rule, entity)
        return next(_declared(self.settings.rule_severity, *names), "error")

    def breaches(self, entity: str, refused: Mapping[str, int], n_rows: int) -> list[Breach]:
        """Rules that refused more rows than tolerated.

        Parameters
        ----------
        refused : refused rows by rule.
        n_rows : delivered rows.
        """
        return [
            Breach(entity, rule, n_refused, n_rows, share, self.severity(entity, rule))
            for rule, n_refused in refused.items()
            if n_refused > n_rows * (share := self.share(entity, rule))
        ]

    def refuse_unknown_rules(self) -> None:
        """Refuse settings that speak of a rule or an entity that is none.

        Raises
        ------
        SettingsError
            A mistyped name would leave the rule as strict as before, and its author in the dark.
        """
        for key, names in (
            ("tolerated_share.rules", self.settings.tolerated_share.rules),
            ("rule_severity", self.settings.rule_severity),
        ):
            unknown = next((name for name in names if not self._is_known(name)), None)
            if unknown is not None:
                raise SettingsError(
                    f"'{unknown}' is neither a rule nor an entity",
                    f"{SETTINGS_FILE}, key {key}",
                    "write entity.column:rule, column:rule or entity, as 'quarantine list' names them",
                )

    def _is_known(self, name: str) -> bool:
        entity, dot, rule = name.rpartition(".")
        return name in ENTITIES or (rule in self._rules and (not dot or entity in ENTITIES))

    @cached_property
    def _no_facts(self) -> frozenset[str]:
        return frozenset(refuse.reason for profile in self.profiles.values() for refuse in profile.refuse)

    @cached_property
    def _rules(self) -> frozenset[str]:
        of_profiles = (rules_of_profile(profile, load_instrument()) for profile in self.profiles.values())
        contracts = (contract.rules for contract in ENTITIES.values())
        named = {rule.id for rules in (*contracts, *of_profiles) for rule in rules}
        return frozenset({*named, *get_args(Fault), NO_CONTENT})


def _declared(rules: Mapping[str, _T], *names: str) -> Iterator[_T]:
    """What is declared under each of some names, in their order."""
    return (rules[name] for name in names if name in rules)
