"""The analytic twin of a run: beside every station what theory says of it, or why theory says nothing.

From the day on which a scenario's rules are in force the rates of each station are read from the event log
(arrivals, stays, giving up), its places from the rules; Erlang's formulas, an infinite number of servers or a
fluid then give the numbers that ought to be there. The rates being the run's own, a difference is not a wrong
rate: either the station does something else than serve, in order, whoever waits, or the formula's assumptions
do not hold (rates that change, stays that do). Little's law, which needs none, is checked for every station.
Not here: one station's answer (`twin_answers`), the formulas (`queueing`), words for a page (`sim.present`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.engine.log import Event
from sim.engine.rules import Rules, at
from sim.outcomes.places import Category
from sim.outcomes.waits import stays
from sim.people.mathematics import exp
from sim.validate.twin_answers import (
    COLUMNS,
    DAYS_A_YEAR,
    NOBODY,
    Answer,
    Span,
    Twin,
    caseworkers,
    changes_of,
    desk_twin,
    little,
    pool,
    unlimited,
)

if TYPE_CHECKING:
    from sim.outcomes.calendar import Stations
    from sim.outcomes.spells import Story

__all__ = ["COLUMNS", "Answer", "InForce", "Twin", "rows"]


class InForce(NamedTuple):
    """The rules of a run, and the day from which on they are in force."""

    rules: Rules
    start: float


def rows(
    story: Story, found: Stations, in_force: InForce, services: Sequence[str], until: float
) -> list[dict[str, Any]]:
    """The twins of all stations as rows for the store, in a fixed order.

    Parameters
    ----------
    story : Story
        Everyone's.
    found : Stations
    in_force : InForce
    services : sequence of str
        Names in the order of their numbers in the log.
    until : float
        The horizon [days]; no row if the rules are in force for less than a year before it.
    """
    span = Span(in_force.start, until)
    if span.days < DAYS_A_YEAR:
        return []
    return [asdict(twin) for twin in _twins(story, found, in_force.rules, services, span)]


def _twins(story: Story, found: Stations, rules: Rules, services: Sequence[str], span: Span) -> list[Twin]:
    desks, support = rules.decisions, rules.support
    ready = stays(
        story,
        Event.CG_READY,
        [Event.CG_POSITIVE, Event.CG_NEGATIVE, Event.CASE_CLOSED_UNDECIDED, Event.DISQUALIFIED],
        [Event.CG_POSITIVE, Event.CG_NEGATIVE],
    )
    bridging_line = stays(
        story,
        Event.BRIDGING_REQUESTED,
        [Event.BRIDGING_TAKEN, Event.BRIDGING_WAIT_GIVEN_UP],
        [Event.BRIDGING_TAKEN],
    )
    bridging = stays(story, Event.BRIDGING_TAKEN, [Event.BRIDGING_LEFT], [Event.BRIDGING_LEFT])
    sigma = at(desks.rg_handling_sigma, span.start)
    handling = at(desks.rg_handling_median, span.start) * exp(sigma * sigma / 2.0)
    told = [
        desk_twin("reasonable grounds", found.rg, found.rg, desks.rg_desk, handling, span),
        desk_twin("conclusive grounds", ready, found.cg, desks.cg_desk, 0.0, span),
        pool(
            "safehouse beds",
            found.bed_line,
            found.beds,
            at(support.bed_places, span.start),
            span,
            changes_of(support.bed_places, span, bought=support.bed_bought_share > 0.0),
        ),
        pool("bridging homes", bridging_line, bridging, rules.places.bridging_places, span),
    ]
    for k, name in enumerate(services):
        line, people = found.services.get(name, (NOBODY, NOBODY))
        told.append(pool(f"service: {name}", line, people, rules.services[k].places, span))
    told.append(unlimited("casework", found.care, span))
    told.append(caseworkers(found.care, rules, span))
    for category, name in (
        (Category.COUNCIL_TEMPORARY, "council temporary accommodation"),
        (Category.ASYLUM_ACCOMMODATION, "asylum accommodation"),
    ):
        told.append(unlimited(name, found.places[category], span))
    queued = isfinite(rules.lettings.starts)
    told.append(
        Twin(
            "social and private homes",
            Answer.NONE,
            "other households, who are not in the log, stand in the same line"
            if queued
            else "homes come to each person at published rates, and from no line",
            number=span.mean(found.places[Category.SETTLED]),
            growth_per_year=span.growth(found.places[Category.SETTLED]),
            **little(found.places[Category.SETTLED], None, span),
        )
    )
    return told
