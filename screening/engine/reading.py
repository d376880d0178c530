"""Choices, texts and dates from JSON, checked. One reader for each question type; `kinds.py` has the table.

A reader notes what is wrong in its `Context` and returns what can be trusted, or None.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping

from .context import Context, Raw
from .dates import EARLIEST_YEAR, OLDEST_YEARS, NoSuchDate, first_day, read_iso
from .definition import Question
from .measures import fields, whole
from .values import Ago, AgoUnit, PartialDate

DEFAULT_LENGTH = {"text": 300, "long_text": 10_000}
AGO_UNITS: dict[AgoUnit, float] = {"days": 365.25, "weeks": 52.18, "months": 12, "years": 1}
"""The units of "how long ago", and how many of each make a year."""


def codes_of(context: Context) -> dict[str, str]:
    """The answers that may be chosen: their codes and texts. A yes/no question needs no options of its own."""
    question = context.question
    if question.type == "yes_no" and not question.options:
        return {"yes": "Yes", "no": "No"}
    return {option.code: next(iter(option.text.values()), option.code) for option in question.options}


def read_yes_no(context: Context, raw: Raw) -> str | None:
    return read_choice(context, {True: "yes", False: "no"}[raw] if isinstance(raw, bool) else raw)


def read_choice(context: Context, raw: Raw) -> str | None:
    """One code; for an instrument's item also its score, as the number that is printed beside the answer."""
    scored = _scored(context.question)
    if scored and isinstance(raw, int | float) and not isinstance(raw, bool):
        return _of_score(context, scored, raw)
    if not isinstance(raw, str):
        context.wrong_type(raw, "the code of one answer" + (", or its score" if scored else ""))
        return None
    return raw if _is_code(context, raw) else None


def _scored(question: Question) -> dict[float, str]:
    """The codes of an instrument's item by score; empty unless each answer has a score of its own."""
    found = {option.score: option.code for option in question.options if option.score is not None}
    return found if question.instrument and len(found) == len(question.options) else {}


def _of_score(context: Context, scored: dict[float, str], raw: float) -> str | None:
    if raw not in scored:
        context.problem("choice_unknown", options=", ".join(f"{score:g} ({code})" for score, code in scored.items()))
    return scored.get(raw)


def _is_code(context: Context, raw: str) -> bool:
    codes = codes_of(context)
    if raw in codes:
        return True
    context.problem("choice_unknown", options=", ".join(codes))
    return False


def read_multiple(context: Context, raw: Raw) -> tuple[str, ...] | None:
    """The chosen codes in the order of the options. An empty list is not an answer."""
    if not isinstance(raw, list | tuple) or not all(isinstance(code, str) for code in raw):
        context.wrong_type(raw, "a list of codes")
        return None
    known = [_is_code(context, code) for code in raw]
    if not all(known) or not raw:
        return None
    chosen = tuple(option for option in context.question.options if option.code in raw)
    alone = next((option for option in chosen if option.exclusive), None)
    if alone is not None and len(chosen) > 1:
        context.problem("choice_exclusive", option=codes_of(context)[alone.code], option_code=alone.code)
        return None
    return tuple(option.code for option in chosen)


def clean_text(raw: str) -> str | None:
    """Text in one Unicode form with plain line ends; None when it has characters that cannot be stored.

    >>> clean_text(" a\\r\\nb "), clean_text("a\\x00")
    ('a\\nb', None)
    """
    if "\x00" in raw or any("\ud800" <= character <= "\udfff" for character in raw):
        return None
    return unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()


def read_text(context: Context, raw: Raw) -> str | None:
    found = string(context, raw, limit=context.question.maximum_length or DEFAULT_LENGTH["text"])
    return re.sub(r"\s*\n\s*", " ", found) if found else None


def read_long_text(context: Context, raw: Raw) -> str | None:
    return string(context, raw, limit=context.question.maximum_length or DEFAULT_LENGTH["long_text"]) or None


