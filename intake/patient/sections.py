"""The page of one section: its form, and what stands around the questions."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import QueryDict

from intake.questions import medicines
from intake.questions.words import Words, in_language
from screening.engine.answers import cross_problems
from screening.engine.definition import Instrument, Question, Section

from . import reveal
from .asking import Asking
from .forms import SectionForm


def section_form(
    asking: Asking, section: Section, *, data: Any = None, more: dict[str, int] | None = None
) -> SectionForm:
    """The form of a section with what is stored, or with what was posted."""
    return SectionForm(
        section,
        asking.page,
        on=asking.today,
        stored=asking.answers,
        shown=asking.shown,
        shown_by=asking.shown_by,
        together=partial(cross_problems, asking.definition),
        follow_ups=reveal.tables(asking, section),
        preface=preface(asking, section),
        more=more,
        data=data,
    )


def preface(asking: Asking, section: Section) -> Any:
    """The published lead-in of an instrument, before its first item on the page."""
    instruments = {instrument.key: instrument for instrument in asking.definition.instruments}
    flat = [item for question in section.questions for item in (question, *question.items)]
    first: dict[str, str] = {}
    for item in flat:
        if item.instrument in instruments:
            first.setdefault(item.instrument, item.link_id)

    def lead_in(question: Question) -> Words | None:
        if first.get(question.instrument) != question.link_id:
            return None
        return in_language(instruments[question.instrument].preface, asking.language)

    return lead_in


def content(asking: Asking, section: Section, form: SectionForm) -> dict[str, Any]:
    """What a page shows of a section: its words, its questions, the credits of its instruments."""
    return {
        "section": section,
        "heading": in_language(section.title, asking.language),
        "introduction": in_language(section.introduction, asking.language),
        "form": form,
        "instruments": instruments_in(asking, section),
        "is_partly_untranslated": any(_is_untranslated(question, asking.language) for question in section.questions),
    }


def instruments_in(asking: Asking, section: Section) -> list[Instrument]:
    """The instruments that a section has items of, to be credited on its page."""
    used = {item.instrument for question in section.questions for item in (question, *question.items)}
    return [each for each in asking.definition.instruments if each.key in used and not each.switched_off]


def _is_untranslated(question: Question, language: str) -> bool:
    """An item of a validated instrument that has no official translation into the page's language."""
    return bool(question.instrument) and not question.text.get(language)


def settled(posted: QueryDict, *, is_posted: bool) -> QueryDict:
    """What was posted, without the entry that is being removed, and with what was said about a medicine's name."""
    data = posted.copy()
    medicines.settle(data, is_posted=is_posted)
    removed = posted.get("remove", "")
    for name in [name for name in data if removed and (name == removed or name.startswith(f"{removed}."))]:
        del data[name]
    return data
