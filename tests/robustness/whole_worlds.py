"""Whole experiments drawn at random: dates, people, rules, scenarios and extremes, for one tiny world each.

On top of the parameters of `tests.agreement.drawn` come what an experiment sets as a whole: the day a policy
starts (leap days, bank holidays, weekends, the first of months), runs of one day, nobody referred, no bed, no
decision, everything at once, and the shipped scenarios in any combination that does not contradict itself.
Holds no test.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from sim.config.compose import baseline, world
from sim.config.mistakes import ConfigurationError
from sim.config.schema import Parameters
from sim.config.stories import BASELINE, read_story, story_files
from sim.config.tree import leaves, settings
from tests.agreement.drawn import changes, mended

LEAP_DAYS: Final = ("2016-02-29", "2020-02-29")
BANK_HOLIDAYS: Final = ("2014-12-25", "2016-12-27", "2017-04-17", "2018-05-07", "2020-05-08", "2020-12-28")
"""Christmas, a substitute day, Easter Monday, early May, VE Day on a Friday, a substitute for Boxing Day."""
OTHER_DAYS: Final = ("2014-01-01", "2014-01-02", "2015-02-28", "2016-03-01", "2018-03-31", "2019-12-31")
STARTS: Final = (*LEAP_DAYS, *BANK_HOLIDAYS, *OTHER_DAYS)
LENGTHS: Final = (1, 2, 29, 366, 1100, 1100, 1100, 1500)
"""Days from the start of the policy to the end of the run; from 1,100 on a year's cohort can be followed."""
MULTIPLIERS: Final = (0.0, 0.005, 0.01, 0.02, 0.03)
ANY_TIME: Final = "2014-01-01"
NATIONS: Final = ("wales", "scotland", "northern_ireland")
"""Their shares are of everybody, those of the regions of the people who are in England."""
ENGLISH_REGIONS: Final = (
    *("north_east", "north_west", "yorkshire", "east_midlands", "west_midlands"),
    *("east", "london", "south_east", "south_west"),
)

EXTREMES: Final[dict[str, dict[str, Any]]] = {
    "no bed": {"support.beds.places": 0.0, "support.beds.bought_share_of_shortfall": 0.0},
    "one bed that everybody wants": {
        "support.beds.places": 1.0,
        "support.beds.bought_share_of_shortfall": 0.0,
        "support.beds.wanted_from_own_home": 1.0,
        "support.beds.wanted_from_friends": 1.0,
        "support.beds.declined_too_far": 0.0,
    },
    "no decision": {
        "decisions.reasonable_grounds.capacity_per_quarter": 0.0,
        "decisions.conclusive_grounds.capacity_per_quarter": 0.0,
    },
    "every decision at once": {
        "decisions.reasonable_grounds.capacity_per_quarter": float("inf"),
        "decisions.conclusive_grounds.capacity_per_quarter": float("inf"),
        "decisions.conclusive_grounds.minimum_days": 0.0,
    },
    "everybody confirmed": {
        "decisions.reasonable_grounds.positive.adult": 1.0,
        "decisions.reasonable_grounds.positive.overall": 1.0,
        "decisions.conclusive_grounds.positive.adult": 1.0,
        "decisions.conclusive_grounds.positive.overall": 1.0,
    },
    "all in Scotland": {f"people.traits.regions.{name}": float(name == "scotland") for name in NATIONS},
    "all in London": {
        f"people.traits.regions.{name}": float(name == "london") for name in (*NATIONS, *ENGLISH_REGIONS)
    },
    "all turn 18 at once": {"people.traits.years_to_18_max": 0.0},
    "everybody referred again": {"people.arrivals.repeat_share": 1.0},
    "frailty far apart": {"people.traits.frailty_sigma": 3.0},
    "everybody leaves or dies soon": {
        "risk.dies_per_year": 5.0,
        "risk.leaves_uk_per_year_british": 5.0,
        "risk.leaves_uk_per_year_other": 5.0,
    },
    "much harm": {
        "risk.re_exploitation_per_year": 4.0,
        "risk.missing_per_year": 4.0,
        "places.own_home_lost_per_year": 12.0,
        "places.tenancy_lost_per_year": 12.0,
    },
    "nothing costs anything": {
        "costs.safehouse_night.price": 0.0,
        "costs.casework_week.price": 0.0,
        "costs.asylum_night.price": 0.0,
    },
    "a single home for bridging": {"places.bridging.places": 1.0, "places.bridging.max_days": 1.0},
}
CONTRADICT: Final = (
    {"no bed", "one bed that everybody wants"},
    {"no decision", "every decision at once"},
    {"all in Scotland", "all in London"},
)