def string(context: Context, raw: Raw, *, limit: int, part: str = "") -> str | None:
    """Text of at most `limit` characters that can be stored."""
    if not isinstance(raw, str):
        context.wrong_type(raw, "text", part)
        return None
    found = clean_text(raw)
    if found is None:
        context.problem("text_characters", part)
    elif len(found) > limit:
        context.problem("text_too_long", part, maximum=limit, length=len(found))
        return None
    return found


def read_phone(context: Context, raw: Raw) -> str | None:
    found = string(context, raw, limit=60)
    if not found:
        return None
    dialled = re.sub(r"(?i)[\s,]*(?:ext\.?|x|#)\s*[0-9]{1,6}$", "", found)
    digits = re.sub(r"[^0-9]", "", dialled)
    if re.fullmatch(r"\+?[0-9\s().\-/\u00a0\u2010-\u2013]+", dialled) and 7 <= len(digits) <= 15:
        return found
    context.problem("phone_not_read")
    return None


def read_email(context: Context, raw: Raw) -> str | None:
    found = string(context, raw, limit=254)
    if not found:
        return None
    if re.fullmatch(r"[^\s@<>,;]{1,64}@[^\s@<>,;.]+(?:\.[^\s@<>,;.]+)+", found):
        return found
    context.problem("email_not_read")
    return None


def read_date(context: Context, raw: Raw) -> datetime.date | None:
    found = partial(context, raw)
    if found is None:
        return None
    if found.month is None or found.day is None:
        context.problem("day_missing" if found.month else "month_missing", "day" if found.month else "month")
        return None
    return first_day(found)


def read_partial_date(context: Context, raw: Raw) -> PartialDate | None:
    """A year, a month or a day. A bare year may be a number."""
    return partial(context, str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw)


def partial(context: Context, raw: Raw) -> PartialDate | None:
    """A whole or partial date from ISO text, not in the future and not too long ago."""
    if not isinstance(raw, str):
        context.wrong_type(raw, 'a date like "1980-02-29"')
        return None
    try:
        found = read_iso(raw.strip())
    except NoSuchDate:
        context.problem("date_impossible")
        return None
    if found is None:
        context.problem("date_not_read")
        return None
    return found if _in_time(context, found) else None


def _in_time(context: Context, found: PartialDate) -> bool:
    if first_day(found) > context.on:
        context.problem("date_future")
    elif context.question.role == "birth_date" and context.on.year - found.year > OLDEST_YEARS:
        context.problem("birth_date_too_early")
    elif found.year < EARLIEST_YEAR:
        context.problem("date_too_early")
    else:
        return True
    return False


def read_ago(context: Context, raw: Raw) -> Ago | PartialDate | None:
    """How long ago, or a date to the precision remembered."""
    if not isinstance(raw, Mapping):
        return read_partial_date(context, raw)
    given = fields(context, raw, ("number", "unit"), 'an object like {"number": 6, "unit": "weeks"}')
    count = whole(context, given["number"], "number", "ago_number_not_read") if "number" in given else None
    unit = given.get("unit")
    if "number" not in given:
        context.problem("ago_number_missing", "number")
    if not isinstance(unit, str) or unit not in AGO_UNITS:
        context.problem("ago_unit_missing", "unit")
    if context.problems or count is None:
        return None
    return _ago(context, count, next(known for known in AGO_UNITS if known == unit))


def _ago(context: Context, count: int, unit: AgoUnit) -> Ago | None:
    if count < 0:
        context.problem("ago_number_not_read", "number")
    elif count / AGO_UNITS[unit] > OLDEST_YEARS:
        context.problem("ago_too_long", "number")
    else:
        return Ago(number=count, unit=unit)
    return None


def read_acknowledgement(context: Context, raw: Raw) -> bool | None:
    if raw is True:
        return True
    if raw is False:
        context.problem("acknowledgement_not_given")
    else:
        context.wrong_type(raw, "true")
    return None
