"""What is to be run: from overrides and scenario names to a list of units of work, each with its address.

A *world* is a setting of what we do not know (central, or one entry of the assumption band at its low or
high end). A *unit* is one replication of one world, with all its scenarios. Planning runs nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.experiment.titles import option_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.config.compose import Scenario
    from sim.config.schema import Experiment, Parameters

BASELINE: Final = "baseline"
CENTRAL: Final = "central"
OTHER_LUCK: Final = "other_luck"
"""The central world once more: each option meets the cohort with other luck from the decision on."""
UNCHANGED: Final = "unchanged"
"""In that world, today's rules with other luck: what luck alone does, since nothing is changed."""
COMMON: Final = "common"
INDEPENDENT: Final = "independent"
CALENDARS_KEPT: Final = 8
"""Replications of the central world whose series in calendar time are kept: enough for their range."""


@dataclass(frozen=True)
class World:
    """One setting of the uncertain inputs.

    Attributes
    ----------
    name : str
        ``central``, or the band entry and its end: ``post_cg_stay:low``.
    entry, side, title : str
        The entry of `experiment.band`, ``low`` or ``high``, and its title; empty for the central world.
    settings : dict
        Parameter path to value.
    """

    name: str
    entry: str = ""
    side: str = ""
    title: str = ""
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """A scenario as readers meet it; `changes` maps a path to its values before and after."""

    name: str
    titles: tuple[str, ...]
    why: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    applies_to: str = ""
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One scenario within a unit; `key` is the address under which its outcomes are kept."""

    scenario: str
    after: Parameters
    key: str


@dataclass(frozen=True)
class Unit:
    """One replication of one world; its first run is the baseline, which fixes the cohort.

    Where neither events nor series in calendar time are kept of it, it ends with the cohort's follow-up.
    """

    world: str
    replication: int
    seed: int
    before: Parameters
    runs: tuple[Run, ...]
    keep_events: bool = False
    calendar: bool = True

    @property
    def where(self) -> str:
        """Its address in words."""
        return f"world {self.world}, replication {self.replication}, seed {self.seed}"


@dataclass(frozen=True)
class Plan:
    """Everything that is to be run, in the order in which it is started and stored."""

    run_id: str
    title: str
    command: str
    seed: int
    config_hash: str
    source_hash: str
    config_yaml: str
    stories: tuple[Story, ...]
    worlds: tuple[World, ...]
    units: tuple[Unit, ...]
    workers: int = 0
    keep_events: bool = False

    @property
    def runs(self) -> int:
        """How many runs there are in all."""
        return sum(len(unit.runs) for unit in self.units)

    @property
    def options(self) -> tuple[str, ...]:
        """Names of the scenarios other than the baseline."""
        return tuple(story.name for story in self.stories if story.name != BASELINE)


def short_hash(*parts: object) -> str:
    """Twelve hexadecimal digits that stand for these texts and numbers."""
    text = json.dumps([str(part) for part in parts], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def part_key(world: str, replication: int, scenario: str, *identity: object) -> str:
    """The file name of one run's outcomes: readable first, then what makes it unmistakable.

    Examples
    --------
    >>> part_key("central", 0, "baseline", "c", "s", 1)
    'central-0-baseline-8e1a8e1a0000' # doctest: +SKIP
    """
    readable = re.sub(r"[^A-Za-z0-9_]+", "-", f"{world}-{replication}-{scenario}")[:80]
    return f"{readable}-{short_hash(world, replication, scenario, *identity)}"


def runs_of(
    world: str,
    replication: int,
    named: Sequence[tuple[str, Parameters]],
    hashes: Sequence[str],
    *identity: object,
) -> tuple[Run, ...]:
    """The scenarios of one replication, each with its address.

    Parameters
    ----------
    world : str
    replication : int
    named : sequence of (str, Parameters)
        Scenario and its rules; the first is the baseline.
    hashes : sequence of str
        Of the rules before, then of each scenario's: one more than there are scenarios.
    *identity : object
        Whatever else makes a run what it is: source, seed and the like.
    """
    return tuple(
        Run(name, after, part_key(world, replication, name, hashes[0], hashed, *identity))
        for (name, after), hashed in zip(named, hashes[1:], strict=True)
    )


def with_experiment(parameters: Parameters, **changes: Any) -> Parameters:
    """The same parameters with some fields of `experiment` replaced by values known to be valid."""
    experiment: Experiment = parameters.experiment.model_copy(update=changes)
    return parameters.model_copy(update={"experiment": experiment})


def alike(parameters: Parameters) -> Parameters:
    """The parameters without what cannot change a single run: how many there are, and on how many cores."""
    return with_experiment(
        parameters,
        workers=0,
        replications=1,
        band_replications=0,
        coupling_replications=0,
        options=(),
        band_entries=(),
        band={},
        keep_events=False,
    )


def story_of(scenario: Scenario) -> Story:
    """The reader's part of a composed scenario."""
    return Story(
        name=scenario.name,
        titles=tuple(scenario.titles),
        why=tuple(scenario.why),
        sources=tuple(source.words() for source in scenario.sources),
        applies_to=str(scenario.applies_to),
        changes=dict(scenario.changes),
    )


