"""dbt in this process: manifest made once, one call per run, connections released. No models, no assets."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import built
from orchestration.errors import MaturityImpactError

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

DBT_FOLDER = Path(__file__).resolve().parents[1] / "dbt_project"
_SKIPPED_FOLDERS = {"target", "logs", "dbt_packages"}
PARSED_FOR = "/home-of-the-installation"
"""Stands for the home folder while parsing; paths baked into the manifest are turned to the real home."""

_TRIES_TO_CLOSE = 300
_BETWEEN_TRIES = 0.1
"""Seconds; half a minute in all."""
_QUIET = (
    "--no-send-anonymous-usage-stats", "--quiet", "--no-print", "--no-use-colors", "--no-use-colors-file",
    "--log-level", "none", "--log-level-file", "info", "--no-version-check",
)  # fmt: skip


class DbtError(MaturityImpactError):
    """dbt could not parse the project or could not start building it."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What dbt says about one node: status, failing rows of a test, message and seconds."""

    unique_id: str
    status: str
    failures: int | None
    message: str
    seconds: float

    @property
    def is_unbuilt(self) -> bool:
        """Whether it is a table or view that could not be made; a test that fails leaves what is made."""
        return not self.unique_id.startswith("test.") and self.status != "success"


@dataclass(frozen=True, slots=True)
class DbtProject:
    """A dbt project folder and the manifest that is kept beside it in `target`."""

    folder: Path

    @property
    def target(self) -> Path:
        """Folder that holds the prepared manifest."""
        return self.folder / "target"

    def content_hash(self) -> str:
        """Hash of every file of the project, its own products excepted, and of dbt's version."""
        from importlib.metadata import version

        digest = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')}\n".encode())
        for path in sorted(self.folder.rglob("*")):
            relative = path.relative_to(self.folder)
            if path.is_file() and relative.parts[0] not in _SKIPPED_FOLDERS:
                digest.update(f"{relative.as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def manifest(self) -> dict[str, Any]:
        """Manifest as plain data; parsed first when the project has changed since."""
        self.prepare()
        content: dict[str, Any] = json.loads((self.target / "manifest.json").read_text(encoding="utf-8"))
        return content

    def prepare(self) -> None:
        """Parse the project unless the manifest at hand was made from the same files.

        Raises
        ------
        DbtError
            The project cannot be parsed; dbt's reason is given.
        """
        from filelock import FileLock

        self.target.mkdir(parents=True, exist_ok=True)
        stamp = self.target / "content.sha256"
        with FileLock(self.target / "parse.lock"):
            wanted = self.content_hash()
            if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
                return
            stamp.unlink(missing_ok=True)
            with _environment(profile_environment(Path(PARSED_FOR))):
                _invoke(["parse", *self._folders(self.target, self.target)])
            stamp.write_text(wanted, encoding="utf-8")

    def build(
        self,
        home: Path,
        select: Sequence[str] = (),
        reporting_currency: str = "EUR",
        variables: Mapping[str, Any] | None = None,
        tell: Callable[[NodeResult], None] | None = None,
        is_full: bool = False,
    ) -> list[NodeResult]:
        """Build models and run their tests in one call; unit tests are left to the test suite.

        Models made month by month keep the months that no data touched, where the whole build file was made
        from the same code and settings; otherwise, and where part is selected, every month is made.

        Parameters
        ----------
        home : Path
            Folder of the installation; its build file is written.
        select : sequence of str
            dbt selectors; empty means everything.
        reporting_currency : str
            ISO code that money is reported in.
        variables : mapping, optional
            Project variables for this call.
        tell : callable, optional
            Called with each result in the end.
        is_full : bool
            Make every month anew, whatever the build file holds.

        Raises
        ------
        DbtError
            dbt could not start; a failed model or test is a result, not an error.
        """
        self.prepare()
        arguments = ["build", "--exclude-resource-type", "unit_test"]
        arguments += self._folders(home / "tmp" / "dbt", home / "logs")
        arguments += ["--vars", json.dumps(dict(variables or {}), sort_keys=True)]
        if select:
            arguments += ["--indirect-selection", "empty", "--select", *select]
        made = built.made_from(self.content_hash(), reporting_currency, variables or {})
        before = built.take(home)
        if is_full or select or not made.keeps_months_of(before):
            arguments.append("--full-refresh")
        with _environment(profile_environment(home, reporting_currency)):
            outcome = _invoke(arguments, self._manifest_for(home))
        # An exposure is only named: nothing of it is built or can fail.
        results = [_result(raw) for raw in outcome.results if raw.node.resource_type != "exposure"]
        for result in results:
            if tell is not None:
                tell(result)
        if not select and not any(result.is_unbuilt for result in results):
            built.keep(home, made)
        return results

    def _manifest_for(self, home: Path) -> Manifest:
        from dbt.contracts.graph.manifest import Manifest

        content = (self.target / "partial_parse.msgpack").read_bytes()
        manifest = Manifest.from_msgpack(content)
        real = str(home).replace("'", "''").replace("{", "{{").replace("}", "}}")
        for source in manifest.sources.values():
            for meta in (source.meta, source.config.meta, source.source_meta):
                for key, value in meta.items():
                    if isinstance(value, str):
                        meta[key] = value.replace(PARSED_FOR, real)
        return manifest

    def _folders(self, target: Path, logs: Path) -> list[str]:
        folder = str(self.folder)
        return [
            "--project-dir", folder, "--profiles-dir", folder,
            "--target-path", str(target), "--log-path", str(logs),
        ]  # fmt: skip


def _result(raw: Any) -> NodeResult:
    return NodeResult(
        unique_id=raw.node.unique_id,
        status=str(raw.status),
        failures=raw.failures,
        message=str(raw.message or ""),
        seconds=float(raw.execution_time or 0.0),
    )


def _invoke(arguments: list[str], manifest: Manifest | None = None) -> Any:
    from dbt.cli.main import dbtRunner

    try:
        outcome = dbtRunner(manifest=manifest).invoke([*_QUIET, *arguments])
    finally:
        release_connections()
    if outcome.exception is not None or outcome.result is None:
        reason = " ".join(str(outcome.exception).split())
        raise DbtError(
            f"dbt could not {arguments[0]} the project ({reason})",
            arguments[arguments.index("--project-dir") + 1],
            "see dbt.log in the logs folder of the home",
        ) from outcome.exception
    return outcome.result


def release_connections() -> None:
    """Close what dbt keeps open on the build file, so that this process can open it otherwise."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    manager: Any = DuckDBConnectionManager
    if manager._ENV is not None:
        _close(manager._ENV)
    manager.close_all_connections()
    reset: Any = reset_adapters
    reset()


def _close(environment: Any) -> None:
    """Close once the last call has ended: when a run is interrupted, a thread of dbt may still be in one."""
    import duckdb

    for _ in range(_TRIES_TO_CLOSE):
        try:
            environment.close()
            return
        except duckdb.ResourceInUseException:  # DuckDB refuses here instead of waiting.
            time.sleep(_BETWEEN_TRIES)
    environment.close()


def profile_environment(home: Path, reporting_currency: str = "EUR") -> dict[str, str]:
    """What `profiles.yml` and the project ask the environment for: where to build, and what to read."""
    return {
        "MATURITY_BUILD_PATH": str(home / "build.duckdb"),
        "MATURITY_ACCEPTED": str(home / "accepted"),
        "MATURITY_REPORTING_CURRENCY": reporting_currency,
    }


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set what dbt only takes from environment variables for one call, and put back what was there."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


if __name__ == "__main__":
    # Set-up makes the manifest once, so that no run has to.
    DbtProject(DBT_FOLDER).prepare()
