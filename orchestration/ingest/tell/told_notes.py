"""What a person should know of how delivered files were read, one line per note. Nothing is decided here."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.counted import counted
from orchestration.ingest.gate.accept import ACCEPTED
from orchestration.ingest.land.deliveries import receipts
from orchestration.ingest.land.reading import declaration
from orchestration.ingest.profiles import profiles_of
from orchestration.settings import SETTINGS_FILE, Settings


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence on how files were read, and the files it holds for in the order of arrival."""

    text: str
    files: Sequence[str]

    @property
    def words(self) -> str:
        """The note after the newest of its files, which stands for the others."""
        others = len(self.files) - 1
        more = f" and {counted(others, 'more file')}" if others else ""
        return f"{self.files[-1]}{more}: {self.text}"


def notes_of(home: Path) -> list[Note]:
    """Notes of the gate on all files that count, newest file first; what the readers note is told by `check`.

    Parameters
    ----------
    home : folder of the installation; nothing was accepted there yet, then there is no note.
    """
    path = home / ACCEPTED / "manifest.json"
    if not path.exists():
        return []
    entries = json.loads(path.read_text(encoding="utf-8"))
    return gathered((entry["file"], entry.get("notes", ())) for entry in entries)


def idle_declarations(home: Path, settings: Settings) -> list[str]:
    """What the settings declare of files of which none was ever delivered, a sentence each.

    A pattern that fits nothing, or only what an earlier one fits, leaves its files to be read undeclared.
    """
    systems = {name: profile.source_system for name, profile in profiles_of(home).items()}
    used = [
        declaration(delivery.file, settings, system)
        for delivery in receipts(home)
        for system in (None, systems.get(str(delivery.profile)))
    ]
    return [
        f"{SETTINGS_FILE}: the sources pattern {source.pattern} fits no delivered file, "
        "or none that an earlier one does not fit"
        for source in settings.sources
        if source not in used
    ]


def gathered(said: Iterable[tuple[str, Sequence[str]]]) -> list[Note]:
    """Notes with their files, out of files in the order of arrival and what is said of each."""
    files: dict[str, list[str]] = {}
    for file, texts in said:
        for text in texts:
            # A note that comes up again goes to the end, so that the newest is found there.
            files[text] = [*files.pop(text, ()), file]
    return [Note(text, named) for text, named in reversed(files.items())]
