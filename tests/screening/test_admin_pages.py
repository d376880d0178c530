"""Check, Publish, Download, Upload and Retire: each works, refuses bad input, and refuses the wrong person."""

from __future__ import annotations

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from screening import models, publishing, sign_off, uploads
from screening.engine.definition import canonical_json
from screening.exchange.cases import Expectation
from screening.exchange.yaml import dump_definition
from tests.screening.samples import NOW, both, case, small
from tests.screening.test_admin import Form, form_of

pytestmark = pytest.mark.django_db


def page(name: str, *arguments) -> str:
    return reverse(f"admin:screening_{name}", args=arguments)


def yaml_file(text: str | bytes, name: str = "small.yaml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def stored(draft) -> bytes:
    return canonical_json(publishing.definition_from_rows(draft))


def sign(draft) -> models.ClinicalReview:
    """A clinician signs the draft off as it is."""
    return sign_off.sign_off(questionnaire=draft, by="Dr. Ada Example", now=NOW, seen=sign_off.hash_of(draft))


@pytest.mark.parametrize("name", ["check", "compare", "publish", "upload"])
def test_its_pages_have_labels_and_nothing_inline(editor, draft, name):
    response = editor.get(page(name, draft.pk))
    form = Form(response.content.decode())

    assert response.status_code == 200
    assert form.inline == []
    assert form.unlabelled() == []


@pytest.mark.parametrize("name", ["check", "compare", "publish", "download", "upload"])
def test_its_pages_are_for_editors_only(clinician, client, draft, name):
    for visitor in (clinician, client):
        for method in (visitor.get, visitor.post):
            assert method(page(name, draft.pk)).status_code in (302, 403)
    assert not draft.versions.exists()


@pytest.mark.parametrize("name", ["check", "compare", "publish", "download", "upload"])
def test_a_questionnaire_that_is_not_there_is_not_found(editor, db, name):
    assert editor.get(page(name, 99)).status_code == 404


def test_the_questionnaire_links_to_its_sections_parts_and_pages(editor, draft):
    html = editor.get(reverse("admin:screening_questionnaire_change", args=[draft.pk])).content.decode()

    for name in ("check", "compare", "publish", "download", "upload"):
        assert page(name, draft.pk) in html
    parts = re.findall(r'href="(/admin/screening/[a-z]+/\?[^"]*)"', html)
    assert len(parts) == 15
    assert {editor.get(part.replace("&amp;", "&")).status_code for part in parts} == {200}


def test_check_says_when_nothing_is_wrong(editor, draft):
    assert "Nothing is wrong" in editor.get(page("check", draft.pk)).content.decode()


def test_check_shows_errors_with_the_caret_apart_from_warnings(editor, draft):
    models.Rule.objects.filter(severity="caution").update(when="strok is yes")
    models.Flag.objects.update(sources=[])

    html = editor.get(page("check", draft.pk)).content.decode()

    assert "Holding back publishing (1)" in html
    assert "To look at (1)" in html
    assert "^ There is no question" in html


def test_check_shows_rows_that_cannot_be_read(editor, draft):
    models.Question.objects.update(type="riddle")

    assert "P104" in editor.get(page("check", draft.pk)).content.decode()
    assert "P104" in editor.get(page("publish", draft.pk)).content.decode()


def test_publish_asks_first_and_then_publishes_what_was_shown(editor, draft):
    sign(draft)
    address = page("publish", draft.pk)
    assert not draft.versions.exists()

    response = editor.post(address, form_of(editor, address) | {"note": "First"}, follow=True)

    version = draft.versions.get()
    assert (version.note, version.published_by) == ("First", "Ada (ada@example.org)")
    assert "Published small version 1" in response.content.decode()


def test_check_and_publish_tell_a_clinic_that_a_review_is_missing(editor, draft):
    models.Questionnaire.objects.update(review_clinical="", review_translations={})

    for name in ("check", "publish"):
        html = editor.get(page(name, draft.pk)).content.decode()
        assert "No clinician has reviewed the questions and rules yet" in html
        assert "Nobody has reviewed the translation into es yet" in html
        assert "<details" not in html.partition('class="screening-page"')[2]


def test_publish_refuses_a_draft_with_problems_and_keeps_the_note(editor, draft):
    wrong = case(expect=Expectation())
    publishing.store_cases(questionnaire=draft, cases_to_store=[wrong])

    response = editor.post(page("publish", draft.pk), {"note": "My <note>"})

    assert response.status_code == 422
    assert "P201" in response.content.decode()
    assert "My &lt;note&gt;" in response.content.decode()
    assert not draft.versions.exists()


def test_publish_refuses_what_changed_since_the_page_was_opened_and_shows_the_new_state(editor, draft):
    address = page("publish", draft.pk)
    opened = form_of(editor, address)
    publishing.rows_from_definition(small(title=both("Other")), into=draft)

    response = editor.post(address, opened)

    assert response.status_code == 422
    assert "P102" in response.content.decode()
    sign(draft)
    assert editor.post(address, form_of(editor, address)).status_code == 302


def test_a_version_can_be_read_and_not_changed(editor, version):
    address = reverse("admin:screening_questionnaireversion_change", args=[version.pk])

    assert version.sha256 in editor.get(address).content.decode()
    assert editor.post(address, {"note": "x"}).status_code == 403
    assert editor.post(address.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert editor.get(reverse("admin:screening_questionnaireversion_add")).status_code == 403


def test_a_version_is_retired_by_a_post(editor, version):
    assert editor.get(page("retire", version.pk)).status_code == 405

    response = editor.post(page("retire", version.pk), follow=True)

    version.refresh_from_db()
    assert version.retired_by == "Ada (ada@example.org)"
    assert "Version 1 is retired" in response.content.decode()
    assert "was retired by Ada" in editor.post(page("retire", version.pk), follow=True).content.decode()


def test_a_version_is_not_retired_by_the_wrong_person(clinician, version):
    clinician.post(page("retire", version.pk))

    version.refresh_from_db()
    assert version.retired_at is None


def test_what_is_downloaded_can_be_uploaded(editor, draft):
    before = stored(draft)
    response = editor.get(page("download", draft.pk))

    assert response["Content-Disposition"] == 'attachment; filename="small.yaml"'
    assert editor.post(page("upload", draft.pk), {"file": yaml_file(response.content)}).status_code == 302
    assert stored(draft) == before


def test_a_draft_that_cannot_be_read_cannot_be_downloaded_and_says_why(editor, draft):
    models.Question.objects.update(type="riddle")

    response = editor.get(page("download", draft.pk), follow=True)

    assert "cannot be read" in response.content.decode()


def test_an_upload_shows_the_difference_first_and_then_replaces_the_draft(editor, draft):
    before, text = stored(draft), dump_definition(small(title=both("Other")))

    shown = editor.post(page("upload", draft.pk), {"file": yaml_file(text)}).content.decode()

    assert "<del>Small</del> <ins>Other</ins>" in " ".join(shown.split())
    assert stored(draft) == before
    response = editor.post(page("upload", draft.pk), Form(shown).sent, follow=True)
    draft.refresh_from_db()
    assert draft.title == both("Other")
    assert "now says that" in response.content.decode()


def test_an_upload_shows_the_difference_anew_when_the_draft_changed_meanwhile(editor, draft):
    text = dump_definition(small(title=both("Other")))
    shown = editor.post(page("upload", draft.pk), {"file": yaml_file(text)}).content.decode()
    publishing.rows_from_definition(small(title=both("Hers")), into=draft)

    response = editor.post(page("upload", draft.pk), Form(shown).sent)

    draft.refresh_from_db()
    assert response.status_code == 422
    assert draft.title == both("Hers")
    assert "<del>Hers</del> <ins>Other</ins>" in " ".join(response.content.decode().split())
    assert editor.post(page("upload", draft.pk), Form(response.content.decode()).sent).status_code == 302


@pytest.mark.parametrize("sent", ["", "x", "x:y:z"])
def test_an_upload_that_was_tampered_with_changes_nothing(editor, draft, sent):
    before = stored(draft)

    response = editor.post(page("upload", draft.pk), {"upload": sent})

    assert response.status_code == 422
    assert "Choose the file again" in response.content.decode()
    assert stored(draft) == before


def test_an_upload_replaces_a_draft_that_cannot_be_read(editor, draft):
    models.Question.objects.update(type="riddle")

    shown = editor.post(page("upload", draft.pk), {"file": yaml_file(dump_definition(small()))}).content.decode()

    assert "cannot be read" in shown
    assert editor.post(page("upload", draft.pk), Form(shown).sent).status_code == 302
    assert stored(draft) == canonical_json(small())


def test_an_upload_makes_a_new_draft(editor, db):
    address = reverse("admin:screening_upload_new")

    assert editor.get(address).status_code == 200
    assert editor.post(address, {"file": yaml_file(dump_definition(small()))}).status_code == 302
    assert models.Questionnaire.objects.get().key == "small"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "Choose a YAML file"),
        (b"\xff\xfe", "Byte 0 is not UTF-8"),
        (b"key: [", "small.yaml"),
        (b"- 1", "small.yaml"),
        (b"key: small\nsections:\n  - link_id: <b>\n    quetions: []\n", "small.yaml:4"),
        (dump_definition(small()).replace("stroke_recent is yes", "strok is yes").encode(), "Q302"),
        (dump_definition(small(key="other")).encode(), "The file is of “other”"),
        (b"# " + b"x" * uploads.LIMIT, "larger than 2 MB"),
    ],
    ids=["empty", "bytes", "yaml", "list", "shape", "rule", "key", "long"],
)
def test_an_upload_with_a_problem_changes_nothing_and_shows_the_place(editor, draft, sent, said):
    before = stored(draft)

    response = editor.post(page("upload", draft.pk), {"file": yaml_file(sent)})

    assert response.status_code == 422
    assert said in response.content.decode()
    assert "<b>" not in response.content.decode().split("<form")[-1]
    assert stored(draft) == before


