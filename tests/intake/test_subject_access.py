"""C75: a person gets everything that is kept about them, and nothing of anybody else."""

from __future__ import annotations

import datetime
import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from intake import actions, alerts
from intake.erasure import registry
from intake.invitees import Details
from intake.models import AlertDelivery, AuditRecord, Clinic, Person, QuestionnaireResponse, SecurityNotice, User
from intake.subject_access import collecting, files
from tests.intake.sample import NOW, Tab, later, unknown

pytestmark = [pytest.mark.django_db, pytest.mark.check("C75", required="all of one person, 0 of another")]


def fill(clinic: Clinic, version, by: User, mark: str) -> QuestionnaireResponse:
    """Somebody with something in every place where a word is kept, each word with a mark in it."""
    who = Details(name=f"Invited{mark}", email=f"invited{mark}@patients.example".lower())
    link = actions.invite(clinic=clinic, by=by, now=NOW, language="en", details=who, send=True)
    started = actions.start(clinic=clinic, version=version, language="en", now=NOW, invitation=link.invitation)
    tab = Tab(started.response)
    tab.save(given_name=f"Earlier{mark}", family_name=f"Family{mark}", birth_date=datetime.date(1985, 6, 15))
    tab.save(given_name=f"Given{mark}", harm_thoughts=unknown("declined"), section="about")
    tab.finish(plan_now="yes", stroke="yes")
    response = actions.submit(response_id=started.response.pk, now=NOW)
    actions.add_correction(response_id=response.pk, words=f"Aunt{mark}", about="", attempt="one", now=NOW)
    alerts.deliver_due(clock=lambda: NOW)
    for alert in response.alerts.all():
        actions.acknowledge_alert(alert_id=alert.pk, by=by, note=f"Called{mark}", now=NOW)
    actions.add_note(response_id=response.pk, text=f"Note{mark}", by=by, now=NOW)
    response.refresh_from_db()
    person = response.person
    assert person is not None
    actions.record_session(person_id=person.pk, at=later(days=2), by=by, now=NOW)
    actions.set_schedule(
        person_id=person.pk, questionnaire=version.questionnaire, kind="every_days", days=7,
        email=f"asked{mark}@patients.example".lower(), language="en", by=by, now=NOW,
    )  # fmt: skip
    actions.open_response(response=response, user=by, now=NOW)
    actions.place_hold(record=person, matter=f"Matter{mark}", now=NOW)
    return response


WORDS = ("Invited", "invited", "Earlier", "Family", "Given", "Aunt", "Called", "Note", "asked")


@pytest.fixture
def one(clinic: Clinic, version, clinician: User) -> QuestionnaireResponse:
    return fill(clinic, version, clinician, "Qwx")


@pytest.fixture
def another(clinic: Clinic, version, clinician: User, one: QuestionnaireResponse) -> QuestionnaireResponse:
    """Somebody else, whom staff told apart from the first."""
    found = fill(clinic, version, clinician, "Zzy")
    assert one.person_id
    assert found.person_id
    actions.tell_people_apart(person_id=one.person_id, other_id=found.person_id, by=clinician, now=NOW)
    return found


def copy_of(response: QuestionnaireResponse, **more: object) -> dict:
    given = {"by": None, "now": later(days=1), **more}
    return actions.copy_of(record=response.person, **given)  # type: ignore[arg-type]


def written(copy: dict) -> tuple[str, str]:
    with zipfile.ZipFile(io.BytesIO(files.zipped(copy, ZoneInfo("UTC")))) as file:
        return file.read("copy.html").decode(), file.read("copy.json").decode()


def test_everything_is_in_both_forms(one: QuestionnaireResponse, another: QuestionnaireResponse, figure) -> None:
    texts = written(copy_of(one))

    for text in texts:
        missing = [word for word in WORDS if f"{word}Qwx" not in text and f"{word}qwx" not in text]
        assert not missing
        assert "Clara" in text  # who opened it
        assert "response.read" in text
    figure(f"{len(WORDS)} marked words in the page and the JSON, 0 missing")


def test_nothing_of_anybody_else_is(one: QuestionnaireResponse, another: QuestionnaireResponse, figure) -> None:
    theirs = [str(another), another.reference, str(another.pk), str(another.person), str(another.person_id)]
    texts = written(copy_of(one))

    for text in texts:
        assert "zzy" not in text.lower()
        assert not [name for name in theirs if name in text]
    figure(f"{len(WORDS)} words and {len(theirs)} ids of another person, 0 found")


def test_the_matter_of_a_hold_and_secrets_of_links_are_not_theirs(one: QuestionnaireResponse) -> None:
    invitation = one.invitation
    assert invitation is not None
    for text in written(copy_of(one)):
        assert "Matter" not in text
        assert invitation.token_sha256 not in text
        assert one.resume_code_hash not in text


def test_every_model_about_people_is_in_it_or_says_why_not() -> None:
    described = {model for model, _, _ in (*collecting.OF_A_PERSON.values(), *collecting.OF_A_RESPONSE.values())}
    elsewhere = set(collecting.WITHIN)

    assert not described & elsewhere
    assert described | elsewhere | set(collecting.LEFT_OUT) == {held.model for held in registry.ABOUT_PEOPLE}


def test_each_save_is_in_the_history_with_who_and_when(one: QuestionnaireResponse) -> None:
    history = copy_of(one)["responses"][0]["history"]

    assert [each["number"] for each in history] == [*range(1, one.revision + 1)]
    assert {"question": "given_name?", "answer": "EarlierQwx"}.items() <= history[0]["answers"][0].items()
    assert {each["by"] for each in history} <= {"Patient", "On sending"}


