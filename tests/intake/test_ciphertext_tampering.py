"""C70: whatever is changed, cut or moved in what is stored encrypted, it does not open."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from intake import actions, records, vault
from intake.models import QuestionnaireResponse, Revision
from tests.trust.amounts import amount

from .sample import Tab

pytestmark = pytest.mark.django_db

TRIES = amount(quick=300, long=1_000)


@pytest.fixture
def two(sent: QuestionnaireResponse, clinic, version) -> list[QuestionnaireResponse]:
    other = Tab(actions.start(clinic=clinic, version=version, language="en", now=sent.started_at).response)
    other.finish(given_name="Bo", family_name="Ek", stroke="no")
    actions.submit(response_id=other.response.pk, now=sent.started_at)
    return list(QuestionnaireResponse.objects.order_by("started_at", "pk"))


def places(response: QuestionnaireResponse) -> Iterator[tuple[Any, str, Callable[[], object]]]:
    """Every encrypted field of a response: the row, the field, and how it is read."""
    person = response.person
    revision = response.revisions.order_by("number").first()
    yield response, "document_ct", lambda: records.read_document(response)
    yield response, "assessment_ct", lambda: records.read_assessment(response)
    yield response, "wrapped_key", lambda: records.read_document(response)
    yield revision, "changes_ct", lambda: records.read_changes(revision, vault.data_key(response))
    yield person, "identity_ct", lambda: records.read_identity(person)
    yield person, "wrapped_key", lambda: records.read_identity(person)


@pytest.mark.check("C70", required="1,000 changes, each noticed")
def test_no_changed_or_cut_bit_opens(two: list[QuestionnaireResponse], figure) -> None:
    chance = random.Random(70)
    rows = list(places(two[0]))
    for number in range(TRIES):
        row, field, read = rows[number % len(rows)]
        whole = bytes(getattr(row, field))
        setattr(row, field, changed(whole, chance))
        with pytest.raises(vault.VaultError):
            read()
        setattr(row, field, whole)

    for _, _, read in rows:
        assert read() is not None
    figure(f"{TRIES:,} flips and cuts, 0 opened")


def changed(whole: bytes, chance: random.Random) -> bytes:
    """One bit flipped, or some of the end cut off."""
    if chance.random() < 0.2:
        return whole[: chance.randrange(len(whole))]
    place = chance.randrange(len(whole) * 8)
    flipped = bytearray(whole)
    flipped[place // 8] ^= 1 << (place % 8)
    return bytes(flipped)


@pytest.mark.check("C70", required="nothing opens in another row or field")
def test_nothing_opens_where_it_was_not_stored(two: list[QuestionnaireResponse], figure) -> None:
    here, there = (list(places(response)) for response in two)
    moves = 0
    for row, field, read in here:
        whole = bytes(getattr(row, field))
        for source, other, _ in [*here, *there]:
            if (source, other) == (row, field):
                continue
            setattr(row, field, bytes(getattr(source, other)))
            with pytest.raises(vault.VaultError):
                read()
            moves += 1
        setattr(row, field, whole)
    figure(f"{moves} moves between rows and fields, 0 opened")


def test_one_revision_does_not_open_as_another(two: list[QuestionnaireResponse]) -> None:
    first, second = Revision.objects.filter(response=two[0]).order_by("number")[:2]
    first.changes_ct = second.changes_ct

    with pytest.raises(vault.VaultError):
        records.read_changes(first, vault.data_key(two[0]))
