"""What longer support does to safehouse places, and which services and queues are full or growing, in words.

Everything is read from a result: nothing is said of people kept waiting that its numbers do not show.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any, Final

from sim.present.figures import bounds
from sim.present.read import BASELINE, Stored, Story, effects, series
from sim.present.words import Effect, number, signed

FULL_FROM: Final = 0.97
"""Share of places taken, on average, from which a service is called full."""
_BED_METRICS: Final = ("beds_occupied_mean", "bed_line_mean", "bed_wait_median", "bed_not_reached_share")
_GROWN_BY: Final = 1.1
_HARDLY_ANYBODY: Final = 0.5
_DAYS_A_YEAR: Final = 365.25
_LINES: Final = (
    ("cg_backlog", "a conclusive grounds decision"),
    ("rg_backlog", "a reasonable grounds decision"),
    ("bed_line", "a safehouse place"),
)


def price_in_beds(stored: Stored, option: Story) -> str:
    """What an option does to safehouse places: how full they are, who waits, and whether anybody is kept out.

    Returns
    -------
    str
        Empty if the result holds no figures of safehouse places.
    """
    found = {
        effect.metric: effect for effect in effects(stored, _BED_METRICS) if effect.option == option.title
    }
    if not {"beds_occupied_mean", "bed_line_mean"} <= set(found):
        return ""
    taken, line = found["beds_occupied_mean"], found["bed_line_mean"]
    said = [f"The price in safehouse places: {_fullness(stored, option, taken)}"]
    said.append(
        f"On average {_people(line.baseline)} waiting for a place under today's rules and "
        f"{_people(line.baseline + line.mean)} with this option (difference {_with_bounds(line)})."
    )
    if wait := found.get("bed_wait_median"):
        today, later = _days(wait.baseline), _days(wait.baseline + wait.mean)
        said.append(
            f"Of those who ask, half get a place {today}"
            + (", under both." if today == later else f" under today's rules and {later} with this option.")
        )
    if (lost := found.get("bed_not_reached_share")) and math.isfinite(lost.baseline + lost.mean):
        said.append(
            f"Of all waits {number(lost.baseline, 'share')} end without a place under today's rules and "
            f"{number(lost.baseline + lost.mean, 'share')} with this option ({_with_bounds(lost)} percentage "
            "points)."
        )
    if line.baseline + line.mean < _HARDLY_ANYBODY:
        said.append(
            "So in this model the longer stays keep places from hardly anybody; with fewer places they would."
        )
    elif line.beyond_chance and line.mean > 0:
        said.append("So in this model the longer stays keep places from others who ask for one.")
    else:
        said.append(
            "Whether the longer stays keep places from others cannot be told from chance in these runs."
        )
    return " ".join(said)


def _fullness(stored: Stored, option: Story, taken: Effect) -> str:
    """How many places are taken, and what share of those there are."""
    counts = taken.baseline, taken.baseline + taken.mean
    places = mean_places(stored)
    if not places or any(path.startswith("support.beds.") for path, _, _ in option.changes):
        today, later = (f"{count:,.0f}" for count in counts)
        return f"{today} are taken on average under today's rules and {later} with this option."
    return (
        f"in this model {places:,.0f} places are {counts[0] / places:.0%} full under today's rules and "
        f"{counts[1] / places:.0%} full with this option, on average from the policy date on."
    )


def _people(count: float) -> str:
    text = f"{count:,.1f}" if count < 10 else f"{count:,.0f}"
    return "nobody is" if count == 0 else f"{text} {'person is' if text == '1.0' else 'people are'}"


def _days(days: float) -> str:
    if not math.isfinite(days):
        return "never, as far as was seen,"
    return "on the same day" if days < 0.5 else f"within {days:,.0f} {'day' if round(days) == 1 else 'days'}"


def _with_bounds(effect: Effect) -> str:
    if effect.nothing_changed:
        return "exactly 0"
    if not effect.has_interval:
        return f"{signed(effect.mean, effect.unit)}, too few runs for an interval"
    return f"{signed(effect.mean, effect.unit)}, 95% interval {bounds(effect)}"


def mean_places(stored: Stored) -> float:
    """Number of safehouse places, a mean from the policy date to the horizon; 0 if none are configured."""
    support = stored.config.get("support") or {}
    given: Any = (support.get("beds") or {}).get("places")
    if not isinstance(given, dict):
        return float(given) if isinstance(given, int | float) else 0.0
    start, horizon = policy_start(stored), _horizon(stored)
    steps = sorted((_day(when), float(number)) for when, number in given.items())
    begins = [max(when, start) for when, _ in steps]
    ends = [*begins[1:], horizon]
    weighed = [
        ((end - begin).days, number)
        for (_, number), begin, end in zip(steps, begins, ends, strict=True)
        if end > begin
    ]
    days = sum(length for length, _ in weighed)
    return sum(length * number for length, number in weighed) / days if days else steps[-1][1]


def policy_start(stored: Stored) -> date:
    """The day on which the options start."""
    return _day(stored.config["policy"]["start"])


def _horizon(stored: Stored) -> date:
    experiment = stored.config.get("experiment") or {}
    return _day(experiment.get("horizon", "2032-03-31"))


def _day(given: Any) -> date:
    return given if isinstance(given, date) else date.fromisoformat(str(given))


def crowded(stored: Stored) -> list[str]:
    """Which services are full and which lines are growing under today's rules, from the policy date on."""
    return [*_full_services(stored), *_growing_lines(stored)]


