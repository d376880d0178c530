"""What the profile shows of targets that are missed: printed under the table of a part in which one is."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.figures import Figure

NOTES = {
    "startup": {
        "the first beside the second": (
            "Of the time that imports take, 36 % goes into the package about people, 19 % into that about rules, "
            "editor and content, 15 % into Django: the check of addresses imports every view. Reading the "
            "environment strictly (environs, which brings marshmallow) is 7 %, the parser of rules (lark) and "
            "YAML together another 7 %; the bare project has none of them. Making our dataclasses is 8 %. Nothing "
            "large is left to be imported later: solver, columns and PDF library are not read. Without the collector "
            "of cyclic garbage it would take 10 % less."
        ),
    },
    "engine": {
        "compile the starter": (
            "A quarter is lark parsing the text of the rules, a third is Python compiling the code generated from "
            "them, 7 % is looking for mistakes. In the product it happens once for each version and process."
        ),
        "exponent of growth": (
            "The generated code takes 46 % of the time at 500 questions and rules and 51 % at 5,000; most of the "
            "rest writes down what is raised or open. The exponent of the yardstick, which is such code and "
            "nothing else, is in the table: what ours has above it is small beside the noise of a run."
        ),
    },
    "peers": {
        "three-valued: this engine ÷ the yardstick with reasons": (
            "Half is the generated code, a quarter the answers behind what is raised, in words, a tenth what would "
            "settle what is open; the rest are scores and notes. The generated code alone takes about as long as the "
            "yardstick without reasons. The yardstick has its reasons in the same function; ours are written when a "
            "flag is first raised, so that a questionnaire compiles in time. It has no scores, and does not say what "
            "was not asked or is missing."
        ),
    },
    "replay": {
        "replay 240,000 stored responses, two processes": (
            "Of the time of a batch, reading its rows from the database is 47 %, decrypting the packed records 23 "
            "%, rules on columns 20 %, the rest putting them into columns and adding up."
        ),
        "a million responses, from that": (
            "It is worked out from the rate above and the time before the first batch, most of which is compiling "
            "both versions."
        ),
    },
    "web": {
        "beside the page written by hand": (
            "Drawing is 39 % of our page (the form, all of whose questions were kept, is 7 %), reading the response "
            "23 %, most of it Django composing SQL for 69 columns, the session 9 %, whether help comes first 4 %, "
            "the form 3 %. The page by hand has no progress, no help, no follow-ups, no encryption. Once it is "
            "answered, choices come from what was kept and numbers are drawn anew: ours then takes about twice the "
            "processor time of the one by hand."
        ),
        "beside the plain row": (
            "Of its processor time a third is reading the response, once to open the page and once more under its "
            "lock. The rules (whom to call, whether help comes first) are 8 %, two writes and their commit 8 %, "
            "decrypting and reading the answers 8 %, reading the form 7 %. By the clock, waiting for the disk comes "
            "on top. Session, cross-site check and the rest of the middleware the plain view pays too."
        ),
        "save, 95 of 100": (
            "The processors are busy, and those who send the pages run on them as well. Of the processor time of "
            "one patient's round (a page and its save) 47 % is the page, of which drawing is half, and of that a "
            "third the three numbers, which are drawn anew; 53 % is the save, which is one commit, and one of its "
            "session every 20 seconds."
        ),
    },
    "pdf": {
        "PDF of a summary, first after a start": (
            "Python starts, loads the library (a fifth) and reads the style sheets before it does the same as later."
        ),
        "PDF of a summary, each later one": (
            "No start, import or reading of style sheets is in it any more. The library lays out and draws eight "
            "pages in Python: 47 % layout (32 % of the whole finding where lines break), 21 % drawing, 9 % the "
            "style of each of 1,000 elements, 8 % tags and the file, 3 % reading the HTML. It runs in a process "
            "of its own."
        ),
        "beside its template": (
            "Two fifths is the template. Reading and judging the answers is 19 %, opening the response 15 % (with "
            "its record in the audit log, two commits), how alerts stand, for the head of the page, 8 %, "
            "comparing with earlier visits 7 %, the review 5 %, the session 3 %."
        ),
    },
}
"""By part, and by the beginning of what was measured. Shares are those of a profile, which makes calls look dearer
than they are; profiles were made in one process, with Django's test client where there are pages."""


def of_missed(part: str, figures: Iterable[Figure]) -> list[str]:
    """The lines about the targets of a part that were missed; none when all were met.

    >>> of_missed("pdf", [Figure("  beside its template", 3, "×", at_most=2)])[2][:42]
    '- Beside its template, missed by 50 %: Two'
    >>> of_missed("pdf", [Figure("  beside its template", 2, "×", at_most=2)])
    []
    """
    missed = [figure for figure in figures if figure.verdict().startswith("missed")]
    lines = [f"- {_title(figure)}, {figure.verdict()}: {_note(part, figure)}" for figure in missed]
    return ["What the profile shows of what was missed:", "", *lines, ""] if lines else []


def _title(figure: Figure) -> str:
    what = figure.what.strip()
    return what[:1].upper() + what[1:]


def _note(part: str, figure: Figure) -> str:
    what = figure.what.strip()
    found = [text for begins, text in NOTES.get(part, {}).items() if what.startswith(begins)]
    return found[0] if found else "no profile was made."
