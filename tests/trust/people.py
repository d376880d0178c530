"""What somebody may type into the questionnaire with every question type: readable, unreadable, and odd.

An entry is written as the page gives it back: numbers and dates without leading zeros, texts trimmed and composed.
"""

from __future__ import annotations

from hypothesis import strategies as st

Entry = dict[str, str]
"""Form fields of one question by name; what it does not name is left empty."""

LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zs", "Zl", "Zp"])
ODD = st.sampled_from(["عمر", "José", "👩‍👩‍👧", "a\u202eb", "<b>&amp;</b>", "{{ x }}", "'; --", "=1+1", "x" * 50, "İ"])
WORDS = ODD | st.text(LETTERS, min_size=1, max_size=20)


def one_of(name: str, *texts: str) -> st.SearchStrategy[Entry]:
    return st.sampled_from([{name: text} if text else {} for text in texts])


def written(name: str) -> st.SearchStrategy[Entry]:
    return WORDS.map(lambda text: {name: text})


def parts(name: str, *ways: str) -> st.SearchStrategy[Entry]:
    """Entries given as `part=text` pairs: "day=3 month=5"."""
    pairs = [[pair.split("=") for pair in way.split()] for way in ways]
    return st.sampled_from([{f"{name}.{part}": text for part, text in way} for way in pairs])


DATES = ("day=3 month=5 year=1985", "day=31 month=2 year=1990", "day=x month=13 year=7", "year=1985", "")

ENTRIES: dict[str, dict[str, st.SearchStrategy[Entry]]] = {
    "about": {
        "given_name": written("given_name") | one_of("given_name", "Ana", ""),
        "phone": written("phone") | one_of("phone", "555 010 0199", "12", "") | parts("phone", "state=declined"),
        "email": written("email") | one_of("email", "ana@example.org", "not an address", ""),
        "born": parts("born", *DATES, "state=declined"),
        "tall": parts("tall", "ft=5 in=7", "cm=170", "ft=99", "ft=x", "", "state=not_sure"),
        "heavy": parts("heavy", "lb=150", "kg=70", "lb=-4", ""),
    },
    "habits": {
        "smokes": one_of("smokes", "yes", "no", "not_sure", "declined"),
        "cigarettes": one_of("cigarettes", "3", "25", "lots", "-1", "9" * 400, ""),
        "stopping": one_of("stopping", "yes", "no"),
        "exercises": one_of("exercises", "yes", "no", "declined"),
        "route": one_of("route", "infusion", "spray"),
        "illnesses": one_of("illnesses", "asthma", "diabetes", "none", ""),
    },
    "numbers": {
        "coffee": one_of("coffee", "0", "30", "31", "three", "3.5", ""),
        "sleep": one_of("sleep", "7.5", "25", "NaN", "Infinity", "1e999", ""),
        "bp": parts("bp", "systolic=162 diastolic=96", "systolic=96 diastolic=162", "systolic=x", ""),
        "scan": parts("scan", *DATES, "state=not_sure"),
        "attack": parts("attack", "number=6 unit=weeks", "number=6", "year=2020", ""),
        "story": written("story") | one_of("story", "two\nlines", "y" * 300, ""),
        "operations": parts("operations", "0.which=knee 0.when.year=2001", "0.which=hip", "0.when.year=no", ""),
        "agrees": one_of("agrees", "on"),
    },
    "safety": {
        "mood_1": one_of("mood_1", "never", "often", "declined"),
        "dark": one_of("dark", "yes", "no", "not_sure"),
        "plan": one_of("plan", "yes", "no"),
    },
    "smokers": {"since": written("since") | one_of("since", "1999", "")},
}
"""Entries of each question, by section."""

HOSTILE = st.sampled_from(
    [
        b"given_name=%00",
        b"given_name=\xff\xfe",
        b"given_name=%ED%A0%80",
        b"%00=1",
        b"given_name=" + b"9" * 5_000,
        b"asked=given_name&given_name=" + b"x" * 1_000_000,
        b"rendered=" + b"[" * 200_000,
        b"rendered=NaN&base_revision=" + b"9" * 5_000,
        b"asked=given_name&given_name=a&given_name=b&given_name.0.x=c",
        b"asked=status&status=sent&sent_at=2020&clinic=1",
        b"asked=operations&operations.99999999999.which=x&operations.-1.which=x",
        b"&".join(b"operations.%d.which=x" % number for number in range(300)),
        b"&" * 3_000,
        b"add=%2e%2e%2f&remove=operations.x",
        b"take=pills.9%3dx&keep=..",
        b"visit=' OR 1=1",
    ]
)
"""Bodies that no page of ours sends."""
