"""The forms of a clinic's alert rota: reading hours with the times of the ladder, and one contact."""

from __future__ import annotations

import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.boundfield import BoundField

from intake.alerts.channels import CHANNELS
from intake.alerts.rota import DAYS, OFFICE_HOURS
from intake.models import AlertContact, AlertRota
from intake.models.rota import LONGEST_WAIT

from .drawn import DrawnForm


class _Time(forms.TimeField):
    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
        self.error_messages["invalid"] = f"{label}: enter a time such as 09:00."


def _minutes(label: str, help_text: str) -> forms.IntegerField:
    within = f"Enter minutes from 1 to {LONGEST_WAIT}."
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        validators=[MinValueValidator(1, within), MaxValueValidator(LONGEST_WAIT, within)],
        error_messages={"required": within, "invalid": within},
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input--short"}),
    )


class RotaForm(DrawnForm):
    """Opening and closing time of each weekday, empty when nobody reads, and how long each step waits."""

    first_wait_minutes = _minutes(
        "Minutes until step 2", "Counted from the first message, while nobody has acknowledged the alert."
    )
    second_wait_minutes = _minutes("Minutes until step 3", "Counted from step 2.")
    repeat_minutes = _minutes("Minutes until everyone is told", "Counted from step 3, and then between repeats.")

    def __init__(self, data: Any = None, *, rota: AlertRota | None = None) -> None:
        super().__init__(data, stored=_stored(rota), changed_by=lambda _: rota.changed_by.name if rota else "")
        for number, day in enumerate(DAYS):
            self.fields[f"opens_{number}"] = _Time(f"{day}, from")
            self.fields[f"closes_{number}"] = _Time(f"{day}, until")

    def days(self) -> list[tuple[str, BoundField, BoundField]]:
        """Each weekday with its two fields."""
        return [(day, self[f"opens_{number}"], self[f"closes_{number}"]) for number, day in enumerate(DAYS)]

    def waits(self) -> list[BoundField]:
        """The times of the ladder."""
        return [self[name] for name in ("first_wait_minutes", "second_wait_minutes", "repeat_minutes")]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for number, day in enumerate(DAYS):
            opens, closes = found.get(f"opens_{number}"), found.get(f"closes_{number}")
            if (opens is None) != (closes is None) and not self._is_wrong(number):
                missing = f"closes_{number}" if closes is None else f"opens_{number}"
                self.add_error(missing, f"{day}: enter both times, or neither when nobody reads.")
            elif opens and closes and closes <= opens and closes != datetime.time(0):
                self.add_error(f"closes_{number}", f"{day}: the closing time must be later than the opening time.")
        return found

    def _is_wrong(self, number: int) -> bool:
        return f"opens_{number}" in self.errors or f"closes_{number}" in self.errors

    @property
    def hours(self) -> list[list[str] | None]:
        """The hours as `AlertRota` keeps them. For a valid form."""
        spans = [(self.cleaned_data[f"opens_{n}"], self.cleaned_data[f"closes_{n}"]) for n in range(len(DAYS))]
        return [[f"{opens:%H:%M}", f"{closes:%H:%M}"] if opens is not None else None for opens, closes in spans]


def _stored(rota: AlertRota | None) -> dict[str, Any]:
    """What is stored; a clinic that stored nothing starts from office hours."""
    times = rota or AlertRota()
    names = ("first_wait_minutes", "second_wait_minutes", "repeat_minutes")
    initial: dict[str, Any] = {name: getattr(times, name) for name in names}
    for number, span in enumerate(rota.hours if rota else OFFICE_HOURS):
        initial[f"opens_{number}"], initial[f"closes_{number}"] = span or ("", "")
    return initial


class ContactForm(forms.Form):
    """One contact of the rota."""

    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="A person or a place, such as “Dr. Okoro” or “On-call phone”.",
        error_messages={"required": "Enter a name."},
    )
    channel = forms.ChoiceField(
        label="Channel",
        choices=[(key, channel.TITLE) for key, channel in CHANNELS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a channel."},
    )
    address = forms.CharField(
        label="Address",
        max_length=500,
        help_text=" ".join(f"{channel.TITLE}: {channel.HINT}" for channel in CHANNELS.values()),
        error_messages={"required": "Enter an address."},
    )
    step = forms.TypedChoiceField(
        label="Told at step",
        coerce=int,
        choices=[(1, "1, at once"), (2, "2"), (3, "3")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a step."},
    )
    duty = forms.ChoiceField(
        label="Told when the alert comes",
        choices=AlertContact.Duty.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose when."},
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None, button: str) -> None:
        super().__init__(data, initial=initial or {"channel": "email", "step": 1, "duty": AlertContact.Duty.ALWAYS})
        self.helper = FormHelper()
        self.helper.form_show_errors = True
        self.helper.add_input(Submit("save", button))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "channel" in found and "address" in found:
            problem = CHANNELS[found["channel"]].problem_with(found["address"])
            if problem:
                self.add_error("address", ValidationError(problem))
        return found
