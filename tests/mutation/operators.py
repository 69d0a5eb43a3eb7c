"""Small changes to any function of a file, made systematically from its source: the operators of the score.

What is not changed: text, annotations, decorators, default values, assertions (and `strict=` of `zip`), what
an error says, and what stands outside functions (tables of constants, names and words), which is reckoned
when a module is imported.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Final

CHECKOUT: Final = Path(__file__).parents[2]

OPERATORS: Final = {
    "condition negated": "`if`, `while` or a conditional expression asks for the opposite",
    "comparison changed": "< and <=, > and >=, == and !=, is and is not, in and not in change places",
    "and/or": "`and` and `or` change places",
    "arithmetic": "+ and -, * and /, // and %, & and |, << and >> change places, in += and such too",
    "sign": "a minus, a `not` or a ~ is left out",
    "number": "a number is one larger",
    "truth value": "True and False change places",
    "call left out": "a call (or `yield from`) made for what it does is left out",
    "assignment left out": "an attribute or an element keeps its old value",
    "jump left out": "`continue` or `break` is left out",
    "other end": "min and max, minimum and maximum, any and all, floor and ceil, left and right",
}
"""The operators, by name; each makes one change at one place."""

_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_NEGATIONS: Final = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
"""Where the changed comparison is the negated one."""
_ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mod,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_OTHER_ENDS: Final = {
    one: other
    for pair in (("min", "max"), ("minimum", "maximum"), ("any", "all"), ("floor", "ceil"), ("left", "right"))
    for one, other in (pair, pair[::-1])
}
_LEFT_ALONE: Final = (ast.Raise, ast.Assert, ast.JoinedStr)

Change = tuple[str, str, ast.AST]
"""Operator, the change in words, and what stands there instead."""


@dataclass(frozen=True)
class Mutant:
    """One change at one place of one function.

    Attributes
    ----------
    file : Path
    function : str
        Its qualified name.
    operator, change : str
    line, last_line : int
        Where the changed piece stands.
    number : int
        Which change of its function it is, in order of the source.
    """

    file: Path
    function: str
    operator: str
    change: str
    line: int
    last_line: int
    number: int

    @property
    def name(self) -> str:
        """What the mutant is called, whatever happens to the lines above it."""
        return f"{self.module}.{self.function}: {self.change}"

    @property
    def module(self) -> str:
        """The module's full name."""
        return ".".join(self.file.relative_to(CHECKOUT).with_suffix("").parts)

    @property
    def where(self) -> str:
        """File and line, for a reader."""
        return f"{self.file.relative_to(CHECKOUT)}:{self.line}"


def mutants_of(file: Path) -> list[Mutant]:
    """Every mutant of a file, in order of its source."""
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    found, seen = [], dict[str, int]()
    for path, function in functions_of(tree):
        for number, (piece, (operator, change, _)) in enumerate(_changes(function)):
            name = f"{path}: {change}"
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                change = f"{change} [{seen[name]}]"
            last = getattr(piece, "end_lineno", None) or piece.lineno
            found.append(Mutant(file, path, operator, change, piece.lineno, last, number))
    return found


