"""A rule read aloud: plain English that a clinician can check without knowing the rule language.

>>> from .definition import Definition, Question, Section
>>> from .tree import Compare, Is, Number, Or, Reference
>>> stroke = Question(link_id="stroke", type="yes_no", text={"en": "Ever had a stroke?"}, short={"en": "Stroke"})
>>> reading = Question(link_id="reading", type="blood_pressure", text={"en": "Last blood pressure"})
>>> asked = Definition(key="k", title={}, sections=(Section(link_id="s", title={}, questions=(stroke, reading)),))
>>> high = Compare(Reference("reading", "systolic"), ">=", Number(160))
>>> to_english(Or((Is(Reference("stroke"), ("yes",)), high)), asked)
'“Stroke” is “Yes”, or the top number of “Last blood pressure” is 160 or more'
"""

from __future__ import annotations

from .definition import Definition, Option, Question, Text
from .symbols import Symbols, read_symbols
from .text import amount_text, number_text
from .tree import (
    TODAY,
    And,
    AtLeast,
    Compare,
    Comparison,
    Count,
    Expr,
    Holds,
    Includes,
    Is,
    MayBe,
    Measure,
    Not,
    Number,
    Operand,
    Or,
    ProfileIs,
    Reference,
    StateTest,
    Total,
    Within,
    parts,
)

_COMPARED: dict[Comparison, str] = {
    ">=": "{} or more",
    "<=": "{} or less",
    ">": "more than {}",
    "<": "less than {}",
    "=": "{}",
    "!=": "other than {}",
}
_PARTS = {"systolic": "top number", "diastolic": "bottom number"}
_STATES = {"answered": "answered", "not_sure": "answered “not sure”", "declined": "declined", "skipped": "left empty"}
_YES_NO = {"yes": "Yes", "no": "No"}


def to_english(expr: Expr, definition: Definition, language: str = "en") -> str:
    """A rule as a sentence without its full stop, with the questions' short names and the options' words.

    `language` chooses the questions' and options' words; the sentence around them is English.
    """
    return in_english(expr, read_symbols(definition), language)


def in_english(expr: Expr, symbols: Symbols, language: str = "en") -> str:
    """The same for who has the names of the definition at hand: reading them takes longer than the sentence."""
    return _Reader(symbols, language).sentence(expr)


