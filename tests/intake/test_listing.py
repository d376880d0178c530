"""Where a response stands on the list: its facts are those of its alerts, signatures and corrections, whatever happens.

The order is told a second time here, in Python and from the rows themselves.
"""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Callable

import pytest

from intake import actions, records, reviewing
from intake.invitees import Details
from intake.models import Alert, AnswerRequest, Clinic, QuestionnaireResponse, User
from intake.models.listing import KINDS, Urgency
from intake.permissions import ROLES, Permission
from screening.models import QuestionnaireVersion
from tests.trust.amounts import amount

from .sample import NOW, Tab, answered, later, unknown
from .test_concurrency import at_once

STEPS = amount(quick=70, long=2_000)
SAID = ("yes", "no", unknown("not_sure"), unknown("declined"))
QUESTIONS = ("plan_now", "harm_thoughts", "low_mood", "weapon_near", "stroke")


def expected(response: QuestionnaireResponse) -> dict[str, object]:
    """The facts and the order, told from alerts and from the review."""
    alerts = list(response.alerts.all())
    waits, kinds = any(alert.acknowledged_at is None for alert in alerts), {alert.kind for alert in alerts}
    is_signed = response.is_sent and reviewing.review_of(response).current is not None
    is_urgent = response.top_severity == 4 or (not response.is_sent and bool(kinds & {"at_once", "urgent"}))
    is_listed = response.is_sent or bool(alerts)
    return {
        "alert_waits": waits,
        "is_signed": is_signed,
        **{f"alerted_{kind}": kind in kinds for kind in KINDS},
        "urgency": _urgency(response, waits, is_signed, is_urgent) if is_listed else None,
        "listed_at": (response.sent_at or response.started_at) if is_listed else None,
        "plain_urgency": _opened(response) if response.is_sent else None,
    }


def _urgency(response: QuestionnaireResponse, waits: bool, is_signed: bool, is_urgent: bool) -> Urgency:
    if waits:
        return Urgency.URGENT_WAITING if is_urgent else Urgency.WAITING
    if is_signed or is_urgent:
        return Urgency.SIGNED if is_signed else Urgency.URGENT
    return Urgency.UNRESOLVED_SAFETY if response.has_unresolved_safety else _opened(response)


def _opened(response: QuestionnaireResponse) -> Urgency:
    return Urgency.OPENED if response.opened_at and not response.unread_corrections else Urgency.UNOPENED


def stored(response: QuestionnaireResponse) -> dict[str, object]:
    return {name: getattr(response, name) for name in expected(response)}


