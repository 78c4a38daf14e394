"""First rows of a file as text, for those who write or try a profile. Nothing is kept, nothing is typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from contracts.profile import Profile
from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.containers import Part, parts_of
from orchestration.ingest.land.detect import Detection
from orchestration.ingest.land.reading import labels_of, parts_to_read, read_part
from orchestration.ingest.profiles import profiles_of
from orchestration.settings import Settings


@dataclass(frozen=True, slots=True)
class Sample:
    """First rows of one part of a file.

    Attributes
    ----------
    name : name of the part.
    problem : why it is not read, or why no profile fits; empty when one does.
    names : column names as in the file.
    labels : what the header says about a column beside its name.
    rows : frame of text with all columns, by their canonical names where a profile fits.
    lines : line of each row.
    profile, detection : profile that fits, and what the header says; None for what cannot be read.
    manifest : what the typing of these rows needs to know: file, zone, labels, preamble, decimal sign.
    """

    name: str
    problem: str = ""
    names: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    lines: tuple[int, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    profile: Profile | None = None
    detection: Detection | None = None
    manifest: Mapping[str, object] = field(default_factory=dict)


def read_sample(
    path: Path,
    n: int = 1000,
    settings: Settings | None = None,
    profiles: Mapping[str, Profile] | None = None,
) -> list[Sample]:
    """Read the first rows of every part of a file.

    Parameters
    ----------
    path : the file.
    n : rows per part.
    settings : declarations per source.
    profiles : profiles to try; None takes the shipped ones.

    Returns
    -------
    list of Sample
        One per part; a part that cannot be read says why.

    Raises
    ------
    UnreadableFile
        The file cannot be opened.
    """
    settings = settings or Settings()
    known = profiles_of(None) if profiles is None else profiles
    parts = parts_to_read(parts_of(path, path.name), settings)
    return [_sample(part, n, settings, known) for part in parts]


def _sample(part: Part, n: int, settings: Settings, profiles: Mapping[str, Profile]) -> Sample:
    reading = read_part(part, settings, profiles)
    content, found = reading.content, reading.detection
    if content is None:
        return Sample(part.name, reading.problem)
    tables = []
    n_rows = 0
    try:
        for chunk in content.chunks(content.names, reading.profile.footer if reading.profile else ()):
            tables.append(chunk.rows.to_pandas())
            n_rows += len(tables[-1])
            if n_rows >= n:
                break
    except UnreadableFile as error:
        return Sample(part.name, str(error))
    rows = pd.concat(tables, ignore_index=True).head(n)
    renamed = dict(found.renamed) if found else {}
    lines = rows.pop("source_line").astype("int64").tolist()
    return Sample(
        name=part.name,
        problem=reading.problem,
        names=content.names,
        labels={renamed.get(name, name): label for name, label in labels_of(content).items()},
        rows=rows.rename(columns=renamed),
        lines=tuple(lines),
        encoding=content.encoding,
        delimiter=content.delimiter,
        profile=reading.profile,
        detection=found,
        manifest={
            "file": part.name,
            "zone": content.zone,
            "delimiter": content.delimiter,
            "decimal": "" if part.kind == "text" else reading.decimal,
            "labels": {renamed.get(name, name): label for name, label in labels_of(content).items()},
            "preamble": [list(row) for row in content.preamble],
            "value_labels": {renamed.get(k, k): dict(v) for k, v in content.value_labels.items()},
        },
    )
