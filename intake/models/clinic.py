"""A clinic and everything it decides for itself."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from .fields import pair

PHONE = r"^\+?[0-9(][0-9 ().-]{4,28}[0-9]$"
"""A phone number as people write it. It becomes a link that a phone can call."""

MOST_REMINDERS = 4


def default_dispositions() -> list[str]:
    """What a clinician may decide where the clinic has no list of its own."""
    return [
        "Proceed to consultation",
        "Proceed with precautions",
        "Defer until more is known",
        "Not suitable now",
        "Refer to another service",
    ]


class Clinic(models.Model):
    """Staff see only their clinics; every record of care belongs to exactly one.

    `parameters` overrides named parameters of questionnaires (`{"systolic_high": 150}`). `expectation` says, in each
    language, who reads the answers and when. `crisis_contacts` is a list of contacts as in `intake.crisis_contacts`;
    they count as checked once a named person confirmed them. `phone` and `email` are where patients reach the clinic;
    empty, their pages name no way rather than invent one. `dispositions` are the decisions that its clinicians choose
    from when they sign, in order; none is chosen for anybody. `retention_days` empty: kept until erased by hand.
    A shorter one counts from `retention_counts_at`; until then answers are kept for `retention_before`.
    `reminder_limit` is how often one invitation is reminded of by e-mail. `mail_names_clinic`: invitations by e-mail
    may say the clinic's name; otherwise whoever else reads the mailbox learns nothing from them.
    """

    class Part2Mode(models.TextChoices):
        OFF = "off", "Not a 42 CFR Part 2 programme"
        NOTICE = "notice", "Part 2 programme: disclosures of substance-use answers carry the notice"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=64, unique=True)
    country = models.CharField(max_length=2, help_text="ISO 3166 code, such as US.")
    timezone = models.CharField(max_length=64, help_text="IANA name, such as America/New_York.")
    languages = models.JSONField(default=list, help_text='Language codes, first the default: ["en", "es"].')
    profile = models.CharField(max_length=32, default="us")
    parameters = models.JSONField(default=dict, blank=True)
    questionnaire = models.ForeignKey(
        "screening.Questionnaire",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="What the public start page offers, and invitations by default.",
    )
    expectation = models.JSONField(default=dict, blank=True)
    crisis_contacts = models.JSONField(default=list)
    crisis_proposed = models.JSONField(
        null=True,
        blank=True,
        help_text="Changed crisis contacts. Patients see those of before until somebody confirms these.",
    )
    crisis_confirmed_at = models.DateTimeField(null=True, blank=True)
    crisis_confirmed_by = models.ForeignKey(
        "intake.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    phone = models.CharField(
        max_length=32,
        blank=True,
        validators=[RegexValidator(PHONE, "Write a phone number, such as (202) 555-0142 or +44 20 7946 0123.")],
        help_text="Where patients call the clinic. Shown on their pages.",
    )
    email = models.EmailField(blank=True, help_text="Where patients write to the clinic. Shown on their pages.")
    alert_email = models.EmailField()
    draft_alert_minutes = models.PositiveSmallIntegerField(default=60, validators=[MinValueValidator(1)])
    retention_days = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    retention_before = models.PositiveIntegerField(null=True, blank=True)
    retention_counts_at = models.DateTimeField(null=True, blank=True)
    dispositions = models.JSONField(default=default_dispositions)
    reminder_limit = models.PositiveSmallIntegerField(default=2, validators=[MaxValueValidator(MOST_REMINDERS)])
    mail_names_clinic = models.BooleanField(default=False)
    shows_changed_answers = models.BooleanField(
        default=True, help_text="Clinicians see answers that were changed before sending. Patients are told."
    )
    part2_mode = models.CharField(max_length=8, choices=Part2Mode.choices, default=Part2Mode.OFF)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            pair("clinic", "crisis_confirmed", message="Say both who confirmed the crisis contacts and when."),
            models.CheckConstraint(
                condition=Q(draft_alert_minutes__gte=1),
                name="clinic_draft_alert_minutes_positive",
                violation_error_message="A draft must lie for at least one minute before staff are called.",
            ),
            models.CheckConstraint(
                condition=Q(reminder_limit__lte=MOST_REMINDERS),
                name="clinic_reminder_limit",
                violation_error_message=f"Remind at most {MOST_REMINDERS} times.",
            ),
        ]

    def __str__(self) -> str:
        return self.slug
