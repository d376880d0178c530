"""Totals read: our own scores, and from other files the sums that anybody writes.

>>> simple_total("%resource.item.where(linkId='a').answer.value + %resource.item.where(linkId='b').answer.value")
('a', 'b')
>>> simple_total("%resource.descendants().where(linkId='a' or linkId='b').answer.value.ordinal().sum()")
('a', 'b')
>>> simple_total("%age * 2")
()
"""

from __future__ import annotations

import re
from typing import Any

from screening.engine.definition import Score

from . import structs, urls
from .element import Element
from .reading_items import Reader, is_hidden
from .totals import GROUP, STANDARD

_OWN_FIELDS = frozenset(Score.__struct_fields__) - STANDARD
_LINK = re.compile(r"linkId\s*=\s*'([^']+)'")
_TERM = re.compile(
    r"\(?\s*(?:%resource|%questionnaire|%context)?\.?(?:(?:repeat\(item\)|descendants\(\)|item)\.?)*"
    r"(?:where\(linkId\s*=\s*'[^']+'\)\.?(?:item\.?)?)+\.?answer(?:\.value)?(?:\.(?:ordinal|weight|first)\(\))*\s*\)?"
)
_SUM = re.compile(
    r"(?:%resource|%questionnaire)\.(?:(?:repeat\(item\)|descendants\(\)|item)\.?)+"
    r"where\(linkId\s*=\s*'[^']+'(?:\s+or\s+linkId\s*=\s*'[^']+')*\)\.answer(?:\.value)?(?:\.(?:ordinal|weight)\(\))*\.sum\(\)"
)


def simple_total(expression: str) -> tuple[str, ...]:
    """The linkIds that a plain sum adds up, or an empty tuple when it is anything else."""
    plain = expression.strip()
    if _SUM.fullmatch(plain):
        return tuple(_LINK.findall(plain))
    terms = plain.split("+")
    if len(terms) < 2 or not all(_TERM.fullmatch(term.strip()) for term in terms):
        return ()
    return tuple(_LINK.findall(term)[-1] for term in terms)


def is_total(item: Element) -> bool:
    """Whether an item is worked out rather than asked."""
    return item.has_extension(urls.CALCULATED) or item.data.get("linkId") == GROUP


def read_totals(reader: Reader, item: Element, scores: list[dict[str, Any]]) -> None:
    """A group of our own scores, or one item that is calculated."""
    reader.link(item)
    if item.data.get("linkId") == GROUP and item.data.get("type") == "group":
        item.ignore("type")
        is_hidden(item)
        for child in item.children("item"):
            reader.link(child)
            _total(reader, child, scores)
        return
    _total(reader, item, scores)


def _total(reader: Reader, item: Element, scores: list[dict[str, Any]]) -> None:
    item.ignore("type", "readOnly")
    is_hidden(item)
    extension = item.extension(urls.CALCULATED)
    value = extension.child("valueExpression") if extension else None
    expression = value.text("expression") if value else ""
    if value is not None:
        value.ignore("language", "name", "description")
    own = item.extension(urls.extension("score"))
    items = [reader.sources[name].name for name in simple_total(expression) if name in reader.sources]
    if own is None and (not items or len(items) != len(simple_total(expression))):
        item.left_out("a calculation that is not a plain sum of questions in this file")
        item.dismiss()
        return
    name = reader.name(item, str(item.data.get("linkId")))
    fields: dict[str, Any] = structs.read(own, Score, reader.language, _OWN_FIELDS) if own else {"items": items}
    fields |= {"link_id": name, "title": reader.text_of(item, name)}
    reader.codes(item, fields)
    scores.append(fields)
