"""The copy as a file that is handed over: one ZIP with a page to read or print, and the same as JSON."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.template.loader import render_to_string

from .rows import Plain

FOR_PROGRAMS = "_code"
HEADINGS = {"who": "Who this is about", "who_did_what": "Who opened or changed what"}


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something with a heading: lines of a name and a text, a table, and what it consists of."""

    heading: str
    lines: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    parts: tuple[Part, ...] = ()


def zipped(copy: Plain, zone: ZoneInfo) -> bytes:
    """`copy.html` and `copy.json` of what `collecting.everything` found. Times on the page are those of the zone."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("copy.html", page(copy, zone))
        file.writestr("copy.json", as_json(copy))
    return output.getvalue()


def as_json(copy: Plain) -> str:
    """The same for programs: times in ISO 8601 with their offset."""
    return json.dumps(copy, indent=2, ensure_ascii=False, default=_written) + "\n"


def _written(value: object) -> str:
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    raise TypeError(f"A {type(value).__name__} cannot be part of a copy.")


def page(copy: Plain, zone: ZoneInfo) -> str:
    """One page that stands alone: no script, nothing fetched."""
    return render_to_string("subject_access/copy.html", {"part": part_of(str(copy["of"]), copy, zone)})


def part_of(heading: str, values: Plain, zone: ZoneInfo) -> Part:
    """A dict as a part: its single values become lines, its lists of dicts parts of their own.

    >>> found = part_of("Alert", {"sent_at": None, "note": "Called.", "tries": [{"delivered": True}]}, ZoneInfo("UTC"))
    >>> found.lines, found.parts[0].heading, found.parts[0].columns, found.parts[0].rows
    ((('Note', 'Called.'),), 'Tries', ('Delivered',), (('Yes',),))
    """
    shown = {key: value for key, value in values.items() if not key.endswith(FOR_PROGRAMS) and value is not None}
    lists = {key: value for key, value in shown.items() if isinstance(value, list) and value}
    lines = [(heading_of(key), in_words(value, zone)) for key, value in shown.items() if not isinstance(value, list)]
    return Part(
        heading=heading,
        lines=tuple(lines),
        parts=tuple(_list(heading_of(key), value, zone) for key, value in lists.items()),
    )


def _list(heading: str, values: list[Any], zone: ZoneInfo) -> Part:
    """A list as a part: answers and plain texts as lines, flat dicts as a table, all others one part each."""
    if all(isinstance(one, dict) and "question" in one for one in values):
        return Part(heading=heading, lines=tuple((one["question"], one["answer"]) for one in values))
    if not isinstance(values[0], dict):
        return Part(heading=heading, lines=tuple(("", str(one)) for one in values))
    if any(isinstance(value, list) for one in values for value in one.values()):
        return Part(heading=heading, parts=tuple(_numbered(values, zone)))
    return _table(heading, values, zone)


def _table(heading: str, values: list[Plain], zone: ZoneInfo) -> Part:
    keys = list(dict.fromkeys(key for one in values for key in one if not key.endswith(FOR_PROGRAMS)))
    rows = tuple(tuple(in_words(one.get(key, ""), zone) for key in keys) for one in values)
    return Part(heading=heading, columns=tuple(map(heading_of, keys)), rows=rows)


def _numbered(values: list[Plain], zone: ZoneInfo) -> Iterator[Part]:
    for number, one in enumerate(values, start=1):
        yield part_of(str(one.get("reference", number)), one, zone)


def heading_of(key: str) -> str:
    """A key as a heading.

    >>> heading_of("made_at"), heading_of("who")
    ('Made at', 'Who this is about')
    """
    return HEADINGS.get(key) or key.replace("_", " ").capitalize()


def in_words(value: object, zone: ZoneInfo) -> str:
    """A single value for a reader.

    >>> utc = ZoneInfo("UTC")
    >>> in_words(datetime.datetime(2026, 3, 2, 15, tzinfo=utc), utc), in_words(False, utc)
    ('2 Mar 2026, 15:00:00 UTC', 'No')
    """
    match value:
        case bool():
            return "Yes" if value else "No"
        case datetime.datetime():
            at = value.astimezone(zone)
            return f"{at.day} {at:%b %Y, %H:%M:%S %Z}"
        case _:
            return str(value)
