"""Whom to call in a crisis, by country. A clinic starts from these and a named person confirms them.

Each contact: `key`, `title` in each language, and at least one of `call` (a telephone number), `text` (a number for
text messages, with `text_body` if a word must be sent) and `url` (a chat). `is_emergency` marks the emergency number.
Numbers outside the United States are general knowledge and must be checked by the clinic.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

Contact = dict[str, Any]

OWN = "own-"
"""How the keys begin of contacts that a clinic added itself."""

_NUMBER = re.compile(r"\+?[0-9(][0-9 ()-]{1,19}")


def _emergency(number: str) -> Contact:
    title = {"en": "Emergency services", "es": "Servicios de emergencia"}
    return {"key": "emergency", "title": title, "call": number, "is_emergency": True}


_988 = {
    "key": "988",
    "title": {"en": "988 Suicide & Crisis Lifeline", "es": "Línea 988 de Prevención del Suicidio y Crisis"},
    "call": "988",
    "text": "988",
}
_SAMARITANS = {"key": "samaritans", "title": {"en": "Samaritans", "es": "Samaritans"}, "call": "116 123"}
_EUROPE = {
    "key": "116123",
    "title": {"en": "Emotional support line", "es": "Línea de apoyo emocional"},
    "call": "116 123",
}

BY_COUNTRY: dict[str, tuple[Contact, ...]] = {
    "US": (
        _emergency("911"),
        {**_988, "url": "https://988lifeline.org/chat/"},
        {
            "key": "veterans",
            "title": {
                "en": "Veterans Crisis Line (call 988, then press 1)",
                "es": "Línea para veteranos (988 y luego 1)",
            },
            "call": "988",
            "text": "838255",
        },
        {
            "key": "crisis_text_line",
            "title": {"en": "Crisis Text Line", "es": "Crisis Text Line"},
            "text": "741741",
            "text_body": "HOME",
        },
    ),
    "CA": (_emergency("911"), {**_988, "title": {"en": "988 Suicide Crisis Helpline", "es": "Línea de crisis 988"}}),
    "GB": (
        _emergency("999"),
        {
            "key": "nhs_111",
            "title": {"en": "NHS 111, mental health option", "es": "NHS 111, opción de salud mental"},
            "call": "111",
        },
        _SAMARITANS,
        {"key": "shout", "title": {"en": "Shout", "es": "Shout"}, "text": "85258", "text_body": "SHOUT"},
    ),
    "IE": (
        _emergency("112"),
        _SAMARITANS,
        {
            "key": "text_50808",
            "title": {"en": "Text About It", "es": "Text About It"},
            "text": "50808",
            "text_body": "HELLO",
        },
    ),
    "AU": (
        _emergency("000"),
        {"key": "lifeline", "title": {"en": "Lifeline", "es": "Lifeline"}, "call": "13 11 14"},
    ),
    "NZ": (
        _emergency("111"),
        {
            "key": "1737",
            "title": {"en": "1737, Need to talk?", "es": "1737, Need to talk?"},
            "call": "1737",
            "text": "1737",
        },
    ),
}

# Names that people write for a country beside its ISO code.
_ALSO = {"UK": "GB"}

# Where we know no number: a directory to begin with. The emergency number must be entered by somebody who knows it.
_ELSEWHERE = (
    {
        "key": "find_a_helpline",
        "title": {"en": "Find a helpline", "es": "Busque una línea de ayuda"},
        "url": "https://findahelpline.com/",
    },
)

# The emergency number works in every country of the European Union; the support line where it is offered.
_ELSEWHERE_IN_EUROPE = (_emergency("112"), _EUROPE)
_EUROPEAN_UNION = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "HU",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
]


def for_country(country: str, *, emergency: str = "") -> list[Contact]:
    """The contacts to start from. For a country we know nothing about there is no emergency number among them, which
    `problems` refuses, until somebody gives its own (`emergency`); given for any other country, it takes the place.
    """
    code = _ALSO.get(country.upper(), country.upper())
    known = _ELSEWHERE_IN_EUROPE if code in _EUROPEAN_UNION else BY_COUNTRY.get(code, _ELSEWHERE)
    contacts = [dict(contact) for contact in known]
    if not emergency:
        return contacts
    return [_emergency(emergency), *(contact for contact in contacts if not contact.get("is_emergency"))]


def emergency_number(contacts: list[Contact]) -> str:
    """The emergency number among them, as it is dialled; empty when there is none.

    >>> emergency_number(for_country("GB"))
    '999'
    """
    return next((str(contact.get("call", "")) for contact in contacts if contact.get("is_emergency")), "")


def problems(contacts: list[Contact], languages: list[str]) -> list[str]:
    """Everything that would keep a contact from being used: which contact, and what to do.

    >>> problems([{"key": "988", "title": {"en": "988"}, "call": "988", "is_emergency": True}], ["en", "es"])
    ['988: write its title in “es”.']
    """
    if not contacts:
        return ["Give at least one contact for a crisis, the emergency number first."]
    found = [
        f"{_name(contact)}: {problem[0].lower()}{problem[1:]}"
        for contact in contacts
        for problem in problems_of_one(contact, languages)
    ]
    if not any(contact.get("is_emergency") for contact in contacts):
        found.append("Mark one contact as the emergency number (is_emergency).")
    return found


def _name(contact: Contact) -> str:
    key = contact.get("key") or "a contact without a key"
    return str(next(iter(contact.get("title", {}).values()), key)) if key.startswith(OWN) else key


def problems_of_one(contact: Contact, languages: list[str]) -> list[str]:
    """Everything that would keep one contact from being used, each with what to do."""
    found = [] if contact.get("key") else ["Give it a key."]
    found += [f"Write its title in “{code}”." for code in languages if not contact.get("title", {}).get(code)]
    found += [
        f"“{contact[way]}” is not a number that can be dialled."
        for way in ("call", "text")
        if way in contact and not _NUMBER.fullmatch(contact[way])
    ]
    if not any(contact.get(way) for way in ("call", "text", "url")):
        found.append("Give a number to call or text, or an address.")
    if contact.get("url") and not str(contact["url"]).startswith("https://"):
        found.append("Write an address that begins with https://.")
    return found


def mark_of(contacts: list[Contact]) -> str:
    """Names a set of contacts, so that what is confirmed is what was looked at."""
    return hashlib.sha256(json.dumps(contacts, sort_keys=True).encode()).hexdigest()[:16]
