"""The drawing of a score in the PDF, for those who hear it: what its tags say in words, and the table beside it."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
from django.template.loader import render_to_string

from intake.clinician import pdf
from intake.clinician.over_time import EarlierLine, OverTime
from intake.clinician.over_time_chart import Trend, point_of, trend_of
from screening.engine.assessment import ScoreResult
from screening.engine.definition import Score

from .sample import summary_of

SCORE = Score(link_id="phq9", title={"en": "PHQ-9 total"}, items=())


def trend() -> Trend:
    """Two results, a complete one and a range."""
    points = [
        point_of(
            datetime.date(2026, 3, day),
            "AAAA-BBBB",
            SCORE,
            ScoreResult(total=total, possible=(6, 12), answered=answered, of=9, band="Mild"),
        )
        for day, total, answered in ((1, 5.0, 9), (15, None, 7))
    ]
    found = trend_of(SCORE, points, most=27)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def paper() -> pypdf.PdfReader:
    earlier = EarlierLine(reference="AAAA-BBBB", questionnaire="A small questionnaire", day="1 Mar 2026")
    over_time = OverTime(person="CCCC-DDDD", earlier=(earlier,), trends=(trend(),), alike=())
    context = {"summary": summary_of({"smoker": "yes"}), "over_time": over_time, "frame": "base_document.html"}
    html = render_to_string("clinician/summary.html", context)
    return pypdf.PdfReader(io.BytesIO(pdf.write_pdf(html, paper="Letter")))


def tags_below(node: Any) -> Iterator[Any]:
    """Every structure element, in the order in which it is read out."""
    node = node.get_object()
    if isinstance(node, pypdf.generic.ArrayObject):
        for child in node:
            yield from tags_below(child)
    elif isinstance(node, pypdf.generic.DictionaryObject):
        if "/S" in node:
            yield node
        yield from tags_below(node.get("/K", pypdf.generic.NullObject()))


def tags_of(paper: pypdf.PdfReader) -> list[Any]:
    return list(tags_below(paper.trailer["/Root"]["/StructTreeRoot"]))


def test_the_drawing_is_said_in_words(paper: pypdf.PdfReader) -> None:
    figures = [tag for tag in tags_of(paper) if tag["/S"] == "/Figure"]

    assert [figure["/Alt"] for figure in figures] == [trend().said]
    assert "2 results: 5 on 1 Mar 2026; latest 6 to 12, incomplete on 15 Mar 2026" in figures[0]["/Alt"]


def test_the_table_beside_it_has_every_result(paper: pypdf.PdfReader) -> None:
    tags = tags_of(paper)
    after = tags[next(n for n, tag in enumerate(tags) if tag["/S"] == "/Figure") :]
    table = next(tag for tag in after if tag["/S"] == "/Table")
    rows = [tag for tag in tags_below(table) if tag["/S"] == "/TR"]

    assert [[cell["/S"] for cell in tags_below(row) if cell["/S"] in ("/TH", "/TD")] for row in rows] == [
        ["/TH"] * 4,
        ["/TH", "/TD", "/TD", "/TD"],
        ["/TH", "/TD", "/TD", "/TD"],
    ]
    text = " ".join(" ".join(page.extract_text().split()) for page in paper.pages)
    assert "1 Mar 2026 5 Mild 9 of 9" in text
    assert "15 Mar 2026 6 to 12, incomplete Mild 7 of 9" in text
