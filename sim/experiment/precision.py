"""How many replications are enough: the rule that stops once every interval asked for is narrow enough.

The confidence-interval method with look-ahead, on paired differences of several measures at once:
replications are taken one after another until every half-width is as small as asked and stays so for a few
more. Pure arithmetic on numbers already measured; who runs them stands in `sim.experiment.growing`.

References
----------
Hoad K, Robinson S, Davies R (2010). Automated selection of the number of replications for a discrete-event
simulation. Journal of the Operational Research Society 61(11), 1632-1644.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from sim.errors import SimError
from sim.experiment.intervals import LEVEL, bootstrap_interval, holm, t_intervals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST: Final = 3
"""An interval from two replications says next to nothing; stopping on one is refused."""
MOST: Final = 10_000
Method = Literal["t", "bootstrap"]
METHODS: Final = ("t", "bootstrap")
Status = Literal["reached", "unconfirmed", "not reached"]


@dataclass(frozen=True)
class Target:
    """One measure and how narrow its interval is to be.

    Attributes
    ----------
    metric : str
    half_width : float
        In the measure's own unit (shares as 0.01 for one percentage point), or, with `of_today`, as a share
        of the mean level under today's rules.
    of_today : bool
    """

    metric: str
    half_width: float
    of_today: bool = False


@dataclass(frozen=True)
class Rule:
    """When to stop.

    Attributes
    ----------
    targets : tuple of Target
    minimum, maximum : int
        Fewest and most replications.
    look_ahead : int
        How many more replications the precision must hold for; from 100 on it grows in proportion.
    method : str
        ``t`` or ``bootstrap``: the interval that has to be narrow.
    together : bool
        Whether all intervals are to cover together with probability `level` (Bonferroni), not each alone.
    level : float
    """

    targets: tuple[Target, ...]
    minimum: int = 10
    maximum: int = 200
    look_ahead: int = 5
    method: Method = "t"
    together: bool = False
    level: float = LEVEL

    def __post_init__(self) -> None:
        for given, wrong, allowed, near in (
            (f"minimum = {self.minimum}", self.minimum < FEWEST, f"{FEWEST} or more", FEWEST),
            (
                f"maximum = {self.maximum}",
                not self.minimum <= self.maximum <= MOST,
                f"{self.minimum} (the minimum) to {MOST}",
                min(max(self.maximum, self.minimum), MOST),
            ),
            (f"look-ahead = {self.look_ahead}", self.look_ahead < 0, "0 or more", 0),
            (f"interval {self.method!r}", self.method not in METHODS, " or ".join(METHODS), "t"),
            ("no measure", not self.targets, "at least one METRIC=HALF-WIDTH", "insecure_days_year_1=1"),
        ):
            if wrong:
                raise SimError(f"Precision with {given}; allowed: {allowed}; nearest: {near}")

    def further(self, count: int) -> int:
        """How many replications beyond `count` the precision must hold for."""
        return self.look_ahead if count <= 100 else self.look_ahead * count // 100

    def level_of_each(self, intervals: int) -> float:
        """The level of each of so many intervals: the share of them that hold what they are of."""
        return 1 - (1 - self.level) / intervals if self.together and intervals else self.level


@dataclass(frozen=True)
class Series:
    """The paired differences of one option and measure, replication by replication.

    Attributes
    ----------
    option, metric : str
    differences, today : ndarray of float64, shape (n,)
        Option minus today's rules, and the level under today's rules; NaN where not measured.
    """

    option: str
    metric: str
    differences: Floats
    today: Floats


@dataclass(frozen=True)
class Narrowing:
    """How one interval narrows; entry k is after k + 1 replications.

    Attributes
    ----------
    series : Series
    mean, low, high, wanted : ndarray of float64, shape (n,)
        NaN while there is no interval; `wanted` is the half-width asked for, in the measure's unit.
    """

    series: Series
    mean: Floats
    low: Floats
    high: Floats
    wanted: Floats

    @property
    def half(self) -> Floats:
        """The longer arm of the interval, in the measure's unit, shape (n,)."""
        import numpy as np

        return np.maximum(self.high - self.mean, self.mean - self.low)

    @property
    def narrow(self) -> NDArray[np.bool_]:
        """Whether it is as narrow as asked, shape (n,)."""
        narrow: NDArray[Any] = self.half <= self.wanted
        return narrow


@dataclass(frozen=True)
class Verdict:
    """What the rule says of the replications there are.

    Attributes
    ----------
    status : str
        ``reached``: precise at `first`, and at each of the look-ahead's replications after it;
        ``unconfirmed``: precise at the end, but the maximum cut the look-ahead short; or ``not reached``.
    first : int or None
        The number of replications at which it was first precise and stayed so.
    stop : int or None
        How many replications the experiment has, look-ahead included; None if more are to be run.
    """

    status: Status
    first: int | None
    stop: int | None


