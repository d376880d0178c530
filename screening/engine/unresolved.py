"""What could not be ruled out, by what its open questions do (specification 1.2).

NS-2 is listed first and needs action; NS-1 is listed at `contraindication` at most; NS-5 at the severity still open;
NS-4 lists only the pseudo-flag `medication_list`, once, also for a dose that a raised flag's note needs ("unknown pill,
dose, or list incomplete"); NS-3 only leaves a note. Of several open questions in one rule, the strongest class counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .compiler import Outcome, not_sure_class
from .definition import MEDICATION_LIST, SEVERITIES, Flag, NotSure, Severity
from .facts import Facts
from .flag_rules import FlagRule, Seen
from .logic import TRUE, UNKNOWN, Truth
from .results import NoteLine, UnresolvedFlag
from .settling import settled_by, would_settle
from .tree import Expr

RULE_ERROR = "rule error"
NOT_SURE_NOTE = "not_sure"

RANK: dict[Severity, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}
STRENGTH: tuple[NotSure, ...] = ("NS-2", "NS-5", "NS-1", "NS-4", "NS-3")
TIERS = [tuple(tier for tier in range(len(SEVERITIES)) if bits >> tier & 1) for bits in range(1 << len(SEVERITIES))]
"""The rules that each set of bits stands for."""
LISTED = frozenset[NotSure]({"NS-2", "NS-5", "NS-1"})


class Verdict(NamedTuple):
    """What a flag's rules say: the one that is true (-1: none), those above it that are unknown, whether one failed.

    `seen` is what the rules looked at, where that is known.
    """

    number: int
    raised: int
    unknown: tuple[int, ...]
    failed: bool = False
    seen: Seen | None = None


class Unresolved(NamedTuple):
    """Flags that could not be ruled out, in the order to read them, and the notes of low-stakes unknowns."""

    flags: tuple[UnresolvedFlag, ...]
    notes: tuple[NoteLine, ...]


class OpenRule(NamedTuple):
    """An unknown rule: its severity as listed and its own, the questions that would settle it, the strongest of their
    classes."""

    severity: Severity
    rule_severity: Severity
    questions: tuple[str, ...]
    not_sure: NotSure


def verdicts(facts: Facts, outcome: Outcome) -> list[Verdict]:
    """Every flag that is not ruled out, in the order of the definition."""
    found = [Verdict(number, raised, TIERS[bits], False, seen) for number, raised, bits, seen in outcome.found]
    if outcome.failed:
        found += [_one_by_one(facts, key) for kind, key in outcome.failed if kind == "flag" and isinstance(key, int)]
        found.sort(key=lambda verdict: verdict.number)
    return found


def _one_by_one(facts: Facts, number: int) -> Verdict:
    """A flag one of whose rules fails: the others still count."""
    name = facts.compiled.definition.flags[number].link_id
    unknown: list[int] = []
    for tier, (_, tree) in enumerate(facts.compiled.rules.flags[name]):
        truth: Truth = facts.truth(tree)
        if truth is TRUE:
            return Verdict(number, tier, tuple(unknown), failed=tier > 0)
        if truth is UNKNOWN:
            unknown.append(tier)
    return Verdict(number, -1, tuple(unknown), failed=True)


def list_unresolved(facts: Facts, found: Iterable[Verdict]) -> Unresolved:
    """What could not be ruled out, and notes."""
    found = list(found)
    flags: list[UnresolvedFlag] = []
    notes: list[NoteLine] = []
    medicines = _doses_not_known(facts, found)
    for verdict in (one for one in found if one.failed or one.unknown):
        flag = facts.compiled.definition.flags[verdict.number]
        if verdict.failed:
            flags.append(_failed(facts, flag, verdict))
            continue
        open_rules = [facts.compiled.flags[verdict.number][tier] for tier in verdict.unknown]
        rules = [_open_rule(facts, flag, rule, verdict.seen) for rule in open_rules]
        medicines += [rule for rule in rules if rule.not_sure == "NS-4"]
        listed = [rule for rule in rules if rule.not_sure in LISTED]
        flags += _listed(flag.link_id, listed)
        quiet = [rule for rule in rules if rule.not_sure == "NS-3"]
        if quiet and not set(_each_once(quiet)) <= set(_each_once(listed)):
            notes.append(_note(facts, flag, quiet))
    flags += _listed(MEDICATION_LIST, medicines)
    flags.sort(key=lambda flag: (flag.not_sure != "NS-2", RANK[flag.severity]))
    return Unresolved(tuple(flags), tuple(notes))


def _doses_not_known(facts: Facts, found: list[Verdict]) -> list[OpenRule]:
    """Notes of raised flags ("high dose") that only a gap in the medicine list leaves undecided."""
    compiled = facts.compiled
    if not compiled.definition.notes:
        return []
    raised = {compiled.definition.flags[verdict.number].link_id: verdict for verdict in found if verdict.raised >= 0}
    rules: list[OpenRule] = []
    for note in compiled.definition.notes:
        tree = compiled.rules.notes.get(note.link_id)
        if note.flag not in raised or tree is None or facts.truth(tree) is not UNKNOWN:
            continue
        flag = compiled.definition.flags[raised[note.flag].number]
        severity, _ = compiled.rules.flags[flag.link_id][raised[note.flag].raised]
        rule = _judged(facts, flag, severity, would_settle(facts, tree))
        rules += [rule] if rule.not_sure == "NS-4" else []
    return rules


def _open_rule(facts: Facts, flag: Flag, rule: FlagRule, seen: Seen | None) -> OpenRule:
    return _judged(facts, flag, rule.severity, settled_by(facts, facts.leaves_open(rule, seen)))


def _judged(facts: Facts, flag: Flag, severity: Severity, questions: tuple[str, ...]) -> OpenRule:
    classes = [not_sure_class(facts.symbols.questions.get(name), flag.not_sure) for name in questions]
    strongest = min(classes or [flag.not_sure], key=STRENGTH.index)
    is_lowered = strongest in ("NS-1", "NS-4") and severity == "urgent"
    return OpenRule("contraindication" if is_lowered else severity, severity, questions, strongest)


def _listed(name: str, rules: list[OpenRule]) -> list[UnresolvedFlag]:
    if not rules:
        return []
    highest = min(rules, key=lambda rule: (RANK[rule.severity], RANK[rule.rule_severity]))
    return [
        UnresolvedFlag(
            flag=name,
            severity=highest.severity,
            questions=_each_once(rules),
            not_sure=min((rule.not_sure for rule in rules), key=STRENGTH.index),
            rule_severity=highest.rule_severity if highest.rule_severity != highest.severity else None,
        )
    ]


def _each_once(rules: list[OpenRule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for rule in rules for name in rule.questions))


def _failed(facts: Facts, flag: Flag, verdict: Verdict) -> UnresolvedFlag:
    trees: list[tuple[Severity, Expr]] = facts.compiled.rules.flags[flag.link_id]
    questions = tuple(dict.fromkeys(name for tier in verdict.unknown for name in would_settle(facts, trees[tier][1])))
    severity = min((severity for severity, _ in trees), key=lambda severity: RANK[severity])
    return UnresolvedFlag(
        flag=flag.link_id, severity=severity, questions=questions, not_sure=flag.not_sure, reason=RULE_ERROR
    )


def _note(facts: Facts, flag: Flag, rules: list[OpenRule]) -> NoteLine:
    title = flag.title.get(facts.compiled.definition.languages[0], flag.link_id)
    return NoteLine(note=NOT_SURE_NOTE, flag=flag.link_id, questions=_each_once(rules), text=f"Not certain: {title}")
