"""The elements of the R4 resources and types that we write: name, type, how often. A `!` is required, a `*` a list."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple


class Shape(NamedTuple):
    """One element: its type, how often it stands there, and the codes it may have."""

    type: str
    many: bool = False
    required: bool = False
    codes: str = ""


def _text(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_DATE = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
_ZONE = r"(Z|[+-](0\d|1[0-4]):[0-5]\d)"

PRIMITIVES: dict[str, Callable[[Any], bool]] = {
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31,
    "unsignedInt": lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31,
    "decimal": _is_number,
    "string": lambda value: isinstance(value, str) and bool(value.strip()),
    "markdown": lambda value: isinstance(value, str) and bool(value.strip()),
    "code": _text(r"\S+( \S+)*"),
    "uri": _text(r"\S+"),
    "id": _text(r"[A-Za-z0-9.-]{1,64}"),
    "date": _text(_DATE),
    "dateTime": _text(rf"{_DATE}(T{_TIME}{_ZONE})?"),
    "instant": _text(rf"\d{{4}}-\d\d-\d\dT{_TIME}{_ZONE}"),
    "time": _text(_TIME),
}

CODES: dict[str, tuple[str, ...]] = {
    "status": ("draft", "active", "retired", "unknown"),
    "item": (
        "group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url",
        "choice", "open-choice", "attachment", "reference", "quantity",
    ),
    "operator": ("exists", "=", "!=", ">", "<", ">=", "<="),
    "behavior": ("all", "any"),
    "response": ("in-progress", "completed", "amended", "entered-in-error", "stopped"),
    "observation": ("registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error"),
    "severity": ("high", "moderate", "low"),
    "bundle": ("document", "message", "transaction", "collection", "searchset", "history", "batch"),
}  # fmt: skip

_TABLE = """
Element: id=id extension=Extension*
Extension: id=id extension=Extension* url=uri! VALUE
Coding: BASE system=uri version=string code=code display=string userSelected=boolean
CodeableConcept: BASE coding=Coding* text=string
Quantity: BASE value=decimal comparator=code unit=string system=uri code=code
Reference: BASE reference=string type=uri identifier=Identifier display=string
Identifier: BASE use=code type=CodeableConcept system=uri value=string
Expression: BASE description=string name=id language=code! expression=string reference=uri
Period: BASE start=dateTime end=dateTime
Meta: BASE versionId=id lastUpdated=instant source=uri profile=uri* security=Coding* tag=Coding*
Narrative: BASE status=code! div=string!
ContactDetail: BASE name=string
Questionnaire: RESOURCE url=uri identifier=Identifier* version=string name=string title=string derivedFrom=uri* \
 status=code!/status experimental=boolean subjectType=code* date=dateTime publisher=string contact=ContactDetail* \
 description=markdown purpose=markdown copyright=markdown approvalDate=date lastReviewDate=date effectivePeriod=Period \
 code=Coding* item=QuestionnaireItem*
QuestionnaireItem: BASE linkId=string! definition=uri code=Coding* prefix=string text=string type=code!/item \
 enableWhen=EnableWhen* enableBehavior=code/behavior required=boolean repeats=boolean readOnly=boolean \
 maxLength=integer answerValueSet=uri answerOption=AnswerOption* initial=Initial* item=QuestionnaireItem*
EnableWhen: BASE question=string! operator=code!/operator answerBoolean=boolean answerDecimal=decimal \
 answerInteger=integer answerDate=date answerDateTime=dateTime answerTime=time answerString=string \
 answerCoding=Coding answerQuantity=Quantity answerReference=Reference
AnswerOption: BASE valueInteger=integer valueDate=date valueTime=time valueString=string valueCoding=Coding \
 valueReference=Reference initialSelected=boolean
Initial: BASE VALUE
QuestionnaireResponse: RESOURCE identifier=Identifier basedOn=Reference* partOf=Reference* questionnaire=uri \
 status=code!/response subject=Reference encounter=Reference authored=dateTime author=Reference source=Reference \
 item=ResponseItem*
ResponseItem: BASE linkId=string! definition=uri text=string answer=ResponseAnswer* item=ResponseItem*
ResponseAnswer: BASE valueBoolean=boolean valueDecimal=decimal valueInteger=integer valueDate=date \
 valueDateTime=dateTime valueTime=time valueString=string valueUri=uri valueCoding=Coding valueQuantity=Quantity \
 valueReference=Reference item=ResponseItem*
Observation: RESOURCE identifier=Identifier* basedOn=Reference* status=code!/observation category=CodeableConcept* \
 code=CodeableConcept! subject=Reference effectiveDateTime=dateTime issued=instant performer=Reference* \
 valueQuantity=Quantity valueInteger=integer valueString=string valueCodeableConcept=CodeableConcept \
 dataAbsentReason=CodeableConcept interpretation=CodeableConcept* note=Annotation* derivedFrom=Reference*
Annotation: BASE authorString=string time=dateTime text=markdown!
DetectedIssue: RESOURCE identifier=Identifier* status=code!/observation code=CodeableConcept severity=code/severity \
 patient=Reference identifiedDateTime=dateTime author=Reference implicated=Reference* evidence=Evidence* \
 detail=string reference=uri
Evidence: BASE code=CodeableConcept* detail=Reference*
Bundle: RESOURCE identifier=Identifier type=code!/bundle timestamp=instant total=unsignedInt entry=BundleEntry*
BundleEntry: BASE fullUrl=uri resource=Resource
"""

_VALUES = (
    "valueString=string valueBoolean=boolean valueInteger=integer valueDecimal=decimal valueCode=code valueUri=uri "
    "valueUrl=uri valueMarkdown=markdown valueDate=date valueDateTime=dateTime valueTime=time valueCoding=Coding "
    "valueCodeableConcept=CodeableConcept valueQuantity=Quantity valueReference=Reference valueExpression=Expression"
)
_MACROS = {
    "BASE": "id=id extension=Extension* modifierExtension=Extension*",
    "RESOURCE": "id=id meta=Meta implicitRules=uri language=code text=Narrative contained=Resource* "
    "extension=Extension* modifierExtension=Extension*",
    "VALUE": _VALUES,
}
_ELEMENT = re.compile(r"(\w+)=(\w+)([!*]?)(?:/(\w+))?")


def _shapes(line: str) -> dict[str, Shape]:
    for name, text in _MACROS.items():
        line = re.sub(rf"\b{name}\b", text, line)
    return {name: Shape(kind, sign == "*", sign == "!", codes) for name, kind, sign, codes in _ELEMENT.findall(line)}


ELEMENTS: dict[str, dict[str, Shape]] = {
    line.partition(":")[0]: _shapes(line.partition(":")[2]) for line in _TABLE.replace("\\\n", "").strip().splitlines()
}
"""The elements of each resource and type, by name."""
