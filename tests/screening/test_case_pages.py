"""The page Cases, and what an editor is told when a case is saved."""

from __future__ import annotations

import msgspec
import pytest
from django.urls import reverse

from screening import cases, models, publishing
from screening.cases import COLUMNS
from screening.engine import definition as d
from screening.exchange.cases import Expectation
from tests.screening.samples import case, rich, small
from tests.screening.test_admin import Form, form_of

pytestmark = pytest.mark.django_db


def page(draft) -> str:
    return reverse("admin:screening_coverage", args=[draft.pk])


def test_it_says_how_cases_come_out_and_what_none_exercises(editor, draft):
    html = editor.get(page(draft)).content.decode()

    assert "all come out as expected" in html
    assert "Answers that no case chooses: 3 of 6" in html
    assert "<code>stroke_flag caution</code>" in html


def test_it_names_a_case_that_comes_out_otherwise(editor, draft):
    models.Case.objects.update(expect={})

    html = editor.get(page(draft)).content.decode()

    assert "1 not as expected" in html
    assert "stroke_flag was raised at contraindication; it is not expected" in html


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["recent_stroke", "calm"]),
        ("RECENT", ["recent_stroke"]),
        (" calm ", ["calm"]),
        ("stroke_flag", ["recent_stroke"]),
        ("Nothing <of> it", []),
    ],
)
def test_cases_are_found_by_title_key_and_flag(editor, draft, asked, found):
    calm = case(id="calm", title="Says little", answers={"stroke": "no", "mood": "good"}, expect=Expectation())
    publishing.store_cases(questionnaire=draft, cases_to_store=[case(), calm])

    html = editor.get(page(draft), {"q": asked}).content.decode()

    keys = dict(draft.cases.values_list("key", "pk"))
    assert [key for key in keys if reverse("admin:screening_case_change", args=[keys[key]]) in html] == found
    assert "2 cases; all come out as expected" in " ".join(html.split())
    assert Form(html).unlabelled() == []
    assert (f"{len(found)} of 2 cases." in html) == bool(asked)


def test_it_lists_the_small_changes_that_no_case_notices(editor, draft):
    models.Rule.objects.filter(severity="caution").update(when="stroke is yes or mood is low")

    html = editor.post(page(draft)).content.decode()

    assert "changed rules are noticed" in html
    assert "no case notices:" in html


def test_a_change_that_a_case_notices_is_not_listed(editor, draft):
    (flag,) = small().flags
    rules = (d.Rule(severity="caution", when="stroke is yes and mood is low"),)
    publishing.rows_from_definition(small(flags=(msgspec.structs.replace(flag, rules=rules),)), into=draft)
    raised = Expectation(flags={"stroke_flag": "caution"})
    one, other = {"stroke": "yes", "mood": "good"}, {"stroke": "no", "mood": "low"}
    stored = [
        case(id="both", expect=raised),
        case(id="one", answers=one, expect=Expectation()),
        case(id="other", answers=other, expect=Expectation()),
    ]
    publishing.store_cases(questionnaire=draft, cases_to_store=stored)

    html = editor.post(page(draft)).content.decode()

    assert "no case notices:" not in html
    assert "100.0 % of" in html


def test_a_draft_that_cannot_be_read_says_why(editor, draft):
    models.Rule.objects.filter(severity="caution").update(when="strok is yes")

    response = editor.get(page(draft))

    assert response.status_code == 409
    assert "strok" in response.content.decode()


def test_a_saved_case_is_run_at_once(editor, draft):
    address = reverse("admin:screening_case_change", args=[draft.cases.get().pk])

    good = editor.post(address, form_of(editor, address) | {"_continue": "yes"}, follow=True).content.decode()
    sent = form_of(editor, address) | {"flags-1-flag": "", "flags-1-state": "", "_continue": "yes"}
    bad = editor.post(address, sent, follow=True).content.decode()

    assert "It comes out as expected." in good
    assert "It does not come out as expected: stroke_flag was raised" in bad


def case_page(draft, **which: str) -> str:
    return reverse("admin:screening_case_change", args=[draft.cases.get(**which).pk])


