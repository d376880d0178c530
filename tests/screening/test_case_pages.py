"""The page Cases, and what an editor is told when a case is saved."""

from __future__ import annotations

import msgspec
import pytest
from django.urls import reverse

from screening import models, publishing
from screening.engine import definition as d
from screening.exchange.cases import Expectation
from tests.screening.samples import case, small
from tests.screening.test_admin import form_of

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
    sent = form_of(editor, address) | {"expect": "{}", "_continue": "yes"}
    bad = editor.post(address, sent, follow=True).content.decode()

    assert "It comes out as expected." in good
    assert "It does not come out as expected: stroke_flag was raised" in bad


def test_it_is_for_editors_only(clinician, client, draft):
    for visitor in (clinician, client):
        for method in (visitor.get, visitor.post):
            assert method(page(draft)).status_code in (302, 403)


def test_texts_are_escaped(editor, draft):
    models.Case.objects.update(title="<b>bold</b>")

    assert "<b>bold</b>" not in editor.get(page(draft)).content.decode()
