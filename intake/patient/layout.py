"""How the questions of a section stand on the page: rows of short ones, groups, and follow-ups that may appear."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from crispy_forms.layout import Layout, LayoutObject
from django.template.loader import render_to_string

from intake.questions.drawing import draw
from screening.engine.definition import Question, Section


class Drawn(LayoutObject):
    """One question of the form."""

    def __init__(self, link_id: str) -> None:
        self.link_id = link_id

    def render(self, form: Any, context: Any, template_pack: str = "formpack", **kwargs: Any) -> str:
        return draw(form[self.link_id].control)


class Block(LayoutObject):
    """A template around some fields. `context` is what else it needs."""

    def __init__(self, template: str, *fields: Any, **context: Any) -> None:
        self.template = f"%s/layout/{template}.html"
        self.fields = list(fields)
        self.context = context

    def render(self, form: Any, context: Any, template_pack: str = "formpack", **kwargs: Any) -> str:
        inside = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return render_to_string(self.get_template_name(template_pack), {**self.context, "fields": inside})


class FollowUp(Block):
    """A question that is there only with some answers. Closed, it is hidden and disabled, so that it is not sent."""

    def render(self, form: Any, context: Any, template_pack: str = "formpack", **kwargs: Any) -> str:
        self.context["is_open"] = self.context["link_id"] in (form.visible if form.is_bound else form.shown)
        return super().render(form, context, template_pack, **kwargs)


def section_layout(section: Section, form: Any, preface: Callable[[Question], Any]) -> Layout:
    """The layout of a section: its questions in order; short ones in a row share a frame with their follow-ups."""
    blocks: list[Any] = []
    for is_row, questions in groupby(section.questions, key=_RowOf(form)):
        drawn = [block for question in questions for block in _blocks(question, form, preface)]
        blocks += _in_rows(drawn) if is_row else drawn
    return Layout(*blocks)


class _RowOf:
    """Whether a question stands in a row: it is short, or a follow-up of one that does."""

    def __init__(self, form: Any) -> None:
        self.form = form
        self.is_row = False

    def __call__(self, question: Question) -> bool:
        self.is_row = question.compact or (self.is_row and question.link_id in self.form.follow_ups)
        return self.is_row


def _in_rows(drawn: list[Any]) -> list[Any]:
    """Short questions in one frame; what introduces them stands before it."""
    prefaces = [block for block in drawn if isinstance(block, Block) and "preface" in block.context]
    rows = [block for block in drawn if block not in prefaces]
    return [*prefaces, Block("rows", *rows)] if rows else prefaces


def _blocks(question: Question, form: Any, preface: Callable[[Question], Any]) -> list[Any]:
    if question.type == "group" and not question.repeats:
        return _group(question, form, preface)
    if question.link_id not in form.fields:
        return []
    words = preface(question)
    before = [Block("preface", preface=words)] if words else []
    return [*before, _may_come(question, Drawn(question.link_id), form)]


def _group(group: Question, form: Any, preface: Callable[[Question], Any]) -> list[Any]:
    items = [block for item in group.items for block in _blocks(item, form, preface)]
    if not items:
        return []
    page = next(iter(form.fields.values())).page
    if all(item.compact for item in group.items):
        items = _in_rows(items)
    return [_may_come(group, Block("group", *items, group=group, page=page), form)]


def _may_come(question: Question, drawn: Any, form: Any) -> Any:
    """The question as drawn; one that comes and goes with other answers is wrapped so that a script can show it."""
    link_id = question.link_id
    if link_id not in form.follow_ups:
        return drawn
    return FollowUp("follow_up", drawn, link_id=link_id, reveal=form.follow_ups[link_id])
