"""The medicine list without scripts: what is offered, asked back, kept, picked and added."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from django.http import QueryDict
from django.urls import reverse

from intake.questions.medicines import normal, settle
from tests.intake.patient.conftest import read
from tests.intake.patient.definitions import EVERY_TYPE

VOCABULARY = EVERY_TYPE.vocabularies[0]


def entries(patient):
    return [(entry.code, entry.text, entry.dose_mg) for entry in patient.answers["pills"].value]


def press(patient, button, value, page=None, **given):
    return patient.fill("numbers", page, **{button: value, **given})


def follow(patient, response):
    return read(patient.client.get(response["Location"]))


# --- asking back ---


def test_a_near_name_comes_back_with_what_it_may_mean(patient):
    response = patient.fill("numbers", pills__0__name="zolft 50 mg")
    page = follow(patient, response)

    assert response["Location"].endswith("/q/numbers/#q-pills-0-ask")
    assert "q-pills-0-ask" in page.ids
    assert "We do not know “zolft 50 mg”. Did you mean:" in page.text
    assert 'name="take" value="pills.0=Zoloft 50 mg"' in page.html
    assert entries(patient) == [("", "zolft 50 mg", None)]


def test_taking_an_offer_puts_it_in_the_place_of_what_was_typed(patient):
    page = follow(patient, patient.fill("numbers", pills__0__name="zolft 50 mg"))

    response = press(patient, "take", "pills.0=Zoloft 50 mg", page)

    assert response["Location"].endswith("#q-pills-0-name")
    assert entries(patient) == [("sertraline", "", None)]
    assert patient.answers["pills"].value[0].note == "Zoloft 50 mg"
    assert "Zoloft = sertraline" in follow(patient, response).text


def test_taking_an_offer_keeps_the_rest_of_the_page(patient):
    page = follow(patient, patient.fill("numbers", pills__0__name="zolft"))

    press(patient, "take", "pills.0=Zoloft", page, coffee="3", pills__1__name="lithium")

    assert patient.answers["coffee"].value == 3
    assert entries(patient) == [("sertraline", "", None), ("lithium", "", None)]


def test_what_is_kept_is_not_asked_again(patient):
    page = follow(patient, patient.fill("numbers", pills__0__name="zolft"))
    page = follow(patient, press(patient, "keep", "pills.0", page))

    assert "Did you mean" not in page.text
    assert "Kept as you typed it" in page.text
    assert patient.answers["pills"].value[0].kept
    assert "/q/safety/" in patient.fill("numbers", page)["Location"]
    assert "Did you mean" not in patient.open("numbers").text


def test_going_on_past_an_offer_keeps_what_was_typed(patient):
    page = follow(patient, patient.fill("numbers", pills__0__name="zolft"))

    response = patient.fill("numbers", page)

    assert "/q/safety/" in response["Location"]
    assert patient.answers["pills"].value[0].kept


def test_another_near_name_is_asked_about_again(patient):
    page = follow(patient, patient.fill("numbers", pills__0__name="zolft"))
    page = follow(patient, press(patient, "keep", "pills.0", page))

    assert "-ask" in patient.fill("numbers", page, pills__0__name="lithum")["Location"]


def test_an_offer_beside_a_row_just_added_is_not_passed_over(patient):
    page = follow(patient, press(patient, "add", "pills", pills__0__name="zolft"))

    assert "-ask" in patient.fill("numbers", page)["Location"]


def test_a_name_that_is_like_no_other_holds_nobody_back(patient):
    response = patient.fill("numbers", pills__0__name="little blue pill")

    assert "/q/safety/" in response["Location"]
    assert entries(patient) == [("", "little blue pill", None)]


@pytest.mark.parametrize("value", ["pills.0", "pills.9=Zoloft", "coffee=3", "=", "pills.0=", "../x.0=y"])
def test_a_made_up_button_changes_nothing(patient, value):
    response = press(patient, "take", value, pills__0__name="zolft")

    assert response.status_code == 302
    assert entries(patient) == [("", "zolft", None)]


# --- doses ---


def test_a_dose_is_asked_for_only_where_rules_need_it(patient):
    page = follow(patient, patient.fill("numbers", pills__0__name="Klonopin"))

    assert "pills.0.dose" in page.fields
    assert "pills.0.dose" not in follow(patient, press(patient, "add", "pills", page, pills__0__name="Zoloft")).fields


def test_the_page_comes_back_once_for_the_dose_and_then_goes_on_without(patient):
    response = patient.fill("numbers", pills__0__name="Klonopin")
    assert response["Location"].endswith("#q-pills-0-dose")

    response = patient.fill("numbers", follow(patient, response))

    assert "/q/safety/" in response["Location"]
    assert entries(patient) == [("clonazepam", "", None)]


def test_a_dose_is_stored_in_milligrams(patient):
    page = follow(patient, patient.fill("numbers", pills__0__name="Klonopin"))

    patient.fill("numbers", page, pills__0__dose="0,5")

    assert entries(patient) == [("clonazepam", "", 0.5)]


# --- picking ---


def test_what_is_ticked_is_added_to_the_list(patient):
    page = patient.open("numbers")
    assert "Mood pills" in page.text
    assert "sertraline (Zoloft)" in page.text

    patient.fill("numbers", page, pills__0__name="vitamin", pills__pick=["sertraline", "lithium"])

    assert entries(patient) == [("", "vitamin", None), ("sertraline", "", None), ("lithium", "", None)]


def test_what_is_ticked_and_typed_is_there_once(patient):
    patient.fill("numbers", pills__0__name="Zoloft 50 mg", pills__pick=["sertraline", "sertraline", "plutonium"])

    assert entries(patient) == [("sertraline", "", None)]


def test_a_ticked_medicine_does_not_come_back_after_it_is_removed(patient):
    patient.fill("numbers", pills__pick=["sertraline", "lithium"])
    page = patient.open("numbers")
    assert re.search(r'value="sertraline" checked disabled', page.html)

    press(patient, "remove", "pills.0", page)

    assert entries(patient) == [("lithium", "", None)]


def test_the_dose_of_a_ticked_medicine_is_asked_for(patient):
    assert patient.fill("numbers", pills__pick="clonazepam")["Location"].endswith("#q-pills-0-dose")


def test_groups_are_in_the_language_of_the_page(patient):
    patient.client.cookies["language"] = "es"

    assert "Pastillas para el ánimo" in patient.open("numbers").text


# --- rows ---


def test_there_is_one_row_until_more_are_asked_for(patient):
    page = patient.open("numbers")

    assert [name for name in page.fields if re.fullmatch(r"pills\.\d+\.name", name)] == ["pills.0.name"]


def test_add_leads_to_the_new_row_and_keeps_everything_typed(patient):
    response = press(patient, "add", "pills", pills__0__name="Zoloft", coffee="3")
    page = follow(patient, response)

    assert response["Location"].endswith("#q-pills-1-name")
    assert page.fields["pills.0.name"] == ["Zoloft"]
    assert page.fields["pills.1.name"] == [""]
    assert page.fields["coffee"] == ["3"]


def test_every_field_has_a_name_of_its_own(patient):
    page = follow(patient, press(patient, "add", "pills", pills__0__name="Klonopin"))

    assert "Medicine 1: name" in page.text
    assert "Medicine 2: name" in page.text
    assert "Medicine 1: How much in one day" in page.text
    assert "Remove medicine 2" in page.text


# --- mistakes ---


@pytest.mark.parametrize(
    ("given", "target", "message"),
    [
        ({"pills__0__name": "Klonopin", "pills__0__dose": "lots"}, "q-pills-0-dose", "dose"),
        ({"pills__0__name": "x" * 5000}, "q-pills-0-name", "characters or fewer"),
        ({"pills__0__name": " ", "pills__1__name": "y" * 400}, "q-pills-0-name", "characters or fewer"),
        ({"pills__0__name": "Zoloft", "pills__2__name": "Klonopin", "pills__2__dose": "no"}, "q-pills-1-dose", "dose"),
        ({"pills__0__name": "Zoloft", "pills__none": "on"}, "q-pills-none", "not both"),
        ({"pills__pick": "lithium", "pills__none": "on"}, "q-pills-none", "not both"),
    ],
)
def test_a_mistake_leads_to_its_input_and_costs_nothing_else(patient, given, target, message):
    response = patient.fill("numbers", coffee="3", **given)
    page = read(response)

    assert response.status_code == 422
    assert f'<li><a href="#{target}"' in page.html
    assert target in page.ids
    assert message in page.text
    assert target == "q-pills-none" or re.search(rf'id="{target}"[^>]*aria-describedby="[^"]*q-pills-error', page.html)
    assert patient.answers["coffee"].value == 3


def test_what_was_ticked_is_a_row_on_the_page_that_comes_back(patient):
    page = read(patient.fill("numbers", pills__pick="lithium", pills__none="on"))

    assert page.fields["pills.0.name"] == ["lithium"]


def test_too_many_medicines_are_all_still_there(patient):
    given = {f"pills__{row}__name": f"pill {row} of mine" for row in range(7)}

    page = read(patient.fill("numbers", **given))

    assert page.response.status_code == 422
    assert [page.fields[f"pills.{row}.name"][0] for row in range(7)] == list(given.values())


def test_an_endless_list_is_answered_in_time(patient):
    given = {f"pills__{row}__name": f"zolft {row} mg" for row in range(300)}

    page = read(patient.fill("numbers", **given))

    assert page.response.status_code == 422
    assert page.text.count("Did you mean") == 60


@pytest.mark.parametrize("payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "zolft<b>"])
def test_a_name_is_never_markup(patient, payload):
    patient.fill("numbers", pills__0__name=payload)
    page = patient.open("numbers")
    said = patient.fill("numbers", page, autosave="1").json()["said"]

    assert payload not in page.html
    assert payload not in said[payload]


# --- for the script ---


def test_a_pause_brings_what_is_said_of_each_name(patient):
    answer = patient.fill("numbers", pills__0__name="Klonopin", pills__1__name="zolft", autosave="1").json()

    assert "data-asks-dose" in answer["said"]["Klonopin"]
    assert 'data-take="Zoloft"' in answer["said"]["zolft"]
    assert not any(entry.kept for entry in patient.answers["pills"].value)


def names_url(version):
    return reverse("patient:medicine_names", args=[version.sha256, "all"])


def test_the_names_are_in_a_file_that_any_cache_may_keep(patient, version, client):
    response = client.get(names_url(version))

    assert json.loads(response.content) == [["sertraline", "Zoloft"], ["clonazepam", "Klonopin"], ["lithium"]]
    assert "immutable" in response["Cache-Control"]
    assert "no-store" not in response["Cache-Control"]
    assert not response.cookies
    assert names_url(version) in patient.open("numbers").html


def test_names_of_no_version_are_not_found(db, client):
    response = client.get(reverse("patient:medicine_names", args=["0" * 64, "all"]))

    assert response.status_code == 404
    assert response["Cache-Control"] == "no-store"


def test_names_cannot_be_written_to(version, client):
    assert client.post(names_url(version)).status_code == 405


def test_the_page_is_light(patient):
    assert len(gzip.compress(patient.open("numbers").html.encode())) < 15_000


# --- the pieces ---


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, {}),
        ({"0.name": "", "0.dose": ""}, {}),
        ({"3.name": "a", "1.name": "b", "2.name": " "}, {"0.name": "b", "1.name": "a"}),
        ({"0.name": "a", "0.offered": "a", "0.dose": ""}, {"0.name": "a", "0.dose": ""}),
        ({"0.dose": "5"}, {"0.dose": "5"}),
        ({"pick": ["lithium"], "state": "not_sure"}, {"state": "not_sure", "0.name": "lithium"}),
        ({"pick": "nonsense"}, {}),
        ({"99999.name": "a", "x.name": "b"}, {"x.name": "b"}),
    ],
)
def test_rows_are_numbered_from_the_first(parts, expected):
    assert normal(parts, VOCABULARY) == expected


def test_a_page_that_is_finished_keeps_only_names_that_were_offered_as_they_are():
    data = QueryDict(mutable=True)
    data.update({"p.0.name": "zolft", "p.0.offered": "zolft", "p.1.name": "lithum", "p.1.offered": "other"})

    settle(data, is_posted=True)

    assert data["p.0.kept"] == "zolft"
    assert "p.1.kept" not in data
