"""Crisis contacts are changed on a page; patients see a change once somebody has confirmed it under their name."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from intake import actions, crisis_contacts, readiness
from intake.models import AuditRecord, Clinic, User
from tests.intake.sample import NOW

from .conftest import SignIn

LOCAL = {"title_en": "County line", "title_es": "Línea del condado", "call": "(202) 555-0142"}


def url(clinic: Clinic | str, end: str = "") -> str:
    return f"/staff/clinic/{clinic}/contacts/{end}"  # a clinic prints as its slug


def keys(clinic: Clinic, *, is_proposed: bool = True) -> list[str]:
    clinic.refresh_from_db()
    found = clinic.crisis_proposed if is_proposed else clinic.crisis_contacts
    return [contact["key"] for contact in found or []]


def confirm(office: Client, clinic: Clinic) -> Any:
    shown = re.search(r'name="shown" value="(\w+)"', office.get(url(clinic)).content.decode())
    assert shown is not None
    return office.post(f"/staff/clinic/{clinic}/crisis/", {"checked": "1", "shown": shown[1]}, follow=True)


class TestChanging:
    def test_a_contact_is_added_and_patients_see_it_once_confirmed(self, office: Client, clinic: Clinic) -> None:
        office.post(url(clinic, "add/"), {**LOCAL, "is_emergency": "on"})

        assert "tel:2025550142" not in Client().get("/start/north/").content.decode()
        assert "Changed and not confirmed yet" in office.get(url(clinic)).content.decode()
        assert confirm(office, clinic).status_code == 200
        assert "tel:2025550142" in Client().get("/start/north/").content.decode()
        assert keys(clinic) == []

    def test_the_confirmation_is_in_the_name_of_who_gave_it(self, office: Client, clinic: Clinic, admin: User) -> None:
        office.post(url(clinic, "add/"), LOCAL)
        confirm(office, clinic)

        clinic.refresh_from_db()
        assert clinic.crisis_confirmed_by == admin
        assert readiness.is_ready(clinic)

    def test_one_is_changed_moved_and_removed(self, office: Client, clinic: Clinic) -> None:
        before = keys(clinic, is_proposed=False)
        first, second = before[0], before[1]

        office.post(url(clinic), {"down": first})
        assert keys(clinic)[:2] == [second, first]
        office.post(url(clinic), {"up": first})
        assert keys(clinic) == before
        office.post(url(clinic), {"remove": second})
        assert second not in keys(clinic)
        office.post(url(clinic, f"{before[2]}/change/"), LOCAL)
        clinic.refresh_from_db()
        assert clinic.crisis_proposed is not None
        assert clinic.crisis_proposed[1]["title"] == {"en": "County line", "es": "Línea del condado"}
        assert keys(clinic, is_proposed=False) == before

    def test_each_language_has_its_own_word_chat_and_note(self, office: Client, clinic: Clinic) -> None:
        own = {"text": "741741", "text_body_en": "HOME", "text_body_es": "AYUDA", "note_es": "Conteste en español."}
        office.post(url(clinic, "add/"), {**LOCAL, **own, "url_es": "https://chat.example/es"})

        clinic.refresh_from_db()
        added = (clinic.crisis_proposed or [])[-1]
        assert added["text_body"] == {"en": "HOME", "es": "AYUDA"}
        assert added["url"] == {"es": "https://chat.example/es"}
        page = office.get(url(clinic, f"{added['key']}/change/")).content.decode()
        assert all(f'value="{text}"' in page for text in ("HOME", "AYUDA", "https://chat.example/es"))
        preview = office.get(url(clinic)).content.decode().rpartition('lang="es">')[2]
        assert all(text in preview for text in ("Envíe AYUDA al 741741", "Conteste en español.", "chat.example/es"))

    def test_a_contact_stored_as_one_text_keeps_it_in_every_language(self, office: Client, clinic: Clinic) -> None:
        stored = {"key": "own-1", "title": {"en": "A", "es": "A"}, "text": "85258", "text_body": "SHOUT"}
        Clinic.objects.filter(pk=clinic.pk).update(crisis_contacts=[*clinic.crisis_contacts, stored])

        page = office.get(url(clinic, "own-1/change/")).content.decode()

        assert page.count('value="SHOUT"') == 2

    def test_there_is_one_emergency_number(self, office: Client, clinic: Clinic) -> None:
        office.post(url(clinic, "add/"), {**LOCAL, "is_emergency": "on"})

        clinic.refresh_from_db()
        assert [bool(one.get("is_emergency")) for one in clinic.crisis_proposed or []].count(True) == 1
        assert crisis_contacts.emergency_number(clinic.crisis_proposed or []) == LOCAL["call"]

    def test_changes_may_be_dropped(self, office: Client, clinic: Clinic) -> None:
        office.post(url(clinic, "add/"), LOCAL)
        office.post(url(clinic), {"discard": "yes"})

        assert keys(clinic) == []
        assert "Changed and not confirmed yet" not in office.get(url(clinic)).content.decode()

    def test_confirming_asks_again_who_one_is(self, sign_in: SignIn, admin: User, clinic: Clinic) -> None:
        answer = sign_in(admin).post(f"/staff/clinic/{clinic}/crisis/", {"checked": "1", "shown": "x"})

        assert answer["Location"].startswith("/accounts/reauthenticate/")

    def test_what_was_dropped_meanwhile_is_not_confirmed_in_its_place(self, office: Client, clinic: Clinic) -> None:
        """A name stands for the contacts that were looked at, not for those that stood before them."""
        office.post(url(clinic, "add/"), LOCAL)
        clinic.refresh_from_db()
        shown, since = crisis_contacts.mark_of(clinic.crisis_proposed or []), clinic.crisis_confirmed_at
        office.post(url(clinic), {"discard": "yes"})

        page = office.post(f"/staff/clinic/{clinic}/crisis/", {"checked": "yes", "shown": shown}, follow=True)

        assert "Look at them again" in page.content.decode()
        clinic.refresh_from_db()
        assert clinic.crisis_confirmed_at == since

    def test_each_change_is_on_record_without_its_words(self, office: Client, clinic: Clinic) -> None:
        office.post(url(clinic, "add/"), LOCAL)

        latest = AuditRecord.objects.order_by("-seq")[0]
        assert latest.action == "clinic.crisis_contacts_proposed"
        assert latest.objects_named["change"] == "added"
        assert "County" not in str(latest.objects_named)

    def test_the_preview_is_in_each_language(self, office: Client, clinic: Clinic) -> None:
        office.post(url(clinic, "add/"), LOCAL)

        page = office.get(url(clinic)).content.decode()

        assert "Línea del condado" in page
        assert "Llame al (202) 555-0142" in page


class TestRefusing:
    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"title_es": ""}, "Write the name in Spanish."),
            ({"call": ""}, "Give a number to call or text, or an address."),
            ({"call": "", "url_en": "https://chat.example/"}, "Give a number to call or text, or an address in “es”."),
            ({"note_es": "x" * 81}, "at most 80 characters"),
            ({"call": "ask: Bob"}, "“ask: Bob” is not a number that can be dialled."),
            ({"text": "12345", "text_body_es": "two words"}, "Write one word."),
            ({"url_es": "javascript:alert(1)"}, "Write an address that begins with https://."),
        ],
    )
    def test_a_mistake_says_what_to_do_and_keeps_what_was_typed(
        self, office: Client, clinic: Clinic, wrong: dict[str, str], message: str
    ) -> None:
        page = office.post(url(clinic, "add/"), {**LOCAL, **wrong})

        assert page.status_code == 422
        assert message in page.content.decode()
        assert 'value="County line"' in page.content.decode()
        assert keys(clinic) == []

    def test_without_an_emergency_number_nothing_is_confirmed(self, office: Client, clinic: Clinic) -> None:
        office.post(url(clinic), {"remove": "emergency"})

        page = office.get(url(clinic)).content.decode()

        assert "Before they can be confirmed" in page
        assert 'name="checked"' not in page

    def test_what_was_not_looked_at_is_not_confirmed(self, office: Client, clinic: Clinic, admin: User) -> None:
        office.post(url(clinic, "add/"), LOCAL)
        for shown in ("", "0" * 16):
            office.post(f"/staff/clinic/{clinic}/crisis/", {"checked": "1", "shown": shown})

        clinic.refresh_from_db()
        assert clinic.crisis_confirmed_by != admin
        assert len(keys(clinic)) == len(keys(clinic, is_proposed=False)) + 1

    def test_the_list_stays_short(self, office: Client, clinic: Clinic) -> None:
        pages = [office.post(url(clinic, "add/"), LOCAL).status_code for _ in range(9)]

        assert pages == [302] * 8 + [422]

    def test_one_that_went_away_is_no_error(self, office: Client, clinic: Clinic) -> None:
        assert office.post(url(clinic), {"remove": "gone"}).status_code == 302
        assert office.get(url(clinic, "gone/change/")).status_code == 404

    def test_it_refuses_strangers(self, clinic: Clinic, clinician: User) -> None:
        with pytest.raises(actions.NotPermitted):
            actions.remove_crisis_contact(clinic=clinic, key="988", by=clinician, now=NOW)
