"""The questions a council asks before it owes a duty: homeless, threatened, in priority need, intentionally.

England follows the Housing Act 1996, Part 7; Wales the Housing (Wales) Act 2014, Part 2, and the Homelessness
and Social Housing Allocation (Wales) Act 2026 from the day it is commenced. Each test is one function. What
follows from the answers is told in `housing.py`; local connection has a module of its own.
"""

from __future__ import annotations

from sim.engine.log import Detail, Place
from sim.engine.rules import DAYS_A_YEAR
from sim.engine.survivor import Slot, Survivor
from sim.engine.world import World
from sim.people.chance import Activity
from sim.people.codes import Region

_WALES = int(Region.WALES)
CARE_LEAVER_FOR = 3.0 * DAYS_A_YEAR
"""From the eighteenth birthday to the twenty-first [days] (Order of 2002, article 4; Wales: s70)."""


def under_act_of_2026(person: Survivor, world: World) -> bool:
    """In Wales, once the Act of 2026 is in force."""
    return person.region == _WALES and world._now >= world.rules.housing.wales_act_from


# ------------------------------------------------------------------------------- homeless, or threatened
def is_homeless(person: Survivor, world: World) -> bool:
    """No accommodation reasonable to occupy (s175; Wales: s55), which may include a safehouse (s175(3))."""
    if person.place == Place.SAFEHOUSE:
        drawn = world.draw_once(person, Activity.HOMELESS_IN_LAW, person.applications)
        return drawn < world.rules.housing.homeless_in_law
    return person.insecure or person.place == Place.COUNCIL_TEMPORARY


def threatened_within(person: Survivor, world: World) -> float:
    """Days ahead within which a coming loss counts: 56 (s175(4); Wales: s55(4)), 182 from 2026."""
    rules = world.rules.housing
    return rules.wales_threatened_within if under_act_of_2026(person, world) else rules.threatened_within


def is_threatened(person: Survivor, world: World) -> bool:
    """A place that ends within those days."""
    within = world._now + threatened_within(person, world)
    if person.place == Place.SAFEHOUSE:
        return person.bed_until <= within
    return person.due[Slot.PLACE_ENDS] <= within


# ------------------------------------------------------------------------- known to be a survivor, or not
def is_asked(person: Survivor, world: World) -> bool:
    """Whether the council asks about slavery; drawn once for an application."""
    return world.draw_once(person, Activity.ASKED, person.applications) < world.rules.housing.asks


def is_recognised(person: Survivor, world: World) -> bool:
    """Known to the council as a confirmed survivor: asked about it, or the decision letter is presented.

    The share who present the letter unasked grows with time from `policy.start`, as a new rule gets known.
    """
    if is_asked(person, world):
        return True
    rules = world.rules.housing
    age = world._now - rules.recognition_from
    grown = 1.0 if age >= rules.recognition_ramp else age / rules.recognition_ramp
    presented = rules.recognised_first_day + (rules.recognised_mature - rules.recognised_first_day) * grown
    return world.draw_once(person, Activity.RECOGNISED, person.applications) < presented


# ------------------------------------------------------------------------------------------ priority need
def priority_ground(person: Survivor, world: World) -> int:
    """Why somebody is in priority need (s189 and the Order of 2002; Wales: s70), or `Detail.NONE`.

    By right: children or pregnancy, domestic abuse (England since July 2021), leaving care, in Wales sleeping
    rough (since October 2022); in England also a new application within two years of a private offer (s195A),
    which needs no priority need. A confirmed survivor counts where that option is in force, if recognised.
    Otherwise vulnerability, decided one by one. The Welsh Act of 2026 asks for no priority need at all.
    """
    rules = world.rules.housing
    wales = person.region == _WALES
    if under_act_of_2026(person, world):
        return Detail.NO_PRIORITY_TEST
    if person.dependants or person.pregnant:
        return Detail.FAMILY
    if (wales or world._now >= rules.domestic_abuse_from) and suffered_domestic_abuse(person, world):
        return Detail.DOMESTIC_ABUSE
    if is_care_leaver(person, world):
        return Detail.CARE_LEAVER
    if wales:
        if person.street_homeless and world._now >= rules.wales_street_from:
            return Detail.STREET_HOMELESS
    elif world._now < person.reapply_until:
        return Detail.AFTER_PRIVATE_OFFER
    if rules.survivors_have_priority and person.ever_confirmed and is_recognised(person, world):
        return Detail.RECOGNISED_SURVIVOR
    if is_vulnerable(person, world):
        return Detail.VULNERABLE
    return Detail.NONE


def suffered_domestic_abuse(person: Survivor, world: World) -> bool:
    """Homeless because of domestic abuse: the same answer for all of a person's life."""
    return world.draw_once(person, Activity.DOMESTIC_ABUSE) < world.rules.housing.domestic_abuse


def is_care_leaver(person: Survivor, world: World) -> bool:
    """From 18 to 20, and looked after by a council as a child: only those who were children at referral."""
    return (
        person.turns_18 <= world._now < person.turns_18 + CARE_LEAVER_FOR
        and world.draw_once(person, Activity.CARE_LEAVER) < world.rules.housing.care_leaver
    )


def is_vulnerable(person: Survivor, world: World) -> bool:
    """Vulnerable (s189(1)(c); Wales: s71): decided one by one, by region, and by asking about slavery."""
    asked = 1 if is_asked(person, world) else 0
    share = world.rules.housing.vulnerable[asked][person.region]
    return world.draw_once(person, Activity.VULNERABLE, person.applications) < share


# --------------------------------------------------------------------------------- intentionally homeless
def is_intentional(person: Survivor, world: World, ground: int) -> bool:
    """Intentionally homeless (s191); in Wales not families, care leavers (s75(3)), from 2026 nobody."""
    if person.region == _WALES and (
        ground in (Detail.FAMILY, Detail.CARE_LEAVER) or under_act_of_2026(person, world)
    ):
        return False
    drawn = world.draw_once(person, Activity.INTENTIONAL, person.applications)
    return drawn < world.rules.housing.intentional
