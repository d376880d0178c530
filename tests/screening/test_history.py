"""Whoever changes a draft besides on its own forms is named in the admin's history, as on those."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from screening import models, publishing
from screening.engine.definition import canonical_json
from screening.exchange.yaml import dump_definition
from tests.screening.samples import both, small
from tests.screening.test_admin import Form

pytestmark = pytest.mark.django_db


def latest() -> tuple[str, str, str]:
    """Who, which row, and what, of the latest line."""
    line = LogEntry.objects.latest("pk")
    return str(line.user), line.object_repr, line.change_message


def test_moving_and_duplicating(editor, draft):
    first = models.Question.objects.order_by("position")[0]
    outline = reverse("admin:screening_outline", args=[draft.pk])

    editor.post(outline, {"move": f"question-{first.pk} down"})
    who, what, words = latest()
    assert (who, what) == ("ada@example.org", first.link_id)
    assert "is now 2 of" in words

    editor.post(outline, {"duplicate": f"question-{first.pk}"})
    assert latest() == ("ada@example.org", f"{first.link_id}_copy", f"Copied from “{first.link_id}”.")


def test_renaming(editor, draft):
    row = models.Question.objects.get(link_id="stroke")
    page = f"{reverse('admin:screening_rename', args=[draft.pk])}?kind=question&row={row.pk}"
    shown = editor.post(page, {"new": "tia"}).content.decode()

    editor.post(page, Form(shown).sent)

    who, what, words = latest()
    assert (who, what) == ("ada@example.org", "tia")
    assert words.startswith("Renamed from “stroke” to “tia”")


def test_uploading(editor, draft):
    page = reverse("admin:screening_upload", args=[draft.pk])
    text = dump_definition(small(title=both("Other")))
    shown = editor.post(page, {"file": SimpleUploadedFile("small.yaml", text.encode())}).content.decode()

    editor.post(page, Form(shown).sent)

    draft.refresh_from_db()
    assert canonical_json(publishing.definition_from_rows(draft)) == canonical_json(small(title=both("Other")))
    assert latest() == ("ada@example.org", str(draft), "Replaced as a whole by a file or an earlier version.")