class Clinicians:
    """What may happen to a response, each at random and each a minute after the one before."""

    def __init__(self, clinic: Clinic, version: QuestionnaireVersion, by: User, seed: int) -> None:
        self.clinic, self.version, self.by = clinic, version, by
        self.chance, self.minutes = random.Random(seed), itertools.count(1)
        self.tabs: list[Tab] = []

    def step(self) -> QuestionnaireResponse:
        """One thing that may be refused; what was refused has changed nothing. Gives back what it was about."""
        if not self.tabs or self.chance.random() < 0.1:
            self.begin()
        tab = self.chance.choice(self.tabs[-3:])
        response = QuestionnaireResponse.objects.get(pk=tab.response.pk)
        with contextlib.suppress(actions.Refused):
            self.chance.choice(self.deeds(response))(response, tab)
        return QuestionnaireResponse.objects.get(pk=response.pk)

    def deeds(self, response: QuestionnaireResponse) -> tuple[Callable[[QuestionnaireResponse, Tab], object], ...]:
        anyway = (self.acknowledge, self.open, self.assign)
        if response.is_sent:
            later_on = (self.correct, self.late, self.enter, self.ask, self.answer_again, self.note, self.review)
            return (*anyway, *later_on, self.sign, self.sign)
        return (*anyway, self.answer, self.answer, self.send, self.send, self.delete)

    @property
    def now(self):
        return later(minutes=next(self.minutes))

    def begin(self) -> None:
        began = actions.start(clinic=self.clinic, version=self.version, language="en", now=self.now)
        self.tabs.append(Tab(began.response))

    def answer(self, _: QuestionnaireResponse, tab: Tab) -> None:
        tab.save(now=self.now, **{self.chance.choice(QUESTIONS): self.chance.choice(SAID)})

    def send(self, response: QuestionnaireResponse, tab: Tab) -> None:
        calm = {"plan_now": "no", "harm_thoughts": "no"} if self.chance.random() < 0.7 else {}
        tab.finish(now=self.now, family_name="Díaz", **calm)
        actions.submit(response_id=response.pk, now=self.now)

    def acknowledge(self, response: QuestionnaireResponse, _: Tab) -> None:
        waiting = sorted(response.alerts.unacknowledged(), key=lambda alert: (alert.kind, records.read_reason(alert)))
        for alert in waiting[:1]:
            actions.acknowledge_alert(alert_id=alert.pk, by=self.by, note="Called.", now=self.now)

    def open(self, response: QuestionnaireResponse, _: Tab) -> None:
        as_what = self.chance.choice(("summary", "review"))
        actions.open_response(response=response, user=self.by, now=self.now, as_what=as_what)

    def review(self, response: QuestionnaireResponse, _: Tab) -> None:
        points = reviewing.review_of(response).points if response.is_sent else {}
        for key in sorted(points)[:1]:
            token = reviewing.token_of(response, key)
            actions.discuss_point(response_id=response.pk, point=token, learned="Asked.", by=self.by, now=self.now)

    def delete(self, response: QuestionnaireResponse, _: Tab) -> None:
        actions.delete_draft(response_id=response.pk, now=self.now)

    def correct(self, response: QuestionnaireResponse, _: Tab) -> None:
        attempt = f"words:{next(self.minutes)}"
        actions.add_correction(response_id=response.pk, words="In 2019.", about="", attempt=attempt, now=self.now)

    def late(self, response: QuestionnaireResponse, _: Tab) -> None:
        answers = {self.chance.choice(QUESTIONS): answered(self.chance.choice(("yes", "no")))}
        actions.keep_late_answers(response_id=response.pk, answers=answers, now=self.now)

    def enter(self, response: QuestionnaireResponse, _: Tab) -> None:
        answers = {self.chance.choice(QUESTIONS): answered(self.chance.choice(("yes", "no")))}
        actions.enter_answers(response_id=response.pk, answers=answers, how="told", by=self.by, now=self.now)

    def sign(self, response: QuestionnaireResponse, tab: Tab) -> None:
        """Everything that comes first, then the signature and an addendum."""
        given = {"response_id": response.pk, "by": self.by}
        review = reviewing.review_of(response) if response.is_sent else None
        for _ in range(review.alerts_waiting if review else 0):
            self.acknowledge(response, tab)
        for point in review.unseen if review else ():
            actions.acknowledge_point(point=reviewing.token_of(response, point.key), now=self.now, **given)
        content = review.content if review else ""
        disposition = self.clinic.dispositions[0]
        actions.sign_off(content=content, disposition=disposition, rationale="So.", now=self.now, **given)
        actions.add_addendum(text="Her sister drives.", now=self.now, **given)

    def ask(self, response: QuestionnaireResponse, _: Tab) -> None:
        given = {"by": self.by, "now": self.now, "details": Details()}
        actions.ask_again(response_id=response.pk, questions=["pressure", "phone"], **given)

    def answer_again(self, response: QuestionnaireResponse, _: Tab) -> None:
        for asked in AnswerRequest.objects.filter(response=response, answered_at=None):
            answers = {"pressure": unknown("not_sure"), "phone": unknown("declined")}
            actions.answer_request(request_id=asked.pk, answers=answers, is_finished=True, now=self.now)

    def assign(self, response: QuestionnaireResponse, _: Tab) -> None:
        actions.assign(response=response, by=self.by, now=self.now)

    def note(self, response: QuestionnaireResponse, _: Tab) -> None:
        actions.add_note(response_id=response.pk, text="Came with her sister.", by=self.by, now=self.now)


@pytest.mark.django_db
def test_a_response_stands_where_its_rows_say_whatever_happens(
    clinic: Clinic, version: QuestionnaireVersion, clinician: User
) -> None:
    what_happens, seen = Clinicians(clinic, version, clinician, seed=4), set()

    for _ in range(STEPS):
        response = what_happens.step()
        assert stored(response) == expected(response)
        seen.add(response.urgency)
    for response in QuestionnaireResponse.objects.all():
        assert stored(response) == expected(response)

    assert seen >= {None, *Urgency} - {Urgency.URGENT}


@pytest.mark.usefixtures("transactional_db")
def test_of_two_who_acknowledge_at_once_the_second_leaves_none_waiting(
    tab: Tab, clinician: User, colleague: User
) -> None:
    tab.save(plan_now="yes", harm_thoughts="yes")
    alerts, staff = list(Alert.objects.order_by("kind", "reason_hash")), (clinician, colleague)
    assert len(alerts) >= 2

    at_once(
        lambda number: actions.acknowledge_alert(
            alert_id=alerts[number].pk, by=staff[number % 2], note="Called.", now=NOW
        ),
        len(alerts),
    )

    assert not QuestionnaireResponse.objects.get().alert_waits


def test_whoever_reads_answers_sees_the_list_and_acknowledges() -> None:
    """The list shows readers what waits, and others nothing of it: there is no role in between."""
    readers = [role.permissions for role in ROLES.values() if Permission.READ_ANSWERS in role.permissions]

    assert all({Permission.SEE_WHO_HAS_SENT, Permission.ACKNOWLEDGE} <= may for may in readers)
