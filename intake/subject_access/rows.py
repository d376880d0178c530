"""What each kind of row says about a person, as plain values. Staff are named, since a person may know who read what.

A key that ends in `_code` is for programs and left out of the page. Nothing empty is put in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from intake import invitees, part2, records, reviewing, rules, vault
from intake.models import (
    Alert,
    AnswerRequest,
    CheckInSchedule,
    Correction,
    EmergencyAccess,
    Invitation,
    LegalHold,
    Person,
    PersonMatch,
    QuestionnaireResponse,
    SafetyPanelShown,
    TreatmentSession,
    User,
)
from screening.engine.answers import Answer, display_as_asked, write_answer
from screening.engine.assessment import Assessment, assessment_json
from screening.engine.display import text_in

Plain = dict[str, Any]
"""Text, numbers, truth values, times, and lists and dicts of them."""


def filled(**values: Any) -> Plain:
    """The values that are not empty; False and 0 say something and stay."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {}, ())}


def _name(user: User | None) -> str:
    return user.name if user else ""


def person(row: Person) -> Plain:
    """Who somebody is, as they said."""
    return filled(reference=str(row), entered_at=row.created_at, **records.read_identity(row))


def session(row: TreatmentSession) -> Plain:
    """A treatment as staff wrote it down."""
    return filled(
        at=row.at,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by.name,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=_name(row.withdrawn_by),
    )


def schedule(row: CheckInSchedule) -> Plain:
    """When and where the person is asked again."""
    return filled(
        asked=row.get_kind_display(),
        days=row.days,
        email=records.read_contact(row).email,
        language=row.language,
        next_at=row.next_at,
        set_at=row.set_at,
        set_by=row.set_by.name,
        ended_at=row.ended_at,
        ended_by=_name(row.ended_by),
    )


def match(row: PersonMatch, references: Mapping[Any, str]) -> Plain:
    """What staff said about this entry and another. Another person's reference is not theirs to have."""
    both = [references[key] for key in (row.person_id, row.other_id) if key in references]
    return filled(
        decision=row.get_decision_display(),
        entries=", ".join(both),
        decided_at=row.decided_at,
        decided_by=row.decided_by.name,
    )


def hold(row: LegalHold) -> Plain:
    """That it must be kept for now. What for is the file of somebody else's proceedings (45 CFR 164.524(a)(1)(ii))."""
    return filled(placed_at=row.placed_at, lifted_at=row.lifted_at)


def invitation(row: Invitation) -> Plain:
    """A link, whom it was made for, and the e-mails that carried it; never its secret."""
    details = invitees.details_of(row)
    mails = row.mails.order_by("created_at", "pk")
    return filled(
        made_at=row.created_at,
        made_by=_name(row.invited_by),
        expires_at=row.expires_at,
        withdrawn_at=row.revoked_at,
        language=row.language,
        name=details.name,
        email=details.email,
        appointment_at=details.appointment_at,
        emails=[
            filled(what=one.get_kind_display(), due_at=one.due_at, sent_at=one.sent_at, not_sent_at=one.cancelled_at)
            for one in mails
        ],
    )


def response(row: QuestionnaireResponse) -> Plain:
    """One questionnaire: what was asked under which version, and every answer that is kept, also of what is no longer
    asked. A draft that its patient deleted holds nothing any more, unless a legal hold keeps its saves."""
    head = filled(
        reference=str(row),
        questionnaire=text_in(rules.compiled_of(row).definition.title, row.language),
        version=row.version.number,
        version_sha256_code=row.version.sha256,
        status=row.get_status_display(),
        language=row.language,
        filled_in=row.get_answering_display() if row.answering else "",
        on_a_tablet_at_the_clinic=row.is_on_tablet,
        started_at=row.started_at,
        saved_at=row.saved_at,
        sent_at=row.sent_at,
        deleted_at=row.deleted_at,
        first_opened_at=row.opened_at,
        first_opened_by=_name(row.opened_by),
        assigned_to=_name(row.assigned_to),
        notice_about_substance_use_read_at=row.part2_acknowledged_at,
        may_not_be_shared_further=part2.REDISCLOSURE if part2.is_on(row) else "",
    )
    return {**head, **(_on_hold(row) if row.is_deleted else _inside(row))}


def _on_hold(row: QuestionnaireResponse) -> Plain:
    return filled(history=list(_history(row))) if row.revisions.exists() else {}


def _inside(row: QuestionnaireResponse) -> Plain:
    found = filled(answers=answers(row, records.read_answers_of(row)), history=list(_history(row)))
    return {**found, **_noted(row)} if row.is_sent else found


def answers(row: QuestionnaireResponse, given: Mapping[str, Answer | None]) -> list[Plain]:
    """Answers beside their questions in the words of the version that was answered; None was taken back."""
    compiled = rules.compiled_of(row)
    return [
        {
            "question": text_in(compiled.questions[link_id].text, row.language),
            "answer": display_as_asked(compiled.questions[link_id], answer, compiled.definition, row.language)
            if answer
            else "Taken back",
            "link_id_code": link_id,
            "answer_code": write_answer(answer) if answer else None,
        }
        for link_id, answer in given.items()
    ]


