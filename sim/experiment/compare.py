"""What an option changes: paired differences with the interval from chance and the band from assumptions.

Replication by replication the option meets the same people with the same luck as the baseline, so it is the
*difference* that is averaged. The interval speaks of chance alone; beside it stands how the difference moves
when each uncertain input is set low and high. The band has fewer replications than the difference it stands
beside, so each end is that difference plus the move over matched replications. Reads stored results only;
says nothing in words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.errors import SimError
from sim.experiment.gains import Gains, gains_of
from sim.experiment.plan import BASELINE, CENTRAL, COMMON, OTHER_LUCK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import pandas as pd

    from sim.experiment.store import Result

LEVEL: Final = 0.95
ALL: Final = "all"
HEADLINE: Final = "headline"
COST: Final = "cost_public"
"""Shown with its assumption band, like a headline."""


@dataclass(frozen=True)
class BandRow:
    """One uncertain input: the option's difference with it at its low and its high setting.

    Attributes
    ----------
    entry, title : str
    low_setting, high_setting : dict
        Parameter path to value.
    at_low, at_high : float or None
        The reported difference moved by this setting: the mean over all central replications, plus the mean
        over the band's replications of (difference in that world - central difference of the *same
        replication*). The same luck on both sides, so the move is the input, not chance. None if it was not
        run or not measured there.
    central : float or None
        Mean central difference of the band's replications alone.
    replications : int
        How many the moves are a mean of.
    turns, could_turn : bool
        Whether the direction is another at one end than in the central world (or the difference gone).
        `turns` asks for two replications or more, for an end whose 95% t interval lies on the other side of
        zero, and for low and high to differ beyond chance; else it `could_turn`.
    """

    entry: str
    title: str
    low_setting: Mapping[str, Any]
    high_setting: Mapping[str, Any]
    at_low: float | None
    at_high: float | None
    central: float | None
    replications: int
    turns: bool = False
    could_turn: bool = False


@dataclass(frozen=True)
class Difference:
    """An option minus the baseline, for one metric and group.

    Attributes
    ----------
    option, title : str
        Name and title of the scenario.
    metric, group, unit, better, family : str
    baseline, scenario : float or None
        Mean level over replications under the baseline and under the option.
    per_replication : tuple of float
        Paired differences of the replications in which both were measured.
    mean : float or None
        None if it was measured in none.
    low, high : float or None
        95% t interval of the mean; None with a single replication.
    band : tuple of BandRow
        Headline metrics and public cost of the whole cohort only; empty if no band was run.
    """

    option: str
    title: str
    metric: str
    group: str
    unit: str
    better: str
    family: str
    baseline: float | None
    scenario: float | None
    per_replication: tuple[float, ...]
    mean: float | None
    low: float | None
    high: float | None
    band: tuple[BandRow, ...] = ()

    @property
    def replications(self) -> int:
        """How many differences the mean is of."""
        return len(self.per_replication)

    @property
    def beyond_chance(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    @property
    def exactly_zero(self) -> bool:
        """Whether nothing changed in any replication."""
        return bool(self.per_replication) and all(each == 0 for each in self.per_replication)

    @property
    def band_range(self) -> tuple[float, float] | None:
        """Smallest and largest difference over the central and every other setting, in the metric's unit."""
        values = [v for row in self.band for v in (row.at_low, row.at_high) if v is not None]
        if not values or self.mean is None:
            return None
        return min(*values, self.mean), max(*values, self.mean)


