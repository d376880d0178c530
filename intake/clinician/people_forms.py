"""The forms of a person's page. They validate what can be seen on it; the actions refuse the rest."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError

from intake import access
from intake.models import CheckInSchedule, Clinic
from intake.models.following import MOST_DAYS
from screening.models import Questionnaire

from .invitation_forms import WRITTEN_AS
from .wording import LANGUAGE_NAMES, words

CHECK_IN = "ketamine_check_in"
"""What is chosen at first where it is published."""
USUAL_DAYS = 14


class PersonForm(forms.Form):
    """One form of several on the page: its errors stand in the summary at the top."""

    submit_label = ""

    def __init__(self, data: Mapping[str, Any] | None, *, action: str, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id=f"{type(self).__name__.lower()}-%s")
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_show_errors = False
        self.helper.add_input(Submit("keep", self.submit_label))

    def refuse(self, error: ValidationError) -> None:
        """Put what an action refused beside the fields that it is about."""
        for field, errors in error.error_dict.items():
            self.add_error(field if field in self.fields else None, errors)


class SessionForm(PersonForm):
    """A session that took place, or is planned."""

    submit_label = "Record the session"
    at = forms.DateTimeField(
        label="Day and time",
        input_formats=[WRITTEN_AS, "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WRITTEN_AS),
        error_messages={
            "required": "Enter the day and time of the session.",
            "invalid": "Enter a day and a time, such as 2026-03-09 14:30.",
        },
    )

    def at_in(self, clinic: Clinic) -> datetime.datetime:
        """When it was, in the clinic's time. Call it on a valid form."""
        at: datetime.datetime = self.cleaned_data["at"]
        return at.replace(tzinfo=ZoneInfo(clinic.timezone))


class ScheduleForm(PersonForm):
    """When the person is asked again, and where the links go."""

    submit_label = "Set the schedule"
    kind = forms.ChoiceField(
        label="When is the person asked?",
        choices=CheckInSchedule.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose when the person is asked again."},
    )
    days = forms.IntegerField(
        label="How many days",
        min_value=1,
        max_value=MOST_DAYS,
        help_text="Not used before planned sessions.",
        error_messages={"required": "Enter a number of days."},
    )
    questionnaire = forms.ChoiceField(label="Questionnaire")
    email = forms.CharField(
        label="E-mail address for the links",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="Ask the person whether others read their mail. The mail says nothing about them or why.",
        error_messages={"required": "Enter the e-mail address to send the links to."},
    )
    language = forms.ChoiceField(label="Language of the link")

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        action: str,
        clinic: Clinic,
        current: CheckInSchedule | None,
        email: str,
    ) -> None:
        offered = {one.key: one for one in access.questionnaires_offered(clinic)}
        initial = {
            "kind": current.kind if current else CheckInSchedule.Kind.EVERY_VISIT,
            "days": current.days if current else USUAL_DAYS,
            "questionnaire": current.questionnaire.key if current else CHECK_IN,
            "language": current.language if current else clinic.languages[0],
            "email": email,
        }
        super().__init__(data, action=action, initial=initial)
        self.offered = offered
        self.fields["questionnaire"].choices = [(key, words(one.title) or key) for key, one in offered.items()]
        self.fields["language"].choices = [(code, LANGUAGE_NAMES.get(code, code)) for code in clinic.languages]

    @property
    def chosen(self) -> Questionnaire:
        return self.offered[self.cleaned_data["questionnaire"]]
