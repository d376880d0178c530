"""Whether two answers, or two pages, say the same: what a page that comes back changed."""

from __future__ import annotations

import hashlib
import json

from intake.questions.parts import Parts
from screening.engine.answers import Answer


def is_same(answer: Answer, stored: Answer | None) -> bool:
    """Whether nothing would change: the day is not compared, so that “6 weeks ago” keeps the day it was said."""
    if stored is None:
        return False
    return (answer.state, answer.value, answer.typed or {}) == (stored.state, stored.value, stored.typed or {})


def fingerprint(parts: Parts | None) -> str:
    """A short digest of typed texts, blank ones and line endings apart.

    >>> fingerprint({"day": "3", "year": ""}) == fingerprint({"day": "3"})
    True
    >>> fingerprint({"": "one\\r\\ntwo"}) == fingerprint({"": "one\\ntwo"})
    True
    """
    texts = {part: [given] if isinstance(given, str) else sorted(given) for part, given in (parts or {}).items()}
    plain = {part: [text.replace("\r\n", "\n") for text in given if text] for part, given in texts.items()}
    filled = sorted((part, given) for part, given in plain.items() if given)
    return hashlib.sha256(json.dumps(filled).encode("utf-8", "replace")).hexdigest()[:12]
