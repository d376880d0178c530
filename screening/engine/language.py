"""The rule language: text that a clinician can read, parsed to a tree.

>>> rule = parse("reading.systolic >= 160 or any of (stroke is yes, stroke is not sure)")
>>> to_text(rule)
'reading.systolic >= 160 or (stroke is yes or stroke is not sure)'
>>> sorted(names(rule))
['reading', 'stroke']

A mistake says where it is, what was expected and what to do:

>>> try:
...     parse("stroke = = yes")
... except RuleError as error:
...     print(error.pointed("stroke = = yes"))
stroke = = yes
         ^ Expected a number or the name of a question here, but found “=”.
         Write a single “=”, as in “score = 3”.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from . import mistakes, reader
from .english import to_english
from .mistakes import RuleError
from .text import to_text
from .tree import TODAY, Expr, names

__all__ = ["RESERVED", "Expr", "RuleError", "names", "parse", "to_english", "to_text"]

LONGEST = 10_000
"""Characters in one rule: more than any person would read."""

RESERVED = frozenset({
    "or", "and", "not", "any", "all", "of", "at", "least", "is", "one", "answered", "declined", "skipped", "sure",
    "may", "be", "includes", "within", "where", "profile", "age", "bmi", "count", "total", TODAY,
})  # fmt: skip
"""Words that cannot be a link_id or a code."""


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = Path(__file__).with_name("language.lark").read_text(encoding="utf-8")
    # The basic lexer reserves each word everywhere, so that a misplaced "or" is reported where it stands.
    return Lark(grammar, parser="lalr", lexer="basic", maybe_placeholders=False, propagate_positions=False)


@lru_cache(maxsize=4096)
def parse(text: str) -> Expr:
    """Read a rule. Raises `RuleError` at the first mistake, with its offset in `text` and a hint."""
    if not text.strip():
        raise RuleError("The rule is empty.", 0, "Write a condition such as “stroke is yes”.")
    if len(text) > LONGEST:
        raise RuleError(f"The rule is longer than {LONGEST} characters.", LONGEST, "Name parts of it as variables.")
    return reader.read_condition(_tree(text))


def _tree(text: str) -> Tree[Token]:
    try:
        return _parser().parse(text)
    except UnexpectedToken as error:
        raise mistakes.misplaced(text, error) from None
    except UnexpectedCharacters as error:
        raise mistakes.unreadable(text, error.pos_in_stream or 0) from None
    except UnexpectedInput as error:  # pragma: no cover - the two above are all that this parser raises
        raise RuleError("The rule could not be read.", error.pos_in_stream or 0) from None
