"""Suggestions for a name that was not found."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint with the closest known name, or an empty string.

    >>> did_you_mean("strok", ["stroke", "seizure"])
    ' (did you mean “stroke”?)'
    >>> did_you_mean("xyz", ["stroke"])
    ''
    """
    near = difflib.get_close_matches(name[:80], list(known), n=1, cutoff=0.6)
    return f" (did you mean “{near[0]}”?)" if near else ""
