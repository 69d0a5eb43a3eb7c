"""From the fields of a form to a request, with the mistakes of the command line beside their fields.

A request holds names of scenarios, settings of levers (an option of its own) and settings of the world; it
is written as the query of an address and read back from it. Every value is checked by the schema; nothing
that is sent is ever carried out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from sim.app.fields import COMPOSING, fields
from sim.app.first import NO_BAND, first_entries, seat, sets_band
from sim.app.store import Job
from sim.errors import SimError

if TYPE_CHECKING:
    from sim.config.mistakes import Mistake

OWN: Final = "own_"
"""Names of options that were set in the page begin so."""
OWN_NAME: Final = re.compile(r"own_[0-9a-f]{8}")
MOST_OPTIONS: Final = 6
MOST_LINES: Final = 40
LONGEST: Final = 300
LARGEST_WORLD: Final = 2.0
LAST_YEAR: Final = 2040
NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
LINE: Final = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_\-]+)+=\S.*", re.ASCII)
OF_THE_RUN: Final = ("seed", "horizon", "cohort_months", "follow_up_days", "gain_days")
"""What may be set of `experiment`; replications, workers and the like are for the server to choose."""
WAYS: Final = {"each": "Each on its own", "together": "All of them together, as one option"}


@dataclass(frozen=True)
class Wrong:
    """One mistake: the field it is in (an id on the form) and what is said of it."""

    field: str
    text: str


@dataclass(frozen=True)
class Choice:
    """What somebody asks for.

    Attributes
    ----------
    options : tuple of str
        Names of scenarios.
    way : str
        A key of `WAYS`.
    levers, world : tuple of (path, text)
        Settings of the option of one's own, and of the world in every option.
    other : tuple of str
        More settings of the world, ``path=value``.
    """

    options: tuple[str, ...] = ()
    way: str = "each"
    levers: tuple[tuple[str, str], ...] = ()
    world: tuple[tuple[str, str], ...] = ()
    other: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The choice as the query of an address; equal choices have equal ones."""
        pairs = [("option", name) for name in self.options]
        pairs += [("way", self.way)] if self.way != "each" else []
        pairs += [(f"lever.{path}", text) for path, text in self.levers]
        pairs += [(f"world.{path}", text) for path, text in self.world]
        pairs += [("other", line) for line in self.other]
        return urlencode(pairs)

    def of(self, name: str) -> str:
        """What was given in the field of this name (``lever.PATH`` or ``world.PATH``)."""
        kind, _, path = name.partition(".")
        return dict(self.levers if kind == "lever" else self.world).get(path, "")


def read(pairs: Iterable[tuple[str, Any]]) -> Choice:
    """The choice that names and values of a form or an address make; blank fields are left out."""
    options: list[str] = []
    settings: dict[str, dict[str, str]] = {"lever": {}, "world": {}}
    other: list[str] = []
    way = "each"
    for name, given in pairs:
        text = given.strip() if isinstance(given, str) else ""
        kind, _, path = name.partition(".")
        if not text:
            continue
        if name == "option":
            options.append(text)
        elif name == "way":
            way = text
        elif name == "other":
            other += [line.strip() for line in text.splitlines() if line.strip()]
        elif kind in settings and path:
            settings[kind][path] = text
    return Choice(
        tuple(dict.fromkeys(options)),
        way,
        tuple(sorted(settings["lever"].items())),
        tuple(sorted(settings["world"].items())),
        tuple(dict.fromkeys(other)),
    )


# ------------------------------------------------------------------------------------------------- checking
def checked(
    choice: Choice, scenarios: Path, first: tuple[str, ...], source: str
) -> tuple[Job | None, list[Wrong]]:
    """The job that a choice makes, or everything that is wrong with it.

    Parameters
    ----------
    choice : Choice
    scenarios : Path
        Where an option of one's own is written down.
    first : tuple of str
        What the first round adds; the plan's identity is that of this round.
    source : str
        Hash of the program.
    """
    wrong = [*_strange(choice)]
    levers = _numbers("lever", choice.levers, wrong)
    world = _numbers("world", choice.world, wrong)
    if not choice.options and not choice.levers:
        wrong.append(Wrong("options", "Choose at least one option, or set a lever of your own"))
    if wrong:
        return None, wrong
    names = list(choice.options)
    own = own_story(levers) if levers else None
    with COMPOSING:
        try:
            if own is not None:
                (scenarios / f"{own[0]}.yaml").write_text(own[1], encoding="utf-8")
                names.append(own[0])
            options = ["+".join(names)] if choice.way == "together" else names
            return _planned(choice, options, world, first, source), []
        except SimError as error:
            if own is not None:
                with suppress(OSError):
                    (scenarios / f"{own[0]}.yaml").unlink()
            return None, [_placed(mistake, choice) for mistake in _mistakes(error)]


def _planned(
    choice: Choice, options: list[str], world: dict[str, str], first: tuple[str, ...], source: str
) -> Job:
    from sim.experiment.plan import of_compare

    asked = [*(f"{path}={text}" for path, text in world.items()), *choice.other]
    asked.append(f"experiment.options=[{','.join(options)}]")
    plan = of_compare([*asked, *first, NO_BAND], ())
    _small_enough(plan.units[0].before)
    more: tuple[str, ...] = ()
    if sets_band(first):
        paths = [path for story in plan.stories for path in story.changes]
        entries = first_entries(paths, _band())
        more = (f"experiment.band_entries=[{','.join(entries)}]",)
    plan = of_compare([*asked, *first, *more], ())
    units = tuple(seat(unit.world, unit.replication) for unit in plan.units)
    return Job(
        plan.run_id, choice.query, plan.title, tuple(asked), source, units=units, first=more, plan=plan
    )


