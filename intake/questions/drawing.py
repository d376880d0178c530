"""Draws questions. One that nobody has answered looks the same for everybody, and so does one answered by one choice
among those that it offers: both are drawn once per process and kept.

A question is drawn with every such choice at once, so that what is kept says nothing of what anybody chose. What holds
something typed, several choices or an error is drawn anew each time. Nothing is ever put into markup that was kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from screening.engine.definition import Question
from screening.engine.symbols import option_codes

from .controls import Control
from .kinds import KINDS

MOST_KEPT = 2_000
"""Some kilobytes each. Beyond, all are drawn anew: a clinic's versions and languages come to a few hundred."""

Kept = Mapping[str, SafeString]
"""One question, by the code that is chosen; "" where nothing is."""


class Look(NamedTuple):
    """Everything that the markup of a question depends on, besides its answer."""

    version: str
    name: str
    language: str
    interface_language: str | None
    country: str
    is_shared: bool
    more: int


_kept: dict[Look, Kept] = {}


def draw(control: Control) -> SafeString:
    """The question as HTML. Its template gets the control and nothing of the page or of the person."""
    chosen = _only_choice(control)
    if chosen is None or control.problems or not control.page.version:
        return _drawn(control)
    page = control.page
    words = (page.language, get_language(), page.country)
    look = Look(page.version, control.name, *words, page.is_shared, control.more)
    return (_kept.get(look) or _keep(look, control))[chosen]


def _only_choice(control: Control) -> str | None:
    """The one code that is chosen, or "" where nothing is; None where the question holds anything else."""
    if not control.parts:
        return ""
    code = control.text_of("")
    return code if code in _codes(control.question) and control.parts == {"": code} else None


def _codes(question: Question) -> tuple[str, ...]:
    """The codes of which one can be chosen: few, and none of them typed by anybody."""
    return (*option_codes(question), *question.unknowns) if KINDS[question.type] == "radios" else ()


def _keep(look: Look, control: Control) -> Kept:
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    held = {"": {}, **{code: {"": code} for code in _codes(control.question)}}
    kept = {code: _drawn(replace(control, parts=parts)) for code, parts in held.items()}
    _kept[look] = kept
    return kept


def _drawn(control: Control) -> SafeString:
    return render_to_string("components/question.html", {"control": control})


def forget() -> None:
    """Draw every question anew."""
    _kept.clear()
