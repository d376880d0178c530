"""What staff see of a correction: first on the worklist again, near the top of the summary, and by the answer."""

from __future__ import annotations

import io

import pypdf
import pytest
from django.test import Client

from intake import actions
from intake.models import QuestionnaireResponse
from tests.intake.sample import answered, later


@pytest.fixture
def read_once(desk: Client, sent: QuestionnaireResponse) -> QuestionnaireResponse:
    """A response that somebody has opened."""
    desk.get(f"/staff/responses/{sent}/")
    return sent


def correct(response: QuestionnaireResponse, words: str = "It was in 2019.", about: str = "stroke") -> None:
    actions.add_correction(
        response_id=response.pk, words=words, about=about, attempt=f"words:{words[:40]}", now=later(hours=1)
    )


def summary(desk: Client, response: QuestionnaireResponse) -> str:
    return desk.get(f"/staff/responses/{response}/").content.decode()


def test_the_worklist_says_so_until_it_is_read(desk: Client, read_once: QuestionnaireResponse) -> None:
    assert "Correction received" not in desk.get("/staff/").content.decode()

    correct(read_once)
    assert "Correction received" in desk.get("/staff/").content.decode()

    summary(desk, read_once)
    assert "Correction received" not in desk.get("/staff/").content.decode()


def test_the_front_desk_sees_that_it_came_not_what_it_says(sign_in, front_desk, read_once) -> None:
    correct(read_once)

    page = sign_in(front_desk).get("/staff/").content.decode()

    assert "Correction received" in page
    assert "2019" not in page


def test_it_stands_before_the_points_with_the_day_and_the_question(desk: Client, sent: QuestionnaireResponse) -> None:
    correct(sent)

    page = summary(desk, sent)

    assert page.index("It was in 2019.") < page.index('class="points"')
    assert "2 Mar 2026, 11:00 · <b>stroke?</b>" in page


def test_the_answer_is_marked_and_stays(desk: Client, sent: QuestionnaireResponse) -> None:
    correct(sent)

    page = summary(desk, sent)

    assert page.count("stroke? · Corrected after sending, see above") >= 2, "in the points and in the answers"
    assert "family_name? · Corrected" not in page


def test_so_is_a_page(desk: Client, sent: QuestionnaireResponse) -> None:
    correct(sent, about="body")

    assert "Your body · Corrected after sending, see above" in summary(desk, sent)


def test_a_late_page_shows_its_answers(desk: Client, sent: QuestionnaireResponse) -> None:
    actions.keep_late_answers(response_id=sent.pk, answers={"plan_now": answered("yes")}, now=later(minutes=1))

    page = summary(desk, sent)

    assert "On a page that was still open when the answers were sent" in page
    assert "<b>plan_now?:</b> Yes" in page
    assert "An answer that cannot wait (plan_now?)" in page


def test_nothing_is_said_without_one(desk: Client, sent: QuestionnaireResponse) -> None:
    assert "Corrected" not in summary(desk, sent)


def test_hostile_words_are_only_words(desk: Client, sent: QuestionnaireResponse) -> None:
    correct(sent, words="<script>alert(1)</script>")

    assert "&lt;script&gt;alert(1)" in summary(desk, sent)


def test_the_pdf_has_it_whole(desk: Client, sent: QuestionnaireResponse) -> None:
    correct(sent, words="wörd " * 790 + "the end")

    answer = desk.get(f"/staff/responses/{sent}/summary.pdf")

    text = " ".join(part.extract_text() for part in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    assert text.count("wörd") == 790
    assert "the end" in text
