"""The plain text for record systems: everything the page says, in reading order."""

from __future__ import annotations

import msgspec
import pytest
from django.test import Client

from intake import actions, reviewing
from intake.clinician.corrections import CorrectionLine
from intake.clinician.plain_text import plain_text
from intake.models import AuditRecord, Clinic, User
from tests.intake.sample import NOW, answered, unknown

from .conftest import Send, SignIn
from .sample import summary_of


class TestText:
    def test_it_says_who_and_which_record(self) -> None:
        text = plain_text(summary_of())

        assert text.startswith("Rosa Example\nSample Clinic, Screening, reference K7QM-3X4P\n")
        assert "Route: Infusion" in text

    def test_it_gives_a_point_with_reason_and_what_to_discuss(self) -> None:
        text = plain_text(summary_of({"reading": {"systolic": 162, "diastolic": 96}}))

        assert (
            "CONTRAINDICATIONS\n- High blood pressure. Because: Reading: 162/96 mmHg. "
            "Discuss: Discuss blood_pressure together." in text
        )

    def test_it_gives_the_question_to_ask(self) -> None:
        text = plain_text(summary_of({"stroke": "yes", "stroke_when": {"state": "not_sure"}}))

        assert (
            "- Stroke (could be contraindication; so far raised as caution). Ask: How long ago? (now: Not sure)" in text
        )

    def test_it_says_which_scores_are_incomplete(self) -> None:
        text = plain_text(summary_of({"mood_1": "often", "mood_2": "some", "mood_3": {"state": "skipped"}}))

        assert "- Mood score: possible range 3–5 of 6, at least moderate (incomplete, 2 of 3 answered: not " in text

    def test_it_lists_medicines_and_every_answer_with_its_state(self) -> None:
        text = plain_text(summary_of({"pills": ["PILLONE"], "smoker": {"state": "declined"}}))

        assert "MEDICINES\n- Medicines: PILLONE" in text
        assert "- Smokes: Prefer not to say" in text
        assert "- Not asked (only if " in text

    def test_it_lists_each_entry_of_a_repeating_group(self) -> None:
        stays = [{"event_what": "Broken leg", "event_year": 2010}, {"event_what": "Birth"}]

        text = plain_text(summary_of({"events": stays}))

        assert "- Hospital stays: 2 entries\n  1. What for: Broken leg; Year: 2010\n  2. What for: Birth" in text

    def test_it_gives_what_the_patient_corrected(self) -> None:
        added = CorrectionLine(when="3 Mar 2026, 09:00", about="Smokes", text="I started again")
        summary = msgspec.structs.replace(summary_of(), corrections=(added,))

        assert "AFTER SENDING\n- 3 Mar 2026, 09:00, Smokes: I started again" in plain_text(summary)

    def test_it_cuts_nothing(self) -> None:
        reason = "start " + "word " * 3990 + "the end"

        assert reason in plain_text(summary_of({"reason": reason}))

    def test_it_ends_in_the_principle_and_the_answers(self) -> None:
        text = plain_text(summary_of())

        assert text.index("RULED OUT BY THE ANSWERS") < text.index("not clearance") < text.index("ANSWERS: EVERYTHING")


@pytest.mark.parametrize("end", ["text/", "summary.txt"])
class TestPages:
    def test_it_works_and_is_recorded_as_text(self, end: str, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic, plan_now="yes")

        page = desk.get(f"/staff/responses/{response}/{end}")

        assert page.status_code == 200
        assert "Rosa Example" in page.content.decode()
        assert "suicide_plan" in page.content.decode()
        assert page["Cache-Control"].startswith("no-store")
        assert AuditRecord.objects.order_by("-seq")[0].objects_named["read_as"] == "text"

    def test_it_says_what_staff_entered_and_what_was_signed(
        self, end: str, desk: Client, send: Send, clinic: Clinic, clinician: User
    ) -> None:
        response = send(clinic, stroke="no")
        given = {"response_id": response.pk, "by": clinician, "now": NOW}
        actions.enter_answers(answers={"stroke": answered("yes")}, how="told", note="By phone.", **given)
        actions.add_note(text="For us alone.", **given)
        point = reviewing.token_of(response, "raised stroke_ever contraindication")
        actions.acknowledge_point(point=point, note="Seen on the scan.", **given)
        content = reviewing.review_of(response).content
        actions.sign_off(content=content, disposition=clinic.dispositions[0], rationale="Too early.", **given)

        text = desk.get(f"/staff/responses/{response}/{end}").content.decode()

        for words in ("Entered by staff", "By phone.", "Seen on the scan.", "Signed by Clara", "Too early."):
            assert words in text
        assert "For us alone." not in text

    def test_it_lists_as_much_as_was_asked_for(self, end: str, desk: Client, send: Send, clinic: Clinic) -> None:
        address = f"/staff/responses/{send(clinic, low_mood=unknown('declined'))}/{end}"

        less, more = desk.get(address, {"show": "positive"}), desk.get(address, {"show": "nonsense"})

        assert "ANSWERS: ONLY WHAT IS NOT A PLAIN NO" in less.content.decode()
        assert "ANSWERS: EVERYTHING" in more.content.decode()
        assert "low_mood?: Prefer not to say" in less.content.decode()

    def test_nobody_else_reads_it(
        self, end: str, sign_in: SignIn, front_desk: User, outsider: User, send: Send, clinic: Clinic
    ) -> None:
        response = send(clinic)

        for person in (front_desk, outsider):
            browser = sign_in(person)
            others = browser.get(f"/staff/responses/{response}/{end}")
            missing = browser.get(f"/staff/responses/AAAA-AAAA/{end}")

            assert others.status_code == missing.status_code == 404
            assert others.content == missing.content

    def test_it_changes_nothing_when_posted_to(self, end: str, desk: Client, send: Send, clinic: Clinic) -> None:
        assert desk.post(f"/staff/responses/{send(clinic)}/{end}").status_code == 405


class TestCopying:
    def test_the_text_survives_in_its_field(self, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic, "</textarea><script>alert(1)</script>")

        text = desk.get(f"/staff/responses/{response}/text/").content.decode()

        assert "<script>alert" not in text
        assert "&lt;/textarea&gt;&lt;script&gt;" in text

    def test_the_file_is_named_for_the_reference_only(self, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic)

        page = desk.get(f"/staff/responses/{response}/summary.txt")

        assert page["Content-Disposition"] == f'attachment; filename="summary-{response}.txt"'
        assert page["Content-Type"] == "text/plain; charset=utf-8"
