"""Follow-ups that appear in place: for each, the answers that ask for it, worked out by the one rule engine.

A script looks the answers up; it knows no rules. Where a table would be too large, or hangs on typed text, there is
none and the script waits for the server's word after the next save.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from screening.engine import journey
from screening.engine.answers import Answer
from screening.engine.definition import Question, Section

if TYPE_CHECKING:
    from .asking import Asking

LARGEST_TABLE = 150
ENUMERABLE = ("yes_no", "choice")
NOT_CHOSEN = ""


def tables(asking: Asking, section: Section) -> dict[str, str]:
    """For each follow-up of a section, JSON: `{"any": {link_id: [codes]}}`, or `{"by": [link_ids], "when": [[codes]]}`,
    or `{}` when only the server can tell."""
    found = {each.question.link_id: each for each in journey.potential_follow_ups(asking.compiled, section)}
    return {link_id: json.dumps(_table(asking, link_id, found)) for link_id in found}


def _table(asking: Asking, link_id: str, found: Mapping[str, journey.FollowUp]) -> dict[str, Any]:
    reveal = found[link_id].reveal
    if reveal is not None:
        return {"any": reveal.any_of}
    by = _decided_by(link_id, found)
    questions = [asking.compiled.questions[name] for name in by]
    codes = [_codes(question) for question in questions]
    if any(question.type not in ENUMERABLE for question in questions) or math.prod(map(len, codes)) > LARGEST_TABLE:
        return {}
    return {"by": by, "when": [row for row in itertools.product(*codes) if _asks(asking, link_id, by, row)]}


def _decided_by(link_id: str, found: Mapping[str, journey.FollowUp]) -> list[str]:
    """The questions of the page that a follow-up hangs on, also through other follow-ups."""
    waiting, by = list(found[link_id].depends_on), dict[str, None]()
    while waiting:
        name = waiting.pop(0)
        if name not in by:
            by[name] = None
            waiting += found[name].depends_on if name in found else ()
    return list(by)


def _codes(question: Question) -> list[str]:
    own = ["yes", "no"] if question.type == "yes_no" else [option.code for option in question.options]
    return [NOT_CHOSEN, *own, *question.unknowns]


def _asks(asking: Asking, link_id: str, by: list[str], row: tuple[str, ...]) -> bool:
    answers = {name: answer for name, answer in asking.answers.items() if name not in by}
    chosen = {name: _answer(code) for name, code in zip(by, row, strict=True) if code != NOT_CHOSEN}
    return link_id in asking.shown_by({**answers, **chosen})


def _answer(code: str) -> Answer:
    if code in ("not_sure", "declined"):
        return Answer(state="not_sure" if code == "not_sure" else "declined")
    return Answer(state="answered", value=code)
