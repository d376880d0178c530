"""What no request may contain, on either database: refused before any view sees it.

A lone surrogate or a NUL is an error in PostgreSQL and is stored by SQLite; a very deep or very large JSON document
stops a parser. Everything is judged on the bytes that came in, before any of it is decoded leniently.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
FORM = "application/x-www-form-urlencoded"
LONGEST_ADDRESS = 8_000
DEEPEST_JSON = 10
LARGEST_INTEGER = 2**53


class Hostile(Exception):  # noqa: N818 (named for the event)
    """A request that is refused, with the status to answer."""

    def __init__(self, status: int = 400) -> None:
        super().__init__(status)
        self.status = status


def inspect(request: HttpRequest) -> None:
    """Look at method, address and body. Raises `Hostile`."""
    if request.method not in METHODS:
        raise Hostile(405)
    _address(request)
    if request.method in ("POST", "PUT", "PATCH", "DELETE"):
        _body(request)


def _address(request: HttpRequest) -> None:
    query = request.META.get("QUERY_STRING", "")
    if len(request.path_info) + len(query) > LONGEST_ADDRESS:
        raise Hostile(414)
    _string(request.path_info)  # Django has already written what was not UTF-8 as “%FF”
    text(unquote_to_bytes(query))


def _body(request: HttpRequest) -> None:
    _length(request)
    charset = request.content_params.get("charset", "utf-8").lower() if request.content_params else "utf-8"
    if charset not in ("utf-8", "utf8"):
        raise Hostile
    match request.content_type:
        case "multipart/form-data":
            _fields(request)
        case "application/json":
            read_json(request.body)
        case "application/x-www-form-urlencoded":
            text(unquote_to_bytes(request.body.replace(b"+", b" ")))
        case _:
            pass  # no view reads any other kind


def _length(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise Hostile
    if int(length[:20]) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise Hostile(413)


def _fields(request: HttpRequest) -> None:
    for name, values in request.POST.lists():
        for value in (name, *values):
            # Django has replaced what was not UTF-8 with U+FFFD.
            if "\0" in value or "\ufffd" in value:
                raise Hostile


def text(data: bytes) -> str:
    """Bytes as text. Raises `Hostile` for NUL, and for what is not UTF-8 (lone surrogates are not)."""
    try:
        decoded = data.decode()
    except UnicodeDecodeError as error:
        raise Hostile from error
    if "\0" in decoded:
        raise Hostile
    return decoded


def read_json(body: bytes) -> Any:
    """A JSON document, read strictly: no NaN, no key twice, no integer beyond 2^53, at most ten levels deep.

    Raises `Hostile`.
    """
    try:
        document = json.loads(text(body), object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise Hostile from error
    _walk(document, DEEPEST_JSON)
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise Hostile
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise Hostile


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > LARGEST_INTEGER:
        raise Hostile
    return int(digits)


def _walk(value: Any, levels: int) -> None:
    if levels < 0:
        raise Hostile
    match value:
        case str():
            _string(value)
        case float() if value in (float("inf"), float("-inf")):
            raise Hostile  # such as 1e999
        case dict():
            for key, member in value.items():
                _string(key)
                _walk(member, levels - 1)
        case list():
            for member in value:
                _walk(member, levels - 1)


def _string(value: str) -> None:
    """Refuses a NUL and half a pair of surrogates, which JSON can write as escapes."""
    if "\0" in value or any("\ud800" <= symbol <= "\udfff" for symbol in value):
        raise Hostile
