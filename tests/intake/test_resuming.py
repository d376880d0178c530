"""Coming back: the link alone reads nothing, the code opens the draft, and guessing gets nowhere."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from intake import actions, codes
from intake.models import AuditRecord, Clinic, QuestionnaireResponse, User

from .sample import NOW, later

pytestmark = pytest.mark.django_db

WRONG = "0000 0000 0000"


class TestResume:
    def test_it_opens_with_reference_and_code(self, started: actions.Started) -> None:
        found = actions.resume(token=str(started.response), code=started.resume_code, now=NOW)

        assert found == started.response

    @pytest.mark.parametrize("spelling", ["{0}", " {0} ", "{1}", "{2}"])
    def test_it_accepts_the_code_however_it_is_grouped(self, started: actions.Started, spelling: str) -> None:
        code = started.resume_code
        typed = spelling.format(code, code.replace(" ", ""), code.replace(" ", "-"))

        assert actions.resume(token=str(started.response).lower(), code=typed, now=NOW)

    def test_it_opens_with_link_and_code(self, clinic: Clinic, version: object) -> None:
        invited = actions.invite(clinic=clinic, by=None, now=NOW, language="en")
        started = actions.start(
            clinic=clinic,
            version=version,
            language="en",
            now=NOW,
            invitation=invited.invitation,  # type: ignore[arg-type]
        )

        assert actions.resume(token=invited.token, code=started.resume_code, now=NOW) == started.response

    @pytest.mark.parametrize("code", [WRONG, "", "rosa", "1" * 500, "１２３４"])
    def test_it_refuses_a_wrong_code(self, started: actions.Started, code: str) -> None:
        with pytest.raises(actions.CannotResume):
            actions.resume(token=str(started.response), code=code, now=NOW)

    def test_it_refuses_a_code_with_more_behind_it(self, started: actions.Started) -> None:
        with pytest.raises(actions.CannotResume):
            actions.resume(token=str(started.response), code=started.resume_code + "1", now=NOW)

    def test_every_refusal_reads_the_same(self, started: actions.Started, sent: QuestionnaireResponse) -> None:
        tries = [
            (str(started.response), WRONG),
            ("K7QM-3X4P", started.resume_code),
            ("a" * 43, started.resume_code),
            ("", ""),
        ]
        messages = set()
        for token, code in tries:
            with pytest.raises(actions.CannotResume) as refused:
                actions.resume(token=token, code=code, now=NOW)
            messages.add(str(refused.value))

        assert len(messages) == 1

    def test_after_sending_it_opens_for_a_correction(
        self, started: actions.Started, sent: QuestionnaireResponse
    ) -> None:
        assert actions.resume(token=str(sent), code=started.resume_code, now=NOW).is_sent

    def test_after_sending_a_wrong_code_opens_nothing(self, sent: QuestionnaireResponse) -> None:
        with pytest.raises(actions.CannotResume):
            actions.resume(token=str(sent), code=WRONG, now=NOW)

    def test_it_leaves_a_record_either_way(self, started: actions.Started) -> None:
        with pytest.raises(actions.CannotResume):
            actions.resume(token=str(started.response), code=WRONG, now=NOW)
        actions.resume(token=str(started.response), code=started.resume_code, now=NOW)

        found = AuditRecord.objects.filter(action__startswith="response.resume").order_by("seq")
        assert [entry.action for entry in found] == ["response.resume_refused", "response.resumed"]


@pytest.mark.check("C35", required="at most 30 tries a day, a wait that doubles")
class TestTries:
    def guess(self, started: actions.Started, when: datetime.datetime) -> type[Exception]:
        with pytest.raises(actions.CannotResume) as refused:
            actions.resume(token=str(started.response), code=WRONG, now=when)
        return refused.type

    def test_five_are_free_then_one_waits(self, started: actions.Started) -> None:
        found = [self.guess(started, NOW) for _ in range(6)]

        assert found == [actions.CannotResume] * 5 + [actions.TooManyTries]

    def test_the_wait_doubles(self, started: actions.Started) -> None:
        for _ in range(5):
            self.guess(started, NOW)

        assert self.guess(started, later(seconds=29)) is actions.TooManyTries
        assert self.guess(started, later(seconds=30)) is actions.CannotResume
        assert self.guess(started, later(seconds=89)) is actions.TooManyTries
        assert self.guess(started, later(seconds=90)) is actions.CannotResume

    def test_even_the_right_code_waits(self, started: actions.Started) -> None:
        for _ in range(5):
            self.guess(started, NOW)

        with pytest.raises(actions.TooManyTries) as refused:
            actions.resume(token=str(started.response), code=started.resume_code, now=later(seconds=1))
        assert refused.value.again_at == later(seconds=30)

    def test_the_right_code_afterwards_opens(self, started: actions.Started) -> None:
        for _ in range(5):
            self.guess(started, NOW)

        assert actions.resume(token=str(started.response), code=started.resume_code, now=later(seconds=31))

    def test_after_the_right_code_five_are_free_again(self, started: actions.Started) -> None:
        for _ in range(4):
            self.guess(started, NOW)
        actions.resume(token=str(started.response), code=started.resume_code, now=NOW)

        found = [self.guess(started, NOW) for _ in range(6)]

        assert found == [actions.CannotResume] * 5 + [actions.TooManyTries]
        assert QuestionnaireResponse.objects.get().resume_tries_of_day == 10

    def test_no_more_than_thirty_are_looked_at_in_a_day(self, started: actions.Started) -> None:
        looked_at = sum(
            self.guess(started, later(minutes=minute)) is actions.CannotResume for minute in range(0, 24 * 60, 7)
        )

        assert looked_at <= codes.TRIES_OF_DAY

    def test_the_next_day_begins_anew(self, started: actions.Started) -> None:
        QuestionnaireResponse.objects.update(resume_tries_of_day=30, resume_day_began_at=NOW)

        assert self.guess(started, later(hours=23)) is actions.TooManyTries
        assert self.guess(started, later(hours=24)) is actions.CannotResume

    def test_a_try_is_counted_before_the_code_is_looked_at(
        self, started: actions.Started, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def crash(*_: object) -> bool:
            raise RuntimeError

        monkeypatch.setattr(codes, "is_code", crash)
        with pytest.raises(RuntimeError):
            actions.resume(token=str(started.response), code=WRONG, now=NOW)

        assert QuestionnaireResponse.objects.get().resume_tries == 1

    def test_a_code_that_is_replaced_while_it_is_looked_at_opens_nothing(
        self, started: actions.Started, front_desk: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        is_code = codes.is_code

        def meanwhile(*given: Any) -> bool:
            actions.issue_resume_code(response_id=started.response.pk, by=front_desk, now=NOW)
            return is_code(*given)

        monkeypatch.setattr(codes, "is_code", meanwhile)

        with pytest.raises(actions.CannotResume, match="did not match"):
            actions.resume(token=str(started.response), code=started.resume_code, now=NOW)
        assert not AuditRecord.objects.filter(action="response.resumed").exists()


class TestIssueResumeCode:
    def test_it_replaces_the_lost_code(self, started: actions.Started, front_desk: User) -> None:
        code = actions.issue_resume_code(response_id=started.response.pk, by=front_desk, now=NOW)

        assert actions.resume(token=str(started.response), code=code, now=NOW)
        with pytest.raises(actions.CannotResume):
            actions.resume(token=str(started.response), code=started.resume_code, now=NOW)

    def test_it_is_recorded_who_gave_it(self, started: actions.Started, front_desk: User) -> None:
        actions.issue_resume_code(response_id=started.response.pk, by=front_desk, now=NOW)

        entry = AuditRecord.objects.get(action="response.code_issued")
        assert (entry.actor, entry.objects_named) == (f"user:{front_desk.pk}", {"response": str(started.response.pk)})

    def test_it_ends_a_wait(self, started: actions.Started, front_desk: User) -> None:
        QuestionnaireResponse.objects.update(
            resume_tries=9, resume_tries_of_day=30, resume_day_began_at=NOW, resume_blocked_until=later(hours=1)
        )

        code = actions.issue_resume_code(response_id=started.response.pk, by=front_desk, now=NOW)

        assert actions.resume(token=str(started.response), code=code, now=NOW)

    @pytest.mark.parametrize("who", ["outsider", "auditor"])
    def test_it_refuses_anybody_else(self, started: actions.Started, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            actions.issue_resume_code(response_id=started.response.pk, by=request.getfixturevalue(who), now=NOW)

    def test_it_refuses_after_sending(self, sent: QuestionnaireResponse, front_desk: User) -> None:
        with pytest.raises(actions.CannotResume):
            actions.issue_resume_code(response_id=sent.pk, by=front_desk, now=NOW)