@dataclass(frozen=True)
class Comparison:
    """Every difference of a result, and what is needed to speak of it.

    Attributes
    ----------
    run_id : str
    seed : int
    replications, band_replications : int
    options : dict
        Name to title, in the order in which they were asked for.
    differences : tuple of Difference
        By option, then in the order in which metrics were measured.
    gains : tuple of Gains
        Shares of people who gain or lose, by option under each coupling of luck.
    """

    run_id: str
    seed: int
    replications: int
    band_replications: int
    options: Mapping[str, str]
    differences: tuple[Difference, ...]
    gains: tuple[Gains, ...] = ()

    def of(self, option: str, metric: str, group: str = ALL) -> Difference:
        """One difference.

        Raises
        ------
        SimError
            If it was not measured; names the nearest.
        """
        for each in self.differences:
            if (each.option, each.metric, each.group) == (option, metric, group):
                return each
        from difflib import get_close_matches

        for kind, given, known in (
            ("option", option, {each.option for each in self.differences}),
            ("metric", metric, {each.metric for each in self.differences}),
            ("group", group, {each.group for each in self.differences if each.metric == metric}),
        ):
            if given not in known:
                near = get_close_matches(given, sorted(known), 1, 0.0)
                hint = f"; nearest: {near[0]!r}" if near else ""
                raise SimError(f"{kind} {given!r}; allowed: {', '.join(sorted(known)) or 'none'}{hint}")
        raise SimError(f"{metric} of {group} was not measured for {option}")

    def headline(self, option: str | None = None) -> tuple[Difference, ...]:
        """The headline differences of the whole cohort, of one option or of all."""
        return tuple(
            each
            for each in self.differences
            if each.family == HEADLINE and each.group == ALL and option in (None, each.option)
        )

    def public_cost(self, option: str) -> tuple[Difference, ...]:
        """The difference in public cost a person of the cohort; empty if it was not measured."""
        return tuple(
            each for each in self.differences if (each.option, each.metric, each.group) == (option, COST, ALL)
        )


def interval(differences: Sequence[float]) -> tuple[float, float] | None:
    """The 95% t interval of the mean of independent differences; None for fewer than two.

    Examples
    --------
    >>> [round(end, 4) for end in interval([1.0, 2.0, 3.0])]
    [-0.4841, 4.4841]
    >>> interval([1.0]) is None
    True
    """
    count = len(differences)
    if count < 2:
        return None
    from scipy.special import stdtrit

    mean = math.fsum(differences) / count
    variance = math.fsum((each - mean) ** 2 for each in differences) / (count - 1)
    half = float(stdtrit(count - 1, (1 + LEVEL) / 2)) * math.sqrt(variance / count)
    return mean - half, mean + half


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


_Levels = dict[tuple[str, str, str, str], dict[int, float]]
"""(world, scenario, metric, group) to the measured value of each replication."""


def _levels(outcomes: pd.DataFrame) -> _Levels:
    levels: _Levels = {}
    columns = (
        outcomes[name].tolist() for name in ("world", "scenario", "metric", "group", "replication", "value")
    )
    for world, scenario, metric, group, replication, value in zip(*columns, strict=True):
        if value is not None and math.isfinite(value):
            levels.setdefault((world, scenario, metric, group), {})[replication] = value
    return levels


def _paired(levels: _Levels, world: str, option: str, metric: str, group: str) -> dict[int, float]:
    """Option minus baseline of each replication in which both were measured."""
    base = levels.get((world, BASELINE, metric, group), {})
    with_option = levels.get((world, option, metric, group), {})
    return {
        replication: with_option[replication] - base[replication]
        for replication in sorted(base)
        if replication in with_option
    }


