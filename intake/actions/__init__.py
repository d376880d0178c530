"""The verbs that write about people. One each: atomic, with its audit record inside, `now` passed in.

Read them aloud: `actions.start(…)`, `actions.save_answers(…)`, `actions.submit(…)`. Each refusal is an exception named
for what happened, and all of them are `Refused`.
"""

from __future__ import annotations

from .alerting import AlreadyAcknowledged, NoteMissing, acknowledge_alert
from .asking import AlreadyAsked, NothingAsked, NotMissing, answer_request, ask_again
from .assigning import AssignedToAnother, assign, unassign
from .bouncing import NoSuchMessage, record_bounce
from .checking_in import (
    AlreadyRecorded,
    NoSchedule,
    NoSuchSession,
    end_schedule,
    invite_due_check_ins,
    record_session,
    set_schedule,
    withdraw_session,
)
from .clinics import (
    ContactsChanged,
    change_clinic,
    confirm_crisis_contacts,
    create_clinic,
    set_invitation_mail,
)
from .copying import copy_of
from .correcting import (
    NothingSaid,
    NotSentYet,
    TooLong,
    TooManyCorrections,
    add_correction,
    keep_late_answers,
)
from .crisis import (
    NoSuchCrisisContact,
    TooManyContacts,
    add_crisis_contact,
    change_crisis_contact,
    discard_crisis_contacts,
    move_crisis_contact,
    remove_crisis_contact,
)
from .deleting import delete_draft, kept_questions
from .dispositions import set_dispositions
from .erasing import (
    AlertStillOpen,
    Erased,
    OnLegalHold,
    erase,
    erase_again,
    finish_erasures,
    refuse_to_erase,
    scope_of,
)
from .exporting import export_responses, includes_substance_use
from .holding import lift_hold, place_hold
from .impact import DraftUnready, NothingToReplay, cancel_impact, read_impact, replay_due, start_impact
from .invitations import (
    AlreadyInvited,
    AlreadyRevoked,
    InvitationOver,
    Invited,
    NoSuchInvitation,
    QuestionnaireMissing,
    invite,
    reissue_invitation,
    revoke_invitation,
)
from .invitations_many import ListChanged, invite_many
from .listing import (
    open_check_ins,
    open_invitation,
    open_invitations,
    open_person,
    open_worklist,
    read_audit,
    search_worklist,
)
from .mailing import TooManyMails
from .matching import (
    AlreadyDecided,
    LaterMatch,
    NoSuchMatch,
    NoSuchPerson,
    OtherClinic,
    confirm_same_person,
    take_back_match,
    tell_people_apart,
)
from .notices import choose_notices
from .noticing import acknowledge_part2_notice
from .opening import open_response
from .panel import record_panel_shown
from .purging import Purged, purge_daily, purge_expired
from .refusals import NoSuchResponse, NotPermitted, Refused
from .resuming import CannotResume, TooManyTries, issue_resume_code, resume
from .review_answers import NothingEntered, enter_answers
from .review_notes import add_note
from .review_points import NoSuchPoint, acknowledge_point, discuss_point
from .review_signing import (
    ContentChanged,
    NotReady,
    NotSigned,
    OwnSignature,
    UnknownDisposition,
    add_addendum,
    cosign,
    sign_off,
)
from .reviewing import AlreadySigned, NotSent, TextMissing
from .rota import (
    AddedContact,
    NoSuchContact,
    add_contact,
    change_contact,
    remove_contact,
    send_test,
    set_rota,
)
from .rotating import Rotated, rotate_keys
from .saving import AlreadySent, Clash, Conflict, Saved, UnknownQuestion, save_answers
from .security import (
    EmergencyOver,
    NotNeeded,
    OwnNotice,
    ReasonMissing,
    open_in_emergency,
    read_in_emergency,
    see_notice,
)
from .sending import Incomplete, Unfinished, submit
from .staff import (
    CreatedStaff,
    NotOwnRole,
    create_staff,
    grant_role,
    remove_staff,
    revoke_role,
)
from .staff_sessions import end_every_session, end_session, follow_session, keep_sign_in
from .starting import AlreadyStarted, ClinicNotReady, DeadInvitation, LanguageNotOffered, Started, start, start_again
from .tablets import continue_on_tablet, open_tablet, show_own_code
from .unreadable import record_unreadable

