"""What each name in a definition stands for, and the trees of all its rules.

>>> from .definition import Definition, Question, Section
>>> section = Section(link_id="s", title={}, questions=(Question(link_id="stroke", type="yes_no", text={}),))
>>> symbols = read_symbols(Definition(key="k", title={}, sections=(section,)))
>>> symbols.position["stroke"], symbols.section_of["stroke"]
(0, 's')
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from .definition import Definition, Parameter, Question, Score, Section, Variable, Vocabulary


@dataclass(frozen=True, slots=True)
class Symbols:
    """Every name of a definition. `position` is the order of asking; items of repeating groups have one as well."""

    definition: Definition
    questions: dict[str, Question] = field(default_factory=dict)
    position: dict[str, int] = field(default_factory=dict)
    section_of: dict[str, str] = field(default_factory=dict)
    section_position: dict[str, int] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    group_of: dict[str, str] = field(default_factory=dict)
    entries_of: dict[str, str] = field(default_factory=dict)
    scores: dict[str, Score] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    vocabularies: dict[str, Vocabulary] = field(default_factory=dict)
    keys: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)

    def by_role(self, role: str) -> Question | None:
        """The question that plays a role (`birth_date`, `height`), if any."""
        return next((question for question in self.questions.values() if question.role == role), None)

    def items_of(self, group: str) -> tuple[Question, ...]:
        """The items of a group, repeating or not."""
        return self.questions[group].items

    def factors(self, question: Question, reference: str) -> dict[str, float]:
        """Milligrams of a reference medicine for one milligram of each code of the question's vocabulary."""
        vocabulary = self.vocabularies.get(question.vocabulary)
        medicines = vocabulary.medicines if vocabulary else ()
        return {medicine.code: medicine.equivalents[reference] for medicine in medicines
                if reference in medicine.equivalents}  # fmt: skip

    def medicine_keys(self, question: Question) -> dict[str, frozenset[str]]:
        """What `includes` may find for each code: its classes, and the code itself unless it is also a class."""
        return self.keys.get(question.vocabulary, {})


def read_symbols(definition: Definition) -> Symbols:
    """Every name of a definition; a name used for two things is kept in `twice` and means the first."""
    symbols = Symbols(definition)
    symbols.vocabularies.update((vocabulary.key, vocabulary) for vocabulary in definition.vocabularies)
    symbols.keys.update((vocabulary.key, _medicine_keys(vocabulary)) for vocabulary in definition.vocabularies)
    seen: set[str] = set()

    def is_new(name: str) -> bool:
        if name in seen:
            symbols.twice.append(name)
        seen.add(name)
        return name not in symbols.twice

    for position, section in enumerate(definition.sections):
        if is_new(section.link_id):
            symbols.sections[section.link_id] = section
            symbols.section_position[section.link_id] = position
    for section, group, question in _walk(definition):
        if is_new(question.link_id):
            _add_question(symbols, section, group, question)
    symbols.scores.update((score.link_id, score) for score in _scores(definition) if is_new(score.link_id))
    symbols.variables.update((named.link_id, named) for named in definition.variables if is_new(named.link_id))
    symbols.parameters.update((number.key, number) for number in definition.parameters if is_new(number.key))
    return symbols


def _medicine_keys(vocabulary: Vocabulary) -> dict[str, frozenset[str]]:
    classes = {entry.key for entry in vocabulary.classes}
    return {medicine.code: frozenset({*medicine.classes, *({medicine.code} - classes)})
            for medicine in vocabulary.medicines}  # fmt: skip


def _scores(definition: Definition) -> Iterator[Score]:
    """The scores. One that has no item left asked has no gate either: "no" would make it a complete 0."""
    off = definition.switched_off()
    for score in definition.scores:
        yield msgspec.structs.replace(score, gate="") if score.gate and off.issuperset(score.items) else score


def _walk(definition: Definition) -> Iterator[tuple[Section, Question | None, Question]]:
    for section in definition.sections:
        for question in section.questions:
            yield section, None, question
            for item in question.items:
                yield section, question, item


def _add_question(symbols: Symbols, section: Section, group: Question | None, question: Question) -> None:
    symbols.position[question.link_id] = len(symbols.questions)
    symbols.questions[question.link_id] = question
    symbols.section_of[question.link_id] = section.link_id
    if group is not None:
        inside = symbols.entries_of if group.repeats else symbols.group_of
        inside[question.link_id] = group.link_id


def option_codes(question: Question) -> tuple[str, ...]:
    """The codes an answer can have; yes/no questions need not list theirs.

    >>> option_codes(Question(link_id="stroke", type="yes_no", text={}))
    ('yes', 'no')
    """
    listed = tuple(option.code for option in question.options)
    return listed or (("yes", "no") if question.type in ("yes_no", "acknowledgement") else ())
