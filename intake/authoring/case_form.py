"""What a kept case expects, one on a line, as the rules say now: a person reads each and confirms them."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django import forms
from django.core.exceptions import ValidationError

from screening.engine.definition import SEVERITIES, Definition
from screening.exchange.cases import Expectation
from screening.forms import AmountsField, KeysField, PairsField


class CaseForm(forms.Form):
    """A case's name and reason, and what must come out."""

    key = forms.CharField(
        label="Key",
        max_length=40,
        help_text="A short name of its own, such as recent_stroke.",
        error_messages={"required": "Give the case a key."},
    )
    title = forms.CharField(
        label="Who this is", max_length=200, error_messages={"required": "Say in a few words who this is."}
    )
    why = forms.CharField(
        label="What the case shows",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what the case shows, for a clinician."},
    )
    flags = PairsField(label="Raised flags", required=False, help_text="One on a line: flag = severity.")
    unresolved = KeysField(label="Could not be ruled out", required=False, help_text="Flags, with commas between.")
    inconsistencies = KeysField(label="Answers that do not fit together", required=False)
    scores = AmountsField(label="Scores", required=False, help_text="One on a line: score = total.")
    safety_panel = forms.BooleanField(label="Help comes first (safety panel)", required=False)
    alert_at_once = forms.BooleanField(label="Staff are alerted at once", required=False)
    is_confirmed = forms.BooleanField(
        label="I have read each line: this is what must come out",
        error_messages={"required": "Read each line, and confirm that it is what must come out."},
    )

    def __init__(self, definition: Definition, data: Any = None, **more: Any) -> None:
        super().__init__(data, auto_id="case-%s", label_suffix="", use_required_attribute=False, **more)
        self.known = {
            "flags": {flag.link_id for flag in definition.flags},
            "inconsistencies": {check.link_id for check in definition.inconsistencies},
            "scores": {score.link_id for score in definition.scores},
        }

    @staticmethod
    def initial_of(expect: Expectation) -> dict[str, Any]:
        """The fields as the rules would fill them in. Nothing is confirmed for anybody."""
        names = ("flags", "unresolved", "inconsistencies", "scores", "safety_panel", "alert_at_once")
        return {name: msgspec.to_builtins(getattr(expect, name)) for name in names}

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", key):
            raise ValidationError("Write the key with letters, digits, - and _ only, a letter first.")
        return key

    def clean_flags(self) -> dict[str, str]:
        given: dict[str, str] = self.cleaned_data["flags"]
        wrong = [f"“{name} = {severity}”" for name, severity in given.items() if severity not in SEVERITIES]
        if wrong:
            raise ValidationError(f"{', '.join(wrong)}: write one of {', '.join(SEVERITIES)}.")
        return self._known("flags", given)

    def clean_inconsistencies(self) -> list[str]:
        return self._known("inconsistencies", self.cleaned_data["inconsistencies"])

    def clean_scores(self) -> dict[str, float]:
        return self._known("scores", self.cleaned_data["scores"])

    def _known(self, kind: str, given: Any) -> Any:
        unknown = [f"“{name}”" for name in given if name not in self.known[kind]]
        if unknown:
            raise ValidationError(f"The draft has no {', '.join(unknown)}.")
        return given

    @property
    def expect(self) -> Expectation:
        """What must come out, once the form is valid."""
        said = self.cleaned_data
        return Expectation(
            flags=said["flags"],
            unresolved=tuple(said["unresolved"]),
            inconsistencies=tuple(said["inconsistencies"]),
            scores=said["scores"] or None,
            safety_panel=said["safety_panel"],
            alert_at_once=said["alert_at_once"],
        )
