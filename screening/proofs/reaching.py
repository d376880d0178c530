"""Every section and question can be asked, every answer given, and every condition of asking decides something."""

from __future__ import annotations

from collections.abc import Iterator

from screening.engine.answers import Answer, Value
from screening.engine.definition import Question
from screening.engine.logic import TRUE
from screening.engine.symbols import option_codes

from .kleene import YES, Bool, all_of, no
from .prover import Verdict
from .report import Finding, finding
from .subject import PROBE, Subject
from .witness import Run


def sections(subject: Subject) -> Iterator[Finding | None]:
    """P501."""
    scope = subject.rules.scope
    for name in subject.symbols.sections:
        if name not in subject.compiled.rules.ask:
            continue
        found = subject.prover.find(scope.asking[name].certain, lambda run, name=name: _is_shown(run, name))  # type: ignore[misc]
        place = f"section {name}"
        if found is Verdict.NOT_PROVED:
            yield finding("P591", place, name, claim="the section can be asked.")
        else:
            rules = subject.asked_when([name])
            yield finding("P501", place, name, rules=rules) if found is Verdict.IMPOSSIBLE else None


def _is_shown(run: Run, name: str) -> bool:
    return run.visibility.get(name) is True


def questions(subject: Subject) -> Iterator[Finding | None]:
    """P502, P503 and P504 of each question whose section and group can be asked."""
    lost: set[str] = set(subject.off)
    for name in subject.world.order:
        if name in subject.symbols.sections:
            is_reached = subject.prover.find(_asked(subject, name), lambda run, name=name: _is_shown(run, name))  # type: ignore[misc]
            lost |= {name} if is_reached is Verdict.IMPOSSIBLE else set()
        elif not lost & {name, *subject.rules.scope.parents(name)}:
            found = _question(subject, name)
            lost |= {name} if found is not None and found.problem.id == "P502" else set()
            yield found
            yield from _items(subject, name) if name not in lost else ()


def _asked(subject: Subject, name: str) -> Bool:
    return subject.rules.scope.asking[name].certain


def _question(subject: Subject, name: str) -> Finding | None:
    place, question = f"question {name}", subject.symbols.questions[name]
    if question.type == "group" and not question.repeats:
        found = subject.prover.find(_asked(subject, name), lambda run: _is_shown(run, name))
        return _unreached(subject, name) if found is Verdict.IMPOSSIBLE else None
    answered = subject.rules.scope.seen(name, "asked").known
    found = subject.prover.find(answered, lambda run: name in run.answers and run.answers[name].is_known)
    if isinstance(found, Run):
        return _unchosen(question, found)
    if found is Verdict.NOT_PROVED:
        return finding("P591", place, name, claim="the question can be asked and answered.")
    if subject.prover.find(_asked(subject, name), lambda run: _is_shown(run, name)) is Verdict.IMPOSSIBLE:
        return _unreached(subject, name)
    return finding("P503", place, name)


def _unreached(subject: Subject, name: str) -> Finding:
    around = [parent for parent in subject.rules.scope.parents(name) if parent in subject.compiled.rules.ask]
    words = [*(f"that of {parent}" for parent in around)]
    own = ["its condition"] if name in subject.compiled.rules.ask else []
    conditions, rules = " together with ".join([*own, *words]), subject.asked_when([name, *around])
    return finding("P502", f"question {name}", name, rules=rules, conditions=conditions)


def _unchosen(question: Question, run: Run) -> Finding | None:
    """The first option that cannot be chosen where the question is asked; None when each can."""
    for code in option_codes(question) if question.type not in ("acknowledgement",) else ():
        value: Value = (code,) if question.type == "multiple_choice" else code
        answers = {**run.answers, question.link_id: Answer(state="answered", value=value, on=run.as_of)}
        swapped = Run(run.compiled, answers, run.as_of, run.settings.profile)
        if swapped.visibility.get(question.link_id) is not True:
            return finding("P504", f"question {question.link_id}", question.link_id, option=code)
    return None


def _items(subject: Subject, group: str) -> Iterator[Finding | None]:
    """The items of a repeating group, each asked and answered in some entry."""
    question = subject.symbols.questions[group]
    for item in question.items if question.repeats else ():
        first = subject.world.entries(subject.rules, group)[0].scope
        entries = subject.rules.scope.answers[group]
        is_there = all_of([subject.rules.scope.seen(group, "rules").known, entries.present[0]])  # type: ignore[attr-defined]
        claim = all_of([is_there, first.seen(item.link_id, "rules").known])
        probe, name = PROBE + item.link_id, item.link_id
        if name in subject.off:
            continue
        found = subject.prover.find(claim, lambda run, probe=probe: probe in run.outcome.inconsistencies)  # type: ignore[misc]
        if found is Verdict.NOT_PROVED:
            yield finding("P591", f"question {name}", name, claim="the question can be asked and answered.")
        elif found is Verdict.IMPOSSIBLE:
            is_hidden = subject.prover.is_impossible(all_of([is_there, first.asking[name].certain]))
            rules = subject.asked_when([name]) if is_hidden else ()
            id = "P502" if is_hidden else "P503"  # noqa: A001
            yield finding(id, f"question {name}", name, rules=rules, conditions="its condition")
        else:
            yield None


def conditions(subject: Subject) -> Iterator[Finding | None]:
    """P505: given that what is around it is asked, some answers do not make a condition true."""
    rules, scope = subject.compiled.rules, subject.rules.scope
    for name in subject.world.order:
        if name not in rules.ask or name in subject.off:
            continue
        around = [scope.asking[parent].certain for parent in scope.parents(name)]
        claim = all_of([*around, no(scope.own[name].certain)])
        found = subject.prover.find(claim, lambda run, name=name: _is_kept_back(subject, run, name))  # type: ignore[misc]
        place = f"{'section' if name in subject.symbols.sections else 'question'} {name}"
        if found is Verdict.NOT_PROVED:
            yield finding("P591", place, name, claim="the condition is not true for some who could be asked.")
        elif found is Verdict.IMPOSSIBLE and not subject.prover.is_impossible(all_of([*around, YES])):
            yield finding("P505", place, name, rules=subject.asked_when([name]))
        else:
            yield None


def _is_kept_back(subject: Subject, run: Run, name: str) -> bool:
    around = all(_is_shown(run, parent) for parent in subject.rules.scope.parents(name))
    return around and run.facts.truth(subject.compiled.rules.ask[name], "asked") is not TRUE
