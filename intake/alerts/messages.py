"""What a message says: that something needs review, an opaque reference and a link. Never whom or what about."""

from __future__ import annotations

import dataclasses
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from intake.models import AlertDelivery
from intake.references import grouped

SUBJECT = "A response needs review"
TEST_SUBJECT = "Test of alerts: nothing to do"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Message:
    """One message, whatever carries it. `id` stays the same when it is sent again."""

    id: str
    subject: str
    body: str
    link: str
    reference: str = ""
    is_test: bool = False

    @property
    def message_id(self) -> str:
        """How mail servers name it; `actions.record_bounce` reads it back."""
        return f"<alert-{self.id}@{urlsplit(settings.SITE_ORIGIN).hostname}>"


def message_of(delivery: AlertDelivery) -> Message:
    """The message of a delivery: of an alert, or a test that says so."""
    if delivery.alert is None:
        return _test(delivery)
    reference = grouped(delivery.alert.response.reference)
    link = settings.SITE_ORIGIN + reverse("clinician:summary", args=[reference])
    return Message(
        id=str(delivery.pk),
        subject=SUBJECT,
        body=f"A response needs review now.\n\nReference: {reference}\n{link}\n",
        link=link,
        reference=reference,
    )


def _test(delivery: AlertDelivery) -> Message:
    link = settings.SITE_ORIGIN + reverse("clinician:worklist")
    body = f"This is a test. It shows that alerts reach you. There is nothing to do.\n\n{link}\n"
    return Message(id=str(delivery.pk), subject=TEST_SUBJECT, body=body, link=link, is_test=True)
