"""Drop zone -> accepted/ once more, outside a run, for verbs that tell how things stand now. No judging."""

from pathlib import Path

from orchestration.ingest.gate.accept import AcceptResult, accept
from orchestration.ingest.land.deliveries import receive
from orchestration.settings import Settings


def judge_again(home: Path, settings: Settings, given_key: str | None = None) -> AcceptResult:
    """Take in what lies in the drop zone and rebuild accepted/ and quarantine/; editions stay as they are.

    Parameters
    ----------
    home : folder of the installation.
    settings : declarations per source.
    given_key : the installation's secret for person keys.
    """
    receive(home, settings, pseudonym_key=given_key)
    return accept(home, settings, pseudonym_key=given_key, require_references=False)
