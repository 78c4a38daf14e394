"""Export profiles of an installation: those shipped, and those of HOME/profiles. What one says: contracts."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from contracts.profile import Profile, ProfileError, load_profiles, parse_profile
from contracts.sql_given import GIVEN, given_columns
from contracts.sql_rules import quoted
from orchestration.errors import SettingsError

PROFILES: Final = "profiles"
"""Folder of a home that holds its own profiles, one YAML file each."""

_Stamp = tuple[tuple[str, int, int], ...]


def profiles_of(home: Path | None) -> dict[str, Profile]:
    """Profiles by name: the shipped ones, then those of a home, which replace shipped ones of their name.

    Parameters
    ----------
    home : folder of the installation; None means the shipped ones alone.

    Returns
    -------
    dict of str to Profile
        Read anew only when a file of the home changed.

    Raises
    ------
    SettingsError
        A profile of the home is faulty; file, line and what to change are named.
    """
    own = sorted((home / PROFILES).glob("*.yaml")) if home is not None else []
    if not own:
        return dict(load_profiles())
    stamp = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in own)
    return {**load_profiles(), **_read(stamp)}


def sql_faults(profile: Profile) -> Iterator[tuple[tuple[str, ...], str]]:
    """Place and fault of each expression that DuckDB cannot make of the columns that its mapping names."""
    if not profile.expressions:
        return
    import duckdb

    with duckdb.connect(config={"enable_external_access": "false"}) as con:
        for name in profile.expressions:
            sources = profile.columns[name].sources
            expression = given_columns(profile, sources)[GIVEN + name]
            texts = ", ".join(f"''::varchar as {quoted(source)}" for source in sources)
            try:
                con.execute(f"select {expression} from (select {texts})")
            except duckdb.Error as error:
                yield ("columns", name, "sql"), f"DuckDB cannot read it ({str(error).splitlines()[0]})"


@lru_cache(maxsize=16)
def _read(stamp: _Stamp) -> dict[str, Profile]:
    return {profile.name: profile for profile in (_one(Path(path)) for path, _, _ in stamp)}


def _one(path: Path) -> Profile:
    where = f"{PROFILES}/{path.name}"
    try:
        profile = parse_profile(path.read_text(encoding="utf-8"), where, sql_faults)
    except (ProfileError, OSError, UnicodeDecodeError) as error:
        raise _faulty(str(error), path) from None
    if profile.name != path.stem:
        raise _faulty(f"{where}: the name is {profile.name}, the file's name another; make them equal", path)
    return profile


def _faulty(said: str, path: Path) -> SettingsError:
    return SettingsError(
        f"An export profile cannot be used: {said}", str(path.resolve()), "correct it and run again"
    )
