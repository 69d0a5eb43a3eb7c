"""The questions a council asks before it owes a duty; mirrors `sim.pathway.housing_tests`."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_AFTER_PRIVATE_OFFER,
    DETAIL_CARE_LEAVER,
    DETAIL_DOMESTIC_ABUSE,
    DETAIL_FAMILY,
    DETAIL_NO_PRIORITY_TEST,
    DETAIL_NONE,
    DETAIL_RECOGNISED_SURVIVOR,
    DETAIL_STREET_HOMELESS,
    DETAIL_VULNERABLE,
    DRAW_ASKED,
    DRAW_CARE_LEAVER,
    DRAW_DOMESTIC_ABUSE,
    DRAW_HOMELESS_IN_LAW,
    DRAW_INTENTIONAL,
    DRAW_RECOGNISED,
    DRAW_VULNERABLE,
    PLACE_COUNCIL_TEMPORARY,
    PLACE_SAFEHOUSE,
    REGION_WALES,
    SLOT_PLACE_ENDS,
)
from sim.engine.compiled.world import draw_once, insecure
from sim.pathway.housing_tests import CARE_LEAVER_FOR


@kernel
def under_act_of_2026(person: Any, world: Any) -> bool:
    """In Wales, once the Act of 2026 is in force."""
    return person.region == REGION_WALES and world.now >= world.rules.housing.wales_act_from


# ------------------------------------------------------------------------------- homeless, or threatened
@kernel
def is_homeless(person: Any, world: Any) -> bool:
    """No accommodation reasonable to occupy (s175; Wales: s55), which may include a safehouse (s175(3))."""
    if person.place == PLACE_SAFEHOUSE:
        drawn = draw_once(person, DRAW_HOMELESS_IN_LAW, person.applications)
        return drawn < world.rules.housing.homeless_in_law
    return insecure(person) or person.place == PLACE_COUNCIL_TEMPORARY


@kernel
def threatened_within(person: Any, world: Any) -> float:
    """Days ahead within which a coming loss counts: 56 (s175(4); Wales: s55(4)), 182 from 2026."""
    rules = world.rules.housing
    return rules.wales_threatened_within if under_act_of_2026(person, world) else rules.threatened_within


@kernel
def is_threatened(person: Any, world: Any) -> bool:
    """A place that ends within those days."""
    within = world.now + threatened_within(person, world)
    if person.place == PLACE_SAFEHOUSE:
        return person.bed_until <= within
    return person.due[SLOT_PLACE_ENDS] <= within


# ------------------------------------------------------------------------- known to be a survivor, or not
@kernel
def is_asked(person: Any, world: Any) -> bool:
    """Whether the council asks about slavery; drawn once for an application."""
    return draw_once(person, DRAW_ASKED, person.applications) < world.rules.housing.asks


@kernel
def is_recognised(person: Any, world: Any) -> bool:
    """Known to the council as a confirmed survivor: asked about it, or the decision letter is presented.

    The share who present the letter unasked grows with time from `policy.start`, as a new rule gets known.
    """
    if is_asked(person, world):
        return True
    rules = world.rules.housing
    age = world.now - rules.recognition_from
    grown = 1.0 if age >= rules.recognition_ramp else age / rules.recognition_ramp
    presented = rules.recognised_first_day + (rules.recognised_mature - rules.recognised_first_day) * grown
    return draw_once(person, DRAW_RECOGNISED, person.applications) < presented


# ------------------------------------------------------------------------------------------ priority need
@kernel
def priority_ground(person: Any, world: Any) -> int:
    """Why somebody is in priority need (s189 and the Order of 2002; Wales: s70), or `Detail.NONE`.

    By right: children or pregnancy, domestic abuse (England since July 2021), leaving care, in Wales sleeping
    rough (since October 2022); in England also a new application within two years of a private offer (s195A),
    which needs no priority need. A confirmed survivor counts where that option is in force, if recognised.
    Otherwise vulnerability, decided one by one. The Welsh Act of 2026 asks for no priority need at all.
    """
    rules = world.rules.housing
    wales = person.region == REGION_WALES
    if under_act_of_2026(person, world):
        return DETAIL_NO_PRIORITY_TEST
    if person.dependants or person.pregnant:
        return DETAIL_FAMILY
    if (wales or world.now >= rules.domestic_abuse_from) and suffered_domestic_abuse(person, world):
        return DETAIL_DOMESTIC_ABUSE
    if is_care_leaver(person, world):
        return DETAIL_CARE_LEAVER
    if wales:
        if person.street_homeless and world.now >= rules.wales_street_from:
            return DETAIL_STREET_HOMELESS
    elif world.now < person.reapply_until:
        return DETAIL_AFTER_PRIVATE_OFFER
    if rules.survivors_have_priority and person.ever_confirmed and is_recognised(person, world):
        return DETAIL_RECOGNISED_SURVIVOR
    if is_vulnerable(person, world):
        return DETAIL_VULNERABLE
    return DETAIL_NONE


@kernel
def suffered_domestic_abuse(person: Any, world: Any) -> bool:
    """Homeless because of domestic abuse: the same answer for all of a person's life."""
    return draw_once(person, DRAW_DOMESTIC_ABUSE, 0) < world.rules.housing.domestic_abuse


@kernel
def is_care_leaver(person: Any, world: Any) -> bool:
    """From 18 to 20, and looked after by a council as a child: only those who were children at referral."""
    return (
        person.turns_18 <= world.now < person.turns_18 + CARE_LEAVER_FOR
        and draw_once(person, DRAW_CARE_LEAVER, 0) < world.rules.housing.care_leaver
    )


@kernel
def is_vulnerable(person: Any, world: Any) -> bool:
    """Vulnerable (s189(1)(c); Wales: s71): decided one by one, by region, and by asking about slavery."""
    asked = 1 if is_asked(person, world) else 0
    share = world.rules.housing.vulnerable[asked][person.region]
    return draw_once(person, DRAW_VULNERABLE, person.applications) < share


# --------------------------------------------------------------------------------- intentionally homeless
@kernel
def is_intentional(person: Any, world: Any, ground: int) -> bool:
    """Intentionally homeless (s191); in Wales not families, care leavers (s75(3)), from 2026 nobody."""
    if person.region == REGION_WALES and (
        ground in (DETAIL_FAMILY, DETAIL_CARE_LEAVER) or under_act_of_2026(person, world)
    ):
        return False
    drawn = draw_once(person, DRAW_INTENTIONAL, person.applications)
    return drawn < world.rules.housing.intentional
