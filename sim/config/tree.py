"""Paths through the parameter tree: its leaves, which of them are dated, and laying changes over it.

A path is the names from the top joined by dots (``support.floor.bed_days``). A leaf is one value, dated or
not; a branch is a group of names. Nothing is validated here, and nothing given is altered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, Literal, get_args, get_origin

from sim.config.parts import Part
from sim.config.schema import Parameters
from sim.config.values import FIRST_DAY, Dated

Plain = dict[str, Any]
"""Nested dictionaries of numbers, words, truth values and lists: what a YAML file holds."""

Shape = Literal["branch", "open branch", "dated", "value"]


@cache
def shape(path: str) -> Shape | None:
    """Say what stands at a path, or None if no parameter of any configuration can stand there.

    Returns
    -------
    {"branch", "open branch", "dated", "value"} or None
        An open branch takes names of the user's choice (``services``, ``experiment.band``).
    """
    at: Any = Parameters
    for name in path.split(".") if path else ():
        if get_origin(at) is dict and _is_part(get_args(at)[1]):
            at = get_args(at)[1]
        elif _is_part(at) and name in at.model_fields:
            at = at.model_fields[name].annotation
        else:
            return None
    if _is_part(at):
        return "branch"
    if get_origin(at) is dict and _is_part(get_args(at)[1]):
        return "open branch"
    return "dated" if at is Dated else "value"


def _is_part(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Part)


def leaves(parameters: Part, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every leaf as (path, value), in the order of the schema."""
    for name in type(parameters).model_fields:
        yield from _leaves_of(f"{above}{name}", getattr(parameters, name))


def _leaves_of(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Part):
        yield from leaves(value, f"{path}.")
    elif isinstance(value, dict) and any(isinstance(part, Part) for part in value.values()):
        for name, part in value.items():
            yield from _leaves_of(f"{path}.{name}", part)
    else:
        yield path, value


def plain(value: Any) -> Any:
    """Return a branch or a value as YAML would hold it: dated values as mappings, dates as words."""
    if isinstance(value, Part):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Dated):
        return value.plain()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def nested(path: str, value: Any) -> Plain:
    """Return the tree that holds one value at a path."""
    for name in reversed(path.split(".")):
        value = {name: value}
    tree: Plain = value
    return tree


def overlay(base: Any, change: Any, path: str = "") -> Any:
    """Return `base` with `change` laid over it, name by name.

    A mapping of dates laid over a dated value adds its dates to those already there; a single number
    replaces the whole history. Any other value replaces what stood there. Neither argument is altered.
    """
    kind = shape(path)
    if kind == "dated" and isinstance(change, Mapping):
        known = base if isinstance(base, Mapping) else {FIRST_DAY.isoformat(): base}
        return {**known, **{str(when): value for when, value in change.items()}}
    if kind in ("branch", "open branch") and isinstance(base, Mapping) and isinstance(change, Mapping):
        merged = dict(base)
        for name, value in change.items():
            below = f"{path}.{name}" if path else str(name)
            merged[str(name)] = overlay(base[name], value, below) if name in base else value
        return merged
    return change


def settings(change: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the (path, value) pairs that a partial tree sets, known to the schema or not."""
    if isinstance(change, Mapping) and shape(path) in ("branch", "open branch"):
        for name, value in change.items():
            yield from settings(value, f"{path}.{name}" if path else str(name))
    else:
        yield path, change


def branch_at(tree: Any, path: str) -> Any:
    """Return what stands at a path of a plain tree, or None."""
    for name in path.split(".") if path else ():
        if not isinstance(tree, Mapping) or name not in tree:
            return None
        tree = tree[name]
    return tree
