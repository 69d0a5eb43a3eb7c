"""From files and overrides to frozen parameters: the baseline, and scenarios laid over it.

Hydra composes the files of ``configs``; overrides, worlds and stories are laid over the result and the whole
is validated once, all mistakes in one message. The only package that imports Hydra is this one, and only
inside functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from sim.config.evidence import Source, register
from sim.config.files import read_mapping, shown_path
from sim.config.mistakes import ConfigurationError, Mistake, from_validation, shown, unknown_name
from sim.config.overrides import read_overrides, split_scenarios
from sim.config.places import data_dir
from sim.config.schema import Parameters, check_horizon
from sim.config.stories import BASELINE, Story, StoryCard, available, read_story, unknown_stories
from sim.config.tree import Plain, branch_at, leaves, nested, overlay, plain, settings, shape
from sim.config.values import day

__all__ = ["Scenario", "StoryCard", "available", "baseline", "scenario", "split_scenarios", "world"]

_APPLIES_TO: Final = "policy.applies_to"


@dataclass(frozen=True)
class Scenario:
    """One policy option: the parameters until it starts, and from then on.

    Attributes
    ----------
    name : str
        ``baseline``, or the names of its stories joined by ``+``.
    titles, why, decided_by : tuple of str
        One for each story.
    sources : tuple of Source
    before, after : Parameters
        `after` rules from ``policy.start`` on; the two differ in levers only (and in ``policy.applies_to``).
    changes : mapping
        Path of every lever that differs, with its value before and after.
    files : tuple of Path
    """

    name: str
    titles: tuple[str, ...]
    why: tuple[str, ...]
    decided_by: tuple[str, ...]
    sources: tuple[Source, ...]
    before: Parameters
    after: Parameters
    changes: Mapping[str, tuple[Any, Any]]
    files: tuple[Path, ...]

    @property
    def title(self) -> str:
        """The titles in one line."""
        return " + ".join(self.titles)

    @property
    def applies_to(self) -> str:
        """For whom the scenario works: new positive decisions only, or everyone in support."""
        return self.after.policy.applies_to

    @property
    def reaches(self) -> str:
        """For whom each change works, in words: `applies_to` speaks of the guarantees of support only."""
        guarantees = [path.startswith("support.floor.") for path in self.changes]
        said = []
        if any(guarantees):
            everyone = self.applies_to == "everyone_in_support"
            whom = "everyone in support and new positive decisions" if everyone else "new positive decisions"
            said.append(f"guarantees of support reach {whom}")
        if not all(guarantees):
            rest = "other rules reach" if said else "it reaches"
            said.append(f"{rest} everybody to whom the event named with it happens from that day on")
        return "; ".join(said)

    def in_world(self, values: Mapping[str, Any]) -> Scenario:
        """Return the same option in another world: the settings hold before and after, the levers stay set.

        Raises
        ------
        ConfigurationError
            As `world`.
        """
        before = world(self.before, values)
        kept = {path: value for path, value in values.items() if path not in self.changes}
        after = world(self.after, kept) if kept else self.after
        new, old = dict(leaves(after)), dict(leaves(before))
        changes = {path: (old[path], new[path]) for path in self.changes}
        return replace(self, before=before, after=after, changes=changes)

    def as_plain(self) -> Plain:
        """Return the story and its changes as a file would hold them."""
        return {
            "name": self.name,
            "title": self.title,
            "why": list(self.why),
            "decided_by": list(self.decided_by),
            "sources": [source.words() for source in self.sources],
            "applies_to": self.applies_to,
            "changes": {
                path: {"before": plain(old), "after": plain(new)} for path, (old, new) in self.changes.items()
            },
        }


# --------------------------------------------------------------------------------------------- the baseline
def baseline(overrides: Sequence[str] = ()) -> Parameters:
    """Return today's rules, with overrides.

    Parameters
    ----------
    overrides : sequence of str
        ``path=value``, as on the command line; a choice of file (``policy=today``) counts too.

    Raises
    ------
    ConfigurationError
        With all mistakes found in files and overrides.
    """
    parameters, tree, found = _baseline(tuple(overrides))
    mistakes = [*found, *_unknown_options(tree)]
    if mistakes or parameters is None:
        raise ConfigurationError(mistakes)
    return parameters


@lru_cache(maxsize=64)
def _baseline(overrides: tuple[str, ...]) -> tuple[Parameters | None, Plain, tuple[Mistake, ...]]:
    """Return the parameters (None if there are mistakes), the plain tree and the mistakes."""
    values, choices, mistakes = read_overrides(overrides)
    tree = _composed(tuple(choices))
    origins: dict[str, str] = {}
    base = tree
    for one in values:
        origins[one.path] = where = f"override {one.text}"
        if _reaches_nothing(one.path, base):
            mistakes.append(unknown_name(one.path, base, given=one.value, where=where))
        else:
            tree = overlay(tree, nested(one.path, one.value))
    parameters, found = _validated(tree, base, origins)
    mistakes += found
    mistakes += _unknown_band_paths(tree, base)
    if parameters is not None and not mistakes:
        mistakes += _impossible_worlds(parameters)
    return parameters, tree, tuple(mistakes)


@lru_cache(maxsize=16)
def _composed(choices: tuple[str, ...]) -> Plain:
    """Return what Hydra composes from the files of ``configs``, as nested dictionaries."""
    folder = data_dir("configs")
    mistakes: list[Mistake] = []
    for file in sorted(folder.rglob("*.yaml")):
        if "evidence" in file.relative_to(folder).parts:
            continue
        try:
            read_mapping(file)
        except ConfigurationError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigurationError(mistakes)

    from hydra import compose, initialize_config_dir
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        with initialize_config_dir(version_base="1.3", config_dir=str(folder)):
            tree = OmegaConf.to_container(compose("config", list(choices)), resolve=True)
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigurationError([Mistake(shown_path(folder), " ".join(str(error).split()))]) from None
    assert isinstance(tree, dict)
    return {str(name): value for name, value in tree.items()}


def _validated(
    tree: Plain, base: Plain, origins: Mapping[str, str]
) -> tuple[Parameters | None, list[Mistake]]:
    """Return the parameters, or None and what is wrong with them."""

    def origin(path: str) -> str:
        near = [given for given in origins if f"{path}.".startswith(f"{given}.")]
        below = [given for given in origins if given.startswith(f"{path}.")]
        return (
            origins[max(near, key=len)] if near else "; ".join(dict.fromkeys(origins[one] for one in below))
        )

    try:
        return Parameters.model_validate(tree), []
    except ValidationError as error:
        mistakes = from_validation(error, base, origin)
    if not any("policy.start" in mistake.problem for mistake in mistakes):
        try:
            check_horizon(day(branch_at(tree, "policy.start")), day(branch_at(tree, "experiment.horizon")))
        except ValueError as error:
            if "must be later" in str(error):
                mistakes.append(Mistake("the configuration", str(error)))
    return None, mistakes


def _reaches_nothing(path: str, tree: Plain) -> bool:
    """Say whether a path names a part of something that is not there, or of something that has no parts."""
    above, _, last = path.rpartition(".")
    if shape(above) == "open branch":
        return False
    if shape(above) == "dated":
        return not last[:1].isdigit()
    return shape(path) is None or (above != "" and branch_at(tree, above) is None)


def _unknown_options(tree: Plain) -> list[Mistake]:
    options = branch_at(tree, "experiment.options")
    names = [name for name in options if isinstance(name, str)] if isinstance(options, list) else []
    return unknown_stories(names, "experiment.options")


# --------------------------------------------------------------------------------------------------- worlds
def world(parameters: Parameters, values: Mapping[str, Any]) -> Parameters:
    """Return the parameters with some values set otherwise, fully validated.

    Parameters
    ----------
    parameters : Parameters
    values : mapping
        Value by dotted path, as an entry of ``experiment.band`` holds them.

    Raises
    ------
    ConfigurationError
        If a path is unknown or a value is not allowed.
    """
    tree = base = plain(parameters)
    mistakes = []
    for path, value in values.items():
        if shape(path) not in ("dated", "value") or _reaches_nothing(path, base):
            mistakes.append(unknown_name(path, base, given=value, where="world"))
        else:
            tree = overlay(tree, nested(path, value))
    changed, found = _validated(tree, base, dict.fromkeys(values, "world"))
    mistakes += found
    if mistakes or changed is None:
        raise ConfigurationError(mistakes)
    return changed


def _unknown_band_paths(tree: Plain, base: Plain) -> list[Mistake]:
    """Return the settings of the assumption band that name no parameter of the world."""
    band = branch_at(tree, "experiment.band")
    mistakes = []
    for name, entry in band.items() if isinstance(band, Mapping) else ():
        for end in ("low", "high"):
            values = entry.get(end) if isinstance(entry, Mapping) else None
            where = f"experiment.band.{name}.{end}"
            for path, value in values.items() if isinstance(values, Mapping) else ():
                if shape(path) not in ("dated", "value") or _reaches_nothing(path, base):
                    mistakes.append(unknown_name(path, base, given=value, where=where))
                elif path.startswith(("policy.", "experiment.")):
                    problem = "is a setting of the run; the band varies the world"
                    mistakes.append(Mistake(path, problem, value, where))
    return mistakes


def _impossible_worlds(parameters: Parameters) -> list[Mistake]:
    mistakes = []
    for name, entry in parameters.experiment.band.items():
        for end, values in (("low", entry.low), ("high", entry.high)):
            try:
                world(parameters, values)
            except ConfigurationError as error:
                where = f"experiment.band.{name}.{end}"
                mistakes += [Mistake(one.path, one.problem, one.given, where) for one in error.mistakes]
    return mistakes


# ------------------------------------------------------------------------------------------------ scenarios
def scenario(names: Sequence[str], overrides: Sequence[str] = ()) -> Scenario:
    """Return one policy option made of one or several stories.

    Parameters
    ----------
    names : sequence of str
        Names of stories; ``a+b`` is the same as ``a`` and ``b``. None at all is the baseline.
    overrides : sequence of str
        As in `baseline`; they hold before and after.

    Raises
    ------
    ConfigurationError
        If a story is unknown or damaged, changes anything but levers, sets a path that an override sets too,
        or disagrees with another.
    """
    wanted = [part for name in names for part in name.split("+")] or [BASELINE]
    mistakes = unknown_stories(wanted)
    for name in sorted(set(wanted)):
        if wanted.count(name) > 1:
            mistakes.append(Mistake(f"scenario {name!r}", "is named twice"))
        if name == BASELINE and len(set(wanted)) > 1:
            mistakes.append(Mistake(f"scenario {name!r}", "changes nothing and stands alone"))
    if mistakes:
        raise ConfigurationError(mistakes)
    before = baseline(overrides)
    base = plain(before)
    stories = [read_story(name) for name in wanted]
    told = {story.card.name: _told(story, base, overrides) for story in stories}
    mistakes = [mistake for found in told.values() for mistake in found[1]]
    mistakes += _disagreements(stories, {name: found[0] for name, found in told.items()})
    if mistakes:
        raise ConfigurationError(mistakes)

    tree: Any = base
    for story in stories:
        tree = overlay(tree, story.changes)
    after, mistakes = _validated(tree, base, {})
    if after is None:
        raise ConfigurationError(mistakes)
    old, new = dict(leaves(before)), dict(leaves(after))
    changes = {
        path: (old[path], value) for path, value in new.items() if value != old[path] and path != _APPLIES_TO
    }
    if not changes and wanted != [BASELINE]:
        files = ", ".join(shown_path(story.card.file) for story in stories)
        problem = "sets its levers to what they are already, so it changes nothing; only baseline may"
        raise ConfigurationError([Mistake(f"scenario {'+'.join(wanted)}", problem, where=files)])
    cards = [story.card for story in stories]
    sources = dict.fromkeys(source for card in cards for source in card.sources)
    return Scenario(
        "+".join(wanted),
        tuple(card.title for card in cards),
        tuple(card.why for card in cards),
        tuple(card.decided_by for card in cards),
        tuple(sources),
        before,
        after,
        changes,
        tuple(card.file for card in cards),
    )


def _told(story: Story, base: Plain, overrides: Sequence[str]) -> tuple[dict[str, Any], list[Mistake]]:
    """Return the value of every path that a story sets, and what is wrong with the story alone."""
    place = shown_path(story.card.file)
    set_paths = dict(settings(story.changes))
    mistakes = []
    for path, value in set_paths.items():
        if shape(path) in ("branch", "open branch"):
            mistakes.append(Mistake(path, "is a group and needs names below it", value, place))
        elif shape(path) is None or branch_at(base, path) is None:
            mistakes.append(unknown_name(path, base, given=value, where=place))
        elif path != _APPLIES_TO and (kind := register().kind(path)) != "lever":
            what = "a parameter of the world" if kind == "world" else "a setting of the run"
            other = " or in experiment.band" if kind == "world" else ""
            problem = f"is {what}, not a lever; a scenario changes levers only: set it in an override{other}"
            mistakes.append(Mistake(path, problem, value, place))
        for one in read_overrides(overrides)[0]:
            if f"{one.path}.".startswith(f"{path}.") or f"{path}.".startswith(f"{one.path}."):
                problem = f"is set by the override {one.text} and by this scenario; leave one of them away"
                mistakes.append(Mistake(path, problem, value, place))
    if mistakes:
        return {}, mistakes
    parameters, found = _validated(overlay(base, story.changes), base, dict.fromkeys(set_paths, place))
    if parameters is None:
        return {}, found
    values = dict(leaves(parameters))
    return {path: values[path] for path in set_paths}, []


def _disagreements(stories: Sequence[Story], told: Mapping[str, Mapping[str, Any]]) -> list[Mistake]:
    """Return the paths that two stories set to different values, or for different people."""
    mistakes = []
    for later, story in enumerate(stories):
        for other in stories[:later]:
            mine, theirs = told[story.card.name], told[other.card.name]
            both = f"{shown_path(other.card.file)} and {shown_path(story.card.file)}"
            for path in mine.keys() & theirs.keys():
                if mine[path] != theirs[path]:
                    values = f"{shown(plain(theirs[path]))} and {shown(plain(mine[path]))}"
                    names = f"{other.card.name} and {story.card.name}"
                    mistakes.append(
                        Mistake(path, f"{names} set it to {values}; they cannot be combined", where=both)
                    )
            if (_APPLIES_TO in mine) != (_APPLIES_TO in theirs) and mine and theirs:
                problem = "only one of the two says for whom it works; give it in both, or in an override"
                mistakes.append(Mistake(_APPLIES_TO, problem, where=both))
    return sorted(mistakes, key=lambda one: one.path)
