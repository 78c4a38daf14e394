"""Header -> export profile, or the nearest one and what is missing. No reading, no conversion."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.instrument import load_instrument
from contracts.items import places
from contracts.profile import Profile, match

# Names listed in one message; the manifest holds them all.
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Detection:
    """What a header says about a file.

    Attributes
    ----------
    profile : the profile that fits, None when none does.
    nearest : the profile whose columns are there and which knows the columns that are.
    missing : required columns of the nearest profile that the header lacks.
    forbidden : columns the nearest profile does not allow.
    kept : columns that are read, by their canonical names, in the header's order.
    renamed : names of the header that stand for another canonical name.
    unknown : columns no part of the profile names; they are not read.
    unnamed : members of objects that no part of the profile names; a key of an object may be a person, so
        they are told nowhere.
    absent : optional columns the profile would read and the header lacks.
    is_itemless : the nearest profile is that of a survey, and no column asks an item of the instrument.
    """

    profile: Profile | None
    nearest: Profile
    missing: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unnamed: frozenset[str] = frozenset()
    absent: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    is_itemless: bool = False

    @property
    def problem(self) -> str:
        """Sentence on why no profile fits; empty when one does."""
        if self.profile is not None:
            return ""
        reasons = []
        if self.is_itemless:
            reasons.append(
                "no column asks an item of the instrument (declare the profile in maturity.yaml if some do)"
            )
        if self.missing:
            reasons.append(f"it lacks {_listed(self.missing)}")
        if self.forbidden:
            reasons.append(f"it has {_listed(self.forbidden)}, which that profile does not allow")
        if len(self.missing) == len(self.nearest.signature.required):
            return "No export profile fits; not one required column of any profile is there"
        return f"No export profile fits; the nearest is {self.nearest.name}, but {' and '.join(reasons)}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know about the columns."""
        said = []
        if self.unknown:
            said.append(
                f"{len(self.unknown)} columns are not in the profile, so not read: {_listed(self.unknown)}"
            )
        if self.absent:
            said.append(f"{len(self.absent)} optional columns are missing: {_listed(self.absent)}")
        return tuple(said)


def detect(
    header: Sequence[str],
    profiles: Mapping[str, Profile],
    *,
    labels: Mapping[str, str] | None = None,
    declared: str | None = None,
) -> Detection:
    """Find the profile of a header.

    Parameters
    ----------
    header : column names of the file.
    profiles : profiles by name.
    labels : what the header says about a column beside its name: question texts, options.
    declared : name of the profile the settings declare; it still has to fit.

    Returns
    -------
    Detection
        With `profile` None when nothing fits, never a guess. A survey is known by the items that it asks,
        for what else its header says (`Timestamp`) others say too; unless it is declared.
    """
    offered = {name: profile for name, profile in profiles.items() if declared in (None, name)} or profiles
    fitting = match(header, offered)
    itemless = [] if declared in offered else [p for p in fitting if _is_itemless(p, header, labels or {})]
    fitting = [profile for profile in fitting if profile not in itemless]
    if not fitting:
        return _unknown(header, offered, itemless)
    profile = fitting[0]
    renamed = profile.renaming(header)
    names = profile.canonical(header)
    asked, unasked = _survey_columns(profile, names, labels or {})
    wanted = {*profile.kept(names), *asked} - (set(profile.personal) - set(profile.hashed))
    named = {*wanted, *profile.signature.required, *profile.signature.optional, *profile.personal}
    present = frozenset(names)
    unknown = [name for name in names if name not in named]
    unnamed = frozenset(name for name in unknown if _is_member(name, present))
    absent = [name for name in profile.signature.optional if name in profile.used and name not in names]
    return Detection(
        profile,
        profile,
        kept=tuple(name for name in names if name in wanted),
        unknown=tuple(name for name in unknown if name not in unnamed),
        unnamed=unnamed,
        absent=(*absent, *unasked),
        renamed=renamed,
    )


def _is_member(name: str, names: Collection[str]) -> bool:
    """Whether a name is the path of a member (`via.source`) of an object that is a column itself."""
    return any(name[:place] in names for place, sign in enumerate(name) if sign == ".")


def _survey_columns(
    profile: Profile, names: Sequence[str], labels: Mapping[str, str]
) -> tuple[set[str], list[str]]:
    """Columns about items, channels and practices of the instrument, and the items that have none."""
    if profile.survey is None:
        return set(), []
    instrument = load_instrument()
    found = places(names, labels, profile.survey, instrument)
    asked = {place.column for place in found.found} | set(found.contradictory)
    answered = {place.code for place in found.found if place.kind == "item"}
    return asked, [item.code for item in instrument.items if item.code not in answered]


def _is_itemless(profile: Profile, header: Sequence[str], labels: Mapping[str, str]) -> bool:
    """Whether a profile is that of a survey with one column per item, and no column asks an item."""
    if profile.survey is None or profile.survey.item_column is not None:
        return False
    found = places(profile.canonical(header), labels, profile.survey, load_instrument())
    return not found.contradictory and all(place.kind != "item" for place in found.found)


def _unknown(header: Sequence[str], offered: Mapping[str, Profile], itemless: Sequence[Profile]) -> Detection:
    """No profile, and the nearest: a survey without items where no other has more of its columns."""
    others = {name: profile for name, profile in offered.items() if profile not in itemless}
    closest = _nearest(header, others or offered)
    missing = closest.missing(header)
    n_present = len(closest.signature.required) - len(missing)
    if itemless and len(itemless[0].signature.required) >= n_present:
        return Detection(None, itemless[0], is_itemless=True)
    return Detection(None, closest, tuple(missing), tuple(closest.forbidden(header)))


def _nearest(header: Sequence[str], profiles: Mapping[str, Profile]) -> Profile:
    """Profile that lacks least and knows most: a signature of one column is met by chance."""

    def distance(profile: Profile) -> tuple[float, str]:
        known = {*profile.signature.required, *profile.signature.optional, *profile.personal}
        n_known = sum(name in known for name in profile.canonical(header))
        lacking = len(profile.missing(header)) / len(profile.signature.required)
        return lacking - n_known / max(len(header), 1), profile.name

    return min(profiles.values(), key=distance)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