def _full_services(stored: Stored) -> list[str]:
    """Services with places of their own that are asked for by more people than they can take."""
    said = []
    start = policy_start(stored)
    for name, service in (stored.config.get("services") or {}).items():
        places = service.get("places")
        if not isinstance(places, int | float) or places <= 0:
            continue
        people = _ahead(stored, f"service_people:{name}", f"{start.year}Q{(start.month - 1) // 3 + 1}")
        joined = _ahead(stored, f"service_joined:{name}", f"{start.year + 1}")[:-1]
        shares = _ahead(stored, f"service_served_share:{name}", f"{start.year + 1}")[:-1]
        if not people or not joined or len(joined) != len(shares):
            continue
        fill, a_year = sum(people) / len(people) / places, sum(joined) / len(joined)
        load = a_year / _DAYS_A_YEAR * float(service.get("duration_mean_days", 0.0)) / places
        if load < 1 and fill < FULL_FROM:
            continue
        started = sum(number * share for number, share in zip(joined, shares, strict=True))
        never = 1 - started / sum(joined) if sum(joined) else 0.0
        said.append(
            f"{service.get('title') or name} is full: {fill:.0%} of its {places:,.0f} places are taken, "
            f"{a_year:,.0f} people a year accept an offer, which would fill {load:.1f} times as many places, "
            "and "
            f"{never:.0%} of those who accept never start. Help from it is bounded by its places, not by "
            "offers."
        )
    return said


def _growing_lines(stored: Stored) -> list[str]:
    """Lines that are longer at the end than when the options start."""
    start = policy_start(stored)
    quarter = f"{start.year}Q{(start.month - 1) // 3 + 1}"
    said = []
    for name, words in _LINES:
        line = _ahead(stored, name, quarter)
        if len(line) > 1 and line[-1] > _GROWN_BY * line[0] + 10:
            said.append(
                f"The line for {words} is growing: from {line[0]:,.0f} people when the options start to "
                f"{line[-1]:,.0f} at the end. More people join it than leave it, so its waits depend on how "
                "long the "
                "model is run."
            )
    return said


def _ahead(stored: Stored, name: str, since: str) -> list[float]:
    """A baseline series from a period on, meaned over replications."""
    table = series(stored, name, BASELINE)
    means = table[table.index >= since].mean(axis="columns")
    return [float(value) for value in means]