def test_an_upload_that_the_database_cannot_hold_changes_nothing(editor, draft):
    text = dump_definition(small()).replace("link_id: mood", f"link_id: mood\n    maximum_length: {10**17}", 1)

    shown = editor.post(page("upload", draft.pk), {"file": yaml_file(text)})

    assert shown.status_code in (200, 422)
    if shown.status_code == 200:
        assert editor.post(page("upload", draft.pk), Form(shown.content.decode()).sent).status_code in (302, 422)


def test_an_upload_without_a_file_or_over_another_questionnaire_is_refused(editor, draft):
    address = reverse("admin:screening_upload_new")

    assert editor.post(address).status_code == 422
    response = editor.post(address, {"file": yaml_file(dump_definition(small()))})
    assert "There is a questionnaire “small” already" in response.content.decode()


class TestCompare:
    def test_it_shows_what_the_draft_says_differently_from_the_latest_version(self, editor, draft, version):
        models.Rule.objects.filter(severity="caution").update(when="stroke is yes or mood is low")

        html = " ".join(editor.get(page("compare", draft.pk)).content.decode().split())

        assert "Rules of flags (1)" in html
        assert "<ins>stroke is yes or mood is low</ins>" in html
        assert version.sha256 in html

    def test_it_compares_two_versions_either_way(self, editor, draft, version):
        publishing.rows_from_definition(small(title=both("Other")), into=draft)
        publishing.publish(questionnaire=draft, by="Ada", now=NOW)
        address = page("compare", draft.pk)

        assert "<del>Small</del> <ins>Other</ins>" in editor.get(address, {"from": "1", "to": "2"}).content.decode()
        assert "<del>Other</del> <ins>Small</ins>" in editor.get(address, {"from": "2", "to": "1"}).content.decode()
        assert "Nothing is different" in editor.get(address, {"from": "2"}).content.decode()

    def test_it_says_that_nothing_is_published_yet(self, editor, draft):
        assert "Nothing of small is published yet" in editor.get(page("compare", draft.pk)).content.decode()

    @pytest.mark.parametrize("name", ["9", "x", "-1", "٣", "9" * 30, "<b>"])
    def test_a_version_that_is_not_there_is_not_found(self, editor, draft, version, name):
        assert editor.get(page("compare", draft.pk), {"from": name}).status_code == 404

    def test_a_draft_that_cannot_be_read_says_why(self, editor, draft, version):
        models.Question.objects.update(type="riddle")

        response = editor.get(page("compare", draft.pk), follow=True)

        assert "cannot be read" in response.content.decode()


