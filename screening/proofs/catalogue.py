"""What proofs report: the table of every id, in the manner of `engine/checking/catalogue.py`.

docs/problems.md is written from `CATALOGUE`; a test keeps them the same.
"""

from __future__ import annotations

from screening.engine.checking.catalogue import Entry

CATALOGUE: dict[str, Entry] = {
    "P501": Entry(
        "error",
        "The section can never be asked: no answers make its condition true.",
        "Correct ask_when, or remove it.",
    ),
    "P502": Entry(
        "error",
        "The question can never be asked: no answers make {conditions} true.",
        "Correct ask_when, or remove the question.",
    ),
    "P503": Entry("error", "The question can never be answered.", "Correct its minimum and maximum."),
    "P504": Entry("error", "The answer “{option}” can never be chosen.", "Correct the options."),
    "P505": Entry(
        "warning",
        "The condition is true for everybody who could be asked, so it decides nothing.",
        "Remove ask_when, or correct it.",
    ),
    "P511": Entry("error", "The {severity} rule can never be true.", "Correct the rule, or remove it."),
    "P512": Entry("error", "The {what} can never be true.", "Correct its condition, or remove it."),
    "P513": Entry(
        "error",
        "The {severity} rule never decides: whenever it is true, a rule of higher severity is true as well.",
        "Correct the rule, or remove it.",
    ),
    "P514": Entry(
        "error",
        "The {severity} rule says the same as the {other} rule.",
        "Keep the one whose severity is right.",
    ),
    "P521": Entry(
        "error",
        "The flag must be established, but it can be left undecided although none of its questions was left open.",
        "Ask what decides it of everybody for whom it is not clear: write the gate with “may be”.",
    ),
    "P522": Entry(
        "error",
        "The flag must be established, but it can be ruled out because an unknown answer hid one of its questions.",
        "Write the condition of asking with “may be”, so that only a clear answer hides the question.",
    ),
    "P531": Entry(
        "error",
        "The flag gets milder when {name} gets worse ({direction}).",
        "Correct the rules, or remove {name} from monotone.",
    ),
    "P591": Entry(
        "warning", "Not proved in the time allowed: {claim}", "Allow more seconds, or simplify the conditions."
    ),
    "P592": Entry(
        "error",
        "Not proved in the time allowed, and the flag must be established: {claim}",
        "Allow more seconds, or simplify the conditions.",
    ),
}


def as_markdown() -> str:
    """The catalogue as the second table in docs/problems.md."""
    rows = [f"| {code} | {entry.severity} | {entry.message} | {entry.hint} |" for code, entry in CATALOGUE.items()]
    return "\n".join(["| id | severity | what it says | what to do |", "|---|---|---|---|", *rows, ""])
