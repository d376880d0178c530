"""A form changes what it is for: whatever else is posted with it changes nothing. And ids of others open nothing."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.forms.models import model_to_dict
from django.test import Client

from intake import actions, records, reviewing
from intake.models import Clinic, Membership, QuestionnaireResponse, SignOff, User
from intake.patient import sessions
from tests.intake.patient.conftest import read
from tests.intake.sample import NOW, Tab
from tests.trust.amounts import amount
from tests.trust.conftest import OWN
from tests.trust.installation import Objects, ask, every_route

pytestmark = pytest.mark.django_db

MORE = {
    "status": "sent",
    "sent_at": "2020-01-01",
    "score": "0",
    "flags": "[]",
    "severity": "",
    "version": "999",
    "version_id": "999",
    "clinic": "south",
    "clinic_id": "1",
    "user": "1",
    "role": "admin",
    "is_staff": "1",
    "is_active": "0",
    "is_superuser": "1",
    "submitted_at": "2020-01-01",
    "signed_by": "1",
    "by": "1",
    "response": "1",
    "response_id": "1",
    "reference": "AAAA-AAAA",
    "person": "1",
    "person_id": "1",
    "revision": "99",
    "settings": "{}",
    "language_code": "xx",
    "id": "1",
    "pk": "1",
    "part2_acknowledged_at": "2020-01-01",
    "resume_code_hash": "x",
}
"""Names of columns, of other forms, and of what a program might take over from a form by mistake."""
MOVES = ("saved_at", "revision", "worst_severity", "document")


def row_of(response: QuestionnaireResponse) -> dict[str, Any]:
    fresh = QuestionnaireResponse.objects.get(pk=response.pk)
    fields = {field.attname: getattr(fresh, field.attname) for field in fresh._meta.concrete_fields}
    return {name: value for name, value in fields.items() if not name.startswith(MOVES)}


class TestMoreThanAsked:
    pytestmark = pytest.mark.check("C26", required="only what the form is for changes")

    @pytest.fixture
    def response(self, clinic: Clinic, version) -> QuestionnaireResponse:
        started = actions.start(clinic=clinic, version=version, language="en", now=NOW)
        Tab(started.response).save(given_name="Ana", family_name="Example", section="about")
        return QuestionnaireResponse.objects.get(pk=started.response.pk)

    @pytest.fixture
    def browser(self, response: QuestionnaireResponse) -> Client:
        browser = Client()
        session = browser.session
        session.update(sessions.contents(response))
        session.save()
        return browser

    def test_a_page_of_questions_takes_its_own_questions(self, browser: Client, response) -> None:
        before, answers = row_of(response), records.read_answers_of(response)
        fields = read(browser.get("/q/about/")).fields | {
            "given_name": ["Eva"],
            "asked": ["given_name", "stroke_when", "stroke"],
        }
        more = {"stroke": "yes", "stroke_when.number": "1", "stroke_when.unit": "weeks", "plan_now": "yes"}

        answer = browser.post("/q/about/", {**MORE, **more, **fields})

        after = records.read_answers_of(QuestionnaireResponse.objects.get(pk=response.pk))
        assert answer.status_code in (302, 422)
        assert row_of(response) == before
        assert {name for name in after if after[name] != answers.get(name)} <= {"given_name", "birth_date", "phone"}
        assert after["given_name"].value == "Eva"
        assert not {"stroke", "stroke_when", "plan_now"} & set(after)

    def test_a_name_given_twice_is_one_answer(self, browser: Client, response) -> None:
        fields = read(browser.get("/q/about/")).fields

        browser.post("/q/about/", {**fields, "given_name": ["Eva", "Ida"]})

        after = records.read_answers_of(QuestionnaireResponse.objects.get(pk=response.pk))
        assert after["given_name"].value in ("Eva", "Ida")

    def test_another_responses_id_is_refused(self, browser: Client, response, clinic: Clinic, version) -> None:
        other = actions.start(clinic=clinic, version=version, language="en", now=NOW).response
        fields = read(browser.get("/q/about/")).fields

        answer = browser.post("/q/about/", {**fields, "given_name": "Eva", "visit": str(other.pk)})

        assert answer.status_code == 403
        assert records.read_answers_of(QuestionnaireResponse.objects.get(pk=other.pk)) == {}
        assert records.read_answers_of(QuestionnaireResponse.objects.get(pk=response.pk))["given_name"].value == "Ana"

    def test_somebody_new_gets_the_role_that_was_chosen(self, browser_of, admin: User, clinic: Clinic) -> None:
        form = {"name": "Nora", "email": "nora@north.example", "role": "front_desk"}

        browser_of(admin).post(f"/staff/team/{clinic.slug}/add/", {**MORE, **form})

        nora = User.objects.get(email=form["email"])
        assert (nora.is_staff, nora.is_active) == (False, True)
        assert list(nora.memberships.values_list("clinic", "role")) == [(clinic.pk, "front_desk")]

    def test_a_role_is_changed_for_who_is_named_in_the_address(
        self, browser_of, admin: User, clinician: User, colleague: User, clinic: Clinic
    ) -> None:
        before = set(Membership.objects.exclude(user=clinician).values_list("user", "clinic", "role"))
        posted = {**MORE, "user": str(colleague.pk), "user_id": str(colleague.pk), "role": "auditor", "give": "1"}

        browser_of(admin).post(f"/staff/team/{clinic.slug}/{clinician.pk}/", posted)

        assert set(Membership.objects.exclude(user=clinician).values_list("user", "clinic", "role")) == before
        assert set(clinician.memberships.values_list("role", flat=True)) == {"clinician", "auditor"}

    @pytest.mark.check("C15", required="the signer is who is signed in, whatever is posted")
    def test_a_signature_is_of_who_is_signed_in(
        self, browser_of, clinician: User, colleague: User, send, clinic
    ) -> None:
        response = send(clinic)
        browser = browser_of(clinician)
        address = f"/staff/responses/{response}/sign/"
        fields = {name: str(colleague.pk) for name in ("by", "signed_by", "user", "user_id", "signer")}
        content = re.search(r'name="content" value="(\w+)"', browser.get(address).content.decode())[1]
        decision = {"disposition": "Proceed with precautions", "rationale": "Seen.", "content": content}

        answer = browser.post(address, {**MORE, **fields, **decision, "signed_at": "2020-01-01"})

        signature = SignOff.objects.get()
        assert answer.status_code == 302
        assert signature.signed_by == clinician
        assert signature.signed_at.year != 2020
        assert reviewing.review_of(response).content == content

    def test_the_settings_of_a_clinic_are_its_own(self, browser_of, admin: User, clinic: Clinic, other_clinic) -> None:
        before = model_to_dict(other_clinic)
        fixed = (clinic.slug, clinic.crisis_confirmed_at, clinic.crisis_confirmed_by_id, clinic.questionnaire_id)

        browser_of(admin).post(
            f"/staff/clinic/{clinic.slug}/settings/",
            {**MORE, "slug": "south", "crisis_confirmed_at": "2020-01-01", "questionnaire": "999", "name": "Taken"},
        )

        clinic.refresh_from_db()
        other_clinic.refresh_from_db()
        assert (
            clinic.slug,
            clinic.crisis_confirmed_at,
            clinic.crisis_confirmed_by_id,
            clinic.questionnaire_id,
        ) == fixed
        assert model_to_dict(other_clinic) == before


class TestIdsOfOthers:
    pytestmark = pytest.mark.check("C25", required="0 reads, 0 writes")

    def test_every_id_that_one_clinic_saw_opens_nothing_in_another(
        self, cast, objects: dict[str, Objects], figure
    ) -> None:
        """Each is put in every place of every address, and posted under every name that a form might have."""
        seen = sorted(
            {str(value) for name, value in objects["own"].items() if name not in ("number", "slug", "link_id")}
        )
        named = [route for route in every_route() if route.name.startswith("clinician:") and route.names]
        named += [route for route in every_route() if route.name in ("patient:section", "patient:invitation")]
        wrong, asked = [], 0
        for who in ("clinician of another clinic", "admin of another clinic", "other patient"):
            for number, route in enumerate(named):
                for place, each in enumerate(seen):
                    mutated = dict.fromkeys(objects["own"], each) | {"slug": "south", "number": 1, "link_id": each}
                    address = route.address(mutated)
                    if (number + place) % amount(6, 1) or not _fits(route.path, each) or each not in address:
                        continue
                    asked += 1
                    method = "POST" if asked % 2 else "GET"
                    answer, changed = ask(cast[who], method, address)
                    if OWN in answer.content.decode(errors="replace") or changed:
                        wrong.append(f"{who} {method} {route.name} {each}: {answer.status_code} {changed}")

        assert not wrong, "\n".join(wrong)
        figure(f"{asked} requests with ids of others, 0 reads, 0 writes")

    def test_an_id_posted_under_any_name_reaches_nobody_else(self, cast, objects: dict[str, Objects]) -> None:
        ids = {name: str(value) for name, value in objects["own"].items() if isinstance(name, str)}
        posted = ids | {
            "visit": ids["reference"],
            "user": ids["user_id"],
            "response": ids["reference"],
            "clinic": "north",
        }
        forms = [route for route in every_route() if route.name.startswith("clinician:") and not route.names]

        for route in forms:
            for who in ("clinician of another clinic", "admin of another clinic"):
                answer, _ = ask(
                    cast[who],
                    "POST",
                    route.address({}),
                    data="&".join(f"{name}={value}" for name, value in posted.items()),
                    content_type="application/x-www-form-urlencoded",
                )
                assert OWN not in answer.content.decode(errors="replace"), f"{who} {route.name}"

    def test_nothing_a_patient_sees_is_counted(self, cast) -> None:
        """No address, reference or file name that a patient sees holds a number that the next person's has plus one."""
        text = cast["patient"].get("/q/about/").content.decode()
        numbers = re.findall(r'(?:href|action|value)="/[^"]*?/(\d+)/?[^"]*"', text)

        assert numbers == []
        assert all(uuid.UUID(value).version == 4 for value in re.findall(r'name="visit" value="([^"]+)"', text))


def _fits(path: str, value: str) -> bool:
    """Whether an address takes such an id: the others are never looked at."""
    is_uuid = bool(re.fullmatch(r"[0-9a-f-]{36}", value))
    return is_uuid or "<uuid:" not in path
