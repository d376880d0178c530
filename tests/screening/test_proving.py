"""Drafts are proved on the Check page and before they are published."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from msgspec.structs import replace

from screening import models, proofs, proving, publishing
from screening.engine.definition import Review, Rule
from screening.exchange.yaml import dump_definition
from screening.management.commands import prove_questionnaire
from tests.screening.samples import NOW, small


def settle() -> None:
    """Until the prover is done with everything that it was given."""
    proving._prover.submit(int).result(60)


def with_impossible_rule():
    flag = small().flags[0]
    rules = (Rule(severity="urgent", when="stroke is yes and stroke is no"), *flag.rules)
    return small(flags=(replace(flag, rules=rules),))


@pytest.fixture
def faulty(draft):
    return publishing.rows_from_definition(with_impossible_rule(), into=draft)


def test_a_rule_that_can_never_be_true_holds_back_publishing(faulty):
    with pytest.raises(publishing.PublishRefused) as refused:
        publishing.publish(questionnaire=faulty, by="Ada", now=NOW)

    assert [problem.id for problem in refused.value.problems] == ["P511"]
    assert not faulty.versions.exists()


def test_what_must_be_established_and_was_not_proved_in_time_holds_back_publishing(draft, monkeypatch):
    flag = replace(small().flags[0], must_be_established=True)
    publishing.rows_from_definition(small(flags=(flag,)), into=draft)
    monkeypatch.setattr(proving, "TOTAL", 0.0)
    look = publishing.look_at(draft)

    assert look.proofs.not_proved
    assert {problem.id for problem in publishing.errors_in(look.problems)} == {"P592"}
    with pytest.raises(publishing.PublishRefused, match="P592"):
        publishing.publish(questionnaire=draft, by="Ada", now=NOW)
    assert not draft.versions.exists()


def test_the_check_page_shows_what_was_found_and_how_much_was_proved(editor, faulty):
    page = editor.get(f"/admin/screening/questionnaire/{faulty.pk}/check/").content.decode()

    assert "The urgent rule can never be true." in page
    assert "proved, 0 not proved, 1 found" in " ".join(page.split())


def test_each_problem_leads_to_the_page_where_it_is_put_right(editor, faulty):
    models.Flag.objects.update(sources=[])
    flag = f'<a href="/admin/screening/flag/{models.Flag.objects.get().pk}/change/">'

    pages = [editor.get(f"/admin/screening/questionnaire/{faulty.pk}/{page}/") for page in ("check", "publish")]

    for page in (page.content.decode() for page in pages):
        assert f"<strong>{flag}flag stroke_flag, urgent rule</a></strong>" in page
        assert f"<strong>{flag}flag stroke_flag</a></strong>" in page


def test_the_same_content_is_proved_once(monkeypatch):
    first = proving.report(small())
    monkeypatch.setattr("screening.proofs.prove", lambda *_, **__: pytest.fail("proved again"))

    assert proving.report(small()) is first


def test_a_sign_off_asks_for_no_new_proof(monkeypatch):
    unsigned = small(review=Review())
    first = proving.report(unsigned)
    monkeypatch.setattr("screening.proofs.prove", lambda *_, **__: pytest.fail("proved again"))

    assert proving.report(replace(unsigned, review=Review(clinical="Dr. Ada Example, 2026-03-02"))) is first


@pytest.fixture
def elsewhere(monkeypatch):
    """Begin as another process does, with what the cache holds: call it."""
    return lambda: (settle(), monkeypatch.setattr(proving, "_reports", {}))


def test_what_another_release_proved_is_proved_again(monkeypatch, elsewhere):
    definition = small(key="released")
    proving.report(definition)
    elsewhere()
    monkeypatch.setattr(proving, "_SOURCES", b"of another release")
    monkeypatch.setattr("screening.proofs.prove", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        proving.report(definition)


def test_a_change_of_a_proof_is_another_release(monkeypatch):
    before = proving._sources()
    assert before == proving._SOURCES
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"changed" if path.name == "reaching.py" else b"")
    assert proving._sources() != before


@pytest.mark.parametrize("kept", ['{"another": "form"}', 7])
def test_what_cannot_be_read_back_is_proved_again(kept):
    definition = small(key=f"garbled_{type(kept).__name__}")
    cache.set(proving._key(proving._document(definition)), kept)

    assert proving.report(definition).not_proved == 0


def test_what_was_not_proved_is_tried_again_later(monkeypatch):
    definition = replace(with_impossible_rule(), key="tried_again")
    monkeypatch.setattr(proving, "TOTAL", 0.0)
    assert proving.report(definition).not_proved

    monkeypatch.setattr(proving, "TOTAL", 600.0)
    monkeypatch.setattr(proving, "AGAIN", 0.0)

    assert proving.report(definition).not_proved == 0


class TestAPageWhileItIsProved:
    """A proof that takes longer than a page waits: here it waits to be let go on."""

    @pytest.fixture
    def go_on(self, monkeypatch) -> Iterator[threading.Event]:
        let_go, proved = threading.Event(), proofs.prove

        def held(*given, **more):
            assert let_go.wait(60)
            return proved(*given, **more)

        settle()
        cache.clear()
        monkeypatch.setattr("screening.proofs.prove", held)
        monkeypatch.setattr(proving, "PATIENCE", 0.0)
        monkeypatch.setattr(proving, "_reports", {})
        monkeypatch.setattr(proving, "_running", {})
        yield let_go
        let_go.set()
        settle()

    @pytest.mark.parametrize("page", ["check", "publish"])
    def test_it_says_so_is_loaded_again_and_offers_nothing_to_publish(self, editor, faulty, go_on, page):
        address = f"/admin/screening/questionnaire/{faulty.pk}/{page}/"

        html = editor.get(address).content.decode()
        assert "The draft is being proved" in html
        assert '<meta http-equiv="refresh" content="3">' in html
        assert "Nothing is wrong" not in html
        assert 'value="Publish"' not in html

        go_on.set()
        proving.report(publishing.definition_from_rows(faulty))
        html = editor.get(address).content.decode()
        assert "The urgent rule can never be true." in html
        assert "http-equiv" not in html

    def test_what_is_planned_can_be_cancelled_meanwhile(self, editor, faulty, go_on):
        models.ScheduledPublication.objects.create(
            questionnaire=faulty, sha256="0", due_at=NOW, publisher="Ada", planned_at=NOW, note="", is_unreviewed=True
        )
        address = f"/admin/screening/questionnaire/{faulty.pk}/publish/"

        html = editor.get(address).content.decode()
        assert "The draft is being proved" in html
        assert 'name="cancel"' in html
        assert 'value="Publish"' not in html
        assert 'name="note"' not in html

        editor.post(address, {"cancel": "yes"})
        assert models.ScheduledPublication.objects.get().outcome.startswith("Cancelled by Ada")

    def test_it_is_begun_once(self, go_on):
        assert isinstance(proving.soon(small()), int)
        assert isinstance(proving.soon(small()), int)
        assert len(proving._running) == 1

    def test_what_another_process_began_is_waited_for_and_then_read(self, go_on, monkeypatch):
        assert isinstance(proving.soon(small()), int)
        [(_, first)] = proving._running.values()
        monkeypatch.setattr(proving, "_running", {})  # as in another process
        assert isinstance(proving.soon(small()), int)
        assert proving._running == {}

        go_on.set()
        made = first.result(60)  # nobody asks the process that began it again
        settle()
        monkeypatch.setattr(proving, "_reports", {})
        monkeypatch.setattr("screening.proofs.prove", lambda *_, **__: pytest.fail("proved again"))
        assert proving.soon(small()) == made

    def test_nothing_is_left_of_one_that_nobody_came_back_for(self, go_on):
        assert isinstance(proving.soon(small()), int)
        go_on.set()
        settle()
        assert proving._running == {}

    def test_two_at_once_begin_one(self, monkeypatch):
        begun, both = [], threading.Barrier(2)

        class Prover:
            def submit(self, *given):
                begun.append(given)
                with contextlib.suppress(threading.BrokenBarrierError):
                    both.wait(0.2)  # time for the other to get as far, if it may
                return concurrent.futures.Future()

        monkeypatch.setattr(proving, "_prover", Prover())
        monkeypatch.setattr(proving, "_running", {})
        pages = [threading.Thread(target=proving._begin, args=(b"{}", small())) for _ in range(2)]
        for page in pages:
            page.start()
        for page in pages:
            page.join()
        assert [given[0].__name__ for given in begun] == ["_prove", "_share"]

    def test_one_that_breaks_off_says_so_and_is_tried_again(self, monkeypatch):
        definition = small(key="breaks_off")
        monkeypatch.setattr("screening.proofs.prove", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            proving.report(definition)

        monkeypatch.undo()
        assert proving.report(definition).not_proved == 0


class TestTheCommand:
    def test_it_proves_a_file(self, capsys, tmp_path):
        (tmp_path / "small.yaml").write_text(dump_definition(small()))
        call_command("prove_questionnaire", str(tmp_path / "small.yaml"))

        assert "0 not proved, 0 findings" in capsys.readouterr().out

    def test_it_fails_with_what_it_found(self, capsys, faulty):
        with pytest.raises(CommandError) as failed:
            call_command("prove_questionnaire", faulty.key, "--json")

        printed = json.loads(capsys.readouterr().out)
        assert failed.value.returncode == 1
        assert [one["problem"]["id"] for one in printed["findings"]] == ["P511"]

    def test_it_refuses_a_senseless_time(self, draft):
        with pytest.raises(CommandError, match="--seconds"):
            call_command("prove_questionnaire", draft.key, "--seconds", "0")

    def test_its_help_has_an_example(self):
        assert "manage.py prove_questionnaire" in prove_questionnaire.Command.example
