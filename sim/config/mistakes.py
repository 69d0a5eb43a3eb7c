"""What is said when a configuration is wrong: every mistake, in one message, with the nearest valid thing.

A mistake names the path, what was given and where, and what is allowed. This module words and gathers
mistakes; finding them is left to whoever reads files, overrides or values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError

if TYPE_CHECKING:
    from pydantic import ValidationError

_LONGEST_GIVEN: Final = 70


class _Nothing:
    """Marks that no value was given, which is not the same as an empty one."""


NOTHING: Final = _Nothing()


@dataclass(frozen=True)
class Mistake:
    """One thing to put right.

    Attributes
    ----------
    path : str
        The parameter, file or option it is about.
    problem : str
        What is wrong and what is allowed.
    given : object
        The value given, or `NOTHING`.
    where : str
        The file or override it was given in; empty if unknown.
    """

    path: str
    problem: str
    given: object = NOTHING
    where: str = ""

    def line(self) -> str:
        """Return the mistake as one line."""
        given = "" if isinstance(self.given, _Nothing) else f" = {shown(self.given)}"
        where = f" ({self.where})" if self.where else ""
        return f"{self.path}{given}{where}: {self.problem}"


class ConfigurationError(SimError):
    """All mistakes found in one reading.

    Attributes
    ----------
    mistakes : tuple of Mistake
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple({mistake.line(): mistake for mistake in mistakes}.values())
        count = len(self.mistakes)
        head = "There is a mistake" if count == 1 else f"There are {count} mistakes"
        lines = "".join(f"\n  - {mistake.line()}" for mistake in self.mistakes)
        super().__init__(f"{head} in what was asked for. Nothing was run.{lines}")


def shown(value: object) -> str:
    """Return a value as YAML would write it, shortened."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, str) else str(value)
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    return text if len(text) <= _LONGEST_GIVEN else text[: _LONGEST_GIVEN - 3] + "..."


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known name that `name` was most likely meant to be, or None.

    `cutoff`, from 0 to 1, is how alike the two must be at least.
    """
    found = get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return found[0] if found else None


def nearest_path(path: str, known: Sequence[str]) -> str | None:
    """Return the known path that `path` was most likely meant to be, or None.

    The same last name elsewhere in the tree comes first, then a misspelt last name beside its siblings, then
    whatever reads most alike.
    """
    above, _, last = path.rpartition(".")
    siblings = {other.rpartition(".")[2]: other for other in known if other.rpartition(".")[0] == above}
    same_last = [other for other in known if other.rpartition(".")[2] == last]
    if same_last:
        return nearest(path, same_last, cutoff=0)
    beside = nearest(last, siblings)
    return siblings[beside] if beside is not None else nearest(path, known)


def did_you_mean(name: str | None) -> str:
    """Return the hint that names the nearest valid thing, or nothing."""
    return "" if name is None else f"; did you mean {name}?"


def listed(names: Iterable[str], most: int = 14) -> str:
    """Return names as a list, cut off politely."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def unknown_name(path: str, tree: Mapping[str, Any], *, given: object = NOTHING, where: str = "") -> Mistake:
    """Return the mistake of a name that no parameter has.

    Parameters
    ----------
    path : str
        As given.
    tree : mapping
        The plain tree of the baseline, for what is allowed and what is nearest.
    """
    above = path.rpartition(".")[0]
    level: Any = tree
    reached: list[str] = []
    for name in above.split(".") if above else ():
        if not isinstance(level, Mapping) or name not in level:
            break
        level = level[name]
        reached.append(name)
    if not isinstance(level, Mapping) or _has_dates(level):
        problem = f"unknown name; {'.'.join(reached)} is a value and has no parts"
        return Mistake(path, problem, given, where)
    inside = f"in {'.'.join(reached)}" if reached else "at the top"
    hint = did_you_mean(nearest_path(path, every_path(tree))) or "."
    return Mistake(path, f"unknown name{hint} Allowed {inside}: {listed(level)}", given, where)


def every_path(tree: Mapping[str, Any], above: str = "") -> list[str]:
    """Return the paths of all branches and leaves of a plain tree, dates left out."""
    found: list[str] = []
    for name, value in tree.items():
        path = f"{above}{name}"
        found.append(path)
        if isinstance(value, Mapping) and not _has_dates(value):
            found += every_path(value, f"{path}.")
    return found


def from_validation(
    error: ValidationError, tree: Mapping[str, Any], origin: Callable[[str], str]
) -> list[Mistake]:
    """Word what the schema found.

    Parameters
    ----------
    error : pydantic.ValidationError
    tree : mapping
        The plain tree of the baseline.
    origin : callable
        Says where a path was given (a file or an override), or ``""``.
    """
    found = []
    for detail in error.errors(include_url=False):
        path = ".".join(str(part) for part in detail["loc"])
        given, kind, context = detail["input"], detail["type"], detail.get("ctx", {})
        where = origin(path)
        if kind == "extra_forbidden":
            found.append(unknown_name(path, tree, given=given, where=where))
        elif kind == "missing":
            found.append(Mistake(path, "is missing and has no default", where=where))
        elif kind == "literal_error":
            allowed = [word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
            hint = did_you_mean(nearest(str(given), allowed))
            found.append(Mistake(path, f"must be one of: {', '.join(allowed)}{hint}", given, where))
        elif kind in ("model_type", "model_attributes_type", "dict_type"):
            inside = listed(branch) if isinstance(branch := _at(tree, path), Mapping) else "names and values"
            found.append(Mistake(path, f"is a group, not a value; it holds: {inside}", given, where))
        elif kind == "value_error":
            words = str(context["error"])
            of_group = isinstance(given, Mapping) and not _has_dates(given)
            found.append(Mistake(path or "the configuration", words, NOTHING if of_group else given, where))
        else:
            found.append(Mistake(path, detail["msg"][:1].lower() + detail["msg"][1:], given, where))
    return found


def _has_dates(mapping: Mapping[Any, Any]) -> bool:
    """Say whether a mapping holds values by date, and so is one value and no group."""
    return any(str(name)[:1].isdigit() for name in mapping)


def _at(tree: Any, path: str) -> Any:
    for name in path.split("."):
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree
