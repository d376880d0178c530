"""Made-up patients for the demo: cases of the starter questionnaire, each under a name that nobody could take for a
person's. Together they show what a worklist and a face sheet look like."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from screening.exchange.cases import Case


@dataclasses.dataclass(frozen=True, kw_only=True)
class SamplePatient:
    """The answers of one or more `cases` on top of each other, then `answers`. `at_first` are answers that were saved
    and changed before sending."""

    name: tuple[str, str]
    cases: tuple[str, ...]
    language: str = "en"
    answers: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    at_first: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def answers_from(self, cases: Mapping[str, Case], baseline: Mapping[str, Any]) -> dict[str, Any]:
        """All answers in the form of a case file."""
        merged = dict(baseline)
        for case in self.cases:
            merged |= {
                link_id: value for link_id, value in cases[case].answers.items() if value != baseline.get(link_id)
            }
        return merged | dict(self.answers)


MEDICINES_OF_MANY_POINTS = [
    {"code": "clonazepam", "dose_mg": 2},
    "theophylline",
    "a small white pill for the nerves",
]
IN_OWN_WORDS = (
    "I have lived with low mood since my second child was born. Two medicines helped for some months, then stopped "
    "helping. I would like to sleep through, go back to work half days, and be patient with my children again."
)
EN_SUS_PALABRAS = "Quiero volver a dormir bien y dejar de tener miedo por las noches. Mi hermana me acompaña."

SAMPLES: Sequence[SamplePatient] = (
    SamplePatient(name=("Rosa", "Example"), cases=("V01",)),
    SamplePatient(name=("Tess", "Sample"), cases=("V02",)),
    SamplePatient(name=("Priya", "Placeholder"), cases=("V05",)),
    SamplePatient(name=("Wei", "Fictional"), cases=("V06",)),
    SamplePatient(name=("Amina", "Invented"), cases=("V08",)),
    SamplePatient(name=("Joan", "Imaginary"), cases=("V14",)),
    SamplePatient(
        name=("Lena", "Made-Up"),
        cases=("V03",),
        answers={"main_goal": IN_OWN_WORDS},
        at_first={"asq_5": "yes", "suicide_plan": "yes"},
    ),
    SamplePatient(
        name=("Inés", "Inventada"),
        cases=("V07",),
        language="es",
        answers={"main_goal": EN_SUS_PALABRAS, "asq_2": {"state": "declined"}, "phq9_4": {"state": "skipped"}},
    ),
    SamplePatient(
        name=("Evelyn", "Pretend"),
        cases=("V13", "V11"),
        answers={
            "answered_by": "helper",
            "helper_name": "Her son",
            "blood_pressure_reading": {"state": "not_sure"},
            "sleep_apnea_diagnosed": {"state": "not_sure"},
        },
    ),
    SamplePatient(
        name=("Maximiliane-Alexandra", "von Notareal-Personname"),
        cases=("V03", "V05", "V07", "V08", "V11"),
        answers={"medicines": MEDICINES_OF_MANY_POINTS, "main_goal": IN_OWN_WORDS, "ride_home": "no"},
        at_first={"asq_4": "yes"},
    ),
)