class TestFhir:
    def test_a_draft_is_downloaded_and_uploaded_again(self, editor, draft):
        response = editor.get(page("fhir", draft.pk))

        assert response["Content-Disposition"] == 'attachment; filename="small.fhir.json"'
        assert response["Content-Type"].startswith("application/fhir+json")
        again = editor.post(page("upload", draft.pk), {"file": yaml_file(response.content, "small.json")}, follow=True)
        assert "says what the draft says already" in again.content.decode()

    def test_a_version_is_downloaded_with_its_number(self, editor, version):
        response = editor.get(page("version_fhir", version.pk))

        assert json.loads(response.content)["version"] == "1"
        html = editor.get(reverse("admin:screening_questionnaireversion_change", args=[version.pk])).content.decode()
        assert page("version_fhir", version.pk) in html

    @pytest.mark.parametrize("name", ["fhir", "version_fhir"])
    def test_it_is_for_editors_only(self, clinician, client, editor, version, name):
        row = version.questionnaire if name == "fhir" else version

        assert {visitor.get(page(name, row.pk)).status_code for visitor in (clinician, client)} <= {302, 403}
        assert editor.get(page(name, 99)).status_code == 404

    def test_a_draft_that_cannot_be_read_says_so(self, editor, draft):
        models.Question.objects.filter(link_id="mood").update(type="slider")

        response = editor.get(page("fhir", draft.pk), follow=True)

        assert "The draft cannot be read" in response.content.decode()

    def test_a_draft_with_a_mistake_in_a_rule_says_so(self, editor, draft):
        models.Question.objects.filter(link_id="stroke_recent").update(ask_when="strok is yes")

        response = editor.get(page("fhir", draft.pk), follow=True)

        assert "1 rules have mistakes" in response.content.decode()

    def test_a_new_draft_shows_what_is_not_kept_before_it_is_made(self, editor, db):
        group = {"linkId": "g", "text": "<i>Page</i>", "type": "group", "prefix": "A.", "item": [ASKED]}
        resource = {"resourceType": "Questionnaire", "title": "Intake", "item": [group]}
        address = reverse("admin:screening_upload_new")

        shown = editor.post(address, {"file": yaml_file(json.dumps(resource), "intake.json")}).content.decode()

        assert "Questionnaire.item[0].prefix" in shown
        assert not models.Questionnaire.objects.exists()
        assert editor.post(address, Form(shown).sent).status_code == 302
        assert publishing.definition_from_rows(models.Questionnaire.objects.get()).sections[0].link_id == "g"

    def test_a_malformed_file_changes_nothing_and_says_where(self, editor, draft):
        before = stored(draft)
        resource = {"resourceType": "Questionnaire", "item": [{"linkId": "a", "type": "slider"}]}

        response = editor.post(page("upload", draft.pk), {"file": yaml_file(json.dumps(resource), "intake.json")})

        assert response.status_code == 422
        assert "Questionnaire.item[0].type" in response.content.decode()
        assert stored(draft) == before


ASKED = {"linkId": "a", "text": "Stroke?", "type": "boolean"}
