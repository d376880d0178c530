"""Sections and questions as items."""

from __future__ import annotations

from screening.engine.definition import Question, Section

from . import conditions, numbers, options, parts, structs, urls
from .form import Form
from .texts import Json, text_element

FHIR_TYPES = {
    "choice": "choice",
    "multiple_choice": "choice",
    "integer": "integer",
    "decimal": "decimal",
    "blood_pressure": "group",
    "height": "quantity",
    "weight": "quantity",
    "date": "date",
    "partial_date": "date",
    "ago": "group",
    "text": "string",
    "long_text": "text",
    "phone": "string",
    "email": "string",
    "medicines": "group",
    "acknowledgement": "boolean",
    "group": "group",
}
"""The item type of each question type but yes/no, which is boolean, or choice where it has options of its own."""

_CONTROLS = {"choice": "radio-button", "multiple_choice": "check-box"}
_TEXTS = ("text", "long_text", "phone", "email")


def fhir_type(question: Question) -> str:
    """The item type of a question."""
    if question.type == "yes_no":
        return "boolean" if options.is_boolean(question) else "choice"
    return FHIR_TYPES[question.type]


def section_item(form: Form, section: Section) -> Json:
    """A section as a group, its introduction as the first line in it."""
    lines = []
    if any(section.introduction.values()):
        lines.append(parts.display(f"{section.link_id}.introduction", section.introduction, form.language))
    enabled = conditions.enabling(form, section.link_id)
    own = [_rule(section.ask_when)] if section.ask_when else []
    return _tidy({
        "extension": [*enabled.pop("extension", ()), *own],
        "linkId": section.link_id,
        **text_element("text", section.title, form.language),
        "type": "group",
        **enabled,
        "item": [*lines, *(question_item(form, question) for question in section.questions)],
    })  # fmt: skip


def question_item(form: Form, question: Question) -> Json:
    """A question, with the items that stand for its parts and its help."""
    enabled = conditions.enabling(form, question.link_id)
    extensions = [*_standard(form, question), *enabled.pop("extension", ())]
    return _tidy({
        "extension": [*extensions, *_own(form, question)],
        "linkId": question.link_id,
        "code": codings(question.codes),
        **text_element("text", question.text, form.language),
        "type": fhir_type(question),
        **enabled,
        "required": question.required or None,
        "repeats": question.type == "multiple_choice" or question.repeats or None,
        "maxLength": question.maximum_length if question.type in _TEXTS else None,
        "answerOption": options.answer_options(question, form.language) if fhir_type(question) == "choice" else None,
        "item": [*parts.help_items(question, form.language), *_inside(form, question)],
    })  # fmt: skip


def codings(codes: dict[str, str]) -> list[Json]:
    """Terminology codes as Codings."""
    return [{"system": urls.system_of(name), "code": code} for name, code in sorted(codes.items())]


def _standard(form: Form, question: Question) -> list[Json]:
    """The extensions of HL7 that say what our fields say."""
    found: list[Json] = []
    if any(question.short.values()):
        found.append({"url": urls.SHORT, **text_element("valueString", question.short, form.language)})
    if question.type in _CONTROLS:
        found.append(parts.concept(urls.CONTROL, urls.CONTROLS, _CONTROLS[question.type]))
    if question.type in ("integer", "decimal"):
        found += numbers.number_extensions(question)
    if question.type == "height":
        found += numbers.unit_options("cm", "in")
    if question.type == "weight":
        found += numbers.unit_options("kg", "lb")
    if question.type == "group" and question.repeats:
        found.append({"url": urls.MOST_ENTRIES, "valueInteger": question.maximum_entries})
    if question.link_id in form.definition.switched_off():
        found.append({"url": urls.HIDDEN, "valueBoolean": True})
    return found


def standard_fields(question: Question) -> frozenset[str]:
    """The fields that FHIR's own elements hold; the rest goes into our extension."""
    found = {"link_id", "text", "short", "hint", "explanation", "required", "items", "repeats", "codes"}
    if fhir_type(question) == "choice":
        found.add("options")
    if question.type in _TEXTS:
        found.add("maximum_length")
    if question.type in ("integer", "decimal"):
        bounds = {"minimum": question.minimum, "maximum": question.maximum}
        found |= {
            "unit",
            *(name for name, bound in bounds.items() if bound is None or numbers.has_bound(question, bound)),
        }
    if question.type == "decimal":
        found.add("decimals")
    if question.type == "group" and question.repeats:
        found.add("maximum_entries")
    return frozenset(found)


def _own(form: Form, question: Question) -> list[Json]:
    fields = frozenset(question.__struct_fields__) - standard_fields(question)
    return [structs.write(question, urls.extension("question"), form.language, fields)]


def _rule(text: str) -> Json:
    return {"url": urls.extension("ask-when"), "valueString": text}


def _inside(form: Form, question: Question) -> list[Json]:
    match question.type:
        case "blood_pressure":
            return parts.pressure(question, form.languages)
        case "ago":
            return parts.ago(question, form.languages)
        case "medicines":
            vocabulary = form.symbols.vocabularies.get(question.vocabulary)
            return parts.medicines(question, form.languages, vocabulary)
        case _:
            return [question_item(form, item) for item in question.items]


def _tidy(item: Json) -> Json:
    """Without what is empty: FHIR has no empty lists."""
    return {name: value for name, value in item.items() if value not in (None, [], {})}
