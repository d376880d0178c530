"""One patient at their questionnaire: the response of this session, its answers, and where they are in it.

A `Visit` is read once per request. It knows no scores and no flags, only what is asked and whether help is shown first.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache

from intake import actions, part2, records, rules, tablet
from intake.models import Clinic, QuestionnaireResponse
from screening.engine.answers import Answer
from screening.engine.assessment import Settings, evaluate
from screening.engine.definition import Flag, Section

from . import errors, sessions
from .asking import Asking

View = Callable[..., HttpResponse]


@dataclass
class Visit(Asking):
    """A response as its patient sees it. `answers` may be replaced after a save by `refresh`."""

    response: QuestionnaireResponse
    answers: Mapping[str, Answer]
    language: str
    now: datetime.datetime
    posted: tuple[str, ...] = ()
    help_first: str = ""
    is_shared: bool = False

    @property
    def clinic(self) -> Clinic:
        return self.response.clinic

    @cached_property
    def compiled(self) -> Any:
        return rules.compiled_of(self.response)

    @property
    def published(self) -> str:
        return self.response.version.sha256

    @property
    def today(self) -> datetime.date:
        """The day at the clinic; once sent, the day of sending."""
        return rules.as_of(self.response, now=self.now)

    @cached_property
    def settings(self) -> Settings:
        return rules.settings_of(self.response)

    @property
    def country(self) -> str:
        return self.clinic.country

    def concerns(self, answers: Mapping[str, Answer]) -> frozenset[tuple[str, ...]]:
        """What asks for help in these answers, so that a new disclosure can be told from one already met with help.

        It never leaves the server: only whether it grew decides what the patient sees next.
        """
        if not self.asks_for_help(answers):
            return frozenset()
        found = evaluate(self.compiled, answers, self.today, self.settings)
        raised = {(flag.flag, each.question, each.answer) for flag in found.flags for each in flag.because}
        unknown = {
            (flag.flag, name, answers[name].state)
            for flag in found.unresolved
            if flag.not_sure == "NS-2"
            for name in flag.questions
            if name in answers and not answers[name].is_known
        }
        safety = {flag.link_id for flag in self.definition.flags if _is_of_safety(flag)}
        at_once = {("at once", each.question, each.answer) for each in found.alert_because}
        whole = {("panel",)} | ({("at once",)} if found.alert_at_once else set())
        return frozenset({each for each in raised | unknown if each[0] in safety} | at_once | whole)

    def put_help_first(self, request: HttpRequest, disclosed: Mapping[str, Answer]) -> None:
        """Help comes before the next page, for what was disclosed: stored, kept beside the answers, or only typed.

        An emergency stays first until its help was shown.
        """
        if self.help_first != sessions.EMERGENCY:
            self.help_first = sessions.EMERGENCY if self.names_emergency(disclosed) else sessions.CRISIS
        request.session[sessions.HELP_FIRST] = self.help_first

    @property
    def needs_emergency_care(self) -> bool:
        return self.help_first == sessions.EMERGENCY or super().needs_emergency_care

    def help_is_due(self, request: HttpRequest) -> bool:
        """Whether help comes before anything else: asked for by a page, or needed and never shown.

        The second part is asked of the database, so that it holds whatever became of the session.
        """
        if sessions.HELP_FIRST in request.session:
            return True
        return self.asks_for_help() and not self.response.panels_shown.exists()

    def help_due(self, request: HttpRequest) -> str:
        """Which help that is: "emergency" or "crisis", by whose number stands first; "" when none is due."""
        if not self.help_is_due(request):
            return ""
        return sessions.EMERGENCY if self.needs_emergency_care else sessions.CRISIS

    def notice_is_due(self, section: Section) -> bool:
        """Whether the notice of a 42 CFR Part 2 programme comes before this page and was not acknowledged yet."""
        waits = self.settings.part2 and self.response.part2_acknowledged_at is None
        return waits and part2.is_about_substances(section)

    def refresh(self, saved: actions.Saved) -> None:
        """Go on with what was saved."""
        self.response, self.answers, self.posted = saved.response, saved.document.answers, saved.document.posted


def _is_of_safety(flag: Flag) -> bool:
    return flag.not_sure == "NS-2" or any(rule.severity == "urgent" for rule in flag.rules)


def visit_of(request: HttpRequest) -> Visit | None:
    """The visit of this session, or None when there is none (any more)."""
    response = sessions.response_of(request)
    if response is None:
        return None
    language = sessions.language_of(request, response.clinic, response.language)
    document = records.read_document(response)
    help_first = request.session.get(sessions.HELP_FIRST, "")
    is_shared = tablet.is_device(request)
    return Visit(response, document.answers, language, timezone.now(), document.posted, help_first, is_shared)


def patient_view(view: View) -> View:
    """For the pages of a visit: opened only with one, in its language, never kept by a cache.

    Without a visit, or with that of somebody else whose link was opened since, a posted page comes back with
    everything that was typed (`errors.session_ended`).
    """

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        visit = visit_of(request)
        if visit is None or (request.method == "POST" and errors.is_of_another(request, visit.response)):
            return _without_visit(request)
        with translation.override(visit.language):
            try:
                return view(request, visit, *args, **kwargs)
            except actions.NoSuchResponse:  # deleted in another window at this moment
                return redirect("patient:resume")
            except actions.AlreadySent:  # sent there
                return redirect("patient:sent")

    return login_not_required(never_cache(wrapped))


def _without_visit(request: HttpRequest) -> HttpResponse:
    """Where a page leads whose session is over. On a clinic's tablet, nobody is asked for a code they never saw, unless
    something typed waits for it: a lock that comes late has nothing to keep."""
    is_tablet = tablet.is_device(request)
    is_typed = any(name != "visit" for name, _ in errors.posted_again(request))
    if request.method == "POST" and (is_typed or not is_tablet):
        return errors.session_ended(request)
    return redirect("patient:tablet" if is_tablet else "patient:resume")


def draft_view(view: View) -> View:
    """A patient view for answers that were not sent yet; afterwards it leads to the confirmation."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, visit: Visit, *args: Any, **kwargs: Any) -> HttpResponse:
        if visit.response.is_sent:
            return redirect("patient:sent")
        return view(request, visit, *args, **kwargs)

    return patient_view(wrapped)


def public_view(view: View) -> View:
    """For pages that anyone with the address may open."""
    return login_not_required(never_cache(view))
