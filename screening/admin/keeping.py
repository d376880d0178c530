"""What was typed on a page of the editor and could not be taken, since one had to sign in anew. Another app keeps it.

It looks for the mark of `kept` on a view, and gives back what it kept to `typed_before`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest

Keeper = Callable[[HttpRequest], Mapping[str, str] | None]

_keepers: list[Keeper] = []


def register_keeper(keeper: Keeper) -> None:
    """What gives back, once, what was typed at an address. To be called while apps get ready."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def kept(*, comes_back: bool) -> Callable[[Any], Any]:
    """Marks a view whose posted words are to be kept. `comes_back`: its page shows them again by `typed_before`; else
    whoever keeps them does."""

    def mark(view: Any) -> Any:
        view.typed_comes_back = comes_back
        return view

    return mark


def typed_before(request: HttpRequest, *names: str) -> dict[str, str]:
    """What was typed into these boxes before one signed in anew; empty for none."""
    found = next((words for keeper in _keepers if (words := keeper(request))), {})
    return {name: found.get(name, "") for name in names}
