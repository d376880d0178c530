"""Items read as questions, with what stands inside them."""

from __future__ import annotations

from typing import Any

import msgspec

from screening.engine.definition import Option, Question

from . import items, parts, structs, urls
from .allowance import Allowance
from .element import Element
from .gates import Gate, Source, read_gate
from .naming import Names, section_names
from .reading_choices import read_choice
from .reading_numbers import read_numbers, read_quantity
from .reading_options import Choices
from .report import Report
from .texts import read_text

Fields = dict[str, Any]

PLAIN_TYPES = {
    "boolean": "yes_no", "decimal": "decimal", "integer": "integer", "date": "date", "string": "text",
    "text": "long_text",
    "choice": "choice", "coding": "choice", "open-choice": "choice", "quantity": "decimal", "group": "group",
    "dateTime": "date", "time": "text", "url": "text",
}  # fmt: skip
CHANGED_TYPES = {
    "dateTime": "asked as a date, without the time of day",
    "time": "asked as text",
    "url": "asked as text",
}
NOT_ASKED = {"attachment": "a file cannot be asked for", "reference": "a reference to a record cannot be asked for"}
_OWN_FIELDS = frozenset(Question.__struct_fields__) - {"link_id", "text", "items"}
_LAYOUT = frozenset({"radio-button", "check-box", "drop-down", "autocomplete", "text-box", "spinner", "lookup"})


