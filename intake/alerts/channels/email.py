"""Alerts by e-mail, through the installation's mail server (`EMAIL_URL`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

if TYPE_CHECKING:
    from intake.alerts.messages import Message

    from . import Destination

TITLE = "E-mail"
HINT = "An address that somebody reads at these hours."
SIGNS = False
"""Whether a message carries a signature made with the contact's secret."""


def problem_with(address: str) -> str:
    """What is wrong with an address; empty when nothing is."""
    try:
        validate_email(address)
    except ValidationError:
        return "Enter an e-mail address, such as on-call@clinic.example."
    return ""


def send(message: Message, to: Destination) -> None:
    """Hand the message to the mail server. Raises what the mail library raises."""
    EmailMessage(
        subject=message.subject, body=message.body, to=[to.address], headers={"Message-ID": message.message_id}
    ).send()
