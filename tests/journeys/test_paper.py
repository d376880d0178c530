"""Everything on paper: two hundred answers, fifty points, hard words; the PDF, and what a browser prints, lose nothing.

What is on paper is read back by pdftotext, which knows nothing of how it was written.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext

from intake import actions
from intake.models import QuestionnaireResponse, User
from screening.engine.definition import Definition, Section
from tests.intake.clinician.conftest import SignIn, sign_in
from tests.intake.patient.conftest import open_clinic, publish
from tests.intake.sample import DEFINITION, NOW, Tab, ask, flag, text, unknown

__all__ = ["sign_in"]

POINTS, TEXTS = 50, 140
LONG = " ".join(f"W{n}X" for n in range(3_000))[:19_990] + " LONGESTEND"
WORD = "q" * 250 + "MIDDLE" + "z" * 244
HEBREW, ARABIC, EMOJI = "שלום", "مرحبا", "😀"
STATES = ("Prefer not to say", "Not sure", "Skipped", "Not asked")
SEVERITIES = ("caution", "contraindication", "information", "urgent")

MANY = Definition(
    key="paper",
    title=text("A long questionnaire"),
    languages=("en", "es"),
    sections=(
        DEFINITION.sections[0],
        Section(
            link_id="points", title=text("Points"), questions=tuple(ask(f"point_{n}_asked") for n in range(POINTS))
        ),
        Section(
            link_id="hard",
            title=text("Hard words"),
            questions=(
                ask("long", "long_text", maximum_length=20_000),
                ask("word", "long_text"),
                *(ask(name) for name in ("told_not", "unsure", "passed_over")),
                ask("never_asked", "text", ask_when="unsure is yes"),
            ),
        ),
        Section(
            link_id="texts",
            title=text("Texts"),
            questions=tuple(ask(f"text_{n}_asked", "text") for n in range(TEXTS)),
        ),
    ),
    flags=tuple(flag(f"FLAG{n}END", SEVERITIES[n % 4], f"point_{n}_asked is yes") for n in range(POINTS)),
)


@pytest.fixture
def response(transactional_db: None) -> QuestionnaireResponse:
    """Somebody whose answers raise all fifty points, and who wrote whatever layouts lose."""
    version = publish(MANY)
    started = actions.start(clinic=open_clinic(version), version=version, language="en", now=NOW)
    said = {f"point_{n}_asked": "yes" for n in range(POINTS)} | {f"text_{n}_asked": f"SAID{n}END" for n in range(TEXTS)}
    hard = {"long": LONG, "word": WORD, "text_0_asked": f"{HEBREW} {ARABIC} {EMOJI} SAID0END"}
    states = {"told_not": unknown("declined"), "unsure": unknown("not_sure"), "passed_over": unknown("skipped")}
    Tab(started.response).finish(given_name="Rosa", family_name="Example", **said | hard | states)
    return actions.submit(response_id=started.response.pk, now=NOW)


@pytest.fixture
def clinician(response: QuestionnaireResponse) -> User:
    return actions.create_staff(
        email="clara@harbor.example", name="Clara", role="clinician", clinic=response.clinic, password=None, now=NOW
    ).user


MARGIN, SHEET = 34, (612, 792)
"""The bottom margin and the size of a Letter sheet, in points of 1/72 inch."""


def words_on(paper: Path, *, top: int = 0, height: int = SHEET[1]) -> list[str]:
    """The text of each sheet between two heights, without the spaces and line ends that the layout brings."""
    area = ["-x", "0", "-y", str(top), "-W", str(SHEET[0]), "-H", str(height)]
    reader = shutil.which("pdftotext")
    assert reader, "Reading paper back needs pdftotext. On Debian: sudo apt-get install poppler-utils"
    read = subprocess.run([reader, "-enc", "UTF-8", *area, str(paper), "-"], capture_output=True, check=True)
    sheets = unicodedata.normalize("NFKC", read.stdout.decode()).split("\f")[:-1]
    return [re.sub(r"[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", sheet) for sheet in sheets]


def lost(text: str) -> list[str]:
    """What must be on paper and is not. A script that runs to the left may be read from either end."""
    flags, said = [f"FLAG{n}END" for n in range(POINTS)], [f"SAID{n}END" for n in range(TEXTS)]
    wanted = [*flags, *said, *LONG.split(), WORD, EMOJI, *STATES, "Rosa Example"]
    lost = [word for word in wanted if "".join(word.split()) not in text]
    return lost + [word for word in (HEBREW, ARABIC) if word not in text and word[::-1] not in text]


@pytest.mark.check("C57", required="0 words lost in the PDF and in the browser's print; each sheet named and numbered")
@pytest.mark.browser
@pytest.mark.both_databases
def test_nothing_is_lost_on_paper(
    response: QuestionnaireResponse,
    clinician: User,
    sign_in: SignIn,
    live_server: Any,
    context: BrowserContext,
    tmp_path: Path,
    figure: Callable[[str], None],
):
    desk, address = sign_in(clinician), f"/staff/responses/{response}/"
    document, printed = tmp_path / "document.pdf", tmp_path / "printed.pdf"
    document.write_bytes(desk.get(f"{address}summary.pdf").content)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": desk.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}{address}")
    page.pdf(path=printed, prefer_css_page_size=True)

    for paper in (document, printed):
        sheets = words_on(paper, height=SHEET[1] - MARGIN)
        assert lost("".join(sheets)) == [], paper.name
        assert all(f"FLAG{n}END" in "".join(sheets[:2]) for n in range(3, POINTS, 4)), "what is urgent comes first"
        for number, foot in enumerate(words_on(paper, top=SHEET[1] - MARGIN, height=MARGIN), start=1):
            assert f"Page{number}of{len(sheets)}" in foot, paper.name
            assert str(response) in foot, paper.name
            assert "·asof" in foot, paper.name
    figure(f"{len(list(MANY.questions()))} questions and {POINTS} points on {len(sheets)} sheets, 0 words lost")
