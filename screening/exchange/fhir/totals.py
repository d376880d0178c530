"""Scores as hidden read-only items that a FHIR form works out itself, once all their items are answered."""

from __future__ import annotations

from screening.engine.definition import Score

from . import operands, structs, urls
from .fhirpath import Conditions
from .form import Form
from .items import codings
from .texts import Json, text_element

GROUP = "scores."
"""The linkId of the group that holds them; the dot keeps it apart from every section."""

STANDARD = frozenset({"link_id", "title", "codes"})


def score_items(form: Form) -> list[Json]:
    """One hidden group with an item for each score; nothing when there are none."""
    items = [_item(form, score) for score in form.definition.scores]
    hidden = [{"url": urls.HIDDEN, "valueBoolean": True}]
    return [{"extension": hidden, "linkId": GROUP, "type": "group", "item": items}] if items else []


def _item(form: Form, score: Score) -> Json:
    item: Json = {
        "extension": [*calculated(form, score), structs.write(
            score, urls.extension("score"), form.language, frozenset(score.__struct_fields__) - STANDARD)],
        "linkId": score.link_id,
        "code": codings(score.codes),
        **text_element("text", score.title, form.language),
        "type": "decimal",
        "readOnly": True,
    }  # fmt: skip
    return item if item["code"] else {name: value for name, value in item.items() if name != "code"}


def calculated(form: Form, score: Score) -> list[Json]:
    """The total as SDC calculates it: a sum with an empty part is empty. A gate of "no" is a complete 0."""
    known = Conditions(form)
    try:
        terms = [operands.item_points(known, form.question(name)) for name in score.items]
    except (operands.NotExpressible, KeyError) as reason:
        form.missed[score.link_id] = f"its total: {reason}"
        return []
    total = operands.total(score, terms)
    if score.gate in form.symbols.questions:
        gate = form.question(score.gate)
        no = known.expression(operands.is_no(gate))
        total = f"iif({no}, 0, {total})"
    return [{"url": urls.CALCULATED, "valueExpression": {"language": "text/fhirpath", "expression": total}}]
