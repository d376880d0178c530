"""Flags, notes, sources, vocabularies, parameters and profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from screening.engine import medicines
from screening.engine.definition import Citation, Vocabulary
from screening.engine.tree import names
from screening.engine.worse import is_comparable, worse_of

from .catalogue import Problem
from .subject import Subject, near, problem


def rules(subject: Subject) -> Iterator[Problem]:
    """Q601 and Q602."""
    for flag in subject.definition.flags:
        place = f"flag {flag.link_id}"
        if not flag.rules:
            yield problem("Q601", place, flag.link_id)
        for severity, count in Counter(rule.severity for rule in flag.rules).items():
            if count > 1:
                yield problem("Q602", place, flag.link_id, severity=severity)


def citations(subject: Subject) -> Iterator[tuple[str, str, Citation]]:
    """Every citation with where it stands."""
    whole = subject.definition
    for flag in whole.flags:
        found = [*flag.sources, *(one for rule in flag.rules for one in rule.sources)]
        yield from ((f"flag {flag.link_id}", flag.link_id, one) for one in found)
    for score in whole.scores:
        yield from ((f"score {score.link_id}", score.link_id, one) for one in score.sources)
    for parameter in whole.parameters:
        yield from ((f"parameter {parameter.key}", parameter.key, one) for one in parameter.sources)
    for vocabulary in whole.vocabularies:
        for entry in vocabulary.classes:
            yield from ((f"class {entry.key}", entry.key, one) for one in entry.sources)


def sources(subject: Subject) -> Iterator[Problem]:
    """Q603, Q604 and Q607."""
    known = {source.key: source for source in subject.definition.sources}
    for place, link_id, citation in citations(subject):
        if citation.source not in known:
            yield problem("Q603", place, link_id, name=citation.source, near=near(citation.source, known))
    for flag in subject.definition.flags:
        if not flag.sources and not any(rule.sources for rule in flag.rules):
            yield problem("Q604", f"flag {flag.link_id}", flag.link_id)
    unverified = sum(not citation.checked for _, _, citation in citations(subject))
    if unverified:
        yield problem("Q607", "sources", count=unverified)


def note_flags(subject: Subject) -> Iterator[Problem]:
    """Q605."""
    known = {flag.link_id: flag for flag in subject.definition.flags}
    for note in subject.definition.notes:
        if note.flag and note.flag not in known:
            yield problem("Q605", f"note {note.link_id}", note.link_id, name=note.flag, near=near(note.flag, known))


def monotone(subject: Subject) -> Iterator[Problem]:
    """Q608."""
    for flag in subject.definition.flags:
        for line in flag.monotone:
            if not is_comparable(subject.symbols, worse_of(line)):
                yield problem("Q608", f"flag {flag.link_id}", flag.link_id, line=line)


def vocabularies(subject: Subject) -> Iterator[Problem]:
    """Q701, Q702, Q704, Q707 and Q709."""
    for vocabulary in subject.definition.vocabularies:
        classes = {entry.key: entry for entry in vocabulary.classes}
        used: set[str] = set()
        for medicine in vocabulary.medicines:
            place = f"medicine {medicine.code}"
            used.update(medicine.classes)
            if medicine.code in classes:
                yield problem("Q702", place, medicine.code, name=medicine.code)
            for name in medicine.classes:
                if name not in classes:
                    yield problem("Q701", place, medicine.code, name=name, near=near(name, classes))
            if any(factor <= 0 for factor in medicine.equivalents.values()):
                yield problem("Q704", place, medicine.code)
        for name in classes.keys() - used:
            yield problem("Q707", f"class {name}", name)
        yield from _ambiguous(vocabulary)
        yield from _not_in(vocabulary)


def _not_in(vocabulary: Vocabulary) -> Iterator[Problem]:
    """Q709."""
    codes = [medicine.code for medicine in vocabulary.medicines]
    for group in vocabulary.groups:
        for name in group.medicines:
            if name not in codes:
                yield problem("Q709", f"medicine group {group.key}", group.key, name=name, near=near(name, codes))


def _ambiguous(vocabulary: Vocabulary) -> Iterator[Problem]:
    """Q703."""
    found: dict[str, set[str]] = {}
    for medicine in vocabulary.medicines:
        for name in (medicine.name, *medicine.brands):
            found.setdefault(medicines.simplify(name), set()).add(medicine.code)
    for name, codes in found.items():
        if len(codes) > 1:
            yield problem("Q703", f"vocabulary {vocabulary.key}", sorted(codes)[0], name=name)


def parameters(subject: Subject) -> Iterator[Problem]:
    """Q705 and Q708."""
    used = {name for _, tree in subject.rules.places for name in names(tree)}
    for parameter in subject.definition.parameters:
        place = f"parameter {parameter.key}"
        low = parameter.minimum if parameter.minimum is not None else float("-inf")
        high = parameter.maximum if parameter.maximum is not None else float("inf")
        if not low <= parameter.value <= high:
            values = {"value": f"{parameter.value:g}", "minimum": f"{low:g}", "maximum": f"{high:g}"}
            yield problem("Q705", place, parameter.key, **values)
        if parameter.key not in used:
            yield problem("Q708", place, parameter.key)


def profiles(subject: Subject) -> Iterator[Problem]:
    """Q706. A profile in a rule is Q302."""
    known = {profile.key: profile for profile in subject.definition.profiles}
    for source in subject.definition.sources:
        for name in source.profiles:
            if name not in known:
                yield problem("Q706", f"source {source.key}", source.key, name=name, near=near(name, known))
