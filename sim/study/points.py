"""One point of a design: a setting of the world, the option that is tried in it, and what they resolve to.

A point is text, small enough to be sent anywhere; what it means is worked out where it is needed, from the
configuration files, and checked in full before anything is run. Nothing is run here.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from sim.errors import SimError

if TYPE_CHECKING:
    from sim.config.compose import Scenario
    from sim.config.mistakes import Mistake
    from sim.config.schema import Parameters

OWN: Final = frozenset(
    f"experiment.{name}"
    for name in (
        "seed",
        "replications",
        "band_replications",
        "coupling_replications",
        "workers",
        "options",
        "keep_events",
    )
)
"""Settings that the study itself decides; a point may not."""
_LENGTH: Final = 20  # hexadecimal digits of an address: a collision among a million has odds of 1 in 10**12
_COMPOSING = threading.RLock()  # Hydra composes with a state of its own: one thread at a time


@dataclass(frozen=True)
class Point:
    """One setting of a design.

    Attributes
    ----------
    name : str
        Unique in the design, for example ``p0017``.
    world : tuple of str
        Overrides of the world, ``path=value``, the same for today's rules and the option. Where the option
        sets the path too, this is its value until the option starts.
    scenarios : tuple of str
        Names of the stories that make the option; none means today's rules alone.
    levers : tuple of str
        Further ``path=value`` of the option, laid over its stories.
    """

    name: str
    world: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()

    @property
    def has_option(self) -> bool:
        """Whether anything is tried beside today's rules."""
        return bool(self.scenarios or self.levers)


@dataclass(frozen=True)
class Resolved:
    """What a point means.

    Attributes
    ----------
    before, after : Parameters
        Today's rules, and those from ``policy.start`` on; one object if there is no option.
    today, option : str
        What the two are known by.
    """

    before: Parameters
    after: Parameters
    today: str
    option: str


class Known(Protocol):
    """What a point is known by."""

    @property
    def today(self) -> str: ...

    @property
    def option(self) -> str: ...


@dataclass(frozen=True)
class Detail:
    """How much is measured of a run: with everyone's series in calendar time, and by group."""

    calendar: bool = False
    groups: bool = False


def resolve(point: Point, detail: Detail = Detail()) -> Resolved:
    """Return the parameters of a point, checked in full.

    Raises
    ------
    ConfigurationError
        With every mistake of this point; each names the point.
    """
    from sim.config.identity import config_hash
    from sim.config.mistakes import ConfigurationError
    from sim.experiment.machinery import check_follow_up, end_of_follow_up
    from sim.experiment.plan import COMMON, alike, with_experiment

    with _COMPOSING:
        before, after = _composed(point)
    try:
        check_follow_up(before)
    except SimError as error:
        raise ConfigurationError([_mistake(f"point {point.name}", str(error))]) from None
    asked = after.experiment.coupling
    changes: dict[str, Any] = {"coupling": COMMON}
    if not detail.calendar:
        changes["horizon"] = min(end_of_follow_up(before), before.experiment.horizon)
    same = after is before
    before = with_experiment(alike(before), **changes)
    today = config_hash(before)
    if same:
        return Resolved(before, before, today, today)
    after = with_experiment(alike(after), **{**changes, "coupling": asked})
    return Resolved(before, after, today, config_hash(after))


def address(resolved: Known, program: str, seed: int, replication: int, detail: Detail) -> str:
    """Return what one replication of a point is known by: program, parameters, seed, what is measured.

    Points that resolve to the same parameters share one address, whatever they are called.
    """
    measured = f"calendar={detail.calendar} groups={detail.groups}"
    text = "\n".join([program, resolved.today, resolved.option, str(seed), str(replication), measured])
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def check_names(points: Sequence[Point]) -> None:
    """Refuse a design without points, or in which two have one name.

    Raises
    ------
    SimError
    """
    if not points:
        raise SimError("This design has no points, so there is nothing to run; allowed: one or more")
    seen: set[str] = set()
    twice = {point.name for point in points if point.name in seen or seen.add(point.name)}  # type: ignore[func-returns-value]
    if twice:
        shown = ", ".join(sorted(twice)[:5])
        raise SimError(f"Points of a design must have names of their own; given to more than one: {shown}")


