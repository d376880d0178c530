"""Sessions are stored under digests of their keys: whoever reads the database opens none of them."""

from __future__ import annotations

import datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from intake.models import StaffSession, User
from intake.session_store import SessionStore, digest_of
from tests.browsers import signed_in

from .sample import NOW

pytestmark = pytest.mark.django_db


def opened_again(key: str) -> SessionStore:
    return SessionStore(key)


def begun(**data: Any) -> SessionStore:
    store = SessionStore()
    store.update(data)
    store.save()
    return store


def all_that_is_stored() -> list[str]:
    """Every value of both tables, with what the sessions hold in words."""
    rows = [*Session.objects.values_list(), *StaffSession.objects.values_list()]
    held = [session.get_decoded() for session in Session.objects.all()]
    return [str(value) for row in rows for value in row] + [str(value) for one in held for value in one.values()]


@pytest.mark.check("C31", required="0 keys of sessions in the database, and nothing there opens one")
class TestWhoReadsTheDatabase:
    def test_finds_no_key(self, clinician: User) -> None:
        desk = signed_in(clinician)
        desk.get("/staff/")

        assert desk.session.session_key
        assert not [value for value in all_that_is_stored() if desk.session.session_key in value]

    def test_opens_nothing_with_what_is_there(self, clinician: User) -> None:
        desk = signed_in(clinician)
        assert desk.get("/staff/").status_code == 200

        for value in {value for value in all_that_is_stored() if value.isalnum()}:
            thief = Client()
            thief.cookies["intake"] = value
            assert thief.get("/staff/").status_code == 302

    def test_finds_none_after_a_new_key_either(self, clinician: User) -> None:
        desk = signed_in(clinician)
        session = desk.session
        old = session.session_key
        session.cycle_key()
        session.save()
        desk.cookies["intake"] = session.session_key

        assert desk.get("/staff/").status_code == 200
        assert not [value for value in all_that_is_stored() if old in value or session.session_key in value]


class TestStore:
    def test_what_was_saved_is_there_again_for_who_has_the_key(self) -> None:
        store = begun(a=1)

        assert opened_again(store.session_key)["a"] == 1
        assert Session.objects.get().session_key == digest_of(store.session_key)
        assert store.exists(store.session_key)
        assert not store.exists(digest_of(store.session_key))

    def test_a_key_that_is_not_there_is_not_taken_over(self) -> None:
        store = opened_again("a" * 32)

        assert store.get("a") is None
        assert store.session_key is None

    def test_one_that_is_over_is_not_opened(self) -> None:
        store = begun(a=1)
        Session.objects.update(expire_date=timezone.now() - datetime.timedelta(seconds=1))

        assert opened_again(store.session_key).get("a") is None

    def test_a_new_key_takes_all_over_and_the_old_one_goes(self) -> None:
        store = begun(a=1)
        old = store.session_key
        store.cycle_key()
        store.save()

        assert not store.exists(old)
        assert opened_again(store.session_key)["a"] == 1

    def test_it_is_deleted_by_its_own_key_or_one_that_is_named(self) -> None:
        first, second = begun(a=1), begun(a=2)
        first.delete()
        first.delete()
        first.delete(second.session_key)
        SessionStore().delete()

        assert not Session.objects.exists()

    def test_flushed_it_leaves_nothing(self) -> None:
        begun(a=1).flush()

        assert not Session.objects.exists()

    def test_one_that_was_ended_meanwhile_does_not_come_back(self) -> None:
        store = begun(a=1)
        Session.objects.all().delete()
        store["a"] = 2

        with pytest.raises(UpdateError):
            store.save()
        assert not Session.objects.exists()

    def test_those_that_are_over_are_cleared(self) -> None:
        begun(a=1)
        Session.objects.update(expire_date=timezone.now() - datetime.timedelta(seconds=1))
        kept = begun(a=2)
        SessionStore.clear_expired()

        assert Session.objects.get().session_key == digest_of(kept.session_key)


def test_sessions_of_before_the_upgrade_end(clinician: User) -> None:
    """Their keys would go on lying in the database."""
    Session.objects.create(session_key="k" * 32, session_data="", expire_date=timezone.now())
    StaffSession.objects.create(user=clinician, session_key="k" * 32, began_at=NOW)

    import_module("intake.migrations.0024_session_digests").end_all(apps, None)

    assert not Session.objects.exists()
    assert not StaffSession.objects.exists()