class Reader:
    """One file while it is read: names given, questions met, gates to be translated once all are known."""

    def __init__(self, report: Report, language: str, value_sets: dict[str, Element]) -> None:
        self.report = report
        self.language = language
        self.value_sets = value_sets
        self.names = Names()
        self.section_names = section_names()
        self.sources: dict[str, Source] = {}
        self.gates: list[tuple[Gate, Fields]] = []
        self.used: dict[str, int] = {}
        self.gate_of: dict[int, Gate] = {}
        self.allowance = Allowance(report)
        self.choices: dict[str, Choices] = {}

    # Names ------------------------------------------------------------------------------------------------------

    def link(self, item: Element) -> str:
        """The linkId; one that is missing or used twice is a problem."""
        self.allowance.spend("items", item.path)
        link_id = item.text("linkId")
        item.item = link_id
        if not link_id:
            item.refuse("linkId", "Give the item a linkId")
        self.used[link_id] = self.used.get(link_id, 0) + 1
        if link_id and self.used[link_id] == 2:
            item.refuse("linkId", f"“{link_id}” is the linkId of two items; give each its own")
        return link_id

    def name(self, item: Element, link_id: str, names: Names | None = None) -> str:
        """The name of an item in rules."""
        name = self.names.new(names.new(link_id) if names else link_id)
        if name != link_id and link_id:
            item.changed(f"“{link_id}” is “{name}” in rules", "linkId")
        return name

    def gate(self, item: Element, fields: Fields, own: str, around: tuple[Gate, ...], entries: str = "") -> Gate:
        """Keep the conditions of an item; its `ask_when` is written when every question is known."""
        gate = read_gate(item, fields.get("link_id", ""), len(self.sources), own, around)
        gate.entries = entries
        self.gates.append((gate, fields))
        self.gate_of[id(fields)] = gate
        return gate

    def text_of(self, item: Element, link_id: str) -> dict[str, str]:
        """The text of an item; an item without one is called by its linkId."""
        text = read_text(item, "text", self.language)
        if not text:
            item.changed("there is no text: the linkId is shown", "text")
            return {self.language: link_id}
        return text

    # Questions --------------------------------------------------------------------------------------------------

    def question(self, item: Element, around: tuple[Gate, ...] = (), entries: str = "") -> list[Fields]:
        """The question that an item is, and those that stand inside it, which follow it."""
        link_id, kind = self.link(item), item.text("type")
        if kind in NOT_ASKED or self._is_silent(item):
            item.left_out(NOT_ASKED.get(kind, "a hidden or read-only item is never asked"))
            item.dismiss()
            return []
        if kind not in PLAIN_TYPES:
            item.refuse("type", f"There is no item type “{kind}” in FHIR R4")
            return []
        name = self.name(item, link_id)
        own = self._own_fields(item, kind, name)
        fields: Fields = {"type": PLAIN_TYPES[kind], **own, "link_id": name, "text": self.text_of(item, link_id)}
        gate = self.gate(item, fields, str(own.get("ask_when", "")), around, entries)
        source = Source(name, str(fields["type"]), len(self.sources), entries)
        self.sources[link_id] = source
        self._common(item, fields, kind)
        extra = self._by_type(item, fields, kind, source)
        return [fields, *extra, *self._inside(item, fields, (*around, gate), entries)]

    def _is_silent(self, item: Element) -> bool:
        is_ours = item.has_extension(urls.extension("question"))
        return (is_hidden(item) and not is_ours) or item.boolean("readOnly")

    def _own_fields(self, item: Element, kind: str, name: str) -> Fields:
        """What our own extension holds, unless the item has become another type since."""
        extension = item.extension(urls.extension("question"))
        if extension is None:
            return {}
        found = structs.read(extension, Question, self.language, _OWN_FIELDS)
        wanted = str(found.get("type", ""))
        options = (Option(code="yes", text={}),) if item.data.get("answerOption") else ()
        probe = msgspec.structs.replace(_PROBE, type=wanted, options=options) if wanted in _TYPES else None
        if probe is None or items.fhir_type(probe) != kind:
            item.changed(f"the item is “{kind}” now, and no longer “{wanted}”", "type")
            found.pop("type", None)
        return found

    def _common(self, item: Element, fields: Fields, kind: str) -> None:
        short = item.extension(urls.SHORT)
        if short is not None:
            fields["short"] = read_text(short, "valueString", self.language)
        if kind in CHANGED_TYPES:
            item.changed(CHANGED_TYPES[kind], "type")
        if item.boolean("required"):
            fields["required"] = True
        self.codes(item, fields)
        self._control(item)

    def codes(self, item: Element, fields: Fields) -> None:
        """Terminology codes, one of each system."""
        codes: dict[str, str] = {}
        for coding in item.children("code"):
            name = urls.name_of(coding.text("system"))
            if not name or not coding.text("code") or name in codes:
                coding.left_out("a code needs a system, and each system has one code")
                coding.dismiss()
                continue
            codes[name] = coding.text("code")
        if codes:
            fields["codes"] = codes

    def _control(self, item: Element) -> None:
        """How an item looks is for our own pages to say."""
        extension = item.extension(urls.CONTROL)
        code = control_of(extension)
        if extension is not None and code not in _LAYOUT:
            extension.left_out(f"the control “{code}” is not understood")

    def _by_type(self, item: Element, fields: Fields, kind: str, source: Source) -> list[Fields]:
        """What only some types have; the questions that come of it."""
        if kind == "group" or (kind == "quantity" and fields["type"] in ("height", "weight")):
            return self._measure_or_group(item, fields)
        repeats = item.boolean("repeats")
        if kind in ("integer", "decimal") and "answerOption" not in item.data:
            fields.update(read_numbers(item, kind))
        if kind == "quantity":
            found, source.units = read_quantity(item)
            fields.update(found)
        length = item.whole("maxLength")
        if length is not None and fields["type"] in ("text", "long_text", "phone", "email"):
            fields["maximum_length"] = length
        if kind in ("choice", "open-choice", "coding") or "answerOption" in item.data:
            return read_choice(self, item, fields, kind, source, repeats=repeats)
        if repeats:
            item.changed("one answer is asked for, not several", "repeats")
        return []

    def _measure_or_group(self, item: Element, fields: Fields) -> list[Fields]:
        for unit in item.extensions(urls.UNIT_OPTION):
            unit.dismiss()
        repeats = item.boolean("repeats")
        most = item.extension(urls.MOST_ENTRIES)
        entries = most.whole("valueInteger") if most else None
        if repeats and fields["type"] == "group":
            fields["repeats"] = True
            if entries is not None:
                fields["maximum_entries"] = entries
            else:
                item.changed(f"there is no maxOccurs: at most {_PROBE.maximum_entries} entries", "repeats")
        return []

    # What stands inside -----------------------------------------------------------------------------------------

    def _inside(self, item: Element, fields: Fields, around: tuple[Gate, ...], entries: str) -> list[Fields]:
        link_id, kind = str(item.data.get("linkId")), str(fields["type"])
        own_parts = parts.names_of(msgspec.structs.replace(_PROBE, link_id=link_id, type=kind))
        found: list[Fields] = []
        for child in item.children("item"):
            child_id = str(child.data.get("linkId"))
            if child_id in own_parts:
                self._part(child, child_id, fields)
            elif child.data.get("type") == "display":
                self._help(child, fields)
            elif kind == "group":
                self._member(child, fields, around, found)
            else:
                found += self.question(child, around, entries)
        if kind == "group" and not fields.get("items"):
            item.left_out("a group with nothing to ask in it")
        return found

    def _part(self, child: Element, child_id: str, fields: Fields) -> None:
        """An item that we write for part of a question: its number can be looked at."""
        self.link(child)
        child.dismiss()
        part = child_id.rpartition(".")[2]
        kind = "part" if fields["type"] == "blood_pressure" else ""
        self.sources[child_id] = Source(f"{fields['link_id']}.{part}", kind, len(self.sources))

    def _help(self, child: Element, fields: Fields) -> None:
        """A line to read: an explanation when it is marked as help, else a hint."""
        self.link(child)
        child.ignore("type")
        control_of(child.extension(urls.DISPLAY_KIND))
        field = "explanation" if control_of(child.extension(urls.CONTROL)) == "help" else "hint"
        fields[field] = joined(fields.get(field, {}), read_text(child, "text", self.language))

    def _member(self, child: Element, group: Fields, around: tuple[Gate, ...], after: list[Fields]) -> None:
        """A question in a group. A group in a group is dissolved: groups stand in sections only."""
        entries = str(group["link_id"]) if group.get("repeats") else ""
        found = (
            self.question(child, (), entries) if child.data.get("type") != "group" else self._dissolved(child, group)
        )
        group.setdefault("items", []).extend(found)

    def _dissolved(self, child: Element, group: Fields) -> list[Fields]:
        inner = self.question(child, (), str(group["link_id"]) if group.get("repeats") else "")
        if not inner:
            return []
        head, *rest = inner
        if head.get("type") != "group":
            return inner
        if head.get("repeats"):
            child.left_out("a repeating group inside a group cannot be asked")
            return rest
        child.changed("the group is dissolved: its questions stand in the group around it")
        gate = self.gate_of[id(head)]
        for inside in head.get("items", ()):
            if own_gate := self.gate_of.get(id(inside)):
                own_gate.around = (gate, *own_gate.around)
        return [*head.get("items", ()), *rest]


_PROBE = Question(link_id="probe", type="text", text={})
_TYPES = frozenset({"yes_no", *items.FHIR_TYPES})


def is_hidden(item: Element) -> bool:
    """Whether an item is never shown."""
    hidden = item.extension(urls.HIDDEN)
    return hidden is not None and hidden.boolean("valueBoolean")


def control_of(extension: Element | None) -> str:
    """The code that an extension's concept holds; "" when there is none."""
    concept = extension.child("valueCodeableConcept") if extension else None
    if concept is None:
        return ""
    concept.ignore("text")
    codings = concept.children("coding")
    for coding in codings:
        coding.ignore("system", "display")
    return codings[0].text("code") if codings else ""


def joined(first: dict[str, str], second: dict[str, str]) -> dict[str, str]:
    """Two texts as one, a blank line between them."""
    return {code: "\n\n".join(part for part in (first.get(code), second.get(code)) if part)
            for code in (*first, *(code for code in second if code not in first))}  # fmt: skip
