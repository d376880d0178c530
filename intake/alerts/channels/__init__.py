"""The ways to reach a contact, as a table: one module for each, and one line here.

A module has `TITLE`, `HINT`, `problem_with(address)` (a sentence, or an empty string) and `send(message, to)`, which
returns once the other side has taken the message and raises whatever happened otherwise. docs/extending.md tells how
to add one.
"""

from __future__ import annotations

import dataclasses
from typing import Protocol

from intake.alerts.messages import Message

from . import email, webhook


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class Destination:
    """Where a message goes, opened. It has no `repr`, so that a log cannot print it."""

    address: str
    secret: str = ""


class Channel(Protocol):
    """What each module of this package offers."""

    TITLE: str
    HINT: str
    SIGNS: bool

    def problem_with(self, address: str) -> str: ...
    def send(self, message: Message, to: Destination) -> None: ...


CHANNELS: dict[str, Channel] = {"email": email, "webhook": webhook}
