"""What a profile says about a survey export: how items, channels and practices are found and answers read."""

from __future__ import annotations

from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, model_validator

from contracts.strict import Strict

_CHANNEL_QUESTIONS = (
    "Which channels does your organisation use?",
    "Which social media channels does your organisation use?",
    "Welke kanalen gebruikt uw organisatie?",
    "Welke socialemediakanalen gebruikt uw organisatie?",
)
_PRACTICE_QUESTIONS = (
    "Which practices are in place in your organisation?",
    "Which of these practices are in place in your organisation?",
    "Welke praktijken zijn er in uw organisatie?",
    "Welke van deze praktijken zijn er in uw organisatie?",
)


def known_zone(name: str) -> str:
    """Name of a time zone, as it stands.

    Raises
    ------
    ValueError
        There is no such zone.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"'{name}' is no time zone; write one such as Europe/Amsterdam or UTC") from None
    return name


Zone = Annotated[str, AfterValidator(known_zone)]
"""Name of a time zone that there is."""


class Survey(Strict):
    """One row is one response, or one answer; items are found by code or text, never by position.

    Attributes
    ----------
    channel_prefix, practice_prefix : what column names of channels and practices begin with: `CH_linkedin`.
    channel_questions, practice_questions : questions whose options are channels or practices, where the
        export names the question and not the code.
    separators : what stands between the options that one cell holds.
    none_words : options that say that none of the others holds.
    unanswered : words that stand for no answer.
    scale : numbers of the lowest and the highest answer level, evenly spaced; the first may be the larger.
    lowest_words, highest_words : words that stand for the ends of the scale beside numbers.
    dummy_times : times that an anonymised export writes for all responses; they count as empty.
    zone_of_names : zone that the column names of the times state; goes before that of the settings.
    item_column, answer_column : where one row is one answer: the item's code or wording, and the answer.
    """

    channel_prefix: str = "CH_"
    practice_prefix: str = "PR_"
    channel_questions: tuple[str, ...] = _CHANNEL_QUESTIONS
    practice_questions: tuple[str, ...] = _PRACTICE_QUESTIONS
    separators: tuple[str, ...] = (",", ";", " / ")
    none_words: tuple[str, ...] = ("None of these", "None of the above", "Geen van deze")
    unanswered: tuple[str, ...] = ()
    scale: tuple[float, float] = (0, 4)
    lowest_words: tuple[str, ...] = ()
    highest_words: tuple[str, ...] = ()
    dummy_times: tuple[str, ...] = ()
    zone_of_names: Zone | None = None
    item_column: str | None = None
    answer_column: str | None = None

    @model_validator(mode="after")
    def _has_steps(self) -> Self:
        if self.scale[0] == self.scale[1]:
            raise ValueError("scale: the lowest and the highest answer need different numbers")
        if (self.item_column is None) != (self.answer_column is None):
            raise ValueError("say both item_column and answer_column, or neither")
        return self

    @property
    def used(self) -> set[str]:
        """Columns that hold items and answers, where one row is one answer."""
        return {name for name in (self.item_column, self.answer_column) if name is not None}
