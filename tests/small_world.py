"""Small worlds for tests of the pathway: hand-made people, sure paths, scaled national runs, a log to read.

`QUIET` switches every chance off that a story does not name, so that a path is certain. Expected dates are
worked out in the tests by hand; nothing here repeats a rule of the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from sim.config.compose import baseline
from sim.config.places import data_dir
from sim.config.schema import Parameters
from sim.config.values import Dated
from sim.engine.clock import day_of, on_grid, quarter_of
from sim.engine.log import Event, EventLog, Place
from sim.engine.simulate import simulate
from sim.people import population as people_module
from sim.people.chance import Kind, entity_keys, root_key
from sim.people.codes import ImmigrationStatus, Nationality, Region
from sim.people.population import Population, survivor_id

_NEVER_FOLLOWS = "2049-01-01"
_AT_HOME = "{own_home: 1, friends: 0, street: 0, asylum_accommodation: 0, council_temporary: 0, custody: 0}"

QUIET: dict[str, object] = {
    "decisions.reasonable_grounds.handling_median_days": 4,
    "decisions.reasonable_grounds.handling_sigma": 0,
    "decisions.reasonable_grounds.withdrawn_share": 0,
    "decisions.reasonable_grounds.capacity_per_quarter": ".inf",
    "decisions.reasonable_grounds.capacity_rule.follow_from": _NEVER_FOLLOWS,
    "decisions.reasonable_grounds.positive.adult": 1,
    "decisions.reasonable_grounds.positive.child": 1,
    "decisions.reasonable_grounds.positive.unknown": 1,
    "decisions.reasonable_grounds.positive.overall": 1,
    "decisions.conclusive_grounds.ready_mean_days": 100,
    "decisions.conclusive_grounds.ready_cv": 0,
    "decisions.conclusive_grounds.capacity_per_quarter": ".inf",
    "decisions.conclusive_grounds.capacity_rule.follow_from": _NEVER_FOLLOWS,
    "decisions.conclusive_grounds.closure_per_quarter": 0,
    "decisions.conclusive_grounds.positive.adult": 1,
    "decisions.conclusive_grounds.positive.child": 1,
    "decisions.conclusive_grounds.positive.unknown": 1,
    "decisions.conclusive_grounds.positive.overall": 1,
    "decisions.reconsideration.rg_request_share": 0,
    "decisions.reconsideration.cg_request_share": 0,
    "decisions.disqualification.share": 0,
    "support.reached_share": 1,
    "support.take_up_share": 1,
    "support.first_contact_min_days": 2,
    "support.first_contact_mean_days": 2,
    "support.negative_extension_share": 0,
    "support.needs_assessment.first_requested_share": 0,
    "support.beds.places": 100,
    "support.beds.wanted_from_friends": 0,
    "support.beds.wanted_from_street": 0,
    "support.beds.wanted_from_asylum_accommodation": 0,
    "support.beds.wanted_from_own_home": 0,
    "support.beds.declined_too_far": 0,
    "support.beds.other_region_share": 0,
    "support.casework.disengagement_per_month": 0,
    "support.casework.in_contact_at_target": 1,
    "status.asylum.decision_sigma": 0,
    "status.asylum.decision_median_days": 3000,
    "status.temporary_permission.granted_share": 0,
    "places.british": _AT_HOME,
    "places.with_leave": _AT_HOME,
    "places.asylum_pending": _AT_HOME,
    "places.no_status": _AT_HOME,
    "places.friends_to_street_per_year": 0,
    "places.street_to_friends_per_year": 0,
    "places.own_home_lost_per_year": 0,
    "places.tenancy_lost_per_year": 0,
    "places.private_rent_per_week": 0,
    "housing.applying.told_share": 0,
    "housing.applying.when_insecure_share": 0,
    "housing.applying.after_asylum_share": 0,
    "housing.applying.in_crisis_share": 0,
    "housing.applying.under_notice_share": 0,
    "housing.prevention.secured_per_day": 0,
    "housing.prevention.lapsed_per_day": 0,
    "housing.relief.secured_per_day": 0,
    "housing.relief.lapsed_per_day": 0,
    "housing.relief.interim_slope": 0,
    "housing.relief.interim_base": 0,
    "housing.asks_about_slavery_share": 0,
    "housing.priority_need.domestic_abuse_share": 0,
    "housing.priority_need.care_leaver_share": 0,
    "housing.local_connection.placed_out_of_area_share": 0,
    "housing.register.qualifies_if_owed_share": 0,
    "housing.main_duty.refused_offer_share": 0,
    "housing.priority_need.vulnerable_share": 0,
    "housing.priority_need.vulnerable_london": 0,
    "housing.local_connection.at_start_share": 0,
    "housing.local_connection.referred_share": 0,
    "housing.register.test_share": 1,
    "housing.register.offers_per_year": 0,
    "housing.register.offers_per_year_london": 0,
    "housing.main_duty.intentional_share": 0,
    "housing.main_duty.mean_years": 1e9,
    "housing.main_duty.mean_years_london": 1e9,
    **{
        f"services.{file.stem}.offered_share": 0
        for file in sorted(data_dir("configs").glob("services/*.yaml"))
    },
    "risk.crisis_per_need_year": 0,
    "risk.re_exploitation_per_year": 0,
    "risk.missing_per_year": 0,
    "risk.same_incident_referral_per_year": 0,
    "risk.leaves_uk_per_year_british": 0,
    "risk.leaves_uk_per_year_other": 0,
    "risk.leaves_uk_per_year_no_status": 0,
    "risk.dies_per_year": 0,
}
"""A world in which everybody is confirmed and nothing else happens by chance."""


def place_mix(**shares: float) -> str:
    """Where people are at RG+, as an override: the named shares, 0 for all other places."""
    names = ("own_home", "friends", "street", "asylum_accommodation", "council_temporary", "custody")
    return "{" + ", ".join(f"{name}: {shares.get(name, 0)}" for name in names) + "}"


def everywhere(mix: str) -> dict[str, object]:
    """The same mix of places whatever the status."""
    return {f"places.{status}": mix for status in ("british", "with_leave", "asylum_pending", "no_status")}


def parameters(*changes: Mapping[str, object]) -> Parameters:
    """Today's rules with changes, the later ones first in force."""
    settings: dict[str, object] = {}
    for change in changes:
        settings |= change
    return baseline([f"{path}={_word(value)}" for path, value in settings.items()])


