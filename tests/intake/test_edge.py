"""What is refused before any view sees it, and what every answer carries."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client, RequestFactory

from intake import edge, logs
from intake.middleware import EdgeMiddleware

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=X"


def part(name: str, value: bytes) -> bytes:
    return f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n--X--\r\n"


def status(body: bytes, content_type: str, **more: Any) -> int:
    request = RequestFactory().post("/q/about/", body, content_type=content_type, **more)
    return int(EdgeMiddleware(lambda _: pytest.fail("reached a view"))(request).status_code)


@pytest.mark.check("C66", required="malformed requests are refused with 4xx")
@pytest.mark.check("C12", required="refused with 4xx on both databases")
class TestRefused:
    @pytest.mark.parametrize(
        "body",
        [b"a=%00", b"a=x\0y", b"%00=1", b"a=%ff", b"a=\xff", b"a=%ED%A0%80", b"a=%C0%80"],
        ids=["nul", "raw nul", "nul in name", "bad utf-8", "raw bad utf-8", "surrogate", "overlong"],
    )
    def test_a_form_that_cannot_be_stored(self, body: bytes) -> None:
        assert status(body, FORM) == 400

    @pytest.mark.parametrize("value", [b"x\0y", b"\xff", b"\xed\xa0\x80"])
    def test_a_part_that_cannot_be_stored(self, value: bytes) -> None:
        assert status(part("a", value), MULTIPART) == 400

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b'{"a": NaN}',
            b'{"a": Infinity}',
            b'{"a": 1e999}',
            b'{"a": 1, "a": 2}',
            b'{"a": "\\u0000"}',
            b'{"a": "\\ud800"}',
            b'{"\\ud800": 1}',
            b'{"a": 9007199254740993}',
            b'{"a": ' + b"9" * 5000 + b"}",
            b"[" * 200_000,
            b"[" * 12 + b"]" * 12,
            b'"\xff"',
        ],
    )
    def test_json_that_cannot_be_stored(self, body: bytes) -> None:
        assert status(body, "application/json") == 400

    @pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=" + "Y" * 300])
    def test_parts_that_do_not_fit(self, content_type: str) -> None:
        assert status(part("a", b"x"), content_type) == 400

    def test_another_charset(self) -> None:
        assert status(b"a=x", f"{FORM}; charset=utf-16") == 400

    def test_more_than_is_accepted(self) -> None:
        assert status(b"a=" + b"x" * 2_600_000, FORM) == 413

    def test_more_fields_than_are_accepted(self) -> None:
        body = b"".join(part(f"f{number}", b"1")[:-7] + b"\r\n" for number in range(2_100)) + b"--X--\r\n"

        assert status(body, MULTIPART) == 400

    @pytest.mark.parametrize("length", ["-1", "x", "1e3", "٣"])
    def test_a_length_that_is_no_number(self, length: str) -> None:
        request = RequestFactory().post("/", b"a=1", content_type=FORM)
        request.META["CONTENT_LENGTH"] = length

        with pytest.raises(edge.Hostile):
            edge.inspect(request)

    @pytest.mark.parametrize("address", ["/i/%00/", "/?a=%00", "/?a=%ff", "/?a=%ed%a0%80"])
    def test_an_address_that_cannot_be_stored(self, client: Client, address: str) -> None:
        assert client.get(address).status_code == 400

    @pytest.mark.parametrize("address", ["/start/%ff/", "/start/%C0%80/", "/start/%E6%97%A5/", "/start/%ed%a0%80/"])
    def test_an_odd_address_is_simply_not_found(self, client: Client, address: str) -> None:
        assert client.get(address).status_code == 404

    def test_an_address_that_is_too_long(self, client: Client) -> None:
        assert client.get("/?a=" + "x" * 9_000).status_code == 414

    @pytest.mark.parametrize("method", ["TRACE", "CONNECT", "BREW"])
    def test_a_method_nobody_needs(self, client: Client, method: str) -> None:
        assert client.generic(method, "/").status_code == 405


class TestAccepted:
    @pytest.mark.parametrize(
        "body",
        ["a=plain", "a=José+👩‍👩‍👧", "a=مرحبا", "a=%F0%9F%98%80", "a=" + "x" * 1_000_000, ""],
        ids=["plain", "joined", "right to left", "encoded", "long", "empty"],
    )
    def test_what_people_write(self, body: str) -> None:
        edge.inspect(RequestFactory().post("/", body.encode(), content_type=FORM))

    def test_a_file_less_form_in_parts(self) -> None:
        edge.inspect(RequestFactory().post("/", part("a", "José 😀".encode()), content_type=MULTIPART))

    def test_ordinary_json(self) -> None:
        document = {"a": [1, 2.5, None, True, "José 😀"], "b": {"c": 2**53}}

        assert edge.read_json(json.dumps(document).encode()) == document


@pytest.mark.check("C67", required="the headers on every kind of answer")
class TestHeaders:
    @pytest.mark.parametrize("address", ["/", "/accounts/login/", "/nowhere", "/i/%00/", "/health/live", "/staff/"])
    def test_every_answer_carries_them(self, client: Client, address: str) -> None:
        response = client.get(address)

        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"].startswith("noindex")
        assert "camera=()" in response["Permissions-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] in ("same-origin", "strict-origin")
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]
        assert "ETag" not in response

    def test_each_request_has_its_own_name(self, client: Client) -> None:
        assert client.get("/health/live")["X-Request-ID"] != client.get("/health/live")["X-Request-ID"]


class TestLog:
    def test_it_has_no_token(self, caplog: pytest.LogCaptureFixture) -> None:
        logs.keep_tokens_out()
        with caplog.at_level(logging.INFO):
            logging.getLogger("django.request").warning("%s: %s", "Not Found", "/i/s3cret/?x=1")

        assert "s3cret" not in caplog.text
        assert "/i/…" in caplog.text

    def test_the_filter_is_put_on_once(self) -> None:
        logs.keep_tokens_out()
        before = len(logging.getLogger("django.request").filters)
        logs.keep_tokens_out()

        assert len(logging.getLogger("django.request").filters) == before
