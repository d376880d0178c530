"""People who work in clinics, and what they may do there."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from intake.permissions import ROLES, Permission, roles_with


class UserManager(BaseUserManager["User"]):
    """Finds staff by e-mail, whatever its case. Accounts are made by `actions.create_staff`."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new account. Without a password it cannot sign in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A member of staff. Patients have no account.

    `is_staff` opens the Django admin, where questionnaires are edited; it is set for the role `admin`.
    """

    # What the Django admin shows beyond its own log. Personal data is never edited there.
    ADMIN_APPS = ("screening",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True, error_messages={"unique": "Somebody with this e-mail address exists."})
    name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_in_any_case",
                violation_error_message="Somebody with this e-mail address exists.",
            )
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether the Django admin lets this person do something: all of the questionnaire editor, and nothing else."""
        return self.has_module_perms(perm.split(".", 1)[0])

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        if not (self.is_active and self.is_staff and app_label in self.ADMIN_APPS):
            return False
        return self.memberships.filter(role__in=roles_with(Permission.EDIT_QUESTIONNAIRE)).exists()


class Membership(models.Model):
    """One role of one person in one clinic. Somebody with two roles has two rows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey("intake.Clinic", on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=[(role.key, role.title) for role in ROLES.values()])
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic", "role"],
                name="membership_unique",
                violation_error_message="This person has this role in this clinic.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=sorted(ROLES)),
                name="membership_role_known",
                violation_error_message="Choose one of the roles.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role} at {self.clinic_id}"


class PasswordReset(models.Model):
    """Somebody asked for a link to choose a new password. The worker mails it, and the row goes. Without `user` the
    address has no account: the row is there so that both take as long."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class RoleOffer(models.Model):
    """A role that somebody who has an account already is asked to take on in another clinic.

    It counts only once it was accepted with the link that is mailed to the address: whoever made the account may know
    its password. The row goes when it was accepted or withdrawn; the audit record keeps both.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_offers")
    clinic = models.ForeignKey("intake.Clinic", on_delete=models.PROTECT, related_name="role_offers")
    role = models.CharField(max_length=16, choices=[(role.key, role.title) for role in ROLES.values()])
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    mailed_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic", "role"],
                name="role_offer_unique",
                violation_error_message="This person was asked to take on this role already.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=sorted(ROLES)),
                name="role_offer_role_known",
                violation_error_message="Choose one of the roles.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} may become {self.role} at {self.clinic_id}"