def test_what_the_rules_made_of_it_is_in_it(one: QuestionnaireResponse) -> None:
    found = copy_of(one)["responses"][0]

    assert {"point": "stroke_ever", "state": "Raised", "severity": "contraindication"} in found[
        "pointed_out_to_the_clinic"
    ]
    assert found["assessment_code"]["flags"]
    assert found["alerts"][0]["messages"]


def test_private_notes_can_be_left_out_but_not_that_there_are_some(one: QuestionnaireResponse) -> None:
    page, data = written(copy_of(one, with_notes=False))

    assert "NoteQwx" not in page + data
    assert page.count("Left out of this copy") == 1
    assert AuditRecord.objects.get(action="person.copied").objects_named["notes"] == "left out"


def test_a_draft_is_in_it_and_a_deleted_one_only_as_deleted(clinic: Clinic, version, one, clinician: User) -> None:
    def begin() -> QuestionnaireResponse:
        link = actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", person=one.person)
        return actions.start(
            clinic=clinic, version=version, language="en", now=NOW, invitation=link.invitation
        ).response

    kept, gone = begin(), begin()
    Tab(kept).save(given_name="DraftQwx")
    Tab(gone).save(given_name="GoneQwx")
    actions.delete_draft(response_id=gone.pk, now=NOW)

    found = copy_of(one)["responses"]

    assert [each["status"] for each in found].count("Draft") == 1
    assert "DraftQwx" in json.dumps(found, default=str)
    deleted = next(each for each in found if each["reference"] == str(gone))
    assert "answers" not in deleted


def test_a_long_history_stays_whole(one: QuestionnaireResponse, clinic: Clinic, version, figure) -> None:
    draft = actions.start(clinic=clinic, version=version, language="en", now=NOW).response
    tab = Tab(draft)
    for number in range(60):
        tab.save(given_name=f"Name{number}")

    found = actions.copy_of(record=draft, by=None, now=NOW)["responses"][0]["history"]

    assert [each["answers"][0]["answer"] for each in found] == [f"Name{number}" for number in range(60)]
    figure("60 of 60 saves of one answer, in order")


def test_that_it_was_made_is_recorded_under_ones_name(one: QuestionnaireResponse, clinician: User) -> None:
    copy_of(one, by=clinician)

    made = AuditRecord.objects.get(action="person.copied")
    assert (made.actor, made.objects_named) == (
        f"user:{clinician.pk}",
        {"person": str(one.person_id), "notes": "included"},
    )


def test_who_did_what_names_both_sides_messages_and_notices(
    one: QuestionnaireResponse, another: QuestionnaireResponse, front_desk: User, clinician: User
) -> None:
    delivery = AlertDelivery.objects.filter(alert__response=another).order_by("pk")[0]
    actions.record_bounce(message_id=str(delivery.pk), now=NOW)
    opened = actions.open_in_emergency(response_id=another.pk, by=front_desk, reason="Fainted", now=NOW)
    actions.see_notice(notice_id=SecurityNotice.objects.get(access=opened).pk, by=clinician, now=NOW)

    done = {each["action"] for each in copy_of(another)["who_did_what"]}

    assert {"person.different", "alert.bounced", "notice.seen"} <= done
    assert not {"alert.bounced", "notice.seen"} & {each["action"] for each in copy_of(one)["who_did_what"]}


def test_collecting_keeps_nobody_from_saving(one: QuestionnaireResponse, monkeypatch: pytest.MonkeyPatch) -> None:
    within: list[int] = []
    everything = collecting.everything

    def watched(*given: Any, **more: Any) -> dict[str, Any]:
        within.append(len(connection.savepoint_ids))
        return everything(*given, **more)

    monkeypatch.setattr(collecting, "everything", watched)
    copy_of(one)

    assert within == [len(connection.savepoint_ids)]


@pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
def test_nobody_else_makes_one(one: QuestionnaireResponse, who: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(actions.NotPermitted):
        copy_of(one, by=request.getfixturevalue(who))

    assert not AuditRecord.objects.filter(action="person.copied").exists()


class TestTheCommand:
    def test_it_writes_a_file_that_only_its_maker_reads(self, one: QuestionnaireResponse, tmp_path: Path) -> None:
        path = tmp_path / "copy.zip"

        call_command("copy_of_record", "--person", str(one.person), str(path))

        with zipfile.ZipFile(path) as file:
            assert json.loads(file.read("copy.json"))["of"] == str(one.person)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_a_response_gives_the_person_who_sent_it_when_there_is_nothing_more(
        self, sent: QuestionnaireResponse, tmp_path: Path
    ) -> None:
        path = tmp_path / "copy.zip"

        call_command("copy_of_record", "--response", str(sent), str(path))

        with zipfile.ZipFile(path) as file:
            data = json.loads(file.read("copy.json"))
        assert data["who"][0]["reference"] == str(sent.person or Person.objects.get())

    def test_it_overwrites_nothing(self, one: QuestionnaireResponse, tmp_path: Path) -> None:
        path = tmp_path / "copy.zip"
        path.write_text("mine")

        with pytest.raises(CommandError, match="is there already"):
            call_command("copy_of_record", "--person", str(one.person), str(path))

        assert path.read_text() == "mine"
        assert not AuditRecord.objects.filter(action="person.copied").exists()
