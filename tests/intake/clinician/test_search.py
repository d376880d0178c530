"""Finding a person by name and day of birth, and nobody one may not see."""

from __future__ import annotations

import pytest
from django.test import Client

from intake.models import AuditRecord, QuestionnaireResponse, User

from .conftest import SignIn


class TestSearch:
    SEARCH = "/staff/search/"

    def found(self, browser: Client, **given: str) -> list[str]:
        page = browser.post(self.SEARCH, given)
        assert page.status_code == 200
        return [row.who for row in page.context["page"].rows]

    @pytest.mark.parametrize(
        "given",
        [
            {"name": "Rosa Díaz"},
            {"name": "  rosa   DIAZ "},
            {"name": "Díaz, Rosa"},
            {"birth_date": "1985-06-15"},
            {"name": "Rosa Diaz", "birth_date": "1985-06-15"},
        ],
    )
    def test_it_finds_somebody_by_exact_match(
        self, given: dict[str, str], desk: Client, sent: QuestionnaireResponse
    ) -> None:
        assert self.found(desk, **given) == ["Rosa Díaz"]

    def test_it_finds_a_reference_as_people_type_it(self, desk: Client, sent: QuestionnaireResponse) -> None:
        assert self.found(desk, reference=str(sent).lower().replace("-", " ")) == ["Rosa Díaz"]

    @pytest.mark.parametrize(
        "given",
        [
            {"name": "Rosa"},
            {"name": "Rosa Díaz", "birth_date": "1985-06-16"},
            {"reference": "AAAA-AAAA"},
            {"reference": "' OR 1=1"},
        ],
    )
    def test_it_finds_nothing_else(self, given: dict[str, str], desk: Client, sent: QuestionnaireResponse) -> None:
        assert self.found(desk, **given) == []

    @pytest.mark.parametrize("given", [{}, {"name": "  "}, {"birth_date": "yesterday"}])
    def test_it_refuses_what_it_cannot_look_for(self, given: dict[str, str], desk: Client) -> None:
        page = desk.post(self.SEARCH, given)

        assert page.status_code == 422
        assert "There is a problem" in page.content.decode()

    def test_the_front_desk_finds_who_has_sent_without_a_way_to_the_answers(
        self, sign_in: SignIn, front_desk: User, sent: QuestionnaireResponse
    ) -> None:
        text = sign_in(front_desk).post(self.SEARCH, {"name": "Rosa Díaz"}).content.decode()

        assert "Rosa Díaz" in text
        assert f"/staff/responses/{sent}/" not in text

    def test_another_clinic_finds_nobody(self, sign_in: SignIn, outsider: User, sent: QuestionnaireResponse) -> None:
        browser = sign_in(outsider)

        assert self.found(browser, name="Rosa Díaz") == []
        assert self.found(browser, reference=str(sent)) == []

    def test_an_auditor_has_no_search(self, sign_in: SignIn, auditor: User) -> None:
        assert sign_in(auditor).post(self.SEARCH, {"name": "Rosa"}).status_code == 404

    def test_it_is_recorded_without_what_was_typed(self, desk: Client, sent: QuestionnaireResponse) -> None:
        self.found(desk, name="Rosa Díaz", birth_date="1985-06-15")

        latest = AuditRecord.objects.order_by("-seq")[0]
        assert latest.action == "worklist.searched"
        assert latest.objects_named == {"by_what": "name birth_date", "found": "1"}

    def test_an_address_alone_searches_for_nothing(self, desk: Client, sent: QuestionnaireResponse) -> None:
        page = desk.get(self.SEARCH, {"name": "Rosa Díaz"})

        assert (page.status_code, page["Location"]) == (302, "/staff/")
        assert not AuditRecord.objects.filter(action="worklist.searched").exists()
