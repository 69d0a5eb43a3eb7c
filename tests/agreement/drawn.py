"""Configurations drawn at random, many parameters at once, extremes often: for tests of agreement.

Every parameter that an engine reads is found by walking the schema, so one that is added later is drawn too.
What kind of value it takes is told by the function that reads it (`sim.config.values`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from sim.config import values as kinds_of_value
from sim.config.compose import world
from sim.config.mistakes import ConfigurationError
from sim.config.parts import Part
from sim.config.schema import Parameters
from sim.config.values import Dated
from sim.engine.rules import AGES, COUNTED_FROM, NEEDS, SEXES
from tests.agreement.engines import small

SUBJECTS = ("decisions", "support", "status", "places", "housing", "services", "barriers", "risk")
HORIZONS = ("2018-10-12", "2020-05-01", "2016-04-01", "2014-03-03")
STARTS = ("2016-04-01", "2014-09-17", "2017-02-28", "2019-12-31", "2014-01-02")
DAYS = ("2016-01-01", "2014-07-01", "2015-03-31", "2014-01-02", "2018-11-05")
ASCENDING = (
    ("support.first_contact_min_days", "support.first_contact_mean_days"),
    ("status.temporary_permission.min_days", "status.temporary_permission.max_days"),
    ("decisions.reconsideration.decision_min_days", "decisions.reconsideration.decision_max_days"),
)
TOGETHER_AT_MOST_ONE = (
    ("support.needs_assessment.fully_agreed", "support.needs_assessment.partly_agreed"),
    ("status.asylum.claim_share", "status.asylum.leave_share"),
    ("decisions.criminal_case.own_share", "decisions.criminal_case.witness_share"),
    ("status.eu_settled_share", "status.eu_pre_settled_share"),
    (
        "housing.main_duty.social_offer_share",
        "housing.main_duty.private_offer_share",
        "housing.main_duty.refused_offer_share",
    ),
    (
        "housing.main_duty.social_offer_share_london",
        "housing.main_duty.private_offer_share_london",
        "housing.main_duty.refused_offer_share",
    ),
)
MIXES = ("places.british", "places.with_leave", "places.asylum_pending", "places.no_status")
PLACES = ("own_home", "friends", "street", "asylum_accommodation", "council_temporary", "custody")
DESKS = ("decisions.reasonable_grounds", "decisions.conclusive_grounds")
ORDERS = ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (0.3, 0.42), (0.5, 0.5), (0.6, 0.0), (1 / 3, 1 / 3))
NOT_DRAWN = (
    *("title", "payer", "decided_by", "cost_per_week", "set_up_cost"),
    *("overall_from", "newest", "oldest", *PLACES),
    "size_ratio",
    *("response", "lets_to_homeless_per_year", "households_in_temporary"),
)
WORDS_OF_SERVICES: dict[str, tuple[str, ...]] = {
    "need": NEEDS,
    "counted_from": COUNTED_FROM,
    "sex": SEXES,
    "age_at_referral": AGES,
}
NEVER_ZERO = ("mean_years", "mean_years_london", "time_to_offer_ratio", "clients_per_worker")

_shares = st.sampled_from((0.0, 1.0, 0.5)) | st.floats(0.0, 1.0)
_days = st.sampled_from((0.0, 1.0, 2.0, 7.0, 45.0, 365.0)) | st.floats(0.0, 400.0)
_counts = st.sampled_from((0.0, 1.0, 3.0, 25.0, 400.0, math.inf))
_places = st.sampled_from((0.0, 1.0, 2.5, 30.0, "unlimited"))


class Drawn(NamedTuple):
    """A configuration to run both engines on."""

    before: Parameters
    after: Parameters
    seed: int


def kinds(part: Part, above: str = "") -> dict[str, tuple[str, bool]]:
    """For every parameter below a branch the name of what reads its values, and whether it is dated."""
    found: dict[str, tuple[str, bool]] = {}
    for name, field in type(part).model_fields.items():
        value, path = getattr(part, name), f"{above}{name}"
        if isinstance(value, Part):
            found |= kinds(value, f"{path}.")
        elif isinstance(value, dict):
            for key, one in value.items():
                if isinstance(one, Part):
                    found |= kinds(one, f"{path}.{key}.")
        else:
            readers = [getattr(extra, "func", None) for extra in field.metadata]
            reader = next((one for one in readers if one is not None), None)
            if reader is not None and isinstance(value, Dated):
                cells = zip(reader.__code__.co_freevars, reader.__closure__ or (), strict=True)
                reader = dict(cells)["one"].cell_contents
            found[path] = (getattr(reader, "__name__", "words"), isinstance(value, Dated))
    return found


def candidates(parameters: Parameters) -> dict[str, tuple[str, bool]]:
    """The parameters that are drawn one by one."""
    return {
        path: kind
        for path, kind in kinds(parameters).items()
        if path.startswith(SUBJECTS) and path.rpartition(".")[2] not in NOT_DRAWN
    }


def _one(path: str, kind: str, now: Any) -> st.SearchStrategy[Any]:
    name = path.rpartition(".")[2]
    if name == "negative_working_days":
        return st.sampled_from((0.0, 1.0, 9.0, 30.0))
    if name in WORDS_OF_SERVICES:
        return st.sampled_from(WORDS_OF_SERVICES[name])
    if name == "areas":
        return st.sampled_from(({}, {"london": 0.5}, {"yorkshire": 1.0, "wales": 0.2, "north_west": 0.0}))
    if name in NEVER_ZERO:
        return st.sampled_from((0.5, 1.0, 4.0, 25.0))
    if name == "wait_share":  # a share that may not be the whole
        return st.sampled_from((0.0, 0.3, 0.95))
    if kind == kinds_of_value.share.__name__:
        return _shares
    if kind == kinds_of_value.signed_days.__name__:
        return st.sampled_from((0.0, 1.0, 30.0, -1.0, -60.0, -400.0))
    if kind == kinds_of_value.days.__name__:
        return _days
    if kind == kinds_of_value.places.__name__:
        return _places
    if kind == kinds_of_value.yes_or_no.__name__:
        return st.booleans()
    if kind == kinds_of_value.day.__name__:
        return st.sampled_from((*DAYS, "2014-01-01", "2049-01-01"))
    if name in ("capacity_per_quarter", "places"):
        return _counts
    if name in ("handling_sigma", "decision_sigma", "appeal_sigma", "ready_cv"):
        return st.sampled_from((0.0, 0.5, 2.0))
    if name == "offers":
        return st.sampled_from(("drawn", "queue"))
    if name == "workers":
        return st.sampled_from(("scaled", "fixed"))
    largest = 3.0 * now if isinstance(now, float) and now > 0.0 else 3.0
    return st.sampled_from((0.0, 1.0, 0.5)) | st.floats(0.0, largest)


@st.composite
def changes(draw: st.DrawFn, parameters: Parameters, at_most: int) -> dict[str, Any]:
    """Values by path, which are allowed together."""
    found = candidates(parameters)
    chosen = draw(st.sets(st.sampled_from(sorted(found)), min_size=at_most // 3, max_size=at_most))
    values: dict[str, Any] = {}
    for path in sorted(chosen):
        kind, dated = found[path]
        now = _value(parameters, path)
        one = _one(path, kind, now if isinstance(now, float) else None)
        values[path] = draw(one)
        if dated and draw(st.booleans()):
            values[path] = {"2014-01-01": values[path], draw(st.sampled_from(DAYS)): draw(one)}
    for desk in DESKS:
        if draw(st.booleans()):
            newest, oldest = draw(st.sampled_from(ORDERS))
            values |= {f"{desk}.discipline.newest": newest, f"{desk}.discipline.oldest": oldest}
    for mix in MIXES:
        if draw(st.booleans()):
            one, other = draw(st.sampled_from(PLACES)), draw(st.sampled_from(PLACES))
            shares = dict.fromkeys(PLACES, 0.0)
            shares[one] += 0.5
            shares[other] += 0.5
            values |= {f"{mix}.{place}": share for place, share in shares.items()}
    return mended(parameters, values)


def mended(parameters: Parameters, values: dict[str, Any]) -> dict[str, Any]:
    """The same values, where two that belong together would contradict each other."""

    def told(path: str) -> Any:
        return values.get(path, _value(parameters, path))

    durations = [
        tuple(f"services.{name}.duration_{which}_days" for which in ("min", "mean"))
        for name in parameters.services
    ]
    for low, high in (*ASCENDING, *durations):
        if told(low) > told(high):
            values[low] = told(high)
    for paths in TOGETHER_AT_MOST_ONE:
        room = 1.0
        for path in paths:
            if told(path) > room:
                values[path] = room
            room = max(0.0, room - told(path))
    for name in parameters.services:
        service = f"services.{name}"
        if told(f"{service}.offset_days") < 0.0 and told(f"{service}.counted_from") != "exit":
            values[f"{service}.offset_days"] = 1.0
        if told(f"{service}.outside_wait_median_days") > 0.0 and told(f"{service}.places") != "unlimited":
            values[f"{service}.outside_wait_median_days"] = 0.0
    return values


def _value(parameters: Parameters, path: str) -> Any:
    found: Any = parameters
    for name in path.split("."):
        found = found[name] if isinstance(found, Mapping) else getattr(found, name)
    return found


def with_services(parameters: Parameters, number: int) -> Parameters:
    """The same parameters with so many services; those beyond today's have less room one after the other."""
    lifeline, named = parameters.services["lifeline"], list(parameters.services.items())
    for k in range(len(named), number):
        other = lifeline.model_copy(
            update={"places": float(17 - k), "named_worker": k % 2 == 0, "crisis_ratio": 1.0 - k / 20}
        )
        named.append((f"service_{k}", other))
    return parameters.model_copy(update={"services": dict(named[:number])})


@st.composite
def configurations(draw: st.DrawFn, at_most: int = 70) -> Drawn:
    """A small world in which many things are otherwise, and a policy that changes many more."""
    horizon = draw(st.sampled_from(HORIZONS))
    starts = [start for start in STARTS if start < horizon]
    basis = small(draw(st.sampled_from((0.01, 0.03))), horizon, draw(st.sampled_from(starts)))
    try:
        before = world(basis, draw(changes(basis, at_most)))
        levers = draw(changes(before, at_most // 2))
        levers["policy.applies_to"] = draw(st.sampled_from(("new_cg_positives", "everyone_in_support")))
        levers["experiment.coupling"] = draw(st.sampled_from(("common", "common", "independent")))
        after = world(before, levers)
    except ConfigurationError as error:  # the drawing must be mended, not the parameters
        raise AssertionError(f"a drawn configuration is not allowed: {error}") from None
    today = len(basis.services)
    services = draw(st.sampled_from((today, today, today, 0, 1, 16)))
    return Drawn(
        with_services(before, services), with_services(after, services), draw(st.integers(0, 2**63 - 1))
    )
