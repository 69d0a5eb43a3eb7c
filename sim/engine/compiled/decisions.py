"""Decisions of the competent authorities, and second looks at them; mirrors `sim.pathway.decisions`.

The waits between these steps are the stages of a journey (`journey.py`).
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_FIRST_DECISION,
    DETAIL_OWN_CASE,
    DETAIL_WITNESS,
    DRAW_CASE_CLOSED,
    DRAW_CG_POSITIVE,
    DRAW_CG_READY,
    DRAW_CRIMINAL_CASE,
    DRAW_CRIMINAL_CASE_LENGTH,
    DRAW_DISQUALIFIED,
    DRAW_DISQUALIFIED_WHEN,
    DRAW_OVERTURNED,
    DRAW_RECONSIDERATION,
    DRAW_RECONSIDERATION_WHEN,
    DRAW_RG_HANDLING,
    DRAW_RG_POSITIVE,
    DRAW_RG_WITHDRAWN,
    EVENT_CG_READY,
    EVENT_CRIMINAL_CASE,
    EVENT_RECONSIDERATION_ACCEPTED,
    EVENT_RG_NEGATIVE,
    EVENT_RG_POSITIVE,
    EVENT_WITHDRAWN_BEFORE_RG,
    SLOT_CLOSURE,
    SLOT_NRM,
)
from sim.engine.compiled.queues import join_desk
from sim.engine.compiled.state import CG_DESK, RG_DESK
from sim.engine.compiled.world import NEVER, at, draw, on_grid, record, until, wait
from sim.people.compiled_chance import (
    c_exp,
    c_exponential,
    c_lognormal_from_median,
    c_ndtri,
    c_uniform_between,
)


# ------------------------------------------------------------------------------------ reasonable grounds
@kernel
def prepare_rg_file(person: Any, world: Any) -> None:
    """Reasonable grounds: the file is prepared."""
    rules, now = world.rules.decisions, world.now
    handling = c_lognormal_from_median(
        draw(person, DRAW_RG_HANDLING, 0),
        at(world, rules.rg_handling_median, now),
        at(world, rules.rg_handling_sigma, now),
    )
    person.opened = now
    wait(person, world, SLOT_NRM, handling)


@kernel
def stand_in_rg_line(person: Any, world: Any) -> bool:
    """Withdrawn first, or in line for a decision maker; True if in line."""
    if draw(person, DRAW_RG_WITHDRAWN, 0) < world.rules.decisions.rg_withdrawn:
        person.case_open = False
        record(person, world, EVENT_WITHDRAWN_BEFORE_RG, 0)
        return False
    join_desk(person, world, RG_DESK, person.opened)
    return True


@kernel
def decide_reasonable_grounds(person: Any, world: Any) -> bool:
    """A decision maker takes the case."""
    share = _share_for(person, world, world.rules.decisions.rg_positive)
    positive = draw(person, DRAW_RG_POSITIVE, 0) < share
    record(person, world, EVENT_RG_POSITIVE if positive else EVENT_RG_NEGATIVE, DETAIL_FIRST_DECISION)
    return positive


# ------------------------------------------------------------------------------------ conclusive grounds
@kernel
def gather_evidence(person: Any, world: Any) -> None:
    """Conclusive grounds: the recovery period, the evidence, and a criminal case if there is one."""
    rules, now = world.rules.decisions, world.now
    minimum = at(world, rules.cg_minimum, now)
    extra = max(0.0, rules.cg_ready_mean - minimum) * rules.cg_ready_scale
    extra *= c_exp(c_ndtri(draw(person, DRAW_CG_READY, 0)) * rules.cg_ready_sigma)
    ready = minimum + extra
    drawn = draw(person, DRAW_CRIMINAL_CASE, 0)
    if drawn < rules.any_case:
        whose = DETAIL_OWN_CASE if drawn < rules.own_case else DETAIL_WITNESS
        record(person, world, EVENT_CRIMINAL_CASE, whose)
        ready = max(ready, c_exponential(draw(person, DRAW_CRIMINAL_CASE_LENGTH, 0), rules.case_mean))
    wait(person, world, SLOT_NRM, ready)


@kernel
def stand_in_cg_line(person: Any, world: Any) -> None:
    """The case can be decided, and waits for a decision maker."""
    record(person, world, EVENT_CG_READY, 0)
    join_desk(person, world, CG_DESK, person.rg_positive_at)


@kernel
def decide_conclusive_grounds(person: Any, world: Any) -> bool:
    """A decision maker takes the case."""
    share = _share_for(person, world, world.rules.decisions.cg_positive)
    return draw(person, DRAW_CG_POSITIVE, 0) < share


# --------------------------------------------------------------------------------------- reconsideration
@kernel
def ask_again(person: Any, world: Any, conclusive: bool) -> bool:
    """A negative decision is looked at again, if the person asks; True if so."""
    rules = world.rules.decisions
    occasion = 1 if conclusive else 0
    share = rules.cg_request if conclusive else rules.rg_request
    if draw(person, DRAW_RECONSIDERATION, occasion) >= share:
        return False
    u = draw(person, DRAW_RECONSIDERATION_WHEN, occasion)
    wait(person, world, SLOT_NRM, u * rules.request_within)
    return True


@kernel
def accept_request(person: Any, world: Any, conclusive: bool) -> None:
    """The request is accepted, and the decision looked at again."""
    record(person, world, EVENT_RECONSIDERATION_ACCEPTED, 0)
    rules = world.rules.decisions
    u = draw(person, DRAW_RECONSIDERATION_WHEN, 3 if conclusive else 2)
    wait(person, world, SLOT_NRM, c_uniform_between(u, rules.review_min, rules.review_max))


@kernel
def overturned(person: Any, world: Any, conclusive: bool) -> bool:
    """The second look: True for positive."""
    rules = world.rules.decisions
    share = rules.cg_overturned if conclusive else rules.rg_overturned
    return draw(person, DRAW_OVERTURNED, 1 if conclusive else 0) < share


@kernel
def _share_for(person: Any, world: Any, shares: Any) -> float:
    """Share positive for a person's age group and authority now."""
    return at(world, shares[2 * person.group + person.immigration_enforcement], world.now)


# ---------------------------------------------------------------------------- leaving the queue undecided
@kernel
def set_closure(person: Any, world: Any) -> None:
    """From RG+ on, a case may be closed undecided or end by disqualification; the earlier one counts."""
    rules = world.rules.decisions
    closed = _spend(world, draw(person, DRAW_CASE_CLOSED, 0), rules.cg_closure_per_day, world.now)
    person.disqualified = False
    if draw(person, DRAW_DISQUALIFIED, 0) < at(world, rules.disqualified, world.now):
        after = c_exponential(draw(person, DRAW_DISQUALIFIED_WHEN, 0), rules.disqualified_mean)
        disqualified = world.now + on_grid(world, after)
        if disqualified < closed:
            person.disqualified = True
            closed = disqualified
    until(person, world, SLOT_CLOSURE, closed)


@kernel
def _spend(world: Any, u: float, rate: int, start: float) -> float:
    """The day on which a dated hazard has spent a unit-exponential threshold, on the grid; inf if never."""
    left = c_exponential(u, 1.0)
    day = start
    while world.step_day[rate] < NEVER:
        begins, ends, spending = world.step_day[rate], world.step_day[rate + 1], world.step_value[rate]
        rate += 1
        if ends <= day:
            continue
        day = max(day, begins)
        if spending > 0.0:
            needed = left / spending
            if day + needed < ends:
                return start + on_grid(world, day + needed - start)
            left -= (ends - day) * spending
        day = ends
    return NEVER
