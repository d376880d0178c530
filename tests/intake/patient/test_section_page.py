"""The section pages without a script: what is drawn, saved, refused and shown next."""

from __future__ import annotations


def test_it_draws_a_section(patient):
    page = patient.open("about")

    assert page.response.status_code == 200
    assert page.title == "About you – Before your first visit – Harbor Ketamine Clinic"
    assert "Step 1 of 5" in page.text


def test_it_draws_every_section(patient):
    for link_id in ("habits", "numbers", "safety"):
        assert patient.open(link_id).response.status_code == 200


def test_it_saves_and_goes_on(patient):
    response = patient.fill("about", given_name="Ana")

    assert response.status_code == 302
    assert response["Location"] == "/q/habits/"
    assert patient.answers["given_name"].value == "Ana"
    assert patient.answers["phone"].state == "skipped"
