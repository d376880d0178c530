"""Kleene's laws, for every combination of true, false and unknown."""

from __future__ import annotations

from itertools import product

import pytest

from screening.engine.logic import FALSE, TRUE, UNKNOWN, Truth, and_, at_least, not_, or_

TRUTHS = (TRUE, FALSE, UNKNOWN)
PAIRS = list(product(TRUTHS, repeat=2))
TRIPLES = list(product(TRUTHS, repeat=3))


def settled(value: Truth) -> tuple[bool, ...]:
    """What an unknown may turn out to be."""
    return (True, False) if value is UNKNOWN else (value,)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_order_does_not_matter_and_de_morgan_holds(a: Truth, b: Truth):
    assert and_(a, b) is and_(b, a)
    assert or_(a, b) is or_(b, a)
    assert not_(and_(a, b)) is or_(not_(a), not_(b))
    assert not_(or_(a, b)) is and_(not_(a), not_(b))


@pytest.mark.parametrize(("a", "b", "c"), TRIPLES)
def test_grouping_and_distribution_do_not_matter(a: Truth, b: Truth, c: Truth):
    assert and_(a, and_(b, c)) is and_(and_(a, b), c) is and_(a, b, c)
    assert or_(a, or_(b, c)) is or_(or_(a, b), c) is or_(a, b, c)
    assert and_(a, or_(b, c)) is or_(and_(a, b), and_(a, c))


@pytest.mark.parametrize("a", TRUTHS)
def test_not_undoes_itself_and_repeating_adds_nothing(a: Truth):
    assert not_(not_(a)) is a
    assert and_(a, a) is or_(a, a) is a
    assert and_(a, or_(a, UNKNOWN)) is a


@pytest.mark.parametrize(("a", "b", "c"), TRIPLES)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_answer_is_certain_only_if_every_way_of_settling_it_agrees(a: Truth, b: Truth, c: Truth, number: int):
    worlds = list(product(settled(a), settled(b), settled(c)))

    for combined, plain in (
        (and_(a, b, c), all),
        (or_(a, b, c), any),
        (at_least(number, [a, b, c]), lambda world: sum(world) >= number),
    ):
        outcomes = {bool(plain(world)) for world in worlds}
        assert combined is (outcomes.pop() if len(outcomes) == 1 else UNKNOWN)


def test_at_least_one_is_or_and_at_least_all_is_and():
    for values in TRIPLES:
        assert at_least(1, values) is or_(*values)
        assert at_least(3, values) is and_(*values)


def test_of_nothing_all_are_true_and_none_is():
    assert and_() is TRUE
    assert or_() is FALSE
