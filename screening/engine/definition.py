"""What a questionnaire is: frozen values, decoded from YAML or JSON and never changed afterwards.

The words are those of FHIR SDC where it has one (Questionnaire, item, link_id, enableWhen). A `Definition` is the
whole content of one version: what is asked, when, how it is scored and which answers are worth discussing. It says
nothing of people, requests or databases.

What is asked is in `questions.py`. Rules (`when`) are text in the rule language of `language.py`; an empty string means
"never".

>>> stroke = Question(link_id="stroke", type="yes_no", text={"en": "Have you ever had a stroke?"})
>>> whole = Definition(key="k", title={}, sections=(Section(link_id="brain", title={}, questions=(stroke,)),))
>>> [question.link_id for question in whole.questions()]
['stroke']
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Literal

import msgspec

from .questions import Instrument, NotSure, Option, Question, QuestionType, Role, Section, Text, Unknown

__all__ = [
    "MEDICATION_LIST", "RANKS", "SEVERITIES", "Band", "Citation", "Definition", "Flag", "Inconsistency", "Instrument",
    "Medicine", "MedicineClass", "MedicineGroup", "NotSure", "Note", "Option", "Parameter", "Profile", "Question",
    "QuestionType", "Review", "Role", "Rule", "Safety", "Score", "Section", "Severity", "Source", "Text", "Unknown",
    "Variable", "Vocabulary", "canonical_json", "from_json",
]  # fmt: skip

Severity = Literal["urgent", "contraindication", "caution", "information"]
SEVERITIES: tuple[Severity, ...] = ("urgent", "contraindication", "caution", "information")
"""Highest first. What each asks of staff is in the clinical specification, section 1.1."""
RANKS: dict[Severity, int] = {severity: len(SEVERITIES) - place for place, severity in enumerate(SEVERITIES)}
"""To sort and to store by: 4 urgent to 1 information; 0 stands for nothing raised."""

MEDICATION_LIST = "medication_list"
"""The pseudo-flag that stands for every medicine flag when the list itself is uncertain (NS-4)."""


class Citation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a fact comes from: the key of a `Source`, the place in it, and how sure we are.

    `checked` is true when the passage was read in the primary text or a published summary of it; false marks general
    knowledge that a clinical reviewer must verify.
    """

    source: str
    section: str = ""
    checked: bool = True


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document that content refers to: label, guideline, trial, paper. `profiles` empty: shown for every profile."""

    key: str
    title: str
    year: str = ""
    url: str = ""
    profiles: tuple[str, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A label profile that a clinic chooses (`us`, `eu`); rules name it as `profile is eu`."""

    key: str
    title: Text


class Parameter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A named number that rules compare with, so that a clinic can move a threshold without touching a rule."""

    key: str
    title: str
    value: float
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    sources: tuple[Citation, ...] = ()


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """A named part of a score's range, from `low` upwards to the next band."""

    low: float
    title: Text


