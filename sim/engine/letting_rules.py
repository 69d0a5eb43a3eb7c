"""What the line for social homes works with: rates of turns, lettings and other households, a region each.

Drawn (`housing.line.offers=drawn`): an offer comes at a published rate and no line exists. Queue: part of the
same wait is spent in a line of the region, in which other households stand too. Everything follows from
published figures: the share of main duties that end with a social home, and how long they last. Nothing is
drawn here; the line itself is in `lettings.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from sim.config.schema_homes import HomesLine
from sim.config.values import REGIONS
from sim.engine.clock import day_of
from sim.people.mathematics import exp, ln

DAYS_A_YEAR = 365.25
LEAST_SERVED = 0.1
"""A line is never built longer than one in which a household in ten is housed."""
_NEARLY_ALL = 1.0 - 1e-9


class LettingRules(NamedTuple):
    """Tuples: one value a region of England and Wales; rates a day.

    `turn_if_owed` and `turn`: how fast the turn for a letting comes, under the main duty and without it.
    `joins`, `leaves_after`: other households that join the line, and their mean time to leaving it unaided.
    """

    starts: float
    turn_if_owed: tuple[float, ...]
    turn: tuple[float, ...]
    lets: tuple[float, ...]
    joins: tuple[float, ...]
    leaves_after: tuple[float, ...]
    first_joined: tuple[float, ...]


def in_line(offers: float, ends: float, share: float) -> tuple[float, float, float]:
    """Rate at which turns come, wait in the line [days] and rate of leaving it, from two published rates.

    A duty ends with an offer at rate `offers` and at all at rate `ends`, so that the share P = offers / ends
    is served. A line whose lettings are P of those who join, and that is left at rate theta, has the wait w
    with P = exp(-theta w). `share` of the (logarithm of) P is given to the line, the rest to the time until
    the turn comes: P and the mean length of a duty, (1 - P) / theta, are kept whatever the share.

    Examples
    --------
    >>> turn, wait, leaves = in_line(0.5, 1.0, 0.5)
    >>> round(turn / (turn + leaves) * 2.718281828 ** (-leaves * wait), 6)
    0.5
    """
    served = offers / ends
    if served >= _NEARLY_ALL:
        return ends / (1.0 - share), share / ends, 0.0
    leaves = ends - offers
    turned = exp(ln(served) * (1.0 - share)) if served > 0.0 else 0.0
    wait = -ln(max(served, LEAST_SERVED)) * share / leaves
    return leaves * turned / (1.0 - turned), wait, leaves


def lettings_of(
    line: HomesLine,
    lets_per_year: float,
    offers: Sequence[float],
    general: Sequence[float],
    ends: Sequence[float],
) -> LettingRules:
    """The rules of the line in every region.

    Parameters
    ----------
    line : HomesLine
    lets_per_year : float
        Social homes let to homeless households in England.
    offers, general, ends : sequence of float, shape (n_regions,)
        Rates a day of social offers under the main duty and from the register, and of its ends.
    """
    queued = line.offers == "queue"
    starts = float(day_of(line.starts)) if queued else inf
    turns, turns_general, lets, joins, after, first = [], [], [], [], [], []
    for region, offer, any_offer, end in zip(REGIONS, offers, general, ends, strict=True):
        turn, wait, leaves = in_line(offer, end, line.wait_share)
        turns.append(turn)
        mean = 1.0 / any_offer if any_offer > 0.0 else inf
        turns_general.append(1.0 / max(mean - wait, mean * (1.0 - line.wait_share)))
        share = getattr(line.lets_share, region) * line.size_ratio / DAYS_A_YEAR
        lets.append(lets_per_year * share)
        survivors = getattr(line.survivors_per_year, region) * line.size_ratio / DAYS_A_YEAR
        joins.append(max(0.0, lets[-1] - survivors) * exp(leaves * wait))
        after.append(1.0 / leaves if leaves > 0.0 else inf)
        first.append(starts - wait if queued else inf)
    return LettingRules(
        starts,
        tuple(turns),
        tuple(turns_general),
        tuple(lets),
        tuple(joins),
        tuple(after),
        tuple(first),
    )
