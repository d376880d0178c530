"""The whole way of a change: written with four planted mistakes, told of each, corrected, tried, kept as a
case, signed off and published, while a response that is open stays on the version it began."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from intake.models import User
from screening import models, publishing
from screening.models import Questionnaire
from tests.screening.test_admin import Form, form_of

pytestmark = pytest.mark.django_db


def shown_anew(browser: Client, user: User) -> Client:
    """The browser of somebody who showed a moment ago who they are."""
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()
    return browser


def both(words: str) -> dict[str, str]:
    return {"en": words, "es": f"{words} (es)"}


def ask(draft: Questionnaire, link_id: str, text: str, position: int, **more: Any) -> None:
    body = draft.sections.get(link_id="body")
    wanted = {"type": "yes_no", "text": both(text), "short": both(text), "position": position}
    models.Question.objects.create(section=body, link_id=link_id, **wanted | more)


def add_flag(draft: Questionnaire, link_id: str, position: int, rules: dict[str, str], **more: Any) -> models.Flag:
    texts = {"title": both(link_id), "why": both("It may be the heart"), "discussion": both("Ask since when")}
    flag = models.Flag.objects.create(questionnaire=draft, link_id=link_id, position=position, **texts, **more)
    for number, (severity, when) in enumerate(rules.items(), start=1):
        models.Rule.objects.create(flag=flag, severity=severity, when=when, position=number)
    return flag


def write_with_four_mistakes(draft: Questionnaire) -> None:
    """A question, a follow-up and rules. Planted: a question that is never asked, a rule that is never true, a rule
    that a higher one always beats, and a flag that an unknown answer to a gate leaves undecided in silence."""
    ask(draft, "chest_pain", "Do you have chest pain?", 91)
    ask(draft, "at_rest", "Also at rest?", 92, ask_when="chest_pain is yes")
    ask(draft, "spreading", "Does it spread?", 93, ask_when="chest_pain is yes and chest_pain is no")
    add_flag(
        draft,
        "chest_pain_flag",
        91,
        {
            "urgent": "chest_pain is yes and chest_pain is no",
            "contraindication": "chest_pain is yes",
            "caution": "chest_pain is yes and at_rest is yes",
        },
    )
    add_flag(draft, "rest_flag", 92, {"caution": "at_rest is yes"}, must_be_established=True)


def correct() -> None:
    """The four corrections."""
    rules = models.Rule.objects.filter(flag__link_id="chest_pain_flag")
    models.Question.objects.filter(link_id="spreading").update(ask_when="chest_pain is yes")
    rules.filter(severity="urgent").update(when="chest_pain is yes and at_rest is yes")
    rules.filter(severity="caution").delete()
    models.Question.objects.filter(link_id="at_rest").update(ask_when="chest_pain may be yes")


def check(editor: Client, draft: Questionnaire) -> str:
    return editor.get(reverse("admin:screening_check", args=[draft.pk])).content.decode()


def test_a_change_goes_from_four_mistakes_to_a_published_version(
    sign_in, admin: User, clinician: User, questionnaire: Questionnaire, started
) -> None:
    draft, editor = questionnaire, shown_anew(sign_in(admin), admin)
    began_on = started.response.version_id

    # Told of each mistake.
    write_with_four_mistakes(draft)
    html = check(editor, draft)
    for place, problem in (
        ("spreading", "P502"),
        ("chest_pain_flag", "P511"),
        ("chest_pain_flag", "P513"),
        ("rest_flag", "P521"),
    ):
        told = [one for one in publishing.problems_of(draft) if (one.id, one.link_id) == (problem, place)]
        assert len(told) == 1, problem
        assert escape(told[0].message) in html
    publish = reverse("admin:screening_publish", args=[draft.pk])
    assert editor.post(publish, form_of(editor, publish) | {"unreviewed": "yes"}).status_code == 422

    # Corrected, tried as a patient, and kept as a case.
    correct()
    assert publishing.errors_in(publishing.problems_of(draft)) == []
    assert "Holding back publishing" not in check(editor, draft)
    preview = reverse("authoring:preview", args=[draft.pk])
    page = editor.get(preview, {"page": "body"}).content.decode()
    sent = Form(page).sent | {"chest_pain": "yes", "at_rest": "yes"}
    form = Form(editor.post(reverse("authoring:keep", args=[draft.pk]), sent).content.decode())
    named = {"key": "at_rest", "title": "Pain at rest", "why": "It is urgent", "is_confirmed": "on", "keep": "yes"}
    assert "chest_pain_flag = urgent" in form.sent["flags"][0]
    assert editor.post(reverse("authoring:keep", args=[draft.pk]), form.sent | named).status_code == 302

    # Read and signed off by a clinician, then published; the open response stays where it was.
    reviewer = shown_anew(sign_in(clinician), clinician)
    review = reverse("authoring:review", args=[draft.pk])
    assert "Do you have chest pain?" in reviewer.get(review).content.decode()
    reviewer.post(review, form_of(reviewer, review) | {"is_read": "yes"})
    assert editor.post(publish, form_of(editor, publish) | {"note": "Chest pain"}).status_code == 302
    started.response.refresh_from_db()
    assert draft.versions.count() == 2
    assert started.response.version_id == began_on
