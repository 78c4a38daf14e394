"""Drop zone -> accepted/ outside a run, for verbs that tell how things stand or would stand. No judging."""

from pathlib import Path

from orchestration.ingest.gate.accept import AcceptResult, accept, counting, is_named
from orchestration.ingest.land.deliveries import Delivery, receive
from orchestration.ingest.land.drop_zone import EXPORTS
from orchestration.settings import DEMO_PSEUDONYM_KEY, Settings


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


def judge_aside(aside: Path, settings: Settings) -> tuple[list[Delivery], AcceptResult | None]:
    """Take in and judge what lies in a home that is thrown away; None where nothing of it counts.

    Nothing that is judged here stays, so neither the drop zone nor the secret of a real home matters.

    Parameters
    ----------
    aside : the home, with its files below exports/.
    settings : declarations per source.
    """
    settings = settings.model_copy(update={"drop_zone": EXPORTS})
    received = receive(aside, settings, pseudonym_key=DEMO_PSEUDONYM_KEY)
    # The others name what came before, and nothing of that is here.
    here = tuple(name for name in settings.withdrawn if any(is_named(one, name) for one in received))
    settings = settings.model_copy(update={"withdrawn": here})
    if not counting(received, settings):
        return received, None
    return received, accept(aside, settings, pseudonym_key=DEMO_PSEUDONYM_KEY, require_references=False)
