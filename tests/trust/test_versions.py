"""C13: a new version is published while people are answering. Each finishes on the version they began with."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from intake import actions, exporting, records, rules
from intake.models import Clinic
from screening import publishing
from screening.engine.definition import Definition, Rule
from screening.models import QuestionnaireVersion
from tests.intake.sample import DEFINITION, NOW, Tab, later
from tests.trust.amounts import amount

DRAFTS = amount(quick=4, long=20)
ANSWERS = {"stroke": "yes", "route": "nasal", "low_mood": "no", "plan_now": "no", "harm_thoughts": "no"}


def changed() -> Definition:
    """The next version: a question is gone, one is worded otherwise, one answered otherwise, and a rule is another."""
    about, safety, body = DEFINITION.sections
    stroke, when, pressure, _ = body.questions
    stroke = replace(stroke, text={"en": "Worded anew?", "es": "¿Otra cosa?"})
    pressure = replace(pressure, type="integer", minimum=0, maximum=300)
    stroke_ever = replace(DEFINITION.flags[2], rules=(Rule(severity="information", when="stroke is no"),))
    return replace(
        DEFINITION,
        sections=(about, safety, replace(body, questions=(stroke, when, pressure))),
        flags=(*DEFINITION.flags[:2], stroke_ever),
    )


def publish_next(version: QuestionnaireVersion) -> QuestionnaireVersion:
    document = publishing.canonical_json(changed())
    return QuestionnaireVersion.objects.create(
        questionnaire=version.questionnaire,
        number=2,
        document=document.decode(),
        sha256=publishing.sha256_of(document),
        published_at=later(minutes=1),
        published_by="The cast",
    )


@pytest.mark.django_db
@pytest.mark.check("C13", required="all finish on the version they began with, 0 answers lost, its wording and rules")
def test_drafts_at_every_page_finish_on_their_own_version(clinic: Clinic, version, figure) -> None:
    tabs = [Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW).response) for _ in range(DRAFTS)]
    for number, tab in enumerate(tabs):
        tab.save(**dict(list(ANSWERS.items())[: number % (len(ANSWERS) + 1)]))
    following = publish_next(version)

    for tab in tabs:
        tab.save(**ANSWERS)
        tab.finish(family_name="Díaz")
        sent = actions.submit(response_id=tab.response.pk, now=later(hours=1))
        assert sent.version_id == version.pk
        assert {key: records.read_answers_of(sent)[key].value for key in ANSWERS} == ANSWERS
        assert [flag.flag for flag in records.read_assessment(sent).flags] == ["stroke_ever"]
        assert exporting.exported(sent, with_substance_use=True)["answers"]["stroke"]["wording"] == "stroke?"

    version.refresh_from_db()
    assert publishing.sha256_of(version.document.encode()) == version.sha256
    newcomer = actions.start(clinic=clinic, version=following, language="en", now=later(hours=2)).response
    assert "route" not in rules.compiled_of(newcomer).questions
    figure(f"{DRAFTS} drafts, {DRAFTS} finished on version 1, 0 answers lost")
