"""How hard a text is to read: the Flesch–Kincaid grade, with a simple count of syllables.

>>> round(grade("Do you have diabetes?"), 1) > round(grade("Are you sad?"), 1)
True
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_SENTENCE = re.compile(r"[.!?]+(?:\s|$)")


def syllables(word: str) -> int:
    """Groups of vowels, without a silent final e; at least one."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", plain))
    is_silent = plain.endswith("e") and not plain.endswith(("le", "ee", "ye")) and groups > 1
    is_past = plain.endswith("ed") and not plain.endswith(("ted", "ded")) and groups > 1
    return max(1, groups - is_silent - is_past)


def grade(text: str) -> float:
    """The school grade that a text needs. Names in brackets are glosses and do not count."""
    plain = re.sub(r"\([^)]*\)", "", text)
    words = _WORD.findall(plain)
    if not words:
        return 0.0
    sentences = max(1, len(_SENTENCE.findall(plain.strip())))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