__all__ = [
    "AddedContact",
    "AlertStillOpen",
    "AlreadyAcknowledged",
    "AlreadyAsked",
    "AlreadyDecided",
    "AlreadyInvited",
    "AlreadyRecorded",
    "AlreadyRevoked",
    "AlreadySent",
    "AlreadySigned",
    "AlreadyStarted",
    "AssignedToAnother",
    "CannotResume",
    "Clash",
    "ClinicNotReady",
    "Conflict",
    "ContactsChanged",
    "ContentChanged",
    "CreatedStaff",
    "DeadInvitation",
    "DraftUnready",
    "EmergencyOver",
    "Erased",
    "Incomplete",
    "InvitationOver",
    "Invited",
    "LanguageNotOffered",
    "LaterMatch",
    "ListChanged",
    "NoSchedule",
    "NoSuchContact",
    "NoSuchCrisisContact",
    "NoSuchInvitation",
    "NoSuchMatch",
    "NoSuchMessage",
    "NoSuchPerson",
    "NoSuchPoint",
    "NoSuchResponse",
    "NoSuchSession",
    "NotMissing",
    "NotNeeded",
    "NotOwnRole",
    "NotPermitted",
    "NotReady",
    "NotSent",
    "NotSentYet",
    "NotSigned",
    "NoteMissing",
    "NothingAsked",
    "NothingEntered",
    "NothingSaid",
    "NothingToReplay",
    "OnLegalHold",
    "OtherClinic",
    "OwnNotice",
    "OwnSignature",
    "Purged",
    "QuestionnaireMissing",
    "ReasonMissing",
    "Refused",
    "Rotated",
    "Saved",
    "Started",
    "TextMissing",
    "TooLong",
    "TooManyContacts",
    "TooManyCorrections",
    "TooManyMails",
    "TooManyTries",
    "Unfinished",
    "UnknownDisposition",
    "UnknownQuestion",
    "acknowledge_alert",
    "acknowledge_part2_notice",
    "acknowledge_point",
    "add_addendum",
    "add_contact",
    "add_correction",
    "add_crisis_contact",
    "add_note",
    "answer_request",
    "ask_again",
    "assign",
    "cancel_impact",
    "change_clinic",
    "change_contact",
    "change_crisis_contact",
    "choose_notices",
    "confirm_crisis_contacts",
    "confirm_same_person",
    "continue_on_tablet",
    "copy_of",
    "cosign",
    "create_clinic",
    "create_staff",
    "delete_draft",
    "discard_crisis_contacts",
    "discuss_point",
    "end_every_session",
    "end_schedule",
    "end_session",
    "enter_answers",
    "erase",
    "erase_again",
    "export_responses",
    "finish_erasures",
    "follow_session",
    "grant_role",
    "includes_substance_use",
    "invite",
    "invite_due_check_ins",
    "invite_many",
    "issue_resume_code",
    "keep_late_answers",
    "keep_sign_in",
    "kept_questions",
    "lift_hold",
    "move_crisis_contact",
    "open_check_ins",
    "open_in_emergency",
    "open_invitation",
    "open_invitations",
    "open_person",
    "open_response",
    "open_tablet",
    "open_worklist",
    "place_hold",
    "purge_daily",
    "purge_expired",
    "read_audit",
    "read_impact",
    "read_in_emergency",
    "record_bounce",
    "record_panel_shown",
    "record_session",
    "record_unreadable",
    "refuse_to_erase",
    "reissue_invitation",
    "remove_contact",
    "remove_crisis_contact",
    "remove_staff",
    "replay_due",
    "resume",
    "revoke_invitation",
    "revoke_role",
    "rotate_keys",
    "save_answers",
    "scope_of",
    "search_worklist",
    "see_notice",
    "send_test",
    "set_dispositions",
    "set_invitation_mail",
    "set_rota",
    "set_schedule",
    "show_own_code",
    "sign_off",
    "start",
    "start_again",
    "start_impact",
    "submit",
    "take_back_match",
    "tell_people_apart",
    "unassign",
    "withdraw_session",
]
