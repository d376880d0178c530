"""Dates as people remember them: whole, or only a month or a year; typed, or in ISO form.

>>> read_iso("1980-02")
PartialDate(year=1980, month=2, day=None)
"""

from __future__ import annotations

import datetime
import re

from .values import PartialDate

MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
           "noviembre", "diciembre"),
}  # fmt: skip

EARLIEST_YEAR = 1900
OLDEST_YEARS = 120

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class NoSuchDate(ValueError):  # noqa: N818 (named for the event)
    """Well-formed, but no calendar has it (31 February)."""


def read_iso(text: str) -> PartialDate | None:
    """A year, a month or a day in ISO form; None for any other text. Raises `NoSuchDate` for an impossible date."""
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        datetime.date(year or 0, month or 1, day or 1)
    except ValueError:
        raise NoSuchDate(text) from None
    return PartialDate(year=year or 0, month=month, day=day)


def first_day(when: PartialDate) -> datetime.date:
    """The earliest day that a partial date can mean.

    >>> first_day(PartialDate(year=2021, month=3))
    datetime.date(2021, 3, 1)
    """
    return datetime.date(when.year, when.month or 1, when.day or 1)


def iso(when: PartialDate) -> str:
    """The ISO form: `"1980"`, `"1980-02"` or `"1980-02-29"`."""
    parts = [f"{when.year:04d}"] + [f"{part:02d}" for part in (when.month, when.day) if part is not None]
    return "-".join(parts)


def month_number(text: str) -> int | None:
    """A month from its number or its name in any of our languages, or the first three letters of it.

    >>> month_number("3"), month_number("Sept."), month_number("marzo"), month_number("x")
    (3, 9, 3, None)
    """
    word = text.strip().rstrip(".").casefold()
    if re.fullmatch(r"[0-9]{1,2}", word):
        return int(word)
    if len(word) < 3:
        return None
    for names in MONTHS.values():
        for number, name in enumerate(names, start=1):
            if name.casefold().startswith(word):
                return number
    return None


def read_typed(text: str) -> str | None:
    """A whole date typed into one field, as ISO text; None when it could mean more than one day ("3/4/2021").

    >>> read_typed("27 March 1980"), read_typed("March 27, 1980"), read_typed("27/3/1980"), read_typed("3/4/1980")
    ('1980-03-27', '1980-03-27', '1980-03-27', None)
    """
    words = re.split(r"[\s,./-]+", text.strip().rstrip("."))
    words = [word for word in words if word.casefold() not in {"de", "del", "of"}]
    if len(words) == 1 or re.fullmatch(r"[0-9]{4}", words[0]):
        return _typed_year_first(words)
    if len(words) == 2:
        return _joined(words[1], month_number(words[0]), None)
    return _typed_three(words) if len(words) == 3 else None


def _typed_year_first(words: list[str]) -> str | None:
    if len(words) > 3:
        return None
    month = month_number(words[1]) if len(words) > 1 else None
    if len(words) > 1 and month is None:
        return None
    return _joined(words[0], month, words[2] if len(words) > 2 else None)


def _typed_three(words: list[str]) -> str | None:
    one, two, year = words
    by_name = [not word[:1].isdigit() for word in (one, two)]
    if by_name == [True, False]:
        return _joined(year, month_number(one), two)
    if by_name == [False, True] or _is_day_only(one):
        return _joined(year, month_number(two), one)
    if _is_day_only(two) or one == two:
        return _joined(year, month_number(one), two)
    return None


def _is_day_only(word: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,2}", word)) and int(word) > 12


def _joined(year: str, month: int | None, day: str | None) -> str | None:
    if not re.fullmatch(r"[0-9]{4}", year) or (day is not None and not re.fullmatch(r"[0-9]{1,2}", day)):
        return None
    if month is None:
        return year if day is None else None
    return f"{year}-{month:02d}" + (f"-{int(day):02d}" if day is not None else "")