def functions_of(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods of a module by qualified name; those inside functions belong to the outer one."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def code_of(mutant: Mutant) -> CodeType:
    """The changed function, compiled where it stands in its module."""
    tree = ast.parse(mutant.file.read_text(encoding="utf-8"), str(mutant.file))
    (function,) = (node for path, node in functions_of(tree) if path == mutant.function)
    for number, (piece, (_, _, new)) in enumerate(_changes(function)):
        if number == mutant.number:
            _replace(function, piece, ast.copy_location(copy.deepcopy(new), piece))
            break
    code = compile(ast.fix_missing_locations(tree), str(mutant.file), "exec")
    for name in mutant.function.split("."):
        (code,) = (part for part in code.co_consts if isinstance(part, CodeType) and part.co_name == name)
    return code


def _changes(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, Change]]:
    """Each piece of a function's body that can be changed, with one change; pieces in order of the source."""
    for statement in function.body:
        for node in _walk(statement):
            for change in _of_node(node):
                yield node, change


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it that may be changed."""
    if isinstance(node, _LEFT_ALONE):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
        return
    if isinstance(node, ast.keyword) and node.arg == "strict":  # an assertion about lengths
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "args") and not isinstance(node, ast.Call):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


def _of_node(node: ast.AST) -> Iterator[Change]:
    """Every change of one node; what replaces it has the same place in the tree."""
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield from _negated(node)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        new = copy.deepcopy(node)
        new.ops = [_COMPARISONS[type(node.ops[0])]()]
        yield "comparison changed", f"`{_source(node)}` becomes `{_source(new)}`", new
    elif isinstance(node, ast.BoolOp):
        new_bool = copy.deepcopy(node)
        new_bool.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or", f"`{_source(node)}` becomes `{_source(new_bool)}`", new_bool
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _ARITHMETIC and not _of_texts(node):
        changed = copy.deepcopy(node)
        changed.op = _ARITHMETIC[type(node.op)]()
        yield "arithmetic", f"`{_source(node)}` becomes `{_source(changed)}`", changed
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield "sign", f"`{_source(node)}` becomes `{_source(node.operand)}`", node.operand
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.YieldFrom):
        yield "call left out", f"leave out `{_source(node)}`", ast.Pass()
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute | ast.Subscript):
        yield "assignment left out", f"leave out `{_source(node)}`", ast.Pass()
    elif isinstance(node, ast.Continue | ast.Break):
        yield "jump left out", f"leave out `{_source(node)}`", ast.Pass()
    elif isinstance(node, ast.Name) and node.id in _OTHER_ENDS:
        yield (
            "other end",
            f"`{node.id}` becomes `{_OTHER_ENDS[node.id]}`",
            ast.Name(_OTHER_ENDS[node.id], node.ctx),
        )
    elif isinstance(node, ast.Attribute) and node.attr in _OTHER_ENDS and _is_numpy(node.value):
        other = ast.Attribute(node.value, _OTHER_ENDS[node.attr], node.ctx)
        yield "other end", f"`{_source(node)}` becomes `{_source(other)}`", other


def _negated(node: ast.If | ast.While | ast.IfExp) -> Iterator[Change]:
    test = node.test
    if isinstance(test, ast.Constant) or (
        isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], _NEGATIONS)
    ):
        return  # always so; or the changed comparison says the same
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return  # leaving its `not` out says the same
    new = copy.copy(node)
    new.test = ast.UnaryOp(ast.Not(), test)
    yield "condition negated", f"not `{_source(test)}`", new


def _of_constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield "truth value", f"{value} becomes {not value}", ast.Constant(not value)
    elif isinstance(value, int | float):
        yield "number", f"{value} becomes {value + 1}", ast.Constant(value + 1)
    elif isinstance(value, str) and value in ("left", "right"):
        yield "other end", f"{value!r} becomes {_OTHER_ENDS[value]!r}", ast.Constant(_OTHER_ENDS[value])


def _of_texts(node: ast.BinOp | ast.AugAssign) -> bool:
    """Whether texts or lists are joined, which a minus cannot."""
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    return any(
        isinstance(side, ast.JoinedStr | ast.List | ast.ListComp | ast.Tuple)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in sides
    )


def _is_numpy(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "math", "numpy")


def _replace(function: ast.FunctionDef, old: ast.AST, new: ast.AST) -> None:
    """Put a node in the place of another."""
    for parent in ast.walk(function):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return
            if isinstance(value, list):
                for k, each in enumerate(value):
                    if each is old:
                        value[k] = new
                        return
    raise AssertionError("the piece to be changed is not in its function")


def _source(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 160 else f"{text[:150]}..."
