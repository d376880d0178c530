"""Draws questions. One that nobody has answered looks the same for everybody: it is drawn once per process and kept.

What holds an answer or an error is drawn anew each time. Nothing is ever put into markup that was kept.
"""

from __future__ import annotations

from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from .controls import Control

MOST_KEPT = 2_000
"""Some kilobytes each. Beyond, all are drawn anew: a clinic's versions and languages come to a few hundred."""


class Look(NamedTuple):
    """Everything that the markup of an unanswered question depends on."""

    version: str
    name: str
    language: str
    interface_language: str | None
    country: str
    more: int


_kept: dict[Look, SafeString] = {}


def draw(control: Control) -> SafeString:
    """The question as HTML. Its template gets the control and nothing of the page or of the person."""
    if control.parts or control.problems or not control.page.version:
        return _drawn(control)
    page = control.page
    look = Look(page.version, control.name, page.language, get_language(), page.country, control.more)
    return _kept.get(look) or _keep(look, _drawn(control))


def _keep(look: Look, markup: SafeString) -> SafeString:
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[look] = markup
    return markup


def _drawn(control: Control) -> SafeString:
    return render_to_string("components/question.html", {"control": control})


def forget() -> None:
    """Draw every question anew."""
    _kept.clear()
