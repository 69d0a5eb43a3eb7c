"""How much is not known, of which kind, which option is best nevertheless, and what knowing more is worth.

Draws of the parameters, each under every structure and option, with common chance. Makes the points, has them
run, and hands the figures to the arithmetic; words are for `sim.present.study`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import SimError
from sim.study.asking import Asked, Findings, Option, common


@dataclass(frozen=True)
class Benefit:
    """A stated rule by which options are valued: so many pounds for each unit of a measure that is avoided.

    Attributes
    ----------
    metric, cost : str
        What is to be low, and whose money counts; both for a survivor of the cohort.
    pounds : float
        What avoiding one unit of `metric` is worth, said by the user [pounds].
    """

    metric: str
    cost: str
    pounds: float

    def words(self) -> str:
        """The rule in words."""
        return f"£{self.pounds:,.0f} x {self.metric} avoided - {self.cost} added, per survivor"


def study(
    asked: Asked,
    settings: Sequence[tuple[str, ...]],
    options: Sequence[Option],
    metrics: Sequence[str],
    structures: Sequence[str] = (),
    benefit: Benefit | None = None,
    most: int = 10,
) -> Findings:
    """Carry out an uncertainty study.

    Parameters
    ----------
    asked : Asked
        With two replications or more.
    settings : sequence of tuple of str
        Draws of the parameters, equally likely, all of the same parameters.
    options : sequence of Option
        Today's rules are always among them.
    metrics : sequence of str
        For each: parts of the variance, and which option is best.
    structures : sequence of str
        ``path=value`` of other structures beside the central one.
    benefit : Benefit, optional
        Without it no value of information is worked out.
    most : int
        Parameters whose value of information gets an interval.

    Raises
    ------
    SimError
        See `sim.study.variance`, `sim.study.information` and `sim.study.evaluate`.
    """
    import numpy as np
    import pandas as pd

    from sim.outcomes.registry import metric as registered
    from sim.study import regret, variance
    from sim.study.information import FEWEST

    if len(settings) < 3:
        raise SimError(f"draws = {len(settings)}; allowed: 3 or more; nearest: 3")
    if asked.replications < 2:
        raise SimError(f"replications = {asked.replications}; allowed: 2 or more; nearest: 2")
    if benefit is not None and len(settings) < FEWEST:
        raise SimError(
            f"draws = {len(settings)}; allowed: {FEWEST} or more with a benefit in pounds (the value of "
            f"information is a regression); nearest: {FEWEST}"
        )
    _check_structures(asked, structures)
    kinds = ["", *structures]
    points = [
        asked.point(
            f"k{kind}d{draw}o{place}",
            (
                *[text for text in setting if text.partition("=")[0] != over.partition("=")[0]],
                *([over] * bool(over)),
            ),
            option,
        )
        for kind, over in enumerate(kinds)
        for draw, setting in enumerate(settings)
        for place, option in enumerate(options)
    ]
    wanted = [*metrics, *((benefit.metric, benefit.cost) if benefit else ())]
    shape = (len(kinds), len(settings), len(options), asked.replications)
    made = asked.figures(points, wanted)
    values = {name: made["value"][name].reshape(shape) for name in made["value"]}
    differences = {name: made["difference"][name].reshape(shape) for name in made["difference"]}
    names = [option.words for option in options]
    parts, best = [], []
    for metric in metrics:
        for place, name in enumerate(names):
            found = variance.split(differences[metric][:, :, place])
            mean = differences[metric][:, :, place].mean(-1)
            whole = sum(part.variance for part in found)
            ends = np.quantile(mean, (0.025, 0.975))
            parts += [
                (
                    metric,
                    name,
                    part.name,
                    part.variance,
                    part.low,
                    part.high,
                    whole,
                    float(mean.mean()),
                    *ends,
                )
                for part in found
            ]
        better = registered(metric).better
        if better != "none":
            sign = -1.0 if better == "lower" else 1.0
            today = values[metric] - differences[metric]
            levels = np.concatenate([today[:, :, :1], values[metric]], axis=2)[0].mean(-1)
            best += [(metric, *row) for row in _standings(sign * levels, ["today", *names], regret)]
    tables = {
        "parts": pd.DataFrame(
            parts,
            columns=[
                "metric",
                "option",
                "part",
                "variance",
                "low",
                "high",
                "whole",
                "mean",
                "mean_low",
                "mean_high",
            ],
        )
    }
    worth: dict[str, Any] | None = None
    left: list[str] = []
    if benefit is not None:
        gain = -benefit.pounds * differences[benefit.metric][0] - differences[benefit.cost][0]
        with_today = np.concatenate(
            [np.zeros_like(gain[:, :1]), gain], axis=1
        )  # (draws, options, replications)
        best += [("net benefit", *row) for row in _standings(with_today.mean(-1), ["today", *names], regret)]
        tables["information"], worth, left = _information(asked, settings, with_today, most)
        worth["best_now"] = ["today", *names][int(with_today.mean((0, 2)).argmax())]
    tables["best"] = pd.DataFrame(
        best, columns=["metric", "option", "best", "best_low", "best_high", "regret", "worst", "ninth_decile"]
    )
    return Findings(
        "uncertainty",
        common(
            asked,
            draws=len(settings),
            parameters=len(settings[0]),
            digest=_digest(settings),
            options=names,
            metrics=list(metrics),
            structures=kinds[1:],
            benefit=benefit.words() if benefit else "",
            worth=worth,
            left_out=left,
        ),
        tables,
    )


def _check_structures(asked: Asked, structures: Sequence[str]) -> None:
    """Refuse a structure that cannot be set, once and not for every point that it is in."""
    from sim.config.compose import baseline
    from sim.config.mistakes import ConfigurationError

    for text in structures:
        path, equals, _ = text.partition("=")
        if not equals:
            raise SimError(f"structure {text!r}: sets nothing; allowed: PATH=VALUE; nearest: {text}=VALUE")
        try:
            baseline((*(one for one in asked.world if one.partition("=")[0].lstrip("+") != path), text))
        except ConfigurationError as error:
            raise SimError(f"structure {text}: {error.mistakes[0].line()}") from None


def _digest(settings: Sequence[tuple[str, ...]]) -> str:
    from sim.experiment.plan import short_hash

    return short_hash(*settings)


def _standings(benefits: Any, names: Sequence[str], regret: Any) -> list[tuple[Any, ...]]:
    return [
        (name, one.best, *one.best_ends, one.mean, one.worst, one.ninth_decile)
        for name, one in zip(names, regret.standings(benefits), strict=True)
    ]


def _information(
    asked: Asked, settings: Sequence[tuple[str, ...]], benefits: Any, most: int
) -> tuple[Any, dict[str, Any], list[str]]:
    """Value of information about each parameter; of all of them together; what has none of its own."""
    import numpy as np
    import pandas as pd

    from sim.study import information

    numbers, paths, left = _as_numbers(settings)
    mean = benefits.mean(-1)
    low, high = information.perfect(benefits)
    first = [information.quick(numbers[:, [place]], mean) for place in range(len(paths))]
    rows = []
    for rank, place in enumerate(np.argsort(first, kind="stable")[::-1]):
        found = None
        if rank < most:
            found = information.partial(numbers[:, [place]], mean, seed=asked.seed)
        ends = (found.low, found.high, found.by_chance) if found else (np.nan,) * 3
        rows.append((paths[place], first[place], *ends))
    table = pd.DataFrame(rows, columns=["path", "value", "low", "high", "by_chance"]).round(6)
    return table, {"perfect_low": low, "perfect_high": high}, left


def _as_numbers(settings: Sequence[tuple[str, ...]]) -> tuple[Any, list[str], list[str]]:
    """What was drawn as numbers, shape (draws, parameters): those that vary; and the others."""
    import numpy as np

    columns: dict[str, list[float]] = {}
    for setting in settings:
        for text in setting:
            path, _, value = text.partition("=")
            try:
                columns.setdefault(path, []).append(float(value))
            except ValueError:
                continue
    paths = [
        path for path, column in columns.items() if len(column) == len(settings) and len(set(column)) > 1
    ]
    every = dict.fromkeys(text.partition("=")[0] for setting in settings for text in setting)
    return np.array([columns[path] for path in paths]).T, paths, [path for path in every if path not in paths]
