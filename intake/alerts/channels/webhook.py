"""Alerts to another system, such as a pager or a chat: a signed POST over https.

The body is JSON. `X-Screening-Timestamp` is in seconds since 1970, and `X-Screening-Signature` is `sha256=` and the
HMAC-SHA256, in hexadecimal, of the timestamp, a full stop and the body, under the contact's secret. A receiver refuses
what is old or wrongly signed, and remembers `id`: a message may come twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING

from intake.alerts import web

if TYPE_CHECKING:
    from intake.alerts.messages import Message

    from . import Destination

TITLE = "Webhook"
HINT = "An https:// address of a pager or chat system. It gets a signed message without any personal word."
SIGNS = True
TIMESTAMP = "X-Screening-Timestamp"
SIGNATURE = "X-Screening-Signature"


class NotAccepted(Exception):  # noqa: N818 (named for the event)
    """The other system answered with something else than a 2xx status. Redirects are not followed."""


def problem_with(address: str) -> str:
    """What is wrong with an address; empty when nothing is."""
    return web.problem_with(address)


def send(message: Message, to: Destination) -> None:
    """Post the message. Raises `NotAccepted`, `web.NotReachable`, and what sockets and TLS raise."""
    body = json.dumps(
        {
            "id": message.id,
            "event": "test" if message.is_test else "review_needed",
            "reference": message.reference,
            "link": message.link,
            "text": message.subject,
        }
    ).encode()
    at = str(int(time.time()))
    headers = {"Content-Type": "application/json", TIMESTAMP: at, SIGNATURE: signature(to.secret, at, body)}
    status = web.request(to.address, method="POST", body=body, headers=headers)
    if not 200 <= status < 300:
        raise NotAccepted(status)


def signature(secret: str, at: str, body: bytes) -> str:
    """What `X-Screening-Signature` says.

    >>> signature("key", "1767225600", b"{}")[:23]
    'sha256=df344de429b8ee67'
    """
    return "sha256=" + hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
