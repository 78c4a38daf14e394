"""A file drafted as `maturity-impact profile suggest` drafts it, and the draft read as a profile."""

from pathlib import Path

from contracts.profile import Profile, load_profiles, parse_profile
from orchestration.ingest.tell.samples import read_sample
from orchestration.ingest.tell.suggest import Draft, draft


def drafted(path: Path, entity: str | None = None) -> tuple[Draft, Profile]:
    (sample,) = read_sample(path)
    made = draft(sample, path.stem, load_profiles(), entity=entity)
    return made, parse_profile(made.text, "draft.yaml")