def _history(row: QuestionnaireResponse) -> Iterable[Plain]:
    """Every save: what it changed, and what it could not change because somebody else was first."""
    key = vault.data_key(row)
    for revision in row.revisions.select_related("author").order_by("number"):
        changes = records.read_changes(revision, key)
        stored = {link_id: value for link_id, value in changes.answers.items() if value is not None}
        given = {**dict.fromkeys(changes.answers), **records.decoded(row, stored)}
        not_taken = [*changes.withheld, *changes.late]
        yield filled(
            number=revision.number,
            at=revision.created_at,
            by=_name(revision.author) or revision.get_author_kind_display(),
            answers=answers(row, {name: one for name, one in given.items() if name not in not_taken}),
            kept_beside_a_newer_answer=answers(row, {name: given[name] for name in not_taken}),
        )


def _noted(row: QuestionnaireResponse) -> Plain:
    """What the rules of the questionnaire made of the answers on sending."""
    found = records.read_assessment(row)
    version = f"{rules.compiled_of(row).definition.key} {row.version.number}"
    return filled(pointed_out_to_the_clinic=list(_points(row, found)), assessment_code=assessment_json(found, version))


def _points(row: QuestionnaireResponse, found: Assessment) -> Iterable[Plain]:
    for flag in found.flags:
        yield {"point": title_of(row, flag.flag), "state": "Raised", "severity": flag.severity}
    for one in found.unresolved:
        yield {"point": title_of(row, one.flag), "state": "Could not be ruled out", "severity": one.severity}


def title_of(row: QuestionnaireResponse, flag: str) -> str:
    """A flag in words; its name when the version has none."""
    titles = {one.link_id: one.title for one in rules.compiled_of(row).definition.flags}
    return text_in(titles[flag], row.language) if flag in titles else flag


def correction(row: Correction) -> Plain:
    """What was added after sending."""
    content = records.read_correction(row)
    stored = {name: value for name, value in content.answers.items() if value is not None}
    return filled(
        at=row.created_at,
        what=row.get_source_display(),
        about_code=content.about,
        words=content.words,
        answers=answers(row.response, records.decoded(row.response, stored)),
    )


def request(row: AnswerRequest) -> Plain:
    """What the clinic asked again."""
    questions = rules.compiled_of(row.response).questions
    asked = [text_in(questions[name].text, row.response.language) for name in records.read_request(row)]
    return filled(asked_at=row.asked_at, asked_by=row.asked_by.name, answered_at=row.answered_at, questions=asked)


def panel(row: SafetyPanelShown) -> Plain:
    """That help was on the screen."""
    return {"shown_at": row.shown_at}


def alert(row: Alert) -> Plain:
    """That staff were called, how, and what the person who looked after it wrote."""
    reason = records.read_reason(row)
    return filled(
        kind=row.get_kind_display(),
        reason=title_of(row.response, reason),
        at=row.created_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=_name(row.acknowledged_by),
        note=records.read_note(row),
        messages=[
            filled(
                to=one.name,
                by=one.channel,
                planned_at=one.planned_at,
                delivered_at=one.delivered_at,
                tries=[filled(at=each.started_at, delivered=each.is_delivered) for each in one.tries.all()],
            )
            for one in row.deliveries.prefetch_related("tries").order_by("planned_at", "pk")
        ],
    )


def emergency(row: EmergencyAccess) -> Plain:
    """That somebody opened it in an emergency, why, and who looked at the notice of that."""
    notice = getattr(row, "notice", None)
    return filled(
        at=row.began_at,
        until=row.ends_at,
        by=row.began_by.name,
        reason=records.read_emergency_reason(row),
        looked_at=notice.seen_at if notice else None,
        looked_at_by=_name(notice.seen_by) if notice else "",
    )


def review_entry(row: QuestionnaireResponse, entry: reviewing.Entry, *, with_notes: bool) -> Plain:
    """What a clinician did. A private note that is left out still says that there is one."""
    is_hidden = entry.kind == reviewing.Kind.NOTED and not with_notes
    _, _, flag_and_severity = entry.body.point.partition(" ")
    return filled(
        at=entry.at,
        by=entry.by.name,
        what=entry.kind.label,
        point=title_of(row, flag_and_severity.rpartition(" ")[0]) if entry.body.point else "",
        words="Left out of this copy" if is_hidden else entry.body.text,
        answers=answers(row, entry.answers),
    )


def signature(signed: reviewing.Signature) -> Plain:
    """A decision as it was signed."""
    return filled(
        at=signed.at,
        by=signed.by.name,
        decision=signed.decision.disposition,
        reasons=signed.decision.rationale,
        content_code=signed.content,
    )
