"""What assets are given: the home, the secret and the parts at work. Tests swap parts, never patch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.dbt import DBT_FOLDER, DbtProject
from orchestration.progress import Progress
from orchestration.settings import Settings, load_settings

if TYPE_CHECKING:
    from models.analysis import Analysis
    from orchestration.ingest.gate.accept import AcceptResult


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _accept(home: Path, settings: Settings, *, pseudonym_key: str | None = None) -> AcceptResult:
    from orchestration.ingest.gate.accept import accept

    return accept(home, settings, pseudonym_key=pseudonym_key)


def _analyse(*tables: Any, **settings: Any) -> Analysis:
    from models.analysis import analyse

    return analyse(*tables, **settings)


@dataclass(frozen=True, slots=True)
class Parts:
    """Functions that do the work of a layer; each default is the real one.

    Attributes
    ----------
    accept : callable
        Gate that rebuilds accepted/ and gives the verdicts.
    analyse : callable
        Battery that turns the marts into results; see `models.analysis.analyse`.
    dbt : DbtProject
        Project that makes staging, intermediate and marts.
    now : callable
        Clock of the publication, UTC.
    progress : Progress
        Where stages are told.
    before : mapping of str to callable
        Called with the home when a stage of that name starts; tests plant faults here.
    """

    accept: Callable[..., AcceptResult] = _accept
    analyse: Callable[..., Analysis] = _analyse
    dbt: DbtProject = field(default_factory=lambda: DbtProject(DBT_FOLDER))
    now: Callable[[], datetime] = _utc_now
    progress: Progress = field(default_factory=Progress)
    before: Mapping[str, Callable[[Path], None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation: its home folder, its secret for person keys, and the parts at work in it."""

    home: Path
    given_key: str | None = field(default=None, repr=False)
    parts: Parts = field(default_factory=Parts)

    def settings(self) -> Settings:
        """Settings of the home, read anew; SettingsError when they are missing or wrong."""
        return load_settings(self.home)

    def with_parts(self, overrides: Mapping[str, Any] | None) -> Installation:
        """The same installation with some parts swapped."""
        return replace(self, parts=replace(self.parts, **dict(overrides or {})))