class Whole(NamedTuple):
    """An experiment in a tiny world; `stories` and `extremes` name what is in it."""

    before: Parameters
    after: Parameters
    seed: int
    stories: tuple[str, ...]
    extremes: tuple[str, ...]

    def __repr__(self) -> str:
        """What is needed to do it again: everything that is not as in the baseline, and the seed."""
        today = dict(leaves(baseline(())))
        old, new = dict(leaves(self.before)), dict(leaves(self.after))
        told = [f"{path}={value}" for path, value in old.items() if today.get(path) != value]
        levers = [f"{path}={value}" for path, value in new.items() if old[path] != value]
        return "\n  ".join(
            [f"Whole(seed={self.seed}, {self.stories}, {self.extremes})", *told, "then", *levers]
        )


@lru_cache(maxsize=1)
def story_levers() -> dict[str, dict[str, Any]]:
    """What each shipped scenario sets, by path."""
    return {
        name: dict(settings(read_story(name).changes)) for name in sorted(story_files()) if name != BASELINE
    }


def contradict(one: str, other: str) -> bool:
    """Whether two scenarios set the same path otherwise, so that they may not be combined."""
    first, second = story_levers()[one], story_levers()[other]
    return any(first[path] != second[path] for path in first.keys() & second.keys())


def combined(stories: Sequence[str]) -> tuple[str, ...]:
    """Those of the scenarios that can be combined, each with all before it."""
    kept: list[str] = []
    for name in stories:
        if not any(contradict(name, other) for other in kept):
            kept.append(name)
    return tuple(kept)


@lru_cache(maxsize=256)
def _basis(start: str, length: int, multiplier: float) -> Parameters:
    """Today's rules for a tiny world of these dates."""
    first = date.fromisoformat(start)
    return world(
        baseline(()),
        {
            "policy.start": start,
            "experiment.horizon": (first + timedelta(days=length)).isoformat(),
            "experiment.cohort_months": 12 if length >= 1100 else 1,
            "people.arrivals.multiplier": multiplier,
            "support.beds.places": 2.0,
            "services.lifeline.places": 3.0,
        },
    )


@st.composite
def whole_worlds(draw: st.DrawFn, at_most: int = 40) -> Whole:
    """A tiny world, a policy, and names of what is in it; every one is a configuration that is allowed."""
    basis = _basis(
        draw(st.sampled_from(STARTS)), draw(st.sampled_from(LENGTHS)), draw(st.sampled_from(MULTIPLIERS))
    )
    found = draw(st.sets(st.sampled_from(sorted(EXTREMES)), max_size=2))
    for pair in CONTRADICT:
        if pair <= found:
            found = found - {min(pair)}
    values: dict[str, Any] = {}
    for name in sorted(found):
        values |= EXTREMES[name]
    stories = combined(draw(st.lists(st.sampled_from(sorted(story_levers())), unique=True, max_size=12)))
    levers: dict[str, Any] = {}
    for name in stories:
        levers |= story_levers()[name]
    try:
        before = world(basis, mended(basis, draw(changes(basis, at_most)) | values))
        drawn = draw(changes(before, at_most // 2)) if draw(st.booleans()) else {}
        # whether other households stand in the lines is the world's, the same before and after
        drawn = {path: value for path, value in drawn.items() if not path.startswith("housing.line")}
        luck = {"experiment.coupling": draw(st.sampled_from(("common", "independent")))}
        after = world(before, mended(before, drawn | levers) | luck)
    except ConfigurationError as error:  # the drawing must be mended, not the parameters
        raise AssertionError(f"a drawn configuration is not allowed: {error}") from None
    return Whole(before, after, draw(st.integers(0, 2**63 - 1)), stories, tuple(sorted(found)))
