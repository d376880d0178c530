"""How one question is drawn: plain data for the template that its type names. Nothing is decided in a template.

A `Control` belongs to one question (or to one item of one entry of a repeating group). Its template is
`components/question_<kind>.html`; `KINDS` is the table from question type to kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.translation import gettext, pgettext

from screening.engine.definition import Question, Vocabulary

from .elements import Choice, Input, Page, Problem, element_id, is_under, part_name
from .inputs import INPUTS, InputSpec, alternatives
from .kinds import KINDS
from .medicines import BLANK, Group, Row, groups_of, row_of, rows_of
from .words import Words, in_language


@dataclass(frozen=True)
class Entry:
    """One entry of a repeating group."""

    number: int
    name: str
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True)
class Control:
    """One question with what is typed in it and what is wrong with it."""

    question: Question
    name: str
    page: Page
    parts: Mapping[str, str | list[str]]
    problems: tuple[Problem, ...] = ()
    more: int = 0

    @property
    def template(self) -> str:
        return f"components/question_{KINDS[self.question.type]}.html"

    @property
    def id(self) -> str:
        return element_id(self.name)

    @property
    def is_top(self) -> bool:
        """Whether it stands on the page itself, not in an entry of a group."""
        return "." not in self.name

    @property
    def text(self) -> Words:
        return in_language(self.question.text, self.page.language)

    @property
    def hint(self) -> Words:
        return in_language(self.question.hint, self.page.language)

    @property
    def explanation(self) -> Words:
        return in_language(self.question.explanation, self.page.language)

    @property
    def is_wrong(self) -> bool:
        return bool(self.problems)

    @property
    def described_by(self) -> str:
        """The ids that `aria-describedby` names: the hint, then what is wrong."""
        ids = [f"{self.id}-hint"] if self.hint or self.format_hint else []
        return " ".join(ids + ([f"{self.id}-error"] if self.problems else []))

    @property
    def format_hint(self) -> str:
        """An example of what to type, where the question gives no hint of its own."""
        match self.question.type:
            case _ if self.hint:
                return ""
            case "date":
                return self._date_example()
            case "partial_date":
                return gettext("If you do not know the day or month, leave it empty.")
            case "blood_pressure":
                return gettext("For example, 120 over 80")
        return ""

    def _date_example(self) -> str:
        return gettext("For example, 3 27 1980") if self.page.country == "US" else gettext("For example, 27 3 1980")

    def text_of(self, part: str) -> str:
        """What is typed in one part."""
        given = self.parts.get(part, "")
        return given if isinstance(given, str) else (given[-1] if given else "")

    def _texts_of(self, part: str) -> list[str]:
        given = self.parts.get(part, [])
        return [given] if isinstance(given, str) else given

    # --- choices ---

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        chosen = self._texts_of("")
        return tuple(
            Choice(
                id=self.id if position == 0 else f"{self.id}-{code}",
                name=self.name,
                value=code,
                text=text,
                hint=hint,
                is_checked=code in chosen,
                is_exclusive=exclusive,
            )
            for position, (code, text, hint, exclusive) in enumerate(self._options())
        )

    def _options(self) -> list[tuple[str, Words, Words, bool]]:
        if self.question.type == "yes_no":
            texts = (("yes", pgettext("answer", "Yes")), ("no", pgettext("answer", "No")))
            return [(code, Words(text), Words(""), False) for code, text in texts]
        language = self.page.language
        return [
            (option.code, in_language(option.text, language), in_language(option.hint, language), option.exclusive)
            for option in self.question.options
        ]

    @cached_property
    def unknowns(self) -> tuple[Choice, ...]:
        """“Not sure” and “Prefer not to say”: radio buttons of the same set, else checkboxes beside the input."""
        part = "" if KINDS[self.question.type] == "radios" else "state"
        name = part_name(self.name, part)
        return tuple(
            Choice(
                id=f"{self.id}-{state.replace('_', '-')}",
                name=name,
                value=state,
                text=Words(self._unknown_text(state)),
                is_checked=state in self._texts_of(part),
            )
            for state in self.question.unknowns
            if self.question.type not in ("acknowledgement", "group")
        )

    def _unknown_text(self, state: str) -> str:
        if state == "not_sure":
            return gettext("Not sure")
        return gettext("Prefer not to answer") if self.question.instrument else gettext("Prefer not to say")

    @property
    def are_segments(self) -> bool:
        """Whether the choices stand side by side."""
        return self.question.type == "yes_no" or self.question.compact

    @property
    def arrangement(self) -> str:
        """The CSS classes of the frame around the choices: side by side, in two columns, or one under the other."""
        if self.are_segments:
            return "segments" if self.question.type == "yes_no" else "segments segments--equal"
        return "choices choices--short" if self._are_short else "choices"

    @property
    def _are_short(self) -> bool:
        """Whether two columns hold the labels. The options of a published instrument stay one under the other."""
        if self.question.instrument:
            return False
        several, longest = (4, 40) if self.question.type == "multiple_choice" else (3, 16)
        labels = [str(choice.text) for choice in self.choices if not choice.is_exclusive]
        return len(labels) >= several and max(map(len, labels)) <= longest

    @property
    def unknowns_apart(self) -> bool:
        """A published instrument keeps its own options together; “prefer not to answer” stands apart from them."""
        return bool(self.question.instrument) or not (self.are_segments or self._are_short)

    # --- inputs ---

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        return tuple(self._input(spec) for spec in INPUTS[self.question.type](self.question, self.page.country))

    @cached_property
    def ways(self) -> tuple[tuple[str, bool, tuple[Input, ...]], ...]:
        """Ways to answer: title, whether it is open, inputs. The first is always open."""
        specs = alternatives(self.question, self.page.country)
        ways = [(title, tuple(self._input(spec) for spec in way)) for title, way in specs]
        return tuple(
            (title, position == 0 or any(item.value for item in way if not item.spec.options()), way)
            for position, (title, way) in enumerate(ways)
        )

    def _input(self, spec: InputSpec) -> Input:
        part = spec.part
        return Input(
            spec=replace(spec, autocomplete="off") if self.page.is_shared else spec,
            id=element_id(part_name(self.name, part)),
            name=part_name(self.name, part),
            value=self.text_of(part),
            is_wrong=any(problem.part in (part, "") for problem in self.problems),
        )

    # --- entries ---

    @property
    def entry_count(self) -> int:
        """Entries to draw: those there are, one empty when there is none, and one more when asked for.

        Medicines beyond the most there may be are drawn as well, so that nothing typed is lost.
        """
        numbers = [int(part.partition(".")[0]) for part in self.parts if part.partition(".")[0].isdigit()]
        filled = max(numbers) + 1 if numbers else 0
        wanted = min(max(filled + self.more, 1), self.question.maximum_entries)
        return max(wanted, filled) if self.question.type == "medicines" else wanted

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entry(position) for position in range(self.entry_count))

    def _entry(self, position: int) -> Entry:
        name = f"{self.name}.{position}"
        controls = tuple(self._item(name, position, item) for item in self.question.items)
        return Entry(position + 1, name, controls=controls)

    def _item(self, name: str, position: int, item: Question) -> Control:
        prefix = f"{position}.{item.link_id}"
        inside = {part[len(prefix) + 1 :]: text for part, text in self.parts.items() if is_under(part, prefix)}
        mine = (problem for problem in self.problems if is_under(problem.part, prefix))
        problems = tuple(Problem(problem.part[len(prefix) + 1 :], problem.text) for problem in mine)
        return Control(item, f"{name}.{item.link_id}", self.page, inside, problems)

    @property
    def own_problems(self) -> tuple[Problem, ...]:
        """The problems drawn under the question itself; those of a group's items are drawn under the items."""
        if self.question.type != "group":
            return self.problems
        items = {item.link_id for item in self.question.items}
        return tuple(problem for problem in self.problems if not items & set(problem.part.split(".")[1:2]))

    @property
    def vocabulary(self) -> Vocabulary | None:
        return self.page.vocabularies.get(self.question.vocabulary)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows of a medicine list."""
        wrong = frozenset(problem.part for problem in self.problems)
        texts = {part: self.text_of(part) for part in self.parts}
        return rows_of(self.name, texts, self.vocabulary, wrong, count=self.entry_count)

    @property
    def blank_row(self) -> Row:
        """An empty row for a script to copy."""
        return row_of(self.name, BLANK, {}, self.vocabulary)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """What can be picked for a medicine list."""
        return groups_of(self.vocabulary, self.rows, self.page.language)

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.text_of(""))

    @property
    def takes_none(self) -> bool:
        return bool(self.text_of("none"))

    @property
    def is_full(self) -> bool:
        return self.entry_count >= self.question.maximum_entries

    def target(self, part: str) -> str:
        """The id of the input that a message about `part` belongs to: the nearest one that is on the page."""
        ids = self._input_ids()
        wanted = element_id(part_name(self.name, part))
        under = [found for found in ids if found == wanted or found.startswith(f"{wanted}-")]
        return (under or ids)[0]

    def _input_ids(self) -> list[str]:
        kind = KINDS[self.question.type]
        if kind == "radios" or kind == "checkboxes":
            return [choice.id for choice in (*self.choices, *self.unknowns)]
        if kind == "group":
            return [found for entry in self.entries for control in entry.controls for found in control._input_ids()]
        if kind == "medicines":
            return [*(found for row in self.rows for found in row.ids), f"{self.id}-none"]
        if kind == "alternatives":
            return [item.id for _, _, way in self.ways for item in way]
        if kind == "parts":
            return [item.id for item in self.inputs]
        return [self.id]
