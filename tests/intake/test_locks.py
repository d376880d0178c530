"""Who waits for whom on PostgreSQL: nobody waits for somebody who may be waiting for them. SQLite lets one write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, models, transaction

from intake import actions
from intake.actions import erasing, sending
from intake.erasure.registry import Scope
from intake.models import Clinic, Invitation, Person, QuestionnaireResponse, User
from screening import editing, publishing, scheduling, sign_off
from screening.models import Questionnaire, QuestionnaireVersion

from .sample import NOW, Tab, later
from .test_concurrency import at_once

pytestmark = [
    pytest.mark.usefixtures("transactional_db"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time"),
]


def name_meanwhile(row: models.Model) -> None:
    """Lock a row, in another connection, as PostgreSQL does for rows that name it; fails where that would wait."""

    def look(_: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = 1000")  # NOWAIT waits for a row that was locked and then changed
            cursor.execute(f"SELECT 1 FROM {row._meta.db_table} WHERE id = %s FOR KEY SHARE", [row.pk])

    at_once(look, 1)


def change(draft: Questionnaire) -> None:
    draft.title = {"en": "Another title", "es": "Otro título"}
    draft.save()


def publish(draft: Questionnaire) -> None:
    change(draft)
    publishing.publish(questionnaire=draft, by="Ada Example", now=NOW)


def review(draft: Questionnaire) -> None:
    sign_off.sign_off(questionnaire=draft, by="Dr. Ada Example", now=NOW, seen=sign_off.hash_of(draft))


def plan(draft: Questionnaire) -> None:
    change(draft)
    planner = User.objects.create(email="ada@north.example", name="Ada", is_staff=True, created_at=NOW)
    wanted = {"by": "Ada Example", "user": planner, "note": "", "seen": sign_off.hash_of(draft), "is_unreviewed": True}
    scheduling.schedule(questionnaire=draft, due_at=later(days=1), now=NOW, **wanted)


@pytest.mark.parametrize("write", [publish, plan, review, editing.lock])
def test_people_are_invited_to_a_questionnaire_while_somebody_works_on_it(
    version: QuestionnaireVersion, write: Callable[[Questionnaire], object]
) -> None:
    with transaction.atomic():
        write(version.questionnaire)
        name_meanwhile(version.questionnaire)


def test_answers_are_begun_and_sent_while_their_version_is_retired(version: QuestionnaireVersion) -> None:
    with transaction.atomic():
        publishing.retire(version=version, by="Ada Example", now=NOW)
        name_meanwhile(version)


def test_a_hold_waits_for_an_erasure_that_has_looked_for_holds(
    sent: QuestionnaireResponse, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent.refresh_from_db()
    person, refuse = sent.person, erasing.refuse_to_erase

    def place(_: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = 100")  # whoever erases waits for this: it ends no other way
            with pytest.raises(OperationalError, match="lock timeout"):
                actions.place_hold(record=person, matter="File 12", now=NOW)

    def look_and_meanwhile_place(scope: Scope) -> None:
        refuse(scope)
        at_once(place, 1)

    monkeypatch.setattr(erasing, "refuse_to_erase", look_and_meanwhile_place)
    actions.erase(record=person, reason="asked", by=None, now=NOW)

    with pytest.raises(actions.NothingToHold):
        actions.place_hold(record=person, matter="File 12", now=NOW)


def test_whose_invitation_it_is_stands_while_its_answers_are_sent(
    clinic: Clinic, version: QuestionnaireVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise what is sent while a match is taken back would stay with whom the invitation no longer belongs to."""
    invited = actions.invite(clinic=clinic, by=None, now=NOW, language="en").invitation
    tab = Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW, invitation=invited).response)
    tab.finish(family_name="Díaz")
    name = sending._person

    def move(_: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = 100")  # whoever sends waits for this: it ends no other way
            with pytest.raises(OperationalError, match="lock timeout"):
                Invitation.objects.filter(pk=invited.pk).update(person=None)

    def name_and_meanwhile_move(*args: Any) -> Person:
        at_once(move, 1)
        return name(*args)

    monkeypatch.setattr(sending, "_person", name_and_meanwhile_move)

    assert actions.submit(response_id=tab.response.pk, now=NOW).is_sent
