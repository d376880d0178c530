"""Form fields that take one question each: they read what was typed and keep what they cannot read.

Fields of an answer are named `<link_id>` or `<link_id>.<part>`.
"""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from screening.engine.answers import Answer, AnswerProblem, InvalidAnswer, parse_entry
from screening.engine.definition import Question, Vocabulary

from .controls import Control
from .elements import Page, Problem
from .medicines import normal
from .parts import Parts, parts_of
from .problems import problem_text


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
            raise forms.ValidationError([self._error(problem) for problem in invalid.problems]) from invalid
        return self.given

    def _error(self, problem: AnswerProblem) -> forms.ValidationError:
        return validation_error(problem, self.question, self.page.language)


def validation_error(problem: Any, question: Question | None = None, language: str = "en") -> forms.ValidationError:
    """What is wrong with an entry, with the form part it belongs to."""
    error = forms.ValidationError(problem_text(problem, question, language), code=problem.code)
    error.part = problem.part
    return error


class QuestionsForm(forms.Form):
    """A form some of whose fields are questions."""

    def problems_of(self, name: str) -> list[Any]:
        """The errors of one question, each with its form part."""
        if not self.is_bound or name not in self.errors:
            return []
        return self.errors.as_data()[name]

    @property
    def summary(self) -> list[tuple[str, str, Any]]:
        """Every problem in the order of the page: the id of the input, the message, the question."""
        controls = [self[name].control for name in self.fields if name in self.errors] if self.is_bound else []
        return [
            (control.target(problem.part), problem.text, control.text)
            for control in controls
            for problem in control.problems
        ]
