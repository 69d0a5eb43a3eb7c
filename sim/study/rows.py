"""From stored units to tidy rows: one a point, replication, metric and group, in the order of the design.

Reads figures only; it runs nothing. Writing rows for other programs is for `sim.study.dataset`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import SimError
from sim.study.points import Detail
from sim.study.unit import ALL

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.evaluate import Work
    from sim.study.store import Names, Segments

COLUMNS = ("point", "replication", "metric", "group", "value", "today", "difference")


def check_metrics(metrics: Sequence[str] | None) -> None:
    """Refuse a metric that no run yields.

    Raises
    ------
    SimError
        Naming the nearest.
    """
    from sim.outcomes.registry import metric

    if metrics is not None and not metrics:
        raise SimError("metrics is an empty list; allowed: one name or more, or none at all for every metric")
    for name in metrics or ():
        metric(name)


def detail_of(metrics: Sequence[str] | None, groups: Sequence[str]) -> Detail:
    """How much has to be measured for these metrics and groups."""
    from sim.outcomes.registry import metric

    calendar = any(metric(name).family == "calendar" for name in metrics or ())
    return Detail(calendar=calendar, groups=any(group != ALL for group in groups))


def chosen(names: Names, metrics: Sequence[str] | None, groups: Iterable[str] | None) -> list[int]:
    """Places of the figures that were asked for, by metric in the order asked for and then group.

    Raises
    ------
    SimError
        If one of them is not among the figures.
    """
    place = {name: number for number, name in enumerate(names)}
    there = {group for _, group in names}
    wanted_groups = None if groups is None else list(groups)
    if wanted_groups is not None and (unknown := [group for group in wanted_groups if group not in there]):
        from sim.config.mistakes import did_you_mean, listed, nearest

        hint = did_you_mean(nearest(unknown[0], there))
        raise SimError(
            f"group {unknown[0]!r} is not measured{hint or '.'} There are: {listed(sorted(there), 40)}"
        )
    if metrics is None:
        return [
            number for (_, group), number in place.items() if wanted_groups is None or group in wanted_groups
        ]
    found = []
    for metric in metrics:
        of_metric = [
            number
            for (name, group), number in place.items()
            if name == metric and (wanted_groups is None or group in wanted_groups)
        ]
        if not of_metric:
            raise SimError(
                f"metric {metric!r} is in the registry and is not measured for these groups; "
                f"measured: {len({name for name, _ in names})} metrics, by group the headline ones"
            )
        found += of_metric
    return found


def frame(
    work: Work, store: Segments, metrics: Sequence[str] | None, groups: Sequence[str] | None
) -> pd.DataFrame:
    """All rows of a study, in the order of its units.

    Raises
    ------
    SimError
        If a unit is missing.
    """
    import numpy as np
    import pandas as pd

    value, today, labels = [], [], []
    places: dict[Names, list[int]] = {}
    sizes = []
    for unit in work.units():
        names, option, baseline = store.figures(unit.address)
        if names not in places:
            places[names] = chosen(names, metrics, groups)
        at = places[names]
        value.append(option[at])
        today.append(baseline[at])
        sizes.append(len(at))
        labels.append(names)
    counts = np.array(sizes)
    point = np.repeat(np.arange(len(work.points)), len(work.replications))
    replication = np.tile(np.array(work.replications, np.int64), len(work.points))
    values, todays = np.concatenate(value), np.concatenate(today)

    def words(which: int) -> Any:
        """The column of metrics or groups: each word once, and its number in every row."""
        of = {names: [names[number][which] for number in at] for names, at in places.items()}
        every = list(dict.fromkeys(word for each in of.values() for word in each))
        number_of = {word: number for number, word in enumerate(every)}
        codes = {names: np.array([number_of[word] for word in each], np.int32) for names, each in of.items()}
        categories: Any = every
        return pd.Categorical.from_codes(np.concatenate([codes[names] for names in labels]), categories)

    names_of_points: Any = [one.name for one in work.points]
    return pd.DataFrame(
        {
            "point": pd.Categorical.from_codes(np.repeat(point, counts), names_of_points),
            "replication": np.repeat(replication, counts),
            "metric": words(0),
            "group": words(1),
            "value": values,
            "today": todays,
            "difference": values - todays,
        }
    )