def compare(result: Result) -> Comparison:
    """The differences of a stored result.

    Parameters
    ----------
    result : Result

    Raises
    ------
    SimError
        If its outcomes are damaged.
    """
    outcomes = result.outcomes
    levels = _levels(outcomes)
    central = outcomes[(outcomes["world"] == CENTRAL) & (outcomes["scenario"] == BASELINE)]
    about = central.drop_duplicates(["metric", "group"])[["metric", "group", "unit", "better", "family"]]
    entries: dict[str, dict[str, dict[str, Any]]] = {}
    for world in result.worlds:
        if world["entry"]:
            entries.setdefault(world["entry"], {})[world["side"]] = world
    differences: list[Difference] = []
    for option in result.options:
        title = result.title_of(option)
        for metric, group, unit, better, family in about.itertuples(index=False, name=None):
            paired = _paired(levels, CENTRAL, option, metric, group)
            values = tuple(paired.values())
            ends = interval(values)
            shows_band = (family == HEADLINE or metric == COST) and group == ALL
            differences.append(
                Difference(
                    option=option,
                    title=title,
                    metric=metric,
                    group=group,
                    unit=unit,
                    better=better,
                    family=family,
                    baseline=_mean(list(levels.get((CENTRAL, BASELINE, metric, group), {}).values())),
                    scenario=_mean(list(levels.get((CENTRAL, option, metric, group), {}).values())),
                    per_replication=values,
                    mean=_mean(values),
                    low=None if ends is None else ends[0],
                    high=None if ends is None else ends[1],
                    band=_band(levels, entries, option, metric, group, paired) if shows_band else (),
                )
            )
    replications = {(run["world"], run["replication"]) for run in result.manifest["runs"]}
    of_world = [world for world, _ in replications]
    return Comparison(
        run_id=str(result.manifest["run_id"]),
        seed=int(result.manifest["seed"]),
        replications=of_world.count(CENTRAL),
        band_replications=max(
            (of_world.count(world) for world in set(of_world) - {CENTRAL, OTHER_LUCK}), default=0
        ),
        options={option: result.title_of(option) for option in result.options},
        differences=tuple(differences),
        gains=gains_of(
            {option: result.title_of(option) for option in result.options},
            lambda world, scenario, metric: levels.get((world, scenario, metric, ALL), {}),
            interval,
            str(result.config.get("experiment", {}).get("coupling", COMMON)),
        ),
    )


def _band(
    levels: _Levels,
    entries: Mapping[str, Mapping[str, Mapping[str, Any]]],
    option: str,
    metric: str,
    group: str,
    central: Mapping[int, float],
) -> tuple[BandRow, ...]:
    """One row an uncertain input, centred on the mean of all central replications."""
    rows = []
    mean = _mean(list(central.values()))
    for entry, sides in entries.items():
        at = {side: _paired(levels, world["name"], option, metric, group) for side, world in sides.items()}
        moves = {
            side: {k: value - central[k] for k, value in found.items() if k in central}
            for side, found in at.items()
        }
        used = sorted(set().union(*moves.values()))
        first = next(iter(sides.values()))
        low, high = moves.get("low", {}), moves.get("high", {})
        ends = {side: _moved(mean, tuple(found.values())) for side, found in moves.items()}
        other_way = [side for side, end in ends.items() if mean and end is not None and end * mean <= 0]
        across = interval([high[k] - low[k] for k in sorted(low) if k in high])
        sure = across is not None and (across[0] > 0 or across[1] < 0)
        turns = sure and any(_beyond(mean, tuple(moves[side].values())) for side in other_way)
        rows.append(
            BandRow(
                entry=entry,
                title=str(first["title"]) or entry,
                low_setting=sides.get("low", {}).get("settings", {}),
                high_setting=sides.get("high", {}).get("settings", {}),
                at_low=ends.get("low"),
                at_high=ends.get("high"),
                central=_mean([central[replication] for replication in used]),
                replications=len(used),
                turns=turns,
                could_turn=bool(other_way) and not turns,
            )
        )
    return tuple(rows)


def _moved(mean: float | None, moves: Sequence[float]) -> float | None:
    """The reported difference, moved."""
    move = _mean(moves)
    return None if mean is None or move is None else mean + move


def _beyond(mean: float | None, moves: Sequence[float]) -> bool:
    """Whether the moved difference lies on the other side of zero with its whole interval."""
    ends = interval(moves)
    if mean is None or ends is None:
        return False
    return mean + ends[0] > 0 if mean < 0 else mean + ends[1] < 0
