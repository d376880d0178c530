"""All personal data, and who may reach it. Written by `intake.actions` only; read through `intake.access`."""

from __future__ import annotations

from .alert import Alert, AlertAttempt, AlertDelivery, WorkerHeartbeat
from .asking import AnswerRequest
from .audit import AuditRecord
from .clinic import Clinic
from .correction import Correction, CorrectionQuerySet
from .erasure import Erasure, LegalHold
from .following import CheckInSchedule, PersonMatch, TreatmentSession
from .impact import ImpactRun
from .inviting import InvitationMail, Invitee
from .notices import NoticeChoice
from .people import Invitation, Person
from .response import PackedRecord, QuestionnaireResponse, Revision, SafetyPanelShown
from .review import ReviewEntry, SignOff
from .rota import AlertContact, AlertRota
from .security import EmergencyAccess, SecurityNotice
from .staff import Membership, PasswordReset, RoleOffer, User
from .staff_session import StaffSession

__all__ = [
    "Alert",
    "AlertAttempt",
    "AlertContact",
    "AlertDelivery",
    "AlertRota",
    "AnswerRequest",
    "AuditRecord",
    "CheckInSchedule",
    "Clinic",
    "Correction",
    "CorrectionQuerySet",
    "EmergencyAccess",
    "Erasure",
    "ImpactRun",
    "Invitation",
    "InvitationMail",
    "Invitee",
    "LegalHold",
    "Membership",
    "NoticeChoice",
    "PackedRecord",
    "PasswordReset",
    "Person",
    "PersonMatch",
    "QuestionnaireResponse",
    "ReviewEntry",
    "Revision",
    "RoleOffer",
    "SafetyPanelShown",
    "SecurityNotice",
    "SignOff",
    "StaffSession",
    "TreatmentSession",
    "User",
    "WorkerHeartbeat",
]
