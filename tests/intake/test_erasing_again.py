"""The list of what was erased, and the command: doing it again, and completing what was stopped."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from intake import actions
from intake.erasure import erased_list, registry
from intake.erasure.registry import Scope
from intake.models import Alert, Clinic, Erasure, Person, QuestionnaireResponse, Revision, User
from screening.models import QuestionnaireVersion

from .sample import NOW, Tab, later
from .test_erasing import erase, person_of

pytestmark = pytest.mark.django_db


class TestList:
    @pytest.fixture
    def listed(self, sent: QuestionnaireResponse) -> Path:
        erase(sent)
        return erased_list.path()

    def test_only_its_owner_reads_it_and_it_names_nobody(self, listed: Path) -> None:
        assert listed.stat().st_mode & 0o777 == 0o600
        assert "Rosa" not in listed.read_text()

    def test_half_a_line_was_never_committed(self, listed: Path) -> None:
        before = erased_list.read(listed)
        with listed.open("a") as file:
            file.write('{"kind": "respo')

        assert erased_list.read(listed) == before
        erased_list.append(before[:1])
        assert erased_list.read(listed) == [*before, before[0]]

    @pytest.mark.parametrize("change", ["mac", "id", "kind", "reason", "at"])
    def test_a_changed_line_is_named(self, listed: Path, change: str) -> None:
        lines = listed.read_text().splitlines()
        data = json.loads(lines[1])
        data[change] = {"id": "0" * 32, "at": "2026-01-01T00:00:00+00:00"}.get(change, "x")
        listed.write_text("\n".join([lines[0], json.dumps(data)]) + "\n")

        with pytest.raises(erased_list.ListDamaged, match="Line 2"):
            erased_list.read(listed)

    @pytest.mark.parametrize("line", ["[]", "{}", "nonsense", "1"])
    def test_another_file_is_refused(self, tmp_path: Path, line: str) -> None:
        (tmp_path / "other").write_text(f"{line}\n")

        with pytest.raises(erased_list.ListDamaged, match="Line 1"):
            erased_list.read(tmp_path / "other")

    def test_what_only_the_database_knows_is_added(self, listed: Path) -> None:
        before = erased_list.read(listed)
        listed.unlink()

        actions.finish_erasures(now=NOW)
        actions.finish_erasures(now=NOW)

        assert sorted(erased_list.read(listed), key=str) == sorted(before, key=str)

    def test_a_draft_that_was_taken_back_is_on_it(self, tab: Tab) -> None:
        tab.save(given_name="Rosa")
        actions.delete_draft(response_id=tab.response.pk, now=NOW)

        assert [entry.kind for entry in erased_list.everything()] == ["draft"]


def test_an_erasure_that_was_listed_and_not_committed_is_completed(sent: QuestionnaireResponse) -> None:
    entry = erased_list.Entry(kind="response", id=str(sent.pk), reason="asked", at=NOW)
    erased_list.append([entry])

    assert actions.finish_erasures(now=later(days=1)) == 1
    assert actions.finish_erasures(now=later(days=2)) == 0
    assert not QuestionnaireResponse.objects.exists()
    assert Erasure.objects.get(kind="response").reason == "asked"


class TestDeletionThatWasNotCommitted:
    """Its line was written and the commit failed: the patient was told so, and went on."""

    @pytest.fixture
    def typed(self, tab: Tab) -> Tab:
        tab.save(given_name="Rosa", family_name="Diaz")
        erased_list.append([erased_list.draft(tab.response.pk, later(minutes=1))])
        return tab

    @pytest.mark.parametrize("is_restored", [True, False])
    def test_what_was_sent_since_stays_and_stops_nothing_else(
        self, typed: Tab, clinic: Clinic, version: QuestionnaireVersion, is_restored: bool
    ) -> None:
        typed.finish(plan_now="no", harm_thoughts="no", now=later(minutes=2))
        sent = actions.submit(response_id=typed.response.pk, now=later(minutes=3))
        gone = _sent_by("Ortiz", clinic, version)
        erased_list.append([erased_list.Entry(kind="response", id=str(gone.pk), reason="asked", at=later(minutes=4))])

        assert _done_again(is_restored) == 1
        assert QuestionnaireResponse.objects.get() == sent

    def test_what_was_saved_since_stays(self, typed: Tab) -> None:
        typed.save(given_name="Rosa Maria", now=later(minutes=2))

        assert actions.finish_erasures(now=later(days=1)) == 0
        assert Revision.objects.count() == 2

    @pytest.mark.parametrize("is_restored", [True, False])
    def test_what_was_not_touched_since_goes(self, typed: Tab, is_restored: bool) -> None:
        assert _done_again(is_restored) == 1
        assert QuestionnaireResponse.objects.get().is_deleted


@pytest.fixture
def stuck(
    clinic: Clinic, version: QuestionnaireVersion, monkeypatch: pytest.MonkeyPatch
) -> tuple[QuestionnaireResponse, ...]:
    """Two that are on the list and still here; erasing the first fails."""
    first, second = sorted((_sent_by(name, clinic, version) for name in ("Diaz", "Ortiz")), key=lambda one: one.pk)
    erased_list.append(
        [erased_list.Entry(kind="response", id=str(one.pk), reason="asked", at=NOW) for one in (first, second)]
    )
    real = registry.only_response

    def broken(response: QuestionnaireResponse) -> Scope:
        if response == first:
            raise RuntimeError("Diaz")
        return real(response)

    monkeypatch.setattr(registry, "only_response", broken)
    return first, second


@pytest.mark.parametrize("is_restored", [True, False])
def test_one_that_fails_keeps_nobody_else_from_going_and_is_told(
    stuck: tuple[QuestionnaireResponse, ...], is_restored: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(actions.NotAllErased, match="1"):
        _done_again(is_restored)
    assert QuestionnaireResponse.objects.get() == stuck[0]
    assert "RuntimeError" in caplog.text
    assert "Diaz" not in caplog.text


def test_one_that_fails_keeps_the_command_from_nothing(
    stuck: tuple[QuestionnaireResponse, ...], clinic: Clinic, version: QuestionnaireVersion
) -> None:
    another, errors = _sent_by("Haas", clinic, version), io.StringIO()
    named = {"response": another.reference, "confirm": another.reference}

    call_command("erase", **named, reason="asked", stdout=io.StringIO(), stderr=errors)

    assert QuestionnaireResponse.objects.get() == stuck[0]
    assert "still here, because of an error: 1" in errors.getvalue()


def _done_again(is_restored: bool) -> int:
    if is_restored:
        return actions.erase_again(entries=erased_list.everything(), now=later(days=1))
    return actions.finish_erasures(now=later(days=1))


def test_what_is_on_hold_since_an_erasure_was_cut_short_stays_until_it_is_lifted(sent: QuestionnaireResponse) -> None:
    erased_list.append([erased_list.Entry(kind="response", id=str(sent.pk), reason="asked", at=NOW)])
    actions.place_hold(record=sent, matter="File 12", now=later(hours=1))

    assert actions.finish_erasures(now=later(days=1)) == 0
    assert QuestionnaireResponse.objects.exists()

    actions.lift_hold(record=sent, now=later(days=2))
    assert actions.finish_erasures(now=later(days=2)) == 1


def test_who_called_for_help_since_an_erasure_was_cut_short_is_kept(tab: Tab) -> None:
    erased_list.append([erased_list.Entry(kind="response", id=str(tab.response.pk), reason="asked", at=NOW)])
    tab.save(plan_now="yes")

    assert actions.finish_erasures(now=later(days=1)) == 0
    assert Alert.objects.unacknowledged().exists()


@pytest.mark.parametrize("is_moved_away", [True, False])
def test_a_restored_backup_loses_nobody_who_was_one_with_somebody_erased_by_mistake(
    clinic: Clinic, version: QuestionnaireVersion, sent: QuestionnaireResponse, clinician: User, is_moved_away: bool
) -> None:
    stays = _sent_by("Ortiz", clinic, version)
    gone, kept = person_of(sent), person_of(stays)
    pair = (gone, kept) if is_moved_away else (kept, gone)
    actions.confirm_same_person(person_id=pair[0].pk, other_id=pair[1].pk, by=clinician, now=NOW)
    named = {"person": gone, "response": sent}
    listed = [erased_list.Entry(kind=kind, id=str(one.pk), reason="asked", at=NOW) for kind, one in named.items()]

    actions.erase_again(entries=listed, now=later(days=1))

    assert QuestionnaireResponse.objects.get() == stays
    assert Person.objects.get() == kept == person_of(stays)
    assert set(Erasure.objects.values_list("object_id", flat=True)) == {gone.pk, sent.pk}


def test_what_they_answered_while_they_were_one_goes_with_whom_it_belongs_to(
    clinic: Clinic, version: QuestionnaireVersion, sent: QuestionnaireResponse, clinician: User
) -> None:
    stays = _sent_by("Ortiz", clinic, version)
    gone, kept = person_of(sent), person_of(stays)
    invited = actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", person=kept)
    actions.confirm_same_person(person_id=kept.pk, other_id=gone.pk, by=clinician, now=NOW)
    since = _sent_by("Ortiz", clinic, version, invitation=invited.invitation)
    listed = [erased_list.Entry(kind="person", id=str(gone.pk), reason="asked", at=NOW)]

    actions.erase_again(entries=listed, now=later(days=1))

    assert set(QuestionnaireResponse.objects.all()) == {stays, since}
    assert Person.objects.get() == kept == person_of(since)


@pytest.mark.parametrize("names", ["first", "second", "third", "first third"])
def test_so_it_is_in_a_row_of_decisions_whoever_of_them_was_erased(
    clinic: Clinic, version: QuestionnaireVersion, clinician: User, names: str
) -> None:
    """The first was taken for the second, and both for the third."""
    responses = {name: _sent_by(name, clinic, version) for name in ("first", "second", "third")}
    owners = {name: person_of(one) for name, one in responses.items()}
    for number, (one, other) in enumerate([("first", "second"), ("second", "third")]):
        pair = {"person_id": owners[one].pk, "other_id": owners[other].pk}
        actions.confirm_same_person(**pair, by=clinician, now=later(hours=number))
    gone = [record for name in names.split() for record in (owners[name], responses[name])]
    kinds = ["person", "response"] * len(names.split())
    listed = [
        erased_list.Entry(kind=kind, id=str(one.pk), reason="asked", at=NOW)
        for kind, one in zip(kinds, gone, strict=True)
    ]

    actions.erase_again(entries=listed, now=later(days=1))

    assert set(Erasure.objects.values_list("object_id", flat=True)) == {one.pk for one in gone}
    left = set(responses) - set(names.split())
    assert set(QuestionnaireResponse.objects.all()) == {responses[name] for name in left}
    assert set(Person.objects.all()) == {owners[name] for name in left}


def _sent_by(name: str, clinic: Clinic, version: QuestionnaireVersion, **more: Any) -> QuestionnaireResponse:
    tab = Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW, **more).response)
    tab.finish(family_name=name, plan_now="no", harm_thoughts="no")
    return actions.submit(response_id=tab.response.pk, now=NOW)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


class TestCommand:
    def test_it_erases_and_says_so_again(self, sent: QuestionnaireResponse) -> None:
        given = ["erase", "--response", str(sent), "--reason", "asked", "--confirm", sent.reference.lower(), "--json"]

        assert json.loads(run(*given))["erased"] is True
        assert json.loads(run(*given))["erased"] is False

    def test_another_that_cannot_be_completed_does_not_keep_it(
        self, sent: QuestionnaireResponse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fails(**_: object) -> int:
            raise actions.NotAllErased("Still here: 1.")

        monkeypatch.setattr(actions, "finish_erasures", fails)

        run("erase", "--response", str(sent), "--reason", "asked", "--confirm", str(sent))

        assert not QuestionnaireResponse.objects.exists()
        assert "Still here: 1." in capsys.readouterr().err

    def test_it_wants_the_same_reference_twice(self, sent: QuestionnaireResponse) -> None:
        with pytest.raises(CommandError, match="not the same"):
            run("erase", "--response", str(sent), "--reason", "asked", "--confirm", "AAAA-AAAA")
        assert Revision.objects.exists()

    def test_it_names_a_reference_that_is_none(self, db: None) -> None:
        with pytest.raises(CommandError, match="There is no person K7QM-3X4P"):
            run("erase", "--person", "K7QM-3X4P", "--reason", "asked", "--confirm", "K7QM-3X4P")

    def test_a_hold_by_command_refuses_it(self, sent: QuestionnaireResponse) -> None:
        person = str(person_of(sent))
        assert "On hold" in run("legal_hold", "--person", person, "--matter", "File 12")
        with pytest.raises(CommandError, match="legal hold"):
            run("erase", "--response", str(sent), "--reason", "asked", "--confirm", str(sent))
        assert "Lifted" in run("legal_hold", "--person", person, "--lift")
        assert "no hold" in run("legal_hold", "--person", person, "--lift")
        with pytest.raises(CommandError, match="Name the file"):
            run("legal_hold", "--person", person, "--matter", " ")
