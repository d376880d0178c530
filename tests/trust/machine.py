"""Everything a patient may do, in any order, against the running server.

The machine knows what was acknowledged. After each step: no answer of the server was an error of its own, and what is
stored and read back is what was acknowledged. What was not acknowledged stands on the page that came back. No page
replaces what another one stored since it was drawn, unless it showed both.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from django.contrib.sessions.models import Session
from django.core.cache import cache
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from intake import actions, limits, records, rules
from intake.models import Correction, QuestionnaireResponse
from intake.questions.elements import part_name
from intake.questions.parts import parts_of
from intake.session_store import SessionStore
from tests.trust.browser import Answer, Browser, Fields, Form
from tests.trust.people import ENTRIES, HOSTILE, Entry

SECTIONS = tuple(ENTRIES)
HIDDEN = frozenset({"visit", "base_revision", "client_id", "client_sequence", "rendered", "asked", "return"})
OLD_TOKEN = "x" * 64


@dataclass
class Tab:
    """A window with a section in it, as it came (`shown`) and as it is now (`typed`)."""

    browser: Browser
    section: str = ""
    hidden: Fields = field(default_factory=dict)
    shown: dict[str, Entry] = field(default_factory=dict)
    typed: dict[str, Entry] = field(default_factory=dict)

    @property
    def page(self) -> str:
        """The name of the page, whichever attempt of it this is."""
        return self.hidden["client_id"][0][: actions.PAGE]

    @property
    def changed(self) -> dict[str, Entry]:
        return {name: entry for name, entry in self.typed.items() if entry != self.shown[name]}

    def fields(self) -> Fields:
        """What the page would send now."""
        texts = {name: [text] for entry in self.typed.values() for name, text in entry.items()}
        return {**self.hidden, **texts}


def plain(text: str) -> str:
    """The documented ways in which a text may come back: trimmed, composed, with one kind of line end."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


def entry_of(fields: dict[str, Any], question: str) -> Entry:
    """The form fields of one question that hold something."""
    mine = {name: texts for name, texts in fields.items() if name == question or name.startswith(f"{question}.")}
    flat = {name: plain(", ".join([texts] if isinstance(texts, str) else texts)) for name, texts in mine.items()}
    return {name: text for name, text in flat.items() if text}


