"""C60: requests that overtake each other, come late or come twice, in any order."""

from __future__ import annotations

import itertools
import random

import pytest

from intake import actions, records
from intake.models import Alert, Clinic, Revision
from screening.models import QuestionnaireVersion
from tests.intake.sample import NOW, Tab
from tests.trust.amounts import amount

ORDERS = amount(quick=20, long=1_000)
TYPED = ["R", "Ro", "Ros", "Rosa", "Rosal"]


@pytest.mark.django_db
@pytest.mark.check("C60", required="the newest stays, a repeat changes nothing")
def test_an_older_save_never_replaces_a_newer_one(clinic: Clinic, version: QuestionnaireVersion, figure) -> None:
    chance = random.Random(60)
    orders = list(itertools.permutations(range(1, len(TYPED) + 1)))

    for order in (chance.choice(orders) for _ in range(ORDERS)):
        draft = actions.start(clinic=clinic, version=version, language="en", now=NOW).response
        tab, twice = Tab(draft), [*order, *chance.choices(order, k=3)]
        for at, sequence in enumerate(twice):
            tab.send(sequence, given_name=TYPED[sequence - 1])
            newest = max(twice[: at + 1])
            assert records.read_answers_of(_again(draft))["given_name"].value == TYPED[newest - 1]
        assert Revision.objects.filter(response=draft).count() == len(TYPED)

    figure(f"{ORDERS} orders of {len(TYPED)} saves with repeats, 0 replaced by an older one")


@pytest.mark.django_db
@pytest.mark.check("C60", required="a disclosure calls staff whenever it comes, and the newest stays")
def test_a_disclosure_calls_staff_in_any_order_of_saves(clinic: Clinic, version: QuestionnaireVersion) -> None:
    said = ["no", "yes", "no"]

    for order in itertools.permutations(range(1, len(said) + 1)):
        draft = actions.start(clinic=clinic, version=version, language="en", now=NOW).response
        tab = Tab(draft)
        for sequence in order:
            tab.send(sequence, plan_now=said[sequence - 1])
        assert records.read_answers_of(_again(draft))["plan_now"].value == "no"
        assert Alert.objects.filter(response=draft, kind="at_once").count() == 1


def _again(draft):
    draft.refresh_from_db()
    return draft
