"""What is wrong with a rule's text, said to someone who does not program.

>>> raise RuleError("Expected a code here.", 3, "Write “yes” or “no”.")
Traceback (most recent call last):
screening.engine.mistakes.RuleError: Expected a code here. Write “yes” or “no”.
"""

from __future__ import annotations

from collections.abc import Collection

from lark.exceptions import UnexpectedToken


class RuleError(Exception):
    """A mistake in a rule: what is wrong, the offset in the text (from 0), and what to do about it."""

    def __init__(self, message: str, position: int, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.position = position
        self.hint = hint

    def pointed(self, text: str) -> str:
        """The line of `text` with a caret under the mistake, the message and the hint."""
        start = text.rfind("\n", 0, self.position) + 1
        end = text.find("\n", self.position)
        line = text[start : end if end >= 0 else len(text)]
        indent = " " * (self.position - start)
        hint = f"\n{indent}{self.hint}" if self.hint else ""
        return f"{line}\n{indent}^ {self.message}{hint}"


# What may follow, in the order to say it: the first group whose words are all possible is what we tell the person.
_EXPECTED: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"NOT", "LPAR", "NAME"}), "a condition such as “stroke is yes”"),
    (frozenset({"_IS", "COMPARISON", "_WITHIN"}), "a test such as “is yes”, “>= 3” or “includes …”"),
    (frozenset({"_IS", "COMPARISON"}), "a test such as “is yes” or “>= 3”"),
    (frozenset({"NAME", "_ONE", "ANSWERED"}), "an answer's code, “one of (…)” or “answered”"),
    (frozenset({"NAME", "ANY", "ALL"}), "a code, “any of (…)” or “all of (…)”"),
    (frozenset({"NAME", "_ONE"}), "a code or “one of (…)”"),
    (frozenset({"NUMBER", "AGE"}), "a number or the name of a question"),
    (frozenset({"NUMBER", "NAME"}), "a number"),
    (frozenset({"COMPARISON"}), "a comparison such as “>= 65”"),
    (frozenset({"COMMA", "RPAR"}), "a comma or a closing bracket “)”"),
    (frozenset({"RPAR"}), "a closing bracket “)”"),
    (frozenset({"LPAR"}), "an opening bracket “(”"),
    (frozenset({"_OR", "_AND"}), "“and”, “or” or the end of the rule"),
    (frozenset({"_OF"}), "the word “of”"),
    (frozenset({"_LEAST"}), "the word “least”"),
    (frozenset({"_BE"}), "the word “be”"),
    (frozenset({"_IS"}), "the word “is”"),
    (frozenset({"COMMA"}), "a comma"),
    (frozenset({"NUMBER"}), "a number"),
    (frozenset({"NAME"}), "a name"),
)

# Habits from other languages, by what stands at the mistake.
_HABITS: tuple[tuple[str, str], ...] = (
    ("==", "Write a single “=”, as in “score = 3”."),
    ("&&", "Write the word “and”."),
    ("&", "Write the word “and”."),
    ("||", "Write the word “or”."),
    ("|", "Write the word “or”."),
    ("<>", "Write “!=”, or “is not” for an answer's code."),
    ("=>", "Write “>=”."),
    ("=<", "Write “<=”."),
    ("!", "Write the word “not”."),
    ("'", "Codes are written without quotation marks: stroke is yes."),
    ('"', "Codes are written without quotation marks: stroke is yes."),
    ("“", "Codes are written without quotation marks: stroke is yes."),
    ("[", "Use round brackets ( )."),
    ("{", "Use round brackets ( )."),
    ("-", "Names are joined with an underscore: blood_pressure."),
    ("%", "Rules compare plain numbers, without units."),
)


_RESERVED = "“{}” is a word of the rule language; a code or link_id needs another name."


def misplaced(text: str, error: UnexpectedToken) -> RuleError:
    """A word that cannot stand where it does, or a rule that stops too early."""
    token = error.token
    expected = _expected(error.accepts or error.expected)
    if token.type == "$END":
        return RuleError(f"The rule stops too early: expected {expected}.", len(text.rstrip()), _end_hint(text))
    position = token.start_pos or 0
    message = f"Expected {expected} here, but found “{token}”."
    return RuleError(message, position, _hint(text, position, token, set(error.expected)))


def unreadable(text: str, position: int) -> RuleError:
    """A character that the language does not know."""
    character = text[position]
    if character.isupper():
        return RuleError(f"“{character}” is a capital letter.", position, "Names and words are written in lower case.")
    return RuleError(f"“{character}” is not part of the rule language.", position, _habit(text, position))


def _expected(tokens: Collection[str]) -> str:
    for words, phrase in _EXPECTED:
        if words <= set(tokens):
            return phrase
    return "something else"


def _end_hint(text: str) -> str:
    if text.count("(") > text.count(")"):
        return "A bracket “(” is not closed."
    return "Finish the last condition."


def _hint(text: str, position: int, found: str, expected: set[str]) -> str:
    if text.count(")", 0, position + 1) > text.count("(", 0, position + 1):
        return "This bracket “)” was never opened."
    if found == "sure":
        return "Write “is not sure”."
    if found in ("yes", "no") and text[:position].rstrip().endswith("="):
        return "Compare a code with “is”: stroke is yes."
    if expected == {"_OF"}:
        return _RESERVED.format(text[:position].split()[-1])
    if found.isalpha() and "NAME" in expected:
        return _RESERVED.format(found)
    return _habit(text, position)


def _habit(text: str, position: int) -> str:
    """Looks one sign back too: `==` is two signs, and the second is the surprise."""
    before = text[:position].rstrip()[-1:]
    here = text[position : position + 2]
    for sign, hint in _HABITS:
        if here.startswith(sign) or (len(sign) == 2 and before + here[:1] == sign):
            return hint
    return ""
