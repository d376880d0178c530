"""What to do first while a flag cannot be ruled out comes from its mildest rule that is not urgent."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from screening.engine.definition import Rule, Severity, Text

from .building import en, flag


def rule(severity: Severity, action: str) -> Rule:
    return Rule(severity=severity, when="it is yes", action=en(action) if action else {})


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((rule("urgent", "Call."), rule("caution", "Review today.")), en("Review today.")),
        ((rule("urgent", "Call."), rule("contraindication", "Stop."), rule("caution", "Review.")), en("Review.")),
        ((rule("caution", "Review."), rule("urgent", "Call.")), en("Review.")),
        ((rule("contraindication", "Stop."), rule("caution", "")), {}),
        ((rule("urgent", "Call."),), {}),
        ((), {}),
    ],
)
def test_it_is_what_the_mildest_rule_asks_for(rules: tuple[Rule, ...], expected: Text):
    assert replace(flag(), rules=rules).action_while_open == expected
