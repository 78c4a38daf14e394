"""Harm prevented: an export in a user's language is refused, or a word of it lands in the wrong column."""

from collections import Counter

import pytest

from contracts.header_words import Language
from contracts.profile import Profile, load_profiles, match

FIVE: set[Language] = {"en", "nl", "de", "fr", "es"}
# Written alike whatever the language: codes, fixed names, a program of one country.
ONE_LANGUAGE = {
    "datev_posting_ui": "de",
    "qualtrics_survey_legacy_ui": "en",
    "qualtrics_survey_ui": "en",
    "typeform_responses_ui": "en",
}
# A kind of file, not a vendor's screen: whoever writes it names the columns.
NAMES_OF_ONES_OWN = {"spss_survey"}
SPOKEN = [(name, language) for name, one in load_profiles().items() for language in one.header_languages]


def header_in(profile: Profile, language: Language, place: int = 0) -> list[str]:
    """Header in one language: of each column its word, or the canonical name where that language has none."""
    names = [*profile.signature.required, *profile.signature.optional]
    words = [profile.spoken.get(name, {}).get(language, ()) for name in names]
    return [
        said[min(place, len(said) - 1)] if said else name for name, said in zip(names, words, strict=True)
    ]


@pytest.mark.parametrize(("name", "language"), SPOKEN)
def test_a_header_in_each_language_is_known_column_by_column(name: str, language: Language) -> None:
    profile = load_profiles()[name]
    longest = max((len(words.get(language, ())) for words in profile.spoken.values()), default=1)
    for place in range(max(longest, 1)):
        header = header_in(profile, language, place)
        assert len(header) == len(set(header)), "two columns with one name"
        assert profile.canonical(header) == [*profile.signature.required, *profile.signature.optional]
        found = match(header, load_profiles())
        assert found[0].name == name
        assert [len(other.signature.required) for other in found].count(len(profile.signature.required)) == 1


def test_what_a_person_downloads_is_known_in_five_languages_where_the_vendor_translates() -> None:
    downloaded = {name: one for name, one in load_profiles().items() if one.shape == "ui"}
    for name, profile in downloaded.items():
        if name in NAMES_OF_ONES_OWN:
            assert not profile.header_languages, name
        else:
            expected = {ONE_LANGUAGE[name]} if name in ONE_LANGUAGE else FIVE
            assert set(profile.header_languages) == expected, name
    assert {*ONE_LANGUAGE, *NAMES_OF_ONES_OWN} <= set(downloaded)


def test_names_that_machines_write_are_in_no_language() -> None:
    assert {name for name, _ in SPOKEN} <= {n for n, one in load_profiles().items() if one.shape == "ui"}


@pytest.mark.parametrize("name", load_profiles())
def test_no_word_means_two_columns_even_without_case_and_spaces(name: str) -> None:
    profile = load_profiles()[name]
    names = {*profile.signature.required, *profile.signature.optional, *profile.personal, *profile.spoken}
    bare = Counter(
        word
        for column in names
        for word in {"".join(word.casefold().split()) for word in (column, *profile.aliases.get(column, ()))}
    )
    assert [word for word, count in bare.items() if count > 1] == []
