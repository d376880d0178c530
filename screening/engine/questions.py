"""What is asked: sections, questions, their options, and published instruments. `definition.py` puts them together.

`ask_when` and `stale_when` are text in the rule language of `language.py`; an empty string means "always" for
`ask_when` and "never" for `stale_when`.

>>> question = Question(link_id="stroke", type="yes_no", text={"en": "Have you ever had a stroke?"})
>>> question.ask_when, question.unknowns
('', ('not_sure', 'declined'))
"""

from __future__ import annotations

from typing import Literal

import msgspec

Text = dict[str, str]
"""One text in each language: `{"en": "…", "es": "…"}`."""

NotSure = Literal["NS-1", "NS-2", "NS-3", "NS-4", "NS-5"]
"""What an unknown answer does (specification 1.2): NS-1 and NS-5 list the flag under "could not be ruled out"; NS-2
lists it first, shows the safety panel and alerts staff; NS-3 only adds a note; NS-4 lists `medication_list` once."""

QuestionType = Literal[
    "yes_no",
    "choice",
    "multiple_choice",
    "integer",
    "decimal",
    "blood_pressure",
    "height",
    "weight",
    "date",
    "partial_date",
    "ago",
    "text",
    "long_text",
    "phone",
    "email",
    "medicines",
    "acknowledgement",
    "group",
]

Unknown = Literal["not_sure", "declined"]

Role = Literal[
    "given_name",
    "family_name",
    "birth_date",
    "sex",
    "phone",
    "email",
    "whereabouts",
    "reason",
    "route",
    "height",
    "weight",
    "allergies",
    "past_treatment",
    "answered_by",
    "emergency",
]
"""What an answer is used for besides being read: identity, `age`, `bmi`, and the face sheet of the summary.

`answered_by` has the options `patient` and `helper`: it begins with what the start page was told. A yes to `emergency`,
or anything chosen there but what stands alone ("none of these"), puts the emergency number before all other help."""


class Option(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer to choose. `score` is FHIR's ordinal value; `exclusive` ("none of these") stands alone."""

    code: str
    text: Text
    hint: Text = {}
    score: float | None = None
    exclusive: bool = False
    codes: dict[str, str] = {}


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is asked, or a `group` of things asked together (once, or once per entry when `repeats`).

    `text` is the patient's wording and `short` the clinician's. `unknowns` lists which of "not sure" and "prefer not
    to say" are offered. `not_sure` overrides the class of the flags that use the question. `required` holds back
    sending, never leaving. `compact` asks for a one-row layout. `codes` are terminology codes by system (`loinc`).
    `minimum` and `maximum` are in `unit`; `maximum_length` is in characters; `maximum_entries` bounds a repeating group
    or a medicine list. `part2` marks substance-use answers (42 CFR Part 2).
    """

    link_id: str
    type: QuestionType
    text: Text
    short: Text = {}
    hint: Text = {}
    explanation: Text = {}
    ask_when: str = ""
    stale_when: str = ""
    options: tuple[Option, ...] = ()
    unknowns: tuple[Unknown, ...] = ("not_sure", "declined")
    required: bool = False
    compact: bool = False
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    decimals: int = 1
    maximum_length: int | None = None
    vocabulary: str = ""
    items: tuple[Question, ...] = ()
    repeats: bool = False
    maximum_entries: int = 20
    role: Role | None = None
    autocomplete: str = ""
    not_sure: NotSure | None = None
    part2: bool = False
    instrument: str = ""
    codes: dict[str, str] = {}


class Section(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One short topic, shown as one page."""

    link_id: str
    title: Text
    introduction: Text = {}
    ask_when: str = ""
    questions: tuple[Question, ...]


class Instrument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A published questionnaire kept word for word: its items, credit, licence and registered wording hash.

    `preface` is the published lead-in to the items. `wording_sha256` is compared by `checks.py` with the hash of the
    preface, item texts and option texts in the published language; a locked instrument cannot be reworded. While it is
    `switched_off`, its items are not asked: rules see them as hidden, and its scores are absent.
    """

    key: str
    title: str
    preface: Text = {}
    items: tuple[str, ...]
    credit: str
    licence: str
    url: str = ""
    language: str = "en"
    codes: dict[str, str] = {}
    wording_sha256: str = ""
    switched_off: bool = False