def _band() -> Iterable[str]:
    from sim.config.compose import baseline

    return baseline().experiment.band


def _small_enough(before: Any) -> None:
    """Refuse what would keep a shared server busy for an hour."""
    multiplier = before.people.arrivals.multiplier
    largest = max(getattr(multiplier, "values", (multiplier,)))
    if largest > LARGEST_WORLD:
        raise SimError(
            f"people.arrivals.multiplier = {largest:g}: this page runs up to {LARGEST_WORLD:g} times the "
            "people on record; use the command line for more"
        )
    if before.experiment.horizon.year > LAST_YEAR:
        raise SimError(
            f"experiment.horizon = {before.experiment.horizon}: this page runs up to the end of {LAST_YEAR}; "
            "use the command line for more"
        )


def _strange(choice: Choice) -> Iterable[Wrong]:
    """What no form of ours sends, and what is too much or too long."""
    from sim.config.evidence import register
    from sim.config.stories import unknown_stories

    if choice.way not in WAYS:
        yield Wrong("way-each", f"Select how to compare the options: one of {', '.join(WAYS)}")
    if len(choice.options) + bool(choice.levers) > MOST_OPTIONS:
        yield Wrong("options", f"Choose at most {MOST_OPTIONS} options at a time")
    for mistake in unknown_stories([name[:LONGEST] for name in choice.options]):
        yield Wrong("options", f"{mistake.path}: {mistake.problem.partition(' There are:')[0]}")
    for name in choice.options:
        if "+" in name:
            yield Wrong(
                "options", f"{name[:80]}: choose the options one by one, and then how to compare them"
            )
    known = {field.path for own in fields()[0].values() for field in own}
    worlds = {field.path for field in fields()[1]}
    for kind, given, allowed in (("lever", choice.levers, known), ("world", choice.world, worlds)):
        for path, _ in given:
            if path not in allowed:
                yield Wrong("other", f"{path[:80]} is no {kind} setting of this page")
    if len(choice.other) > MOST_LINES:
        yield Wrong("other", f"Give at most {MOST_LINES} lines")
    for line in choice.other[:MOST_LINES]:
        path = line.partition("=")[0].strip()
        if len(line) > LONGEST or not LINE.fullmatch(line):
            yield Wrong(
                "other", f"{line[:80]}: write path=value, for example housing.applying.told_share=0.5"
            )
        elif path.startswith("experiment.") and path.partition(".")[2] not in OF_THE_RUN:
            yield Wrong(
                "other",
                f"{path}: is chosen by this page; allowed of experiment: {', '.join(OF_THE_RUN)}",
            )
        elif register().covering(path) and register().kind(path) == "lever":
            yield Wrong(
                "other", f"{path} is a lever, not a part of the world; set it under “Set levers of your own”"
            )


def _numbers(kind: str, given: Iterable[tuple[str, str]], wrong: list[Wrong]) -> dict[str, str]:
    """The settings as the command line writes them; a text that is no number is a mistake."""
    from sim.present.levers import plain_title

    flags = {field.path for own in (*fields()[0].values(), fields()[1]) for field in own if field.flag}
    found = {}
    for path, text in given:
        if path in flags:
            if text not in ("true", "false"):
                wrong.append(Wrong(f"{kind}.{path}", f"{plain_title(path)}: select yes, no or as today"))
                continue
        elif not NUMBER.fullmatch(text) or len(text) > 20:
            said = f"{plain_title(path)}: enter a number, for example 180, in place of {text[:40]!r}"
            wrong.append(Wrong(f"{kind}.{path}", said))
            continue
        found[path] = text
    return found


def own_story(levers: dict[str, str]) -> tuple[str, str]:
    """Name and text of the scenario file that sets these levers.

    Examples
    --------
    >>> own_story({"support.floor.bed_days": "120"})[0]
    'own_2eb67a1f'
    """
    import yaml

    from sim.config.tree import nested
    from sim.present.levers import plain_title

    told = ", ".join(f"{path} {text}" for path, text in sorted(levers.items()))
    words = ", ".join(f"{_lower(plain_title(path))} {text}" for path, text in sorted(levers.items()))
    name = OWN + hashlib.sha256(told.encode()).hexdigest()[:8]
    tree: dict[str, Any] = {
        "story": {
            name: {
                "title": f"Your own option ({words})" if len(levers) < 3 else f"Your own option ({name})",
                "why": "Set in the web page, to see what it does.",
                "source": {
                    "title": "An option set by a reader",
                    "publisher": "none",
                    "date": "not published",
                },
                "decided_by": "nobody: it was set in the web page",
            }
        }
    }
    for path, text in sorted(levers.items()):
        _merge(tree, nested(path, yaml.safe_load(text)))
    return name, yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _merge(tree: dict[str, Any], more: dict[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(tree.get(name), dict):
            _merge(tree[name], value)
        else:
            tree[name] = value


def _mistakes(error: SimError) -> list[Mistake]:
    from sim.config.mistakes import ConfigurationError, Mistake

    if isinstance(error, ConfigurationError):
        return list(error.mistakes)
    path, _, rest = str(error).partition(" = ")
    return [Mistake(path, rest)] if rest and " " not in path else [Mistake("", str(error))]


def _placed(mistake: Mistake, choice: Choice) -> Wrong:
    """A mistake of the configuration beside the field that it was made in."""
    text = mistake.line().lstrip(": ")
    for kind, given in (("lever", choice.levers), ("world", choice.world)):
        for path, _ in given:
            if mistake.path == path or f"override {path}=" in mistake.where:
                return Wrong(f"{kind}.{path}", text)
    if any(mistake.path and mistake.path in line for line in choice.other) or "override" in mistake.where:
        return Wrong("other", text)
    return Wrong("options", text)
