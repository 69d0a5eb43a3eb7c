"""History matching: wave after wave, run settings, learn them, rule out what the record cannot be got from.

Knows neither the model nor a file: it is given a simulator, goals, and somewhere to keep its designs. The
result is the set of settings that are not ruled out. That is no distribution of belief: within the set
nothing is more likely than anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from sim.calibrate.emulator import one_thread
from sim.calibrate.implausible import Judged, direct, judged, worst
from sim.calibrate.remaining import Remaining, cover, remaining
from sim.errors import SimError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.calibrate.goals import Goal
    from sim.calibrate.runs import Simulator

    Floats = NDArray[np.float64]

LITTLE: Final = 0.9
"""Waves end when more than this share of what remained before remains: more runs would teach little."""


@dataclass(frozen=True)
class Rules:
    """How a history match goes.

    Attributes
    ----------
    waves, points, replications, seed : int
        At most so many waves; settings a wave; runs of each.
    cut : float
        Beyond it a setting is ruled out.
    nth : int
        1 if the worst figure decides, 2 if the second worst.
    keep : int
        Settings of the set that are stored.
    """

    waves: int = 3
    points: int = 160
    replications: int = 2
    seed: int = 0
    cut: float = 3.0
    nth: int = 1
    keep: int = 1_000

    def check(self, dimensions: int) -> None:
        """Refuse what cannot work.

        Raises
        ------
        SimError
        """
        least = max(10, 2 * dimensions)
        for name, value, lowest in (
            ("waves", self.waves, 1),
            ("points", self.points, least),
            ("replications", self.replications, 2),
            ("keep", self.keep, 1),
            ("seed", self.seed, 0),
        ):
            if value < lowest:
                raise SimError(f"--{name} {value}; allowed: {lowest} or more; nearest: --{name} {lowest}")
        if self.nth not in (1, 2):
            raise SimError(f"--nth {self.nth}; allowed: 1 (the worst figure decides) or 2; nearest: --nth 1")
        if not self.cut > 0:
            raise SimError(f"--cut {self.cut:g}; allowed: above 0; nearest: --cut 3")


@dataclass(frozen=True, eq=False)
class Wave:
    """What one wave did.

    Attributes
    ----------
    number : int
        From 1.
    runs : int
        Settings that were run in it.
    goals : tuple of Judged
    left : Remaining
        What remains after it.
    alone : ndarray, shape (n_goals,)
        Share of what remained before that each goal rules out by itself; not a number if it is not used.
    allowed : float
        Share of the settings run in this wave that no figure rules out, judged by their runs alone.
    """

    number: int
    runs: int
    goals: tuple[Judged, ...]
    left: Remaining
    alone: Floats
    allowed: float

    @property
    def used(self) -> list[Judged]:
        """The goals that were used."""
        return [one for one in self.goals if not one.why_not]


@dataclass(frozen=True, eq=False)
class Shipped:
    """The shipped configuration: run, not emulated.

    Attributes
    ----------
    implausibility : ndarray, shape (n_goals,)
    figures : ndarray, shape (n_goals,)
        Means over replications, on the matched scale.
    """

    implausibility: Floats
    figures: Floats


@dataclass(frozen=True, eq=False)
class Match:
    """The result of history matching.

    Attributes
    ----------
    goals : tuple of Goal
    waves : tuple of Wave
    shipped : Shipped or None
    why_ended : str
    """

    goals: tuple[Goal, ...]
    rules: Rules
    waves: tuple[Wave, ...]
    shipped: Shipped | None
    why_ended: str

    @property
    def left(self) -> Remaining:
        """What remains in the end."""
        return self.waves[-1].left

    def is_left(self, places: Floats) -> NDArray[np.bool_]:
        """Whether settings from 0 to 1, shape (n, n_dimensions), are not ruled out, shape (n,)."""
        found: NDArray[np.bool_] = (
            worst([one.goals for one in self.waves], places, self.rules.nth) <= self.rules.cut
        )
        return found

    def strictest(self, wave: Wave) -> tuple[Goal, float] | None:
        """The goal that by itself rules out most of what a wave began with, and its share."""
        import numpy as np

        if not np.isfinite(wave.alone).any():
            return None
        place = int(np.nanargmax(wave.alone))
        return self.goals[place], float(wave.alone[place])


class Designs(Protocol):
    """Where the settings of each wave are kept once they are drawn: a command that goes on runs the same."""

    def kept(self, wave: int) -> Floats | None:
        """The settings of a wave, from 0 to 1, shape (n, n_dimensions); None if it was not begun."""

    def keep(self, wave: int, places: Floats) -> None:
        """Keep the settings of a wave, from 0 to 1, shape (n, n_dimensions)."""


@dataclass
class InMemory:
    """Designs that nobody keeps."""

    waves: dict[int, Floats] = field(default_factory=dict)

    def kept(self, wave: int) -> Floats | None:
        """The settings of a wave, from 0 to 1; None if it was not begun."""
        return self.waves.get(wave)

    def keep(self, wave: int, places: Floats) -> None:
        """Keep the settings of a wave, from 0 to 1, as long as the process lasts."""
        self.waves[wave] = places


def history_match(
    simulator: Simulator,
    goals: Sequence[Goal],
    dimensions: int,
    rules: Rules,
    designs: Designs | None = None,
    tell: Callable[[str], None] = lambda _: None,
    shipped: bool = True,
) -> Match:
    """Rule settings out, wave by wave.

    Parameters
    ----------
    simulator : callable
        See `sim.calibrate.runs.Simulator`.
    goals : sequence of Goal
    dimensions : int
    rules : Rules
    designs : Designs, optional
    tell : callable
        Told what is going on.
    shipped : bool
        Whether the shipped configuration is run too, which the simulator is asked for by None.

    Raises
    ------
    SimError
        If the rules cannot work, or no goal has an emulator that is good enough in the first wave.
    """
    import numpy as np

    rules.check(dimensions)
    designs = designs or InMemory()
    places, figures = np.zeros((0, dimensions)), np.zeros((0, rules.replications, len(goals)))
    waves: list[Wave] = []
    left: Remaining | None = None
    why = "one wave was asked for" if rules.waves == 1 else f"{rules.waves} waves were asked for"
    for number in range(1, rules.waves + 1):
        # one generator for the design and one for what remains: a design that is kept draws nothing
        rng = np.random.default_rng([rules.seed, number, 1])
        design = designs.kept(number)
        if design is None:
            design = (
                cover(rules.points, dimensions, np.random.default_rng([rules.seed, number, 0]))
                if left is None
                else left.places[: rules.points]
            )
            designs.keep(number, design)
        tell(f"Wave {number}: {len(design)} settings, {rules.replications} runs of each")
        ran = simulator(design, f"wave-{number}")
        if waves:  # runs of earlier waves teach about what is left as well, if they lie in it
            inside = worst([one.goals for one in waves], places, rules.nth) <= rules.cut
            places, figures = places[inside], figures[inside]
        places, figures = np.concatenate([places, design]), np.concatenate([figures, ran])
        with one_thread():
            found = tuple(judged(goal, places, figures[:, :, place]) for place, goal in enumerate(goals))
            wave = _rule_out(number, rules, waves, found, design, ran, left, rng)
        waves.append(wave)
        tell(in_short(wave))
        if len(wave.used) < rules.nth and number == 1:
            reasons = "; ".join(f"{one.goal.id}: {one.why_not}" for one in found)
            raise SimError(
                "No figure can be matched: no emulator is good enough. Allowed: more settings or runs; "
                f"nearest: --points {2 * rules.points}. {reasons}"
            )
        if wave.left.empty:
            why = "no setting remains"
            break
        if left is not None and wave.left.volume > LITTLE * left.volume:
            why = f"wave {number} ruled out less than {1 - LITTLE:.0%} of what remained"
            break
        left = wave.left
    chance = np.array([one.chance for one in waves[-1].goals])
    seen = None
    if shipped:
        own = simulator(None, "shipped")
        seen = Shipped(direct(goals, own, chance)[0], own.mean(axis=1)[0])
    return Match(tuple(goals), rules, tuple(waves), seen, why)


def _rule_out(
    number: int,
    rules: Rules,
    before: Sequence[Wave],
    found: tuple[Judged, ...],
    design: Floats,
    ran: Floats,
    left: Remaining | None,
    rng: np.random.Generator,
) -> Wave:
    """What remains after a wave, and what each goal did to it."""
    import numpy as np

    dimensions = design.shape[1]
    was = cover(rules.keep, dimensions, rng) if left is None else left.places
    alone = np.array(
        [float(np.mean(one.implausibility(was) > rules.cut)) if not one.why_not else np.nan for one in found]
    )
    strict = [found[place] for place in np.argsort(-np.nan_to_num(alone, nan=-1.0), kind="stable")]
    every = [*(one.goals for one in before), strict]
    after = remaining(
        lambda some, enough: worst(every, some, rules.nth, enough),
        dimensions,
        max(rules.keep, rules.points),
        rules.cut,
        rng,
    )
    chance = np.array([one.chance for one in found])
    own = direct([one.goal for one in found], ran, chance)
    deciding = np.sort(np.nan_to_num(own, nan=0.0), axis=1)[:, -min(rules.nth, own.shape[1])]
    return Wave(number, len(design), found, after, alone, float(np.mean(deciding <= rules.cut)))


def in_short(wave: Wave) -> str:
    """A wave in one sentence."""
    unused = len(wave.goals) - len(wave.used)
    told = f" ({unused} figures not used: poor emulator)" if unused else ""
    if wave.left.empty:
        return f"Wave {wave.number}: nothing remains; least implausibility {wave.left.least:.1f}{told}"
    return f"Wave {wave.number}: {wave.left.volume:.2g} of the ranges remains{told}"
