"""Webhooks: signed, without redirects, to nothing private, and never longer than stated. Against a real socket."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from intake import alerts
from intake.alerts import web
from intake.alerts.channels import CHANNELS, webhook
from intake.models import Alert, AlertAttempt
from tests.intake.sample import NOW, Clock

from .conftest import AddContact

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


class Receiver:
    """Another system on this machine: keeps what it got and answers as it is told."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self._answer, self.got = answer, b""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/hook?team=1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            connection, _ = self._server.accept()
        except OSError:  # closed before anybody called
            return
        with connection:
            self.got = connection.recv(65536)
            try:
                self._answer(connection)
            except OSError:  # the caller had enough
                return

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def receive() -> Iterator[Callable[[Any], Receiver]]:
    made: list[Receiver] = []

    def listening(answer: Callable[[socket.socket], None] | bytes) -> Receiver:
        reply = answer if callable(answer) else lambda connection: connection.sendall(answer)
        made.append(Receiver(reply))
        return made[-1]

    yield listening
    for receiver in made:
        receiver.close()


Receive = Callable[[Any], Receiver]


class TestAddress:
    @pytest.mark.parametrize("url", ["https://pager.example/hook", "https://pager.example:8443/a/b?c=d"])
    def test_an_https_address_is_accepted(self, url: str) -> None:
        assert web.problem_with(url) == ""

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "pager.example",
            "http://pager.example/hook",
            "ftp://pager.example",
            "https://",
            "https://pager.example:99999/",
            "https://pager.example/a b",
            "https://pager.example/\r\nX: y",
            "https://päger.example/",
            "https://me:secret@pager.example/",
            "https://pager.example/#part",
            "https://10.1.2.3/",
            "https://192.168.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]:8000/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fd00::1]/",
        ],
    )
    def test_another_is_refused(self, url: str, settings: Any) -> None:
        settings.IS_EMBEDDED = False

        assert web.problem_with(url)

    def test_this_machine_is_for_trials_only(self, settings: Any) -> None:
        assert web.problem_with("http://127.0.0.1:9000/hook") == ""

        settings.IS_EMBEDDED = False
        assert web.problem_with("http://127.0.0.1:9000/hook")
        with pytest.raises(web.NotReachable):
            web.request("https://127.0.0.1:9000/hook", method="POST")

    def test_a_name_that_leads_to_a_private_address_is_not_called(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def found(*_: object, **__: object) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]

        monkeypatch.setattr(socket, "getaddrinfo", found)
        monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("called it"))

        with pytest.raises(web.NotReachable):
            web.request("https://pager.example/hook", method="POST")


class TestRequest:
    def test_it_gives_the_status(self, receive: Receive) -> None:
        receiver = receive(OK)

        assert web.request(receiver.url, method="GET") == 204
        assert receiver.got.startswith(b"GET /hook?team=1 HTTP/1.1\r\nHost: 127.0.0.1:")

    @pytest.mark.parametrize("answer", [b"", b"nonsense\r\n", b"HTTP/1.1 twohundred\r\n", b"x" * 5000])
    def test_what_is_not_http_is_a_failure(self, receive: Receive, answer: bytes) -> None:
        with pytest.raises((web.NotReachable, ConnectionResetError)):
            web.request(receive(answer).url, method="GET")

    def test_an_answer_is_enough_and_nobody_waits_for_the_line_to_be_closed(self, receive: Receive) -> None:
        is_over = threading.Event()

        def answer(connection: socket.socket) -> None:
            connection.sendall(OK)
            is_over.wait(300)

        assert web.request(receive(answer).url, method="GET") == 204
        is_over.set()

    def test_what_the_operator_names_may_be_private(self, receive: Receive, settings: Any) -> None:
        settings.IS_EMBEDDED = False

        assert web.request(receive(OK).url, method="GET", may_be_private=True) == 204

    def test_the_next_address_of_a_name_is_tried(self, receive: Receive, monkeypatch: pytest.MonkeyPatch) -> None:
        server = receive(OK)
        port = int(server.url.split(":")[2].split("/")[0])
        connect = socket.create_connection

        def refuse_the_first(address: tuple[str, int], timeout: float) -> socket.socket:
            if address[0] == "::1":
                raise ConnectionRefusedError
            return connect(address, timeout=timeout)

        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("::1", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        monkeypatch.setattr(socket, "create_connection", refuse_the_first)

        assert web.request(server.url.replace("127.0.0.1", "localhost"), method="POST") == 204

    def test_one_that_hangs_is_left_in_time(self, receive: Receive, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web, "TIMEOUT", 0.3)
        is_over = threading.Event()

        with pytest.raises(TimeoutError):
            web.request(receive(lambda _: is_over.wait(300)).url, method="GET")
        is_over.set()

    def test_one_that_drips_gains_no_time(self, receive: Receive, monkeypatch: pytest.MonkeyPatch) -> None:
        def drip(connection: socket.socket) -> None:
            for byte in OK[:10]:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)

        monkeypatch.setattr(web, "TIMEOUT", 0.3)
        with pytest.raises(TimeoutError):
            web.request(receive(drip).url, method="GET")


@pytest.mark.django_db
class TestDelivery:
    def test_it_is_signed_and_says_nothing_about_anybody(
        self, alert: Alert, add_contact: AddContact, receive: Receive, clock: Clock
    ) -> None:
        receiver = receive(OK)
        add_contact("Pager", channel="webhook", address=receiver.url)

        assert alerts.deliver_due(clock=clock) == alerts.Delivered(sent=1)

        head, body = receiver.got.split(b"\r\n\r\n", 1)
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines()[1:])
        at = headers[webhook.TIMESTAMP]
        expected = hmac.new(b"a shared secret", f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        assert headers[webhook.SIGNATURE] == f"sha256={expected}"
        said = json.loads(body)
        assert (said["event"], said["reference"]) == ("review_needed", str(alert.response))
        assert set(said) == {"id", "event", "reference", "link", "text"}
        for word in ("rosa", "harm", "suicid", "urgent", "ketamine", "north"):
            assert word not in receiver.got.decode().lower()

    @pytest.mark.parametrize(
        ("answer", "failure"),
        [
            (b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\n\r\n", "NotAccepted"),
            (b"HTTP/1.1 500 Oops\r\n\r\n", "NotAccepted"),
            (b"", "NotReachable"),
        ],
    )
    def test_anything_but_success_is_tried_again(
        self, alert: Alert, add_contact: AddContact, receive: Receive, clock: Clock, answer: bytes, failure: str
    ) -> None:
        add_contact("Pager", channel="webhook", address=receive(answer).url)

        assert alerts.deliver_due(clock=clock) == alerts.Delivered(failed=1)

        assert AlertAttempt.objects.get().failure == failure
        alert.refresh_from_db()
        assert (alert.sent_at, alert.failed_at) == (None, NOW)


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_every_channel_offers_what_the_table_promises(name: str) -> None:
    channel = CHANNELS[name]

    assert channel.TITLE
    assert channel.HINT
    assert isinstance(channel.SIGNS, bool)
    assert channel.problem_with("nonsense")
