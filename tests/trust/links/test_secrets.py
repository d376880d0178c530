"""Links and codes: they cannot be guessed, are stored nowhere as they are, and leave the address once used."""

from __future__ import annotations

import base64
import re
import secrets
import string
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import access, actions, codes, limits
from intake.backups import archive, sealing
from intake.models import Clinic, Invitation, QuestionnaireResponse, User
from tests.intake.sample import Tab
from tests.intake.test_canary import everything
from tests.trust.amounts import amount
from tests.trust.conftest import OWN
from tests.trust.installation import ask

SCANNERS = (
    "Mozilla/5.0 (Windows NT 10.0) SafeLinks/1.0",
    "Barracuda Sentinel",
    "Proofpoint URL Defense",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "WhatsApp/2.23",
    "facebookexternalhit/1.1",
    "Mozilla/5.0 (compatible; Googlebot/2.1)",
    "curl/8",
    "",
)


@pytest.fixture
def invited(clinic: Clinic, front_desk: User) -> actions.Invited:
    return actions.invite(clinic=clinic, by=front_desk, now=timezone.now(), language="en")


def written_as(secret: str) -> Iterator[str]:
    """How a secret might be found where it must not be."""
    raw = secret.encode()
    yield from (secret, quote(secret), raw.hex(), base64.b64encode(raw).decode().rstrip("="), secret[::-1])
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
    if len(secret) == 43:
        yield base64.urlsafe_b64decode(secret + "=").hex()


@pytest.mark.check("C31", required="at least 128 bits of chance, no part used twice")
def test_tokens_are_random_and_share_nothing(invited: actions.Invited, monkeypatch, figure) -> None:
    """The product makes a token by `secrets.token_urlsafe(32)`, and by nothing else."""
    asked = []
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size: asked.append(size) or f"{len(asked):043d}")
    actions.reissue_invitation(
        invitation_id=invited.invitation.pk, by=invited.invitation.invited_by, now=timezone.now()
    )
    monkeypatch.undo()

    found = [secrets.token_urlsafe(asked[0]) for _ in range(amount(2_000, 10_000))]

    assert asked == [32]
    assert len({token[:12] for token in found}) == len(found)
    assert len({token[-12:] for token in found}) == len(found)
    assert {len(token) for token in found} == {43}
    assert set("".join(found)) == set(string.ascii_letters + string.digits + "-_")
    assert re.fullmatch(r"[\w-]{43}", invited.token)
    figure(f"{len(found)} tokens of 256 bits, no beginning or end twice")


@pytest.mark.check("C31", required="0 in database, sessions, mails once sent, logs and a backup, opened as well")
@pytest.mark.usefixtures("transactional_db")
def test_a_token_and_a_code_are_stored_nowhere(
    clinic: Clinic, version, front_desk: User, caplog, tmp_path: Path, figure
) -> None:
    caplog.set_level("DEBUG")
    now = timezone.now()
    invited = actions.invite(clinic=clinic, by=front_desk, now=now, language="en")
    browser = Client()
    browser.post(f"/i/{invited.token}/")
    begun = browser.post("/welcome/", {"answering": "self", "asks_who": "1"}).content.decode()
    code = re.search(r"\d{4} \d{4} \d{4}", begun)[0]
    browser.get(f"/i/{invited.token}x/")
    Client().post("/resume/", {"reference": str(QuestionnaireResponse.objects.get()), "code": code})

    kept = everything().decode(errors="replace") + caplog.text + "".join(map(str, mail.outbox))
    kept += "".join(str(session.get_decoded()) for session in Session.objects.all())
    archive.make(tmp_path / "backup", now=now)
    opened = b"".join(sealing.unseal(tmp_path / "backup"))  # on PostgreSQL a packed dump of the tables searched above
    kept += ((tmp_path / "backup").read_bytes() + opened).decode(errors="replace")

    assert access.token_hash(invited.token) in kept  # the search does find what is there
    for secret in (invited.token, code, code.replace(" ", "")):
        assert [found for found in written_as(secret) if found in kept] == []
    figure("0 of a token and a code, in six spellings")


