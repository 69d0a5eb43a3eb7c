"""The tree holds to its own rules: walls between rooms, short modules, no parameter that nothing reads."""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sim.config.parts import Part

ROOT = Path(__file__).resolve().parents[2]
SIM = ROOT / "sim"
MODULES = sorted(SIM.rglob("*.py"))
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
LONGEST = 400


# -------------------------------------------------------------------------------------------------- the walls
@cache
def imported(file: Path) -> tuple[str, ...]:
    """Everything a module imports when it runs, as dotted names; what only type checkers see is left out."""
    return tuple(_imported(ast.parse(file.read_text("utf-8"))))


def _imported(tree: ast.AST) -> Iterator[str]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        waiting.extend(ast.iter_child_nodes(node))


def rows_below(heading: str) -> list[list[str]]:
    """The first table of the architecture page below a heading, as words in ticks, cell by cell."""
    below = ARCHITECTURE.split(f"\n### {heading}\n", 1)[1]
    table = re.findall(r"^\|.*\|$", below.split("\n#", 1)[0], re.M)[2:]
    return [line.strip("|").split("|") for line in table]


def ticked(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def room_of(file: Path) -> str:
    """The room of a module; the modules that carry out a verb stand above all rooms."""
    parts = file.relative_to(SIM).parts
    verbs = ticked(ARCHITECTURE.split("### Which room may import which", 1)[1].split("\n|", 1)[0])
    name = "sim/" + "/".join(parts)
    if any(Path(name).match(pattern) for pattern in verbs if pattern.endswith(".py")):
        return "a verb"
    return parts[0] if len(parts) > 1 else file.stem


ALLOWED = {next(iter(ticked(row[0]))): ticked(row[1]) for row in rows_below("Which room may import which")}
LIBRARIES = {
    library: ticked(row[1]) for row in rows_below("Which library belongs where") for library in ticked(row[0])
}


def test_the_rooms_of_the_table_are_those_of_the_tree() -> None:
    rooms = {file.parent.relative_to(SIM).parts[0] for file in MODULES if file.parent != SIM}
    assert rooms == set(ALLOWED)


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_the_rooms_that_it_may(room: str) -> None:
    across = []
    for file in MODULES:
        if room_of(file) != room:
            continue
        for name in imported(file):
            parts = name.split(".")
            if parts[0] == "sim" and parts[1] not in {room, "errors", "__version__"} | ALLOWED[room]:
                across.append(f"{file.relative_to(ROOT)} imports {name}")
    assert across == []


def test_a_library_is_imported_only_where_it_belongs() -> None:
    elsewhere = []
    for file in MODULES:
        for name in imported(file):
            places = LIBRARIES.get(name.split(".")[0])
            if places is not None and f"sim/{file.relative_to(SIM).parts[0]}" not in places:
                elsewhere.append(f"{file.relative_to(ROOT)} imports {name}")
    assert elsewhere == []


def test_every_library_of_the_table_is_really_imported_there() -> None:
    found = defaultdict(set)
    for file in MODULES:
        for name in imported(file):
            found[name.split(".")[0]].add(f"sim/{file.relative_to(SIM).parts[0]}")
    assert [library for library, places in LIBRARIES.items() if not places <= found[library]] == []


def test_the_pathway_knows_no_file_no_library_and_no_figure() -> None:
    allowed = {"sim", "__future__", "bisect", "collections", "dataclasses", "enum", "functools", "math"}
    allowed |= {"typing"}
    names = {name.split(".")[0] for file in (SIM / "pathway").glob("*.py") for name in imported(file)}
    assert names <= allowed


def test_presentation_never_simulates() -> None:
    runs = ("sim.engine.simulate", "sim.engine.compiled", "sim.people.population", "sim.pathway")
    runs = (*runs, "sim.experiment.runner", "sim.experiment.unit", "sim.experiment.machinery")
    for name in runs:
        path = ROOT / name.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").exists(), f"{name} has moved: name it anew"
    for file in (SIM / "present").rglob("*.py"):
        for name in imported(file):
            assert not name.startswith(runs), f"{file.relative_to(ROOT)} imports {name}"


# ------------------------------------------------------------------------------------------------ the modules
@pytest.mark.parametrize("room", sorted({*ALLOWED, "."}))
def test_every_module_is_short_and_says_what_it_is_for(room: str) -> None:
    for file in (SIM / room).glob("*.py") if room == "." else (SIM / room).rglob("*.py"):
        text = file.read_text("utf-8")
        assert len(text.splitlines()) <= LONGEST, f"{file.relative_to(ROOT)} is longer than {LONGEST} lines"
        told = ast.get_docstring(ast.parse(text)) or ""
        assert told.split("\n")[0].endswith((".", ":", "?")) or not text.strip(), f"{file.relative_to(ROOT)}"


NUMBERS = re.compile(r"\bfloat(?:64)?\b|\bFloats\b")
UNITS = re.compile(
    r"\[|£|\b(?:days?|weeks?|months?|quarters?|years?|yearly|hours?|seconds?|shares?|ratios?|odds|probabilit\w+"
    r"|quantiles?|percent|pounds|pence|people|persons?|bytes?|pixels?|units?|counts?|numbers? of|how many"
    r"|from 0 to 1|between 0 and 1|standard deviations?|p values?|variance)\b",
    re.IGNORECASE,
)
"""What tells the unit of a number: one in square brackets, a name of one, or what kind of ratio it is."""
NOT_YET = {"engine", "outcomes", "people", "pathway"}
"""Rooms in which functions without a unit are still left."""


def public_functions(file: Path) -> Iterator[ast.FunctionDef]:
    """Functions of a module and methods of its classes whose names do not begin with an underscore."""
    tree = ast.parse(file.read_text("utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]
    for owner in (tree, *classes):
        for node in owner.body:
            if isinstance(node, ast.FunctionDef) and node.name[0] != "_":
                yield node


@pytest.mark.parametrize("room", sorted({*ALLOWED} - NOT_YET))
def test_a_public_function_of_numbers_says_in_which_unit(room: str) -> None:
    """Where a number comes in or goes out; what a verb takes is told by its help."""
    untold = []
    for file in (file for file in MODULES if room_of(file) == room):
        for made in public_functions(file):
            given = [*made.args.posonlyargs, *made.args.args, *made.args.kwonlyargs]
            kinds = [ast.unparse(one.annotation) for one in given if one.annotation]
            kinds += [ast.unparse(made.returns)] if made.returns else []
            told = ast.get_docstring(made) or ""
            if any(map(NUMBERS.search, kinds)) and not UNITS.search(told):
                untold.append(f"{file.relative_to(ROOT)}:{made.lineno} {made.name}")
    assert untold == []


# --------------------------------------------------------------------------------------------- the parameters
def parts_of(value: object, path: str = "") -> Iterator[tuple[str, Part]]:
    """Every group of parameters that a configuration holds, with its path."""
    if isinstance(value, Part):
        yield path, value
        for name in type(value).model_fields:
            yield from parts_of(value.__dict__[name], f"{path}.{name}" if path else name)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from parts_of(one, f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from parts_of(one, f"{path}.*")


READ_ELSEWHERE = {
    "experiment.engine": "sim/experiment/machinery.py",  # settles which engine runs; the test runs one itself
    "housing.line.starts": "sim/engine/letting_rules.py",  # read only where homes are queued
    "title": "sim/present/stations.py",
    "set_up_cost": "sim/present/costs.py",
}
"""What no run of today's rules looks at, by path or by last name, and the file in which it is read."""
FOR_READERS = {"price_year": "costs.casework_week", "decided_by": "services.lifeline"}
"""Words that nothing reckons with, and a group of parameters that is explained with them."""


@pytest.mark.parametrize(("name", "group"), list(FOR_READERS.items()))
def test_words_for_readers_are_shown_to_them(
    name: str, group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim.commands import show_explanation

    show_explanation([group])
    assert f"{group}.{name}" in capsys.readouterr().out


def test_there_is_no_parameter_that_nothing_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """One history, one option and its outcomes are made in a tiny world while every look is noted.

    A look from within the configuration itself (a validator's) does not count.
    """
    from sim.config.compose import scenario
    from sim.experiment.machinery import NationalModel
    from sim.experiment.plan import of_compare

    given = ["people.arrivals.multiplier=0.002", "experiment.engine=reference"]
    option = scenario(["priority_need"], given)
    whole = dict(parts_of(option.after))
    looked: set[tuple[type, str]] = set()

    def noted(self: Part, name: str) -> object:
        if not sys._getframe(1).f_globals["__name__"].startswith(("sim.config", "pydantic")):
            looked.add((type(self), name))
        return object.__getattribute__(self, name)

    monkeypatch.setattr(Part, "__getattribute__", noted)
    of_compare(given, ["priority_need"])
    model = NationalModel()
    people = model.people(option.before, 1, 0)
    log = model.whole(people, option.before, option.after, 1, 0)
    cohort = model.cohort(people, log, option.before)
    model.measure(people, log, cohort, option.before, True, option.after)
    monkeypatch.undo()
    unlooked = {
        f"{path}.{name}".lstrip(".")
        for path, part in whole.items()
        for name in type(part).model_fields
        if (type(part), name) not in looked
    }
    names = {path: path.split(".")[-1] for path in unlooked}
    told = {*READ_ELSEWHERE, *FOR_READERS}
    unread = sorted(path for path, name in names.items() if not {path, name} & told)
    assert not unread, "nothing reads " + ", ".join(unread)
    assert told <= {*names, *names.values()}, "a run looks at one of these: take it out"
    for path, file in READ_ELSEWHERE.items():
        assert not file.startswith("sim/config/schema"), "where it is declared, it is not read"
        assert re.search(rf"\b{path.split('.')[-1]}\b", (ROOT / file).read_text("utf-8"))
