"""The medicine list on a page: its rows, what is said of each name, what can be picked, and what is asked back.

Only exact names are taken as known (`screening.engine.medicines`). What is not known may be kept as typed: it never
holds anybody back, and the clinic is told that the list could not be read in full.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext

from screening.engine import medicines
from screening.engine.definition import Medicine, Vocabulary

from .elements import Input, element_id
from .inputs import InputSpec
from .parts import Parts
from .words import Words, in_language

BLANK = "__row__"
"""Stands for the number of a row in the markup that a script copies."""

MOST_LOOKED_UP = 60
"""Rows whose names are looked up: more than a list may have, few enough that a made-up page costs little."""

ROW = re.compile(r"([a-z0-9_]+)\.([0-9]{1,4})(?:=(.*))?", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """One medicine. `code` is what the name was taken for, `means` how that is called where it was typed otherwise.

    `offers` are what an unknown name may mean: what to read, and the name to put in its place. `stays` says that
    nothing is near, or that the words are to be kept.
    """

    number: int | str
    name: str
    id: str
    medicine: Input
    dose: Input
    code: str = ""
    typed: str = ""
    shown: str = ""
    means: str = ""
    offers: tuple[tuple[str, str], ...] = ()
    stays: bool = False
    kept: str = ""
    asks_dose: bool = False

    @property
    def has_dose(self) -> bool:
        """Whether the dose is on the page: it is asked for, or something stands there."""
        return self.asks_dose or bool(self.dose.value)

    @property
    def ids(self) -> list[str]:
        """The ids of the inputs that are on the page."""
        return [self.medicine.id, *([self.dose.id] if self.has_dose else [])]

    @property
    def is_blank(self) -> bool:
        return not (self.medicine.value or self.dose.value)


@dataclass(frozen=True)
class Pick:
    """One medicine that can be ticked. `name` is what stands in the list then."""

    code: str
    name: str
    label: str
    is_listed: bool


@dataclass(frozen=True)
class Group:
    """Common medicines under a title in plain words."""

    title: Words
    picks: tuple[Pick, ...]


# --- drawing ---


def rows_of(
    name: str, texts: Mapping[str, str], vocabulary: Vocabulary | None, wrong: Collection[str] = (), *, count: int = 1
) -> tuple[Row, ...]:
    """The first `count` rows of the question `name`. `wrong` are the parts that have a problem; "" means all."""
    known = [vocabulary if row < MOST_LOOKED_UP else None for row in range(count)]
    return tuple(row_of(name, row, texts, known[row], wrong) for row in range(count))


def row_of(
    name: str, row: int | str, texts: Mapping[str, str], vocabulary: Vocabulary | None, wrong: Collection[str] = ()
) -> Row:
    """One row with what is typed in it and what is said of that."""
    typed, kept = texts.get(f"{row}.name", "").strip(), texts.get(f"{row}.kept", "").strip()
    whole = f"{name}.{row}"
    return Row(
        number=row + 1 if isinstance(row, int) else row,
        name=whole,
        id=element_id(whole),
        medicine=_input(whole, "name", texts.get(f"{row}.name", ""), {f"{row}.name", ""} & set(wrong)),
        dose=_input(whole, "dose", texts.get(f"{row}.dose", ""), {f"{row}.dose", ""} & set(wrong)),
        typed=typed,
        **_said(vocabulary, typed, kept),
    )


def _input(row: str, part: str, value: str, problems: Collection[str]) -> Input:
    specs = {
        "name": InputSpec("name", gettext("name")),
        "dose": InputSpec("dose", gettext("How much in one day, if you know"), "width-5", "decimal", unit="mg"),
    }
    return Input(specs[part], element_id(f"{row}.{part}"), f"{row}.{part}", value, bool(problems))


def _said(vocabulary: Vocabulary | None, typed: str, kept: str) -> dict[str, Any]:
    if not typed or vocabulary is None:
        return {}
    found = medicines.understood(vocabulary, typed)
    if found is None:
        near = () if kept == typed else medicines.offers(vocabulary, typed)
        offers = tuple((each.label, medicines.replaced(typed, each.name)) for each in near)
        return {"offers": offers, "stays": not offers, "kept": kept if kept == typed else ""}
    medicine = medicines.medicine_of(vocabulary, found.code)
    means = medicine.name if medicine and found.name != medicine.name else ""
    return {"code": found.code, "shown": found.name, "means": means, "asks_dose": bool(medicine and medicine.ask_dose)}


def groups_of(vocabulary: Vocabulary | None, rows: Collection[Row], language: str) -> tuple[Group, ...]:
    """The groups to pick from; medicines that are on the list already are marked."""
    listed = {row.code for row in rows}
    return tuple(
        Group(in_language(group.title, language), tuple(_picks(vocabulary, group.medicines, listed)))
        for group in (vocabulary.groups if vocabulary else ())
    )


def _picks(vocabulary: Vocabulary, codes: Collection[str], listed: Collection[str]) -> Iterator[Pick]:
    for code in codes:
        medicine = medicines.medicine_of(vocabulary, code)
        if medicine is not None:
            yield Pick(code, medicine.name, _label(medicine), code in listed)


def _label(medicine: Medicine) -> str:
    """The medicine with its best known brand, which is how most people know it; brands begin with a capital."""
    brand = next((brand for brand in medicine.brands if brand[:1].isupper()), "")
    return f"{medicine.name} ({brand})" if brand else medicine.name


def what_is_said(name: str, parts: Parts, vocabulary: Vocabulary | None) -> dict[str, str]:
    """HTML for a script, by the name typed: what is said of it. Its row stands as `BLANK`."""
    texts = {key: _text(given) for key, given in parts.items()}
    found: dict[str, str] = {}
    for row in range(min(count_of(parts), MOST_LOOKED_UP)):
        part = {f"{BLANK}.{key}": texts.get(f"{row}.{key}", "") for key in ("name", "kept")}
        drawn = row_of(name, BLANK, part, vocabulary)
        found[drawn.typed] = render_to_string("components/_medicine_said.html", {"row": drawn})
    return found


# --- reading ---


def normal(parts: Parts, vocabulary: Vocabulary | None) -> Parts:
    """Parts as they are stored: filled rows only, numbered from 0, then a row for each medicine picked and not listed.

    >>> normal({"1.name": "Zoloft", "0.name": " ", "none": "on"}, None)
    {'none': 'on', '0.name': 'Zoloft'}
    """
    plain = {key: given for key, given in parts.items() if key != "pick" and not key.partition(".")[0].isdigit()}
    rows = list(_filled(parts).values())
    rows += [{"name": name} for name in _picked(parts, rows, vocabulary)]
    for number, row in enumerate(rows):
        plain |= {f"{number}.{key}": text for key, text in row.items() if key != "offered"}
    return plain


def _filled(parts: Mapping[str, Any]) -> dict[int, dict[str, str]]:
    """The rows in which something stands, by number, in order."""
    rows: dict[int, dict[str, str]] = {}
    for key, given in parts.items():
        number, _, part = key.partition(".")
        if re.fullmatch(r"[0-9]{1,4}", number):
            rows.setdefault(int(number), {})[part] = _text(given)
    return {
        n: row for n, row in sorted(rows.items()) if any(row.get(key, "").strip() for key in ("name", "dose", "code"))
    }


def _picked(parts: Parts, rows: list[dict[str, str]], vocabulary: Vocabulary | None) -> Iterator[str]:
    if vocabulary is None:
        return
    given = parts.get("pick", [])
    listed = {medicines.match(vocabulary, row.get("name", "")).code for row in rows}
    for code in dict.fromkeys([given] if isinstance(given, str) else given):
        medicine = medicines.medicine_of(vocabulary, code)
        if medicine is not None and code not in listed:
            yield medicine.name


def _text(given: str | list[str]) -> str:
    return given if isinstance(given, str) else (given[-1] if given else "")


def count_of(parts: Parts) -> int:
    """How many rows `normal` parts hold."""
    return len({key.partition(".")[0] for key in parts if key.partition(".")[0].isdigit()})


# --- asking back ---


def first_to_check(parts: Parts, vocabulary: Vocabulary | None) -> str | None:
    """The first part of `normal` posted parts to come back to: `0.ask` for a name which may mean something else and was
    not kept, `0.dose` for a dose that is asked for and was not on the page."""
    texts = {key: _text(given) for key, given in parts.items()}
    for row in rows_of("", texts, vocabulary, count=count_of(parts)):
        number = int(row.number) - 1
        if row.offers:
            return f"{number}.ask"
        if row.asks_dose and f"{number}.dose" not in parts:
            return f"{number}.dose"
    return None


def settle(data: QueryDict, *, is_posted: bool) -> None:
    """Put what was said about names into posted data: another name taken, or the words kept.

    Going on (`is_posted`) past what was offered for a name keeps it.
    """
    row, name = _button(data.get("take", ""))
    if row and name and f"{row}.name" in data:
        data[f"{row}.name"] = name
    kept, _ = _button(data.get("keep", ""))
    passed = [key.removesuffix(".offered") for key in data if key.endswith(".offered")] if is_posted else []
    for each in (kept, *(one for one in passed if _is_unchanged(data, one))):
        if each and data.get(f"{each}.name", "").strip():
            data[f"{each}.kept"] = data[f"{each}.name"].strip()


def _button(given: str) -> tuple[str, str]:
    """The row and the name that a button speaks of."""
    found = ROW.fullmatch(given)
    return (f"{found[1]}.{found[2]}", found[3] or "") if found else ("", "")


def _is_unchanged(data: QueryDict, row: str) -> bool:
    return data[f"{row}.offered"].strip() == data.get(f"{row}.name", "").strip()


def row_named(given: str, data: QueryDict) -> tuple[str, int] | None:
    """The question that a button speaks of, and the row as it is numbered once the empty ones are gone."""
    found = ROW.fullmatch(given)
    if not found:
        return None
    mine = {key[len(found[1]) + 1 :]: data[key] for key in data if key.startswith(f"{found[1]}.")}
    return found[1], sum(number < int(found[2]) for number in _filled(mine))