def _word(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def quiet(*changes: Mapping[str, object]) -> Parameters:
    """The quiet world with changes."""
    return parameters(QUIET, *changes)


# ------------------------------------------------------------------------------------------------- people
class Made(NamedTuple):
    """A hand-made survivor: a single British adult in Yorkshire of average frailty, unless said otherwise."""

    arrival: date | float
    group: int = 0
    nationality: int = Nationality.UK
    female: bool = False
    immigration_enforcement: bool = False
    region: int = Region.YORKSHIRE
    adult_at_referral: bool = True
    turns_18: float = float("inf")
    dependants: bool = False
    pregnant: bool = False
    frailty: float = 1.0
    health_need: bool = False
    fluent: bool = True
    status: int = ImmigrationStatus.BRITISH


def made(people: Sequence[Made], seed: int = 1, ordinal: int = 0) -> Population:
    """A population of hand-made people, in the order of their ids; ordinals count up from `ordinal`."""
    arrivals = [
        float(day_of(person.arrival)) + 0.25 if isinstance(person.arrival, date) else on_grid(person.arrival)
        for person in people
    ]
    ids = [
        survivor_id(quarter_of(day), person.group, ordinal + place)
        for place, (day, person) in enumerate(zip(arrivals, people, strict=True))
    ]
    order = np.argsort(np.array(ids, dtype=np.uint64))
    chosen = [people[k] for k in order]
    n_people = len(chosen)

    def column(name: str, kind: Any) -> Any:
        return np.array([getattr(person, name) for person in chosen], dtype=kind)

    sorted_ids = np.array(ids, dtype=np.uint64)[order]
    return Population(
        id=sorted_ids,
        key=entity_keys(root_key(seed, 0, Kind.SURVIVOR), sorted_ids),
        arrival=np.array(arrivals)[order],
        group=column("group", np.uint8),
        nationality=column("nationality", np.uint8),
        female=column("female", np.bool_),
        responder=np.zeros(n_people, np.uint8),
        exploitation=np.zeros(n_people, np.uint8),
        immigration_enforcement=column("immigration_enforcement", np.bool_),
        region=column("region", np.uint8),
        adult_at_referral=column("adult_at_referral", np.bool_),
        turns_18=column("turns_18", np.float64),
        dependants=column("dependants", np.bool_),
        pregnant=column("pregnant", np.bool_),
        fluent=column("fluent", np.bool_),
        frailty=column("frailty", np.float64),
        health_need=column("health_need", np.bool_),
        status=column("status", np.uint8),
    )


# ------------------------------------------------------------------------------------------- reading a log
class Happening(NamedTuple):
    """One event of one person."""

    time: float
    event: Event
    place: Place
    detail: int
    visit: int


def life(log: EventLog, row: int = 0) -> list[Happening]:
    """What happened to one person, in order."""
    mine = np.flatnonzero(log.person == row)
    return [
        Happening(
            float(log.time[i]),
            Event(int(log.event[i])),
            Place(int(log.place[i])),
            int(log.detail[i]),
            int(log.visit[i]),
        )
        for i in mine
    ]


def days_of(log: EventLog, event: Event, row: int = 0) -> list[float]:
    """When an event happened to a person [days]."""
    return [happening.time for happening in life(log, row) if happening.event == event]


def day_of_only(log: EventLog, event: Event, row: int = 0) -> float:
    """When an event happened that happens to the person exactly once [days]."""
    (day,) = days_of(log, event, row)
    return day


def lives(log: EventLog) -> Iterator[tuple[int, EventLog]]:
    """The part of the log that belongs to each person, in order of row."""
    ends = np.flatnonzero(np.diff(log.person)) + 1
    for rows in np.split(np.arange(len(log)), ends):
        if len(rows):
            yield int(log.person[rows[0]]), part(log, rows)


def part(log: EventLog, rows: Any) -> EventLog:
    """Some lines of a log."""
    return EventLog(
        log.person[rows], log.visit[rows], log.time[rows], log.event[rows], log.place[rows], log.detail[rows]
    )


def same_lives(
    one: EventLog, people: Population, other: EventLog, others: Population, ids: Iterable[int]
) -> list[int]:
    """Those of the given ids whose events differ in any way between two runs."""

    def by_id(log: EventLog, population: Population) -> dict[int, list[bytes]]:
        return {
            int(population.id[row]): [
                column.tobytes() for column in (own.visit, own.time, own.event, own.place, own.detail)
            ]
            for row, own in lives(log)
        }

    first, second = by_id(one, people), by_id(other, others)
    return [person for person in ids if first.get(person) != second.get(person)]


# ------------------------------------------------------------------------------------- scaled national runs
def scaled(whole: Parameters, factor: float) -> Parameters:
    """The same country made smaller: arrivals, decision capacity, beds and service places times `factor`."""

    def times(dated: Dated) -> Dated:
        return Dated(dated.dates, tuple(value * factor for value in dated.values))

    decisions, support = whole.decisions, whole.support
    rg, cg = decisions.reasonable_grounds, decisions.conclusive_grounds
    services = {
        name: service
        if isinstance(service.places, str)
        else service.model_copy(update={"places": float(round(service.places * factor))})
        for name, service in whole.services.items()
    }
    arrivals = whole.people.arrivals
    beds = Dated(
        support.beds.places.dates, tuple(float(round(v * factor)) for v in support.beds.places.values)
    )
    bridging = whole.places.bridging
    if not isinstance(bridging.places, str):
        bridging = bridging.model_copy(update={"places": float(round(bridging.places * factor))})
    return whole.model_copy(
        update={
            "places": whole.places.model_copy(update={"bridging": bridging}),
            "people": whole.people.model_copy(
                update={"arrivals": arrivals.model_copy(update={"multiplier": arrivals.multiplier * factor})}
            ),
            "decisions": decisions.model_copy(
                update={
                    "reasonable_grounds": rg.model_copy(
                        update={"capacity_per_quarter": times(rg.capacity_per_quarter)}
                    ),
                    "conclusive_grounds": cg.model_copy(
                        update={"capacity_per_quarter": times(cg.capacity_per_quarter)}
                    ),
                }
            ),
            "support": support.model_copy(update={"beds": support.beds.model_copy(update={"places": beds})}),
            "services": services,
        }
    )


def build(of: Parameters, seed: int = 1, replication: int = 0) -> Population:
    """Everybody referred before the horizon."""
    return people_module.build(of.people, of.status, seed, replication, of.experiment.horizon)


def run(people: Population, before: Parameters, after: Parameters | None = None, seed: int = 1) -> EventLog:
    """A whole run; the rules stay as they were unless others are given from the policy date on."""
    return simulate(people, before, before if after is None else after, seed, 0)
