"""What in a questionnaire would tell about substance use: the answers marked `part2` and all that rests on them."""

from __future__ import annotations

from .definition import Definition
from .dependencies import Dependencies
from .ruleset import read_rules
from .symbols import read_symbols


def about_substance_use(definition: Definition) -> frozenset[str]:
    """The link_ids of questions, scores, variables, flags, notes and inconsistencies that tell about substance use.

    These are the questions marked `part2` (42 CFR Part 2), the questions that are asked because of one, and whatever
    a rule or a score works out from any of them.
    """
    symbols, rules = read_symbols(definition), read_rules(definition)
    known = Dependencies(symbols, rules)
    telling = {link_id for link_id, question in symbols.questions.items() if question.part2}
    for link_id in symbols.questions:  # in the order of asking, so that a chain of follow-ups is found to its end
        if any(known.questions(gate) & telling for gate in known.asking(link_id)):
            telling.add(link_id)
    scores = {name for name, score in symbols.scores.items() if telling.intersection((*score.items, score.gate))}
    worked_out = {place.link_id for place, tree in rules.places if known.questions(tree) & telling}
    return frozenset(telling | scores | worked_out)
