"""Stored results as a reader meets them: tables, stories, and the paired effects that the words speak of.

Reads a results folder and nothing else; never simulates. What is written where is decided by
`sim.experiment.store`; this module is the only place in `present` that knows the columns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.titles import option_title
from sim.present.levers import rule_in_words
from sim.present.names import CO_PRIMARY, metric_name
from sim.present.words import Assumption, Effect

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from sim.experiment.compare import BandRow, Comparison, Difference

    Floats = npt.NDArray[np.float64]

CENTRAL: Final = "central"
BASELINE: Final = "baseline"


@dataclass(frozen=True)
class Story:
    """A scenario as the reader meets it."""

    name: str
    title: str
    why: tuple[str, ...]
    sources: tuple[str, ...]
    changes: tuple[tuple[str, str, str], ...]

    @property
    def rules(self) -> tuple[tuple[str, str, str], ...]:
        """What it changes in plain words: the rule with its unit, today's value and the option's."""
        return tuple((rule_in_words(path), before, after) for path, before, after in self.changes)


@dataclass(frozen=True)
class Stored:
    """Everything that one page is made from.

    Attributes
    ----------
    manifest, config : dict
    stories : tuple of Story
        Baseline first, then the options in the order of the plan.
    outcomes, curves, calendar : DataFrame
        As stored; columns as in `sim.experiment.store.Result`.
    comparison : Comparison
        Paired differences, as `sim.experiment.compare` works them out for everybody.
    stations : DataFrame or None
        As stored; None in results of schema version 1.
    """

    path: Path
    manifest: dict[str, Any]
    config: dict[str, Any]
    stories: tuple[Story, ...]
    outcomes: pd.DataFrame
    curves: pd.DataFrame
    calendar: pd.DataFrame
    comparison: Comparison
    stations: pd.DataFrame | None = None

    @property
    def options(self) -> tuple[Story, ...]:
        """The scenarios other than the baseline."""
        return tuple(story for story in self.stories if story.name != BASELINE)

    @cached_property
    def headline(self) -> tuple[str, ...]:
        """Headline metrics, in the order in which they were stored."""
        rows = self.outcomes[self.outcomes["family"] == "headline"]
        return tuple(dict.fromkeys(rows["metric"].astype(str)))

    @cached_property
    def people_by_group(self) -> dict[str, float]:
        """People of each group who are followed under today's rules, as a mean over runs."""
        rows = self.outcomes
        rows = rows[rows["metric"] == "cohort_people"]
        rows = rows[(rows["scenario"] == BASELINE) & (rows["world"] == CENTRAL)].dropna(subset=["value"])
        means = rows["value"].groupby(rows["group"].astype(str)).mean()
        return {str(group): float(mean) for group, mean in means.items()}


def load(path: Path) -> Stored:
    """Read a finished result.

    Raises
    ------
    SimError
        If the folder holds no complete result, or one of another schema version.
    """
    from sim.experiment.compare import compare
    from sim.experiment.store import load as open_result

    result = open_result(path)
    return Stored(
        path=Path(path),
        manifest=result.manifest,
        config=result.config,
        stories=tuple(_story(entry) for entry in result.scenarios),
        outcomes=result.outcomes,
        curves=result.curves,
        calendar=result.calendar,
        comparison=compare(result),
        stations=result.stations if result.manifest["schema_version"] > 1 else None,
    )


def _story(entry: dict[str, Any]) -> Story:
    return Story(
        name=str(entry["name"]),
        title=option_title(str(entry["name"]), entry["titles"]),
        why=tuple(entry["why"]),
        sources=tuple(entry["sources"]),
        changes=tuple(
            (str(path), _plain(change["before"]), _plain(change["after"]))
            for path, change in entry["changes"].items()
        ),
    )


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def effects(stored: Stored, metrics: Sequence[str], *, group: str = "all") -> tuple[Effect, ...]:
    """Paired differences of every option and metric, with interval and assumption band, ready to be spoken
    of.

    Parameters
    ----------
    metrics : sequence of str
    group : str
        A subgroup has no band of its own.

    Returns
    -------
    tuple of Effect
        By metric, then by option; what was not measured is left out.
    """
    wanted = set(metrics)
    found = {
        (each.metric, each.option): each
        for each in stored.comparison.differences
        if each.group == group and each.metric in wanted
    }
    return tuple(
        _effect(found[metric, option.name], option.title)
        for metric in metrics
        for option in stored.options
        if (metric, option.name) in found
    )


def _effect(difference: Difference, option: str) -> Effect:
    named = metric_name(difference.metric)
    return Effect(
        option=option,
        metric=difference.metric,
        subject=named.subject,
        plural=named.plural,
        unit=difference.unit,
        better=difference.better,
        baseline=math.nan if difference.baseline is None else difference.baseline,
        mean=math.nan if difference.mean is None else difference.mean,
        low=difference.low,
        high=difference.high,
        replications=difference.replications,
        assumptions=tuple(map(_assumption, difference.band)),
        co_primary=difference.metric in CO_PRIMARY,
    )


def _assumption(row: BandRow) -> Assumption:
    return Assumption(
        row.title,
        row.at_low,
        row.at_high,
        row.replications,
        row.turns,
        row.could_turn,
        row.entry,
        ", ".join(map(_plain, row.low_setting.values())),
        ", ".join(map(_plain, row.high_setting.values())),
    )


def curve(stored: Stored, name: str, scenario: str) -> tuple[Floats, dict[str, Floats]]:
    """A stored curve, meaned over replications of the central world, shape (n,) each.

    First x (days since the decision, or since the end of support), then the share of people by category.
    """
    table = stored.curves
    rows = table[(table["world"] == CENTRAL) & (table["scenario"] == scenario) & (table["curve"] == name)]
    wide = rows.groupby(["x", "category"], observed=True)["value"].mean().unstack("category")
    x: Floats = wide.index.to_numpy(dtype=float)
    return x, {str(category): wide[category].to_numpy(dtype=float) for category in wide.columns}


def holds(stored: Stored, *curves: str) -> bool:
    """Whether every one of these curves was stored for every scenario of the central world."""
    if not len(stored.curves):
        return False
    rows = stored.curves.loc[stored.curves["world"] == CENTRAL, ["scenario", "curve"]].drop_duplicates()
    found = set(zip(rows["scenario"].astype(str), rows["curve"].astype(str), strict=True))
    return all((story.name, name) in found for story in stored.stories for name in curves)


def series(stored: Stored, name: str, scenario: str = BASELINE) -> pd.DataFrame:
    """A calendar series of the central world: rows are periods, columns replications."""
    table = stored.calendar
    rows = table[(table["world"] == CENTRAL) & (table["scenario"] == scenario) & (table["series"] == name)]
    return rows.pivot_table(index="period", columns="replication", values="value", observed=True).sort_index()
