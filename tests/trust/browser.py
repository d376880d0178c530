"""A browser without scripts that speaks HTTP to the running server: cookies, forms, and nothing else."""

from __future__ import annotations

import http.client
import http.cookies
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

Fields = dict[str, list[str]]
FORM = "application/x-www-form-urlencoded"
TICKED = ("radio", "checkbox")


@dataclass
class Form:
    """One form of a page: where it goes and what it would send."""

    action: str
    id: str
    fields: Fields = field(default_factory=dict)


@dataclass
class Answer:
    """What the server said."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    forms: list[Form] = field(default_factory=list)

    @property
    def location(self) -> str:
        """Where it leads, without the origin; empty for none."""
        return urlsplit(self.headers.get("Location", "")).path

    @property
    def text(self) -> str:
        return self.body.decode()

    def form(self, **given: str) -> Form:
        """The form with such an id or action."""
        return next(form for form in self.forms if all(getattr(form, name) == value for name, value in given.items()))


class Browser:
    """Cookies of one person at one device. Every answer of the server is looked at: none may be an error of its own."""

    def __init__(self, origin: str, *, address: str = "", may_be: tuple[int, ...] = ()) -> None:
        """`address` is where a proxy says it comes from; `may_be` are errors of the server that are expected."""
        self.host = urlsplit(origin).netloc
        self.address, self.may_be = address, may_be
        self.cookies: dict[str, str] = {}
        self.requests = 0

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, fields: Fields) -> Answer:
        return self.send("POST", path, urlencode(fields, doseq=True, errors="surrogatepass").encode())

    def send(self, method: str, path: str, body: bytes = b"", content_type: str = FORM) -> Answer:
        self.requests += 1
        answer = self._exchange(method, path, body if method == "POST" else None, content_type)
        self._remember(answer.headers)
        assert answer.status < 500 or answer.status in self.may_be, f"{method} {path} was answered with {answer.status}"
        answer.forms = _forms_of(answer, path)
        return answer

    def _exchange(self, method: str, path: str, body: bytes | None, content_type: str) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {"Content-Type": content_type} if body is not None else {}
        headers |= {"X-Forwarded-For": self.address} if self.address else {}
        with closing(http.client.HTTPConnection(self.host, timeout=120)) as connection:
            connection.request(method, path, body, headers)
            got = connection.getresponse()
            return Answer(got.status, got.headers, got.read())

    def _remember(self, headers: http.client.HTTPMessage) -> None:
        for line in headers.get_all("Set-Cookie", []):
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value


def _forms_of(answer: Answer, path: str) -> list[Form]:
    if not answer.headers.get_content_type().endswith("html"):
        return []
    reader = _Reader(path)
    reader.feed(answer.text)
    return reader.forms


class _Reader(HTMLParser):
    """Reads the controls of each form as a browser would send them: disabled ones and buttons are left out."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self.is_inside = False
        self.disabled: list[bool] = []
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_inside = True
            self.forms.append(Form(given.get("action") or self.path, given.get("id", "")))
        if tag == "fieldset":
            self.disabled.append("disabled" in given)
        if tag == "option" and self.select and "selected" in given:
            self._keep(self.select, given.get("value", ""))
        if self.is_inside and given.get("name") and "disabled" not in given and not any(self.disabled):
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        if tag == "textarea":
            self.area = given["name"]
        elif tag == "select":
            self.select = given["name"]
        elif tag == "input" and (given.get("type") not in TICKED or "checked" in given):
            self._keep(given["name"], given.get("value", ""))

    def _keep(self, name: str, value: str) -> None:
        self.forms[-1].fields.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self.area:
            self._keep(self.area, data.removeprefix("\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        if tag == "fieldset" and self.disabled:
            self.disabled.pop()
        if tag == "textarea":
            self.area = ""
        if tag == "select":
            self.select = ""
