"""One Django form for one section: it draws what is stored, reads what was posted, and keeps what it cannot read.

Only questions that were on the page (their `asked` marker came back) are read. A question that the answers hide is
never in error. Fields of an answer are named `<link_id>` or `<link_id>.<part>`.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.forms.boundfield import BoundField

from screening.engine.answers import Answer, AnswerProblem, InvalidAnswer, parse_entry
from screening.engine.definition import Question, Section, Vocabulary
from screening.engine.entry import Typed

from .controls import Control
from .elements import Page, Problem, element_id
from .fingerprints import fingerprint, is_same
from .layout import section_layout
from .medicines import count_of, first_to_check, normal, row_named, what_is_said
from .parts import Parts, parts_of
from .problems import problem_text

ASKED = "asked"
RENDERED = "rendered"


class PartsWidget(forms.Widget):
    """Collects every form field of one question. It draws nothing: the question's template does."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Parts:
        parts: Parts = {}
        for key in data:
            if key == name or key.startswith(f"{name}."):
                texts = data.getlist(key)
                parts[key[len(name) + 1 :]] = texts if len(texts) > 1 else texts[0]
        return parts


class MedicinesWidget(PartsWidget):
    """The same for a medicine list, with what was picked in rows of its own and no empty row between others."""

    def __init__(self, vocabulary: Vocabulary | None) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Parts:
        return normal(super().value_from_datadict(data, files, name), self.vocabulary)


class AnswerBoundField(BoundField):
    """A question on a page: `control` is what its template draws."""

    @cached_property
    def control(self) -> Control:
        problems = [
            Problem(getattr(error, "part", ""), error.messages[0]) for error in self.form.problems_of(self.name)
        ]
        field = self.field
        return Control(field.question, self.name, field.page, self.value() or {}, tuple(problems), field.more)

    def value(self) -> Any:
        """What was typed; of an endless entry only what is kept, so that the page does not show more than is stored."""
        return super().value() if self.field.beginning is None else self.field.beginning


class AnswerField(forms.Field):
    """Reads one question. `given` is what to store, also when it could not be read."""

    def __init__(self, question: Question, page: Page, *, on: datetime.date, more: int = 0) -> None:
        self.vocabulary = page.vocabularies.get(question.vocabulary)
        widget = MedicinesWidget(self.vocabulary) if question.type == "medicines" else PartsWidget()
        super().__init__(required=False, label=question.link_id, widget=widget)
        self.question, self.page, self.on, self.more = question, page, on, more
        self.is_on_page = True
        self.given: Answer | None = None
        self.beginning: Parts | None = None

    def get_bound_field(self, form: forms.Form, field_name: str) -> AnswerBoundField:
        return AnswerBoundField(form, self, field_name)

    def clean(self, parts: Parts) -> Answer | None:
        if not self.is_on_page:
            return None
        try:
            self.given = parse_entry(self.question, parts, on=self.on, vocabulary=self.vocabulary)
        except InvalidAnswer as invalid:
            self.given = invalid.kept
            if any(problem.code == "entry_too_long" for problem in invalid.problems):
                self.beginning = parts_of(self.question, self.given)
            raise forms.ValidationError([_validation_error(problem) for problem in invalid.problems]) from invalid
        return self.given


def _validation_error(problem: Any) -> forms.ValidationError:
    error = forms.ValidationError(problem_text(problem), code=problem.code)
    error.part = problem.part
    return error


class SectionForm(forms.Form):
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
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = section_layout(section, self, preface or (lambda question: None))

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

    def problems_of(self, name: str) -> list[Any]:
        """The errors of one question, each with its form part."""
        if not self.is_bound or name not in self.errors:
            return []
        return self.errors.as_data()[name]

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
                self.add_error(problem.question, _validation_error(problem))

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
        waits. What nobody touched on this page is left out, so that two open pages do not undo each other.
        """
        untouched = self._untouched()
        candidates = {
            name: answer
            for name, answer in self.given.items()
            if not is_same(answer, self.stored.get(name)) and not (name in untouched and name in self.stored)
        }
        if is_posted:
            return {name: answer for name, answer in candidates.items() if self._counts(name, answer)}
        return {
            name: answer if answer.state != "skipped" else None
            for name, answer in candidates.items()
            if answer.state != "skipped" or (name in self.stored and not answer.typed)
        }

    def _counts(self, name: str, answer: Answer) -> bool:
        """Whether a posted answer says something: an empty one does only where the question is asked."""
        return name in self.visible or answer.state != "skipped" or bool(answer.typed)

    def _untouched(self) -> set[str]:
        rendered = self._posted_fingerprints()
        untouched = {name for name in self.given if rendered.get(name) == fingerprint(self[name].value())}
        return untouched - self.refused

    def _posted_fingerprints(self) -> dict[str, Any]:
        try:
            rendered = json.loads(self.data.get(RENDERED, "{}"))
        except (ValueError, RecursionError):
            return {}
        return rendered if isinstance(rendered, dict) else {}

    @property
    def rendered(self) -> str:
        """What this page shows for each question, as fingerprints: posted back, they tell what was touched."""
        if self.is_bound:
            return json.dumps(self._posted_fingerprints())
        return json.dumps({name: fingerprint(field.initial) for name, field in self.fields.items()})

    def rendered_after(self, stored: Mapping[str, Answer]) -> str:
        """The fingerprints once `stored` is saved: from now on, what the page says of these questions is untouched."""
        saved = {
            name: fingerprint(self[name].value())
            for name, answer in self.given.items()
            if is_same(answer, stored.get(name))
        }
        return json.dumps({**self._posted_fingerprints(), **saved})

    # --- drawing ---

    @property
    def summary(self) -> list[tuple[str, str, Any]]:
        """Every problem in the order of the page: the id of the input, the message, the question."""
        controls = [self[name].control for name in self.fields if name in self.errors] if self.is_bound else []
        return [
            (control.target(problem.part), problem.text, control.text)
            for control in controls
            for problem in control.problems
        ]

    # --- medicine lists ---

    @property
    def medicine_lists(self) -> list[BoundField]:
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
