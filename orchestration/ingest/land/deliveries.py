"""Drop zone -> landing: each file is kept once, as text, under the hash of its bytes. No conversion."""

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from contracts.profile import Profile
from orchestration.errors import NothingDelivered
from orchestration.ingest.files import one_at_a_time, read_json, room_to_write, swap, tidy, write_json
from orchestration.ingest.forms.containers import Part
from orchestration.ingest.land.drop_zone import EXPORTS, REFERENCE, delivered_files
from orchestration.ingest.land.headers import note_changes
from orchestration.ingest.land.intake import LARGE, Outcome, Task, secret_for, take, take_all
from orchestration.ingest.land.landing import MANIFEST, key_print
from orchestration.ingest.land.reading import delivered_parts, header_policy, reading_key, series_of
from orchestration.ingest.profiles import profiles_of
from orchestration.settings import Settings

LANDING = "landing"
RECEIPTS = "receipts.json"

Status = Literal["taken", "redelivery", "unknown", "unreadable"]
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file, or one part of an archive or a workbook, that was delivered once.

    Attributes
    ----------
    file : path below the home, with forward slashes; a part stands behind ``!``.
    delivery_id : identity of its bytes, see `containers.Part`; the folder below landing/.
    sequence : order of arrival from 1; a later delivery corrects an earlier one.
    received_at : ISO time (UTC) it was first seen.
    status : ``taken``; ``redelivery``: the same bytes came before under another name; ``unknown`` or
        ``unreadable``: not landed, tried again at the next run.
    delivered : rows in the file.
    is_current : whether the file holds these bytes now, or held them when it was last seen.
    problem : why it was not taken, with the next step.
    """

    file: str
    delivery_id: str
    sequence: int
    received_at: str
    status: Status
    profile: str | None = None
    source_system: str | None = None
    delivered: int = 0
    is_current: bool = True
    problem: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_landed(self) -> bool:
        """Whether its rows lie in landing/."""
        return self.status in ("taken", "redelivery")

    @property
    def counts_as_a_whole(self) -> Literal["duplicate", "superseded"] | None:
        """Fate of all rows at once: bytes that came before, or a reference file that was replaced since.

        A reference file is the whole truth of its day: what is no longer in it no longer holds.
        """
        if self.status == "redelivery":
            return "duplicate"
        is_replaced = self.file.startswith(f"{REFERENCE}/") and not self.is_current
        return "superseded" if is_replaced else None


def receive(
    home: Path,
    settings: Settings,
    now: Callable[[], datetime] | None = None,
    *,
    pseudonym_key: str | None = None,
) -> list[Delivery]:
    """Take in what lies in the drop zone and in reference/.

    Parameters
    ----------
    home : folder of the installation.
    settings : declarations per source.
    now : clock, for tests.
    pseudonym_key : the installation's secret; may be None where all is simulated or no file is about persons.

    Returns
    -------
    list of Delivery
        Everything ever delivered, in the order of arrival; files that cannot be taken say why.

    Raises
    ------
    NothingDelivered
        The drop zone is empty and nothing was delivered before.
    MissingKey
        Files about persons and no secret.
    IngestBusy, DiskFull
        Another run is at work; no room is left.
    """
    clock = now or (lambda: datetime.now(UTC))
    with one_at_a_time(home), room_to_write(home):
        tidy(home / "tmp", home / LANDING)
        before = receipts(home)
        files = delivered_files(home, settings)
        ever = [*files, *(d.file for d in before)]
        if not any(file.startswith(f"{EXPORTS}/") for file in ever):
            raise NothingDelivered(
                "The drop zone is empty",
                str(home / settings.drop_zone),
                "put the exports of your tools there and run again",
            )
        intake = _Intake(home, settings, profiles_of(home), pseudonym_key, before)
        after = intake.of(files, clock().isoformat(timespec="seconds"))
        if after != before:
            write_json(home / LANDING / RECEIPTS, [asdict(delivery) for delivery in after])
    return after


def receipts(home: Path) -> list[Delivery]:
    """Everything delivered so far, in the order of arrival."""
    path = home / LANDING / RECEIPTS
    if not path.exists():
        return []
    # Beside it lies every delivery, also those whose files are gone from the drop zone.
    content = read_json(path, "bring that file back from a backup; remove nothing beside it")
    return [Delivery(**{**entry, "warnings": tuple(entry["warnings"])}) for entry in content]


def manifest_of(home: Path, delivery_id: str) -> dict[str, Any]:
    """Manifest of a landed delivery."""
    content: dict[str, Any] = read_json(
        home / LANDING / delivery_id / MANIFEST,
        "bring that folder back from a backup, or remove it, put the file back and run again",
    )
    return content


class _Intake:
    """One run of taking in: what is known, and what becomes of it."""

    def __init__(
        self,
        home: Path,
        settings: Settings,
        profiles: Mapping[str, Profile],
        given_key: str | None,
        before: Sequence[Delivery],
    ) -> None:
        self.home, self.settings, self.profiles, self.given_key = home, settings, profiles, given_key
        self.known = {(delivery.file, delivery.delivery_id): delivery for delivery in before}
        self.owner = {d.delivery_id: d.file for d in reversed(before) if d.status == "taken"}

    def of(self, files: Mapping[str, Path], at: str) -> list[Delivery]:
        """Receipts after taking in these files."""
        present: set[_Key] = set()
        parts: list[Part] = []
        for part in delivered_parts(files, self.settings, self._is_read_first):
            present.add((part.name, part.delivery_id))
            earlier = self.known.get((part.name, part.delivery_id))
            if earlier is not None and self._stands(earlier):
                self._make_current(earlier)
            else:
                parts.append(part)
        tasks = self._tasks(parts, at)
        outcomes = take_all(tasks, self.settings, self.profiles, self.given_key)
        for task, outcome in zip(tasks, outcomes, strict=True):
            present.add((outcome.part.name, outcome.part.delivery_id))
            self._record(replace(task, part=outcome.part), outcome)
        # Of a file that was not taken nothing was landed: once it is gone or replaced, nothing is left.
        counting = [delivery for key, delivery in self.known.items() if delivery.is_landed or key in present]
        return sorted(counting, key=lambda delivery: delivery.sequence)

    def _is_read_first(self, file: str, path: Path) -> bool:
        """Whether a file is read and hashed at once: to hash first is for bytes that may have come before."""
        return (
            os.path.isfile(path)
            and path.stat().st_size >= LARGE
            and all(name != file for name, _ in self.known)
        )

    def _stands(self, earlier: Delivery) -> bool:
        """Whether a delivery is landed just as it would be landed now, so that it need not be read again."""
        profile = self.profiles.get(earlier.profile or "")
        path = self.home / LANDING / earlier.delivery_id / MANIFEST
        if profile is None or not path.exists() or not earlier.is_landed:
            return False
        landed = manifest_of(self.home, earlier.delivery_id)
        secret = secret_for(profile, self.settings, self.given_key)
        now = reading_key(str(landed["file"]), profile, self.settings, key_print(secret))
        return bool(landed["read_as"] == now)

    def _tasks(self, parts: Sequence[Part], at: str) -> list[Task]:
        """What is to be read; of equal bytes only the first is landed."""
        tasks: list[Task] = []
        landing: dict[str, str] = dict(self.owner)
        for part in parts:
            earlier = self.known.get((part.name, part.delivery_id))
            is_first = landing.setdefault(part.delivery_id or part.name, part.name) == part.name
            received_at = earlier.received_at if earlier else at
            tasks.append(Task(part, received_at, self._aside(part) if is_first else None))
        return tasks

    def _aside(self, part: Part) -> Path:
        name = part.delivery_id or hashlib.sha256(part.name.encode()).hexdigest()
        return self.home / "tmp" / f"landing-{name}"

    def _record(self, task: Task, outcome: Outcome) -> None:
        part = task.part
        earlier = self.known.get((part.name, part.delivery_id))
        status: Status = outcome.status
        if outcome.status == "taken":
            if self.owner.setdefault(part.delivery_id, part.name) != part.name:
                status = "redelivery"
                if outcome.manifest is not None and task.folder is not None:
                    shutil.rmtree(task.folder)
            else:
                outcome = self._landed(task, outcome)
                status = outcome.status
        if status not in ("taken", "redelivery"):
            if self.owner.get(part.delivery_id) == part.name and earlier is None:
                del self.owner[part.delivery_id]
            if earlier is not None and earlier.is_landed:
                # Landed under earlier declarations: deliveries are immutable, the rows stay.
                return
        taken = self._delivery(task, outcome, status, earlier)
        if taken.is_landed:
            self._make_current(taken)
        else:
            # A file that cannot be taken replaces nothing.
            self.known[part.name, part.delivery_id] = taken

    def _landed(self, task: Task, outcome: Outcome) -> Outcome:
        """Put landed rows in their place, unless the header changed in a way that is refused."""
        aside = task.folder or self._aside(task.part)
        if outcome.manifest is None:
            outcome = take(replace(task, folder=aside), self.settings, self.profiles, self.given_key)
        manifest = outcome.manifest
        if manifest is None:
            return outcome
        policy = header_policy(task.part.name, str(manifest["source_system"]), self.settings)
        warned, refused = note_changes(self._delivery_before(task.part, manifest), manifest, policy)
        if refused:
            shutil.rmtree(aside)
            problem = (
                f"The header changed ({task.part.name}): {'; '.join(refused)}: export it as before, or allow "
                "it under header_changes in maturity.yaml."
            )
            return Outcome(task.part, "unreadable", problem, None, None, outcome.warnings)
        if manifest["header_changes"]:
            manifest["warnings"] += warned
            write_json(aside / MANIFEST, manifest)
        swap(aside, self.home / LANDING / task.part.delivery_id)
        return replace(outcome, warnings=tuple(manifest["warnings"]))

    def _delivery_before(self, part: Part, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
        """Manifest of the latest delivery of the same series that came before this one."""
        own = self.known.get((part.name, part.delivery_id))
        series = series_of(part.name, self.settings)
        earlier = [
            delivery
            for delivery in self.known.values()
            if delivery.status == "taken"
            and delivery.profile == manifest["profile"]
            and delivery.delivery_id != part.delivery_id
            and (own is None or delivery.sequence < own.sequence)
            and series_of(delivery.file, self.settings) == series
        ]
        if not earlier:
            return None
        return manifest_of(self.home, max(earlier, key=lambda delivery: delivery.sequence).delivery_id)

    def _delivery(self, task: Task, outcome: Outcome, status: Status, earlier: Delivery | None) -> Delivery:
        part, profile = task.part, outcome.profile
        last = max((delivery.sequence for delivery in self.known.values()), default=0)
        landed = manifest_of(self.home, part.delivery_id) if status in ("taken", "redelivery") else {}
        return Delivery(
            file=part.name,
            delivery_id=part.delivery_id,
            sequence=earlier.sequence if earlier else last + 1,
            received_at=task.received_at,
            status=status,
            profile=profile.name if profile else None,
            source_system=profile.source_system if profile else None,
            delivered=int(landed.get("delivered", 0)),
            problem=outcome.problem,
            warnings=outcome.warnings,
        )

    def _make_current(self, delivery: Delivery) -> None:
        for key in [key for key in self.known if key[0] == delivery.file]:
            self.known[key] = replace(self.known[key], is_current=False)
        self.known[delivery.file, delivery.delivery_id] = replace(delivery, is_current=True)
