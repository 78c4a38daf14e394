"""The demo's maturity.yaml as commented text; what the keys mean is orchestration/settings.py."""

from __future__ import annotations

from models.demo.files import DemoFile
from models.demo.spec import WorldSpec


def settings_yaml(files: list[DemoFile], spec: WorldSpec) -> str:
    """Write the settings that fit the files: a declaration for each that differs from its siblings."""
    # In a small world the two rows that are broken at least are a larger share.
    tolerated = TOLERATED if spec.organizations >= SMALL_WORLD else dict.fromkeys(TOLERATED, 0.15)
    lines = [
        "# Settings of the demo home. Everything in it is simulated; the summary says so in its first line.",
        "is_simulated: true",
        "# Where the exports lie: below this folder, or an absolute path.",
        "drop_zone: exports",
        "reporting_currency: EUR",
        "fiscal_year_start_month: 1",
        'instrument_version: "1"',
        "primary_outcomes: [csat_share, log_revenue]",
        "",
        "# What is declared about files below exports/; the first pattern that fits counts.",
        "sources:",
    ]
    for file in files:
        if file.path.startswith("exports/xero/") and file.delimiter == ";":
            lines += [
                "  # One half-year came out of a Dutch spreadsheet: semicolons and decimal commas.",
                f'  - {{system: xero, pattern: "{_below(file)}", delimiter: ";", locale: nl, zone: UTC}}',
            ]
        if file.encoding != "utf-8":
            lines += [
                "  # Saved on Windows: declared, because an encoding can only be guessed.",
                f'  - {{system: salesforce, pattern: "{_below(file)}", encoding: {file.encoding}}}',
            ]
    lines += [
        '  - {system: qualtrics, pattern: "qualtrics/*.csv", zone: Europe/Amsterdam}',
        '  - {system: salesforce, pattern: "salesforce/*.csv", zone: UTC, currency: EUR}',
        '  - {system: zendesk, pattern: "zendesk/*.csv", zone: UTC}',
        '  - {system: greenhouse, pattern: "greenhouse/*.csv", zone: UTC}',
        '  - {system: workday, pattern: "workday/*.csv", zone: UTC}',
        '  - {system: xero, pattern: "xero/*.csv", zone: UTC}',
        "",
        "# Below these nothing is claimed or shown.",
        "thresholds:",
        "  minimum_organizations: 30",
        "  minimum_raters: 3",
        "",
        "# What words mean here: an invoice keeps a customer active for so many months, one source tells",
        "# the marketing spend, platform or ledger, and so many months pass from the expense on a sale to",
        "# the sale (left out: nobody knows). This world has no invoices and no spend.",
        "definitions:",
        "  active_customer_months: 12",
        "  marketing_spend_source: platform",
        "  sales_cycle_months: 2",
        "",
        "# Rules that warn instead of stopping the run, such as {tickets.satisfaction:known_value: warn}.",
        "rule_severity: {}",
        "",
        "# Share of rows a rule may refuse before the run stops. The demo's dirt stays well below.",
        "tolerated_share:",
        "  default: 0.0",
        "  rules:",
    ]
    lines += [f'    "{rule}": {share}' for rule, share in tolerated.items()]
    return "\n".join(lines) + "\n"


SMALL_WORLD = 60
TOLERATED = {
    # Not-existing days, in tickets, opportunities and journals.
    "created_at:timestamp": 0.01,
    "closed_on:date": 0.01,
    "posted_on:date": 0.01,
    # Survey previews, replaced offers and hires taken back are no mistakes, only no data.
    "status:preview": 0.05,
    "status:not_accepted": 0.05,
    "hire_rescinded:hire_rescinded": 0.01,
}


def _below(file: DemoFile) -> str:
    return file.path.removeprefix("exports/")
