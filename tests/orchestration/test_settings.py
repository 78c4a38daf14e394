"""Harm prevented: a mistyped setting is passed over, and figures come out under defaults nobody chose."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from contracts.manner import Manner
from contracts.profile import load_profiles
from contracts.work import Given
from models.prevalence import MATURE_FROM_STAGE
from orchestration.calendars import RetailCalendar, retail_variables
from orchestration.cli import cli
from orchestration.errors import MaturityImpactError, MissingKey, SettingsError
from orchestration.resources import Installation
from orchestration.settings import DEMO_PSEUDONYM_KEY, Settings, load_settings, pseudonym_key


def _home(folder: Path, text: str) -> Path:
    (folder / "maturity.yaml").write_text(text, encoding="utf-8")
    return folder


def _groups(settings: Settings) -> dict[str, int]:
    found = settings.thresholds.model_dump()
    return {name: found[name] for name in ("minimum_group_people", "minimum_group_organizations")}


def test_what_dbt_takes_for_granted_are_the_documented_defaults() -> None:
    project = Path(__file__).parents[2] / "dbt_project" / "dbt_project.yml"
    variables = yaml.safe_load(project.read_text(encoding="utf-8"))["vars"]
    assert {name: variables[name] for name in _groups(Settings())} == _groups(Settings())
    assert variables["mature_from_stage"] == MATURE_FROM_STAGE
    declared = retail_variables(RetailCalendar())
    retail = {name: value for name, value in variables.items() if name.startswith("retail_")}
    assert retail == {**declared, **retail_variables(None)}


def test_a_retail_calendar_is_declared_in_words_and_bounded(tmp_path: Path) -> None:
    said = (
        "retail_calendar: {pattern: 4-5-4, year_end_month: 9, year_end_weekday: sunday, year_end_rule: last}"
    )
    settings = load_settings(_home(tmp_path, said))
    assert retail_variables(settings.retail_calendar) == {
        "retail_pattern": "4-5-4",
        "retail_year_end_month": 9,
        "retail_year_end_weekday": 7,
        "retail_year_end_rule": "last",
    }
    with pytest.raises(SettingsError, match=r"retail_calendar\.pattern"):
        load_settings(_home(tmp_path, "retail_calendar: {pattern: 5-5-3}"))


def test_an_empty_file_gives_the_documented_defaults(tmp_path: Path) -> None:
    settings = load_settings(_home(tmp_path, ""))
    assert settings == Settings()
    assert (settings.thresholds.minimum_organizations, settings.thresholds.minimum_raters) == (30, 3)
    assert _groups(settings) == {"minimum_group_people": 10, "minimum_group_organizations": 5}
    assert settings.tolerated_share.default == 0.0
    assert settings.rule_severity == {}
    assert settings.primary_outcomes == ("csat_share", "log_revenue")


def test_definitions_are_declared_and_bounded(tmp_path: Path) -> None:
    text = "definitions: {active_customer_months: 1, marketing_spend_source: ledger, sales_cycle_months: 3}"
    assert Settings().definitions.sales_cycle_months is None
    settings = load_settings(_home(tmp_path, text))
    assert settings.definitions.sales_cycle_months == 3
    assert settings.definitions.active_customer_months == 1
    assert settings.definitions.marketing_spend_source == "ledger"
    for wrong in ("active_customer_months: 0", "marketing_spend_source: both", "sales_cycle_months: 0"):
        with pytest.raises(SettingsError, match="definitions"):
            load_settings(_home(tmp_path, f"definitions: {{{wrong}}}"))


def test_a_full_file_is_read(tmp_path: Path) -> None:
    text = """
reporting_currency: USD
is_simulated: true
instrument_version: 1
sources:
  - {system: zendesk, pattern: "zendesk/*.csv", locale: nl, zone: Europe/Amsterdam, delimiter: ";"}
  - {system: salesforce, pattern: "**/*", currency: GBP}
