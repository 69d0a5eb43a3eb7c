"""Homes gained and held by survivors, and the households that wait for them: displacement as an identity.

The model has no queue of all households in need: time to an offer follows published rates. So every home that
survivors gain above the baseline is one that another household waits for, unless supply responds. That is an
identity of counts, not a forecast of who waits. Everyone counts here, in calendar time; `per_person` is for
the cohort. Not here: costs (`costs`), and what a home does for whoever gains it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Event, Place
from sim.outcomes.spells import Spells, Story, place_spells

if TYPE_CHECKING:
    from sim.config.schema import Supply as SupplyOfHomes

Floats = NDArray[np.float64]

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Supply:
    """What is needed beside the log.

    Attributes
    ----------
    response : float
        Share of extra homes that new supply meets, from 0 (none: the identity) to 1.
    lets_a_year, households_in_temporary : float
        The published flow of social lets to homeless households, and stock in temporary accommodation, in
        England: what figures are set beside.
    """

    response: float = 0.0
    lets_a_year: float = 73_600.0
    households_in_temporary: float = 134_210.0


def supply_of(supply: SupplyOfHomes) -> Supply:
    """The same from a configuration."""
    return Supply(supply.response, supply.lets_to_homeless_per_year, supply.households_in_temporary)


def gained(story: Story) -> tuple[NDArray[np.int64], Floats, NDArray[np.bool_]]:
    """Every move into a social or private home: who, when [days], and whether the home is social."""
    moved = story.where(Event.MOVED)
    place = story.place[moved]
    into = moved[(place == Place.SOCIAL_HOME) | (place == Place.PRIVATE_HOME)]
    return story.who[into], story.time[into], story.place[into] == Place.SOCIAL_HOME


def per_person(story: Story, low: Floats, high: Floats) -> Floats:
    """Homes each person gained in [low, high) [days], shape (n,)."""
    who, when, _ = gained(story)
    inside = (when >= low[who]) & (when < high[who])
    return np.bincount(who[inside], minlength=story.n).astype(np.float64)


def of_everyone(
    story: Story, supply: Supply, start: float, horizon: float, places: Spells | None = None
) -> dict[str, float]:
    """Metrics of the family *calendar* from the start of the cohort's window to the horizon [days].

    `places` are those of the story, if they have been found already.
    """
    _, when, social = gained(story)
    inside = (when >= start) & (when < horizon)
    social_homes = float((inside & social).sum())
    private_homes = float((inside & ~social).sum())
    places, length = places or place_spells(story, horizon), horizon - start

    def mean(place: Place) -> float:
        """People in a place, mean over the window [people]."""
        spells = places.labelled(int(place))
        days = np.minimum(spells.end, horizon) - np.maximum(spells.start, start)
        return float(np.maximum(days, 0.0).sum()) / length

    held = mean(Place.SOCIAL_HOME) + mean(Place.PRIVATE_HOME)
    temporary = mean(Place.COUNCIL_TEMPORARY)
    unmet = 1.0 - supply.response
    return {
        "social_homes_gained_everyone": social_homes,
        "private_homes_gained_everyone": private_homes,
        "homes_held_mean": held,
        "homes_others_wait_for_everyone": unmet * (social_homes + private_homes),
        "households_waiting_instead_mean": unmet * held,
        "temporary_nights_everyone": temporary * length,
        "social_homes_share_of_lets": social_homes / (length / DAYS_A_YEAR) / supply.lets_a_year,
        "temporary_share_of_households": temporary / supply.households_in_temporary,
    }
