"""No silent skip: what must be established is never left undecided, or ruled out, because nobody asked."""

from __future__ import annotations

from collections.abc import Iterator

from screening.engine.answers import Answer
from screening.engine.definition import Flag
from screening.engine.symbols import option_codes
from screening.engine.values import Value

from .firing import unproved
from .kleene import Bool, all_of, any_of, no
from .prover import Verdict
from .report import Finding, finding
from .subject import Subject
from .witness import LEFT, Run


def left_undecided(subject: Subject) -> Iterator[Finding | None]:
    """P521: undecided although each of the flag's own questions that was asked has a full answer."""
    for flag in subject.must_be_established():
        name, used = flag.link_id, subject.used_by(flag.link_id)
        claim = all_of([subject.is_open(name), *(no(_left_open(subject, one)) for one in sorted(used))])
        found = subject.prover.find(claim, lambda run, name=name, used=used: _is_silently_open(run, name, used))  # type: ignore[misc]
        yield _verdict(subject, flag, "P521", found, "it is left undecided only by an answer that is left open.")


def _left_open(subject: Subject, name: str) -> Bool:
    """When a question was explicitly left open, or its answer says itself that not all is known."""
    scope = subject.rules.scope
    if not scope.holds(name):  # inside an entry: its group says so
        name = subject.symbols.entries_of[name]
    seen = scope.seen(name, "rules")
    return any_of([seen.left, all_of([seen.known, scope.answer(name).vague])])


def _is_silently_open(run: Run, flag: str, used: frozenset[str]) -> bool:
    return run.is_open(flag) and not any(run.is_left_open(name) for name in used)


def _verdict(subject: Subject, flag: Flag, id: str, found: Run | Verdict, claim: str) -> Finding | None:  # noqa: A002
    if found is Verdict.NOT_PROVED:
        return unproved(flag, claim)
    if found is Verdict.IMPOSSIBLE or not isinstance(found, Run):
        return None
    names = subject.behind(subject.used_by(flag.link_id))
    return finding(id, f"flag {flag.link_id}", flag.link_id, found, names)


def ruled_out_unasked(subject: Subject) -> Iterator[Finding | None]:
    """P522: ruled out, with one of its questions hidden by an answer that was left open."""
    for flag in subject.must_be_established():
        name = flag.link_id
        is_out = [no(truth.possible) for _, truth in subject.tiers(name)]
        may_be = any_of(truth.possible for _, truth in subject.tiers(name, "wary"))
        claim = all_of([*is_out, may_be])
        found = subject.prover.find(claim, lambda run, name=name: _is_hidden_by_unknown(subject, run, name))  # type: ignore[misc]
        yield _verdict(subject, flag, "P522", found, "it is ruled out only by what was answered.")


def _is_hidden_by_unknown(subject: Subject, run: Run, flag: str) -> bool:
    """Whether an answer in place of one that was left open shows a question of a flag that is ruled out."""
    if flag in run.raised or run.is_open(flag):
        return False
    hidden = [name for name in subject.used_by(flag) if run.visibility.get(name) is False]
    return any(_would_be_asked(subject, run, name) for name in hidden)


def _would_be_asked(subject: Subject, run: Run, name: str) -> bool:
    gates = subject.behind(frozenset({name})) - {name}
    left = [gate for gate in gates if gate in run.answers and run.answers[gate].state in LEFT]
    return any(
        Run(run.compiled, {**run.answers, gate: Answer(state="answered", value=value, on=run.as_of)},
            run.as_of, run.settings.profile).visibility.get(name) is not False
        for gate in left for value in _values(subject, gate)
    )  # fmt: skip


def _values(subject: Subject, name: str) -> list[Value]:
    """Answers that a question can have: its options, and whatever it was answered with before."""
    question = subject.symbols.questions[name]
    several = question.type == "multiple_choice"
    before = [run.answers[name].value for run in subject.prover.runs if name in run.answers]
    codes: list[Value] = [(code,) if several else code for code in option_codes(question)]
    return [*codes, *(value for value in before if value is not None)]
