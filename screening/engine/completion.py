"""What can be written in a rule: every name with what it stands for, and the codes behind each question.

>>> from .definition import Question, Section
>>> stroke = Question(link_id="stroke", type="yes_no", text={"en": "Have you ever had a stroke?"})
>>> page = Section(link_id="s", title={}, questions=(stroke,))
>>> words = completion(Definition(key="k", title={}, sections=(page,)))
>>> words.names[0].name, [code.name for code in words.codes["stroke"]]
('stroke', ['yes', 'no'])
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from .definition import Definition, Question, Text
from .symbols import Symbols, option_codes, read_symbols

KEYWORDS: tuple[tuple[str, str], ...] = (
    ("and", "both"),
    ("or", "either"),
    ("not", "the opposite"),
    ("any of (", "at least one of several conditions"),
    ("all of (", "every one of several conditions"),
    ("at least 2 of (", "so many of several conditions"),
    ("is", "the answer is"),
    ("is not", "the answer is another one"),
    ("is one of (", "the answer is one of several"),
    ("may be", "unless clearly something else"),
    ("includes", "a list has the answer"),
    ("includes any of (", "a list has at least one of several answers"),
    ("includes all of (", "a list has all of several answers"),
    ("is answered", "there is an answer"),
    ("is not sure", "answered “not sure”"),
    ("is declined", "answered “prefer not to say”"),
    ("is skipped", "left empty"),
    ("within", "a date is no further away than"),
    ("today", "the day on which the answers are judged"),
    ("count(", "how many entries of a repeating group"),
    ("where", "a condition for entries that are counted"),
    ("total(", "milligrams a day of a list of medicines"),
    ("age", "whole years"),
    ("bmi", "body mass index, kg/m²"),
    ("profile is", "the clinic's label profile"),
)
"""The words of the language as they are written, each with what it says."""


class Word(msgspec.Struct, frozen=True):
    """Something that can be written, what kind of thing it is, and what it stands for."""

    name: str
    kind: str
    words: str


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be written in a rule of one definition. `codes` are by the question before them."""

    names: tuple[Word, ...]
    codes: dict[str, tuple[Word, ...]]


def completion(definition: Definition) -> Completion:
    """The names in the definition's order, then the words of the language; and the codes of each question."""
    symbols = read_symbols(definition)
    language = definition.languages[0] if definition.languages else "en"
    keywords = tuple(Word(word, "word of the language", says) for word, says in KEYWORDS)
    codes = {name: tuple(_codes(question, symbols, language)) for name, question in symbols.questions.items()}
    return Completion(
        names=(*_names(symbols, language), *keywords), codes={name: found for name, found in codes.items() if found}
    )


def _names(symbols: Symbols, language: str) -> Iterator[Word]:
    for name, question in symbols.questions.items():
        if question.type != "group" or question.repeats:
            yield Word(name, "question", _text(question.short or question.text, language))
    for name, score in symbols.scores.items():
        yield Word(name, "score", _text(score.title, language))
    for name, variable in symbols.variables.items():
        yield Word(name, "variable", _text(variable.title, language))
    for name, parameter in symbols.parameters.items():
        yield Word(name, "parameter", f"{parameter.title}: {parameter.value:g} {parameter.unit}".rstrip())


def _codes(question: Question, symbols: Symbols, language: str) -> Iterator[Word]:
    vocabulary = symbols.vocabularies.get(question.vocabulary) if question.type == "medicines" else None
    for entry in vocabulary.classes if vocabulary else ():
        yield Word(entry.key, "class of medicines", _text(entry.title, language))
    for medicine in vocabulary.medicines if vocabulary else ():
        yield Word(medicine.code, "medicine", medicine.name)
    texts = {option.code: _text(option.text, language) for option in question.options}
    for code in option_codes(question):
        yield Word(code, "answer", texts.get(code, code))


def _text(text: Text, language: str) -> str:
    return text.get(language, "") or next(iter(text.values()), "")
