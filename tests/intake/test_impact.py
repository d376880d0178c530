"""What a draft would have changed: exactly counted from encrypted storage, whatever stops the worker."""

from __future__ import annotations

import datetime
import multiprocessing
import uuid
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from msgspec.structs import replace

from intake import actions, impact, replaying, rules
from intake.actions import impact as working
from intake.models import AuditRecord, Clinic, ImpactRun, PackedRecord, QuestionnaireResponse, User
from intake.replaying import Looked
from screening import publishing
from screening.engine.assessment import evaluate
from screening.engine.compiler import compile_definition
from screening.engine.definition import Definition, Rule
from screening.models import Questionnaire, QuestionnaireVersion
from screening.replay.standing import RANKS

from .impact_samples import drawn, send_many
from .sample import DEFINITION, NOW, ask, flag, later

pytestmark = pytest.mark.django_db


def drafted() -> Definition:
    """The small questionnaire with other rules: one raised by more, one by less, one milder, one new, one gone."""
    plan, harm, stroke = DEFINITION.flags
    flags = (
        replace(plan, rules=(Rule(severity="urgent", when="plan_now is yes or low_mood is yes"),)),
        replace(stroke, rules=(Rule(severity="caution", when="stroke is yes"),)),
        replace(harm, rules=(Rule(severity="urgent", when="harm_thoughts is yes and weapon_near is yes"),)),
        flag("pressure_high", "caution", "pressure.systolic >= 160 or pressure.diastolic >= 100"),
        flag("new_fact", "caution", "new_question is yes"),
    )
    body = replace(DEFINITION.sections[2], questions=(*DEFINITION.sections[2].questions, ask("new_question")))
    return replace(DEFINITION, sections=(*DEFINITION.sections[:2], body), flags=flags)


def expected(then: Definition, now: Definition, responses: list[tuple[QuestionnaireResponse, Any]]) -> Counter[Any]:
    """The same counts, from the assessment of each response by itself."""
    found: Counter[Any] = Counter()
    one, other = compile_definition(then), compile_definition(now)
    for response, answers in responses:
        settings = rules.settings_of(response)
        before, after = (evaluate(each, answers, response.as_of, settings) for each in (one, other))  # type: ignore[arg-type]
        raised, raised_now = ({f.flag: RANKS[f.severity] for f in each.flags} for each in (before, after))
        left, left_now = ({f.flag for f in each.unresolved} for each in (before, after))
        found.update((flag, "opens") for flag in left_now - left)
        found.update((flag, "settles") for flag in left - left_now)
        found.update((flag, "appears") for flag in raised_now.keys() - raised.keys())
        found.update((flag, "disappears") for flag in raised.keys() - raised_now.keys())
        both = raised.keys() & raised_now.keys()
        found.update((flag, "higher") for flag in both if raised_now[flag] > raised[flag])
        found.update((flag, "lower") for flag in both if raised_now[flag] < raised[flag])
    return found


def counted(run: ImpactRun) -> Counter[Any]:
    run.refresh_from_db()
    counts = impact.read_findings(run).counts
    return Counter({(flag, change): count for flag, some in counts.items() for change, count in some.items()})


@pytest.fixture
def draft_of_all(questionnaire: Questionnaire) -> Questionnaire:
    return publishing.rows_from_definition(drafted(), into=questionnaire)


Start = Callable[..., ImpactRun]


@pytest.fixture
def start(draft_of_all: Questionnaire, admin: User) -> Start:
    def started(**more: Any) -> ImpactRun:
        return actions.start_impact(**{"questionnaire": draft_of_all, "by": admin, "now": NOW, **more})

    return started


def work(**more: Any) -> int:
    return actions.replay_due(clock=lambda: later(minutes=1), **more)


