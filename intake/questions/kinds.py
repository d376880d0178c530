"""Which template draws a question of each type: `components/question_<kind>.html`."""

from __future__ import annotations

KINDS: dict[str, str] = {
    "yes_no": "radios",
    "choice": "radios",
    "multiple_choice": "checkboxes",
    "integer": "single",
    "decimal": "single",
    "text": "single",
    "phone": "single",
    "email": "single",
    "long_text": "textarea",
    "blood_pressure": "parts",
    "date": "parts",
    "partial_date": "parts",
    "height": "alternatives",
    "weight": "alternatives",
    "ago": "alternatives",
    "medicines": "medicines",
    "acknowledgement": "acknowledgement",
    "group": "group",
}