# ------------------------------------------------------------------------------------------------ composing
def _composed(point: Point) -> tuple[Parameters, Parameters]:
    """The parameters before and after; one object where there is no option."""
    from sim.config.compose import baseline, world
    from sim.config.mistakes import ConfigurationError, Mistake

    values, slow, mistakes = _read(point.world, "world")
    levers, groups, more = _read(point.levers, "levers")
    mistakes += more
    mistakes += [
        _mistake(text, "is a group or chooses a file; an option is made of scenarios and levers: path=value")
        for text in groups
    ]
    mistakes += _not_levers(levers)
    mistakes += [
        Mistake(path, "is decided by the study itself; leave it out of its points", value)
        for path, value in values.items()
        if path in OWN
    ]
    if mistakes:
        raise _of(point, mistakes)
    try:
        if not point.has_option:
            before = baseline(tuple(slow))
            before = world(before, values) if values else before
            return before, before
        story = _story(point.scenarios, tuple(slow))
        before = world(story.before, values) if values else story.before
        kept = {path: value for path, value in values.items() if not _is_set(path, story)}
        later = {**kept, **levers}
        return before, world(story.after, later) if later else story.after
    except ConfigurationError as error:
        raise _of(point, error.mistakes) from None


@lru_cache(maxsize=128)
def _story(names: tuple[str, ...], overrides: tuple[str, ...]) -> Scenario:
    from sim.config.compose import scenario

    return scenario(names, overrides)


def _is_set(path: str, story: Scenario) -> bool:
    """Whether a story sets this path, or a part of it."""
    return any(f"{one}.".startswith(f"{path}.") or f"{path}.".startswith(f"{one}.") for one in story.changes)


def _read(texts: Sequence[str], what: str) -> tuple[dict[str, Any], list[str], list[Mistake]]:
    """Values by path; what must go through Hydra (a choice of file, the band); and mistakes."""
    values: dict[str, Any] = {}
    slow: list[str] = []
    mistakes: list[Mistake] = []
    for text in texts:
        path, value, is_slow, found = _read_one(text)
        mistakes += found
        if path in values:
            mistakes.append(_mistake(path, f"is given twice among the {what} of this point"))
        if is_slow:
            slow.append(text)
        elif not found:
            values[path] = value
    return values, slow, mistakes


@lru_cache(maxsize=8_192)
def _read_one(text: str) -> tuple[str, Any, bool, tuple[Mistake, ...]]:
    """One override: its path and value, whether it must go through Hydra, and its mistakes."""
    from sim.config.overrides import read_overrides
    from sim.config.tree import shape

    found, choices, mistakes = read_overrides([text])
    if mistakes:
        return "", None, False, tuple(mistakes)
    if choices or shape(found[0].path) in ("branch", "open branch"):
        return text.partition("=")[0], None, True, ()
    return found[0].path, found[0].value, False, ()


def _not_levers(levers: dict[str, Any]) -> list[Mistake]:
    """Mistakes for what is set in the option and is no lever."""
    from sim.config.compose import baseline
    from sim.config.evidence import register
    from sim.config.mistakes import Mistake, unknown_name
    from sim.config.tree import branch_at, plain

    mistakes = []
    base = plain(baseline()) if levers else {}
    for path, value in levers.items():
        if branch_at(base, path) is None:
            mistakes.append(unknown_name(path, base, given=value))
        elif (kind := register().kind(path)) != "lever":
            what = "a parameter of the world" if kind == "world" else "a setting of the run"
            mistakes.append(Mistake(path, f"is {what}, not a lever; an option changes levers only", value))
    return mistakes


def _mistake(path: str, problem: str) -> Mistake:
    from sim.config.mistakes import Mistake

    return Mistake(path, problem)


def _of(point: Point, mistakes: Iterable[Mistake]) -> SimError:
    """The error of a point; every mistake says which point it is of."""
    from sim.config.mistakes import ConfigurationError, Mistake

    where = f"point {point.name}"
    return ConfigurationError(
        Mistake(
            one.path,
            one.problem,
            one.given,
            f"{where}, {one.where}" if one.where not in ("", "world") else where,
        )
        for one in mistakes
    )
