"""Alerts by e-mail, through the installation's mail server (`EMAIL_URL`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
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
DJANGO = "django.core.mail.backends."


def problem_with(address: str) -> str:
    """What is wrong with an address; empty when nothing is."""
    try:
        validate_email(address)
    except ValidationError:
        return "Enter an e-mail address, such as on-call@clinic.example."
    return ""


class NoMailServer(Exception):  # noqa: N818 (named for the event)
    """Mail would stay in a file or on the screen of a server, and nobody would read it."""


def has_mail_server() -> bool:
    """Whether mail goes to a mail server. A trial on one's own machine may keep it in files."""
    backend: str = settings.EMAIL_BACKEND
    return settings.IS_EMBEDDED or not backend.startswith(DJANGO) or backend == f"{DJANGO}smtp.EmailBackend"


def send(message: Message, to: Destination) -> None:
    """Hand the message to the mail server. Raises `NoMailServer`, and what the mail library raises."""
    if not has_mail_server():
        raise NoMailServer
    EmailMessage(
        subject=message.subject, body=message.body, to=[to.address], headers={"Message-ID": message.message_id}
    ).send()