def worlds_of(parameters: Parameters) -> tuple[World, ...]:
    """The central world; if asked for, each entry of the band low and high, then other luck."""
    found = [World(CENTRAL)]
    if parameters.experiment.band_replications:
        only = parameters.experiment.band_entries
        for entry, ends in parameters.experiment.band.items():
            if only and entry not in only:
                continue
            for side, settings in (("low", ends.low), ("high", ends.high)):
                found.append(World(f"{entry}:{side}", entry, side, ends.title, dict(settings)))
    if parameters.experiment.coupling_replications and parameters.experiment.options:
        found.append(World(OTHER_LUCK, title="The same people, with other luck from the decision on"))
    return tuple(found)


def _replications(parameters: Parameters, world: World) -> int:
    """How often a world is run."""
    experiment = parameters.experiment
    if world.name == CENTRAL:
        return experiment.replications
    if world.name == OTHER_LUCK:
        return min(experiment.coupling_replications, experiment.replications)
    return experiment.band_replications


def _with_luck(scenarios: Sequence[Scenario], world: World) -> list[tuple[str, Parameters]]:
    """Each scenario's rules with its coupling: the baseline always meets the common luck."""
    named = [(scenario.name, alike(scenario.after)) for scenario in scenarios]
    if world.name == OTHER_LUCK:
        named = [*named, (UNCHANGED, named[0][1])]
    asked = INDEPENDENT if world.name == OTHER_LUCK else scenarios[0].before.experiment.coupling
    return [
        (name, with_experiment(after, coupling=asked if place else COMMON))
        for place, (name, after) in enumerate(named)
    ]


def _is_set(overrides: Sequence[str], path: str) -> bool:
    """Whether the person who gave the command set this path."""
    return any(override.partition("=")[0].strip().lstrip("+~") == path for override in overrides)


def of_run(overrides: Sequence[str], scenarios: Sequence[str], *, events: bool = False) -> Plan:
    """The plan of `cliffedge run`: one scenario beside the baseline that fixes its cohort, one replication.

    Parameters
    ----------
    overrides : sequence of str
        ``path=value``; more replications if ``experiment.replications`` is among them.
    scenarios : sequence of str
        Names that make one combined scenario; none means the baseline alone.

    Raises
    ------
    SimError
        If the configuration or a scenario is mistaken.
    """
    from sim.config.compose import baseline

    before = baseline(tuple(overrides))
    replications = before.experiment.replications if _is_set(overrides, "experiment.replications") else 1
    options = [] if set(scenarios) <= {BASELINE} else ["+".join(scenarios)]
    before = with_experiment(
        before,
        replications=replications,
        band_replications=0,
        coupling_replications=0,
        options=tuple(options),
    )
    return _make(before, overrides, options, _command("run", overrides, scenarios, events), events)


