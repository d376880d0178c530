"""A list of people to invite, as it comes out of a spreadsheet: read whole, with everything that is wrong with a row.

The first line names the columns: `email`, and where wanted `name`, `language`, `appointment`. Nothing is made here.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
from zoneinfo import ZoneInfo

from . import invitees
from .invitees import Details
from .models import Clinic

COLUMNS = ("name", "email", "language", "appointment")
SPELLINGS = {"e-mail": "email", "mail": "email", "e-mail address": "email", "email address": "email"}
MOST_ROWS = 200
MOST_BYTES = 200_000
# What makes a spreadsheet run a cell instead of showing it; the wide forms as well.
FORMULA = "=+-@＝＋－＠"
MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S")
EXAMPLE_HEAD = "name,email,language,appointment"


class Unreadable(Exception):  # noqa: N818 (named for the event)
    """The list as a whole cannot be used. The message says why and what to do."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """One person of the list: the line of the spreadsheet, its cells as written, and what is wrong with them."""

    number: int
    name: str
    email: str
    appointment: str
    language: str
    details: Details
    problems: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        return not self.problems


def decoded(data: bytes) -> str:
    """The text of an uploaded file. Raises `Unreadable`."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 1000} kB. Split the list into several files.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("The file is not UTF-8. In the spreadsheet, save it as “CSV UTF-8”.") from error
    if "\0" in text:
        raise Unreadable("The file is not a CSV file. In the spreadsheet, save it as “CSV UTF-8”.")
    return text


def read(text: str, *, clinic: Clinic, now: datetime.datetime) -> tuple[Row, ...]:
    """Every row of a list, in order. Raises `Unreadable` when the list as a whole cannot be used."""
    head, lines = _lines(text)
    columns = _columns(head)
    if len(lines) > MOST_ROWS:
        raise Unreadable(f"The list has {len(lines)} rows. Invite at most {MOST_ROWS} people at once.")
    if not lines:
        raise Unreadable("The list has no rows below the line that names the columns.")
    taken = invitees.open_addresses(clinic, now=now)
    rows: list[Row] = []
    first_seen: dict[str, int] = {}
    for number, cells in lines:
        row = _row(number, cells, columns, clinic, now)
        mark = invitees.email_hash(clinic, row.email)
        rows.append(_told_apart(row, mark, first_seen, taken))
        if mark:
            first_seen.setdefault(mark, number)
    return tuple(rows)


def _lines(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The head, and every line that is not empty with its number in the file."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    try:
        found = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise Unreadable(f"Line {reader.line_num} cannot be read: check its quotation marks.") from error
    filled = [(number, cells) for number, cells in found if any(cells)]
    if not filled:
        raise Unreadable("The list is empty. Its first line names the columns: " + EXAMPLE_HEAD)
    return filled[0][1], filled[1:]


def _columns(head: list[str]) -> list[str]:
    names = [SPELLINGS.get(cell.casefold(), cell.casefold()) for cell in head]
    unknown = [cell for cell, name in zip(head, names, strict=True) if name not in COLUMNS]
    if "email" not in names or unknown:
        said = f"It has “{unknown[0]}”. " if unknown else "It has no column “email”. "
        raise Unreadable(f"The first line must name the columns. {said}The columns are: {EXAMPLE_HEAD}")
    if len(set(names)) < len(names):
        raise Unreadable("The first line names a column twice.")
    return names


def _row(number: int, cells: list[str], columns: list[str], clinic: Clinic, now: datetime.datetime) -> Row:
    by_name = dict(zip(columns, cells, strict=False))
    name, email = by_name.get("name", ""), by_name.get("email", "")
    appointment, language = by_name.get("appointment", ""), by_name.get("language", "").casefold()
    at = _moment(appointment, clinic)
    problems = [*_of_cells(cells, columns)]
    if appointment and at is None:
        problems.append("Write the appointment as year-month-day hour:minute, such as 2026-03-09 14:30.")
    if language and language not in clinic.languages:
        problems.append(f"The clinic does not offer “{language}”. Write one of: {', '.join(clinic.languages)}.")
    details = Details(name=name, email=email, appointment_at=at)
    for found in invitees.problems(details, now=now, send=True).values():
        problems += found
    return Row(
        number=number,
        name=name,
        email=email,
        appointment=appointment,
        language=language or clinic.languages[0],
        details=details,
        problems=tuple(problems),
    )


def _of_cells(cells: list[str], columns: list[str]) -> list[str]:
    found = []
    for cell in cells:
        if cell[:1] and cell[0] in FORMULA:
            found.append(f"A cell begins with “{cell[0]}”, which a spreadsheet would run. Take it away.")
        if any(not symbol.isprintable() for symbol in cell):
            found.append("A cell has a line break or another sign that is not a letter. Write it on one line.")
    if len(cells) > len(columns):
        found.append("The row has more cells than there are columns.")
    return found


def _moment(written: str, clinic: Clinic) -> datetime.datetime | None:
    """A day and a time at the clinic; None when it cannot be read."""
    for form in MOMENTS:
        try:
            return datetime.datetime.strptime(written, form).replace(tzinfo=ZoneInfo(clinic.timezone))
        except ValueError:
            continue
    return None


def _told_apart(row: Row, mark: str, first_seen: dict[str, int], taken: set[str]) -> Row:
    if mark and mark in first_seen:
        problem = f"The same e-mail address stands in row {first_seen[mark]}."
    elif mark and mark in taken:
        problem = "This address has a link that still works. Make a new link from that invitation instead."
    else:
        return row
    return dataclasses.replace(row, problems=(*row.problems, problem))


def example(clinic: Clinic, *, now: datetime.datetime) -> str:
    """A list to begin from, in which everything is right."""
    at = (now + datetime.timedelta(days=10)).astimezone(ZoneInfo(clinic.timezone))
    languages = [clinic.languages[0], clinic.languages[-1]]
    rows = [
        f"First Example,first@example.org,{languages[0]},{at:%Y-%m-%d} 14:30",
        f"Second Example,second@example.org,{languages[1]},",
    ]
    return "\r\n".join([EXAMPLE_HEAD, *rows, ""])
