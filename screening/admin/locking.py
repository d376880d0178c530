"""The wording of a published instrument: shown, never edited. Points only mean what was published with these words."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from screening import editing, models

REFUSED = "The wording of a published instrument is locked, so nothing was saved. To stop asking it, switch it off."


SHOWN = {"text": "text_as_published", "preface": "preface_as_published"}
"""What is shown in place of a text's boxes."""

ANSWER_FIELDS = ("code", "text", "hint", "score", "exclusive", "codes", "DELETE")


def in_every_language(name: str) -> Any:
    """A read-only field: the text `name` in each language that it has."""

    @admin.display(description=name)
    def column(_: Any, row: Any) -> SafeString:
        return format_html_join("", '<p lang="{}">{}</p>', getattr(row, name).items()) or SafeString("—")

    return column


def instrument_of(row: Any) -> models.Instrument | None:
    """The locked instrument that a row is, or is an item of; None for every other row."""
    if isinstance(row, models.Instrument):
        return row if row.wording_sha256 else None
    if not isinstance(row, models.Question) or row.pk is None:
        return None
    of_draft = models.Instrument.objects.filter(questionnaire__sections__questions=row).exclude(wording_sha256="")
    return next((one for one in of_draft if one.key == row.instrument or row.link_id in one.items), None)


class LockedWording:
    """A page whose `locked_fields` (and rows of `locked_rows`) cannot be changed while its instrument is locked."""

    locked_fields: tuple[str, ...] = ()
    locked_rows: str = ""

    def locked_by(self, request: HttpRequest, obj: Any) -> models.Instrument | None:
        """The locked instrument of the page, looked up once for each request."""
        known: dict[Any, models.Instrument | None] = request.__dict__.setdefault("locked_by", {})
        if obj is None:
            return None
        if obj.pk not in known:
            known[obj.pk] = instrument_of(obj)
        return known[obj.pk]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        given = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        if not self.locked_by(request, obj):
            return given
        return (*given, "why_locked", *(SHOWN.get(name, name) for name in self.locked_fields))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        (name, first), *others = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if not self.locked_by(request, obj):
            return [(name, first), *others]
        kept = (field for field in first["fields"] if field != "why_locked")
        fields = ["why_locked", *(SHOWN.get(field, field) if isinstance(field, str) else field for field in kept)]
        return [(name, {**first, "fields": fields}), *others]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form of a locked page refuses a request that carries a locked field: this page never sends one."""
        form = super().get_form(request, obj, change, **kwargs)  # type: ignore[misc]
        if not self.locked_by(request, obj):
            return form
        rows = rf"|{self.locked_rows}-\d+-(?:{'|'.join(ANSWER_FIELDS)})(?:__.+)?" if self.locked_rows else ""
        sent = re.compile(rf"(?:{'|'.join(self.locked_fields)})(?:__.+)?{rows}")
        return type("LockedForm", (form,), {"clean": _refusing(form, sent)})

    text_as_published = in_every_language("text")
    preface_as_published = in_every_language("preface")

    @admin.display(description="Locked")
    def why_locked(self, row: Any) -> SafeString:
        """The sentence on the page."""
        instrument = instrument_of(row)
        if instrument is None:
            return SafeString("")
        if instrument == row:
            return SafeString(
                "Its wording is kept as published, so that its points mean what was published. It can be switched off "
                "as a whole below."
            )
        return format_html(
            "This is an item of {}. Its wording and answers are kept as published, so that its points mean what was "
            'published. To stop asking it, <a href="{}">switch the instrument off</a>. It has no “Rename…”: {}',
            instrument.title,
            reverse("admin:screening_instrument_change", args=[instrument.pk]),
            f"{editing.NAME_STAYS[0].lower()}{editing.NAME_STAYS[1:]}",
        )


def _refusing(form: Any, sent: re.Pattern[str]) -> Any:
    def clean(self: Any) -> dict[str, Any]:
        cleaned: dict[str, Any] = form.clean(self)
        if any(sent.fullmatch(name) for name in self.data):
            raise ValidationError(REFUSED, code="locked")
        return cleaned

    return clean
