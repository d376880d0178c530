"""Every kind of mistake on every question type: nothing is lost, and the summary leads to the input."""

from __future__ import annotations

import re

import pytest

MISTAKES = [
    ("about", {"given_name": "x" * 60}, "characters or fewer"),
    ("about", {"phone": "12"}, "Enter a phone number"),
    ("about", {"phone": "5550100100", "phone__state": "not_sure"}, "not both"),
    ("about", {"email": "ana at home"}, "Enter an email address"),
    ("about", {"born__day": "31", "born__month": "2", "born__year": "1980"}, "no such date"),
    ("about", {"born__day": "3", "born__month": "13", "born__year": "1980"}, "the month: there is no such date"),
    ("about", {"born__day": "3", "born__month": "2"}, "Enter the year"),
    ("about", {"born__day": "3", "born__month": "2", "born__year": "2030"}, "not in the future"),
    ("about", {"tall__ft": "five"}, "height in digits"),
    ("about", {"tall__ft": "5", "tall__in": "14"}, "below 12"),
    ("about", {"tall__ft": "5", "tall__cm": "170"}, "not both"),
    ("about", {"tall__cm": "17"}, "height between"),
    ("about", {"heavy__lb": "heavy"}, "weight in digits"),
    ("about", {"heavy__kg": "80", "heavy__lb": "180"}, "not both"),
    ("about", {"heavy__kg": "2"}, "weight between"),
    ("about", {"tall__cm": "200", "heavy__kg": "40"}, "body mass index of 10.0"),
    ("about", {"tall__ft": "5", "tall__in": "0", "heavy__lb": "500"}, "outside 12 to 80"),
    ("habits", {"smokes": "maybe"}, "Select one of the answers"),
    ("habits", {"smokes": ["yes", "no"]}, "one answer only"),
    ("habits", {"route": "boat"}, "Select one of the answers"),
    ("habits", {"illnesses": ["asthma", "none"]}, "not both"),
    ("habits", {"illnesses": ["asthma"], "illnesses__state": "declined"}, "not both"),
    ("habits", {"illnesses": ["plague"]}, "Select one of the answers"),
    ("numbers", {"coffee": "three"}, "Enter a number"),
    ("numbers", {"coffee": "3.5"}, "whole number"),
    ("numbers", {"coffee": "900"}, "30 or less"),
    ("numbers", {"coffee": "-1"}, "0 or more"),
    ("numbers", {"sleep": "7.123"}, "after the decimal point"),
    ("numbers", {"bp__systolic": "high", "bp__diastolic": "80"}, "top number in digits"),
    ("numbers", {"bp__systolic": "120", "bp__diastolic": "8"}, "bottom number between"),
    ("numbers", {"bp__systolic": "80", "bp__diastolic": "120"}, "must be higher"),
    ("numbers", {"scan__month": "5"}, "Enter the year"),
    ("numbers", {"scan__year": "19"}, "four digits"),
    ("numbers", {"attack__number": "six", "attack__unit": "weeks"}, "whole number"),
    ("numbers", {"attack__number": "6"}, "Select days, weeks"),
    ("numbers", {"attack__number": "6", "attack__unit": "weeks", "attack__year": "2020"}, "not both"),
    ("numbers", {"story": "word " * 60}, "characters or fewer"),
    ("numbers", {"pills__0__name": "Zoloft", "pills__0__dose": "lots"}, "the dose"),
    ("numbers", {"pills__0__dose": "50"}, "name of the medicine"),
    ("numbers", {"pills__0__name": "Zoloft", "pills__none": "on"}, "not both"),
    ("numbers", {"operations__0__which": "Knee", "operations__0__when__month": "12"}, "Enter the year"),
]

WITNESS = {"about": ("given_name", "Ana", "Ana"), "habits": ("exercises", "no", "no"), "numbers": ("coffee", "3", 3)}


def names(mistakes):
    return [f"{'-'.join(given)}-{index}" for index, (_, given, _) in enumerate(mistakes)]


@pytest.mark.check("C06", required="the rest saved, the text shown again")
@pytest.mark.check("C53", required="every kind of mistake: in the title, linked, tied to its input, kept")
@pytest.mark.parametrize(("link_id", "given", "message"), MISTAKES, ids=names(MISTAKES))
def test_a_mistake_is_said_kept_and_does_not_cost_the_rest(patient, link_id, given, message):
    name, typed, value = WITNESS[link_id]
    if name in given:
        name, typed, value = {"about": ("phone", "5550100100", "5550100100"), "numbers": ("sleep", "7", 7.0)}[link_id]

    page = refused(patient.fill(link_id, **{name: typed, **given}), given)

    assert message in summary_of(page)
    assert patient.answers[name].value == value


@pytest.mark.check("C06", required="still there when the page is opened again")
@pytest.mark.check("C53", required="every kind of mistake in Spanish: in the title, linked, tied to its input, kept")
@pytest.mark.parametrize(("link_id", "given", "message"), MISTAKES, ids=names(MISTAKES))
def test_it_is_said_in_spanish_and_what_was_typed_is_still_there_when_opened_again(patient, link_id, given, message):
    patient.client.cookies["language"] = "es"

    page = refused(patient.fill(link_id, **given), given)

    assert '<html lang="es"' in page.html
    assert message not in summary_of(page)
    if given != {"smokes": ["yes", "no"]}:  # only a hand-made request brings two radio buttons
        assert kept(patient.open(link_id), given)