def test_a_thousand_responses_are_counted_exactly(
    start: Start, clinic: Clinic, version: QuestionnaireVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(impact, "BATCH", 300)
    answers = drawn(1, 1_000)
    sent = send_many(clinic, version, answers)
    run = start()

    assert work() == 1

    wanted = expected(DEFINITION, drafted(), list(zip(sent, answers, strict=True)))
    assert counted(run) == wanted
    assert {change for _, change in wanted} == {"appears", "disappears", "lower", "opens", "settles"}
    assert (run.state, run.looked_at, run.total, run.percent) == ("done", 1_000, 1_000, 100)
    findings = impact.read_findings(run)
    assert len(findings.responses["new_fact"]["opens"]) == impact.LISTED
    assert findings.counts["new_fact"]["opens"] == 1_000


@pytest.mark.usefixtures("transactional_db")
def test_processes_that_share_the_work_find_the_same(
    start: Start, clinic: Clinic, version: QuestionnaireVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(impact, "BATCH", 9)
    monkeypatch.setattr(replaying, "WORTH_SHARING", 0)
    answers = drawn(5, 40)
    sent = send_many(clinic, version, answers)
    run = start()

    assert work() == 1

    assert counted(run) == expected(DEFINITION, drafted(), list(zip(sent, answers, strict=True)))
    assert (run.state, run.looked_at) == ("done", 40)


def test_without_packed_records_it_finds_the_same(start: Start, clinic: Clinic, version: QuestionnaireVersion) -> None:
    answers = drawn(2, 25)
    sent = send_many(clinic, version, answers, is_packed=False)
    run = start()

    work()

    assert counted(run) == expected(DEFINITION, drafted(), list(zip(sent, answers, strict=True)))


def test_only_the_administrators_clinics_count(
    start: Start, clinic: Clinic, other_clinic: Clinic, version: QuestionnaireVersion
) -> None:
    send_many(clinic, version, drawn(3, 4))
    send_many(other_clinic, version, drawn(3, 7))

    assert start().total == 4


def test_only_those_sent_since_a_day_count(start: Start, clinic: Clinic, version: QuestionnaireVersion) -> None:
    send_many(clinic, version, drawn(3, 2), as_of=datetime.date(2026, 2, 1))
    send_many(clinic, version, drawn(3, 3), as_of=datetime.date(2026, 2, 2))

    assert start(since=datetime.date(2026, 2, 2)).total == 3


def test_nothing_that_was_sent_or_signed_changes(start: Start, sent: QuestionnaireResponse, clinician: User) -> None:
    def whole() -> list[Any]:
        return [*QuestionnaireResponse.objects.values(), *PackedRecord.objects.values()]

    before = whole()
    start()
    work()

    assert whole() == before


class TestStopping:
    @pytest.fixture(autouse=True)
    def _many(self, clinic: Clinic, version: QuestionnaireVersion, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(impact, "BATCH", 4)
        self.answers = drawn(4, 10)
        self.sent = send_many(clinic, version, self.answers)

    def test_a_worker_that_is_told_to_stop_leaves_it_to_the_next(self, start: Start) -> None:
        run = start()
        answers = iter([False, True, True])

        assert work(until=lambda: next(answers)) == 0
        run.refresh_from_db()
        assert (run.state, run.looked_at, run.leased_until) == ("running", 4, None)

        assert work() == 1
        assert counted(run) == expected(DEFINITION, drafted(), list(zip(self.sent, self.answers, strict=True)))
        assert run.looked_at == 10

    def test_a_worker_that_was_killed_is_followed_when_its_lease_is_over(
        self, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = start()

        def killed(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(working, "_finish", killed)
            with pytest.raises(KeyboardInterrupt):
                work()

        assert work() == 0
        assert actions.replay_due(clock=lambda: later(hours=1)) == 1
        assert counted(run) == expected(DEFINITION, drafted(), list(zip(self.sent, self.answers, strict=True)))

    def test_one_that_was_cancelled_meanwhile_stays_as_it_was(self, start: Start, admin: User) -> None:
        run = start()
        calls = iter(range(9))

        def cancels() -> bool:
            if next(calls) == 1:
                actions.cancel_impact(run_id=run.pk, by=admin, now=NOW)
            return False

        assert work(until=cancels) == 0
        run.refresh_from_db()
        assert (run.state, run.looked_at, run.finished_at) == ("cancelled", 4, NOW)

        actions.cancel_impact(run_id=run.pk, by=admin, now=later(hours=1))
        run.refresh_from_db()
        assert run.finished_at == NOW
        assert work() == 0

    def test_one_that_fails_says_so_and_holds_no_other_up(self, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
        bad, good = start(), start(now=later(seconds=1))
        ImpactRun.objects.filter(pk=bad.pk).update(document="{}")

        assert work() == 1

        assert [ImpactRun.objects.get(pk=run.pk).state for run in (bad, good)] == ["failed", "done"]

    def test_a_lost_process_costs_nothing_that_was_found(
        self, start: Start, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        monkeypatch.setattr(replaying, "WORTH_SHARING", 0)
        settings.REPLAY_PROCESSES = 2
        run, look, asked = start(), replaying.look, []

        def loses_one(run: ImpactRun, *, processes: int, database: str) -> Generator[Looked, None, None]:
            asked.append((processes, run.looked_at))
            batches = look(run, processes=1, database=database)
            if processes == 1:
                yield from batches
                return
            yield next(batches)
            raise replaying.CompanionGone

        monkeypatch.setattr(replaying, "look", loses_one)

        assert work() == 1
        assert asked == [(2, 0), (1, 4)]
        assert counted(run) == expected(DEFINITION, drafted(), list(zip(self.sent, self.answers, strict=True)))
        assert (run.state, run.looked_at) == ("done", 10)

    def test_a_process_that_is_killed_is_noticed(
        self, start: Start, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        monkeypatch.setattr(replaying, "WORTH_SHARING", 0)
        settings.REPLAY_PROCESSES = 2
        run, fill, killed = start(), replaying.Companion.fill, []

        def killed_first(companion: replaying.Companion, todo: Iterator[tuple[int, impact.Range]]) -> None:
            killed.append(companion)
            companion._process.kill()
            companion._process.join()
            fill(companion, todo)

        monkeypatch.setattr(replaying.Companion, "fill", killed_first)

        assert work() == 1
        assert len(killed) == 1
        run.refresh_from_db()
        assert (run.state, run.looked_at) == ("done", 10)

    def test_a_process_that_fails_tells_the_kind_of_error_and_no_value(
        self, start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        run = start()
        monkeypatch.setattr(replaying, "connections", Mock())

        def fails(*_: object) -> None:
            raise ValueError("something private")

        monkeypatch.setattr(replaying, "_look_at", fails)
        ours, theirs = multiprocessing.Pipe()
        with closing(ours):
            ours.send(None)
            replaying.answer(theirs, {}, str(run.pk))

            with pytest.raises((EOFError, ConnectionResetError)):
                ours.recv()
        assert "A process that shares a replay failed: ValueError" in caplog.text
        assert "private" not in caplog.text

    def test_a_response_that_cannot_be_opened_is_counted_as_such(self, start: Start) -> None:
        QuestionnaireResponse.objects.filter(pk=self.sent[0].pk).update(wrapped_key=b"\x01" + bytes(60))
        run = start()

        work()

        run.refresh_from_db()
        assert (run.state, impact.read_findings(run).unreadable) == ("done", 1)
        rest = list(zip(self.sent, self.answers, strict=True))[1:]
        assert counted(run) == expected(DEFINITION, drafted(), rest)

    def test_what_was_done_is_recorded(self, start: Start, admin: User) -> None:
        run = start()
        call_command("worker", "--once")

        found = AuditRecord.objects.filter(action__startswith="impact.").order_by("seq")
        assert [(each.action, each.actor) for each in found] == [
            ("impact.started", f"user:{admin.pk}"),
            ("impact.finished", "system"),
        ]
        assert {each.objects_named["impact"] for each in found} == {str(run.pk)}

    def test_findings_are_stored_encrypted(self, start: Start) -> None:
        run = start()
        work()
        run.refresh_from_db()

        assert str(self.sent[0].pk).encode() not in bytes(run.findings_ct)
        assert b"new_fact" not in bytes(run.findings_ct)


class TestRefusals:
    @pytest.mark.parametrize("who", ["clinician", "front_desk", "auditor"])
    def test_only_editors_may_ask(
        self, who: str, start: Start, sent: QuestionnaireResponse, request: pytest.FixtureRequest
    ) -> None:
        with pytest.raises(actions.NotPermitted):
            start(by=request.getfixturevalue(who))

    def test_a_draft_with_errors_is_refused_with_all_of_them(
        self, start: Start, sent: QuestionnaireResponse, draft_of_all: Questionnaire
    ) -> None:
        draft_of_all.flags.get(link_id="new_fact").rules.update(when="no_such_question is yes")

        with pytest.raises(actions.DraftUnready) as refused:
            start()
        assert [problem.place for problem in refused.value.problems]

    def test_with_nothing_sent_there_is_nothing_to_do(self, start: Start) -> None:
        with pytest.raises(actions.NothingToReplay):
            start()
        assert not ImpactRun.objects.exists()


def test_ids_are_named_in_the_order_they_are_looked_at(
    start: Start, clinic: Clinic, version: QuestionnaireVersion
) -> None:
    sent = send_many(clinic, version, drawn(5, 3))
    run = start()
    work()
    run.refresh_from_db()

    named = impact.read_findings(run).responses["new_fact"]["opens"]
    assert named == [str(one) for one in sorted(uuid.UUID(str(each.pk)) for each in sent)]
