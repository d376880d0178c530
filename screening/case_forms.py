"""What a case expects, as a form: flags with their state chosen from lists, numbers by name, and tick boxes.

The same fields stand on the admin's page of a case and on the page that keeps a walk as a case.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from screening.case_fields import FlagRowsField, NumbersField, flags_of, rows_of
from screening.cases import ANY_FLAG
from screening.engine.definition import MEDICATION_LIST, Definition, Text
from screening.exchange.cases import Expectation

ALERT = [("", "Not checked"), ("yes", "Yes"), ("no", "No")]
SAID = {"yes": True, "no": False}


class ExpectationForm(forms.Form):
    """The fields of an `Expectation`. `know` fills in what can be chosen in one draft."""

    flags = FlagRowsField(
        label="Flags", required=False, help_text="For each flag what must come out. More rows come with every save."
    )
    inconsistencies = forms.MultipleChoiceField(
        label="Answers that do not fit together", required=False, widget=forms.CheckboxSelectMultiple
    )
    checks_notes = forms.BooleanField(label="Check the clinician’s notes as well", required=False)
    notes = forms.MultipleChoiceField(label="Notes", required=False, widget=forms.CheckboxSelectMultiple)
    scores = NumbersField(label="Scores", required=False, help_text="The total of each; an empty one is not checked.")
    safety_panel = forms.BooleanField(label="Help comes first (safety panel)", required=False)
    alert_at_once = forms.ChoiceField(label="Staff are alerted at once", required=False, choices=ALERT)

    PARTS = ("flags", "inconsistencies", "checks_notes", "notes", "scores", "safety_panel", "alert_at_once")

    def know(self, definition: Definition | None, expect: Expectation) -> None:
        """Offer what the draft has, and what the case names besides."""
        fields: dict[str, Any] = self.fields
        for name in ("flags", "scores"):
            fields[name].widget.attrs["aria-label"] = fields[name].label
        if definition is not None:
            fields["flags"].widget.choices = _flag_choices(definition)
            fields["scores"].widget.known = {
                one.link_id: (_words(one.title, definition, one.link_id), "") for one in definition.scores
            }
        for name in ("inconsistencies", "notes"):
            offered = {one.link_id: _words(one.text, definition, one.link_id) for one in getattr(definition, name, ())}
            lost = {key: f"{key}: not in the draft" for key in getattr(expect, name) or () if key not in offered}
            fields[name].choices = list((offered | lost).items())

    @staticmethod
    def initial_of(expect: Expectation) -> dict[str, Any]:
        """The fields as an expectation fills them in."""
        alert = {value: word for word, value in SAID.items()}
        return {
            "flags": rows_of(expect),
            "inconsistencies": list(expect.inconsistencies),
            "checks_notes": expect.notes is not None,
            "notes": list(expect.notes or ()),
            "scores": dict(expect.scores or {}),
            "safety_panel": expect.safety_panel,
            "alert_at_once": alert.get(expect.alert_at_once, ""),  # type: ignore[call-overload]
        }

    def clean_notes(self) -> list[str]:
        """Notes are looked at only where the case says so, and then all of them."""
        notes: list[str] = self.cleaned_data["notes"]
        if notes and not self.cleaned_data.get("checks_notes"):
            raise ValidationError("Tick “Check the clinician’s notes as well”, or untick these notes.")
        return notes

    @property
    def expect(self) -> Expectation:
        """What must come out, once these fields are valid."""
        said = self.cleaned_data
        return Expectation(
            **flags_of(said["flags"]),
            inconsistencies=tuple(said["inconsistencies"]),
            notes=tuple(said["notes"]) if said["checks_notes"] else None,
            scores=said["scores"] or None,
            safety_panel=said["safety_panel"],
            alert_at_once=SAID.get(said["alert_at_once"]),
        )


def _words(text: Text, definition: Definition | None, key: str) -> str:
    words = text.get(definition.languages[0], "") if definition else ""
    return f"{words} ({key})" if words else key


def _flag_choices(definition: Definition) -> list[Any]:
    """Every flag by its group, the list of medicines, and any flag at all."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for flag in definition.flags:
        choice = (flag.link_id, _words(flag.title, definition, flag.link_id))
        groups.setdefault(flag.group or "Flags", []).append(choice)
    other = [(MEDICATION_LIST, f"The list of medicines ({MEDICATION_LIST})"), (ANY_FLAG, "Any flag at all")]
    return [*groups.items(), ("Other", other)]