def narrowing(series: Series, target: Target, rule: Rule, level: float, seed: int) -> Narrowing:
    """How the interval of one series narrows, in the unit of its differences.

    Parameters
    ----------
    level : float
        Of this one interval (`Rule.level_of_each`).
    seed : int
        Of the bootstrap.
    """
    import numpy as np

    mean, half = t_intervals(series.differences, level)
    low, high = mean - half, mean + half
    if rule.method == "bootstrap":
        low, high = np.full_like(mean, np.nan), np.full_like(mean, np.nan)
        for count in range(FEWEST, len(mean) + 1):
            given = series.differences[:count]
            ends = bootstrap_interval(given[np.isfinite(given)], level, seed=seed)
            if ends is not None:
                low[count - 1], high[count - 1] = ends
    wanted = np.full(len(mean), target.half_width)
    if target.of_today:
        wanted = target.half_width * np.abs(t_intervals(series.today, level)[0])
    return Narrowing(series, mean, low, high, wanted)


def narrowings(every: Sequence[Series], rule: Rule, seed: int) -> tuple[Narrowing, ...]:
    """`narrowing` of every series, at the level that the rule gives each of so many intervals.

    Raises
    ------
    SimError
        If a measure asked for was measured in no replication.
    """
    import numpy as np

    level = rule.level_of_each(len(every))
    asked = {target.metric: target for target in rule.targets}
    for series in every:
        if not np.isfinite(series.differences).any():
            raise SimError(
                f"Precision of {series.metric}: it was not measured under {series.option} in any of "
                f"{len(series.differences)} replications. Ask for a measure that every run yields."
            )
    return tuple(narrowing(series, asked[series.metric], rule, level, seed) for series in every)


def verdict(narrow: NDArray[np.bool_], rule: Rule) -> Verdict:
    """Where the rule stops, replication by replication.

    Parameters
    ----------
    narrow : ndarray of bool, shape (n,)
        Whether every interval is as narrow as asked after 1, 2, ... replications.
    """
    n = min(len(narrow), rule.maximum)
    first = None
    for count in range(rule.minimum, n + 1):
        if not narrow[count - 1]:
            first = None
            continue
        first = first or count
        if count >= first + rule.further(first):
            return Verdict("reached", first, count)
    if n < rule.maximum:
        return Verdict("not reached", None, None)
    return Verdict("unconfirmed" if first else "not reached", first, n)


def judge(every: Sequence[Narrowing], rule: Rule) -> Verdict:
    """`verdict` on all intervals at once."""
    import numpy as np

    return verdict(np.logical_and.reduce([each.narrow for each in every]), rule)


def needed(every: Sequence[Narrowing], rule: Rule) -> int:
    """About how many replications the widest interval would need, at the spread seen so far.

    The half-width falls with the square root of the number, so this is n (half / wanted)^2 of the worst.
    """
    import math

    guess = rule.minimum
    for each in every:
        count, half, wanted = len(each.half), float(each.half[-1]), float(each.wanted[-1])
        if math.isnan(half) or (wanted <= 0 and half > 0):
            return MOST
        if half > wanted:
            guess = max(guess, math.ceil(count * (half / wanted) ** 2))
    return min(guess, MOST)


def next_count(every: Sequence[Narrowing], rule: Rule, at_once: int) -> int:
    """How many replications to have before looking again: half of the way to what seems needed, at most.

    Parameters
    ----------
    at_once : int
        How many are run side by side; fewer would leave a core idle.
    """
    import math

    have = len(every[0].half)
    guess = needed(every, rule)
    more = max(math.ceil((guess - have) / 2), at_once, 1)
    if narrow_now(every):
        more = max(at_once, 1)
    return min(have + more, rule.maximum)


def narrow_now(every: Sequence[Narrowing]) -> bool:
    """Whether every interval is as narrow as asked now."""
    return all(bool(each.narrow[-1]) for each in every)


@dataclass(frozen=True)
class Holm:
    """Holm's correction: which differences are beyond chance when all are looked at together.

    Attributes
    ----------
    raw, adjusted : dict
        (option, metric) to the p value of "no difference", alone and adjusted.
    """

    raw: Mapping[tuple[str, str], float] = field(default_factory=dict)
    adjusted: Mapping[tuple[str, str], float] = field(default_factory=dict)


def beyond_chance(every: Sequence[Series]) -> Holm:
    """Paired t tests of "no difference" in every series, with Holm's correction."""
    import numpy as np
    from scipy.special import stdtr

    raw = {}
    for series in every:
        given = series.differences[np.isfinite(series.differences)]
        n = len(given)
        spread = float(given.std(ddof=1)) / n**0.5 if n > 1 else float("nan")
        mean = float(given.mean()) if n else float("nan")
        if n < 2 or (mean == 0 and spread == 0):
            p = 1.0
        else:
            p = 2 * float(stdtr(n - 1, -abs(mean) / spread)) if spread else 0.0
        raw[series.option, series.metric] = p
    return Holm(raw, dict(zip(raw, holm(list(raw.values())), strict=True)))
