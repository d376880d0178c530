"""Answer options as Codings: a LOINC answer code where the option has one of its own, else our code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from screening.engine.definition import Option, Question

from . import structs, urls
from .texts import Json, text_element

YES_NO = (Option(code="yes", text={}, score=1), Option(code="no", text={}, score=0))


def is_boolean(question: Question) -> bool:
    """Whether a question is answered true or false in FHIR: yes/no without options of its own."""
    return question.type == "acknowledgement" or (question.type == "yes_no" and not question.options)


def system(question: Question) -> str:
    """The code system of a question's own option codes."""
    return f"{urls.CODES}/{question.link_id}"


def coding(question: Question, code: str) -> Json:
    """The Coding that stands for an option in answers and conditions, without its words."""
    options = {option.code: option for option in question.options}
    if code in options and _has_own_loinc(question, options[code]):
        return {"system": urls.SYSTEMS["loinc"], "code": options[code].codes["loinc"]}
    return {"system": system(question), "code": code}


def _has_own_loinc(question: Question, option: Option) -> bool:
    used = [other.codes.get("loinc") for other in question.options]
    return bool(option.codes.get("loinc")) and used.count(option.codes["loinc"]) == 1


def answer_options(question: Question, language: str) -> list[Json]:
    """The `answerOption` list of a choice."""
    return [_answer_option(question, option, language) for option in question.options]


def _answer_option(question: Question, option: Option, language: str) -> Json:
    value = coding(question, option.code) | text_element("display", option.text, language)
    extensions = _extensions(question, option, value, language)
    return ({"extension": extensions} if extensions else {}) | {"valueCoding": value}


def _extensions(question: Question, option: Option, value: Mapping[str, Any], language: str) -> list[Json]:
    found: list[Json] = []
    if option.score is not None:
        found.append({"url": urls.ORDINAL, "valueDecimal": structs.plain_number(option.score)})
    if option.exclusive:
        found.append({"url": urls.EXCLUSIVE, "valueBoolean": True})
    fields = {"hint", "code", "codes"} if value["code"] != option.code else {"hint", "codes"}
    rest = structs.write(option, urls.extension("option"), language, fields)
    return [*found, rest] if rest["extension"] else found
