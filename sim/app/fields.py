"""The settings that the form offers: their names, today's values, units and plausible ranges.

All come from the schema, the shipped configuration and the evidence register. What somebody enters is read
and checked in `forms`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sim.config.evidence import Entry
    from sim.config.schema import Parameters

COMPOSING: Final = threading.Lock()
"""Hydra composes one configuration at a time."""


@dataclass(frozen=True)
class Field:
    """One setting as the form shows it."""

    path: str
    entry: Entry
    today: str
    flag: bool

    @property
    def label(self) -> str:
        """Its name, as a reader meets it."""
        from sim.present.levers import plain_title

        return plain_title(self.path)

    @property
    def words(self) -> str:
        """What the number is of, and its unit."""
        return self.entry.meaning

    @property
    def limits(self) -> str:
        """The plausible range."""
        if self.entry.range is not None:
            return f"{self.entry.range[0]:g} to {self.entry.range[1]:g}"
        return self.entry.distribution or ""


@lru_cache(maxsize=1)
def composed() -> Parameters:
    """The shipped configuration."""
    from sim.config.compose import baseline

    with COMPOSING:
        return baseline()


@lru_cache(maxsize=1)
def values() -> dict[str, str]:
    """What holds of every input that is one number or one yes or no, on the day the options start."""
    from sim.config.tree import leaves

    today = composed()
    held = ((path, _at(value, today.policy.start)) for path, value in leaves(today))
    return {path: _shown(now) for path, now in held if isinstance(now, bool | int | float)}


@lru_cache(maxsize=1)
def fields() -> tuple[dict[str, tuple[Field, ...]], tuple[Field, ...]]:
    """Levers by subject, and those inputs of the world that the assumption band varies."""
    from sim.config.evidence import register
    from sim.config.tree import leaves

    today = composed()
    start = today.policy.start
    levers: dict[str, list[Field]] = {}
    world: dict[str, Field] = {}
    banded = {path for entry in today.experiment.band.values() for path in (*entry.low, *entry.high)}
    for path, value in leaves(today):
        now = _at(value, start)
        if not isinstance(now, bool | int | float):
            continue
        entry = register().entry(path)
        subject, _, last = path.partition(".")
        own_service = subject != "services" or last.rpartition(".")[2] in ("offered_share", "places")
        field = Field(path, entry, _shown(now), isinstance(now, bool))
        if entry.kind == "lever" and own_service:
            levers.setdefault(subject, []).append(field)
        elif path in banded:
            world[path] = field
    return {name: tuple(own) for name, own in levers.items()}, tuple(world.values())


def _at(value: Any, day: Any) -> Any:
    """The value that holds on a day, of a dated value."""
    if hasattr(value, "dates") and not callable(getattr(value, "values", None)):
        held = [one for when, one in zip(value.dates, value.values, strict=True) if when <= day]
        return held[-1] if held else value.values[0]
    return value


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "no limit" if value == float("inf") else f"{value:g}"