@pytest.mark.check("C31", required="codes are compared in constant time, under a slow hash")
def test_a_code_is_compared_as_a_password_is(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    code = codes.new_code()

    assert codes.hash_code(code).startswith("argon2$argon2id$")
    assert codes.hash_code(code) != codes.hash_code(code)
    assert codes.is_code(code, codes.hash_code(code))


@pytest.mark.check("C32", required="0 later addresses, pages, referrers or sessions hold it")
@pytest.mark.django_db
def test_the_token_is_gone_after_the_button(invited: actions.Invited) -> None:
    browser = Client()
    page = browser.get(f"/i/{invited.token}/")
    assert page["Referrer-Policy"] == "strict-origin"

    answer = browser.post(f"/i/{invited.token}/", follow=True)
    later = [answer, browser.get("/welcome/"), browser.get("/resume/")]

    for each in later:
        assert invited.token not in each.content.decode() + str(dict(each.items())) + each.request["PATH_INFO"]
    assert invited.token not in str(dict(browser.session.items())) + str(browser.cookies)


@pytest.mark.check("C30", required="0 writes, 0 sessions; a person's press works afterwards")
@pytest.mark.django_db
def test_scanners_change_nothing(invited: actions.Invited, figure) -> None:
    before = Invitation.objects.filter(pk=invited.invitation.pk).values().get()
    asked = 0
    for agent in SCANNERS:
        for method in ("head", "get", "options", "get"):
            scanner = Client(headers={"user-agent": agent})
            page, written = ask(scanner, method.upper(), f"/i/{invited.token}/")
            links = re.findall(r'href="(/[^"]*)"', page.content.decode())
            written |= {table for link in links for table in ask(scanner, "GET", link)[1]}
            asked += 1 + len(links)
            assert written == set()
            assert "intake" not in scanner.cookies or not scanner.cookies["intake"].value

    assert Invitation.objects.filter(pk=invited.invitation.pk).values().get() == before
    assert not Session.objects.exists()
    assert Client().post(f"/i/{invited.token}/")["Location"] == "/welcome/"
    figure(f"{asked} requests of scanners, 0 writes")


@pytest.mark.check("C33", required="one page for every dead link, by the same steps")
@pytest.mark.django_db
def test_dead_links_take_the_same_steps(clinic, other_clinic, version, front_desk: User, settings, figure) -> None:
    """The same status, body and statements of the database: what is not done takes no time that could be measured."""
    now = timezone.now()

    def fresh() -> actions.Invited:
        return actions.invite(clinic=clinic, by=front_desk, now=now, language="en")

    expired, revoked, sent, old = fresh(), fresh(), fresh(), fresh()
    Invitation.objects.filter(pk=expired.invitation.pk).update(
        created_at=now - codes.DAY * 30, expires_at=now - codes.DAY
    )
    actions.revoke_invitation(invitation_id=revoked.invitation.pk, by=front_desk, now=now)
    actions.reissue_invitation(invitation_id=old.invitation.pk, by=front_desk, now=now)
    started = actions.start(clinic=clinic, version=version, language="en", now=now, invitation=sent.invitation)
    Tab(started.response).finish(now=now, family_name="Example")
    actions.submit(response_id=started.response.pk, now=now)

    answers = []
    for token in ("A" * 43, expired.token, revoked.token, sent.token, old.token, "short", "é" * 43):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = Client().post(f"/i/{token}/", REMOTE_ADDR=f"192.0.2.{len(answers)}")
        body = re.sub(r'value="[^"]{40,}"|/i/[^"]*', "", page.content.decode())
        looked = [query["sql"] for query in queries if "intake_" in query["sql"] or "FROM" in query["sql"]]
        answers.append((page.status_code, body, len(looked)))

    assert {status for status, _, _ in answers} == {404}
    assert len({body for _, body, _ in answers}) == 1
    assert max(n for _, _, n in answers) - min(n for _, _, n in answers) <= 1  # joined rows are one look-up
    figure(f"{len(answers)} kinds of dead link, one page")


@pytest.mark.check("C34", required="0 answers without the code, in any response")
@pytest.mark.django_db
def test_a_link_in_other_hands_reads_nothing(clinic, version, front_desk: User) -> None:
    now = timezone.now()
    invited = actions.invite(clinic=clinic, by=front_desk, now=now, language="en")
    started = actions.start(clinic=clinic, version=version, language="en", now=now, invitation=invited.invitation)
    Tab(started.response).save(given_name=OWN, family_name="Example", section="about", now=now)
    thief = Client()
    pages = [thief.post(f"/i/{invited.token}/", follow=True)]
    names = ["about", "safety", "body", "check", "copy", "help", "stop", "sent", "correct", "delete", "notice"]
    pages += [thief.get(f"/q/{name}/", follow=True) for name in names]
    pages += [thief.post("/welcome/", {"answering": "self"}, follow=True)]
    reference = str(started.response)
    pages += [thief.post("/resume/", {"reference": reference, "code": "0000 0000 0000"})]

    assert all(OWN not in page.content.decode() for page in pages)
    assert all("given_name" not in page.content.decode() for page in pages)

    thief.post("/resume/", {"reference": reference, "code": started.resume_code})
    assert OWN in thief.get("/q/about/").content.decode()


@pytest.mark.check("C35", required="at most 30 guesses a day for a response, from however many addresses")
@pytest.mark.django_db
def test_guessing_from_many_addresses(clinic, version, monkeypatch, figure) -> None:
    """Each address may try; the response counts them all. Nothing is destroyed, and a new code opens it again."""
    now = timezone.now()
    started = actions.start(clinic=clinic, version=version, language="en", now=now)
    looked_at = []
    is_code = codes.is_code
    monkeypatch.setattr(codes, "is_code", lambda *given: looked_at.append(1) or is_code(*given))
    tries = amount(60, 3_000)
    for number in range(tries):
        data = {"reference": str(started.response), "code": f"{number:012d}"}
        page = Client().post("/resume/", data, REMOTE_ADDR=f"10.1.{number // 250}.{number % 250}")
        assert page.status_code in (422, 429)

    assert len(looked_at) <= codes.TRIES_OF_DAY
    assert codes.TRIES_OF_DAY / 10**codes.DIGITS <= 1e-6
    assert QuestionnaireResponse.objects.get(pk=started.response.pk).status == "draft"
    figure(f"{tries} guesses, {len(looked_at)} looked at")


@pytest.mark.check("C35", required="the limit fails closed")
@pytest.mark.django_db
def test_nobody_guesses_while_nothing_can_be_counted(clinic, version, monkeypatch) -> None:
    started = actions.start(clinic=clinic, version=version, language="en", now=timezone.now())
    monkeypatch.setattr(limits, "_count", lambda *_: 1 / 0)

    page = Client().post("/resume/", {"reference": str(started.response), "code": started.resume_code})

    assert page.status_code == 429
