"""What ``cliffedge explain`` and ``check`` print: the configuration in words.

Readers of the configuration only. Options in words (``list``, ``explain scenario``) stand in
``sim.commands_options``, running and comparing in ``sim.experiment.commands``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sim.config.compose import Scenario
    from sim.config.evidence import Entry
    from sim.config.schema import Parameters
    from sim.config.stories import StoryCard

_WIDTH: Final = 100


def show_explanation(words: Sequence[str]) -> None:
    """Print what a parameter, a group of parameters or a scenario is.

    Parameters
    ----------
    words : sequence of str
        A path or the name of a scenario; the word ``scenario`` may stand before the latter.

    Raises
    ------
    SimError
        If there is nothing of this name; the nearest is named.
    """
    from sim.commands_options import explain_option
    from sim.config.compose import baseline
    from sim.config.mistakes import (
        ConfigurationError,
        Mistake,
        did_you_mean,
        every_path,
        listed,
        nearest,
        nearest_path,
    )
    from sim.config.stories import story_files
    from sim.config.tree import branch_at, plain, shape

    stories = story_files()
    what = words[-1] if len(words) == 2 and words[0] == "scenario" else " ".join(words)
    if len(words) == 2 or any(name in stories for name in what.split("+")):
        explain_option(what)
        return
    today = baseline()
    tree = plain(today)
    kind = shape(what)
    if kind in ("dated", "value") and branch_at(tree, what) is not None:
        _explain_value(what, today)
    elif kind in ("branch", "open branch") and branch_at(tree, what) is not None:
        _explain_group(what, today)
    else:
        near = nearest_path(what, every_path(tree)) if "." in what else nearest(what, [*tree, *stories])
        problem = (
            f"is neither a parameter nor a scenario{did_you_mean(near) or '.'} "
            f"Parameters begin with: {listed(tree)}. Scenarios: {listed(stories, 40)}"
        )
        raise ConfigurationError([Mistake(what, problem)])


def show_check(overrides: Sequence[str]) -> None:
    """Validate overrides, scenarios and the assumption band, and print what ``compare`` would run.

    Raises
    ------
    SimError
        With every mistake found.
    """
    from sim.config.compose import baseline, scenario, split_scenarios
    from sim.config.identity import config_hash, source_hash
    from sim.config.mistakes import ConfigurationError, Mistake

    rest, names = split_scenarios(overrides)
    today = baseline(rest)
    options = ["+".join(names)] if names else list(today.experiment.options)
    mistakes: list[Mistake] = []
    planned: list[Scenario] = []
    for option in options:
        try:
            planned.append(scenario([option], rest))
        except ConfigurationError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigurationError(mistakes)
    for one in planned:
        for entry in today.experiment.band.values():
            one.in_world(entry.low)
            one.in_world(entry.high)

    plan, policy, follow_up = today.experiment, today.policy, today.experiment.follow_up_days
    each = 1 + len(planned)
    band = 2 * len(plan.band_entries or plan.band) if plan.band_replications else 0
    again = min(plan.coupling_replications, plan.replications) if planned else 0
    runs = each * (plan.replications + band * plan.band_replications) + (each + 1) * again
    print("The configuration is sound. cliffedge compare would run:")
    _facts(
        ("options", f"{len(planned)}, each against the baseline"),
        *(("", f"{one.name}: {one.title}") for one in planned),
        ("policy start", str(policy.start)),
        ("guarantees of support", f"for {policy.applies_to.replace('_', ' ')} (policy.applies_to)"),
        (
            "cohort",
            f"positive decisions of {plan.cohort_months} months, followed {follow_up:g} days",
        ),
        ("last day", str(plan.horizon)),
        (
            "replications",
            f"{plan.replications}, {plan.band_replications} in each of {band} worlds, "
            f"{again} with other luck",
        ),
        ("runs", str(runs)),
        ("workers", str(plan.workers or "one a core")),
        ("seed", str(plan.seed)),
        ("configuration", config_hash(today)),
        ("program", source_hash()),
    )


def _changed_by(path: str) -> list[StoryCard]:
    """Return the stories that set a path."""
    from sim.config.stories import read_story, story_files
    from sim.config.tree import settings

    stories = [read_story(name) for name in story_files()]
    return [story.card for story in stories if path in dict(settings(story.changes))]


# ----------------------------------------------------------------------------------------------- parameters
def _explain_value(path: str, today: Parameters) -> None:
    from sim.config.evidence import KIND_MEANING, register
    from sim.config.tree import leaves

    entry = register().entry(path)
    value = dict(leaves(today)).get(path)
    changed = [f"{card.name} ({card.title})" for card in _changed_by(path)]
    print(path)
    _facts(
        ("meaning", entry.meaning),
        ("value", value_in_words(value)),
        ("unit", entry.unit),
        ("range", _range(entry)),
        ("kind", f"{entry.kind}: {KIND_MEANING[entry.kind]}"),
        *(("source", source.words()) for source in entry.sources),
        *([("assumed", entry.assumed)] if entry.assumed else []),
        ("confidence", entry.confidence),
        ("last checked", str(entry.last_checked)),
        *([("entry for", entry.path)] if entry.path != path else []),
        ("changed by", "; ".join(changed) or "no scenario"),
    )


def _explain_group(path: str, today: Parameters) -> None:
    from sim.config.evidence import register
    from sim.config.tree import leaves

    print(f"{path} is a group of parameters:")
    for leaf, value in leaves(today):
        if leaf.startswith(f"{path}."):
            entry = register().entry(leaf)
            _facts((leaf, f"{textwrap.shorten(value_in_words(value), 60)} ({entry.unit}; {entry.kind})"))


def value_in_words(value: Any) -> str:
    """Return a value of the configuration in words, a dated one with all its dates."""
    from sim.config.mistakes import shown
    from sim.config.values import Dated

    if isinstance(value, Dated):
        if len(value.values) == 1:
            return f"{shown(value.values[0])} at all times"
        dated = zip(value.dates, value.values, strict=True)
        return "; ".join(f"from {when} {shown(one)}" for when, one in dated)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, str):
        return value
    return shown(value) if not isinstance(value, dict) else str(value)


def _range(entry: Entry) -> str:
    if entry.range is not None:
        return f"{entry.range[0]:g} to {entry.range[1]:g}"
    return entry.distribution or "none"


def _facts(*facts: tuple[str, str]) -> None:
    """Print names and what is said of each, wrapped."""
    for name, said in facts:
        label = f"  {name:<14}" if len(name) <= 14 else f"  {name}:"
        lines = textwrap.wrap(said, _WIDTH - 17, break_long_words=False, break_on_hyphens=False) or [""]
        if len(name) > 14:
            print(label)
            print(f"  {'':<14} {lines[0]}")
        else:
            print(f"{label} {lines[0]}")
        for line in lines[1:]:
            print(f"  {'':<14} {line}")


def show_agreement(overrides: Sequence[str]) -> None:
    """Run one replication in both engines and print that they agree, or where they part.

    Raises
    ------
    SimError
        If the configuration is not sound, or the engines part; the message shows both states.
    """
    from sim.config.compose import split_scenarios
    from sim.engine.compiled.cache import warm

    rest, names = split_scenarios(overrides)
    warm(print)  # before the kernels are imported: it says where what is compiled is kept
    from sim.engine.compiled.agreement import check_agreement

    print(check_agreement(rest, names))
