"""The record of a person in a seat: which fields there are, and where they stand in memory.

A run waits for memory more than for arithmetic, so what is read together stands in one line of it. What the
fields mean is told in `sim.engine.survivor` and `sim.pathway`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.engine.compiled.memory import MEMORY_LINE
from sim.engine.survivor import N_CLOCKS, N_LINES, N_SLOTS, Clock

CLOCK_AT_PLACE: Final = (
    *(Clock.DIES, Clock.LEAVES_UK, Clock.GOES_MISSING, Clock.RE_EXPLOITED),
    *(Clock.DETAINED, Clock.CRISIS, Clock.LOSES_PLACE, Clock.RENTS_PRIVATELY),
    *(Clock.DUTY_LAPSES, Clock.HELP_SECURES_HOME, Clock.SOCIAL_OFFER, Clock.DISENGAGES),
    *(Clock.FINDS_SOFA, Clock.PRIVATE_OFFER, Clock.HEALTH_RELAPSES, Clock.REFERRED_AGAIN),
)
"""Which hazard has which place in a record: four share a line of memory, those that most people run first."""
PLACE_OF_CLOCK: Final = tuple(CLOCK_AT_PLACE.index(clock) for clock in range(N_CLOCKS))
RATE, MARK = 0, 1
"""Of a hazard: rate a day; the day on which the threshold is spent, or what is left of it."""


def _in_lines(*groups: list[Any]) -> np.dtype[Any]:
    """A record in which every group of fields begins a line of memory."""
    fields: list[Any] = []
    for number, group in enumerate(groups):
        kind = np.dtype([*group, ("end", "V0")], align=True)
        unused = -kind.fields["end"][1] % MEMORY_LINE if kind.fields else 0
        fields += [*group, (f"unused_{number}", "i1", (unused,))] if unused else group
    return np.dtype(fields, align=True)


PERSON: Final = _in_lines(
    [
        # what nearly every handler reads; a bit for each clock that will ring, for each line they stand in,
        # and for the place of each hazard that they run
        ("key", "u8"),
        ("ringing", "i8"),
        ("frailty", "f8"),
        *((name, "i4") for name in ("row", "seat", "visit", "standing", "spending")),
        *((name, "i1") for name in ("place", "region", "status", "duty", "group", "immigration_enforcement")),
        *((name, "b1") for name in ("in_support", "changed", "case_open", "away", "gone", "followed")),
        *((name, "b1") for name in ("health_need", "new_luck", "subsistence", "in_contact", "health_met")),
        *((name, "b1") for name in ("on_register", "prone", "confirmed")),
    ],
    [
        *((name, "f8") for name in ("rg_positive_at", "income_from", "turns_18", "opened", "cg_positive_at")),
        *((name, "i4") for name in ("service_workers", "in_services", "ticket_count", "next_free")),
        *((name, "b1") for name in ("dependants", "rg_refused", "permission", "pregnant")),
        *((name, "b1") for name in ("ever_supported", "fluent", "under_35")),
        ("end_reason", "i1"),
    ],
    [
        # how often each threshold has been spent; a bit for each line from which they hold a place
        *((name, "i4") for name in ("had_services", "offers", "considered", "assessments", "holding")),
        ("occasion", "i2", (N_CLOCKS,)),
        *((name, "b1") for name in ("ever_confirmed", "disqualified", "female", "accommodated")),
        *((name, "b1") for name in ("lapsed", "refused", "street_homeless")),
        *((name, "i1") for name in ("referral_reason", "reason_to_apply", "asylum_area")),
        *((name, "i1") for name in ("claims", "renewals")),
    ],
    # rate and mark of each hazard
    [("hazards", "f8", (N_CLOCKS, 2))],
    [
        # the clocks of the pathway's own stories, of services, of homes
        ("due", "f8", (N_SLOTS,)),
        ("tickets", "i2", (N_LINES,)),
        ("stage", "i1", (N_SLOTS,)),
        *((name, "i4") for name in ("bed_asks", "place_losses", "applications")),
        *((name, "i4") for name in ("insecure_spells", "bridging_asks")),
        *((name, "f8") for name in ("resident_since", "exit_told")),
    ],
    [
        *((name, "f8") for name in ("bed_until", "reapply_until", "leaving", "assessed_on")),
        *((name, "f8") for name in ("contact_draw", "floor_casework", "floor_bed", "floor_subsistence")),
    ],
)
"""Somebody in a seat. What is read together stands together."""
OFTEN: Final = 2**15 - 1
"""No threshold of a person is spent, and no number of tickets taken, more often than this."""


def line_of(field: str, number: int = 0) -> int:
    """The line of a person's record in which a field, or one of its numbers, stands."""
    fields = PERSON.fields
    assert fields is not None
    kind, offset = fields[field][:2]
    return int(offset + number * kind.base.itemsize) // MEMORY_LINE
