"""The forms of staff pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.http import QueryDict
from django.urls import reverse


class PlainForm(forms.Form):
    """A form with one button; its errors stand in the summary at the top of the page."""

    submit_label = ""

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.helper = FormHelper()
        self.helper.form_show_errors = False
        self.helper.add_input(Submit("go", self.submit_label))


class AcknowledgeForm(forms.Form):
    """What was done about one alert. Every open alert of a page has a form of its own."""

    note = forms.CharField(
        label="What you did about it",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what you did about this alert."},
    )

    def __init__(self, alert: UUID | str, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id=f"alert-{alert}-%s")
        self.alert = str(alert)
        self.helper = FormHelper()
        self.helper.form_action = reverse("clinician:acknowledge", args=[alert])
        self.helper.form_class = "acknowledge no-print"
        self.helper.attrs = {"aria-labelledby": f"alert-{alert}"}
        self.helper.form_show_errors = False  # the summary of errors stands at the top of the page
        self.helper.add_input(Submit("seen", "I have seen this and acted", css_id=f"alert-{alert}-seen"))
