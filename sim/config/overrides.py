"""Reading overrides: ``path=value`` on the command line, in Hydra's grammar, with all their mistakes.

Which names exist is not decided here; what cannot be meant at all (a removal, a list of choices) is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sim.config.mistakes import ConfigurationError, Mistake, did_you_mean, listed, nearest
from sim.config.places import data_dir


@dataclass(frozen=True)
class Override:
    """One override: where, what, and how it was written."""

    path: str
    value: Any
    text: str


def read_overrides(texts: Sequence[str]) -> tuple[list[Override], list[str], list[Mistake]]:
    """Return the value overrides, the choices of a configuration file (``policy=today``), and the mistakes.

    Parameters
    ----------
    texts : sequence of str
        As given on the command line. ``+path=value`` means the same as ``path=value``: an unknown name stays
        unknown with a plus before it.
    """
    values: list[Override] = []
    choices: list[str] = []
    mistakes: list[Mistake] = []
    for text in texts:
        try:
            one = _read(text)
        except ConfigurationError as error:
            mistakes += error.mistakes
            continue
        options = _options(one.path)
        if options is None or not _names(one.value):
            values.append(one)
            continue
        unknown = [name for name in _names(one.value) if name not in options]
        choices += [] if unknown else [text.lstrip("+")]
        for name in unknown:
            hint = did_you_mean(nearest(name, options)) or "."
            problem = f"there is no file {name}.yaml in configs/{one.path}{hint} There are: {listed(options)}"
            mistakes.append(Mistake(one.path, problem, one.value, f"override {text}"))
    seen: dict[str, Override] = {}
    for one in values:
        other = seen.setdefault(one.path, one)
        if other is not one and other.value != one.value:
            problem = f"is given two values: {other.text} and {one.text}"
            mistakes.append(Mistake(one.path, problem))
    return values, choices, mistakes


def split_scenarios(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the overrides without ``scenarios=...``, and the names that it gave.

    Examples
    --------
    >>> split_scenarios(["scenarios=[priority_need,local_connection_exempt]", "experiment.seed=7"])
    (('experiment.seed=7',), ('priority_need', 'local_connection_exempt'))
    """
    rest: list[str] = []
    names: list[str] | None = None
    mistakes: list[Mistake] = []
    for text in texts:
        if text.lstrip("+").partition("=")[0].strip() not in ("scenarios", "scenario"):
            rest.append(text)
            continue
        try:
            value = _read(text).value
        except ConfigurationError as error:
            mistakes += error.mistakes
            continue
        given = _names(value)
        problem = ""
        if not given:
            problem = "must be a name or a list of names, for example scenarios=[priority_need]"
        elif names is not None:
            problem = "is given twice; put the names into one list"
        if problem:
            mistakes.append(Mistake("scenarios", problem, value, f"override {text}"))
        names = [name for entry in given for name in entry.split("+")]
    if mistakes:
        raise ConfigurationError(mistakes)
    return tuple(rest), tuple(names or ())


def _read(text: str) -> Override:
    """Return one override, or raise ConfigurationError."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    form = "write path=value, for example support.floor.bed_days=180"
    try:
        parsed = OverridesParser.create().parse_override(text)
    except HydraException as error:
        reason = str(error).splitlines()[0]
        raise ConfigurationError(
            [Mistake(f"override {text!r}", f"cannot be read ({reason}); {form}")]
        ) from None
    path = parsed.get_key_element().lstrip("+~")
    if parsed.is_delete():
        problem = "a name cannot be removed; give it another value"
        raise ConfigurationError([Mistake(path, problem, where=f"override {text}")])
    if parsed.is_sweep_override():
        problem = "is a list of choices; give one value, or a list in brackets: [a,b]"
        raise ConfigurationError([Mistake(path, problem, where=f"override {text}")])
    return Override(path, _infinite(parsed.value()), text)


def _infinite(value: Any) -> Any:
    """Return the value with YAML's ``.inf`` read as a number, which Hydra's grammar leaves as a word."""
    if isinstance(value, dict):
        return {str(name): _infinite(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_infinite(part) for part in value]
    return math.inf if isinstance(value, str) and value == ".inf" else value


def _names(value: Any) -> list[str]:
    """Return the value as a list of names, empty if it is none."""
    every = value if isinstance(value, list) else [value]
    return every if every and all(isinstance(name, str) and name for name in every) else []


@cache
def _options(group: str) -> tuple[str, ...] | None:
    """Return the names of the files in a folder of configs, or None if there is no such subject."""
    folder = data_dir("configs") / group
    if not group.isidentifier() or group == "evidence" or not folder.is_dir():
        return None
    return tuple(sorted(file.stem for file in folder.glob("*.yaml")))
