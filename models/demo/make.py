"""Draws a world and writes it as export files in memory: the one way in. Orchestration puts them on disk."""

from __future__ import annotations

from contracts.instrument import load_instrument
from models.demo import greenhouse, qualtrics, reference, salesforce, workday, xero, zendesk
from models.demo.assessment import draw_answers
from models.demo.dirt import add_dirt
from models.demo.files import to_bytes
from models.demo.settings_text import settings_yaml
from models.demo.spec import DemoExports, WorldSpec
from models.demo.truth import make_truth
from models.demo.world import draw_world


def make_demo(spec: WorldSpec) -> DemoExports:
    """Plant a world and write it as vendor-shaped export files.

    Parameters
    ----------
    spec : WorldSpec
        Size, seed, kind of world and whether it is dirty.

    Returns
    -------
    DemoExports
        Files as bytes, the truth, the stated dirt with the expected ledger, and the settings text. The same
        spec gives the same bytes.
    """
    instrument = load_instrument()
    world = draw_world(spec)
    answers = draw_answers(world, instrument)
    keys = reference.draw_keys(world)
    clean = [
        *qualtrics.assessment_files(world, answers, instrument, keys),
        salesforce.account_file(world, keys),
        *salesforce.opportunity_files(world, keys),
        workday.worker_file(world, keys),
        *greenhouse.hiring_files(world, keys),
        *xero.journal_files(world, keys),
        *zendesk.ticket_files(world, keys),
        reference.organizations_file(world),
        reference.crosswalk_file(world, keys),
    ]
    files, ledger = add_dirt(clean, spec)
    return DemoExports(
        files={file.path: to_bytes(file) for file in files},
        truth=make_truth(world, answers, instrument),
        dirt=ledger.manifest({file.path: len(file.frame) for file in files}),
        settings_yaml=settings_yaml(files, spec),
    )
