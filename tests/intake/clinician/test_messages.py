"""What was done, and what could not be, is said in one way on every staff page."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template.loader import render_to_string

TEMPLATES = Path(settings.BASE_DIR) / "templates"


def drawn(message: Message, *, template: str = "base_clinician.html", **context: str) -> str:
    return render_to_string(template, {"messages": [message], **context})


@pytest.mark.parametrize(
    ("level", "look"),
    [
        (constants.SUCCESS, "notice notice--success no-print"),
        (constants.INFO, "notice no-print"),
        (constants.WARNING, "notice notice--warning no-print"),
        (constants.ERROR, "notice notice--warning no-print"),
    ],
)
def test_what_could_not_be_done_never_looks_like_what_was(level: int, look: str) -> None:
    assert drawn(Message(level, "So it is.")).count(f'<p class="{look}" role="status">So it is.</p>') == 1


def test_what_belongs_to_a_part_of_the_page_is_said_there_alone() -> None:
    said = Message(constants.SUCCESS, "So it is.", extra_tags="review")

    assert "So it is." not in drawn(said)
    assert "So it is." not in drawn(said, template="clinician/_messages.html", where="safety")
    assert "So it is." in drawn(said, template="clinician/_messages.html", where="review")


def test_no_page_says_it_in_a_way_of_its_own() -> None:
    own = [path.name for path in TEMPLATES.rglob("*.html") if "in messages %}" in path.read_text()]

    assert own == ["_messages.html"]
