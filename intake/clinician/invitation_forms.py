"""The forms about invitations. They validate what can be seen on the page; the actions refuse the rest."""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError

from intake import access, audit_reading, invitation_lists
from intake.invitees import Details
from intake.models import Clinic
from intake.models.clinic import MOST_REMINDERS
from screening.models import Questionnaire

from .drawn import DrawnForm
from .wording import LANGUAGE_NAMES

SHOW, MAIL = "show", "mail"
USED_UP = "This page cannot be used any more. Open it again."
WRITTEN_AS = "%Y-%m-%dT%H:%M"

# How the fields of a form are called where an action refuses one.
FIELDS = {"name": "name", "email": "email", "appointment_at": "appointment"}


class HowForm(forms.Form):
    """How a link reaches its person."""

    how = forms.ChoiceField(
        label="How does the link reach the person?",
        choices=[(SHOW, "Show me the link, to hand over or send myself"), (MAIL, "Send it by e-mail")],
        initial=SHOW,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the link reaches the person."},
    )
    remind = forms.BooleanField(
        label="Send reminders by e-mail, until the answers are sent", required=False, initial=True
    )

    @property
    def sends(self) -> bool:
        return self.cleaned_data["how"] == MAIL

    def refuse(self, error: ValidationError) -> None:
        """Put what an action refused beside the fields that it is about."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for field, errors in error.error_dict.items():
            name = FIELDS.get(field)
            self.add_error(name if name in self.fields else None, errors)


class InviteForm(HowForm):
    """One person to invite. `key` becomes the invitation's id, so that a form sent twice invites once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    clinic = forms.SlugField(widget=forms.HiddenInput)
    name = forms.CharField(
        label="Name", required=False, help_text="For your list only. It is not in the link or in any e-mail."
    )
    email = forms.CharField(
        label="E-mail address",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="Needed to send the link or reminders.",
    )
    appointment = forms.DateTimeField(
        label="Appointment",
        required=False,
        input_formats=[WRITTEN_AS, "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WRITTEN_AS),
        error_messages={"invalid": "Enter a day and a time, such as 2026-03-09 14:30."},
    )
    language = forms.ChoiceField(label="Language of the link")
    questionnaire = forms.ChoiceField(label="Questionnaire")

    field_order = ("key", "clinic", "name", "email", "appointment", "language", "questionnaire", "how", "remind")

    def __init__(self, clinic: Clinic, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), "clinic": clinic.slug})
        self.clinic_invited_to = clinic
        self.fields["language"].choices = [(code, LANGUAGE_NAMES.get(code, code)) for code in clinic.languages]
        self.offered = {one.key: one for one in access.questionnaires_offered(clinic)}
        self.fields["questionnaire"].choices = [(key, _title(one)) for key, one in self.offered.items()]
        if len(self.offered) == 1:
            self.fields["questionnaire"].widget = forms.HiddenInput()
            self.initial["questionnaire"] = next(iter(self.offered))
        self.fields[
            "appointment"
        ].help_text = (
            f"If it is known, in the clinic’s time ({clinic.timezone}). The link then works until the day after."
        )
        self.helper = FormHelper()
        self.helper.add_input(Submit("invite", "Make the invitation"))

    def clean(self) -> dict[str, Any] | None:
        hidden = {field.name for field in self.hidden_fields()}
        if hidden & set(self.errors):
            raise ValidationError(USED_UP)
        return super().clean()

    @property
    def details(self) -> Details:
        """What was said about the person. Call it on a valid form."""
        data = self.cleaned_data
        at: datetime.datetime | None = data["appointment"]
        zone = ZoneInfo(self.clinic_invited_to.timezone)
        return Details(name=data["name"], email=data["email"], appointment_at=at.replace(tzinfo=zone) if at else None)

    @property
    def chosen(self) -> Questionnaire:
        return self.offered[self.cleaned_data["questionnaire"]]


