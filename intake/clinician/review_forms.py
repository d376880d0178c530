"""The forms of a review. What is typed comes back whenever it was not kept."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms

from intake.questions.elements import Page
from intake.questions.fields import AnswerField, QuestionsForm
from intake.reviewing import How
from screening.engine.answers import Answer
from screening.engine.definition import Question

from .review import HOW_TITLES

LONGEST = 10_000


def _words(label: str, missing: str = "", *, rows: int = 5) -> forms.CharField:
    """A text that people write; one that may be left out has no message for when it is missing."""
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=bool(missing),
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing},
    )


class ReviewForm(forms.Form):
    """A form with one button. The template draws its frame."""

    button = "Keep"

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, use_required_attribute=False, **more)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.form_show_errors = False  # the summary of errors stands at the top of the page


class SeenForm(ReviewForm):
    """That somebody has seen a point. Every point of a page has a form of its own."""

    note = _words("Note", rows=2)

    def __init__(self, token: str, data: Any = None) -> None:
        super().__init__(data, auto_id=f"seen-{token}-%s")
        self.token = token


class NoteForm(ReviewForm):
    """A private note."""

    button = "Keep note"
    text = _words("Private note", "Write the note.")


class AddendumForm(ReviewForm):
    """An addition to a signed decision."""

    button = "Sign addendum"
    text = _words("Addendum", "Write the addendum.")


class CosignForm(ReviewForm):
    """A second signature."""

    button = "Sign as well"
    content = forms.CharField(widget=forms.HiddenInput)
    text = _words("Note", rows=3)


class DecisionForm(ReviewForm):
    """A decision from the clinic's list, and why. None is chosen for anybody."""

    button = "Sign"
    content = forms.CharField(widget=forms.HiddenInput)
    disposition = forms.ChoiceField(
        label="Your decision",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose your decision.", "invalid_choice": "Choose one of the decisions."},
    )
    rationale = _words("Why you decide so", "Write why you decide so.")

    def __init__(self, dispositions: Iterable[str], data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["disposition"].choices = [(title, title) for title in dispositions]


def _where_from() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Where the answers come from",
        choices=[(how, title.capitalize()) for how, title in HOW_TITLES.items()],
        widget=forms.RadioSelect,
        initial="told",
        error_messages={"required": "Say where the answers come from.", "invalid_choice": "Choose one of these."},
    )


class AnswersForm(QuestionsForm, ReviewForm):
    """Questions to ask in person. Only what is filled in counts: an empty question says nothing.

    `is_unfinished`: a button inside a list was pressed, so nothing is wrong yet.
    """

    button = "Keep answers"
    words_label = "Note"
    # No question can have these names.
    HOW, WORDS = "-how", "-words"

    def __init__(
        self, questions: Iterable[Question], page: Page, *, on: datetime.date, data: Any = None, more: str = ""
    ) -> None:
        super().__init__(data)
        self.asked = {question.link_id: question for question in questions}
        self.is_unfinished = bool(more) or any(name in self.data for name in ("add", "remove", "take", "keep"))
        for link_id, question in self.asked.items():
            self.fields[link_id] = AnswerField(question, page, on=on, more=int(more == link_id))
        if self.asked:
            self.fields[self.HOW] = _where_from()
        self.fields[self.WORDS] = _words(self.words_label, "" if self.asked else "Write what you learned.", rows=4)

    @property
    def questions(self) -> list[Any]:
        """The questions as they are drawn."""
        return [self[link_id] for link_id in self.asked]

    @property
    def others(self) -> list[Any]:
        """The fields that are no questions."""
        return [self[name] for name in self.fields if name not in self.asked]

    @property
    def how(self) -> How:
        """Where the answers come from, once the form is valid."""
        return cast(How, self.cleaned_data.get(self.HOW) or "told")

    @property
    def words(self) -> str:
        """What was written besides, once the form is valid."""
        return str(self.cleaned_data.get(self.WORDS, ""))

    @property
    def answers(self) -> dict[str, Answer]:
        """What was entered, once the form is valid."""
        given = {link_id: self.cleaned_data.get(link_id) for link_id in self.asked}
        return {link_id: answer for link_id, answer in given.items() if answer and answer.state != "skipped"}

    def problems_of(self, name: str) -> list[Any]:
        return [] if self.is_unfinished else super().problems_of(name)

    @property
    def summary(self) -> list[tuple[str, str, Any]]:
        """Every problem of a question; those of the other fields are drawn by the form itself."""
        controls = [self[name].control for name in self.asked if name in self.errors] if self.is_bound else []
        return [(one.target(problem.part), problem.text, one.text) for one in controls for problem in one.problems]


class DiscussForm(AnswersForm):
    """What was learned about a point, with the questions that would settle it."""

    button = "Keep what you learned"
    words_label = "What you learned"
