"""The checker of histories finds what it must find, and nothing in what may happen."""

from __future__ import annotations

import math

import pytest

from tests.trust.durability.history import History, Seen

ONE = ("HARBOR-1", "note_1")


def seen(*rows: tuple[str, str, float, float]) -> History:
    history = History()
    for kind, value, began, ended in rows:
        getattr(history, kind).append(Seen(ONE, value, began, ended))
    return history


LOST = {
    "an acknowledged write is gone": seen(("writes", "a", 0, 1), ("reads", "", 2, 3)),
    "an older value came back": seen(("writes", "a", 0, 1), ("writes", "b", 2, 3), ("reads", "a", 4, 5)),
    "what was once read is gone": seen(
        ("writes", "a", 0, 1), ("writes", "b", 2, math.inf), ("reads", "b", 3, 4), ("reads", "a", 5, 6)
    ),
    "nobody wrote it": seen(("reads", "x", 0, 1)),
    "it was read before it was written": seen(("writes", "a", 2, 3), ("reads", "a", 0, 1)),
}
FINE = {
    "the last one": seen(("writes", "a", 0, 1), ("writes", "b", 2, 3), ("reads", "b", 4, 5)),
    "either of two at once": seen(("writes", "a", 0, 5), ("writes", "b", 1, 3), ("reads", "a", 6, 7)),
    "one that was never answered": seen(("writes", "a", 0, 1), ("writes", "b", 2, math.inf), ("reads", "b", 9, 10)),
    "or its absence": seen(("writes", "a", 0, 1), ("writes", "b", 2, math.inf), ("reads", "a", 9, 10)),
    "nothing yet": seen(("reads", "", 0, 1), ("writes", "a", 2, 3)),
}


@pytest.mark.parametrize("case", LOST)
def test_a_loss_is_found(case: str):
    assert len(LOST[case].anomalies()) == 1


@pytest.mark.parametrize("case", FINE)
def test_what_may_happen_is_no_loss(case: str):
    assert FINE[case].anomalies() == []