def test_everything_expected_is_chosen_from_lists_and_saved_unchanged(editor, draft):
    expect = Expectation(
        flags={"stroke_flag": "contraindication"},
        unresolved=("stroke_flag", "medication_list"),
        optional=("stroke_flag",),
        scores={"mood_total": 3.5},
        notes=("note",),
        inconsistencies=("c1",),
        alert_at_once=False,
        safety_panel=True,
        must_not=("any flag", "stroke_flag urgent"),
    )
    publishing.rows_from_definition(rich(), into=draft)
    kept = case(expect=expect, parameters={"limit": 3.0}, profile="eu")
    publishing.store_cases(questionnaire=draft, cases_to_store=[kept])
    opened = Form(editor.get(case_page(draft)).content.decode())
    before = draft.cases.values(*COLUMNS).get()

    response = editor.post(case_page(draft), opened.sent | {"_save": "Save"})

    assert response.status_code == 302
    assert opened.unlabelled() == []
    assert not [name for name in opened.sent if name in ("expect", "answers")]
    assert draft.cases.values(*COLUMNS).get() == before


def test_each_part_of_what_is_expected_can_be_chosen(editor, draft):
    publishing.rows_from_definition(rich(), into=draft)
    sent = form_of(editor, case_page(draft)) | {
        "flags-1-state": "caution",
        "flags-2-flag": "stroke_flag",
        "flags-2-state": "unresolved",
        "inconsistencies": ["c1"],
        "checks_notes": "on",
        "notes": ["note"],
        "scores__mood_total": "2",
        "alert_at_once": "yes",
        "parameters__limit": "1.5",
        "profile": "eu",
        "_save": "Save",
    }

    assert editor.post(case_page(draft), sent).status_code == 302

    (stored,) = cases.stored(draft)
    assert stored.expect == Expectation(
        flags={"stroke_flag": "caution"},
        unresolved=("stroke_flag",),
        inconsistencies=("c1",),
        notes=("note",),
        scores={"mood_total": 2},
        alert_at_once=True,
    )
    assert (stored.parameters, stored.profile, stored.answers) == ({"limit": 1.5}, "eu", case().answers)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"flags-2-state": "caution"}, "Flag 2: choose which flag"),
        ({"flags-2-flag": "stroke_flag"}, "Flag 2: choose what must come out for stroke_flag"),
        ({"flags-2-flag": "nobody", "flags-2-state": "caution"}, "Flag 2: the draft has no “nobody”"),
        ({"flags-2-flag": "stroke_flag", "flags-2-state": "caution"}, "stroke_flag is expected twice"),
        ({"flags-2-flag": "any flag", "flags-2-state": "caution"}, "can only be one that must not be raised"),
        ({"flags-2-flag": "stroke_flag", "flags-2-state": "awful"}, "choose what must come out"),
        ({"scores__mood_total": "three"}, "“three” is not a number"),
        ({"scores__mood_total": "nan"}, "“nan” is not a number"),
        ({"scores__nothing": "3"}, "The draft has no “nothing”"),
        ({"parameters__nothing": "3"}, "The draft has no “nothing”"),
        ({"notes": "note"}, "or untick these notes"),
        ({"inconsistencies": "c9"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_with_an_expectation_is_said_and_what_was_typed_stays(editor, draft, typed, said):
    publishing.rows_from_definition(rich(), into=draft)
    before = draft.cases.values(*COLUMNS).get()

    response = editor.post(
        case_page(draft), form_of(editor, case_page(draft)) | typed | {"title": "Typed", "_save": "1"}
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    sent = Form(page).sent
    assert sent["title"] == ["Typed"]
    kept = {name: sent.get(name) for name in typed if name in sent and name != "inconsistencies"}
    assert kept == {name: [value] for name, value in typed.items() if name in kept}
    assert draft.cases.values(*COLUMNS).get() == before


def test_the_page_lists_each_difference_and_the_answers_in_words(editor, draft):
    models.Case.objects.update(expect={"scores": {"mood_total": 1}}, answers=case().answers | {"gone": "yes"})

    cannot = editor.get(case_page(draft)).content.decode()
    models.Case.objects.update(answers=case().answers)
    page = editor.get(case_page(draft)).content.decode()

    assert "gone" in cannot
    assert "no question of the draft" in cannot
    assert "<li>stroke_flag was raised at contraindication; it is not expected</li>" in page
    assert "<li>mood_total is 3; 1 is expected</li>" in page
    assert "<dt>How is your mood?</dt><dd>Low</dd>" in page
    assert f"{reverse('authoring:preview', args=[draft.pk])}?case=recent_stroke&amp;page=feelings" in page


def test_an_expectation_that_names_what_is_gone_says_so(editor, draft):
    models.Case.objects.update(expect={"flags": {"gone": "caution"}, "inconsistencies": ["c9"], "scores": {"s": 1}})

    page = editor.get(case_page(draft)).content.decode()
    response = editor.post(case_page(draft), form_of(editor, case_page(draft)) | {"_save": "Save"})

    assert all(f"{name}: not in the draft" in page for name in ("gone", "c9", "s"))
    assert response.status_code == 422
    assert "Flag 1: the draft has no “gone”" in response.content.decode()


def test_the_numbers_of_a_case_are_kept_while_the_draft_cannot_be_read(editor, draft):
    models.Case.objects.update(parameters={"limit": 3.0}, expect={"scores": {"mood_total": 3.0}})
    models.Question.objects.update(type="nothing")

    response = editor.post(case_page(draft), form_of(editor, case_page(draft)) | {"title": "Typed", "_save": "1"})

    assert response.status_code == 302
    kept = draft.cases.get()
    assert (kept.title, kept.parameters, kept.expect) == ("Typed", {"limit": 3.0}, {"scores": {"mood_total": 3.0}})


UNREADABLE = {"flags": {"stroke_flag": "awful"}}


def test_an_expectation_that_cannot_be_read_is_said_and_kept_when_something_else_is_put_right(editor, draft):
    models.Case.objects.update(expect=UNREADABLE)

    html = editor.get(case_page(draft)).content.decode()
    response = editor.post(case_page(draft), Form(html).sent | {"title": "Typed", "_save": "1"})

    assert "What is stored here cannot be read (Invalid enum value" in html
    assert "{&quot;flags&quot;: {&quot;stroke_flag&quot;: &quot;awful&quot;}}" in html
    assert response.status_code == 302
    assert (draft.cases.get().title, draft.cases.get().expect) == ("Typed", UNREADABLE)


def test_an_expectation_that_cannot_be_read_is_replaced_by_what_is_chosen(editor, draft):
    models.Case.objects.update(expect=UNREADABLE)
    chosen = {"flags-1-flag": "stroke_flag", "flags-1-state": "caution", "_save": "1"}

    editor.post(case_page(draft), form_of(editor, case_page(draft)) | chosen)

    assert draft.cases.get().expect == {"flags": {"stroke_flag": "caution"}}


def test_a_case_is_added_with_what_it_expects(editor, draft):
    address = f"{reverse('admin:screening_case_add')}?questionnaire={draft.pk}"
    typed = {"key": "nobody", "title": "Says nothing", "as_of": "2026-03-02", "_save": "Save"}

    response = editor.post(address, form_of(editor, address) | typed, follow=True)

    assert "stroke_flag is open; it is not expected to be" in response.content.decode()
    assert draft.cases.get(key="nobody").expect == {}


def test_it_is_for_editors_only(clinician, client, draft):
    for visitor in (clinician, client):
        for method in (visitor.get, visitor.post):
            assert method(page(draft)).status_code in (302, 403)


def test_texts_are_escaped(editor, draft):
    models.Case.objects.update(title="<b>bold</b>")

    assert "<b>bold</b>" not in editor.get(page(draft)).content.decode()


def test_one_that_cannot_be_read_is_named_and_the_others_are_run(editor, draft):
    publishing.store_cases(questionnaire=draft, cases_to_store=[case(), case(id="broken")])
    draft.cases.filter(key="broken").update(expect=UNREADABLE)
    broken, whole = (case_page(draft, key=key) for key in ("broken", case().id))

    html = editor.get(page(draft)).content.decode()

    assert f'The case <a href="{broken}">broken</a> cannot be read and is left out here: Invalid enum value' in html
    assert "1 cases; all come out as expected" in html
    assert "It comes out as expected" in editor.get(whole).content.decode()
    assert "<p>It cannot be run yet:</p><ul><li>Invalid enum value" in editor.get(broken).content.decode()
