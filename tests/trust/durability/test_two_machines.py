"""Two web servers and two workers on one PostgreSQL database, behind a proxy that asks them in turn.

What one of them has shown, counted or published, the other knows; and when one of each is killed under load, nothing
that was acknowledged is gone.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
import pytest
from allauth.mfa import app_settings
from allauth.mfa.totp.internal import auth as totp

from tests.trust.amounts import amount
from tests.trust.browser import Answer, Browser
from tests.trust.durability.history import History
from tests.trust.durability.inside import PASSWORD
from tests.trust.durability.processes import PATIENCE, Installation, kill_all, until
from tests.trust.durability.proxy import Proxy, in_front_of
from tests.trust.durability.writers import begin, busy, disclosing

IS_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
pytestmark = pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite is for one machine")

PEOPLE = amount(quick=3, long=12)
KILLS = amount(quick=1, long=30)
SAVES = amount(quick=20, long=5_000)
BROKEN = 502
"""What the proxy says of a request that a server took and never answered."""


@dataclass
class Machine:
    """One of the two: a web server and a worker, with a folder of their own."""

    place: Installation

    def start(self) -> None:
        self.worker, self.server = self.place.work(), self.place.serve()

    def kill(self) -> None:
        kill_all(self.server)
        kill_all(self.worker)


@pytest.fixture(scope="module")
def pair(installed: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, list[Machine]]]:
    """Both, running. They share the database, the key ring and the secret key, and nothing else."""
    machines = [Machine(Installation(tmp_path_factory.mktemp("machine"), installed.database)) for _ in range(2)]
    with in_front_of([machine.place.port for machine in machines]) as proxy:
        shared = {
            "SITE_ORIGIN": proxy.origin,
            "KEYRING_FILE": str(installed.directory / "keyring.json"),
            "SECRET_KEY_FILE": str(installed.directory / "secret_key"),
            "WEB_WORKERS": "1",
        }
        try:
            for machine in machines:
                machine.place.more = {**shared, "BIND": f"127.0.0.1:{machine.place.port}"}
            with ThreadPoolExecutor() as both:
                list(both.map(Machine.start, machines))
            yield proxy, machines
        finally:
            for machine in machines:
                machine.place.stop()


@pytest.mark.check("C01", required="two machines, one killed under load: 0 acknowledged answers lost")
@pytest.mark.check("C18", required="two machines: disclosures = alerts, all delivered, nothing left on lease")
def test_one_of_two_machines_is_killed_under_load(
    pair: tuple[Proxy, list[Machine]], installed: Installation, figure
) -> None:
    proxy, machines = pair
    history, chance = History(), random.Random(7)
    may_be = (BROKEN,)
    people = [begin(proxy.origin, history, number, windows=2, may_be=may_be) for number in range(PEOPLE)]

    with busy(people, seed=7), disclosing(proxy, may_be=may_be) as disclosed:
        for number in range(KILLS):
            killed = machines[number % 2]
            time.sleep(chance.uniform(0.05, 0.6))
            killed.kill()
            alone = len(history.acknowledged)
            until(lambda alone=alone: len(history.acknowledged) > alone + PEOPLE, "an answer of the other machine")
            killed.start()
        until(lambda: len(history.acknowledged) >= SAVES and disclosed, "enough", amount(quick=PATIENCE, long=1_200))

    stored, began = installed.ask("answers"), time.monotonic()
    for reference, question in {write.register for write in history.writes}:
        history.read((reference, question), stored[reference].get(question, ""), began)
    assert history.anomalies() == []
    assert len(proxy.broken) <= KILLS * (PEOPLE + 1)  # at most what each was waiting for when its server was killed
    assert set(proxy.broken) <= {"POST"}
    found = until(lambda: _settled(installed), "the last delivery")
    assert set(disclosed) <= set(found["disclosed"])
    assert found["disclosed"] == found["alerted"] == found["delivered"]
    assert found["chain"]
    done = f"{KILLS} kills, {len(history.acknowledged)} acknowledged, {len(disclosed)} disclosed, 0 lost"
    figure(f"{done}, {len(proxy.broken)} requests broken")


def _settled(installed: Installation) -> dict | None:
    """The counts when nothing is left to deliver. The lease of a worker that was killed has to run out: the long form
    waits for it, the quick one does a round of deliveries as a worker does it some minutes later."""
    found = installed.ask("counts_later", str(amount(quick=5, long=0)))
    return found if (found["waiting"], found["leased"]) == (0, 0) else None


TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


@pytest.mark.check("C71", required="connections that the server ended are replaced: 0 errors")
def test_connections_that_were_ended_are_replaced(pair: tuple[Proxy, list[Machine]], installed: Installation) -> None:
    browser = Browser(pair[0].origin)
    each_in_turn(browser, "/start/harbor/")
    name = urlsplit(installed.database).path.strip("/")
    with psycopg.connect(installed.database, autocommit=True) as connection:
        ended = connection.execute(TERMINATE, [name]).fetchall()

    assert len(ended) >= 2  # each machine had kept one, though nobody was asking
    assert [answer.status for answer in each_in_turn(browser, "/start/harbor/")] == [200, 200]


@pytest.fixture(scope="module")
def pier(installed: Installation) -> str:
    """A second clinic, whose questionnaire gets a second version; the address of its administrator."""
    return installed.ask("open_pier")


def fill_in(browser: Browser, path: str, **given: str) -> None:
    """Open a page with a form on one machine and post it to the other."""
    form = browser.get(path).form(action=path)
    assert browser.post(path, {**form.fields, **{name: [value] for name, value in given.items()}}).status == 302


def each_in_turn(browser: Browser, path: str) -> list[Answer]:
    """What both machines say, one after the other."""
    return [browser.get(path), browser.get(path)]


@pytest.mark.check("C61", required="two machines: signed in, shown anew and signed out on one counts on the other")
def test_a_sign_in_counts_on_both(pair: tuple[Proxy, list[Machine]], pier: str) -> None:
    browser = Browser(pair[0].origin, address="203.0.113.1")
    fill_in(browser, "/accounts/login/", login=pier, password=PASSWORD)
    fill_in(browser, "/accounts/reauthenticate/", password=PASSWORD)
    page = browser.get("/accounts/2fa/totp/activate/")  # each time it is opened it has another secret
    secret = page.text.split('id="authenticator_secret">')[1].split("<")[0]
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // app_settings.TOTP_PERIOD))
    form = page.form(action="/accounts/2fa/totp/activate/")
    assert browser.post(form.action, {**form.fields, "code": [code]}).status == 302

    for path in ("/staff/team/", "/staff/team/pier/add/"):  # the second only for those who showed lately who they are
        assert [(answer.status, answer.location) for answer in each_in_turn(browser, path)] == [(200, "")] * 2
    fill_in(browser, "/accounts/logout/")
    assert [answer.status for answer in each_in_turn(browser, "/staff/team/")] == [302, 302]


@pytest.mark.check("C63", required="two machines: wrong passwords are counted together")
def test_wrong_passwords_are_counted_together(pair: tuple[Proxy, list[Machine]], pier: str) -> None:
    browser = Browser(pair[0].origin, address="203.0.113.2")
    form = browser.get("/accounts/login/").form(action="/accounts/login/")
    said = [
        browser.post(form.action, {**form.fields, "login": [pier], "password": [f"wrong-{number}"]})
        for number in range(7)
    ]

    assert ["Too many failed" in answer.text for answer in said] == [False] * 5 + [True] * 2


@pytest.mark.check("C13", required="two machines: both show a new version at once, and each draft its own")
def test_a_version_published_on_one_is_asked_by_both(
    pair: tuple[Proxy, list[Machine]], pier: str, installed: Installation
) -> None:
    origin = pair[0].origin
    before = begin(origin, History(), 20, clinic="pier")[0].browser
    assert all("Note note_1" in answer.text for answer in each_in_turn(before, "/q/notes/"))

    installed.ask("publish_next")

    after = begin(origin, History(), 21, clinic="pier")[0].browser
    assert all("Worded anew" in answer.text for answer in each_in_turn(after, "/q/notes/"))
    assert all("Note note_1" in answer.text for answer in each_in_turn(before, "/q/notes/"))
