"""One editor trying a draft: the answers given so far, which travel with the page, signed, and are stored nowhere."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core import signing

from intake.patient.asking import Asking
from screening.engine import journey
from screening.engine.answers import Answer, InvalidAnswers, display, read_answers, write_answers
from screening.engine.assessment import Assessment, Settings, evaluate
from screening.engine.compiler import Compiled
from screening.exchange.cases import Case

SALT = "intake.authoring.walk"
FOR_SECONDS = 12 * 3600
"""A staff session lasts no longer."""


class WalkOver(Exception):  # noqa: N818 (named for the event)
    """What came back with the page is not (any more) a walk of this questionnaire."""


@dataclass(frozen=True)
class Walk(Asking):
    """A draft with answers. `lost` names answers that do not fit the draft as it is now; `case` is the key of the
    stored case that the walk began with, `case_edits` its count of edits then."""

    key: str
    draft: Compiled
    answers: Mapping[str, Answer]
    language: str
    day: datetime.date
    profile: str
    parameters: Mapping[str, float]
    lost: tuple[str, ...] = ()
    case: str = ""
    case_edits: int = 0

    @property
    def compiled(self) -> Compiled:
        return self.draft

    @property
    def today(self) -> datetime.date:
        return self.day

    @property
    def direction(self) -> str:
        """Which way the patient's page is read. The frame around it is English."""
        return "rtl" if self.language.partition("-")[0] in settings.LANGUAGES_BIDI else "ltr"

    @property
    def settings(self) -> Settings:
        return Settings(profile=self.profile, parameters=dict(self.parameters))

    @property
    def country(self) -> str:
        """Dates and measures are asked as in the country of the label profile."""
        return "US" if self.profile == "us" else "GB"

    @cached_property
    def assessment(self) -> Assessment:
        """What the rules say so far."""
        return evaluate(self.draft, self.answers, self.day, self.settings)

    def said(self, name: str) -> tuple[str, str]:
        """A question in the clinician's words, and its answer."""
        question = self.draft.questions[name]
        language = self.definition.languages[0]
        words = question.short.get(language) or question.text.get(language) or name
        return words, display(question, self.answers.get(name), self.definition, language)

    def with_answers(self, answers: Mapping[str, Answer]) -> Walk:
        """The walk with these answers instead. What was lost stays named until it is answered again."""
        again = {name for name, answer in answers.items() if answer.state != "skipped"}
        return dataclasses.replace(self, answers=answers, lost=tuple(one for one in self.lost if one not in again))

    @property
    def signed(self) -> str:
        """The walk for the page to send back."""
        content = {
            "key": self.key,
            "answers": write_answers(self.answers),
            "language": self.language,
            "day": self.day.isoformat(),
            "profile": self.profile,
            "parameters": dict(self.parameters),
            "lost": self.lost,
            "case": self.case,
            "case_edits": self.case_edits,
        }
        return signing.dumps(content, salt=SALT, compress=True)


def begin(key: str, draft: Compiled, *, language: str, day: datetime.date, profile: str) -> Walk:
    """A walk without answers."""
    return Walk(key=key, draft=draft, answers={}, language=language, day=day, profile=profile, parameters={})


def with_case(key: str, draft: Compiled, case: Case, *, language: str, edits: int) -> Walk:
    """A walk with a case's answers, day and clinic's choices, as the case is run: every page was posted."""
    answers, lost = _readable(draft, case.answers, case.as_of)
    settings = Settings(profile=case.profile, parameters=case.parameters)
    whole = journey.with_skipped(draft, answers, case.as_of, settings)
    return Walk(
        key=key,
        draft=draft,
        answers=whole,
        language=language,
        day=case.as_of,
        profile=case.profile,
        parameters=case.parameters,
        lost=lost,
        case=case.id,
        case_edits=edits,
    )


def resume(key: str, draft: Compiled, signed: str) -> Walk:
    """The walk that a page sent back, under the draft as it is now. Raises `WalkOver`."""
    try:
        content: dict[str, Any] = signing.loads(signed, salt=SALT, max_age=FOR_SECONDS)
    except signing.BadSignature as error:
        raise WalkOver from error
    if content["key"] != key:
        raise WalkOver
    day = datetime.date.fromisoformat(content["day"])
    answers, lost = _readable(draft, content["answers"], day)
    lost = tuple(dict.fromkeys([*content.get("lost", ()), *lost]))
    choices = {name: content[name] for name in ("language", "profile", "parameters", "case", "case_edits")}
    return Walk(key=key, draft=draft, answers=answers, day=day, lost=lost, **choices)


def _readable(
    draft: Compiled, given: Mapping[str, Any], on: datetime.date
) -> tuple[dict[str, Answer], tuple[str, ...]]:
    """The answers that fit the draft, and the names of those that do not: the draft may have changed meanwhile."""
    answers: dict[str, Answer] = {}
    lost = []
    for link_id, answer in given.items():
        try:
            answers |= read_answers(draft.definition, {link_id: answer}, on=on)
        except InvalidAnswers:
            lost.append(link_id)
    return answers, tuple(lost)