def of_compare(overrides: Sequence[str], scenarios: Sequence[str], *, events: bool = False) -> Plan:
    """The plan of `cliffedge compare`: the baseline against every option, in the central world and the band.

    Parameters
    ----------
    overrides : sequence of str
    scenarios : sequence of str
        If any, the baseline is compared with this one combination instead of `experiment.options`.

    Raises
    ------
    SimError
        If the configuration or a scenario is mistaken, or if there is nothing to compare with.
    """
    from sim.config.compose import baseline

    before = baseline(tuple(overrides))
    options = ["+".join(scenarios)] if scenarios else list(before.experiment.options)
    options = [option for option in dict.fromkeys(options) if option != BASELINE]
    if not options:
        raise SimError(
            "There is nothing to compare the baseline with: "
            + (f"scenarios=[{','.join(scenarios)}]" if scenarios else "experiment.options is empty")
            + ". Allowed: at least one scenario other than baseline (cliffedge list shows them); "
            "the baseline alone is run by: cliffedge run"
        )
    before = with_experiment(before, options=tuple(options))
    return _make(before, overrides, options, _command("compare", overrides, scenarios, events), events)


def _command(verb: str, overrides: Sequence[str], scenarios: Sequence[str], events: bool) -> str:
    """What to type to make the same result again."""
    chosen = [f"scenarios=[{','.join(scenarios)}]"] if scenarios else []
    return shlex.join(["cliffedge", verb, *overrides, *chosen, *(["--events"] if events else [])])


def _make(
    before: Parameters, overrides: Sequence[str], options: list[str], command: str, events: bool
) -> Plan:
    """Compose every scenario and world, and address every run."""
    from sim.config.compose import scenario
    from sim.config.identity import config_hash, source_hash, to_yaml
    from sim.experiment.machinery import check_follow_up, end_of_follow_up

    check_follow_up(before)
    workers, seed = before.experiment.workers, before.experiment.seed
    keep_events = events or before.experiment.keep_events
    before = with_experiment(before, workers=0, keep_events=keep_events)
    sources = source_hash()
    scenarios = [scenario([option], tuple(overrides)) for option in (BASELINE, *options)]
    worlds = worlds_of(before)
    short = end_of_follow_up(before)
    units: list[Unit] = []
    for each in worlds:
        here = [s.in_world(each.settings) if each.settings else s for s in scenarios]
        world_before = with_experiment(alike(here[0].before), coupling=COMMON)
        names, afters = map(list, zip(*_with_luck(here, each), strict=True))
        hashes: list[str] = []
        for replication in range(_replications(before, each)):
            keeps = keep_events and each.name == CENTRAL
            calendar = each.name == CENTRAL and replication < CALENDARS_KEPT
            if not keeps and not calendar and short < world_before.experiment.horizon:
                world_before = with_experiment(world_before, horizon=short)
                afters = [with_experiment(after, horizon=short) for after in afters]
                hashes = []
            hashes = hashes or [config_hash(world_before), *map(config_hash, afters)]
            named = list(zip(names, afters, strict=True))
            runs = runs_of(each.name, replication, named, hashes, sources, seed, keep_events)
            units.append(Unit(each.name, replication, seed, world_before, runs, keeps, calendar))
    configured = config_hash(before)
    told = [option_title(story.name, story.titles) for story in map(story_of, scenarios[1:])]
    return Plan(
        run_id=short_hash(
            configured, sources, seed, *(config_hash(alike(s.after)) for s in scenarios), *options
        ),
        title=f"Today's rules against {len(told)} option{'s' * (len(told) != 1)}: {'; '.join(told)}"
        if told
        else "Today's rules",
        command=command,
        seed=seed,
        config_hash=configured,
        source_hash=sources,
        config_yaml=to_yaml(before),
        stories=tuple(map(story_of, scenarios)),
        worlds=worlds,
        units=tuple(units),
        workers=workers,
        keep_events=keep_events,
    )
