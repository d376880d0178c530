"""What refers to what: every mention of a question, answer code, score, parameter, flag and so on, and where it stands.

Rules are looked at as trees, never as text: a code that is spelled like a question is not that question.

>>> from .definition import Flag, Question, Rule, Section
>>> stroke = Question(link_id="stroke", type="yes_no", text={})
>>> flag = Flag(link_id="f", title={}, why={}, discussion={}, rules=(Rule(severity="caution", when="stroke is yes"),))
>>> page = Section(link_id="brain", title={}, questions=(stroke,))
>>> [(use.of.name, use.words) for use in uses(Definition(key="k", title={}, sections=(page,), flags=(flag,)))]
[('stroke', 'flag f, caution rule'), ('yes', 'flag f, caution rule')]
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Literal

import msgspec

from .checking.flags import citations
from .checking.subject import Subject, read_subject
from .definition import Definition, Question
from .dependencies import MEASURES
from .ruleset import Place
from .symbols import Symbols
from .tree import Count, Expr, Includes, Is, MayBe, Measure, Operand, ProfileIs, Reference, Total
from .tree import leaves as leaves_of
from .tree import operands as operands_of
from .worse import worse_of

Kind = Literal[
    "questionnaire", "section", "question", "option", "instrument", "score", "variable", "flag", "note",
    "inconsistency", "vocabulary", "class", "medicine group", "medicine", "parameter", "profile", "source", "case",
]  # fmt: skip


class Thing(msgspec.Struct, frozen=True):
    """Something that has a name. `within` is the question of an option, or the vocabulary of a medicine or class."""

    kind: Kind
    name: str
    within: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" of {self.within}" if self.within else "")


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One mention: what is mentioned, whose text mentions it, and the place in words.

    `through` is `age` or `bmi` where the question is not named itself but needed.
    """

    of: Thing
    owner: Thing
    words: str
    through: str = ""

    def __str__(self) -> str:
        return f"{self.words} (through {self.through})" if self.through else self.words


def uses(definition: Definition) -> list[Use]:
    """Every mention, those in rules first, each once for each place. A rule that cannot be read mentions nothing."""
    subject = read_subject(definition)
    found = [*_in_rules(subject), *_in_fields(subject), *_citing(subject)]
    return list(dict.fromkeys(found))


def uses_of(things: Collection[Thing], everything: Iterable[Use]) -> list[Use]:
    """What outside `things` mentions any of them: what would be left pointing at nothing without them."""
    return [use for use in everything if use.of in things and use.owner not in things]


def inside(definition: Definition, thing: Thing) -> frozenset[Thing]:
    """A thing with everything that is part of it: a section's questions, a group's items, a question's options."""
    found = {thing}
    for section in definition.sections:
        for question in section.questions:
            for asked in (question, *question.items):
                names = {("section", section.link_id), ("question", question.link_id), ("question", asked.link_id)}
                if (thing.kind, thing.name) in names:
                    found.update(_parts_of(asked))
    for vocabulary in definition.vocabularies:
        if (thing.kind, thing.name) == ("vocabulary", vocabulary.key):
            found.update(Thing("class", entry.key, vocabulary.key) for entry in vocabulary.classes)
            found.update(Thing("medicine", entry.code, vocabulary.key) for entry in vocabulary.medicines)
    return frozenset(found)


def _parts_of(question: Question) -> Iterator[Thing]:
    yield Thing("question", question.link_id)
    yield from (Thing("option", option.code, question.link_id) for option in question.options)


def _in_rules(subject: Subject) -> Iterator[Use]:
    for place, tree in subject.rules.places:
        owner = owner_of(place, subject.symbols)
        for thing, through in mentioned(tree, subject.symbols):
            yield Use(of=thing, owner=owner, words=place.words, through=through)


def owner_of(place: Place, symbols: Symbols) -> Thing:
    """Whose rule stands at a place."""
    match place.kind:
        case "ask_when":
            return Thing("section" if place.link_id in symbols.sections else "question", place.link_id)
        case "stale_when":
            return Thing("question", place.link_id)
        case "safety":
            return Thing("questionnaire", symbols.definition.key)
        case "variable" | "flag" | "note" | "inconsistency":
            return Thing(place.kind, place.link_id)
        case _:
            raise ValueError(place.kind)


