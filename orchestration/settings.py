"""Settings of an installation, from HOME/maturity.yaml. No environment and no secrets: they are passed in."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from orchestration.calendars import RetailCalendar
from orchestration.errors import MissingKey, SettingsError
from orchestration.settings_faults import explained

SETTINGS_FILE = "maturity.yaml"
# Public on purpose: it protects nothing, and only simulated persons are ever hashed with it.
DEMO_PSEUDONYM_KEY = "simulated-persons-only"
# HMAC-SHA256 is no stronger than its key; below this a key can be found by trying.
MINIMUM_KEY_LENGTH = 16
# DuckDB reads a path with one of these as a pattern: of a home `data[1]` it would take the rows of `data1`.
_PATTERN = frozenset("*?[")

Locale = Annotated[str, Field(pattern=r"^[a-z]{2}(_[A-Z]{2})?$")]
System = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
DateOrder = Literal["dmy", "mdy", "ymd"]
Policy = Literal["accept", "warn", "refuse"]
Severity = Literal["error", "warn"]
OneCharacter = Annotated[str, Field(min_length=1, max_length=1)]


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"'{name}' is no time zone; write one such as Europe/Amsterdam or UTC")
    return name


Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeaderChanges(_Part):
    """What to do when the header of a source is not what it was at its delivery before."""

    added: Policy = "accept"
    missing: Policy = "warn"
    renamed: Policy = "warn"
    retyped: Policy = "warn"


class Unpivot(_Part):
    """Columns that are values of one variable, such as months, brought below each other.

    Attributes
    ----------
    columns : regular expression that the whole names of these columns match.
    name_to, value_to : names of the two columns they become.
    """

    columns: str
    name_to: str
    value_to: str


class Source(_Part):
    """What is declared about the files that match one pattern; a declaration always beats a guess.

    Attributes
    ----------
    system : source system the files come from.
    pattern : file pattern below the drop zone, such as ``zendesk/*.csv``.
    profile, encoding, delimiter, quote, header_rows, sheet : override detection; None lets the file speak.
    locale, date_order : how numbers and dates are written; None takes the profile's, then English and ISO.
    zone : time zone of times that carry none; None takes the file's or the profile's, then UTC.
    currency : currency of amounts that carry none; None means the reporting currency.
    is_full_snapshot : each file holds everything there is, so a key that is gone no longer exists.
    constants : canonical column to the value that holds for every row, for what an export does not say.
    values : canonical column to words of the source and their canonical words, beside the profile's.
    account_classes : account code or range (``8000-8999``) to account class.
    unpivot : brings a pivoted layout into rows.
    header_changes : policy for changed headers; None takes that of the installation.
    """

    system: System
    pattern: str = "**/*"
    profile: str | None = None
    encoding: str | None = None
    delimiter: OneCharacter | None = None
    quote: OneCharacter | None = None
    header_rows: int | None = Field(None, ge=1, le=3)
    sheet: str | None = None
    locale: Locale | None = None
    date_order: DateOrder | None = None
    zone: Zone | None = None
    currency: Currency | None = None
    is_full_snapshot: bool = False
    constants: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    account_classes: dict[str, str] = Field(default_factory=dict)
    unpivot: Unpivot | None = None
    header_changes: HeaderChanges | None = None


class Thresholds(_Part):
    """Smallest numbers below which nothing is claimed or shown.

    Attributes
    ----------
    minimum_organizations : 30; below about thirty clusters clustered errors are too small (method.md, M2).
    minimum_raters : 3, which is the least; fewer answers in an organisation are marked low reliability.
    minimum_group_people : 10; smaller groups are not shown of assessments and of KPIs about people at work.
    minimum_group_organizations : 5; smaller groups are not shown of other KPIs.
    """

    minimum_organizations: int = Field(30, ge=2)
    minimum_raters: int = Field(3, ge=3)
    minimum_group_people: int = Field(10, ge=1)
    minimum_group_organizations: int = Field(5, ge=1)


class Definitions(_Part):
    """What a word means here where companies differ.

    Attributes
    ----------
    active_customer_months : a customer is active in a month when invoiced in it or in the months before it,
        so many together; 12 suits yearly invoices, 1 monthly subscriptions.
    marketing_spend_source : ``platform`` or ``ledger``; they tell the same money and are never added up.
    sales_cycle_months : from the expense on a sale to the sale; None, and what hangs on it is unknown.
    """

    active_customer_months: int = Field(12, ge=1, le=36)
    marketing_spend_source: Literal["ledger", "platform"] = "platform"
    sales_cycle_months: int | None = Field(None, ge=1, le=36)


class ToleratedShare(_Part):
    """Share of delivered rows that a rule may refuse before the run stops.

    ``rules`` keys are ``entity.column:rule``, ``column:rule`` or ``entity``; the most exact one counts.
    """

    default: Share = 0.0
    rules: dict[str, Share] = Field(default_factory=dict)


class Retention(_Part):
    """How long things are kept.

    Attributes
    ----------
    keep_editions : 24; newest editions that `editions prune` leaves, two years of monthly ones. The one in
        force always stays, and nothing is removed before that verb is called.
    """

    keep_editions: int = Field(24, ge=1)