class _Reader:
    def __init__(self, symbols: Symbols, language: str) -> None:
        self.symbols = symbols
        self.languages = (language, *symbols.definition.languages)

    def sentence(self, expr: Expr) -> str:
        match expr:
            case And():
                return self._list("and", "all of these are true", expr.items)
            case Or():
                return self._list("or", "any of these is true", expr.items)
            case AtLeast():
                return f"at least {expr.number} of these are true: {self._numbered(expr.items)}"
            case Not():
                return self._negated(expr.item)
            case _:
                return self._test(expr, "is", "does")

    def _list(self, word: str, introduction: str, items: tuple[Expr, ...]) -> str:
        """Simple tests are joined; anything longer is numbered, so that nobody has to guess where brackets were."""
        if any(parts(item) for item in items if not isinstance(item, Not)) or len(items) > 4:
            return f"{introduction}: {self._numbered(items)}"
        return f", {word} ".join(self.sentence(item) for item in items)

    def _numbered(self, items: tuple[Expr, ...]) -> str:
        written = (f"[{self.sentence(item)}]" if parts(item) else self.sentence(item) for item in items)
        return "; ".join(f"({number}) {text}" for number, text in enumerate(written, start=1))

    def _negated(self, item: Expr) -> str:
        if parts(item):
            return f"it is not the case that [{self.sentence(item)}]"
        return self._test(item, "is not", "does not")

    # Tests ------------------------------------------------------------------------------------------------------

    def _test(self, leaf: Expr, verb: str, auxiliary: str) -> str:
        match leaf:
            case Compare():
                return self._compare(leaf, verb)
            case Is():
                return f"{self._name(leaf.question.name)} {verb} {self._options(leaf.question.name, leaf.codes)}"
            case MayBe():
                codes = self._options(leaf.question.name, leaf.codes)
                not_so = "it is not so that " if verb == "is not" else ""
                return f"{not_so}{self._name(leaf.question.name)} is {codes} or was left without an answer"
            case Includes():
                return self._includes(leaf, "includes" if auxiliary == "does" else "does not include")
            case StateTest():
                was = verb.replace("is", "was")
                return f"{self._asked(leaf.question)} {was} {_STATES[leaf.state]}"
            case Within():
                return self._within(leaf, verb)
            case ProfileIs():
                return f"the label profile {verb} {_either([self._profile(key) for key in leaf.profiles])}"
            case Holds():
                applies = "applies" if auxiliary == "does" else "does not apply"
                return f"“{self._text(self.symbols.variables[leaf.variable].title, leaf.variable)}” {applies}"
            case _:
                raise ValueError(leaf)

    def _compare(self, leaf: Compare, verb: str) -> str:
        right = self._operand(leaf.right) + self._unit(leaf.left, leaf.right)
        return f"{self._operand(leaf.left)} {verb} {_COMPARED[leaf.operator].format(right)}"

    def _includes(self, leaf: Includes, verb: str) -> str:
        words = [self._code(leaf.question.name, code) for code in leaf.codes]
        return f"{self._name(leaf.question.name)} {verb} {_included(leaf.number, words)}"

    def _within(self, leaf: Within, verb: str) -> str:
        number = leaf.number
        amount = amount_text(leaf) if isinstance(number, Number) else self._parameter(number.name, leaf.unit)
        anchor = TODAY if leaf.anchor == TODAY else self._name(leaf.anchor)
        return f"{self._name(leaf.question.name)} {verb} within {amount} of {anchor}"

    # Operands ---------------------------------------------------------------------------------------------------

    def _operand(self, operand: Operand) -> str:
        match operand:
            case Number():
                return number_text(operand.value)
            case Measure():
                return "age" if operand.name == "age" else "body mass index"
            case Total():
                return f"the daily {operand.reference} equivalent of {self._name(operand.question)}"
            case Count():
                where = f" where {self.sentence(operand.where)}" if operand.where is not None else ""
                return f"the number of entries in {self._name(operand.group)}{where}"
            case Reference():
                return self._reference(operand)

    def _reference(self, reference: Reference) -> str:
        name = reference.name
        if reference.part:
            return f"the {_PARTS[reference.part]} of {self._name(name)}"
        if name in self.symbols.scores:
            return f"the {self._text(self.symbols.scores[name].title, name)} score"
        if name in self.symbols.parameters:
            return self._parameter(name)
        points = self.symbols.questions[name].type in ("choice", "yes_no")
        return f"the points of {self._name(name)}" if points else self._name(name)

    def _asked(self, reference: Reference) -> str:
        """A question, or one part of it, as something that may be left open; never its points."""
        return self._operand(reference) if reference.part else self._name(reference.name)

    def _parameter(self, key: str, unit: str = "") -> str:
        parameter = self.symbols.parameters[key]
        value = f"{number_text(parameter.value)} {unit or parameter.unit}".strip()
        return f"the clinic's “{parameter.title}” ({value})"

    def _unit(self, left: Operand, right: Operand) -> str:
        """The unit of a plain number that something is compared with."""
        if not isinstance(right, Number):
            return ""
        match left:
            case Measure():
                return " years" if left.name == "age" else " kg/m²"
            case Total():
                return " mg"
            case Reference() if left.name in self.symbols.questions and self.symbols.questions[left.name].unit:
                return f" {self.symbols.questions[left.name].unit}"
            case _:
                return ""

    # Words ------------------------------------------------------------------------------------------------------

    def _text(self, text: Text, otherwise: str) -> str:
        return next((text[language] for language in self.languages if text.get(language)), otherwise)

    def _name(self, link_id: str) -> str:
        question = self.symbols.questions[link_id]
        return f"“{self._text(question.short, '') or self._text(question.text, link_id)}”"

    def _options(self, link_id: str, codes: tuple[str, ...]) -> str:
        return _either([self._code(link_id, code) for code in codes])

    def _code(self, link_id: str, code: str) -> str:
        question = self.symbols.questions[link_id]
        options: dict[str, Option] = {option.code: option for option in question.options}
        if code in options:
            return f"“{self._text(options[code].text, code)}”"
        return f"“{self._medicine(question, code) if question.type == 'medicines' else _YES_NO.get(code, code)}”"

    def _medicine(self, question: Question, code: str) -> str:
        vocabulary = self.symbols.vocabularies[question.vocabulary]
        titles = {entry.key: self._text(entry.title, entry.key) for entry in vocabulary.classes}
        return titles.get(code) or {entry.code: entry.name for entry in vocabulary.medicines}.get(code, code)

    def _profile(self, key: str) -> str:
        titles = {profile.key: profile.title for profile in self.symbols.definition.profiles}
        return f"“{self._text(titles.get(key, {}), key)}”"


def _either(words: list[str]) -> str:
    """One of several, as it is said.

    >>> _either(["A", "B", "C"])
    'A, B or C'
    """
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _included(number: int, words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    if number == 1:
        return f"any of {_either(words)}"
    listed = ", ".join(words)
    return f"all of {listed}" if number == len(words) else f"at least {number} of {listed}"
