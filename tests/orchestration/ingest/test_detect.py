"""A file taken for what it is not would be read wrongly, row after row, and nobody would be told."""

from contracts.instrument import load_instrument
from contracts.profile import load_profiles
from orchestration.ingest.land.detect import Detection, detect


def found(*header: str, labels: dict[str, str] | None = None, declared: str | None = None) -> Detection:
    return detect(header, load_profiles(), labels=labels, declared=declared)


def test_a_column_that_every_log_has_makes_no_survey() -> None:
    unknown = found("Timestamp", "Level", "Message")
    assert unknown.profile is None
    assert unknown.nearest.name == "google_forms_responses_ui"
    assert "no column asks an item of the instrument" in unknown.problem


def test_items_in_the_header_make_the_survey() -> None:
    wording = load_instrument().items[0].text_en
    for column in ("LS1", wording):
        survey = found("Timestamp", column).profile
        assert survey is not None
        assert survey.name == "google_forms_responses_ui"


def test_items_below_the_names_make_the_survey() -> None:
    survey = found("Timestamp", "Q1", labels={"Q1": load_instrument().items[0].text_nl}).profile
    assert survey is not None


def test_a_declared_survey_needs_no_item() -> None:
    survey = found("Timestamp", "Level", declared="google_forms_responses_ui").profile
    assert survey is not None


def test_a_file_that_lacks_a_column_is_near_its_own_profile_not_near_a_survey() -> None:
    tickets = load_profiles()["zendesk_ticket_api"].signature.required
    unknown = found("Timestamp", *tickets[:-1])
    assert unknown.nearest.name == "zendesk_ticket_api"
    assert unknown.missing == (tickets[-1],)


def test_a_report_that_lacks_most_required_columns_is_known_by_those_it_has() -> None:
    labels = ("Opportunity Owner", "Close Date", "Type", "Amount", "Lead Source", "Stage", "Fiscal Period")
    unknown = found(*labels, "Our own column")
    assert unknown.nearest.name == "salesforce_opportunity_report_ui"
    assert "Opportunity ID" in unknown.missing


def test_a_survey_whose_whole_header_is_there_is_nearer_than_one_with_a_column_in_common() -> None:
    header = ("Respondent ID", "Collector ID", "Start Date", "End Date", "Do you like us?")
    unknown = found(*header)
    assert (unknown.nearest.name, unknown.missing) == ("surveymonkey_responses_ui", ())
    assert "no column asks an item of the instrument" in unknown.problem
