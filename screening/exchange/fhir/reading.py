"""A FHIR Questionnaire as a definition, with a report of everything that did not come through as it was."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from screening.engine.compiler import rule_problems
from screening.engine.definition import Definition, Section

from . import structs, urls
from .conditions import enabling
from .element import Element
from .form import form_of
from .gates import Gate, Translator
from .json_file import read_json
from .naming import slug
from .questionnaire import WHOLE
from .reading_items import Fields, Reader, control_of, joined
from .reading_totals import is_total, read_totals
from .report import Finding, Report
from .texts import read_text

_HEAD = (
    "resourceType", "id", "url", "identifier", "version", "name", "status", "subjectType", "date", "language",
    "contained",
)  # fmt: skip
"""Elements of the whole file that are understood; a version's number and address are given anew on publishing."""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A definition read from a FHIR file, and what of the file is not in it."""

    definition: Definition
    findings: tuple[Finding, ...] = ()


def is_fhir(text: str) -> bool:
    """Whether text looks like a FHIR resource in JSON rather than a definition of our own."""
    return text.lstrip("\ufeff \t\r\n").startswith("{") and '"resourceType"' in text


def import_questionnaire(text: str, name: str = "questionnaire.json") -> Imported:
    """Read a Questionnaire. Raises `ContentError` with every mistake of form: place in the file and what to do.

    Whether the content makes sense is for `screening.engine.checks`.
    """
    value = read_json(text, name)
    report = Report(name)
    kind = value.get("resourceType") if isinstance(value, dict) else None
    if kind != "Questionnaire":
        report.problem("resourceType", f"This is {_kind(kind)}. Choose a file with one Questionnaire")
        report.refuse()
    root = Element(value, "Questionnaire", report)
    whole = _Whole(root, report)
    definition = whole.definition()
    return Imported(definition=definition, findings=tuple(report.findings))


def _kind(kind: object) -> str:
    return f"a {kind[:40]}" if isinstance(kind, str) and kind else "no FHIR resource"


