"""Texts in several languages: the first stands in the element, the others in FHIR's translation extension beside it.

>>> text_element("text", {"en": "Stroke", "es": "Derrame"}, "en")["text"]
'Stroke'
"""

from __future__ import annotations

from typing import Any

from screening.engine.definition import Text

from . import urls
from .element import Element

Json = dict[str, Any]


def text_element(name: str, text: Text, language: str) -> Json:
    """The element `name` and, for other languages, its companion `_name`. Nothing for an empty text."""
    found: Json = {name: text[language]} if text.get(language) else {}
    others = [_translation(code, words) for code, words in sorted(text.items()) if code != language and words]
    return found | ({f"_{name}": {"extension": others}} if others else {})


def _translation(language: str, words: str) -> Json:
    parts = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": words}]
    return {"url": urls.TRANSLATION, "extension": parts}


def read_text(element: Element, name: str, language: str) -> Text:
    """The text of an element with its translations; an empty mapping when it has none."""
    words = element.text(name)
    found = {language: words} if words else {}
    companion = element.child(f"_{name}")
    for translation in companion.extensions(urls.TRANSLATION) if companion else ():
        code, content = translation.part("lang"), translation.part("content")
        if code is not None and content is not None:
            found[code.value_text()] = content.value_text()
    text = {code: words for code, words in found.items() if code and words}
    element.report.languages.update(dict.fromkeys(text))
    return text
