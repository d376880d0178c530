"""Units, bounds and decimals read."""

from __future__ import annotations

from typing import Any

from . import numbers, urls
from .element import Element

MOST_DECIMALS = 6
"""Where a file sets no limit."""


def read_numbers(item: Element, kind: str) -> dict[str, Any]:
    """The fields `unit`, `minimum`, `maximum` and `decimals` of a number."""
    found: dict[str, Any] = {}
    unit = item.extension(urls.UNIT)
    coding = unit.child("valueCoding") if unit else None
    if coding is not None:
        found["unit"] = _unit(coding)
    for url, name in ((urls.MINIMUM, "minimum"), (urls.MAXIMUM, "maximum")):
        bound = item.extension(url)
        value = bound.value_number() if bound else None
        if value is not None:
            found[name] = value
    decimals = item.extension(urls.DECIMALS)
    places = decimals.whole("valueInteger") if decimals else None
    if kind == "decimal":
        found["decimals"] = MOST_DECIMALS if places is None else places
    return found


def read_quantity(item: Element) -> tuple[dict[str, Any], frozenset[str]]:
    """A quantity as a number in its first unit, and that unit's names. The other units are reported."""
    found = read_numbers(item, "decimal")
    codings = [coding for option in item.extensions(urls.UNIT_OPTION) if (coding := option.child("valueCoding"))]
    for other in codings[1:]:
        other.left_out("a number has one unit here: the first")
        other.dismiss()
    if codings:
        names = {str(codings[0].data.get(name)) for name in ("code", "display") if codings[0].data.get(name)}
        found["unit"] = _unit(codings[0])
        return found, frozenset(names)
    return found, frozenset({str(found["unit"])} if "unit" in found else ())


def _unit(coding: Element) -> str:
    coding.ignore("system")
    code, words = coding.text("code"), coding.text("display")
    return words or numbers.UNIT_WORDS.get(code, code)
