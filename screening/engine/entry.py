"""What a person typed into a form, turned into the JSON value that `reading.py` checks. Tolerant, never guessing.

Form parts by question type ("" is the only or main field; every type also takes `state` = "not_sure" or "declined"):

====================  =====================================================================================
yes_no, choice        "" = the code (or "not_sure" / "declined" from the same set of radio buttons)
multiple_choice       "" = the codes
integer, decimal      ""
blood_pressure        `systolic`, `diastolic`; or "" = "120/80"
height                `cm`, or `ft` and `in`
weight                `kg`, or `lb`, or `st` and `lb`
date, partial_date    `day`, `month`, `year`; or "" = ISO or "27 March 1980"
ago                   `number` and `unit`; or `day`, `month`, `year`; or "" = "6 weeks ago"
text … email          ""
medicines             `none` = ticked; `0.name`, `0.dose`, `0.kept` = the name that is to stay as typed, `1.name` …;
                      or "" = one medicine on each line
acknowledgement       "" = ticked
group (repeating)     `0.<item>` or `0.<item>.<part>`, then `1.<item>` …
====================  =====================================================================================
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from .context import Context, Raw
from .dates import month_number, read_typed
from .words import TRANSLATED_UNITS, unit_in

PartTexts = Mapping[str, str | list[str]]

TICKED = frozenset({"on", "yes", "true", "1"})


class Typed:
    """The text of each form part: trimmed, blank ones left out.

    >>> Typed({"": " 162 ", "day": ""}).parts
    {'': ['162']}
    """

    def __init__(self, parts: PartTexts) -> None:
        self.parts: dict[str, list[str]] = {}
        for part, given in parts.items():
            texts = [text.strip() for text in ([given] if isinstance(given, str) else given)]
            if any(texts):
                self.parts[part] = [text for text in texts if text]

    def one(self, part: str) -> str:
        """The text of a part; the last one when it came twice; empty when it is blank."""
        return self.parts.get(part, [""])[-1]

    def many(self, part: str) -> list[str]:
        """Every text of a part."""
        return self.parts.get(part, [])

    def __contains__(self, part: str) -> bool:
        return part in self.parts

    def kept(self) -> dict[str, str]:
        """Everything typed, in a form that can be stored."""
        return {storable(part): storable(", ".join(texts)) for part, texts in self.parts.items()}

    def entries(self) -> list[tuple[int, dict[str, list[str]]]]:
        """The numbered parts of a list, grouped by their number and in its order."""
        found: dict[int, dict[str, list[str]]] = {}
        for part, texts in self.parts.items():
            head, dot, rest = part.partition(".")
            if dot and re.fullmatch(r"[0-9]{1,4}", head):
                found.setdefault(int(head), {})[rest] = texts
        return sorted(found.items())


def storable(text: str) -> str:
    """Text without the characters that cannot be stored, each replaced by the sign for it."""
    return "".join("\ufffd" if ch == "\x00" or "\ud800" <= ch <= "\udfff" else ch for ch in text)


_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")


def typed_number(text: str, *units: str) -> int | float | None:
    """A number as people write it: spaces, a decimal comma, thousands commas, a unit after it.

    >>> typed_number("1 200"), typed_number("3,5"), typed_number("1,200"), typed_number("80 kg", "kg")
    (1200, 3.5, 1200, 80)
    >>> typed_number("about 80") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    for unit in sorted(units, key=len, reverse=True):
        plain = plain.removesuffix(unit.casefold()).strip()
    plain = re.sub(r"(?<=[0-9])[\s'’](?=[0-9]{3}(?![0-9]))", "", plain).replace("−", "-")
    plain = plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain.replace(",", ".", 1)
    if len(plain) > 24 or not _NUMBER.fullmatch(plain):
        return None
    return float(plain) if "." in plain else int(plain)


def enter_choice(context: Context, typed: Typed) -> Raw:
    codes = list(dict.fromkeys(typed.many("")))
    if len(codes) > 1:
        context.problem("choice_several")
        return None
    return codes[0] if codes else None


def enter_multiple(context: Context, typed: Typed) -> Raw:
    return typed.many("") or None


def enter_text(context: Context, typed: Typed) -> Raw:
    return typed.one("") or None


def enter_number(context: Context, typed: Typed) -> Raw:
    if "" not in typed:
        return None
    unit = context.question.unit
    found = typed_number(typed.one(""), unit, *(unit_in(unit, language) for language in TRANSLATED_UNITS))
    if found is None:
        example = context.question.minimum if context.question.minimum is not None else 3
        context.problem("number_not_read", example=int(example))
    return found


def enter_ticked(context: Context, typed: Typed) -> Raw:
    if "" not in typed:
        return None
    return typed.one("").casefold() in TICKED


def enter_pressure(context: Context, typed: Typed) -> Raw:
    texts = {part: typed.one(part) for part in ("systolic", "diastolic") if part in typed}
    if not texts and "" in typed:
        pair = re.fullmatch(r"(.+?)\s*(?:/|\\|over|sobre|-|\s)\s*(.+)", typed.one(""), re.IGNORECASE | re.DOTALL)
        if pair is None:
            context.problem("pressure_not_read")
            return None
        texts = {"systolic": pair[1], "diastolic": pair[2]}
    return _numbers(context, texts, {part: f"{part}_not_read" for part in texts})


