"""Every text of the patient's pages exists in both languages, and what is compiled is what is written."""

from __future__ import annotations

import datetime
import gettext as library
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from intake.questions.inputs import INPUTS
from intake.questions.problems import problem_text
from intake.questions.words import in_language
from screening.engine.answer_problems import MESSAGES, answer_problem
from screening.engine.answers import InvalidAnswer, parse_entry
from screening.engine.definition import Option, Question

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


TODAY = datetime.date(2026, 1, 31)
NONE_OF_THESE = Option(code="none", text={"en": "None of these", "es": "Ninguna de estas"}, exclusive=True)
ASTHMA = Option(code="asthma", text={"en": "Asthma", "es": "Asma"})


@pytest.mark.parametrize(
    ("type", "parts", "english", "spanish"),
    [
        ("weight", {"kg": "80", "state": "not_sure"}, "“Not sure”", "“No estoy seguro/a”"),
        ("multiple_choice", {"": ["asthma", "none"]}, "“None of these”", "“Ninguna de estas”"),
        ("group", {"0.inner": ["asthma", "none"]}, "“None of these”", "“Ninguna de estas”"),
    ],
)
def test_a_message_calls_an_answer_what_the_page_calls_it(type, parts, english, spanish):  # noqa: A002
    options = (ASTHMA, NONE_OF_THESE) if type != "weight" else ()
    inner = Question(link_id="inner", type="multiple_choice", text={}, options=options)
    items = {"items": (inner,), "repeats": True} if type == "group" else {"options": options}
    question = Question(link_id="outer", type=type, text={}, unknowns=("not_sure",), **items)
    with pytest.raises(InvalidAnswer) as refused:
        parse_entry(question, parts, on=TODAY)
    (problem,) = refused.value.problems

    for language, expected in (("en", english), ("es", spanish)):
        with translation.override(language):
            assert expected in problem_text(problem, question, language)


def test_a_unit_that_is_a_word_is_in_the_language_of_the_page_and_may_be_typed_in_it():
    weeks = Question(link_id="weeks", type="integer", text={}, unit="weeks")
    with translation.override("es"):
        assert [field.unit for field in INPUTS["integer"](weeks, "US")] == ["semanas"]

    assert [parse_entry(weeks, {"": text}, on=TODAY).value for text in ("8 semanas", "8 weeks", "8")] == [8, 8, 8]


def test_a_text_says_which_language_it_is_really_in():
    assert in_language({"en": "Yes"}, "es").lang == "en"
    assert in_language({"en": "Yes", "es": "Sí"}, "es").lang == ""
    assert not in_language({}, "es")