def refused(response, given):
    """The page that says a mistake: in the title, linked, tied to its input, with what was typed."""
    page = page_of(response)
    assert response.status_code == 422
    assert page.title.startswith("Error:")
    for target in re.findall(r'<li><a href="#([^"]+)"', page.html):
        assert target in page.ids, f"the summary leads to #{target}, which is not on the page"
    assert untied(page) == []
    assert kept(page, given)
    return page


def page_of(response):
    from tests.intake.patient.conftest import read

    return read(response)


def summary_of(page):
    return re.search(r'class="error-summary".*?</div>', page.html, re.DOTALL)[0]


def untied(page):
    """The messages that no input names as its description. There is a message at least."""
    messages = re.findall(r'id="([\w.-]+-error)"', page.html)
    assert messages
    described = " ".join(re.findall(r'aria-describedby="([^"]*)"', page.html)).split()
    return [message for message in messages if message not in described]


def kept(page, given):
    """Whether every typed text is in its field again; a choice that is not offered has no field to stand in."""
    for name, typed in given.items():
        texts = [typed] if isinstance(typed, str) else typed
        texts = [text for text in texts if text not in ("maybe", "boat", "plague")]
        found = page.fields.get(name.replace("__", "."), [])
        # Of radio buttons a browser keeps one; two of them can only come from a hand-made request.
        if texts and not {text.strip() for text in texts} & {text.strip() for text in found}:
            return False
    return True


@pytest.mark.check("C53", required="the message belongs to its input")
def test_the_message_is_tied_to_its_question(patient):
    page = page_of(patient.fill("about", phone="12"))

    assert 'id="q-phone-error"' in page.html
    assert re.search(r'id="q-phone"[^>]*aria-invalid="true"[^>]*aria-describedby="q-phone-error"', page.html)


def test_a_corrected_page_goes_on(patient):
    page = page_of(patient.fill("about", phone="12", given_name="Ana"))

    response = patient.fill("about", page, phone="555 010 0100")

    assert response.status_code == 302
    assert patient.answers["phone"].state == "answered"
    assert patient.answers["given_name"].value == "Ana"


class TestHeightAndWeightTogether:
    """A body mass index that nobody has: a slip in one of the two, which no rule may count with."""

    def test_the_message_stands_at_the_weight(self, patient):
        page = page_of(patient.fill("about", tall__cm="200", heavy__kg="40"))

        assert '<a href="#q-heavy-lb"' in summary_of(page) or '<a href="#q-heavy-kg"' in summary_of(page)
        assert 'id="q-heavy-error"' in page.html
        assert 'id="q-tall-error"' not in page.html

    def test_the_weight_is_kept_as_typed_and_counts_for_nothing(self, patient):
        patient.fill("about", tall__cm="200", heavy__kg="40", given_name="Ana")

        weight = patient.answers["heavy"]
        assert (weight.state, weight.value, weight.typed) == ("skipped", None, {"kg": "40"})
        assert patient.answers["tall"].value.in_cm == 200
        assert patient.answers["given_name"].value == "Ana"

    def test_a_weight_that_was_plausible_until_the_height_was_changed_counts_no_more(self, patient):
        patient.fill("about", tall__cm="150", heavy__kg="40", given_name="Ana")
        assert patient.answers["heavy"].state == "answered"

        response = patient.fill("about", tall__cm="200")

        assert response.status_code == 422
        assert patient.answers["heavy"].state == "skipped"
        assert patient.open("about").fields["heavy.kg"] == ["40"]

    def test_corrected_it_counts_again(self, patient):
        page = page_of(patient.fill("about", tall__cm="200", heavy__kg="40", given_name="Ana"))

        response = patient.fill("about", page, heavy__kg="90")

        assert response.status_code == 302
        assert patient.answers["heavy"].value.kg == 90

    def test_a_pause_while_typing_saves_no_implausible_weight(self, patient):
        patient.fill("about", tall__cm="200", heavy__kg="40", autosave="1")

        assert "heavy" not in patient.answers

    @pytest.mark.parametrize("given", [{"heavy__kg": "40"}, {"tall__cm": "200", "heavy__state": "not_sure"}])
    def test_nothing_is_said_while_one_of_them_is_unknown(self, patient, given):
        assert patient.fill("about", given_name="Ana", **given).status_code == 302


PAYLOADS = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}{% debug %}", "{0.__class__}%(x)s"]


@pytest.mark.check("C38", required="typed text stays text")
@pytest.mark.parametrize("payload", PAYLOADS)
def test_typed_text_is_never_markup(patient, payload):
    page = page_of(patient.fill("numbers", story=payload, coffee=payload, pills__0__name=payload))

    assert payload not in page.html or "<" not in payload
    assert page.fields["story"] == [payload]
    assert "49" not in page.fields["story"][0]
