"""C11: somebody takes an answer back, and with it what was asked because of it. No result holds that any more."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from django.test import Client
from msgspec.structs import replace
from pypdf import PdfReader

from intake import actions, exporting, records
from intake.models import Clinic, QuestionnaireResponse, User
from screening import publishing
from screening.models import QuestionnaireVersion
from tests.intake.sample import DEFINITION, NOW, Tab, later

CANARY = "Quetzalcoatl"


@pytest.fixture
def tab(clinic: Clinic, version: QuestionnaireVersion) -> Tab:
    """Somebody who said yes, wrote more about it, and then said no."""
    *others, body = DEFINITION.sections
    stroke, when, *rest = body.questions
    sections = (*others, replace(body, questions=(stroke, replace(when, type="text"), *rest)))
    document = publishing.canonical_json(replace(DEFINITION, sections=sections))
    latest = QuestionnaireVersion.objects.create(
        questionnaire=version.questionnaire,
        number=2,
        document=document.decode(),
        sha256=publishing.sha256_of(document),
        published_at=NOW,
        published_by="The cast",
    )
    found = Tab(actions.start(clinic=clinic, version=latest, language="en", now=NOW).response)
    found.save(given_name="Rosa", family_name="Example", stroke="yes", stroke_when=CANARY, section="body")
    found.save(stroke="no")
    return found


@pytest.fixture
def results(tab: Tab, clinician: User, sign_in: Callable[[User], Client]) -> Callable[[], dict[str, str]]:
    """Everything that is made of the answers once they are sent, as text."""

    def made() -> dict[str, str]:
        tab.finish(plan_now="no", harm_thoughts="no", low_mood="no")
        sent = actions.submit(response_id=tab.response.pk, now=later(hours=1))
        exported, table = exporting.exported(sent, with_substance_use=True), io.StringIO()
        exporting.write_csv([exported], table)
        browser = sign_in(clinician)
        paper = PdfReader(io.BytesIO(browser.get(f"/staff/responses/{sent}/summary.pdf").content))
        return {
            "rules": repr(records.read_assessment(sent)),
            "json": json.dumps(exported, default=str),
            "csv": table.getvalue(),
            "summary": browser.get(f"/staff/responses/{sent}/").content.decode(),
            "pdf": "\n".join(sheet.extract_text() for sheet in paper.pages),
        }

    return made


@pytest.mark.django_db
@pytest.mark.check("C11", required="0 answers off the path in rules, exports, summary and PDF; kept in the history")
def test_what_is_no_longer_asked_appears_in_no_result(tab: Tab, results, figure) -> None:
    found = results()

    assert "stroke" in found["rules"]
    assert all("Rosa" in found[place] for place in ("json", "csv", "summary", "pdf"))
    assert [place for place, text in found.items() if CANARY in text] == []
    sent = QuestionnaireResponse.objects.get(pk=tab.response.pk)
    assert records.read_answers_of(sent)["stroke_when"].value == CANARY
    figure(f"{len(found)} results, 0 with what is no longer asked")


@pytest.mark.django_db
def test_chosen_again_it_is_there_again(tab: Tab, results) -> None:
    tab.save(stroke="yes")

    found = results()

    assert all(CANARY in found[place] for place in ("summary", "pdf"))
