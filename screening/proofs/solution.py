"""A solution that the solver found: the value of each variable. What it left open is "false" or 0.

>>> found = Solution('(define-fun |a b| () Bool true)(define-fun n () Real (- (/ 1.0 2.0)))')
>>> found.is_true(z3.Bool("a b")), found.is_true(z3.Bool("c")), found.number(z3.Real("n"))
(True, False, Fraction(-1, 2))
"""

from __future__ import annotations

import re
from fractions import Fraction

import z3

from .kleene import Bool, Number

_VALUE = re.compile(
    r"\(define-fun\s+(\|[^|]*\||[^\s()]+)\s+\(\)\s+(?:Bool|Int|Real)\s+([^\s()]+|\(.*?\)+?)\)(?=\s*(?:\(|\)|$))"
)
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class Solution:
    """Values by variable, read from the printed model: asking the solver for one after the other takes far longer."""

    def __init__(self, printed: str) -> None:
        self._values = {name.strip("|"): value for name, value in _VALUE.findall(printed)}

    def is_true(self, variable: Bool) -> bool:
        return z3.is_true(variable) or self._values.get(variable.decl().name()) == "true"

    def number(self, variable: Number) -> Fraction:
        printed = self._values.get(variable.decl().name(), "0")
        parts = [Fraction(digits) for digits in _DIGITS.findall(printed)]
        size = parts[0] / parts[1] if "/" in printed else parts[0]
        return -size if "-" in printed else size
