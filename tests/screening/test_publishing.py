"""Publish: only what is sound, once, for ever."""

from __future__ import annotations

import datetime

import pytest

from screening import models, publishing
from screening.engine import checks
from screening.engine.definition import canonical_json
from screening.exchange.cases import Expectation
from tests.screening.samples import NOW, both, case, small

pytestmark = pytest.mark.django_db

LATER = NOW + datetime.timedelta(days=1)


def refusal_ids(**arguments) -> list[str]:
    """The ids of the problems for which publishing is refused."""
    with pytest.raises(publishing.PublishRefused) as refused:
        publishing.publish(**{"by": "Ada", "now": NOW} | arguments)
    return [problem.id for problem in refused.value.problems]


def test_it_freezes_the_draft_with_its_hash_number_note_and_publisher(draft):
    version = publishing.publish(questionnaire=draft, by=" Ada ", now=NOW, note=" First ")

    assert version.document.encode() == canonical_json(small())
    assert version.sha256 == publishing.sha256_of(canonical_json(small()))
    assert (version.number, version.note, version.published_by, version.published_at) == (1, "First", "Ada", NOW)


def test_it_numbers_versions_in_a_row(version):
    draft = publishing.rows_from_definition(small(title=both("Other")), into=version.questionnaire)

    assert publishing.publish(questionnaire=draft, by="Ada", now=LATER).number == 2


def test_it_leaves_the_older_version_as_it_was(version):
    before = version.document
    draft = publishing.rows_from_definition(small(title=both("Other")), into=version.questionnaire)
    publishing.publish(questionnaire=draft, by="Ada", now=LATER)

    assert models.QuestionnaireVersion.objects.get(number=1).document == before


def test_it_refuses_a_draft_with_errors_and_lists_them_all(draft):
    draft.flags.get().rules.update(when="strok is yes")

    assert refusal_ids(questionnaire=draft) == ["Q302", "Q302"]
    assert not draft.versions.exists()


def test_it_publishes_in_spite_of_warnings(draft):
    models.Flag.objects.update(sources=[])

    assert [problem.id for problem in publishing.problems_of(draft)] == ["Q604"]
    assert publishing.publish(questionnaire=draft, by="Ada", now=NOW).number == 1


def test_it_refuses_when_a_case_does_not_come_out_as_expected(draft):
    wrong = case(expect=Expectation(flags={"stroke_flag": "caution"}))
    publishing.store_cases(questionnaire=draft, cases_to_store=[wrong])

    assert refusal_ids(questionnaire=draft) == ["P201"]


def test_it_refuses_when_a_stored_case_cannot_be_read(draft):
    draft.cases.update(expect={"flags": 3})

    assert refusal_ids(questionnaire=draft) == ["P202"]


def test_it_refuses_rows_that_do_not_make_a_definition(draft):
    models.Question.objects.filter(link_id="stroke").update(type="riddle")

    assert refusal_ids(questionnaire=draft) == ["P104"]


@pytest.mark.parametrize("by", ["", "  "])
def test_it_refuses_when_nobody_is_named(draft, by):
    assert refusal_ids(questionnaire=draft, by=by) == ["P101"]


@pytest.mark.check("C88", required="what was looked at is what is published")
def test_it_refuses_a_draft_that_changed_after_it_was_looked_at(draft):
    assert refusal_ids(questionnaire=draft, seen="0" * 64) == ["P102"]


def test_it_refuses_to_publish_the_same_twice(version):
    assert refusal_ids(questionnaire=version.questionnaire, now=LATER) == ["P103"]


def test_it_publishes_the_same_again_after_retiring_it(version):
    publishing.retire(version=version, by="Ada", now=LATER)

    assert publishing.publish(questionnaire=version.questionnaire, by="Ada", now=LATER).number == 2


def test_a_refusal_says_what_where_and_what_to_do(draft):
    with pytest.raises(publishing.PublishRefused, match=r"P101 error: name: Nobody is named.* Give a name\."):
        publishing.publish(questionnaire=draft, by="", now=NOW)


def test_retiring_names_who_and_when_and_takes_it_out_of_use(version):
    retired = publishing.retire(version=version, by="Bo", now=LATER)

    assert (retired.retired_by, retired.retired_at) == ("Bo", LATER)
    assert models.QuestionnaireVersion.objects.latest_of("small") is None


def test_it_does_not_retire_twice(version):
    publishing.retire(version=version, by="Bo", now=LATER)

    with pytest.raises(publishing.AlreadyRetired, match="retired by Bo"):
        publishing.retire(version=version, by="Ada", now=LATER)


def test_it_does_not_retire_for_nobody(version):
    with pytest.raises(publishing.PublishRefused):
        publishing.retire(version=version, by="", now=LATER)


def test_a_new_response_begins_on_the_latest_version_in_use(version):
    draft = publishing.rows_from_definition(small(title=both("Other")), into=version.questionnaire)
    second = publishing.publish(questionnaire=draft, by="Ada", now=LATER)

    assert models.QuestionnaireVersion.objects.latest_of("small") == second
    publishing.retire(version=second, by="Ada", now=LATER)
    assert models.QuestionnaireVersion.objects.latest_of("small") == version


def test_it_compiles_a_version_once(version, django_assert_num_queries):
    publishing.compiled(version)

    again = models.QuestionnaireVersion.objects.defer("document").get(pk=version.pk)
    with django_assert_num_queries(0):
        assert publishing.compiled(again) is publishing.compiled(version)


def test_it_keeps_a_limited_number_of_compiled_versions(version, monkeypatch):
    monkeypatch.setattr(publishing, "CACHED", 1)
    monkeypatch.setattr(publishing, "_compiled", {"another": object()})

    publishing.compiled(version)

    assert list(publishing._compiled) == [version.sha256]


def test_it_refuses_a_document_that_does_not_have_its_hash(version):
    version.document = version.document.replace("Small", "Smaller")

    with pytest.raises(publishing.DocumentChanged, match="Version 1 of small"):
        publishing.definition_of(version)


def test_it_stores_cases_and_reads_them_back_equal(draft):
    from screening import cases

    several = [case(), case(id="second", profile="eu", parameters={"p": 2.0}, exactly=False, answers={"mood": ["é"]})]
    publishing.store_cases(questionnaire=draft, cases_to_store=several)

    assert cases.stored(draft) == several


class TestRequirements:
    @pytest.fixture(autouse=True)
    def _none_left(self, monkeypatch):
        monkeypatch.setattr(publishing, "_requirements", [])

    def test_it_refuses_while_another_application_says_why(self, draft):
        found = checks.Problem(id="X1", severity="error", place="clinic", message="Not ready.")
        publishing.require(lambda questionnaire: [found] if questionnaire == draft else [])

        assert refusal_ids(questionnaire=draft) == ["X1"]
        assert publishing.problems_of(draft) == [found]

    def test_a_requirement_counts_once(self, draft):
        found = checks.Problem(id="X1", severity="error", place="clinic", message="Not ready.")

        def requirement(questionnaire):
            return [found]

        publishing.require(requirement)
        publishing.require(requirement)

        assert publishing.problems_of(draft) == [found]

    def test_it_is_asked_also_when_the_draft_cannot_be_read(self, draft):
        found = checks.Problem(id="X1", severity="error", place="clinic", message="Not ready.")
        publishing.require(lambda questionnaire: [found])
        models.Question.objects.update(type="riddle")

        assert {one.id for one in publishing.problems_of(draft)} == {"X1", "P104"}
