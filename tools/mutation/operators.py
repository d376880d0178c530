"""Every small change that is tried: one condition, number, filter or statement of one function is not what it was."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
"""What stands instead of an operator. `<` becomes `<=`: the boundary is where mistakes are made."""

NARROWING = {"filter", "exclude"}


@dataclass(frozen=True)
class Mutant:
    """One change: where, in which function, in words, and the function's code with it."""

    file: str
    line: int
    function: str
    first_line: int
    last_line: int
    change: str
    compiled: Callable[[], CodeType]
    """Makes the function's code with the change in it; takes a few hundredths of a second."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}: {self.change}"


def mutants_of(root: Path, file: str) -> Iterator[Mutant]:
    """Every mutant of a file, in the order of its lines. A function inside another belongs to it."""
    path = root / file
    tree = ast.parse(path.read_text())
    for qualified, function in _functions(tree):
        for place in [node for statement in function.body for node in ast.walk(statement)]:
            for new in _changes(place):
                words = f"{_words(place)} → {_words(new)}"
                compiled = partial(_compiled, path, tree, place, new, qualified, _first(function))
                yield Mutant(file, place.lineno, qualified, _first(function), function.end_lineno or 0, words, compiled)


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, ast.FunctionDef))


def _first(function: ast.FunctionDef) -> int:
    return min([function.lineno, *(one.lineno for one in function.decorator_list)])


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in SWAPPED:
            yield _changed(node, ops=[SWAPPED[type(op)]()])
        case ast.BoolOp() | ast.BinOp() if type(node.op) in SWAPPED:
            yield _changed(node, op=SWAPPED[type(node.op)]())
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Constant(value=bool() as value):
            yield _changed(node, value=not value)
        case ast.Constant(value=int() | float() as value):
            yield _changed(node, value=value + 1)
        case ast.If() | ast.IfExp() if not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
            yield _changed(node, test=ast.UnaryOp(op=ast.Not(), operand=node.test))
        case ast.Call(func=ast.Attribute(attr=name)) if name in NARROWING:
            for dropped in node.keywords:
                yield _changed(node, keywords=[one for one in node.keywords if one is not dropped])
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield ast.Pass()


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


class _Replacing(ast.NodeTransformer):
    def __init__(self, place: ast.AST, new: ast.AST) -> None:
        self.place, self.new = place, new

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.copy_location(self.new, node) if node is self.place else self.generic_visit(node)


def _compiled(path: Path, tree: ast.Module, place: ast.AST, new: ast.AST, qualified: str, first_line: int) -> CodeType:
    found = compile(_with(tree, place, new), str(path), "exec", dont_inherit=True)
    for name in qualified.split("."):
        inside = [one for one in found.co_consts if isinstance(one, CodeType) and one.co_name == name]
        found = next((one for one in inside if one.co_firstlineno == first_line), inside[0])
    return found


def _with(tree: ast.Module, place: ast.AST, new: ast.AST) -> ast.Module:
    """The file with one place changed. `tree` stays as it is: what leads to the place is copied."""
    memo = {id(place): place}
    changed = _Replacing(place, new).visit(copy.deepcopy(tree, memo))
    return ast.fix_missing_locations(changed)


def _words(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:90]}…"