class PatientMachine(RuleBasedStateMachine):
    """One questionnaire from start to confirmation. `origin` and `steps` are set by the test that runs it."""

    origin = ""
    steps = 0

    @initialize()
    def start(self) -> None:
        cache.clear()
        browser = Browser(self.origin)
        form = browser.get("/start/harbor/").form(action="/start/harbor/")
        begun = browser.post(form.action, {**form.fields, "answering": ["self"]})
        reference, code = re.findall(r'class="code-box"[^>]*>([^<]+)<', begun.text)
        self.reference, self.code = reference, code
        self.pk = SessionStore(browser.cookies["intake"])["response_id"]
        self.tabs = [Tab(browser), Tab(browser)]
        self.kept: dict[str, Entry] = {}
        self.kept_by: dict[str, str] = {}
        self.offered: tuple[Browser, Answer, frozenset[str], dict[str, Entry] | None] | None = None
        self.earlier: list[tuple[str, Fields, dict[str, Entry], dict[str, Entry]]] = []
        self.is_sent = False
        for tab in self.tabs:
            self._open(tab, "about")

    # --- looking ---

    @rule(which=st.integers(0, 1), section=st.sampled_from(SECTIONS))
    def open(self, which: int, section: str) -> None:
        self._open(self.tabs[which], section)

    @rule(path=st.sampled_from(["check", "sent", "copy", "help", "stop", "notice", "nowhere", "send", "%00", "é"]))
    def look(self, path: str) -> None:
        self.tabs[0].browser.get(f"/q/{path.replace('é', '%C3%A9')}/")

    @rule()
    def look_at_the_outside(self) -> None:
        for path in ("/", "/start/harbor/", "/start/nowhere/", "/i/none/", "/deleted/", "/welcome/"):
            self.tabs[1].browser.get(path)
        browser = Browser(self.origin)
        fields = browser.get("/resume/").form(action="/resume/").fields
        got = browser.post("/resume/", {**fields, "reference": [self.reference], "code": ["1234 5678 9012"]})
        assert got.status in (422, 429)
        cache.clear()

    # --- typing ---

    @rule(which=st.integers(0, 1), data=st.data())
    def answer(self, which: int, data: st.DataObject) -> None:
        """Type one answer, then go on to another; most people answer several before they save."""
        tab = self.tabs[which]
        for _ in range(data.draw(st.integers(1, 3))):
            if tab.typed:
                name = data.draw(st.sampled_from(sorted(tab.typed)))
                tab.typed[name] = data.draw(ENTRIES[tab.section][name])

    @rule(which=st.integers(0, 1))
    def go_back(self, which: int) -> None:
        """The Back button of a browser without scripts: a page of before, with what was typed then."""
        if self.earlier:
            tab = self.tabs[which]
            tab.section, tab.hidden, tab.shown, tab.typed = self.earlier[-1]
            tab.typed = dict(tab.typed)

    # --- saving ---

    @rule(which=st.integers(0, 1))
    def save(self, which: int) -> None:
        self._post(self.tabs[which])

    @rule(section=st.sampled_from(SECTIONS), data=st.data())
    def answer_in_two_tabs(self, section: str, data: st.DataObject) -> None:
        """The same question in two windows, seen by both before either saves."""
        for tab in self.tabs:
            self._open(tab, section)
        names = sorted(self.tabs[0].typed.keys() & self.tabs[1].typed.keys())
        if names and self.tabs[0].section == self.tabs[1].section:
            name = data.draw(st.sampled_from(names))
            for tab in self.tabs:
                tab.typed[name] = data.draw(ENTRIES[tab.section][name])
                self._post(tab)

    @rule(section=st.sampled_from(SECTIONS), is_script=st.booleans(), data=st.data())
    def answer_in_a_tab_left_open(self, section: str, is_script: bool, data: st.DataObject) -> None:
        """One window answers; another, which saves and stays where it is, answers the same afterwards."""
        for tab in self.tabs:
            self._open(tab, section)
        left, other = self.tabs
        names = sorted(left.typed.keys() & other.typed.keys())
        if len(names) < 2 or left.section != other.section:
            return
        first, second = data.draw(st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True))
        for tab, name in ((other, first), (left, second), (left, first)):
            if name in tab.typed:
                tab.typed[name] = data.draw(ENTRIES[tab.section][name])
                self.pause(self.tabs.index(tab)) if is_script else self._post(tab)

    @rule(which=st.integers(0, 1))
    def click_twice(self, which: int) -> None:
        tab = self.tabs[which]
        section, fields = tab.section, tab.fields()
        self._post(tab)
        if section:
            tab.browser.post(f"/q/{section}/", fields)

    @rule(which=st.integers(0, 1))
    def pause(self, which: int) -> None:
        """A script saves after a pause, and the page stays."""
        tab = self.tabs[which]
        if not tab.section:
            return
        got = self._send(tab, {"autosave": ["1"]})
        assert got.status in (200, 302, 403, 409, 429), got.status
        if got.status != 200:
            return
        said = json.loads(got.body)
        for name, entry in tab.changed.items():
            if name not in said["waiting"]:
                self._keep(name, entry, tab.page, tab.shown)
                tab.shown[name] = entry
        tab.hidden |= {"base_revision": [str(said["revision"])], "rendered": [said["rendered"]]}
        tab.hidden["client_sequence"] = [str(int(tab.hidden["client_sequence"][0]) + 1)]

    @rule(which=st.integers(0, 1), language=st.sampled_from(["es", "en", "xx"]))
    def change_language(self, which: int, language: str) -> None:
        self._post_keeping_empty(self.tabs[which], {"language": [language]})

    @rule(which=st.integers(0, 1))
    def save_and_stop(self, which: int) -> None:
        self._post_keeping_empty(self.tabs[which], {"leave": ["yes"]})

    @rule(which=st.integers(0, 1))
    def save_with_an_old_token(self, which: int) -> None:
        self._post(self.tabs[which], {"csrfmiddlewaretoken": [OLD_TOKEN]})

    @rule(which=st.integers(0, 1))
    def save_too_often(self, which: int) -> None:
        for _ in range(limits.SAVE.burst + 5):
            limits.wait_for(limits.SAVE, self.pk)
        self._post(self.tabs[which])
        cache.clear()

    # --- sessions ---

    @rule(which=st.integers(0, 1))
    def session_expires(self, which: int) -> None:
        """Every session ends. One window is sent nevertheless, and its person enters the code."""
        Session.objects.all().delete()
        self._post(self.tabs[which])
        if self.offered is not None:
            self.send_what_was_kept()

    @rule()
    def come_back_on_another_device(self) -> None:
        browser = Browser(self.origin)
        self._resume(browser, browser.get("/resume/").form(action="/resume/").fields)
        self.tabs[1] = Tab(browser)
        self._open(self.tabs[1], "about")

    @rule()
    def send_what_was_kept(self) -> None:
        """The page that came back with everything typed: its button is pressed."""
        if self.offered is None:
            return
        browser, got, touched, shown = self.offered
        self.offered = None
        form = self._kept_form(got)
        if "kept" in form.fields:
            got = self._resume(browser, form.fields)
            form = self._kept_form(got)
        cache.clear()
        again = browser.post(form.action, form.fields)
        asked = form.fields.get("asked", [])
        said = {name: entry_of(form.fields, name) for name in asked}
        page = form.fields["client_id"][0][: actions.PAGE]
        self._learn(browser, again, said, page=page, shown=shown, touched=touched)

    # --- hostile, and the end ---

    @rule(which=st.integers(0, 1), body=HOSTILE, section=st.sampled_from([*SECTIONS, "check", "send", "help", "x"]))
    def send_nonsense(self, which: int, body: bytes, section: str) -> None:
        self.tabs[which].browser.send("POST", f"/q/{section}/", body)

    @rule(which=st.integers(0, 1), body=HOSTILE)
    def send_nonsense_with_a_good_token(self, which: int, body: bytes) -> None:
        """Past the check against forged requests, without the name of the response: it changes nothing."""
        tab = self.tabs[which]
        token = tab.hidden.get("csrfmiddlewaretoken", [""])[0].encode()
        tab.browser.send("POST", "/q/about/", b"csrfmiddlewaretoken=" + token + b"&" + body)

    @rule()
    def walk_through(self) -> None:
        """See every page that is asked and save it as it stands."""
        for section in SECTIONS:
            self._open(self.tabs[0], section)
            if self.tabs[0].section == "about":
                self.tabs[0].typed["given_name"] = {"given_name": "Ana"}
            self._post(self.tabs[0])
            cache.clear()

    @rule()
    def press_send(self) -> None:
        browser = self.tabs[0].browser
        for form in browser.get("/q/check/").forms:
            if form.action == "/q/send/":
                got = browser.post(form.action, form.fields)
                self.is_sent = got.location == "/q/sent/"
        assert self.is_sent == self._response().is_sent

    @invariant()
    def nothing_is_lost(self) -> None:
        """What is stored is what was acknowledged."""
        type(self).steps += 1
        cache.clear()  # only one rule is about limits: how fast this machine is must change nothing
        stored = self._stored()
        for name, entry in self.kept.items():
            assert stored[name] == entry, f"{name}: {stored[name]} is stored, {entry} was acknowledged"

    # --- the hands ---

    def _open(self, tab: Tab, section: str) -> None:
        """Open a section, past help where it comes first; another page leaves the tab without a section."""
        got = self._follow(tab.browser, tab.browser.get(f"/q/{section}/"), f"/q/{section}/")
        forms = [form for form in got.forms if form.id == "answers"]
        tab.section, tab.shown, tab.typed = "", {}, {}
        if not forms:
            return
        tab.section = forms[0].action.strip("/").rsplit("/", 1)[-1]
        fields = forms[0].fields
        asked = [name for name in fields.get("asked", []) if name in ENTRIES[tab.section]]
        tab.hidden = {name: texts for name, texts in fields.items() if name in HIDDEN or name == "csrfmiddlewaretoken"}
        tab.shown = {name: entry_of(fields, name) for name in asked}
        tab.typed = dict(tab.shown)
        for name in asked:
            expected = self.kept.get(name, {})
            assert tab.shown[name] == expected, f"{name}: {tab.shown[name]} is shown, {expected} was acknowledged"

    def _follow(self, browser: Browser, got: Answer, path: str) -> Answer:
        for _ in range(6):
            if got.status != 302:
                break
            path = got.location
            got = browser.get(path)
            if path == "/q/help/" and got.status == 200:
                got = browser.post(path, got.form(action=path).fields)
        return got

    def _send(self, tab: Tab, more: Fields | None = None) -> Answer:
        cache.clear() if "csrfmiddlewaretoken" in (more or {}) else None
        return tab.browser.post(f"/q/{tab.section}/", {**tab.fields(), **(more or {})})

    def _post(self, tab: Tab, more: Fields | None = None) -> None:
        """Save the page. Afterwards the tab opens the section again, to read back what was acknowledged; with a mistake
        it has the page that came back."""
        if not tab.section:
            return
        self.earlier.append((tab.section, dict(tab.hidden), dict(tab.shown), dict(tab.typed)))
        section, changed = tab.section, tab.changed
        got = self._send(tab, more)
        self._learn(tab.browser, got, changed, page=tab.page, shown=tab.shown)
        if got.status == 302:
            self._open(tab, section)
        if got.status == 422:
            self._come_back(tab, got.form(action=f"/q/{section}/"))

    def _post_keeping_empty(self, tab: Tab, more: Fields) -> None:
        """Buttons that save without finishing the page: what cannot be read is not taken by them."""
        if not tab.section:
            return
        changed, page, shown = tab.changed, tab.page, tab.shown
        got = self._send(tab, more)
        if got.status == 302 and not self.is_sent:
            stored = self._stored()
            changed = {name: entry for name, entry in changed.items() if stored[name] == entry}
        self._learn(tab.browser, got, changed, page=page, shown=shown)
        if got.status == 302:
            self._open(tab, tab.section)

    def _come_back(self, tab: Tab, form: Form) -> None:
        """The page with what is wrong on it, as it was typed. What was saved is what it shows from now on."""
        tab.hidden |= {name: texts for name, texts in form.fields.items() if name in HIDDEN}
        saved, asked = tab.changed, [name for name in form.fields["asked"] if name in ENTRIES[tab.section]]
        tab.typed = {name: entry_of(form.fields, name) for name in asked}
        tab.shown = {name: entry if name in saved else tab.shown.get(name, {}) for name, entry in tab.typed.items()}

    def _learn(
        self,
        browser: Browser,
        got: Answer,
        changed: dict[str, Entry],
        *,
        page: str,
        shown: dict[str, Entry] | None,
        touched: frozenset[str] | None = None,
    ) -> None:
        """What an answer of the server acknowledges; what it does not must be on the page it brings.

        `shown` is what the page had shown; None where the person was asked which answer counts. A page that was kept
        and sent again says everything it held: `touched` is what somebody had changed on it.
        """
        assert got.status in (302, 403, 409, 422, 429), got.status
        if got.status in (302, 422):
            if not self.is_sent:
                return self._acknowledge(changed, page, shown, may_be_old=touched is not None)
            said = changed if touched is None else {name: changed[name] for name in touched & changed.keys()}
            if any(self._stored()[name] != entry for name, entry in said.items()):
                assert Correction.objects.filter(response_id=self.pk).exists(), "what came late is kept"
            return None
        kept = self._kept_form(got)
        stored = self._stored()
        for name, entry in changed.items():
            if got.status == 409 and stored[name] == entry:
                self._keep(name, entry, page, shown)
                continue
            assert entry_of(kept.fields, name) == entry, f"{name}: typed {entry}, not on the page with {got.status}"
        touched = frozenset(changed) if touched is None else touched
        self.offered = (browser, got, touched, None if got.status == 409 else shown)

    def _acknowledge(
        self, changed: dict[str, Entry], page: str, shown: dict[str, Entry] | None, *, may_be_old: bool
    ) -> None:
        """`may_be_old`: the page says everything it held, also what nobody touched; that is not saved again."""
        stored = self._stored()
        for name, entry in changed.items():
            if may_be_old and stored[name] == self.kept.get(name, {}):
                continue
            self._keep(name, entry, page, shown)

    def _keep(self, name: str, entry: Entry, page: str, shown: dict[str, Entry] | None) -> None:
        """It was acknowledged. It must not have replaced in silence what another page said since this one was drawn."""
        before = self.kept.get(name, {})
        is_open = shown is None or self.kept_by.get(name) == page or before in ({}, shown.get(name, {}), entry)
        assert is_open, f"{name}: {entry} replaced {before}, which the page did not show"
        if before != entry:
            self.kept[name], self.kept_by[name] = entry, page

    @staticmethod
    def _kept_form(got: Answer) -> Form:
        return next(form for form in got.forms if "asked" in form.fields or "kept" in form.fields)

    def _resume(self, browser: Browser, fields: Fields) -> Answer:
        cache.clear()
        return browser.post("/resume/", {**fields, "reference": [self.reference], "code": [self.code]})

    def _response(self) -> QuestionnaireResponse:
        return QuestionnaireResponse.objects.get(pk=self.pk)

    def _stored(self) -> dict[str, Entry]:
        response = self._response()
        answers = records.read_answers_of(response)
        definition = rules.compiled_of(response).definition
        return {
            question.link_id: self._texts(question, answers.get(question.link_id))
            for section in definition.sections
            for question in section.questions
        }

    @staticmethod
    def _texts(question: Any, answer: Any) -> Entry:
        found = {part_name(question.link_id, part): text for part, text in parts_of(question, answer).items()}
        return entry_of(found, question.link_id)