class ReissueForm(HowForm):
    """A new link for an invitation. `new_code` only where there is a draft that a code opens; after a
    revocation there is always a new one."""

    new_code = forms.BooleanField(
        label="They lost their code: make a new one, for me to tell them",
        required=False,
        help_text="The new code is shown to you once. The old one stops working, also where the answers are open.",
    )
    field_order = ("how", "remind", "new_code")

    def __init__(self, data: Mapping[str, Any] | None = None, *, action: str, has_email: bool, has_code: bool) -> None:
        super().__init__(data, auto_id="reissue-%s")
        if not has_email:
            del self.fields["remind"]
            self.fields["how"].choices = [self.fields["how"].choices[0]]
            self.fields["how"].widget = forms.HiddenInput()
        if not has_code:
            del self.fields["new_code"]
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_show_errors = False  # the summary of errors stands at the top of the page
        self.helper.add_input(Submit("reissue", "Make a new link"))


def _title(questionnaire: Questionnaire) -> str:
    return questionnaire.title.get("en") or next(iter(questionnaire.title.values()), questionnaire.key)


class ListForm(forms.Form):
    """Many people to invite: a file or a pasted list, and after the check what was shown of it.

    `checked` and `expected` say which list was shown and how many of its rows are good.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    clinic = forms.SlugField(widget=forms.HiddenInput)
    file = forms.FileField(
        label="CSV file",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        allow_empty_file=True,
    )
    text = forms.CharField(
        label="Or the list itself",
        required=False,
        strip=False,
        max_length=invitation_lists.MOST_BYTES,
        help_text=f"The first line names the columns: {invitation_lists.EXAMPLE_HEAD}",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    remind = forms.BooleanField(
        label="Send reminders by e-mail, until the answers are sent", required=False, initial=True
    )

    def __init__(
        self, clinic: Clinic, data: Mapping[str, Any] | None = None, files: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, files, initial={"key": uuid.uuid4(), "clinic": clinic.slug})

    def clean(self) -> dict[str, Any]:
        """The list as text, whichever way it came. A file goes before what stands in the field."""
        data = super().clean() or {}
        try:
            if data.get("file"):
                data["text"] = invitation_lists.decoded(data["file"].read())
        except invitation_lists.Unreadable as error:
            self.add_error("file", str(error))
        if "key" in self.errors:
            raise ValidationError(USED_UP)
        if not self.errors and not data.get("text", "").strip():
            self.add_error("file", "Choose a file, or write the list below.")
        return data


class LostCodeForm(forms.Form):
    """Whose code is lost, by the reference that was shown with it."""

    reference = forms.CharField(
        label="Reference",
        max_length=20,
        help_text="Eight letters and digits, such as K7QM-3X4P. The list of invitations shows it as well.",
        widget=forms.TextInput(attrs={"class": "width-10", "autocomplete": "off"}),
        error_messages={"required": "Enter the reference."},
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.helper = FormHelper()
        self.helper.add_input(Submit("code", "Make a new code"))


class MailForm(DrawnForm):
    """How a clinic's invitations by e-mail are sent."""

    clinic = forms.SlugField(widget=forms.HiddenInput)
    reminder_limit = forms.ChoiceField(
        label="Reminders for each invitation, at most",
        choices=[(str(number), str(number)) for number in range(MOST_REMINDERS + 1)],
        help_text="One comes the day before a known appointment, the others 3, 7, 10 and 13 days after the link.",
    )
    mail_names_clinic = forms.BooleanField(
        label="Say the clinic’s name in these e-mails",
        required=False,
        help_text="Other people may read a mailbox. Without the name they learn only that there are questions.",
    )

    def __init__(self, clinic: Clinic, data: Mapping[str, Any] | None = None) -> None:
        stored = {"reminder_limit": str(clinic.reminder_limit), "mail_names_clinic": clinic.mail_names_clinic}
        super().__init__(
            data, stored=stored, changed_by=lambda _: audit_reading.who_did("clinic.invitation_mail_set", clinic)
        )
        self.initial["clinic"] = clinic.slug
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", "Save"))


def mark_of(text: str) -> str:
    """Names a text, to notice that it is not the one that was checked. Line ends do not count: browsers change them."""
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()
