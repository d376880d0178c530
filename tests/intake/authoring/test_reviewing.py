"""A clinician reads what changed and signs off exactly this draft; nobody else does."""

from __future__ import annotations

import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.urls import reverse

from intake.models import AuditRecord
from screening import publishing
from screening.engine.definition import canonical_json
from screening.models import ClinicalReview, Question
from tests.intake.sample import NOW
from tests.screening.test_admin import form_of

pytestmark = pytest.mark.django_db


def address(draft) -> str:
    return reverse("authoring:review", args=[draft.pk])


@pytest.fixture
def reviewer(sign_in, clinician):
    """A clinician who showed a moment ago who they are."""
    browser = sign_in(clinician)
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(clinician.pk)
    session.save()
    return browser


def test_a_clinician_reads_everything_and_signs_it_off(reviewer, clinician, draft):
    html = reviewer.get(address(draft)).content.decode()
    assert "Do you think about ending your life?" in html

    response = reviewer.post(address(draft), form_of(reviewer, address(draft)) | {"is_read": "yes", "note": "Fine"})

    review = ClinicalReview.objects.get()
    assert response.status_code == 302
    assert review.reviewed_by == f"{clinician.name} ({clinician})"
    assert "signed off exactly this draft" in reviewer.get(address(draft)).content.decode()
    found = AuditRecord.objects.get(action="questionnaire.reviewed")
    assert found.objects_named["sha256"] == review.sha256
    assert found.actor == f"user:{clinician.pk}"


def as_published(draft) -> None:
    """The draft as it is as a version."""
    document = canonical_json(publishing.definition_from_rows(draft))
    draft.versions.create(
        number=1,
        document=document.decode(),
        sha256=publishing.sha256_of(document),
        published_at=NOW,
        published_by="Bo",
    )


def test_what_is_published_but_not_signed_off_is_still_to_be_read(reviewer, draft):
    """A name stands for all of a draft, not only for what changed since somebody published it unreviewed."""
    as_published(draft)

    html = reviewer.get(address(draft)).content.decode()

    assert "No version was signed off yet" in html
    assert "Do you think about ending your life?" in html


def test_what_was_signed_off_and_published_is_not_to_be_read_again(reviewer, draft):
    reviewer.post(address(draft), form_of(reviewer, address(draft)) | {"is_read": "yes"})
    draft.refresh_from_db()
    as_published(draft)

    html = reviewer.get(address(draft)).content.decode()

    assert "the latest that was signed off" in html
    assert "Nothing is different" in html


def test_it_is_not_signed_unread_and_the_note_stays(reviewer, draft):
    response = reviewer.post(address(draft), form_of(reviewer, address(draft)) | {"note": "My note"})

    assert response.status_code == 422
    assert "My note" in response.content.decode()
    assert not ClinicalReview.objects.exists()


def test_what_changed_meanwhile_is_not_signed(reviewer, draft):
    sent = form_of(reviewer, address(draft)) | {"is_read": "yes"}
    draft.flags.update(group="Other")

    response = reviewer.post(address(draft), sent)

    assert response.status_code == 422
    assert "changed after this page was opened" in response.content.decode()


def test_a_draft_that_cannot_be_read_says_so(reviewer, draft):
    Question.objects.filter(section__questionnaire=draft).update(type="riddle")

    assert reviewer.get(address(draft)).status_code == 409


def test_it_asks_anew_who_one_is(sign_in, clinician, draft):
    response = sign_in(clinician).post(address(draft), {"is_read": "yes"})

    assert response["Location"].startswith("/accounts/")
    assert not ClinicalReview.objects.exists()


def test_a_clinician_finds_what_waits_for_review_in_the_menu(reviewer, draft):
    reviews = reverse("authoring:reviews")
    assert f'href="{reviews}"' in reviewer.get(reverse("clinician:worklist")).content.decode()

    html = reviewer.get(reviews).content.decode()
    assert f'href="{address(draft)}"' in html
    assert "Waits for review" in html

    reviewer.post(address(draft), form_of(reviewer, address(draft)) | {"is_read": "yes"})
    assert "signed off exactly this draft" in reviewer.get(reviews).content.decode()
    Question.objects.filter(section__questionnaire=draft).update(type="riddle")
    assert "cannot be read yet" in reviewer.get(reviews).content.decode()


@pytest.mark.parametrize("who", ["admin", "front_desk", "auditor"])
def test_for_anybody_else_it_does_not_exist(sign_in, draft, who, request):
    browser = sign_in(request.getfixturevalue(who))

    reviews = reverse("authoring:reviews")
    assert browser.get(reviews).status_code == 404
    assert reviews not in browser.get("/staff/").content.decode()

    assert browser.get(address(draft)).status_code == browser.post(address(draft)).status_code == 404
    assert browser.get(reverse("authoring:review", args=[99])).status_code == 404