class Settings(_Part):
    """Everything a user may set; every default is safe to keep.

    Attributes
    ----------
    reporting_currency : ISO 4217 code amounts are reported in.
    is_simulated : marks every output as simulated and allows the public demo key.
    drop_zone : folder of the exports, below the home or absolute.
    fiscal_year_start_month : 1..12; month in which fiscal years begin, unless an organisation has its own.
    retail_calendar : 4-4-5 weeks and the like in `dim_date`; none by default.
    sources : declarations per file pattern, first match counts.
    header_changes : what to do when a header is not what it was.
    store_personal : whether landing may hold personal columns; by default they stop before it.
    memory_limit : memory the gate may use, such as ``512MB``; more is spilled to HOME/tmp.
    withdrawn : files delivered by mistake, as reports name them (``exports/zendesk/a.csv``), or the first 12
        signs or more of a delivery_id, where only one of several deliveries of that name is meant; what they
        hold counts no more, under whatever name it came.
    tolerated_share : share of rows a rule may refuse; by default none.
    rule_severity : what a rule does that refuses more than is tolerated: ``error``, the default, stops the
        run, ``warn`` is told and the run goes on without those rows. Keys as of `ToleratedShare.rules`.
    retention : how many editions are kept.
    """

    reporting_currency: Currency = "EUR"
    is_simulated: bool = False
    drop_zone: Annotated[str, Field(min_length=1)] = "exports"
    fiscal_year_start_month: int = Field(1, ge=1, le=12)
    retail_calendar: RetailCalendar | None = None
    sources: tuple[Source, ...] = ()
    header_changes: HeaderChanges = HeaderChanges()
    store_personal: bool = False
    memory_limit: Annotated[str, Field(pattern=r"^\d+(\.\d+)?(MB|GB)$")] = "512MB"
    withdrawn: tuple[str, ...] = ()
    thresholds: Thresholds = Thresholds()
    definitions: Definitions = Definitions()
    tolerated_share: ToleratedShare = ToleratedShare()
    rule_severity: dict[str, Severity] = Field(default_factory=dict)
    retention: Retention = Retention()
    primary_outcomes: tuple[str, ...] = ("csat_share", "log_revenue")
    instrument_version: Annotated[str, Field(coerce_numbers_to_str=True)] = "1"

    def source_for(self, relative_path: str, system: str | None = None) -> Source | None:
        """Declaration for a file below the drop zone; the first match counts.

        Parameters
        ----------
        relative_path : path below the drop zone, with forward slashes.
        system : source system once known; a declaration for another system is passed over.
        """
        for source in self.sources:
            pattern = source.pattern.replace("**/", "*")
            if fnmatchcase(relative_path, pattern) and system in (None, source.system):
                return source
        return None


def load_settings(home: Path) -> Settings:
    """Read and check HOME/maturity.yaml.

    Parameters
    ----------
    home : folder of the installation.

    Returns
    -------
    Settings

    Raises
    ------
    SettingsError
        The file is missing, is no YAML, or a key is unknown or out of range; the key is named. Or the path
        of the home holds signs of a pattern.
    """
    path = home / SETTINGS_FILE
    if signs := " ".join(sorted(_PATTERN.intersection(str(home.resolve())))):
        raise SettingsError(
            f"The path of the home holds {signs}, which would stand for other folders too",
            str(home.resolve()),
            "rename that folder, or move the home elsewhere",
        )
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            "There are no settings",
            str(path),
            "write a maturity.yaml there, or name another folder with --home",
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        detail = " ".join(str(error).split())
        raise SettingsError(
            f"The settings cannot be read ({detail})", str(path), "correct the file"
        ) from None
    if not isinstance(content, dict | None):
        raise SettingsError(
            "The settings hold no keys", str(path), "write lines such as 'reporting_currency: EUR'"
        )
    try:
        return Settings.model_validate(content or {})
    except ValidationError as error:
        raise explained(error, path, Settings) from None


def home_around(path: Path) -> Path | None:
    """Home that a path lies in: the nearest folder above it, or itself, that holds settings."""
    resolved = path.resolve()
    return next(
        (folder for folder in (resolved, *resolved.parents) if (folder / SETTINGS_FILE).is_file()), None
    )


def pseudonym_key(settings: Settings, given: str | None) -> str:
    """Secret for person keys: the one given, or the public demo key where all is simulated.

    Raises
    ------
    MissingKey
        No key was given for real data, or it is too short.
    """
    if given:
        if len(given.strip()) < MINIMUM_KEY_LENGTH:
            raise MissingKey(
                "The secret for person keys is too short",
                "MATURITY_PSEUDONYM_KEY",
                f"use at least {MINIMUM_KEY_LENGTH} random characters",
            )
        return given
    if settings.is_simulated:
        return DEMO_PSEUDONYM_KEY
    raise MissingKey(
        "Files about persons need a secret of your own to hide who they are",
        "MATURITY_PSEUDONYM_KEY",
        "set that environment variable to at least 16 random characters, and keep it",
    )
