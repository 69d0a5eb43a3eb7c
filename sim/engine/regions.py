"""Values by region: one for each English region and Wales, from the two that are published.

Statistics tell London and the rest apart; what is known of a region beyond that is a ratio
(`housing.regions`), 1 where nothing is. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.config.schema import HomesInRegion, Housing
from sim.people.codes import ENGLISH_REGIONS, Region

REGIONS: tuple[Region, ...] = (*ENGLISH_REGIONS, Region.WALES)
"""Where life in the community is followed; the position of each is its code."""


def regions_of(housing: Housing) -> tuple[HomesInRegion, ...]:
    """The ratios of every region, in the order of `REGIONS`."""
    return tuple(getattr(housing.regions, region.name.lower()) for region in REGIONS)


def by_region(elsewhere: float, london: float, ratios: Sequence[float]) -> tuple[float, ...]:
    """One value a region: London's or that of everywhere else, times the region's ratio.

    Examples
    --------
    >>> by_region(2.0, 5.0, [1.0, 0.5, *[1.0] * 8])[:2]
    (2.0, 1.0)
    """
    return tuple(
        (london if region == Region.LONDON else elsewhere) * ratio
        for region, ratio in zip(REGIONS, ratios, strict=True)
    )


def with_odds(share: float, ratio: float) -> float:
    """A share with its odds multiplied: none stays none and all stays all, whatever the ratio above 0.

    Examples
    --------
    >>> with_odds(0.5, 3.0), with_odds(1.0, 0.5), with_odds(0.0, 2.0)
    (0.75, 1.0, 0.0)
    """
    if share >= 1.0:
        return 1.0
    return share * ratio / (1.0 - share + share * ratio)
