"""C23: random ways through the starter content, in both languages: no page says who may be treated, or how much of
anything was counted."""

from __future__ import annotations

import random
import re

import pytest
from django.core.cache import cache
from django.test import Client

from intake import crisis_contacts
from screening.engine.definition import Question
from screening.exchange.yaml import load_definition
from tests.intake.patient.conftest import open_clinic, publish, read
from tests.intake.patient.test_weight import CONTENT
from tests.trust.amounts import amount

WAYS = amount(quick=1, long=60)
VERDICTS = {
    "en": r"eligib|your score|risk level|high risk|low risk|contraindicat|you qualify|not suitable|you failed|red flag",
    "es": r"elegib|su puntuación|nivel de riesgo|alto riesgo|bajo riesgo|contraindica|no es apt|no cumple",
}
SENTENCE = "It is kept as it was typed."


def answer(question: Question, chance: random.Random) -> dict[str, list[str]]:
    """What somebody may enter for a question, in the fields of its page; empty for what is left out."""
    name, codes = question.link_id, [option.code for option in question.options]
    if question.unknowns and chance.random() < 0.2:
        single = question.type in ("yes_no", "choice")
        return {name if single else f"{name}.state": [chance.choice(question.unknowns)]}
    match question.type:
        case "yes_no":
            return {name: [chance.choice(("yes", "no"))]}
        case "choice" | "multiple_choice":
            return {name: [chance.choice(codes)]}
        case "integer" | "decimal":
            return {name: [str(chance.randint(int(question.minimum or 0), int(question.maximum or 100)))]}
        case "text" | "long_text":
            return {name: [SENTENCE[: question.maximum_length or 40]]}
        case "acknowledgement":
            return {name: ["on"]}
        case _:
            return {}


def go(browser: Client, sections: dict[str, tuple[Question, ...]], chance: random.Random) -> list[str]:
    """Every page that somebody sees on one random way to the end."""
    begun = browser.post("/start/harbor/", {"asks_who": "yes", "answering": "self"})  # the page with the code
    pages, where = [begun.content.decode()], f"/q/{next(iter(sections))}/"
    for _ in range(3 * len(sections)):
        page = read(browser.get(where))
        pages.append(page.html)
        link_id = where.strip("/").split("/")[-1]
        if link_id == "check":
            return [*pages, read(browser.post(where, page.fields, follow=True)).html]
        given = [answer(one, chance) for one in sections.get(link_id, ())]
        fields = {**page.fields, **{name: value for one in given for name, value in one.items()}}
        done = browser.post(where, fields)
        if done.status_code != 302:  # something did not fit: leave the page as it stands and go on
            done = browser.post(where, page.fields)
        where = done["Location"] if done.status_code == 302 else "/q/check/"
    return pages


@pytest.mark.django_db
@pytest.mark.check("C23", required="no word of a verdict on any page of a random way through the starter content")
def test_no_way_through_the_questionnaire_ends_in_a_verdict(figure) -> None:
    definition = load_definition(CONTENT)
    open_clinic(publish(definition), crisis_contacts=crisis_contacts.for_country("US"))
    sections = {section.link_id: section.questions for section in definition.sections}
    seen = 0

    for way in range(WAYS):
        cache.clear()
        language = ("en", "es")[way % 2]
        browser = Client(headers={"accept-language": language})
        pages = go(browser, sections, random.Random(way))
        for html in pages:
            words = re.sub(r"<[^>]+>", " ", html).lower()
            assert not re.findall(VERDICTS[language], words), f"way {way}"
        assert len(pages) > len(sections) / 2
        seen += len(pages)

    figure(f"{WAYS} random ways, {seen} pages, 0 words of a verdict")
