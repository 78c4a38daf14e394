"""Sections of the summary that tell results: sentences, figures and tables of each, one module per subject.

parts      what a section is made of
verdict    the verdict on order in time, as far as a claim allows it to be said
order      which came first; around a rise to a higher stage
shape      along the index; importance of the dimensions; one stage up
fragility  how easily a figure could be overturned
health     the health card; how well the index measures
"""

from models.sections.fragility import fragility_section
from models.sections.health import health_section, measurement_section
from models.sections.order import direction_section, rises_section
from models.sections.parts import Panel, Section, Table
from models.sections.shape import dose_section, drivers_section, what_if_section
from models.wording import Words

BUILDERS = {
    "direction": direction_section,
    "rises": rises_section,
    "dose": dose_section,
    "drivers": drivers_section,
    "what_if": what_if_section,
    "fragility": fragility_section,
    "health": health_section,
    "measurement": measurement_section,
}
__all__ = ["BUILDERS", "Panel", "Section", "Table", "result_sections"]


def result_sections(words: Words) -> dict[str, Section]:
    """Build every section by its name."""
    return {name: build(words) for name, build in BUILDERS.items()}
