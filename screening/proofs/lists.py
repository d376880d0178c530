"""Answers that are lists as solver variables: medicines, and the entries of a repeating group."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import z3

from screening.engine.definition import Question

from .kleene import NO, Bool, Number, Span, all_of, any_of, no
from .solution import Solution
from .variables import Answered, Raw

SLOTS = 3
"""Entries of a group that are looked at one by one when a witness is sought."""

LARGEST_DOSE = 1000


class Medicines(Answered):
    """Which medicines are listed, as far as any rule looks, and whether an entry was not recognised.

    Medicines that no rule tells apart are one variable, named after the first of them.
    """

    def __init__(
        self,
        name: str,
        question: Question,
        as_of: datetime.date,
        keys: Mapping[str, frozenset[str]],
        factors: Mapping[str, Mapping[str, float]],
    ) -> None:
        self.keys = keys
        self.factors = factors
        super().__init__(name, question, as_of)

    def declare(self) -> None:
        self.kinds: dict[str, frozenset[str]] = {}
        told_apart: set[frozenset[str]] = set()
        for code, keys in self.keys.items():
            counted = frozenset(f"total {reference}" for reference, by in self.factors.items() if code in by)
            if keys | counted and keys | counted not in told_apart:
                told_apart.add(keys | counted)
                self.kinds[code] = keys
        self.listed = {code: self.flag(f"has {code}") for code in self.kinds}
        self.is_open = self.flag("has an unknown medicine")
        self.totals = {reference: self._total(reference) for reference in self.factors}
        self.vague = any_of([self.is_open, *(self.flag(f"{one} not known") for one in self.factors)])

    def _total(self, reference: str) -> Span:
        """Milligrams a day. A counted medicine without its dose, or an unknown one, leaves the total without an end."""
        dose, unknown = z3.Real(f"{self.name}.{reference}"), self.flag(f"{reference} not known")
        counted = [self.listed[code] for code in self.kinds if code in self.factors[reference]]
        self.always += [dose >= 0, z3.Implies(no(any_of(counted)), z3.And(dose == 0, no(unknown)))]
        if counted:
            self.handy += [z3.AtMost(*counted, 1), z3.Implies(unknown, dose == 0), dose <= LARGEST_DOSE]
            self.handy.append(z3.Implies(z3.And(any_of(counted), no(unknown)), dose >= 1))
        return Span(dose, dose, NO, any_of([self.is_open, unknown]))

    def has(self, code: str) -> Bool:
        return any_of(listed for name, listed in self.listed.items() if code in self.kinds[name])

    def value(self, solution: Solution) -> Raw:
        listed = [self._entry(code, solution) for code, one in self.listed.items() if solution.is_true(one)]
        listed += [{"text": "a small blue pill"}] if solution.is_true(self.is_open) else []
        return listed or "none"

    def _entry(self, code: str, solution: Solution) -> Raw:
        for reference, factors in self.factors.items():
            if code in factors and not solution.is_true(self.flag(f"{reference} not known")):
                dose = float(solution.number(z3.Real(f"{self.name}.{reference}")))
                return {"code": code, "dose_mg": dose / factors[code]} if dose > 0 else {"code": code}
        return {"code": code}


class Entries(Answered):
    """How many entries a group has. A few slots stand for the entries when a witness is sought."""

    def declare(self) -> None:
        self.size: Number = self.whole("size")
        self.when_answered(self.size >= 1, self.size <= self.question.maximum_entries)
        self.present = [self.flag(f"has entry {number}") for number in range(1, SLOTS + 1)]
        self.slots: list[dict[str, Answered]] = []
        self.vague = self.flag("vague")
        following = zip(self.present, self.present[1:], strict=False)
        self.always += [z3.Implies(after, before) for before, after in following]
        is_counted = self.size == z3.Sum([z3.If(one, 1, 0) for one in self.present])
        self.handy.append(z3.Implies(self.state("answered"), is_counted))

    @property
    def left(self) -> Bool:
        """Whether an entry that is looked at has an item that was left open, or is known only in part."""
        filled = zip(self.present, self.slots, strict=True)
        items = [(is_there, item) for is_there, slot in filled for item in slot.values()]
        return any_of(all_of([is_there, any_of([no(item.state("answered")), item.vague])]) for is_there, item in items)

    def value(self, solution: Solution) -> Raw:
        shown = [slot for slot, is_there in zip(self.slots, self.present, strict=True) if solution.is_true(is_there)]
        return [{name: item.raw(solution) for name, item in slot.items()} for slot in shown or self.slots[:1]]
