"""`manage.py worker`."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import close_old_connections, connection, connections
from django.utils import timezone

from intake import actions, alerts, audit, invitation_mail, notices, password_mail, role_offers, security_mail
from intake.alerts import drills
from intake.alerts.deadman import Heartbeat
from intake.management.base import PlainCommand
from screening import scheduling

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 5
ANCHOR_EVERY = 720  # rounds: about an hour


class Command(PlainCommand):
    help = (
        "Deliver alerts, send invitations and replay drafts until told to stop.\n"
        "Exactly one should always run; several do no harm."
    )
    example = "python manage.py worker --once"

    heartbeat = Heartbeat()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def run(self, **options: Any) -> None:
        if options["once"]:
            self._round()
            self._send_mails()
            self._replay()
            return
        stop = _stop_signal()
        logger.info("The worker has started")
        # Beside the alerts, so that many invitations, or a mail server that hangs on one, never hold up an alert.
        mails = threading.Thread(target=self._keep_sending_mails, args=(stop,), name="mails")
        replays = threading.Thread(target=self._keep_replaying, args=(stop,), name="replays")
        mails.start()
        replays.start()
        number = 0
        while not stop.is_set():
            self._careful_round(number)
            number += 1
            stop.wait(PAUSE_SECONDS)
        mails.join()
        replays.join()
        logger.info("The worker has stopped")

    def _careful_round(self, number: int) -> None:
        """One round; what fails in it is tried again in the next."""
        close_old_connections()
        try:
            self._round()
            if number % ANCHOR_EVERY == 0:
                self._anchor()
        except Exception as error:
            logger.error("A round of the worker failed: %s", type(error).__name__)
            connection.close()

    def _round(self) -> None:
        self._beat()
        done = alerts.deliver_due(clock=timezone.now, after_each=self._beat)
        if done.sent or done.failed:
            logger.info("Alerts delivered: %s, failed: %s", done.sent, done.failed)
        drills.plan_daily_tests(clock=timezone.now)
        self.heartbeat.call(now=timezone.now())

    def _keep_sending_mails(self, stop: threading.Event) -> None:
        while not stop.is_set():
            for step in (*self._mail_steps(until=stop.is_set), self._purge):
                try:
                    step()
                except Exception as error:  # one that fails keeps none of the others from its turn
                    logger.error("A step of sending mails failed: %s", type(error).__name__)
            connection.close()
            stop.wait(PAUSE_SECONDS)

    def _send_mails(self) -> None:
        for step in self._mail_steps(until=lambda: False):
            step()

    def _mail_steps(self, until: Callable[[], bool]) -> tuple[Callable[[], object], ...]:
        return (
            partial(security_mail.send_due, clock=timezone.now),
            partial(password_mail.send_due, clock=timezone.now),
            partial(role_offers.send_due, clock=timezone.now),
            self._invite_check_ins,
            partial(self._send_invitations, until),
            partial(notices.send_due, clock=timezone.now),
            self._publish_planned,
        )

    def _invite_check_ins(self) -> None:
        made = actions.invite_due_check_ins(now=timezone.now())
        if made:
            logger.info("Check-ins made: %s", made)

    def _send_invitations(self, until: Callable[[], bool]) -> None:
        done = invitation_mail.deliver_due(clock=timezone.now, until=until)
        if done.sent or done.failed:
            logger.info("Invitations sent: %s, failed: %s", done.sent, done.failed)

    def _publish_planned(self) -> None:
        for planned in scheduling.publish_due(now=timezone.now()):
            done = "held back" if planned.is_held_back else "published"
            logger.info("Planned publication %s: %s", planned.pk, done)  # its outcome may name a person

    def _keep_replaying(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._replay(until=stop.is_set)
            except Exception as error:
                logger.error("A round of replaying failed: %s", type(error).__name__)
            connections.close_all()  # of this thread
            stop.wait(PAUSE_SECONDS)

    def _replay(self, until: Callable[[], bool] = lambda: False) -> None:
        done = actions.replay_due(clock=timezone.now, until=until)
        if done:
            logger.info("Replays of drafts finished: %s", done)

    def _purge(self) -> None:
        """Once a day, delete what was kept long enough."""
        done = actions.purge_daily(now=timezone.now())
        if done is not None:
            logger.info("Deleted by the calendar: %s", dict(done))

    def _beat(self) -> None:
        alerts.beat(now=timezone.now())

    def _anchor(self) -> None:
        """Keep the head of the audit chain in a file and in the log, so that a cut-off end is noticed."""
        anchor = audit.append_anchor(settings.DATA_DIR / "audit-anchors.jsonl", now=timezone.now())
        if anchor is not None:
            logger.info("Audit head: record %s, %s", anchor.seq, anchor.mac)


def _stop_signal() -> threading.Event:
    """Set when the process is asked to stop. A message being sent is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