def mentioned(tree: Expr, symbols: Symbols) -> Iterator[tuple[Thing, str]]:
    """The things a rule mentions, left to right, each with `age` or `bmi` where it is only needed for that."""
    for leaf in leaves_of(tree):
        for operand in operands_of(leaf):
            yield from _in_operand(operand, symbols)
        match leaf:
            case Is() | MayBe() | Includes():
                yield from ((thing_of_code(symbols, leaf.question.name, code), "") for code in leaf.codes)
            case ProfileIs():
                yield from ((Thing("profile", name), "") for name in leaf.profiles)


def _in_operand(operand: Operand, symbols: Symbols) -> Iterator[tuple[Thing, str]]:
    match operand:
        case Reference():
            yield named(symbols, operand.name), ""
        case Total():
            yield named(symbols, operand.question), ""
        case Count():
            yield named(symbols, operand.group), ""
            if operand.where is not None:
                yield from mentioned(operand.where, symbols)
        case Measure():
            needed = (symbols.by_role(role) for role in MEASURES[operand.name])
            yield from ((Thing("question", one.link_id), operand.name) for one in needed if one is not None)


def named(symbols: Symbols, name: str) -> Thing:
    """What a name in a rule stands for. A name that nothing has counts as a question."""
    if name in symbols.scores:
        return Thing("score", name)
    if name in symbols.variables:
        return Thing("variable", name)
    if name in symbols.parameters:
        return Thing("parameter", name)
    return Thing("question", name)


def thing_of_code(symbols: Symbols, link_id: str, code: str) -> Thing:
    """What a code behind a question stands for: one of its options, or a class or medicine of its vocabulary."""
    question = symbols.questions.get(link_id)
    if question is None or question.type != "medicines":
        return Thing("option", code, link_id)
    vocabulary = symbols.vocabularies.get(question.vocabulary)
    is_class = vocabulary is not None and any(entry.key == code for entry in vocabulary.classes)
    return Thing("class" if is_class else "medicine", code, question.vocabulary)


def _in_fields(subject: Subject) -> Iterator[Use]:
    definition, symbols = subject.definition, subject.symbols
    for question in symbols.questions.values():
        owner = Thing("question", question.link_id)
        yield from _use("instrument", [question.instrument], owner, "item of the instrument")
        yield from _use("vocabulary", [question.vocabulary], owner, "vocabulary")
    for instrument in definition.instruments:
        yield from _use("question", instrument.items, Thing("instrument", instrument.key), "items")
    for score in definition.scores:
        owner = Thing("score", score.link_id)
        yield from _use("question", score.items, owner, "items")
        yield from _use("question", [score.gate], owner, "gate")
        yield from _use("instrument", [score.instrument], owner, "instrument")
    yield from _in_flags(definition, symbols)
    yield from _in_medicines(definition)
    for source in definition.sources:
        yield from _use("profile", source.profiles, Thing("source", source.key), "profiles")


def _use(kind: Kind, names: Iterable[str], owner: Thing, field: str, within: str = "") -> Iterator[Use]:
    for name in names:
        if name:
            yield Use(of=Thing(kind, name, within), owner=owner, words=f"{owner.kind} {owner.name}, {field}")


def _in_flags(definition: Definition, symbols: Symbols) -> Iterator[Use]:
    for flag in definition.flags:
        for line in flag.monotone:
            name = worse_of(line).name
            if name in MEASURES:
                continue
            thing = named(symbols, name)
            yield from _use(thing.kind, [name], Thing("flag", flag.link_id), "numbers that make it no milder")
    for note in definition.notes:
        yield from _use("flag", [note.flag], Thing("note", note.link_id), "flag")


def _in_medicines(definition: Definition) -> Iterator[Use]:
    for vocabulary in definition.vocabularies:
        key = vocabulary.key
        for medicine in vocabulary.medicines:
            yield from _use("class", medicine.classes, Thing("medicine", medicine.code, key), "classes", key)
        for group in vocabulary.groups:
            yield from _use("medicine", group.medicines, Thing("medicine group", group.key, key), "medicines", key)


def _citing(subject: Subject) -> Iterator[Use]:
    vocabularies = subject.definition.vocabularies
    classes = {entry.key: vocabulary.key for vocabulary in vocabularies for entry in vocabulary.classes}
    for place, name, citation in citations(subject):
        kind = _CITING[place.partition(" ")[0]]
        owner = Thing(kind, name, classes.get(name, "") if kind == "class" else "")
        yield from _use("source", [citation.source], owner, "sources")


_CITING: dict[str, Kind] = {"flag": "flag", "score": "score", "parameter": "parameter", "class": "class"}
