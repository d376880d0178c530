"""Whom to call in a crisis, by country. A clinic starts from these and a named person confirms them.

Each contact: `key`, `title` in each language, and at least one of `call` (a telephone number), `text` (a number for
text messages, with `text_body` if a word must be sent) and `url` (a chat). `note` is a short sentence beside them.
`is_emergency` marks the emergency number. `text_body`, `url` and `note` are one text for every language, or one for
each language, where a language that is left out has none.

In Spanish: to press 2 after calling 988, and to text AYUDA to 988, is what
https://988lifeline.org/get-help/what-to-expect says; that page offers the chat in Spanish too, without its address,
which is the one that others give for it. AYUDA to 741741 is what others give for Crisis Text Line. Those two, and the
numbers outside the United States, are general knowledge: the clinic checks every contact before it confirms them.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

Contact = dict[str, Any]

OWN = "own-"
"""How the keys begin of contacts that a clinic added itself."""

BY_LANGUAGE = ("text_body", "url", "note")
"""What may differ by language, besides the title."""

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
        {
            **_988,
            "text_body": {"es": "AYUDA"},
            "url": {"en": "https://988lifeline.org/chat/", "es": "https://chat.988lifeline.org/"},
            "note": {"es": "Al llamar, oprima 2 para español."},
        },
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
            "text_body": {"en": "HOME", "es": "AYUDA"},
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


def in_one_language(contact: Contact, language: str) -> Contact:
    """The contact for whoever reads this language: each of `BY_LANGUAGE` is a text, "" where there is none.

    >>> in_one_language({"text": "741741", "text_body": {"en": "HOME", "es": "AYUDA"}, "url": "https://a"}, "es")
    {'text': '741741', 'text_body': 'AYUDA', 'url': 'https://a', 'note': ''}
    """
    return {**contact, **{key: texts_of(contact, key, [language])[language] for key in BY_LANGUAGE}}


def texts_of(contact: Contact, key: str, languages: list[str]) -> dict[str, str]:
    """One of `BY_LANGUAGE` in each of these languages, "" where there is none.

    >>> texts_of({"note": "Day and night"}, "note", ["en", "es"])
    {'en': 'Day and night', 'es': 'Day and night'}
    """
    given = contact.get(key) or ""
    return {code: given.get(code, "") if isinstance(given, dict) else given for code in languages}


def in_words(contact: Contact) -> str:
    """Every way to reach it, in every language, for whoever checks it.

    >>> in_words({"text": "741741", "text_body": {"en": "HOME", "es": "AYUDA"}, "note": "Day and night."})
    'text 741741 with HOME (en), AYUDA (es); Day and night.'
    """
    body = _every(contact, "text_body")
    said = [f"call {contact['call']}"] if contact.get("call") else []
    if contact.get("text"):
        said.append(f"text {contact['text']}" + (f" with {body}" if body else ""))
    return "; ".join([*said, *filter(None, (_every(contact, key) for key in ("url", "note")))])


def _every(contact: Contact, key: str) -> str:
    given = contact.get(key) or ""
    return ", ".join(f"{text} ({code})" for code, text in given.items()) if isinstance(given, dict) else given


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
    if wrong := [key for key in BY_LANGUAGE if not _is_text(contact.get(key, ""))]:
        return [*found, *(f"Write its {key} as one text, or as one for each language." for key in wrong)]
    return found + _problems_of_ways(contact, languages)


def _is_text(given: object) -> bool:
    return all(isinstance(text, str) for text in (given.values() if isinstance(given, dict) else [given]))


def _problems_of_ways(contact: Contact, languages: list[str]) -> list[str]:
    """Nobody is left without a way, whatever they read; and only a web address becomes a link."""
    given = contact.get("url") or ""
    addresses = [url for url in (given.values() if isinstance(given, dict) else [given]) if url]
    wrong = not all(url.startswith("https://") for url in addresses)
    found = ["Write an address that begins with https://."] if wrong else []
    if contact.get("call") or contact.get("text"):
        return found
    if not addresses:
        return ["Give a number to call or text, or an address."]
    without = [code for code, url in texts_of(contact, "url", languages).items() if not url]
    return found + [f"Give a number to call or text, or an address in “{code}”." for code in without]


def mark_of(contacts: list[Contact]) -> str:
    """Names a set of contacts, so that what is confirmed is what was looked at."""
    return hashlib.sha256(json.dumps(contacts, sort_keys=True).encode()).hexdigest()[:16]
