"""How much of one entry is read and kept. Of an entry beyond that only the beginning is kept, and the page says so.

>>> beginning({"": "abcdef", "day": "3"}, 4)
{'': 'abcd'}
>>> beginning({"": "abcdef", "day": "3"}, 20)
{'': 'abcdef', 'day': '3'}
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from .definition import Question

KEPT = 10_000
"""Characters kept of an entry, whatever its question."""
MOST = 20_000
"""The same for lists, and the largest maximum that a question may set for its text."""
LISTS = ("medicines", "group")


def limit_of(question: Question) -> int:
    """Characters that one entry of this question may have, the names of its form parts included."""
    return MOST if question.type in LISTS else min(max(KEPT, question.maximum_length or 0), MOST)


def length_of(parts: Mapping[str, str]) -> int:
    """Characters of an entry, line ends and composed letters counted once."""
    return sum(len(part) + len(text) for part, text in parts.items())


def plain(parts: Mapping[str, str]) -> dict[str, str]:
    """The texts in the form in which they are counted."""
    return {part: unicodedata.normalize("NFC", text.replace("\r\n", "\n")) for part, text in parts.items()}


def beginning(parts: Mapping[str, str], limit: int) -> dict[str, str]:
    """The first `limit` characters of the parts in their order; nothing is left out before the end."""
    kept: dict[str, str] = {}
    left = limit
    for part, text in parts.items():
        left -= len(part)
        if left <= 0:
            break
        kept[part] = text[:left]
        left -= len(text)
        if left <= 0:
            break
    return kept
