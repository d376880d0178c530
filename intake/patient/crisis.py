"""Whom to reach, as a page shows it: crisis contacts and the clinic itself, each a link that works without script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from intake import access, crisis_contacts
from intake.models import Clinic
from intake.questions.words import Words, in_language


@dataclass(frozen=True)
class Way:
    """One way to reach somebody: a link and its words."""

    kind: str
    href: str
    number: str
    text: str


@dataclass(frozen=True)
class Contact:
    """Somebody to reach in a crisis."""

    title: Words
    ways: tuple[Way, ...]
    is_emergency: bool
    note: str = ""

    def by(self, kind: str) -> Way | None:
        """The way of a kind: `call`, `text` or `chat`."""
        return next((way for way in self.ways if way.kind == kind), None)

    @property
    def call(self) -> Way | None:
        return self.by("call")

    @property
    def message(self) -> Way | None:
        return self.by("text")


def contacts(stored: list[dict[str, Any]], language: str) -> list[Contact]:
    """Contacts in a language, the emergency number first; without any stored, those of the United States."""
    found = [_contact(each, language) for each in stored or crisis_contacts.for_country("US")]
    return sorted(found, key=lambda contact: not contact.is_emergency)


def without_clinic() -> list[dict[str, Any]]:
    """The stored contacts for a page that belongs to no clinic yet: those that every clinic here has, because a number
    of another country helps nobody. Empty where they share no emergency number."""
    first, *others = access.crisis_contacts_of_every_clinic() or [[]]
    same = [[next((other for other in them if _is_same(one, other)), None) for them in others] for one in first]
    shared = [_agreed(one, them) for one, them in zip(first, same, strict=True) if None not in them]
    return shared if any(contact.get("is_emergency") for contact in shared) else []


HOW = ("text_body", "url", "note")
"""How to use a number: what a clinic may say of its own."""


def _agreed(one: dict[str, Any], others: Sequence[dict[str, Any] | None]) -> dict[str, Any]:
    """A contact with nothing of how to use it that another clinic says otherwise."""
    said = {key: [other[key] for other in others if other and other.get(key)] for key in HOW}
    return {key: value for key, value in one.items() if all(value == other for other in said.get(key, ()))}


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether both lead to the same line; a clinic may say less of how to use its number than another."""
    same = ("key", "title", "call", "text", "is_emergency")
    has_number = bool(one.get("call") or one.get("text"))
    return one == other or (has_number and all(one.get(key) == other.get(key) for key in same))


def of_clinic(clinic: Clinic | None) -> list[Way]:
    """How a patient reaches the clinic itself: by phone, by e-mail. Empty where the clinic gave neither."""
    ways = []
    if clinic is not None and clinic.phone:
        ways.append(_call({"call": clinic.phone}))
    if clinic is not None and clinic.email:
        ways.append(Way("email", f"mailto:{clinic.email}", "", clinic.email))
    return ways


def _contact(stored: dict[str, Any], language: str) -> Contact:
    one = crisis_contacts.in_one_language(stored, language)
    ways = tuple(maker(one) for key, maker in _WAYS.items() if one.get(key))
    return Contact(in_language(stored.get("title", {}), language), ways, bool(stored.get("is_emergency")), one["note"])


def _call(stored: dict[str, Any]) -> Way:
    number = stored["call"]
    return Way("call", f"tel:{_dialled(number)}", number, gettext("Call %(number)s") % {"number": number})


def _text(stored: dict[str, Any]) -> Way:
    number, word = stored["text"], stored.get("text_body", "")
    href = f"sms:{_dialled(number)}" + (f"?body={word}" if re.fullmatch(r"\w+", word) else "")
    words = gettext("Text %(word)s to %(number)s") if word else gettext("Text %(number)s")
    return Way("text", href, number, words % {"word": word, "number": number})


def _chat(stored: dict[str, Any]) -> Way:
    # Only a web address may become a link: an administrator's typing slip must not become a script.
    url = stored["url"] if str(stored["url"]).startswith("https://") else ""
    return Way("chat", url, "", gettext("Chat online"))


_WAYS = {"call": _call, "text": _text, "url": _chat}


def _dialled(number: str) -> str:
    return re.sub(r"[^0-9+]", "", number)
