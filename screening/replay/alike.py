"""Which flags cannot change: their rules, and everything these depend on, are the same in both definitions."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from screening.engine.definition import Question
from screening.engine.tree import Expr, names

from .plan import Plan

Parts = tuple[object, ...]


def changed(before: Plan, after: Plan) -> frozenset[str]:
    """The flags that have to be worked out under both definitions.

    What is left open in the list of medicines is made of many flags: if one of them may change, all are needed.
    """
    flags = [plan.flags for plan in (before, after)]
    found = {name for name in flags[0].keys() | flags[1].keys() if _of(before, name) != _of(after, name)}
    of_medicines = before.medicine_flags | after.medicine_flags
    return frozenset(found | of_medicines if found & of_medicines else found)


def _of(plan: Plan, name: str) -> Parts | None:
    """Everything that decides how a flag comes out, words left aside."""
    flag = plan.flags.get(name)
    if flag is None:
        return None
    ruled = plan.compiled.rules.flags[name]
    notes = tuple((note.link_id, plan.compiled.rules.notes.get(note.link_id)) for note in plan.notes_of(name))
    trees = [*(tree for _, tree in ruled), *(tree for _, tree in notes if tree is not None)]
    behind = sorted({name for tree in trees for name in plan.behind(tree)})
    asked = tuple(_question(plan, name) for name in behind)
    gates = [tree for _, _, chain, stale in asked for tree in (*chain, *([stale] if stale else []))]
    return flag.not_sure, tuple(ruled), notes, asked, *_named(plan, [*trees, *gates])


def _question(plan: Plan, name: str) -> tuple[object, object, tuple[Expr, ...], Expr | None]:
    known, symbols = plan.compiled.dependencies, plan.compiled.symbols
    question = symbols.questions[name]
    codes = tuple((option.code, option.score) for option in question.options)
    plain = msgspec.structs.replace(
        question, options=(), items=(), text={}, short={}, hint={}, explanation={}, codes={}
    )
    place = (symbols.group_of.get(name), symbols.entries_of.get(name), _medicines(plan, question))
    return plain, (codes, place), known.asking(name), known.rules.stale.get(name)


def _medicines(plan: Plan, question: Question) -> Parts:
    vocabulary = plan.compiled.symbols.vocabularies.get(question.vocabulary)
    if vocabulary is None:
        return ()
    medicines = tuple((one.code, one.classes, one.equivalents) for one in vocabulary.medicines)
    return medicines, tuple(one.key for one in vocabulary.classes)


def _named(plan: Plan, trees: list[Expr]) -> Iterator[object]:
    """Variables, scores and parameters that the rules name, directly or through variables."""
    symbols, rules = plan.compiled.symbols, plan.compiled.rules
    waiting, seen = {name for tree in trees for name in names(tree)}, set()
    while waiting:
        seen.add(name := waiting.pop())
        waiting |= names(rules.variables[name]) - seen if name in rules.variables else set()
    for name in sorted(seen):
        if name in rules.variables:
            yield name, rules.variables[name]
        elif name in symbols.scores:
            score = symbols.scores[name]
            yield name, score.method, score.items, score.gate
        elif name in symbols.parameters:
            yield name, symbols.parameters[name].value
