"""Where an answer stands in a QuestionnaireResponse, as FHIRPath from `%resource`."""

from __future__ import annotations

from screening.engine.definition import Question

from .form import Form
from .operands import NotExpressible


class Paths:
    """The paths of one form's questions."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def of(self, question: Question) -> str:
        """The item of a question. Raises `NotExpressible` inside a repeating group: FHIRPath cannot name one entry."""
        symbols = self.form.symbols
        if question.link_id in symbols.entries_of:
            raise NotExpressible("it looks at an item of a repeating group")
        chain = (symbols.section_of[question.link_id], symbols.group_of.get(question.link_id, ""), question.link_id)
        return "%resource" + "".join(f".item.where(linkId = '{name}')" for name in chain if name)

    def part(self, question: Question, name: str) -> str:
        """The item of a part of a question."""
        return f"{self.of(question)}.item.where(linkId = '{question.link_id}.{name}')"

    def answered(self, question: Question) -> str:
        """Whether there is an answer."""
        path = self.of(question)
        match question.type:
            case "blood_pressure" | "ago":
                return f"{path}.item.answer.exists()"
            case "medicines":
                return f"{path}.item.answer.where(value = true).exists() or {path}.item.item.answer.exists()"
            case "group":
                return f"{path}.item.answer.exists()"
            case _:
                return f"{path}.answer.exists()"
