"""C69: a rotation that is killed in the middle leaves everything readable, and the next one ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from intake import actions, records, vault
from intake.models import QuestionnaireResponse
from tests.trust.amounts import amount

from .sample import NOW, Tab
from .test_erasing_files import address_of_database
from .test_rotating import Ring, ring

__all__ = ["ring"]

RESPONSES = 6
KILLED = """
import os, signal, sys
import django
django.setup()
from django.utils import timezone
from intake import actions
from intake.actions import rotating
rotating.BATCH = 1
left = [int(sys.argv[1])]
save = rotating.vault.wrap_anew
def counted(row):
    save(row)
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
rotating.vault.wrap_anew = counted
actions.rotate_keys(now=timezone.now())
"""


@pytest.mark.check("C69", required="killed half-way, run twice, old key removed: all readable")
@pytest.mark.usefixtures("transactional_db")
def test_a_killed_rotation_leaves_everything_readable(ring: Ring, clinic, version, figure) -> None:
    for number in range(RESPONSES):
        tab = Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW).response)
        tab.save(given_name=f"Name {number}")
    ciphertexts = documents()
    ring.add("new")
    kills = amount(quick=1, long=20)
    for number in range(kills):
        assert killed(after=number % RESPONSES + 2, ring=ring) == -signal.SIGKILL or is_moved()
        assert names() == {f"Name {number}" for number in range(RESPONSES)}

    actions.rotate_keys(now=NOW)
    assert is_moved()
    ring.remove("old")
    assert names() == {f"Name {number}" for number in range(RESPONSES)}
    assert documents() == ciphertexts  # keys were wrapped anew; nothing was encrypted twice
    assert actions.rotate_keys(now=NOW).records == 0
    figure(f"{kills} kills, {RESPONSES} of {RESPONSES} readable after each")


def killed(*, after: int, ring: Ring) -> int:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "intake.settings",
        "DATABASE_URL": address_of_database(connection.settings_dict),
        "DATA_DIR": str(Path(settings.ERASURE_LIST).parent),
        "KEYRING": json.dumps(ring.content),
    }
    return subprocess.run([sys.executable, "-c", KILLED, str(after)], env=environment, capture_output=True).returncode


def is_moved() -> bool:
    return set(QuestionnaireResponse.objects.values_list("key_id", flat=True)) == {"new"}


def names() -> set[object]:
    return {records.read_answers_of(one)["given_name"].value for one in QuestionnaireResponse.objects.all()}


def documents() -> dict[object, bytes]:
    return {one.pk: bytes(one.document_ct) for one in QuestionnaireResponse.objects.all()}


@pytest.mark.check("C69", required="without the key: refused, nothing changed")
@pytest.mark.django_db
def test_without_its_key_a_record_is_refused_and_left(ring: Ring, draft: QuestionnaireResponse) -> None:
    ring.add("new")
    ring.remove("old")
    before = documents()

    with pytest.raises(vault.VaultError, match="not in the key ring"):
        records.read_document(QuestionnaireResponse.objects.get())
    with pytest.raises(vault.VaultError):
        Tab(QuestionnaireResponse.objects.get()).save(given_name="Ada")
    assert documents() == before
