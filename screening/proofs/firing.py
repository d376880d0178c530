"""Every rule can be true, and every rule of a flag decides for somebody: none repeats or hides behind a higher one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import z3

from screening.engine.definition import Flag, Note
from screening.engine.logic import TRUE
from screening.engine.tree import Expr

from .kleene import Bool, all_of, any_of
from .prover import Verdict
from .report import Finding, finding
from .subject import Subject
from .witness import Run


def flag_rules(subject: Subject) -> Iterator[Finding | None]:
    """P511, P513 and P514."""
    for flag in subject.definition.flags:
        for place in range(len(subject.compiled.rules.flags[flag.link_id])):
            yield _rule(subject, flag, place)


def unproved(flag: Flag, claim: str) -> Finding:
    """P592 for a flag that must be established, P591 for any other."""
    id = "P592" if flag.must_be_established else "P591"  # noqa: A001
    return finding(id, f"flag {flag.link_id}", flag.link_id, claim=claim)


def _rule(subject: Subject, flag: Flag, place: int) -> Finding | None:
    name, (severity, truth) = flag.link_id, subject.tiers(flag.link_id)[place]
    found = subject.prover.find(subject.raised(name, place), lambda run: run.raised.get(name) == severity)
    if isinstance(found, Run) or _is_off(subject, subject.compiled.rules.flags[name][place][1]):
        return None
    if found is Verdict.NOT_PROVED:
        return unproved(flag, f"the {severity} rule can decide.")
    fired = subject.prover.find(truth.certain, lambda run: run.truths(name)[place] is TRUE)
    if fired is Verdict.NOT_PROVED:
        return unproved(flag, f"the {severity} rule can be true.")
    where = f"flag {name}, {severity} rule"
    if fired is Verdict.IMPOSSIBLE:
        return finding("P511", where, name, rules=(subject.rule_in_words(name, place),), severity=severity)
    same = next((other for other in range(place) if _is_same(subject, name, place, other)), None)
    run = fired if isinstance(fired, Run) else None
    names = subject.behind(subject.used_by(name))
    if same is None:
        rules = tuple(subject.rule_in_words(name, one) for one in range(place + 1))
        return finding("P513", where, name, run, names, rules, severity=severity)
    rules = tuple(subject.rule_in_words(name, one) for one in (same, place))
    return finding("P514", where, name, run, names, rules, severity=severity, other=subject.tiers(name)[same][0])


def _is_same(subject: Subject, flag: str, one: int, other: int) -> bool:
    """Whether two rules come out alike for everybody, unknown included."""
    truths = [truth for _, truth in subject.tiers(flag)]
    differ = [z3.Xor(mine, its) for mine, its in zip(truths[one], truths[other], strict=True)]
    return subject.prover.is_impossible(any_of(differ))


def _is_off(subject: Subject, tree: Expr) -> bool:
    """Whether a rule looks at an instrument that is switched off, of which Check warns."""
    return bool(subject.dependencies.questions(tree) & subject.off)


Goal = tuple[str, str, str, Expr, Bool, Callable[[Run], bool]]


def remarks(subject: Subject) -> Iterator[Finding | None]:
    """P512: notes, inconsistencies, the safety panel and the alert at once."""
    for what, place, link_id, tree, claim, confirm in _goals(subject):
        found = subject.prover.find(claim, confirm)
        if found is Verdict.NOT_PROVED:
            yield finding("P591", place, link_id, claim=f"the {what} can be true.")
        elif found is Verdict.IMPOSSIBLE and not _is_off(subject, tree):
            yield finding("P512", place, link_id, rules=(subject.in_words("when", tree),), what=what)
        else:
            yield None


def _goals(subject: Subject) -> Iterator[Goal]:
    rules, certain = subject.compiled.rules, lambda tree: subject.rules.condition(tree).certain
    for note in subject.definition.notes:
        tree, name = rules.notes[note.link_id], note.link_id
        is_said = all_of([certain(tree), *_while_flagged(subject, note)])
        yield "note", f"note {name}", name, tree, is_said, lambda run, note=note: _is_noted(run, note)  # type: ignore[misc]
    for one in subject.definition.inconsistencies:
        tree, name = rules.inconsistencies[one.link_id], one.link_id
        confirm = lambda run, name=name: name in run.outcome.inconsistencies  # noqa: E731
        yield "inconsistency", f"inconsistency {name}", name, tree, certain(tree), confirm
    for key, what in (
        ("panel_when", "condition of the safety panel"),
        ("alert_at_once_when", "condition of the alert"),
    ):
        tree = rules.safety.get(key)  # type: ignore[assignment]
        if tree is not None:
            yield what, f"safety, {key}", key, tree, certain(tree), lambda run, tree=tree: run.is_true(tree)  # type: ignore[misc]


def _while_flagged(subject: Subject, note: Note) -> list[Bool]:
    """A note about a flag is written only while that flag is raised or open."""
    if not note.flag:
        return []
    return [any_of(truth.possible for _, truth in subject.tiers(note.flag))]


def _is_noted(run: Run, note: Note) -> bool:
    return note.link_id in run.outcome.notes and (not note.flag or note.flag in run.verdicts)
