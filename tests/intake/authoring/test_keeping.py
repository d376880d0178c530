"""A walk becomes a case: filled in as the rules say, confirmed by a person, kept with its reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from screening import case_keeping, cases, models, publishing
from screening.engine.compiler import compile_definition
from tests.screening.test_admin import Form

from .test_preview import opened, sent_by

pytestmark = pytest.mark.django_db

EXPECTED = {"flags-1-flag": "suicide_risk", "flags-1-state": "urgent"}
NAMED = {"key": "dark_thoughts", "title": "Dark thoughts", "why": "They call staff."}


def address(draft: Any) -> str:
    return reverse("authoring:keep", args=[draft.pk])


def form_page(editor: Any, draft: Any, **answers: Any) -> str:
    sent = sent_by(opened(editor, draft, page="safety")) | answers
    return editor.post(address(draft), sent).content.decode()


def keep(editor: Any, draft: Any, html: str, **typed: Any) -> Any:
    return editor.post(address(draft), Form(html).sent | NAMED | {"is_confirmed": "on", "keep": "yes"} | typed)


def test_the_form_is_filled_in_as_the_rules_say_and_confirmed_by_nobody(editor, draft):
    form = Form(form_page(editor, draft, dark="yes"))

    assert (form.sent["flags-1-flag"], form.sent["flags-1-state"]) == (["suicide_risk"], ["urgent"])
    assert form.sent["safety_panel"] == ["on"]
    assert "is_confirmed" not in form.sent
    assert form.unlabelled() == []


def test_a_kept_case_comes_out_as_expected(editor, admin, draft):
    response = keep(editor, draft, form_page(editor, draft, dark="yes", mood_1="often"))

    assert response.status_code == 302
    (case,) = cases.stored(draft)
    assert (case.id, case.title, case.why) == ("dark_thoughts", "Dark thoughts", "They call staff.")
    assert case.answers == {"dark": "yes", "mood_1": "often"}
    kept, line = draft.cases.get(), LogEntry.objects.get()
    assert (line.user, line.object_id, line.change_message) == (admin, str(kept.pk), "Kept from a preview.")
    (result,) = cases.run(compile_definition(publishing.definition_from_rows(draft)), [case])
    assert result.differences == ()


def test_every_kind_of_answer_is_kept_as_it_was_given(editor, draft):
    given = {"coffee": "3", "bp.systolic": "120", "bp.diastolic": "80", "pills.0.name": "Zoloft", "attack.number": "2"}
    sent = sent_by(opened(editor, draft, page="numbers")) | given | {"attack.unit": "weeks", "story.state": "declined"}

    keep(editor, draft, editor.post(address(draft), sent).content.decode())

    (case,) = cases.stored(draft)
    (result,) = cases.run(compile_definition(publishing.definition_from_rows(draft)), [case])
    assert result.differences == ()
    assert case.answers["bp"] == {"systolic": 120, "diastolic": 80}
    assert case.answers["story"] == {"state": "declined"}


def test_what_a_person_expects_otherwise_is_kept_and_said(editor, draft):
    response = keep(editor, draft, form_page(editor, draft, dark="no"), **EXPECTED)

    page = editor.get(response["Location"]).content.decode()
    assert "does not come out as expected: suicide_risk was not raised" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"key": ""}, "Give the case a key"),
        ({"key": "no spaces"}, "letters, digits"),
        ({"title": ""}, "who this is"),
        ({"why": ""}, "what the case shows"),
        ({"flags-1-state": "awful"}, "choose what must come out for suicide_risk"),
        ({"flags-1-flag": "nobody"}, "the draft has no “nobody”"),
        ({"flags-1-flag": ""}, "choose which flag"),
        ({"scores__nothing": "3"}, "The draft has no “nothing”"),
        ({"inconsistencies": "nothing"}, "Select a valid choice"),
        ({"is_confirmed": ""}, "Read each line"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(editor, draft, typed, said):
    response = keep(editor, draft, form_page(editor, draft, dark="yes"), **typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert "They call staff." in page or "why" in typed
    assert not draft.cases.exists()


def test_a_key_is_used_once(editor, draft):
    page = form_page(editor, draft, dark="yes")
    keep(editor, draft, page)

    response = keep(editor, draft, page)

    assert response.status_code == 422
    assert "There is a case “dark_thoughts” already" in response.content.decode()
    assert draft.cases.count() == 1


def test_a_walk_that_was_tampered_with_keeps_nothing(editor, draft):
    response = editor.post(address(draft), {"walk": "x", "keep": "yes"}, follow=True)

    assert "This is a new walk" in response.content.decode()
    assert not draft.cases.exists()


def test_the_answers_of_a_case_are_changed_on_the_questionnaires_own_pages(editor, admin, draft):
    keep(editor, draft, form_page(editor, draft, dark="yes", mood_1="often"))
    html = replacing(editor, draft, dark="no")

    assert "suicide_risk was not raised; urgent is expected" in html
    assert Form(html).sent["flags-1-state"] == ["urgent"]
    sent = Form(html).sent | {"is_confirmed": "on", "keep": "yes"} | {"flags-1-flag": "", "flags-1-state": ""}
    page = editor.post(address(draft), sent | {"safety_panel": []}, follow=True).content.decode()

    (case,) = cases.stored(draft)
    assert "comes out as expected" in page
    assert (case.id, case.title) == ("dark_thoughts", "Dark thoughts")
    assert case.answers == {"dark": "no", "mood_1": "often"}
    assert case.expect.flags == {}


def test_answers_that_keeping_takes_out_of_a_case_are_named_until_they_are_given_again(editor, draft):
    sent = sent_by(opened(editor, draft, page="habits")) | {"route": "spray"}
    keep(editor, draft, editor.post(address(draft), sent).content.decode())
    models.Option.objects.filter(code="spray").delete()
    said = "leaves them out of the case: route."
    html = replacing(editor, draft, page="safety", mood_1="often")
    again = keep(editor, draft, html, title="").content.decode()
    preview = reverse("authoring:preview", args=[draft.pk])

    walked = editor.post(preview, Form(again).sent | {"look": "yes", "section": "habits"}).content.decode()
    empty = editor.post(address(draft), sent_by(walked) | {"replaces": "yes"}).content.decode()
    other = draft.sections.get(link_id="habits").questions.get(link_id="route").options.first().code
    given = editor.post(address(draft), sent_by(walked) | {"replaces": "yes", "route": other}).content.decode()

    assert said in html
    assert said in again
    assert "left out: route" in walked
    assert said in empty
    assert said not in given


def test_an_edit_of_somebody_else_is_not_overwritten_unseen(editor, draft):
    keep(editor, draft, form_page(editor, draft, dark="yes"))
    html = replacing(editor, draft, dark="no")
    draft.cases.update(title="Theirs", edits=5)

    response = keep(editor, draft, html, key="another", title="Mine")

    page = response.content.decode()
    assert response.status_code == 422
    assert "Somebody else saved this case" in page
    assert Form(page).sent["title"] == ["Mine"]
    assert draft.cases.get().title == "Theirs"
    assert editor.post(address(draft), Form(page).sent | {"keep": "yes"}).status_code == 302
    assert (draft.cases.get().key, draft.cases.get().title) == ("dark_thoughts", "Mine")


def test_a_case_that_was_removed_meanwhile_can_be_kept_as_a_new_one(editor, draft):
    keep(editor, draft, form_page(editor, draft, dark="yes"))
    html = replacing(editor, draft, dark="no")
    draft.cases.all().delete()

    assert keep(editor, draft, html).status_code == 302
    assert draft.cases.get().answers == {"dark": "no"}


def assert_is_told_and_can_keep_it_as_a_new_one(editor: Any, draft: Any, response: Any) -> None:
    page = response.content.decode()
    sent = Form(page).sent
    assert response.status_code == 422
    assert "Somebody removed this case after you had opened it" in page
    assert (sent["title"], sent["key"], sent["flags-1-state"]) == (["Mine"], ["dark_thoughts"], ["urgent"])
    assert not draft.cases.exists()
    assert editor.post(address(draft), sent | {"keep": "yes"}).status_code == 302
    assert (draft.cases.get().key, draft.cases.get().title) == ("dark_thoughts", "Mine")


def test_who_keeps_in_a_case_that_was_removed_is_told_so(editor, draft):
    keep(editor, draft, form_page(editor, draft, dark="yes"))
    sent = Form(replacing(editor, draft, dark="no")).sent | {"title": "Mine", "is_confirmed": "on", "keep": "yes"}
    del sent["key"]  # no browser sends a box that cannot be typed in
    draft.cases.all().delete()

    assert_is_told_and_can_keep_it_as_a_new_one(editor, draft, editor.post(address(draft), sent))


def test_who_keeps_in_a_case_that_is_removed_at_that_moment_is_told_so(editor, draft, monkeypatch):
    keep(editor, draft, form_page(editor, draft, dark="yes"))
    html, store = replacing(editor, draft, dark="no"), case_keeping.replace

    def removed_first(**named: Any) -> Any:
        draft.cases.all().delete()
        return store(**named)

    monkeypatch.setattr(case_keeping, "replace", removed_first)
    assert_is_told_and_can_keep_it_as_a_new_one(editor, draft, keep(editor, draft, html, title="Mine"))


AWFUL = {"flags": {"suicide_risk": "awful"}}


def test_one_case_that_cannot_be_read_keeps_nobody_from_keeping_in_another(editor, draft):
    keep(editor, draft, form_page(editor, draft, dark="yes"))
    keep(editor, draft, form_page(editor, draft, dark="no"), key="broken")
    draft.cases.filter(key="broken").update(expect=AWFUL)
    broken = reverse("admin:screening_case_change", args=[draft.cases.get(key="broken").pk])

    for page in (opened(editor, draft, case="dark_thoughts"), replacing(editor, draft, dark="no")):
        assert f'The case <a href="{broken}">broken</a> cannot be read and is left out here: Invalid enum' in page
    assert keep(editor, draft, replacing(editor, draft, dark="no")).status_code == 302

    assert draft.cases.get(key="dark_thoughts").answers == {"dark": "no"}
    assert draft.cases.get(key="broken").expect == AWFUL


def test_who_keeps_in_a_case_that_cannot_be_read_any_more_is_told_so(editor, draft):
    keep(editor, draft, form_page(editor, draft, dark="yes"))
    sent = Form(replacing(editor, draft, dark="no")).sent | {"title": "Mine", "is_confirmed": "on", "keep": "yes"}
    del sent["key"]  # no browser sends a box that cannot be typed in
    draft.cases.update(expect=AWFUL)

    response = editor.post(address(draft), sent)

    page = response.content.decode()
    assert response.status_code == 422
    assert "This case cannot be read any more" in page
    assert editor.post(address(draft), Form(page).sent | {"keep": "yes", "key": "mine"}).status_code == 302
    assert draft.cases.get(key="mine").title == "Mine"
    assert draft.cases.get(key="dark_thoughts").expect == AWFUL


def test_whether_anything_else_may_come_out_is_chosen_and_kept(editor, draft):
    html = form_page(editor, draft, dark="yes")
    assert Form(html).sent["exactly"] == ["on"]

    keep(editor, draft, html, exactly=[])
    assert not draft.cases.get().exactly

    html = replacing(editor, draft, dark="no")
    assert "exactly" not in Form(html).sent
    keep(editor, draft, html, exactly="on")
    assert draft.cases.get().exactly


def replacing(editor: Any, draft: Any, page: str = "safety", **answers: Any) -> str:
    sent = sent_by(opened(editor, draft, page=page, case="dark_thoughts")) | answers | {"replaces": "yes"}
    return editor.post(address(draft), sent).content.decode()


@pytest.mark.parametrize("who", ["clinician", "front_desk", "auditor", "outsider"])
def test_for_anybody_else_it_does_not_exist(sign_in, draft, who, request):
    browser = sign_in(request.getfixturevalue(who))

    assert browser.post(address(draft), {"keep": "yes"} | NAMED).status_code == 404
    assert not draft.cases.exists()
