"""A clinic's rota, and an alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from intake import actions, vault
from intake.alerts import rota
from intake.models import Alert, AlertContact, AlertRota, Clinic, User
from tests.intake.sample import NOW, Tab

OFFICE_HOURS = [["09:00", "17:00"]] * 5 + [None, None]

AddContact = Callable[..., AlertContact]


@pytest.fixture
def add_contact(clinic: Clinic, admin: User) -> AddContact:
    """Puts somebody on the rota of the clinic, which gets office hours if it has none."""

    def add(name: str, *, step: int = 1, duty: str = "always", channel: str = "email", address: str = "") -> Any:
        AlertRota.objects.get_or_create(
            clinic=clinic, defaults={"hours": OFFICE_HOURS, "changed_at": NOW, "changed_by": admin}
        )
        address = address or f"{name.lower()}@north.example"
        return AlertContact.objects.create(
            clinic=clinic,
            name=name,
            channel=channel,
            address_sealed=vault.seal_text(address, purpose=rota.ADDRESS),
            secret_sealed=vault.seal_text("a shared secret", purpose=rota.SECRET) if channel == "webhook" else "",
            step=step,
            duty=duty,
            created_at=NOW,
        )

    return add


@pytest.fixture
def alert(tab: Tab) -> Alert:
    """One alert, due now."""
    tab.finish(given_name="Rosa", family_name="Díaz", harm_thoughts="yes", plan_now="no")
    actions.submit(response_id=tab.response.pk, now=NOW)
    return Alert.objects.get()
