"""Export profiles -> the table of what can be read (docs/profiles.md). What a profile says: profile_shape.py.

orchestration/rendered.py writes the file; a test fails when it drifts from the profiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from contracts.profile import Profile, load_profiles

BUILT_ON: Final = {"sample": "a real file", "documentation": "documentation"}
"""What a profile was built on, by its `evidence`."""
HOW_KNOWN: Final = {"vendor": "", "seen": " seen", "translated": " translated"}
"""How well the words of a language are known, by `header_languages`."""
SURVEY_ENTITIES: Final = "assessment_answers, practices, channel_adoption"


def render_profiles() -> str:
    """Text of the table of profiles."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    profiles = sorted(load_profiles().values(), key=lambda one: (one.source_system, one.name))
    n_seen = sum(profile.evidence == "sample" for profile in profiles)
    yield "<!-- Written by contracts/profile_table.py out of the profiles; change them there, not here. -->"
    yield "# Export profiles"
    yield ""
    yield f"{len(profiles)} shapes of exports that are read as they come. {n_seen} were tried on real public"
    yield "files; the others are built to documentation: the vendor's screens may differ, and"
    yield "`maturity-impact check` says where. Shape `api` is what connectors and loaders write, `ui` what a"
    yield "person downloads, `reference` what you keep yourself."
    yield "A shape that is missing: [adding-a-source.md](adding-a-source.md)."
    yield ""
    yield "*Header in* says in which languages the header is known. Without a word: as the vendor documents"
    yield "it, or as a real file has it. *seen*: several of its words stand in public programs that read such"
    yield "exports. *translated*: our own, never seen in an export; where the vendor has another word,"
    yield "`maturity-impact check` names the column that is missing, and the word goes into `aliases`. One"
    yield "language alone: we know of no other; whether the vendor writes others was not looked up. *fixed*:"
    yield "names that machines write, or your own."
    yield ""
    yield "| system | profile | feeds | shape | built on | header in | needs these columns |"
    yield "|---|---|---|---|---|---|---|"
    yield from (_row(profile) for profile in profiles)


def _row(profile: Profile) -> str:
    needs = ", ".join(f"`{name}`" for name in profile.signature.required).replace("|", "\\|")
    cells = (
        profile.source_system,
        f"`{profile.name}`",
        profile.entity or SURVEY_ENTITIES,
        profile.shape,
        BUILT_ON[profile.evidence],
        _languages(profile) or "fixed",
        needs,
    )
    return f"| {' | '.join(cells)} |"


def _languages(profile: Profile) -> str:
    by_known = {
        known: ", ".join(sorted(code for code, how in profile.header_languages.items() if how == known))
        for known in HOW_KNOWN
    }
    return "; ".join(f"{codes}{HOW_KNOWN[known]}" for known, codes in by_known.items() if codes)
