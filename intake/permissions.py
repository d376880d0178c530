"""Who may do what, as lists that a clinic manager can read. Two roles of one person add up."""

from __future__ import annotations

import dataclasses
import enum


class Permission(enum.Enum):
    """One thing that somebody may do in one clinic."""

    SEE_WHO_HAS_SENT = "see who has sent a questionnaire"
    READ_ANSWERS = "read answers, flags and the summary"
    ACKNOWLEDGE = "acknowledge alerts and flags"
    ENTER_ANSWERS = "enter answers in a patient's stead, under their own name"
    SIGN_OFF = "record a decision and sign"
    INVITE = "invite patients"
    EDIT_QUESTIONNAIRE = "edit and publish questionnaires"
    MANAGE_CLINIC = "confirm crisis contacts and change the clinic's settings"
    MANAGE_STAFF = "add staff and change their roles"
    READ_REPORTS = "read counts about the clinic, which name nobody"
    READ_AUDIT = "read the audit record"
    ERASE_RECORDS = "erase records for good, without seeing what is in them"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Role:
    """A named list of permissions."""

    key: str
    title: str
    description: str
    permissions: frozenset[Permission]


ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role(
            key="clinician",
            title="Clinician",
            description="Reads what patients sent, acknowledges alerts, decides and signs.",
            permissions=frozenset(
                {
                    Permission.SEE_WHO_HAS_SENT,
                    Permission.READ_ANSWERS,
                    Permission.ACKNOWLEDGE,
                    Permission.ENTER_ANSWERS,
                    Permission.SIGN_OFF,
                    Permission.READ_REPORTS,
                    Permission.INVITE,
                }
            ),
        ),
        Role(
            key="front_desk",
            title="Front desk",
            description="Invites patients and sees who has sent; never sees an answer.",
            permissions=frozenset({Permission.SEE_WHO_HAS_SENT, Permission.INVITE}),
        ),
        Role(
            key="admin",
            title="Administrator",
            description=(
                "Runs the clinic: settings, alert rota, staff, invitations and reports; edits questionnaires; erases "
                "records. Never sees an answer."
            ),
            permissions=frozenset(
                {
                    Permission.EDIT_QUESTIONNAIRE,
                    Permission.MANAGE_CLINIC,
                    Permission.MANAGE_STAFF,
                    Permission.ERASE_RECORDS,
                    Permission.READ_REPORTS,
                    Permission.INVITE,
                }
            ),
        ),
        Role(
            key="auditor",
            title="Auditor",
            description="Reads the record of who did what; never sees an answer.",
            permissions=frozenset({Permission.READ_AUDIT}),
        ),
    )
}


def roles_with(permission: Permission) -> list[str]:
    """The keys of the roles that hold a permission.

    >>> roles_with(Permission.READ_ANSWERS)
    ['clinician']
    """
    return [role.key for role in ROLES.values() if permission in role.permissions]
