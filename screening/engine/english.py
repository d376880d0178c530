"""stub"""
from __future__ import annotations
from .definition import Definition
from .tree import Expr
def to_english(expr: Expr, definition: Definition, language: str = "en") -> str:
    return ""
