"""Decisions of the competent authorities: reasonable grounds, conclusive grounds, and second looks at both.

A case waits until its file is ready, then in line at a desk (`sim.engine.queues.Desk`) until a decision
maker takes it. Children are decided by the same desks. A criminal case may hold a conclusive decision. Not
modelled: the devolved panels for children, panels that reviewed negative decisions before 2023.
"""

from __future__ import annotations

from collections.abc import Generator

from sim.engine.clock import on_grid
from sim.engine.environment import NEVER
from sim.engine.log import Detail, Event
from sim.engine.rules import Steps, at
from sim.engine.survivor import Slot, Survivor
from sim.engine.world import World
from sim.people.chance import Activity
from sim.people.mathematics import exp, ndtri
from sim.people.variates import exponential, lognormal_from_median, uniform_between

Decision = Generator[None, None, bool]
"""A story that ends with True for positive."""


def reasonable_grounds(person: Survivor, world: World) -> Decision:
    """Reasonable grounds: the file is prepared, then a decision maker takes it."""
    rules, now = world.rules.decisions, world._now
    handling = lognormal_from_median(
        world.draw(person, Activity.RG_HANDLING),
        at(rules.rg_handling_median, now),
        at(rules.rg_handling_sigma, now),
    )
    world.wait(person, Slot.NRM, handling)
    yield
    if world.draw(person, Activity.RG_WITHDRAWN) < world.rules.decisions.rg_withdrawn:
        person.case_open = False
        world.record(person, Event.WITHDRAWN_BEFORE_RG)
        return False
    world.rg_desk.join(person, now)
    yield
    share = _share_for(person, world.rules.decisions.rg_positive, world._now)
    positive = world.draw(person, Activity.RG_POSITIVE) < share
    if positive:
        world.record(person, Event.RG_POSITIVE, Detail.FIRST_DECISION)
    else:
        world.record(person, Event.RG_NEGATIVE, Detail.FIRST_DECISION)
    return positive


def conclusive_grounds(person: Survivor, world: World) -> Decision:
    """Conclusive grounds: the recovery period, the evidence, a criminal case if there is one; the queue."""
    rules, now = world.rules.decisions, world._now
    minimum = at(rules.cg_minimum, now)
    extra = max(0.0, rules.cg_ready_mean - minimum) * rules.cg_ready_scale
    extra *= exp(ndtri(world.draw(person, Activity.CG_READY)) * rules.cg_ready_sigma)
    ready = minimum + extra
    drawn = world.draw(person, Activity.CRIMINAL_CASE)
    if drawn < rules.any_case:
        whose = Detail.OWN_CASE if drawn < rules.own_case else Detail.WITNESS
        world.record(person, Event.CRIMINAL_CASE, whose)
        ready = max(ready, exponential(world.draw(person, Activity.CRIMINAL_CASE_LENGTH), rules.case_mean))
    world.wait(person, Slot.NRM, ready)
    yield
    world.record(person, Event.CG_READY)
    world.cg_desk.join(person, person.rg_positive_at)
    yield
    share = _share_for(person, world.rules.decisions.cg_positive, world._now)
    return world.draw(person, Activity.CG_POSITIVE) < share


def reconsideration(person: Survivor, world: World, conclusive: bool) -> Decision:
    """A negative decision is looked at again: few ask, and most of those who do win."""
    rules = world.rules.decisions
    occasion = 1 if conclusive else 0
    share = rules.cg_request if conclusive else rules.rg_request
    if world.draw(person, Activity.RECONSIDERATION, occasion) >= share:
        return False
    u = world.draw(person, Activity.RECONSIDERATION_WHEN, occasion)
    world.wait(person, Slot.NRM, u * rules.request_within)
    yield
    world.record(person, Event.RECONSIDERATION_ACCEPTED)
    rules = world.rules.decisions
    u = world.draw(person, Activity.RECONSIDERATION_WHEN, 2 + occasion)
    world.wait(person, Slot.NRM, uniform_between(u, rules.review_min, rules.review_max))
    yield
    rules = world.rules.decisions
    overturned = rules.cg_overturned if conclusive else rules.rg_overturned
    return world.draw(person, Activity.OVERTURNED, occasion) < overturned


def _share_for(person: Survivor, shares: tuple[Steps, ...], day: float) -> float:
    """Share positive for a person's age group and authority on a day."""
    return at(shares[2 * person.group + person.immigration_enforcement], day)


# ---------------------------------------------------------------------------- leaving the queue undecided
def set_closure(person: Survivor, world: World) -> None:
    """From RG+ on, a case may be closed undecided or end by disqualification; the earlier one counts.

    The closure hazard is dated; its threshold is spent along the calendar.
    """
    rules = world.rules.decisions
    closed = _spend(world.draw(person, Activity.CASE_CLOSED), rules.cg_closure_per_day, world._now)
    person.disqualified = False
    if world.draw(person, Activity.DISQUALIFIED) < at(rules.disqualified, world._now):
        after = exponential(world.draw(person, Activity.DISQUALIFIED_WHEN), rules.disqualified_mean)
        disqualified = world._now + on_grid(after)
        if disqualified < closed:
            person.disqualified = True
            closed = disqualified
    world.until(person, Slot.CLOSURE, closed)


def _spend(u: float, rate: Steps, start: float) -> float:
    """The day on which a dated hazard has spent a unit-exponential threshold, on the grid; inf if never."""
    left = exponential(u, 1.0)
    day = start
    for index, begins in enumerate(rate.days):
        ends = rate.days[index + 1] if index + 1 < len(rate.days) else NEVER
        if ends <= day:
            continue
        day = max(day, begins)
        spending = rate.values[index]
        if spending > 0.0:
            needed = left / spending
            if day + needed < ends:
                return start + on_grid(day + needed - start)
            left -= (ends - day) * spending
        day = ends
    return NEVER
