"""Whether a question says on a page what it said there before: what a page that comes back changed."""

from __future__ import annotations

import hashlib
import json

from intake.questions.parts import Parts


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