class _Whole:
    """The parts of the file, read in order."""

    def __init__(self, root: Element, report: Report) -> None:
        self.root = root
        self.report = report
        own = root.extension(urls.extension("questionnaire"))
        self.language = root.text("language") or "en"
        self.is_own = own is not None or _key(root) != ""
        self.fields: Fields = structs.read(own, Definition, self.language, WHOLE) if own else {}
        self.value_sets = _value_sets(root)
        self.reader = Reader(report, self.language, self.value_sets)
        self.sections: list[Fields] = []
        self.scores: list[Fields] = []
        self.loose = False
        self.introduction: dict[str, str] = {}

    def definition(self) -> Definition:
        """Everything, as a definition. Raises `ContentError`."""
        if not self.is_own:
            self.root.changed("every question also offers “not sure” and “prefer not to say”", "item")
        self._items()
        self._ask_when()
        self._head()
        self.root.close()
        self.report.refuse()
        try:
            definition = msgspec.convert(self.fields, Definition)
        except msgspec.ValidationError as error:
            self.report.problem("Questionnaire", str(error))
            self.report.refuse()
            raise
        return self._with_edited_conditions(definition)

    # Items ------------------------------------------------------------------------------------------------------

    def _items(self) -> None:
        totals: list[Element] = []
        for item in self.root.children("item"):
            kind = item.data.get("type")
            if is_total(item):
                totals.append(item)
            elif kind == "display":
                self._line(item)
            elif kind == "group" and item.data.get("repeats") is not True:
                self._section(item, totals)
            else:
                self._loose_question(item)
        for item in totals:
            read_totals(self.reader, item, self.scores)
        if self.introduction and self.sections:
            last = self.sections[-1]
            last["introduction"] = joined(last.get("introduction", {}), self.introduction)
        if not self.sections:
            self.root.refuse("item", "There is nothing to ask in this file")

    def _line(self, item: Element) -> None:
        self.reader.link(item)
        item.ignore("type")
        item.changed("shown at the top of the next page")
        self.introduction = joined(self.introduction, read_text(item, "text", self.language))

    def _section(self, item: Element, totals: list[Element]) -> None:
        link_id = self.reader.link(item)
        item.ignore("type", "repeats", "required")
        name = self.reader.name(item, link_id, self.reader.section_names)
        title = self.reader.text_of(item, link_id)
        fields: Fields = {"link_id": name, "title": title, "introduction": self.introduction}
        self.introduction, self.loose = {}, False
        own = item.extension(urls.extension("ask-when"))
        self.reader.gate(item, fields, own.value_text() if own else "", ())
        fields["questions"] = self._inside(item, fields, totals)
        self.sections.append(fields)

    def _inside(self, item: Element, fields: Fields, totals: list[Element]) -> list[Fields]:
        found: list[Fields] = []
        for child in item.children("item"):
            if is_total(child):
                totals.append(child)
            elif child.data.get("type") == "display":
                self._introduction(child, fields, is_first=not found)
            else:
                found += self.reader.question(child)
        return found

    def _introduction(self, child: Element, fields: Fields, *, is_first: bool) -> None:
        link_id = self.reader.link(child)
        child.ignore("type")
        control_of(child.extension(urls.DISPLAY_KIND))
        if not is_first or link_id != f"{fields['link_id']}.introduction":
            child.changed("shown at the top of the page")
        fields["introduction"] = joined(fields["introduction"], read_text(child, "text", self.language))

    def _loose_question(self, item: Element) -> None:
        """A question outside every group stands on a page with its neighbours."""
        if not self.loose:
            name = self.reader.names.new("questions")
            title = read_text(self.root, "title", self.language) or {self.language: "Questions"}
            self.sections.append({"link_id": name, "title": title, "introduction": self.introduction, "questions": []})
            self.loose, self.introduction = True, {}
            item.changed("questions outside a group stand on a page of their own")
        self.sections[-1]["questions"] += self.reader.question(item)

    # Conditions -------------------------------------------------------------------------------------------------

    def _ask_when(self) -> None:
        self.translator = Translator(self.reader.sources, self.reader.allowance)
        for gate, fields in self.reader.gates:
            rule = self.translator.rule(gate)
            if rule:
                fields["ask_when"] = rule

    def _with_edited_conditions(self, definition: Definition) -> Definition:
        """Where the standard elements say something else than our rule did, they count: somebody changed them."""
        if rule_problems(definition):
            return definition  # nothing can be made of its rules; the checks say why
        form = form_of(definition)
        edited = {
            gate.name: gate for gate, _ in self.reader.gates if gate.own and _is_edited(gate, enabling(form, gate.name))
        }
        rules = {}
        for name, gate in edited.items():
            gate.element.changed("its conditions were changed since: they count, our own rule does not", "enableWhen")
            gate.own = ""
            for condition in gate.conditions:
                condition.undo()
            rules[name] = self.translator.rule(gate)
        self.report.refuse()
        return _with_rules(definition, rules)

    # The head ---------------------------------------------------------------------------------------------------

    def _head(self) -> None:
        root = self.root
        names = (root.text("name"), root.text("title"), root.text("url").rpartition("/")[2], "form")
        key = _key(root) or slug(_parted(next(name for name in names if name)))
        title = read_text(root, "title", self.language) or {self.language: root.text("name") or key}
        if not self.is_own:
            for name in ("url", "version", "date"):
                if name in root.data:
                    root.left_out("a version gets these anew when it is published", name)
        root.ignore(*_HEAD)
        for identifier in root.children("identifier"):
            identifier.ignore("system", "value")
        self.fields |= {"key": key, "title": title, "sections": self.sections, "scores": self.scores}
        self.fields.setdefault("languages", list(dict.fromkeys([self.language, *self.report.languages])))


def _parted(name: str) -> str:
    """A name in one word with its words parted: FHIR writes `HeartIntake`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)


def _key(root: Element) -> str:
    identifiers = root.data.get("identifier")
    for one in identifiers if isinstance(identifiers, list) else ():
        if isinstance(one, dict) and one.get("system") == f"{urls.OWN}/questionnaire-key":
            return str(one.get("value", ""))
    return ""


def _value_sets(root: Element) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for contained in root.children("contained"):
        if contained.data.get("resourceType") == "ValueSet":
            found[str(contained.data.get("id"))] = contained
        else:
            contained.left_out(f"a contained {contained.data.get('resourceType', 'resource')}")
            contained.dismiss()
    return found


def _is_edited(gate: Gate, expected: dict[str, Any]) -> bool:
    expression = next((one["valueExpression"]["expression"] for one in expected.pop("extension", ())), "")
    return gate.given() != expected or gate.expression != expression


def _with_rules(definition: Definition, rules: dict[str, str]) -> Definition:
    """The definition with other conditions of asking, by link_id."""

    def changed(value: Any) -> Any:
        found = msgspec.structs.replace(value, ask_when=rules[value.link_id]) if value.link_id in rules else value
        name = "questions" if isinstance(value, Section) else "items"
        return msgspec.structs.replace(found, **{name: tuple(changed(one) for one in getattr(found, name))})

    sections = tuple(changed(section) for section in definition.sections)
    return msgspec.structs.replace(definition, sections=sections)
