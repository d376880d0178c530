"""The clinic's 42 CFR Part 2 mode: what patients are told before questions about alcohol and drugs, and staff after.

The wording is our own, in plain words; nobody with legal training has reviewed it (`REVIEWED_BY` is empty). It is a
notice, not a consent to disclosure: that is a form of the clinic's own. Change `VERSION` with every change of the
words, because an acknowledgement names the version that was read.
"""

from __future__ import annotations

from screening.engine.definition import Question, Section, Text

from .models import Clinic, QuestionnaireResponse

VERSION = "1"
REVIEWED_BY: dict[str, str] = {}
"""Who reviewed the notice, by language; empty means awaiting review."""

TITLE: Text = {
    "en": "Before the questions about alcohol and drugs",
    "es": "Antes de las preguntas sobre alcohol y drogas",
}
NOTICE: Text = {
    "en": (
        "A federal law (42 CFR Part 2) gives special protection to what you tell this clinic about alcohol and "
        "drug use. It also covers what you may have told us about this on an earlier page.\n\n"
        "The clinic may not share these answers with others unless you agree in writing or the law allows it. "
        "Without your consent or a court order, they may not be used against you in a court case.\n\n"
        "The clinic can use them for your care. You can ask the clinic for its full privacy notice.\n\n"
        "You do not have to answer. You can choose “Prefer not to say” for any of these questions."
    ),
    "es": (
        "Una ley federal (42 CFR Parte 2) protege de manera especial lo que usted le dice a esta clínica sobre el "
        "consumo de alcohol y drogas. También cubre lo que nos haya dicho sobre esto en una página anterior.\n\n"
        "La clínica no puede compartir estas respuestas con otros, a menos que usted lo acepte por escrito o la ley lo "
        "permita. Sin su consentimiento o una orden de un juez, no se pueden usar en su contra en un caso judicial.\n\n"
        "La clínica puede usarlas para su atención. Puede pedirle a la clínica su aviso de privacidad completo.\n\n"
        "No tiene que contestar. Puede elegir “Prefiero no decirlo” en cualquiera de estas preguntas."
    ),
}
ACKNOWLEDGE: Text = {"en": "I have read this notice", "es": "He leído este aviso"}

REDISCLOSURE = (
    "This record has answers about substance use, marked “Part 2”. Federal law (42 CFR Part 2) protects them: do not "
    "use or share them further unless that law or the patient's written consent allows it."
)


def is_on(response: QuestionnaireResponse) -> bool:
    """Whether staff are reminded: the mode was on when the answers were begun, or is on at the clinic now."""
    return bool(response.settings.get("part2")) or response.clinic.part2_mode != Clinic.Part2Mode.OFF


def is_about_substances(section: Section) -> bool:
    """Whether a page is about alcohol and drugs: most of its questions are tagged.

    A page on which only some are (what is happening right now) is not held up by a notice: what it asks may be urgent.
    """
    questions = [item for question in section.questions for item in _asked(question)]
    return 2 * sum(question.part2 for question in questions) > len(questions)


def _asked(question: Question) -> tuple[Question, ...]:
    return question.items if question.type == "group" and not question.repeats else (question,)
