"""One delivered part -> what it is: its content, its profile, the columns that are kept. Lands nothing."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from contracts.manner import Manner
from contracts.profile import Profile
from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.containers import Part, parts_of, stamp_of
from orchestration.ingest.forms.contents import Content
from orchestration.ingest.forms.formats import open_part
from orchestration.ingest.forms.unpivot import unpivoted
from orchestration.ingest.land.detect import Detection, detect
from orchestration.settings import HeaderChanges, Settings, Source

Status = Literal["taken", "unknown", "unreadable"]
# Formats that know their columns themselves have no header rows to count.
_WITHOUT_HEADER: Final = 0
_REFERENCE: Final = "reference/"
_OWN_SYSTEM: Final = "reference"


@dataclass(frozen=True, slots=True)
class Reading:
    """A part whose header was read.

    Attributes
    ----------
    part : the part.
    status : ``taken``, ``unknown`` (no profile fits) or ``unreadable``.
    problem : sentence with the next step when it is not taken.
    content : its columns, and the way to its rows.
    detection : what its header says.
    decimal : decimal sign that numbers of typed formats are written with.
    """

    part: Part
    status: Status
    problem: str = ""
    content: Content | None = None
    detection: Detection | None = None
    decimal: str = "."
    warnings: tuple[str, ...] = ()

    @property
    def profile(self) -> Profile | None:
        """Profile the part is read with."""
        return self.detection.profile if self.detection else None


def read_part(part: Part, settings: Settings, profiles: Mapping[str, Profile]) -> Reading:
    """Read the header of one part and find its profile.

    Parameters
    ----------
    part : the part.
    settings : declarations per source.
    profiles : profiles of the installation by name.

    Returns
    -------
    Reading
        Faults of the part are told in it, not raised.
    """
    declared = declaration(part.name, settings)
    if part.problem:
        return Reading(part, "unreadable", part.problem, warnings=part.warnings)
    if declared and declared.profile and declared.profile not in profiles:
        known = ", ".join(profiles)
        problem = f"'{declared.profile}' is no export profile: in maturity.yaml declare one of {known}."
        return Reading(part, "unreadable", problem)
    offered = [profiles[declared.profile]] if declared and declared.profile else list(profiles.values())
    decimal = decimal_sign(declared.locale if declared else None)
    try:
        content = _content(part, declared, offered, decimal)
        found = _detected(content, profiles, declared)
        if found.profile is not None and part.kind != "text":
            decimal, before = _decimal(part.name, found.profile, settings), decimal
            content = content if decimal == before else _content(part, declared, offered, decimal)
    except UnreadableFile as error:
        return Reading(part, "unreadable", str(error))
    if found.profile is None:
        problem = f"{found.problem}: {_remedy(part, content)}"
        return Reading(part, "unknown", problem, content, found, decimal, content.warnings)
    if content.header_rows not in (_WITHOUT_HEADER, found.profile.header_rows):
        problem = (
            f"{found.profile.name} has {_counted(found.profile.header_rows)}, this {content.header_rows}: "
            "export it again with all header rows."
        )
        return Reading(part, "unreadable", problem, content, found, decimal, content.warnings)
    notes = (*content.warnings, *found.warnings, *_declared_notes(part.name, settings, found.profile))
    return Reading(part, "taken", "", content, found, decimal, notes)


def _remedy(part: Part, content: Content) -> str:
    if part.kind == "text" and len(content.names) == 1:
        return (
            "its header is a single column: if a sign parts its names, declare that sign (delimiter) for the "
            "source in maturity.yaml; else draft a profile for it: maturity-impact profile suggest."
        )
    if part.sheet:
        return (
            "if another sheet of the workbook is meant, declare it (sheet) for this source in maturity.yaml; "
            "else draft a profile for it: maturity-impact profile suggest."
        )
    return (
        "export it in that shape, draft a profile for it (maturity-impact profile suggest), or move it "
        "out of the drop zone."
    )


def declaration(file: str, settings: Settings, system: str | None = None) -> Source | None:
    """What the settings declare about a part, else about the file it lies in; patterns lie below exports/.

    Files of ``reference/`` are the user's own: what is declared of the exports of a system does not hold
    there, however wide its pattern.
    """
    relative = file.removeprefix("exports/")
    if file.startswith(_REFERENCE):
        system = system or _OWN_SYSTEM
    return settings.source_for(relative, system) or settings.source_for(relative.split("!")[0], system)


def series_of(file: str, settings: Settings) -> str:
    """What files of one source share over time: their declaration, else their name but for numbers."""
    declared = declaration(file, settings)
    return declared.pattern if declared else re.sub(r"\d+", "#", file)


def header_policy(file: str, system: str, settings: Settings) -> HeaderChanges:
    """What to do when the header of a file is not what it was."""
    declared = declaration(file, settings, system)
    return (declared.header_changes if declared else None) or settings.header_changes


def decimal_sign(locale: str | None) -> str:
    """Decimal sign of a locale."""
    return Manner(locale=locale or "en").decimal_sign or "."


def reading_key(file: str, profile: Profile, settings: Settings, key_print: str = "") -> str:
    """Fingerprint of everything but the bytes that decides how a part is landed.

    Parameters
    ----------
    file : name of the part.
    profile : its profile.
    settings : declarations per source.
    key_print : fingerprint of the secret for person keys, for profiles that hash.
    """
    declared = declaration(file, settings)
    said = (
        declared.model_dump(
            mode="json",
            include={"encoding", "delimiter", "quote", "header_rows", "profile", "sheet", "unpivot"},
        )
        if declared
        else None
    )
    parts = [
        profile.model_dump(mode="json", exclude={"header_languages"}),
        said,
        _decimal(file, profile, settings),
        settings.store_personal,
        key_print,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def header_test(profiles: Sequence[Profile]) -> Callable[[Sequence[str]], bool]:
    """Whether a row of cells is the header of one of these profiles."""
    spelled = [(profile, _spellings(profile)) for profile in profiles]

    def is_header(cells: Sequence[str]) -> bool:
        present = {_bare(cell) for cell in cells}
        return any(
            all(not present.isdisjoint(column) for column in required)
            and profile.matches([" ".join(cell.split()) for cell in cells if cell.strip()])
            for profile, required in spelled
        )

    return is_header


def labels_of(content: Content) -> dict[str, str]:
    """What the header says about its columns beside their names."""
    return {name: label for name, label in zip(content.names, content.labels, strict=False) if label}


def delivered_parts(
    files: Mapping[str, Path], settings: Settings, read_first: Callable[[str, Path], bool] | None = None
) -> Iterator[Part]:
    """Tables that files may hold; a file that cannot be opened is a part that says so.

    Parameters
    ----------
    files : files by name.
    settings : declarations per source.
    read_first : files that are read before their bytes are named, see `parts_of`; None is none.
    """
    for file, path in files.items():
        try:
            stamp = stamp_of(path)
            is_read_first = read_first is not None and read_first(file, path)
            parts = parts_of(path, file, is_read_first=is_read_first)
            yield from (replace(part, stamp=stamp) for part in parts_to_read(parts, settings))
        except UnreadableFile as error:
            name = hashlib.sha256(file.encode()).hexdigest()
            yield Part(path, file, "refused", name, problem=str(error))


def parts_to_read(parts: Sequence[Part], settings: Settings) -> list[Part]:
    """Parts of a file that are delivered: all, or the one sheet that the settings declare."""
    read = [part for part in parts if _is_declared(part, settings)]
    if read or not parts:
        return read
    first, sheets = parts[0], ", ".join(part.sheet for part in parts)
    declared = declaration(first.name, settings)
    problem = (
        f"The workbook shows no sheet '{declared.sheet if declared else ''}' ({first.name.split('!')[0]}): "
        f"correct sheet of this source in maturity.yaml; it shows {sheets}."
    )
    return [replace(first, name=first.name.split("!")[0], kind="refused", sheet="", problem=problem)]


def _is_declared(part: Part, settings: Settings) -> bool:
    declared = declaration(part.name, settings)
    return not (part.sheet and declared and declared.sheet and declared.sheet != part.sheet)


def _spellings(profile: Profile) -> list[frozenset[str]]:
    """How each required column may be spelled: a cheap look before `matches` decides."""
    return [
        frozenset(_bare(label) for label in (name, *profile.aliases.get(name, ())))
        for name in profile.signature.required
    ]


def _bare(label: str) -> str:
    return "".join(label.casefold().split())


def _content(part: Part, declared: Source | None, offered: Sequence[Profile], decimal: str) -> Content:
    content = open_part(part, declared, header_test(offered), decimal)
    turned = declared.unpivot if declared else None
    return unpivoted(content, turned, part.name) if turned else content


def _detected(content: Content, profiles: Mapping[str, Profile], declared: Source | None) -> Detection:
    named = declared.profile if declared else None
    return detect(content.names, profiles, labels=labels_of(content), declared=named)


def _decimal(file: str, profile: Profile, settings: Settings) -> str:
    declared = declaration(file, settings, profile.source_system)
    return decimal_sign((declared.locale if declared else None) or profile.locale)


def _declared_notes(file: str, settings: Settings, profile: Profile) -> tuple[str, ...]:
    any_system, own = declaration(file, settings), declaration(file, settings, profile.source_system)
    if any_system is None or any_system is own:
        return ()
    return (f"maturity.yaml says {any_system.system}, the header {profile.source_system}; the header counts",)


def _counted(n: int) -> str:
    return f"{n} header rows" if n > 1 else "1 header row"
