"""Assessment waves as Qualtrics CSV exports: three header rows, numeric values, personal columns."""

from __future__ import annotations

import json

import numpy as np

from contracts.instrument import Instrument
from models.demo.aliases import Integers, Strings
from models.demo.assessment import Answers
from models.demo.files import Columns, DemoFile, Texts, text_frame, times
from models.demo.identifiers import response_ids
from models.demo.reference import Keys
from models.demo.spec import generator
from models.demo.world import LatentWorld

ZONE = "Europe/Amsterdam"
EMBEDDED = ("organization_unit", "wave", "instrument_version", "mode", "respondent_role")
ROLES = ("marketing", "management", "customer_service", "human_resources", "sales", "it")
MODES = {"self": 0.8, "facilitated": 0.12, "interview": 0.08}
# Nobody's names: they are here so that it can be shown that no name passes the gate.
GIVEN = (
    "Aafke",
    "Bram",
    "Chloé",
    "Dirk",
    "Elif",
    "Femke",
    "Gareth",
    "Heleen",
    "Imre",
    "Jörg",
    "Kirsten",
    "Liam",
)
FAMILY = (
    "de Vries",
    "Janssens",
    "Müller",
    "O'Neill",
    "van den Berg",
    "Lefèvre",
    "Smith",
    "Yilmaz",
    "Peeters",
)
TEST_NETS = ("192.0.2", "198.51.100", "203.0.113")

SYSTEM_COLUMNS = {
    "StartDate": ("Start Date", "startDate"),
    "EndDate": ("End Date", "endDate"),
    "Status": ("Response Type", "status"),
    "IPAddress": ("IP Address", "ipAddress"),
    "Progress": ("Progress", "progress"),
    "Duration (in seconds)": ("Duration (in seconds)", "duration"),
    "Finished": ("Finished", "finished"),
    "RecordedDate": ("Recorded Date", "recordedDate"),
    "ResponseId": ("Response ID", "_recordId"),
    "RecipientLastName": ("Recipient Last Name", "recipientLastName"),
    "RecipientFirstName": ("Recipient First Name", "recipientFirstName"),
    "RecipientEmail": ("Recipient Email", "recipientEmail"),
    "ExternalReference": ("External Data Reference", "externalDataReference"),
    "LocationLatitude": ("Location Latitude", "locationLatitude"),
    "LocationLongitude": ("Location Longitude", "locationLongitude"),
    "DistributionChannel": ("Distribution Channel", "distributionChannel"),
    "UserLanguage": ("User Language", "userLanguage"),
}
DATE_COLUMNS = ("StartDate", "EndDate", "RecordedDate")


def assessment_files(
    world: LatentWorld, answers: Answers, instrument: Instrument, keys: Keys
) -> list[DemoFile]:
    """Write one file per wave, ``exports/qualtrics/assessment_<wave>.csv``."""
    headers = _extra_headers(instrument)
    units = np.array(keys.survey_units)
    files = []
    for wave, name in enumerate(world.calendar.waves):
        rows = np.flatnonzero(answers.wave == wave)
        columns = _system(world, wave, len(rows)) | _answers(answers, instrument, rows)
        columns |= _embedded(world, instrument.version, wave, units[answers.organization[rows]])
        frame = text_frame(columns, len(rows)).sort_values("RecordedDate", kind="stable", ignore_index=True)
        files.append(DemoFile(f"exports/qualtrics/assessment_{name}.csv", frame, extra_headers=headers))
    return files


def _extra_headers(instrument: Instrument) -> list[Texts]:
    texts = [label for label, _ in SYSTEM_COLUMNS.values()]
    imports = [
        json.dumps(
            {"ImportId": key} | ({"timeZone": ZONE} if name in DATE_COLUMNS else {}), separators=(",", ":")
        )
        for name, (_, key) in SYSTEM_COLUMNS.items()
    ]
    questions = [item.text_en for item in instrument.items]
    questions += [
        f"Is your organisation active here? - {label.name_en}" for label in instrument.channel_labels
    ]
    questions += [f"Is this in place? - {label.name_en}" for label in instrument.practice_labels]
    keys = [f"QID{i + 1}" for i in range(len(questions))] + list(EMBEDDED)
    imports += [json.dumps({"ImportId": key}, separators=(",", ":")) for key in keys]
    return [texts + questions + list(EMBEDDED), imports]


def _system(world: LatentWorld, wave: int, n: int) -> Columns:
    rng = generator(world.spec, f"qualtrics-{wave}")
    first = world.calendar.wave_starts[wave].astype("datetime64[s]")
    office = rng.integers(3, 26, n) * 86_400 + rng.integers(8 * 3600, 18 * 3600, n)
    start = first + office
    seconds = rng.integers(300, 2400, n)
    given = np.array(GIVEN)[rng.integers(0, len(GIVEN), n)]
    family = np.array(FAMILY)[rng.integers(0, len(FAMILY), n)]
    network = np.array(TEST_NETS)[rng.integers(0, len(TEST_NETS), n)]
    return {
        "StartDate": times(start),
        "EndDate": times(start + seconds),
        "Status": "0",
        "IPAddress": [
            f"{a}.{b}" for a, b in zip(network.tolist(), rng.integers(1, 255, n).tolist(), strict=True)
        ],
        "Progress": "100",
        "Duration (in seconds)": seconds.astype(str),
        "Finished": "1",
        "RecordedDate": times(start + seconds + 1),
        "ResponseId": response_ids(rng, n),
        "RecipientLastName": family,
        "RecipientFirstName": given,
        "RecipientEmail": [f"respondent{k}@example.org" for k in rng.integers(1000, 9999, n).tolist()],
        "ExternalReference": "",
        "LocationLatitude": [f"{v:.4f}" for v in rng.uniform(48, 53, n).tolist()],
        "LocationLongitude": [f"{v:.4f}" for v in rng.uniform(3, 8, n).tolist()],
        "DistributionChannel": "email",
        "UserLanguage": np.array(["EN", "NL"])[(rng.random(n) < 0.4).astype(int)],
    }


def _answers(answers: Answers, instrument: Instrument, rows: Integers) -> Columns:
    level_text = np.array(["0", "1", "2", "3", "4", ""])
    yes = np.array(["0", "1"])
    columns: Columns = {
        item.code: level_text[answers.levels[rows, i]] for i, item in enumerate(instrument.items)
    }
    for c, code in enumerate(instrument.channels):
        columns[f"CH_{code}"] = yes[answers.channels[rows, c].astype(int)]
    for p, code in enumerate(instrument.practices):
        columns[f"PR_{code}"] = yes[answers.practices[rows, p].astype(int)]
    return columns


def _embedded(world: LatentWorld, version: str, wave: int, units: Strings) -> Columns:
    rng = generator(world.spec, f"qualtrics-embedded-{wave}")
    mode = rng.choice(np.array(list(MODES)), len(units), p=np.array(list(MODES.values())))
    return {
        "organization_unit": units,
        "wave": world.calendar.waves[wave],
        "instrument_version": version,
        "mode": mode,
        "respondent_role": np.array(ROLES)[rng.integers(0, len(ROLES), len(units))],
    }
