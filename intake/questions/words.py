"""Texts of a questionnaire in the reader's language, with the language they are really in."""

from __future__ import annotations

from dataclasses import dataclass

from screening.engine.definition import Text


@dataclass(frozen=True)
class Words:
    """A text and, where it differs from the page's language, its own: screen readers then pronounce it rightly.

    >>> Words("Not at all", "en").lang
    'en'
    """

    text: str
    lang: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


def in_language(text: Text, language: str) -> Words:
    """The text in `language`; where there is none, in the first language there is (validated instruments have one).

    >>> in_language({"en": "Yes", "es": "Sí"}, "es"), in_language({"en": "Yes"}, "es")
    (Words(text='Sí', lang=''), Words(text='Yes', lang='en'))
    """
    if text.get(language):
        return Words(text[language])
    found = next(((lang, words) for lang, words in text.items() if words), None)
    return Words(found[1], found[0]) if found else Words("")
