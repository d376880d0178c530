"""Start page, invitation, resume code: who gets in, what is shown, and that looking changes nothing."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from intake import actions, codes
from intake.models import AuditRecord, Invitation, QuestionnaireResponse
from tests.intake.patient.conftest import NOW, read


@pytest.fixture
def invited(clinic):
    return actions.invite(clinic=clinic, by=None, now=NOW, language="en")


def code_on(page):
    return [found.strip() for found in re.findall(r'<dd class="code-box"[^>]*>(.*?)</dd>', page.html)]


@pytest.mark.check("C17", required="the start page says who reads and when")
def test_the_start_page_says_who_reads_when_and_that_it_is_no_emergency_service(clinic):
    page = read(Client().get("/start/harbor/"))

    assert "Our nurses read answers on weekdays, 8 to 5." in page.text
    assert "This is not for emergencies" in page.text
    assert "45 minutes after you stop" in page.text
    assert "staff may see that it was changed" in page.text
    assert {"tel:911", "tel:988", "sms:988"} <= set(page.links)


def test_the_start_page_does_not_say_that_the_visit_is_the_first(clinic):
    assert "before your visit" in read(Client().get("/start/harbor/")).text


def test_a_dead_link_says_nothing_untrue_of_answers_that_were_deleted(clinic):
    page = read(Client().post("/i/random/"))

    assert "Answers that you saved are not lost because of this." in page.text
    assert "Nothing that you saved is lost" not in page.text


@pytest.mark.check("C30", required="0 writes, 0 sessions")
@pytest.mark.parametrize("path", ["/", "/start/harbor/", "/i/whatever/", "/resume/", "/welcome/"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_starts_no_session_and_writes_nothing(clinic, path, method):
    client = Client()
    records = AuditRecord.objects.count()

    response = getattr(client, method)(path)

    assert response.status_code in (200, 404)
    assert "intake" not in response.cookies
    assert Session.objects.count() == 0
    assert QuestionnaireResponse.objects.count() == 0
    assert AuditRecord.objects.count() == records


@pytest.mark.check("C30", required="0 writes, 0 sessions")
def test_looking_at_an_invitation_changes_nothing_however_often(invited):
    before = Invitation.objects.values().get()

    for _ in range(20):
        assert Client().get(invited.url).status_code == 200

    assert Invitation.objects.values().get() == before
    assert Session.objects.count() == 0


def test_every_link_looks_the_same_before_the_button_is_pressed(invited):
    def shape(path):
        return re.sub(r'value="[^"]+"', "", Client().get(path).content.decode()).replace(path, "")

    assert shape(f"/i/{invited.token}/") == shape("/i/random/")


@pytest.mark.check("C32", required="no later address holds it")
def test_the_button_takes_the_token_out_of_the_address(invited):
    client = Client()

    response = client.post(f"/i/{invited.token}/")
    page = read(client.get(response["Location"]))

    assert response["Location"] == "/welcome/"
    assert invited.token not in page.html
    assert invited.token not in str(dict(client.session))
    assert "Harbor Ketamine Clinic" in page.text


def test_an_invited_person_starts_and_gets_a_code_once(invited):
    client = Client()
    client.post(f"/i/{invited.token}/")

    page = read(client.post("/welcome/"))

    reference, code = code_on(page)
    assert re.fullmatch(r"\w{4}-\w{4}", reference)
    assert re.fullmatch(r"\d{4} \d{4} \d{4}", code)
    assert code.replace(" ", "") not in str(dict(client.session)).replace(" ", "")
    assert client.get("/q/about/").status_code == 200
    assert QuestionnaireResponse.objects.get().invitation == invited.invitation


class TestASecondPressOnStart:
    """Without JavaScript nothing holds back a second press: it must still lead to a code."""

    @pytest.fixture
    def start_page(self, invited):
        client = Client()
        client.post(f"/i/{invited.token}/")
        named = re.search(r'name="invited" value="([^"]+)"', read(client.get("/welcome/")).html)
        return client, {"invited": named[1]}

    @pytest.fixture
    def pressed(self, start_page):
        """The first press reached the server; its answer did not reach the browser, which still has the old cookie."""
        client, fields = start_page
        cookie = client.cookies["intake"].value
        client.post("/welcome/", fields)
        client.cookies["intake"] = cookie
        return client, fields

    def test_it_shows_a_code_that_works_and_begins_nothing_else(self, pressed):
        client, fields = pressed

        reference, code = code_on(read(client.post("/welcome/", fields)))

        assert QuestionnaireResponse.objects.count() == 1
        assert Client().post("/resume/", {"reference": reference, "code": code})["Location"] == "/resume/"

    @pytest.mark.check("C27", required="nor does one that is made anew while a code is hashed begin anything")
    @pytest.mark.parametrize("before", ["start_page", "pressed"])
    def test_a_link_that_is_made_anew_at_this_moment_shows_no_code(
        self, before, invited, front_desk, monkeypatch, request
    ):
        client, fields = request.getfixturevalue(before)
        hash_code, of = codes.hash_code, {"invitation_id": invited.invitation.pk, "by": front_desk, "now": NOW}

        def meanwhile(code):
            monkeypatch.setattr(codes, "hash_code", hash_code)
            actions.reissue_invitation(**of, new_code=True)
            return hash_code(code)

        monkeypatch.setattr(codes, "hash_code", meanwhile)
        answer = client.post("/welcome/", fields, follow=True)

        assert codes.hash_code is hash_code, "it was made anew"
        assert not code_on(read(answer))
        assert QuestionnaireResponse.objects.exists() == (before == "pressed")
        assert not AuditRecord.objects.filter(action="response.code_shown").exists()

    def test_the_code_is_asked_for_once_anything_was_answered(self, pressed):
        client, fields = pressed
        QuestionnaireResponse.objects.update(revision=1)

        assert client.post("/welcome/", fields)["Location"] == "/resume/"

    @pytest.mark.parametrize("invited", ["", "nonsense", "6ba7b810-9dad-11d1-80b4-00c04fd430c8:1:x"])
    def test_a_field_that_we_did_not_sign_opens_nothing(self, clinic, invited):
        assert Client().post("/welcome/", {"invited": invited}).status_code == 404


def test_a_language_withdrawn_since_the_invitation_gives_the_clinics_own(clinic):
    invited = actions.invite(clinic=clinic, by=None, now=NOW, language="es")
    clinic.languages = ["en"]
    clinic.save()
    client = Client()
    client.post(f"/i/{invited.token}/")
    client.cookies.pop("language")

    assert code_on(read(client.post("/welcome/")))


def test_the_address_with_a_token_is_never_sent_on(invited):
    assert Client().get(f"/i/{invited.token}/")["Referrer-Policy"] == "strict-origin"


@pytest.mark.check("C33", required="same status, same body")
def test_dead_links_are_all_the_same(clinic, invited, begin):
    revoked = actions.invite(clinic=clinic, by=None, now=NOW, language="en")
    Invitation.objects.filter(pk=revoked.invitation.pk).update(revoked_at=NOW)
    expired = actions.invite(clinic=clinic, by=None, now=NOW, language="en")
    Invitation.objects.filter(pk=expired.invitation.pk).update(created_at=NOW.replace(year=2025), expires_at=NOW)

    superseded = actions.invite(clinic=clinic, by=None, now=NOW, language="en")
    Invitation.objects.filter(pk=superseded.invitation.pk).update(token_sha256="0" * 64)
    tokens = ("random", revoked.token, expired.token, superseded.token)

    responses = [Client().post(f"/i/{token}/") for token in tokens]

    assert {response.status_code for response in responses} == {404}
    pages = {re.sub(r'value="[^"]+"|/i/[^/]+/', "", response.content.decode()) for response in responses}
    assert len(pages) == 1


@pytest.mark.check("C27", required="a link that was taken back closes what it opened")
@pytest.mark.parametrize("is_revoked_first", [True, False])
def test_who_opened_a_link_before_it_was_made_anew_cannot_begin(invited, front_desk, is_revoked_first):
    wrong, right = Client(), Client()
    wrong.post(f"/i/{invited.token}/")
    page = read(wrong.get("/welcome/")).fields
    of = {"invitation_id": invited.invitation.pk, "by": front_desk, "now": NOW}
    if is_revoked_first:
        actions.revoke_invitation(**of)

    made = actions.reissue_invitation(**of)

    for browser in (wrong, Client()):
        assert browser.post("/welcome/", page).status_code == 404
    assert not QuestionnaireResponse.objects.exists()
    right.post(f"/i/{made.token}/")
    assert code_on(read(right.post("/welcome/")))


@pytest.mark.check("C34", required="0 answers without the code")
def test_a_forwarded_link_never_reads_answers_back(invited):
    owner = Client()
    owner.post(f"/i/{invited.token}/")
    owner.post("/welcome/")
    page = read(owner.get("/q/about/"))
    owner.post("/q/about/", {**page.fields, "given_name": "Sentinel Ana"})

    other = Client()
    other.post(f"/i/{invited.token}/")
    landed = other.get("/welcome/", follow=True)

    assert landed.request["PATH_INFO"] == "/resume/"
    assert "Sentinel" not in landed.content.decode()
    assert other.get("/q/about/")["Location"] == "/resume/"


def test_the_link_asks_for_no_code_where_the_answers_are_open_already(invited):
    owner = Client()
    owner.post(f"/i/{invited.token}/")
    owner.post("/welcome/")

    assert owner.post(f"/i/{invited.token}/")["Location"] == "/resume/"
    assert owner.get("/q/about/").status_code == 200


def test_the_code_opens_the_answers_again(patient):
    patient.fill("about", given_name="Ana")
    other = Client()

    response = other.post("/resume/", {"reference": patient.response.reference, "code": patient.code})

    assert response.status_code == 302
    assert read(other.get("/q/about/")).fields["given_name"] == ["Ana"]
    assert other.get("/resume/")["Location"] == "/q/habits/"


@pytest.mark.parametrize(
    "given", [{"code": "0000 0000 0000"}, {"code": ""}, {"reference": "AAAA-AAAA"}, {"reference": ""}]
)
def test_a_wrong_code_or_reference_says_the_same_and_opens_nothing(patient, given):
    client = Client()
    right = {"reference": patient.response.reference, "code": patient.code}

    response = client.post("/resume/", {**right, **given})

    assert response.status_code == 422
    page = read(response)
    assert page.title.startswith("Error:")
    assert "That did not match" in page.text
    assert "code" in page.ids
    assert "sessionid" not in response.cookies
    assert client.get("/q/about/")["Location"] == "/resume/"


def test_too_many_codes_are_stopped(patient):
    client = Client()
    for _ in range(5):
        client.post("/resume/", {"reference": patient.response.reference, "code": "1"})

    response = client.post("/resume/", {"reference": patient.response.reference, "code": patient.code})

    assert response.status_code == 429
    assert "Too many codes" in read(response).text


def test_coming_back_after_a_disclosure_shows_help_first(patient):
    patient.fill("safety", dark="yes")
    client = Client()

    client.post("/resume/", {"reference": patient.response.reference, "code": patient.code})

    assert client.get("/resume/")["Location"] == "/q/help/"


def test_a_clinic_without_a_published_questionnaire_says_so(clinic):
    clinic.questionnaire = None
    clinic.save()

    response = Client().get("/start/harbor/")

    assert response.status_code == 404
    assert "There is no questionnaire here now" in read(response).text


def test_an_unknown_clinic_is_not_found(clinic):
    assert Client().get("/start/nowhere/").status_code == 404


def test_starting_twice_in_one_browser_goes_on_with_the_first(clinic):
    client = Client()
    client.post("/start/harbor/")

    response = client.post("/start/harbor/")

    assert response["Location"] == "/resume/"
    assert QuestionnaireResponse.objects.count() == 1


def test_the_start_page_is_there_in_spanish(clinic):
    client = Client()

    response = client.post("/language/", {"language": "es", "next": "/start/harbor/"})

    assert response["Location"] == "/start/harbor/"
    page = read(client.get("/start/harbor/"))
    assert '<html lang="es"' in page.html
    assert "De lunes a viernes." in page.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/staff/",
        "/\\evil",
        "/\t/evil.example/",
        "/\r\n/evil.example/",
        "javascript:alert(1)",
    ],
)
def test_choosing_a_language_never_leads_elsewhere(clinic, target):
    response = Client().post("/language/", {"language": "es", "next": target})

    assert response["Location"] == "/"


def test_an_unknown_language_is_not_remembered(clinic):
    response = Client().post("/language/", {"language": "xx", "next": "/"})

    assert "language" not in response.cookies


class TestWhoIsAnswering:
    @pytest.mark.parametrize("who", ["self", "helped", "behalf"])
    def test_it_is_asked_once_and_kept(self, clinic, who):
        answer = Client().post("/start/harbor/", {"asks_who": "yes", "answering": who})

        assert answer.status_code == 200
        assert QuestionnaireResponse.objects.get().answering == who

    @pytest.mark.parametrize("said", [{}, {"answering": "nobody"}])
    def test_it_is_needed(self, clinic, said):
        answer = Client().post("/start/harbor/", {"asks_who": "yes", **said})

        assert answer.status_code == 422
        page = read(answer)
        assert page.title.startswith("Error:")
        assert "#answering-self" in page.links
        assert "answering-self" in page.ids
        assert not QuestionnaireResponse.objects.exists()

    def test_somebody_invited_is_asked_too(self, invited):
        client = Client()
        client.post(f"/i/{invited.token}/")

        assert client.post("/welcome/", {"asks_who": "yes"}).status_code == 422
        client.post("/welcome/", {"asks_who": "yes", "answering": "behalf"})
        assert QuestionnaireResponse.objects.get().answering == "behalf"


class TestTextSize:
    def test_it_stays_on_every_page(self, patient):
        patient.client.post("/text-size/", {"text_size": "large", "next": "/start/harbor/"})

        for path in ("/start/harbor/", "/q/about/", "/q/help/", "/"):
            assert 'class="text-large"' in patient.client.get(path).content.decode(), path

    def test_it_goes_back_to_the_page_it_came_from(self, clinic):
        answer = Client().post("/text-size/", {"text_size": "largest", "next": "/start/harbor/"})

        assert answer["Location"] == "/start/harbor/"
        assert answer.cookies["text_size"]["samesite"] == "Lax"

    @pytest.mark.parametrize("chosen", ["", "huge", '"><script>'])
    def test_nothing_else_is_kept(self, clinic, chosen):
        answer = Client().post("/text-size/", {"text_size": chosen, "next": "https://elsewhere.example/"})

        assert answer["Location"] == "/"
        assert "text_size" not in answer.cookies

    def test_a_cookie_of_ones_own_making_does_nothing(self, clinic):
        client = Client()
        client.cookies["text_size"] = '"><script>'

        assert "<script>" not in client.get("/start/harbor/").content.decode()
        assert '<html lang="en">' in client.get("/start/harbor/").content.decode()

    def test_staff_pages_do_not_change(self, clinic):
        client = Client()
        client.cookies["text_size"] = "large"

        assert 'class="text-large"' not in client.get("/accounts/login/").content.decode()


def test_the_start_page_offers_ways_to_make_it_easier(clinic):
    clinic.phone = "(202) 555-0142"
    clinic.save()

    page = read(Client().get("/start/harbor/"))

    assert "Make this easier for you" in page.text
    assert "tel:2025550142" in page.links
    assert "Español" in page.html


def test_the_code_page_says_how_to_come_back_and_prints(clinic):
    page = read(Client().post("/start/harbor/"))

    assert "http://127.0.0.1:8000/resume/" in page.text
    assert "data-print" in page.html
    assert "the clinic can give you a new one" in page.text
