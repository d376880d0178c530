"""What is asked with the answers given so far: the same for a patient's visit and for an editor who tries a draft."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from intake.questions.elements import Page
from screening.engine import journey
from screening.engine.answers import Answer
from screening.engine.assessment import Settings, calls_for_help
from screening.engine.compiler import Compiled
from screening.engine.definition import Definition, Question, Section


class Asking:
    """A questionnaire with answers. Who keeps the answers, and for how long, is for each kind to say."""

    answers: Mapping[str, Answer]
    language: str
    is_shared: bool = False
    """Whether the device goes to the next person."""

    @property
    def compiled(self) -> Compiled:
        raise NotImplementedError

    @property
    def today(self) -> datetime.date:
        """The day on which the answers are given."""
        raise NotImplementedError

    @property
    def settings(self) -> Settings:
        raise NotImplementedError

    @property
    def country(self) -> str:
        """Where the answers are given: it decides how dates and measures are asked."""
        raise NotImplementedError

    @property
    def published(self) -> str:
        """The SHA-256 of the published version that is asked; "" for a draft."""
        return ""

    @property
    def definition(self) -> Definition:
        return self.compiled.definition

    @property
    def page(self) -> Page:
        """What the controls of a page share."""
        vocabularies = {vocabulary.key: vocabulary for vocabulary in self.definition.vocabularies}
        return Page(self.language, self.country, vocabularies, self.published, self.is_shared)

    def shown_by(self, answers: Mapping[str, Answer]) -> frozenset[str]:
        """The questions asked with these answers."""
        return frozenset(journey.shown(self.compiled, answers, self.today, self.settings))

    @property
    def shown(self) -> frozenset[str]:
        return self.shown_by(self.answers)

    @property
    def needs_emergency_care(self) -> bool:
        """Whether the person said that they have symptoms of an emergency: its number comes first then."""
        return self.names_emergency(self.answers)

    def names_emergency(self, answers: Mapping[str, Answer]) -> bool:
        """Whether these answers say so."""
        asked = (question for question in self.definition.questions() if question.role == "emergency")
        return any(_is_affirmed(question, given) for question in asked if (given := answers.get(question.link_id)))

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections asked with the answers given so far."""
        return tuple(journey.sections(self.compiled, self.answers, self.today, self.settings))

    def section(self, link_id: str) -> Section | None:
        """A section that is asked, or None."""
        return next((section for section in self.sections if section.link_id == link_id), None)

    def after(self, section: Section) -> Section | None:
        """The next section that is asked; None after the last."""
        return journey.next_section(self.compiled, section.link_id, self.answers, self.today, self.settings)

    def before(self, section: Section) -> Section | None:
        """The section asked before; None before the first."""
        return journey.previous_section(self.compiled, section.link_id, self.answers, self.today, self.settings)

    def progress(self, section: Section) -> journey.Progress:
        """Where a section is among those that are or may still be asked."""
        return journey.progress(self.compiled, section.link_id, self.answers, self.today, self.settings)

    def resume_at(self) -> Section | None:
        """The first section with a question that was not reached; None when all were."""
        return journey.first_incomplete_section(self.compiled, self.answers, self.today, self.settings)

    def unseen(self) -> tuple[Section, ...]:
        """The sections asked with a question that was not reached: they hold back sending."""
        return tuple(journey.incomplete_sections(self.compiled, self.answers, self.today, self.settings))

    def missing(self) -> tuple[str, ...]:
        """The link_ids of required questions that hold back sending."""
        missing = journey.missing_required(self.compiled, self.answers, self.today, self.settings)
        return tuple(question.link_id for question in missing)

    def section_of(self, link_id: str) -> Section:
        """The section in which a question is asked."""
        for section in self.definition.sections:
            if any(link_id in (item.link_id for item in (each, *each.items)) for each in section.questions):
                return section
        raise KeyError(link_id)

    def asks_for_help(self, answers: Mapping[str, Answer] | None = None) -> bool:
        """Whether help comes first with these answers (default: those stored)."""
        answers = self.answers if answers is None else answers
        return calls_for_help(self.compiled, answers, self.today, self.settings)


def _is_affirmed(question: Question, answer: Answer) -> bool:
    """A yes; of several that may be chosen, any but "none of these"."""
    if question.type == "yes_no":
        return answer.value == "yes"
    alone = {option.code for option in question.options if option.exclusive}
    return isinstance(answer.value, tuple) and not alone.issuperset(answer.value)
