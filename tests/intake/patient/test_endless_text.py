"""Somebody pastes a book into a field: its beginning is kept, the page shows that much and says so."""

from __future__ import annotations

from tests.intake.patient.conftest import read

BOOK = "".join(f"{n} " for n in range(200_000))
KEPT = 10_000


def test_the_page_comes_back_with_what_is_kept_and_says_how_much_that_is(patient):
    response = patient.fill("about", phone=BOOK)

    page = read(response)
    assert response.status_code == 422
    assert page.fields["phone"] == [BOOK[:KEPT]]
    assert "only the first 10000 could be kept" in response.content.decode()
    assert len(response.content) < 200_000


def test_the_store_holds_the_beginning_and_no_more(patient):
    patient.fill("about", phone=BOOK)

    assert patient.answers["phone"].typed == {"": BOOK[:KEPT]}


def test_the_next_visit_shows_what_was_kept(patient):
    patient.fill("about", phone=BOOK)

    assert patient.open("about").fields["phone"] == [BOOK[:KEPT]]


def test_the_rest_of_the_page_is_saved(patient):
    patient.fill("about", phone=BOOK, given_name="Ana")

    assert patient.answers["given_name"].value == "Ana"
