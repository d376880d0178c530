"""Names for rules from any linkId or code: lower-case letters, digits and underscores, each used once.

>>> slug("44250-9"), slug("/Heart Attack"), slug("or")
('n_44250_9', 'heart_attack', 'n_or')
"""

from __future__ import annotations

import re
import unicodedata

from screening.engine.checking.names import PAGES
from screening.engine.language import RESERVED

LONGEST = 70
_VALID = re.compile(r"[a-z][a-z0-9_]*")


def slug(text: str) -> str:
    """The nearest name to a text; what is valid already stays as it is."""
    if _VALID.fullmatch(text) and len(text) <= LONGEST and text not in RESERVED:
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST].rstrip("_")
    return name if name and name[0].isalpha() and name not in RESERVED else f"n_{name}".rstrip("_")


class Names:
    """Names given so far; a second use of one gets a number."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = set(taken)
        self._numbers: dict[str, int] = {}

    def new(self, text: str) -> str:
        """A name for this text that nothing else has."""
        name = first = slug(text)
        number = self._numbers.get(first, 1)
        while name in self._taken:
            number += 1
            name = f"{first}_{number}"
        self._numbers[first] = number
        self._taken.add(name)
        return name


def section_names() -> Names:
    """Names that are no page of the patient's way."""
    return Names(PAGES)
