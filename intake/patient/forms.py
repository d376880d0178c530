"""One Django form for one section: it draws what is stored, reads what was posted, and keeps what it cannot read.

Only questions that were on the page (their `asked` marker came back) are read. A question that the answers hide is
never in error.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper

from intake.questions.elements import Page, element_id
from intake.questions.fields import AnswerBoundField, AnswerField, QuestionsForm, validation_error
from intake.questions.medicines import count_of, first_to_check, row_named, what_is_said
from intake.questions.parts import Parts, parts_of
from screening.engine.answers import Answer, AnswerProblem
from screening.engine.definition import Question, Section
from screening.engine.entry import Typed

from .fingerprints import fingerprint
from .layout import section_layout

ASKED = "asked"
RENDERED = "rendered"


class SectionForm(QuestionsForm):
    """The questions of one section.

    `stored` are the answers saved so far, `shown` which questions are asked with them, and `shown_by` works that out
    for other answers. `together` says which answers are implausible beside each
    other. `follow_ups` may appear while the page is filled in. `more` adds empty entries to lists.
    """

    crispy_field_template = None

    def __init__(
        self,
        section: Section,
        page: Page,
        *,
        on: datetime.date,
        stored: Mapping[str, Answer],
        shown: Collection[str],
        shown_by: Callable[[Mapping[str, Answer]], Collection[str]],
        together: Callable[[Mapping[str, Answer]], Iterable[AnswerProblem]] = lambda answers: (),
        follow_ups: Mapping[str, str] | None = None,
        preface: Callable[[Question], Any] | None = None,
        more: Mapping[str, int] | None = None,
        data: Any = None,
    ) -> None:
        super().__init__(data, prefix=None, use_required_attribute=False)
        self.section, self.stored, self.shown, self.shown_by = section, stored, frozenset(shown), shown_by
        self.together, self.follow_ups = together, follow_ups or {}
        self.refused: set[str] = set()
        for question in self._that_may_be_asked(section):
            self._add(question, page, on, (more or {}).get(question.link_id, 0))
        self.preface = preface or (lambda question: None)

    @cached_property
    def helper(self) -> FormHelper:
        """How the form is drawn; one that is only read needs no layout."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        helper.layout = section_layout(self.section, self, self.preface)
        return helper

    def _that_may_be_asked(self, section: Section) -> Iterable[Question]:
        """Questions that are asked or may become so here; in place of a group that does not repeat, its items."""
        possible = self.shown | self.follow_ups.keys()
        for question in section.questions:
            if question.type == "group" and not question.repeats:
                is_coming = question.link_id in self.follow_ups
                yield from (item for item in question.items if is_coming or item.link_id in possible)
            elif question.link_id in possible:
                yield question

    def _add(self, question: Question, page: Page, on: datetime.date, more: int) -> None:
        link_id = question.link_id
        field = AnswerField(question, page, on=on, more=more)
        field.initial = parts_of(question, self.stored.get(link_id), field.vocabulary)
        field.is_on_page = link_id in self.data.getlist(ASKED) if self.is_bound else link_id in self.shown
        self.fields[link_id] = field

    # --- reading ---

    def clean(self) -> dict[str, Any]:
        """Look at the answers together; then drop the errors of questions they hide: nobody has to correct those."""
        self._refuse_what_cannot_be_together()
        for name in [name for name in self._errors if name not in self.visible]:
            del self._errors[name]
        return self.cleaned_data

    def _refuse_what_cannot_be_together(self) -> None:
        """Keep an answer that another makes implausible as it was typed, so that no rule counts with it."""
        answers = {**self.stored, **{name: field.given for name, field in self.fields.items() if field.given}}
        for problem in self.together(answers):
            field = self.fields.get(problem.question)
            if field is not None and field.given is not None and field.given.is_known:
                typed = Typed(self[problem.question].value()).kept()
                field.given = Answer(state="skipped", on=field.on, typed=typed)
                self.refused.add(problem.question)
                self.add_error(problem.question, validation_error(problem))

    @cached_property
    def given(self) -> dict[str, Answer]:
        """What the page says, question by question."""
        return {name: field.given for name, field in self.fields.items() if field.given is not None}

    @cached_property
    def visible(self) -> frozenset[str]:
        """The questions asked once these answers are in."""
        return frozenset(self.shown_by({**self.stored, **self.given}))

    @property
    def newly_shown(self) -> list[str]:
        """Follow-ups that these answers ask for and that were not on the page (without JavaScript)."""
        return [name for name, field in self.fields.items() if name in self.visible and not field.is_on_page]

    def changes(self, *, is_posted: bool) -> dict[str, Answer | None]:
        """The answers to save. `is_posted`: the person finished the page, so what is left empty is skipped.

        Otherwise (a pause, a button of a list) what was emptied is taken back (None), and what cannot be read yet
        waits. What nobody touched on this page is left out, so that two open pages do not undo each other; only who
        finishes the page says an answer again that another window took back, and is asked which of the two it is.
        """
        candidates = {
            name: answer
            for name, answer in self.given.items()
            if not answer.is_same_as(self.stored.get(name)) and not (name in self.untouched and name in self.stored)
        }
        if is_posted:
            return {name: answer for name, answer in candidates.items() if self._counts(name, answer)}
        return {
            name: answer if answer.state != "skipped" else None
            for name, answer in candidates.items()
            if name not in self.untouched
            if answer.state != "skipped" or (name in self.stored and not answer.typed)
        }

    def _counts(self, name: str, answer: Answer) -> bool:
        """Whether a posted answer says something: an empty one does only where the question is asked."""
        return name in self.visible or answer.says_something

    @cached_property
    def untouched(self) -> set[str]:
        """Questions that say what they said when the page was drawn."""
        rendered = self._posted_fingerprints()
        untouched = {name for name in self.given if rendered.get(name) == fingerprint(self[name].value())}
        return untouched - self.refused

    @cached_property
    def unseen(self) -> set[str]:
        """Questions for which something else is stored than this page showed, or was told that it saved."""
        rendered = self._posted_fingerprints()
        now = {name: fingerprint(self.fields[name].initial) for name in self.given if name in rendered}
        return {name for name, stored in now.items() if rendered[name] != stored}

    def _posted_fingerprints(self) -> dict[str, Any]:
        try:
            rendered = json.loads(self.data.get(RENDERED, "{}"))
        except (ValueError, RecursionError):
            return {}
        return rendered if isinstance(rendered, dict) else {}

    @property
    def rendered(self) -> str:
        """What this page shows for each question, as fingerprints: posted back, they tell what was touched, and what
        another window stored meanwhile."""
        return json.dumps({name: fingerprint(field.initial) for name, field in self.fields.items()})

    def rendered_after(self, stored: Mapping[str, Answer], *, beside: Collection[str] = ()) -> str:
        """The fingerprints once `stored` is saved: from now on, what the page says of these questions is untouched.

        For the others it still knows what it showed before; `beside` are those shown with what is stored beside.
        """
        saved = {
            name: fingerprint(self[name].value())
            for name, answer in self.given.items()
            if answer.is_same_as(stored.get(name))
        }
        shown = {name: fingerprint(self._parts_of(name, stored)) for name in beside if name in self.fields}
        return json.dumps({**self._posted_fingerprints(), **saved, **shown})

    def _parts_of(self, name: str, stored: Mapping[str, Answer]) -> Parts:
        field = self.fields[name]
        return parts_of(field.question, stored.get(name), field.vocabulary)

    def waiting(self, stored: Mapping[str, Answer]) -> list[str]:
        """Questions whose entry is on the page and not in `stored`: a pause does not take what cannot be read."""
        return sorted(
            name for name, answer in self.given.items() if answer.typed and not answer.is_same_as(stored.get(name))
        )

    # --- medicine lists ---

    @property
    def medicine_lists(self) -> list[AnswerBoundField]:
        """The questions about medicines."""
        return [self[name] for name, field in self.fields.items() if field.question.type == "medicines"]

    @property
    def row_to_check(self) -> str:
        """The element id of the first medicine with something to ask back that was not on the page; "" for none."""
        for bound in self.medicine_lists:
            row = first_to_check(bound.value() or {}, bound.field.vocabulary) if bound.name in self.visible else None
            if row is not None:
                return element_id(f"{bound.name}.{row}")
        return ""

    def new_row(self, link_id: str) -> str:
        """The element id of the name in the empty row that comes next; "" when this is no medicine list."""
        rows = {bound.name: count_of(bound.value() or {}) for bound in self.medicine_lists}
        return element_id(f"{link_id}.{rows[link_id]}.name") if link_id in rows else ""

    def last_entry(self, link_id: str) -> str:
        """The element id of the last entry that this page draws of a repeating group; "" when this is no such group."""
        if link_id not in self.fields or self.fields[link_id].question.type != "group":
            return ""
        control = self[link_id].control
        return f"{control.id}-entry-{control.entry_count}"

    def row_named(self, given: str) -> str:
        """The element id of the name in the row that a button speaks of (`medicines.3=Zoloft`)."""
        link_id, row = row_named(given, self.data) or ("", 0)
        return element_id(f"{link_id}.{row}.name") if link_id in self.fields else ""

    @property
    def said(self) -> dict[str, str]:
        """For a script: what the page says of each medicine, by the name typed, as HTML."""
        found: dict[str, str] = {}
        for bound in self.medicine_lists:
            found |= what_is_said(bound.name, bound.value() or {}, bound.field.vocabulary)
        return found
