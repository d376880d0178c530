"""Every text of the patient's pages exists in both languages, and what is compiled is what is written."""

from __future__ import annotations

import gettext as library
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from intake.questions.problems import problem_text
from intake.questions.words import in_language
from screening.engine.answer_problems import MESSAGES, answer_problem

ROOT = Path(settings.BASE_DIR)
LOCALE = ROOT / "intake" / "locale" / "es" / "LC_MESSAGES"
PAGES = [*(ROOT / "templates" / "patient").glob("*.html"), *(ROOT / "templates" / "components").glob("*.html")]
SAME_IN_SPANISH = {"Error:", "No", "ft", "in", "Stone"}
FOR_FILES_ONLY = {"medicine_code_unknown", "wrong_type", "key_unknown", "question_unknown", "document_not_read"}


@pytest.fixture(scope="module")
def catalogue():
    with (LOCALE / "django.mo").open("rb") as file:
        return library.GNUTranslations(file)._catalog


def texts_of(path):
    source = path.read_text()
    found = [double or single for double, single in re.findall(r"""{% translate (?:"([^"]*)"|'([^']*)') ?%}""", source)]
    for block in re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", source, re.DOTALL):
        found.append(re.sub(r"{{ *(\w+) *}}", r"%(\1)s", block.partition("{% plural %}")[0]))
    return found


@pytest.mark.check("C55", required="0 untranslated strings")
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_text_of_a_page_has_a_spanish_one(path, catalogue):
    missing = [text for text in texts_of(path) if text not in catalogue and (text, 0) not in catalogue]

    assert not missing


def written():
    source = (LOCALE / "django.po").read_text()
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', source, re.MULTILINE)
    return {english.replace('\\"', '"'): spanish.replace('\\"', '"') for english, spanish in pairs}


def test_what_is_compiled_is_what_is_written(catalogue):
    different = [english for english, spanish in written().items() if catalogue.get(english, spanish) != spanish]

    assert not different, "run: msgfmt -o django.mo django.po"


def test_spanish_differs_from_english():
    assert {english for english, spanish in written().items() if english == spanish} <= SAME_IN_SPANISH


@pytest.mark.check("C55", required="0 untranslated messages")
@pytest.mark.parametrize("code", sorted(set(MESSAGES) - FOR_FILES_ONLY))
def test_every_message_about_a_mistake_is_translated_with_its_placeholders(code):
    places = re.findall(r"{(\w+)}", MESSAGES[code])
    problem = answer_problem(code, **dict.fromkeys(places, "42"))

    with translation.override("es"):
        spanish = problem_text(problem)

    assert spanish != problem.message
    assert spanish.count("42") == problem.message.count("42")


def test_a_message_falls_back_to_english_rather_than_fail():
    with translation.override("en"):  # a test before may have left another language on
        assert problem_text(answer_problem("number_too_large", maximum=30)) == "Enter a number that is 30 or less"


def test_a_text_says_which_language_it_is_really_in():
    assert in_language({"en": "Yes"}, "es").lang == "en"
    assert in_language({"en": "Yes", "es": "Sí"}, "es").lang == ""
    assert not in_language({}, "es")