class Score(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number worked out from option scores or numeric answers, for clinicians only.

    `gate` names a yes/no question whose "no" is a complete 0 (PC-PTSD-5). Incomplete scores are ranges, never imputed.
    """

    link_id: str
    title: Text
    method: Literal["sum", "mean"] = "sum"
    items: tuple[str, ...]
    gate: str = ""
    decimals: int = 0
    bands: tuple[Band, ...] = ()
    instrument: str = ""
    codes: dict[str, str] = {}
    sources: tuple[Citation, ...] = ()


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """A named condition that several rules share. It may use questions and earlier variables."""

    link_id: str
    title: Text
    when: str


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a flag is raised at one severity, and what to do first then, and by when (`action`, often nothing)."""

    severity: Severity
    when: str
    action: Text = {}
    sources: tuple[Citation, ...] = ()


class Flag(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to discuss with a clinician: its rules (at most one per severity), why it matters, what to talk about.

    `not_sure` is the class of every question its rules use, unless the question says otherwise. `must_be_established`
    marks a flag that no path through the questionnaire may leave undecided without an explicit unknown. `monotone` says
    of which numbers worse never gives a milder flag (`worse.py` reads it): proofs hold the rules to it.
    """

    link_id: str
    title: Text
    group: str = ""
    why: Text
    discussion: Text
    rules: tuple[Rule, ...]
    not_sure: NotSure = "NS-1"
    must_be_established: bool = False
    monotone: tuple[str, ...] = ()
    sources: tuple[Citation, ...] = ()

    @property
    def action_while_open(self) -> Text:
        """What to do first, and by when, while the flag cannot be ruled out: what its mildest rule asks for, for it may
        be at least that. Empty where it has none milder than urgent: what asks for a call now is not known to be so."""
        milder = [rule for rule in self.rules if rule.severity != "urgent"]
        return max(milder, key=lambda rule: SEVERITIES.index(rule.severity)).action if milder else {}


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line in the clinician's notes when `when` is true ("high dose", "related to the reason for treatment").

    With `flag`, the note is written only while that flag is raised or could not be ruled out.
    """

    link_id: str
    text: Text
    when: str
    flag: str = ""


class Inconsistency(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Two answers that do not fit together. Reported, never corrected."""

    link_id: str
    text: Text
    when: str


class Medicine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A vocabulary entry: a generic name, its brand names, its classes, and factors for dose equivalents.

    `equivalents` gives milligrams of the reference drug for one milligram of this one, by reference
    (`{"diazepam": 20.0}` for clonazepam).
    """

    code: str
    name: str
    brands: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    equivalents: dict[str, float] = {}
    ask_dose: bool = False


class MedicineClass(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A group of medicines that rules name."""

    key: str
    title: Text
    sources: tuple[Citation, ...] = ()


class MedicineGroup(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Common medicines that a patient can pick, under a title in plain words ("Pills for sleep or nerves").

    `medicines` are codes, the most common first. No rule looks at groups; rules look at classes.
    """

    key: str
    title: Text
    medicines: tuple[str, ...] = ()


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The medicines that a question of type `medicines` recognises."""

    key: str
    classes: tuple[MedicineClass, ...] = ()
    groups: tuple[MedicineGroup, ...] = ()
    medicines: tuple[Medicine, ...]


class Safety(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When help is shown and staff are called, beyond any urgent flag (which always shows the panel).

    `panel_when` shows the safety panel; `alert_at_once_when` also alerts the clinic from an unsent draft.
    """

    panel_when: str = ""
    alert_at_once_when: str = ""


class Review(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who has reviewed the clinical content and the translations; empty means awaiting review."""

    clinical: str = ""
    translations: dict[str, str] = {}


class Definition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One questionnaire, whole. `languages[0]` is the language every text must have."""

    key: str
    title: Text
    languages: tuple[str, ...] = ("en",)
    sections: tuple[Section, ...]
    instruments: tuple[Instrument, ...] = ()
    scores: tuple[Score, ...] = ()
    variables: tuple[Variable, ...] = ()
    flags: tuple[Flag, ...] = ()
    notes: tuple[Note, ...] = ()
    inconsistencies: tuple[Inconsistency, ...] = ()
    safety: Safety = Safety()
    vocabularies: tuple[Vocabulary, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    profiles: tuple[Profile, ...] = ()
    sources: tuple[Source, ...] = ()
    review: Review = Review()

    def switched_off(self) -> frozenset[str]:
        """The link_ids of the items of instruments that are switched off."""
        return frozenset(
            item for instrument in self.instruments if instrument.switched_off for item in instrument.items
        )

    def questions(self) -> Iterator[Question]:
        """Every question in the order it is asked: groups themselves, then the items of groups that do not repeat.

        The items of a repeating group are answered once per entry, so they are reached through their group only.
        """
        for section in self.sections:
            for question in section.questions:
                yield question
                if question.type == "group" and not question.repeats:
                    yield from question.items


def canonical_json(definition: Definition) -> bytes:
    """The one JSON form of a definition: keys sorted, no spaces, UTF-8. Two equal definitions give equal bytes."""
    # 30 and 30.0 are equal: reading the values once by their types makes them the same number.
    typed = msgspec.convert(msgspec.to_builtins(definition), Definition)
    return msgspec.json.encode(_without_defaults(typed), order="sorted")


def _without_defaults(value: object) -> object:
    # `omit_defaults` recognises a default by identity, so `unknowns` read back from a file would be written out.
    if isinstance(value, msgspec.Struct):
        fields = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
        return {name: _without_defaults(field) for name, field, default in fields if field != default}
    if isinstance(value, tuple):
        return [_without_defaults(entry) for entry in value]
    return value


@functools.cache
def _defaults(struct: type[msgspec.Struct]) -> tuple[tuple[str, object], ...]:
    known = msgspec.structs.fields(struct)
    return tuple((f.name, f.default if f.default_factory is msgspec.NODEFAULT else f.default_factory()) for f in known)


def from_json(data: bytes) -> Definition:
    """Decode `canonical_json`. Raises `msgspec.ValidationError` naming the place when the shape is wrong."""
    return msgspec.json.decode(data, type=Definition)
