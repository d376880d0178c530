"""How much of what it must cover a questionnaire covers: measures M1 to M5 of the clinical specification (section 5).

Each is worked out from the definition's rules and by running the engine, never from what the content says of itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

import msgspec

from screening.cases import CaseResult
from screening.engine import journey
from screening.engine.answers import Answer
from screening.engine.assessment import Settings, evaluate
from screening.engine.compiler import Compiled
from screening.exchange.coverage import Concept, CoverageList

DAY = datetime.date(2026, 3, 2)
"""The day on which M5 answers "not sure"; no rule about an unknown answer depends on it."""

IN_PART = 0.5
"""What a partial mention in a document counts for in M3; a clear one counts for 1."""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure: how much is covered of how much, and what is missing, by name."""

    key: str
    title: str
    covered: float
    of: float
    missing: tuple[str, ...]

    @property
    def percent(self) -> float:
        """The covered share, rounded down to a tenth so that only everything is 100."""
        return int(1000 * self.covered / self.of) / 10 if self.of else 100.0

    def __str__(self) -> str:
        never = f"; missing: {', '.join(self.missing)}" if self.missing else ""
        return f"{self.key} {self.title}: {self.covered:g} of {self.of:g} ({self.percent:g} %){never}"


def measures(compiled: Compiled, wanted: CoverageList, results: Iterable[CaseResult]) -> tuple[Measure, ...]:
    """M1 to M5. `results` are those of the stored cases; one that does not come out as expected shows nothing."""
    reached = _reached(results)
    mapped = {name for name in wanted.concepts if questions_of(compiled, name)}
    label = {
        name for name in wanted.label_contraindications if name in mapped and f"{name} contraindication" in reached
    }
    pairs = [f"{name} {severity}" for name, one in wanted.concepts.items() for severity in one.severities]
    unsure = [name for name, one in wanted.concepts.items() if one.not_sure in ("NS-1", "NS-2")]
    is_open = {name for name in unsure if stays_open(compiled, name)}
    return (
        _counted("M1", "concepts with a question", wanted.concepts, mapped),
        _counted("M2", "label contraindications covered", wanted.label_contraindications, label),
        _weighted("M3", "concepts weighted by the documents that name them", wanted.concepts, mapped),
        _counted("M4", "concept and severity reached by a case", pairs, reached),
        _counted("M5", "NS-1 and NS-2 concepts that “not sure” leaves open", unsure, is_open),
    )


def questions_of(compiled: Compiled, flag: str) -> frozenset[str]:
    """The link_ids of the questions that a flag's rules use and that are asked; none when there is no such flag."""
    trees = [tree for _, tree in compiled.rules.flags.get(flag, ())]
    used = frozenset(name for tree in trees for name in compiled.dependencies.questions(tree))
    return used - compiled.definition.switched_off()


def stays_open(compiled: Compiled, flag: str) -> bool:
    """Whether the flag is listed under "could not be ruled out", because of its own questions, for somebody who
    answers these with "not sure" (where that is not offered: with nothing) and leaves the rest of the pages empty."""
    settings = Settings()
    questions = questions_of(compiled, flag)
    offered = [name for name in questions if "not_sure" in compiled.questions[name].unknowns]
    unsure = {name: Answer(state="not_sure", on=DAY) for name in offered}
    answers = journey.with_skipped(compiled, unsure, DAY, settings)
    listed = evaluate(compiled, answers, DAY, settings).unresolved
    return any(one.flag == flag and questions.intersection(one.questions) for one in listed)


def _reached(results: Iterable[CaseResult]) -> set[str]:
    passed = (one.assessment for one in results if one.assessment is not None and not one.differences)
    return {f"{flag.flag} {flag.severity}" for assessment in passed for flag in assessment.flags}


def _counted(key: str, title: str, wanted: Iterable[str], covered: set[str]) -> Measure:
    wanted = tuple(wanted)
    missing = tuple(name for name in wanted if name not in covered)
    return Measure(key=key, title=title, covered=len(wanted) - len(missing), of=len(wanted), missing=missing)


def _weighted(key: str, title: str, concepts: dict[str, Concept], mapped: set[str]) -> Measure:
    weights = dict(_weights(concepts))
    missing = tuple(name for name, weight in weights.items() if weight and name not in mapped)
    total = sum(weights.values())
    covered = total - sum(weights[name] for name in missing)
    return Measure(key=key, title=title, covered=covered, of=total, missing=missing)


def _weights(concepts: dict[str, Concept]) -> Iterator[tuple[str, float]]:
    for name, one in concepts.items():
        yield name, len(one.named) + IN_PART * len(one.in_part)
