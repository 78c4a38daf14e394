"""What an export does not say is declared or refused: constants, words, accounts, keys, names of columns."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from one_column import PLAIN, converted, profile_of, read

from contracts.account_ranges import AccountRanges
from contracts.convert import convert
from contracts.manner import Manner
from contracts.profile import Profile
from contracts.pseudonym import PseudonymKeyError
from contracts.source_rules import rules_of_profile

CLASS = "ledger_lines.account_class"
RANGES = {"account_ranges": True}
SPEND = {
    "spend_key": {"content_key": ["day", "amount"]},
    "spent_on": {"from": "day"},
    "amount": {"from": "amount"},
}


def test_accounts_take_the_class_of_their_code_or_narrowest_range() -> None:
    declared = {"8000-8999": "revenue", "8400 - 8499": "other_income", "8450": "recruiting", "M-1": "revenue"}
    codes = ["8000", "08000", "8420", "8450", "m-1", "9000", "K8400", ""]
    classes = ["revenue", "revenue", "other_income", "recruiting", "revenue"]
    undeclared = ["account_class:undeclared"] * 2
    outcome = read(CLASS, RANGES, [*codes[:-1]], Manner(account_classes=declared))
    assert outcome == [*classes, *undeclared]


def test_settings_beat_the_profile_and_the_profile_the_cases() -> None:
    cases = {**RANGES, "cases": [{"when": {"kind": ["SALES"]}, "value": "revenue"}]}
    rows = [{"a": "4000", "kind": "SALES"}, {"a": "5000", "kind": "SALES"}, {"a": "6000", "kind": "SALES"}]
    rows.append({"a": "6000", "kind": "MYSTERY"})
    chart = {"4000": "cost_of_sales", "5000": "cost_of_sales"}
    mine = Manner(account_classes={"4000": "balance_sheet"})
    outcome = read(CLASS, cases, rows, mine, account_classes=chart)
    assert outcome == ["balance_sheet", "cost_of_sales", "revenue", "account_class:undeclared"]


@pytest.mark.parametrize(
    "declared",
    [{"9000-8000": "revenue"}, {"8000-8500": "revenue", "8400-8999": "other_income"}],
)
def test_account_ranges_that_contradict_each_other_are_refused(declared: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"backwards|overlap"):
        AccountRanges.of(declared)
    with pytest.raises(ValueError, match=r"backwards|overlap"):
        profile_of("ledger_lines", {"entry_key": {"from": "a"}}, account_classes=declared)


def test_a_class_that_is_none_is_refused() -> None:
    assert read(CLASS, RANGES, ["1"], Manner(account_classes={"1": "sales"})) == ["account_class:known_value"]


def test_constants_stand_where_the_source_has_none() -> None:
    profile = profile_of(
        "marketing_spend",
        {"channel": {"from": "a"}},
        constants={"channel": "other", "spend_source": "platform"},
    )
    manner = Manner(constants={"channel": "meta", "unit_key": "north", "colour": "blue"}, currency="EUR")
    result = converted(profile, [{"a": "google"}, {"a": "", "b": "x"}], manner)
    rows = result.frames["marketing_spend"]
    assert list(rows["channel"]) == ["google", "meta"], "the settings beat the profile"
    assert list(rows["spend_source"]) == ["platform"] * 2
    assert list(rows["unit_key"]) == ["north"] * 2
    assert list(rows["unit_key_type"]) == ["declared"] * 2
    assert "the constant colour is no column of marketing_spend" in result.warnings


def test_a_constant_unit_is_used_only_where_the_row_names_none() -> None:
    profile = profile_of("marketing_spend", {"channel": {"from": "a"}}, unit={"type": "brand", "from": "a"})
    constants = {"unit_key": "north", "unit_key_type": "company"}
    rows = converted(profile, [{"a": "google"}], Manner(constants=constants)).frames["marketing_spend"]
    assert list(rows["unit_key"]) + list(rows["unit_key_type"]) == ["google", "brand"]
    other = profile_of(
        "marketing_spend",
        {"channel": {"from": "a"}},
        unit={"type": "brand", "from": "b"},
        signature={"required": ["a"], "optional": ["b"]},
    )
    rows = converted(other, [{"a": "google"}], Manner(constants=constants)).frames["marketing_spend"]
    assert list(rows["unit_key"]) + list(rows["unit_key_type"]) == ["north", "company"]


def test_a_wrong_constant_is_refused_like_any_value() -> None:
    profile = profile_of("marketing_spend", {"channel": {"from": "a"}}, constants={"spend_source": "?"})
    assert "spend_source:known_value" in converted(profile, [{"a": "x"}]).counts


def test_words_of_the_settings_beat_those_of_the_profile() -> None:
    mapping = {"values": {"gewonnen": "won", "offen": "open"}}
    mine = Manner(values={"status": {"Offen": "lost", "perdu": "lost"}})
    words = ["Gewonnen", "offen", "perdu", "verloren"]
    assert read("opportunities.status", mapping, words, mine) == ["won", "lost", "lost", "status:known_value"]


def test_the_currency_can_stand_above_the_header() -> None:
    form = {"from_preamble": {"row": 1, "cell": 2}, "default_setting": "default_currency"}
    above = Manner(preamble=[["EXTF", "CHF"]], currency="EUR")
    rows = [{"a": "", "b": "x"}]
    beside = {"channel": {"from": "b"}}
    said = [*rows, {"a": "USD", "b": "x"}]
    assert read("marketing_spend.currency", form, said, above, beside=beside) == ["CHF", "USD"]
    assert read("marketing_spend.currency", form, rows, PLAIN, beside=beside) == ["EUR"]


def test_codes_become_the_labels_the_file_brings() -> None:
    labels = Manner(value_labels={"a": {"1": "won", "2": "lost"}})
    assert read("opportunities.status", {"labelled": True}, ["1", "2", "open", "3"], labels) == [
        "won",
        "lost",
        "open",
        "status:known_value",
    ]
    assert read("opportunities.status", {}, ["1"], labels) == ["status:known_value"], "only where declared"


def test_rows_without_a_key_are_named_by_what_they_say() -> None:
    profile = profile_of("marketing_spend", SPEND)
    rows = [{"day": "2024-05-01", "amount": amount} for amount in ("1495", "1495", "20", " 1495")]
    first = list(converted(profile, rows).frames["marketing_spend"]["spend_key"])
    again = list(converted(profile, rows[::-1]).frames["marketing_spend"]["spend_key"])
    assert len(set(first)) == 4, "equal rows are kept: nobody can tell that they are one"
    assert set(first) == set(again), "the same rows delivered again are the same"
    other = converted(profile, [{"day": "2024-05-0", "amount": "11495"}]).frames["marketing_spend"]
    assert set(other["spend_key"]).isdisjoint(first)


def test_keys_that_a_spreadsheet_rounded_are_refused() -> None:
    """Two records with one rounded key would be taken for two versions of one."""
    outcome = read("tickets.ticket_key", {}, ["1.23457E+15", "1,2E+15", "9E15", "12E", "1E5", "REV-1E+15"])
    assert outcome == ["ticket_key:rounded_key"] * 2 + ["9E15", "12E", "1E5", "REV-1E+15"]
    assert read("tickets.channel", {}, ["1.23457E+15"]) == ["1.23457E+15"]


def test_equal_rows_of_two_files_are_one() -> None:
    rows = pd.DataFrame({"day": ["2024-05-01"] * 2, "amount": ["5"] * 2}, dtype="str")
    rows = rows.assign(source_line=[2, 2], delivery_id=["d1", "d2"])
    keys = convert(rows, profile_of("marketing_spend", SPEND)).frames["marketing_spend"]["spend_key"]
    assert keys.nunique() == 1


def test_what_the_gate_computed_beforehand_is_taken() -> None:
    """Parts of a file cannot count or look beyond themselves."""
    profile = profile_of("marketing_spend", SPEND)
    row = {"day": "2024-05-01", "amount": "5", "sql:spend_key": "made"}
    assert list(converted(profile, [row]).frames["marketing_spend"]["spend_key"]) == ["made"]


def test_an_expression_is_read_from_its_column_and_never_forgotten() -> None:
    profile = profile_of("marketing_spend", {"amount": {"from": ["a", "b"], "sql": "a || b"}})
    assert profile.expressions == {"amount": "a || b"}
    done = converted(profile, [{"a": "1", "b": "2", "sql:amount": "12"}]).frames["marketing_spend"]
    assert [str(value) for value in done["amount"]] == ["12.00"]
    with pytest.raises(ValueError, match="evaluate it into 'sql:amount'"):
        converted(profile, [{"a": "1", "b": "2"}])


def test_hashes_made_at_landing_are_kept_and_need_no_secret() -> None:
    profile = profile_of("hires", {"person_key": {"from": "a", "hmac": "people"}}, personal=["a"])
    made, raw = "hmac:" + "ab" * 32, "hmac:4711"
    kept = converted(profile, [{"a": made}, {"a": "", "b": ""}]).frames["hires"]["person_key"]
    assert kept.dropna().tolist() == ["ab" * 32]
    with pytest.raises(PseudonymKeyError):
        converted(profile, [{"a": made}, {"a": raw}])
    mixed = converted(profile, [{"a": made}, {"a": raw}], pseudonym_key=b"key").frames["hires"]["person_key"]
    assert mixed.str.fullmatch("[0-9a-f]{64}").all()
    assert profile.hashed == {"a": "people"}


def aliased(**aliases: Any) -> Profile:
    return profile_of("marketing_spend", SPEND, aliases=aliases, personal=["Owner"])


@pytest.mark.parametrize(
    ("header", "renamed"),
    [
        (["day", "amount"], {}),
        (["Datum", "Bedrag"], {"Datum": "day", "Bedrag": "amount"}),
        (["day", "Datum"], {}),
        (["Date", "Datum"], {"Datum": "day"}),
        ([" DAY ", "Amount"], {" DAY ": "day", "Amount": "amount"}),
        (["bed rag"], {"bed rag": "amount"}),
        (["Day", "DAY"], {}),
        (["Montant"], {}),
        (["owner"], {"owner": "Owner"}),
    ],
)
def test_header_names_become_canonical_where_one_reading_is_left(
    header: list[str], renamed: dict[str, str]
) -> None:
    profile = aliased(day=["Datum", "Date"], amount="Bedrag")
    assert profile.renaming(header) == renamed
    assert profile.canonical(header) == [renamed.get(name, name) for name in header]


def test_a_translated_header_is_known_by_its_profile() -> None:
    profile = aliased(day=["Datum"], amount=["Bedrag"])
    assert profile.matches(["Bedrag", "x", "Datum"])
    assert profile.missing(["Datum"]) == ["amount"]


def test_two_columns_may_not_share_a_label() -> None:
    with pytest.raises(ValueError, match="stand for two columns: Datum"):
        aliased(day=["Datum"], amount=["Datum"])
    with pytest.raises(ValueError, match="stand for two columns: day"):
        aliased(amount=["day"])
    with pytest.raises(ValueError, match="not in the signature: colour"):
        aliased(colour=["Kleur"])


def test_words_by_language_are_all_known_and_say_how_well() -> None:
    words = {"day": {"nl": "Dag", "de": ["Tag", "Datum"]}, "amount": {"nl": "Bedrag"}}
    profile = profile_of(
        "marketing_spend",
        SPEND,
        aliases=words,
        header_languages={"en": "vendor", "nl": "seen", "de": "translated"},
    )
    assert profile.aliases == {"day": ("Dag", "Tag", "Datum"), "amount": ("Bedrag",)}
    assert profile.canonical(["Tag", "Bedrag"]) == ["day", "amount"]
    assert profile.spoken["day"] == {"nl": ("Dag",), "de": ("Tag", "Datum")}


def test_a_word_may_be_of_two_languages() -> None:
    profile = profile_of(
        "marketing_spend",
        SPEND,
        aliases={"day": {"nl": "Datum", "de": "Datum"}},
        header_languages={"nl": "seen", "de": "seen"},
    )
    assert profile.aliases == {"day": ("Datum",)}


def test_languages_of_words_are_declared_and_spoken() -> None:
    with pytest.raises(ValueError, match=r"does not say how well .* known: de, fr"):
        profile_of(
            "marketing_spend",
            SPEND,
            aliases={"day": {"de": "Tag", "fr": "Jour", "nl": "Dag"}},
            header_languages={"nl": "seen"},
        )
    with pytest.raises(ValueError, match="without a word in aliases: en, es"):
        profile_of("marketing_spend", SPEND, header_languages={"en": "vendor", "es": "translated"})


def test_columns_of_control_totals_are_kept() -> None:
    control = [{"total_of": "amount", "label": "^Total"}, {"balances_to_zero": "amount", "per": "entry"}]
    profile = profile_of(
        "marketing_spend", SPEND, control=control, signature={"required": ["day", "amount", "entry"]}
    )
    assert profile.kept(["day", "amount", "entry", "other"]) == ["day", "amount", "entry"]
    with pytest.raises(ValueError, match="regular expression"):
        profile_of("marketing_spend", SPEND, control={"total_of": "amount", "label": "("})


def test_every_rule_that_a_declaration_brings_bites() -> None:
    columns = {
        "account_class": {"from": "account", "account_ranges": True},
        "amount": {
            "from": "value",
            "strip_symbols": True,
            "sign_from": {"from": "side", "negative": ["H"], "positive": ["S"]},
        },
        "currency": {"default_setting": "default_currency"},
    }
    profile = profile_of("ledger_lines", columns, account_classes={"8000": "revenue"})
    rules = [rule for rule in rules_of_profile(profile) if isinstance(rule.canary, dict)]
    good = {"account": "8000", "value": "€ 5", "side": "S"}
    result = converted(profile, [good, *({**good, **rule.canary} for rule in rules)])
    assert len(rules) == 3
    assert all(rule.description and rule.remedy for rule in rules)
    assert list(result.refused["source_line"]) == [3, 4, 5]
    for rule, reasons in zip(rules, result.refused["reasons"], strict=True):
        assert rule.id in reasons