def _numbers(context: Context, texts: Mapping[str, str], codes: Mapping[str, str]) -> Raw:
    """The parts that are numbers; each of the others is a problem."""
    found: dict[str, int | float] = {}
    for part, text in texts.items():
        value = typed_number(text, *UNITS[part])
        if value is None:
            context.problem(codes[part], part)
        else:
            found[part] = value
    return found or None


UNITS = {
    "systolic": ("mmhg", "mm hg"),
    "diastolic": ("mmhg", "mm hg"),
    "cm": ("cm", "cms", "centimeters", "centimetres", "centímetros"),
    "ft": ("ft", "feet", "foot", "pies", "'", "’", "′"),
    "in": ("in", "inch", "inches", "pulgadas", '"', "”", "″", "''"),
    "kg": ("kg", "kgs", "kilograms", "kilos", "kilogramos"),
    "lb": ("lb", "lbs", "pounds", "libras"),
    "st": ("st", "stone"),
}
"""The units that may be written after the number of each part; another unit is not read rather than misread."""

_FEET_INCHES = re.compile(r"""([0-9])\s*(?:'|’|′|ft|feet|foot)\s*([0-9.,]+)\s*(?:"|”|″|''|in|inches)?""", re.IGNORECASE)


def enter_height(context: Context, typed: Typed) -> Raw:
    texts = {part: typed.one(part) for part in ("cm", "ft", "in") if part in typed}
    both = _FEET_INCHES.fullmatch(texts.get("ft", ""))
    if both and "in" not in texts:
        texts |= {"ft": both[1], "in": both[2]}
    return _numbers(context, texts, dict.fromkeys(texts, "height_not_read"))


def enter_weight(context: Context, typed: Typed) -> Raw:
    texts = {part: typed.one(part) for part in ("kg", "st", "lb") if part in typed}
    return _numbers(context, texts, dict.fromkeys(texts, "weight_not_read"))


def enter_date(context: Context, typed: Typed) -> Raw:
    """ISO text, as far as the person gave it. `reading.py` decides whether that is enough and whether it exists."""
    if not {"day", "month", "year"} & typed.parts.keys():
        return _enter_one_field(context, typed)
    numbers = {
        "year": _four_digits(typed.one("year")),
        "month": month_number(typed.one("month")),
        "day": _one_or_two_digits(typed.one("day")),
    }
    for part, found in numbers.items():
        if part in typed and found is None:
            context.problem(f"{part}_not_read", part)
    for part, smaller in (("year", "month"), ("month", "day")):
        if part not in typed and (smaller in typed or (part == "year" and "day" in typed)):
            context.problem(f"{part}_missing", part)
    if context.problems:
        return None
    widths = {"year": 4, "month": 2, "day": 2}
    return "-".join(f"{found:0{widths[part]}d}" for part, found in numbers.items() if found is not None)


def _enter_one_field(context: Context, typed: Typed) -> Raw:
    if "" not in typed:
        return None
    found = read_typed(typed.one(""))
    if found is None:
        context.problem("date_not_read")
    return found


def _four_digits(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{4}", text) else None


def _one_or_two_digits(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,2}", text) else None


UNIT_WORDS = {
    "days": ("day", "days", "d", "día", "dia", "días", "dias"),
    "weeks": ("week", "weeks", "w", "wk", "wks", "semana", "semanas"),
    "months": ("month", "months", "mo", "mos", "mes", "meses"),
    "years": ("year", "years", "y", "yr", "yrs", "año", "años"),
}
_AGO = re.compile(r"(?:hace\s+)?([0-9]+)\s*([a-zñí]+)\.?(?:\s+ago)?", re.IGNORECASE)


def enter_ago(context: Context, typed: Typed) -> Raw:
    """A number and a unit, or a date, never both."""
    has_number = bool({"number", "unit"} & typed.parts.keys())
    has_date = bool({"day", "month", "year"} & typed.parts.keys())
    if has_number and "number" not in typed and has_date:
        has_number = False  # a unit that was chosen in advance says nothing alone
    if has_number and has_date:
        context.problem("ago_both", "number")
        return None
    if has_number:
        return _number_and_unit(context, typed.one("number"), typed.one("unit"))
    found = _AGO.fullmatch(typed.one(""))
    if found:
        return _number_and_unit(context, found[1], found[2])
    return enter_date(context, typed)


def _number_and_unit(context: Context, text: str, word: str) -> Raw:
    unit = next((unit for unit, words in UNIT_WORDS.items() if word.casefold() in words), None)
    if not text:
        return None if unit else {"unit": word}
    count = typed_number(text)
    if count is None:
        context.problem("ago_number_not_read", "number")
    if unit is None:
        context.problem("ago_unit_missing", "unit")
    return None if context.problems else {"number": count, "unit": unit}
