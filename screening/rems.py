"""The medicine classes that the US esketamine monitoring form (REMS) asks about, in the form's order.

Source: clinical specification, section 4, "REMS mapping"; the form itself at spravatorems.com. Enrolment and the form
are separate, signed documents: a questionnaire only gives the words for one line of it.
"""

from __future__ import annotations

from screening.engine.definition import Definition

PROFILE = "us"
"""The label profile under which the form is used."""
OTHER_ROUTES = frozenset({"iv", "im", "oral"})
"""Answers about the planned route that make the form needless. Undecided, unknown and nasal do not."""
MEDICINE_CLASSES = (
    ("benzodiazepines", "med_benzodiazepine"),
    ("sedative hypnotics and other sedatives", "med_other_sedative"),
    ("opioids", "med_opioid"),
    ("stimulants", "med_stimulant"),
    ("MAO inhibitors", "med_maoi"),
)
"""Each class with the flag that answers it."""


def covers(definition: Definition) -> bool:
    """Whether a questionnaire has a flag for every class, so that a whole line can be given."""
    return {flag for _, flag in MEDICINE_CLASSES} <= {flag.link_id for flag in definition.flags}
