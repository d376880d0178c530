"""The editable draft of a questionnaire as rows, its published versions, and its stored cases."""

from .clinical import (
    Flag,
    Inconsistency,
    Medicine,
    MedicineClass,
    MedicineGroup,
    Note,
    Parameter,
    Profile,
    Rule,
    Source,
    Variable,
    Vocabulary,
)
from .draft import Draft
from .questionnaire import Band, Instrument, Option, Question, Questionnaire, Score, Section
from .review import ClinicalReview, ScheduledPublication
from .version import Case, QuestionnaireVersion

__all__ = [
    "Band",
    "Case",
    "ClinicalReview",
    "Draft",
    "Flag",
    "Inconsistency",
    "Instrument",
    "Medicine",
    "MedicineClass",
    "MedicineGroup",
    "Note",
    "Option",
    "Parameter",
    "Profile",
    "Question",
    "Questionnaire",
    "QuestionnaireVersion",
    "Rule",
    "ScheduledPublication",
    "Score",
    "Section",
    "Source",
    "Variable",
    "Vocabulary",
]