tolerated_share: {default: 0.01, rules: {"tickets.satisfaction:known_value": 0.5}}
rule_severity: {"tickets.satisfaction:known_value": warn}
"""
    settings = load_settings(_home(tmp_path, text))
    assert settings.instrument_version == "1"
    declared = settings.source_for("zendesk/tickets_2024.csv")
    assert declared is not None
    assert (declared.system, declared.delimiter, declared.zone) == ("zendesk", ";", "Europe/Amsterdam")
    assert settings.source_for("zendesk/tickets.csv", "salesforce") == settings.sources[1]
    assert settings.source_for("deep/er/x.csv") == settings.sources[1]
    assert settings.source_for("x.csv", "xero") is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("reporting_curency: EUR", "reporting_curency"),
        ("reporting_currency: euro", "reporting_currency"),
        ("thresholds: {minimum_raters: 0}", "thresholds.minimum_raters"),
        ("sources: [{system: zendesk, zone: Mars/Phobos}]", "sources.0.zone"),
        ("sources: [{system: Oracle}]", "sources.0.system"),
        ("tolerated_share: {default: 2}", "tolerated_share.default"),
        ('rule_severity: {"tickets": ignore}', "rule_severity.tickets"),
        ("retention: {keep_editions: 0}", "retention.keep_editions"),
    ],
)
def test_a_wrong_setting_names_file_key_and_remedy(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(_home(tmp_path, text))
    assert key in str(caught.value)
    assert "maturity.yaml" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["- a\n- b", "a: [", "just words"])
def test_what_is_no_list_of_settings_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"maturity\.yaml"):
        load_settings(_home(tmp_path, text))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"write a maturity\.yaml there"):
        load_settings(tmp_path)


def test_real_persons_need_a_secret_of_their_own() -> None:
    with pytest.raises(MissingKey, match="MATURITY_PSEUDONYM_KEY"):
        pseudonym_key(Settings(), None)
    with pytest.raises(MissingKey, match="too short"):
        pseudonym_key(Settings(), "short")
    with pytest.raises(MissingKey, match="too short"):
        pseudonym_key(Settings(), " " * 32)
    assert pseudonym_key(Settings(), "a" * 32) == "a" * 32
    assert pseudonym_key(Settings(is_simulated=True), None) == DEMO_PSEUDONYM_KEY
    assert pseudonym_key(Settings(is_simulated=True), "b" * 32) == "b" * 32


def test_a_secret_on_a_command_line_is_refused_and_not_told(tmp_path: Path) -> None:
    home, secret = _home(tmp_path, ""), "a secret of some length"
    for verb in (["run"], ["crosswalk"], ["quarantine", "replay"]):
        done = CliRunner().invoke(cli, [*verb, "--home", str(home), "--key", secret])
        assert done.exit_code == 2
        assert "from the environment only: set MATURITY_PSEUDONYM_KEY" in done.output
        assert secret not in done.output


def test_a_secret_is_not_written_with_what_it_is_given_to(tmp_path: Path) -> None:
    secret = "a secret of some length"
    given = Given(load_profiles()["zendesk_ticket_api"], Manner(), secret.encode())
    assert secret not in f"{Installation(tmp_path, secret)} {given}"


def test_an_error_is_one_sentence_with_the_next_step() -> None:
    error = MaturityImpactError("The drop zone is empty", "exports", "put a file there")
    assert str(error) == "The drop zone is empty (exports): put a file there."
    assert str(MaturityImpactError("It stopped")) == "It stopped."


@pytest.mark.parametrize(
    ("text", "key", "known"),
    [
        ("reporting_curency: EUR", "reporting_curency", "reporting_currency"),
        (
            "sources: [{system: desk, default_currency: EUR}]",
            "sources.0.default_currency",
            ": account_classes",
        ),
        ("thresholds: {raters: 3}", "thresholds.raters", ": minimum_group_organizations"),
        (
            "sources: [{system: desk, header_changes: {lost: warn}}]",
            "sources.0.header_changes.lost",
            ": added",
        ),
    ],
)
def test_a_name_that_is_no_setting_is_answered_with_those_of_its_place(
    tmp_path: Path, text: str, key: str, known: str
) -> None:
    (tmp_path / "maturity.yaml").write_text(text)
    with pytest.raises(SettingsError, match=f"'{key}' is no setting") as said:
        load_settings(tmp_path)
    assert known in str(said.value)


@pytest.mark.parametrize("name", ["data[1]", "a*b", "who?/within"])
def test_a_home_whose_path_stands_for_other_folders_too_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(SettingsError, match="rename that folder"):
        load_settings(_home(tmp_path / name, ""))
