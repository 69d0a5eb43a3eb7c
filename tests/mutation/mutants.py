"""Mutants of the pathway: small changes to its rules, made systematically from the source.

A condition is negated, taken as true or as false; a part of an `and` or `or` is left out; a comparison that a
function returns is turned round; a call that does something is dropped. Each mutant is one changed function.
Not made: changes of numbers and of arithmetic, which days and shares in the stories and the agreement of the
engines look after.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Final

PATHWAY: Final = Path(__file__).parents[2] / "sim" / "pathway"
NOT_RULES: Final = ("__init__.py", "clocks.py")
"""`clocks.py` reckons hazards: rates and thresholds, which tests of their own look after."""


@dataclass(frozen=True)
class Mutant:
    """One change to one function of the pathway.

    Attributes
    ----------
    module, function : str
    line, last_line : int
        Where the changed piece stands in its file.
    change : str
        What was changed, in words and source; with module and function it names the mutant for good.
    code : CodeType
        The changed function, compiled.
    """

    module: str
    function: str
    line: int
    last_line: int
    change: str
    code: CodeType

    @property
    def name(self) -> str:
        """What the mutant is called, whatever happens to the lines above it."""
        return f"{self.module}.{self.function}: {self.change}"

    @property
    def where(self) -> str:
        """File and line, for a reader."""
        return f"sim/pathway/{self.module}.py:{self.line}"


def files() -> list[Path]:
    """The files of the pathway that hold rules."""
    return sorted(file for file in PATHWAY.glob("*.py") if file.name not in NOT_RULES)


def mutants_of(file: Path) -> Iterator[Mutant]:
    """Every mutant of a file, in the order of its source."""
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    seen: dict[str, int] = {}
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        for piece, (change, mutated) in _changes(function):
            name = f"{function.name}: {change}"
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                change = f"{change} [{seen[name]}]"
            code = _compiled(mutated, file)
            last = piece.end_lineno or piece.lineno
            yield Mutant(file.stem, function.name, piece.lineno, last, change, code)


def _changes(function: ast.FunctionDef) -> Iterator[tuple[ast.expr | ast.stmt, tuple[str, ast.FunctionDef]]]:
    """Each piece of a function that can be changed, with the change in words and the changed function."""
    nodes = list(ast.walk(function))
    for number, node in enumerate(nodes):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            yield from _tests(function, number, node.test, "test")
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Compare | ast.BoolOp | ast.UnaryOp):
            yield from _tests(function, number, node.value, "value")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.YieldFrom):
            yield node, (f"drop `{_source(node)}`", _replaced(function, number, None, ast.Pass()))


def _tests(
    function: ast.FunctionDef, number: int, test: ast.expr, place: str
) -> Iterator[tuple[ast.expr, tuple[str, ast.FunctionDef]]]:
    """The changes of one condition."""
    if isinstance(test, ast.Constant):
        return
    source = _source(test)
    what = "return" if place == "value" else "test"
    turned = [(f"not {what} `{source}`", ast.UnaryOp(ast.Not(), test))]
    turned += [(f"{what} `{source}` is {value}", ast.Constant(value)) for value in (True, False)]
    if isinstance(test, ast.BoolOp):
        for left_out in range(len(test.values)):
            rest = [part for k, part in enumerate(test.values) if k != left_out]
            kept = ast.BoolOp(test.op, rest) if len(rest) > 1 else rest[0]
            turned.append((f"{what} `{source}` without `{_source(test.values[left_out])}`", kept))
    for change, expression in turned:
        yield test, (change, _replaced(function, number, place, expression))


def _replaced(
    function: ast.FunctionDef, number: int, place: str | None, new: ast.expr | ast.stmt
) -> ast.FunctionDef:
    """A copy of a function in which one node (or one field of it) is another."""
    changed = copy.deepcopy(function)
    node = list(ast.walk(changed))[number]
    if place is not None:
        setattr(node, place, copy.deepcopy(new))
        return ast.fix_missing_locations(changed)
    for parent in ast.walk(changed):
        for field in ("body", "orelse"):
            block = getattr(parent, field, None)
            if isinstance(block, list) and node in block:
                block[block.index(node)] = ast.copy_location(new, node)
    return ast.fix_missing_locations(changed)


def _source(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _compiled(function: ast.FunctionDef, file: Path) -> CodeType:
    """The code of a function, as its module would hold it."""
    future = ast.parse("from __future__ import annotations")
    module = ast.Module([*future.body, function], [])
    (code,) = (
        part
        for part in compile(module, str(file), "exec").co_consts
        if isinstance(part, CodeType) and part.co_name == function.name
    )
    return code
