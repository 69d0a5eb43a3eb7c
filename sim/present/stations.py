"""Each station of the stored runs beside theory, as a table and in words.

Rows come from `stations.parquet` (`sim.validate.twins`), means over replications of the central world. The
report takes `rows`; the page takes `stations_section`. Nothing is worked out anew from the log.
"""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING, Any, Final

from sim.present.figures import Table
from sim.present.read import BASELINE, CENTRAL, Stored

if TYPE_CHECKING:
    import pandas as pd

HEAD: Final = (
    "Station",
    "What theory says, or why it does not",
    "Load",
    "In a place: model",
    "theory",
    "In line: model",
    "theory",
)
_ANSWERS: Final = {
    "Erlang": "Erlang",
    "infinite servers": "as many servers as people",
    "fluid": "flow in and out",
}
_HARDLY: Final = 1.0


def rows(stored: Stored, scenario: str = BASELINE) -> tuple[tuple[str, ...], ...]:
    """One row a station, under the headings `HEAD`; none if the result keeps no stations (schema version 1).

    Parameters
    ----------
    stored : Stored
    scenario : str
        Its name in the plan.
    """
    return tuple(_row(station) for station in _means(stored, scenario))


def stations_section(stored: Stored) -> dict[str, Any] | None:
    """The page's section: today's table, sentences about full stations, Little's law; None without rows."""
    today = _means(stored, BASELINE)
    if not today:
        return None
    said = [f"Under today's rules: {text}" for text in _overloaded(today)]
    for story in stored.options:
        known = set(_overloaded(today))
        said += [
            f"{story.title}: {text}" for text in _overloaded(_means(stored, story.name)) if text not in known
        ]
    return {
        "sentences": said,
        "little": _little(stored),
        "table": Table(
            "Stations under today's rules, from the policy date on: mean numbers of people",
            HEAD,
            tuple(_row(station) for station in today),
        ),
    }


def _means(stored: Stored, scenario: str) -> list[dict[str, Any]]:
    """Every station's mean over replications, in the stored order; the answer is that of most of them."""
    table = stored.stations
    if table is None or not len(table):
        return []
    own = table[(table["world"] == CENTRAL) & (table["scenario"] == scenario)]
    names = list(dict.fromkeys(own["station"].astype(str)))
    titles = stored.config.get("services", {})
    return [{"name": _name(name, titles), **_mean(own[own["station"] == name], name)} for name in names]


def _mean(own: pd.DataFrame, name: str) -> dict[str, Any]:
    answers = own["answer"].astype(str)
    answer = str(answers.mode().iloc[0])
    same = own[answers == answer]
    numbers = same.drop(columns=["world", "replication", "scenario", "station", "answer", "reason"])
    means = {str(column): float(value) for column, value in numbers.mean().items()}
    reason = str(same["reason"].astype(str).mode().iloc[0])
    return {"station": name, "answer": answer, "reason": reason, **means}


def _row(station: dict[str, Any]) -> tuple[str, ...]:
    return (
        station["name"],
        _verdict(station),
        _number(station["load"], 2),
        _people(station["number"]),
        _people(station["number_expected"]),
        _people(station["waiting"]),
        _people(station["waiting_expected"]),
    )


def _name(station: str, services: dict[str, Any]) -> str:
    """A station as readers meet it."""
    service = station.removeprefix("service: ")
    words = str(services[service]["title"]) if service in services else service.replace("_", " ")
    return words[:1].upper() + words[1:]


def _verdict(station: dict[str, Any]) -> str:
    if station["answer"] == "none":
        reason = str(station["reason"])
        return f"No theory: {reason}."
    said = _ANSWERS[station["answer"]]
    said = f"{said[:1].upper()}{said[1:]}."
    over = _overload(station)
    return f"{said} {over}" if over else said


def _overload(station: dict[str, Any]) -> str:
    """What becomes of a line in which more people come than can be served; empty for others."""
    load, growth = station["load"], station["growth_expected"]
    if isnan(load) or load < 1.0:
        return ""
    if not isnan(growth) and growth > _HARDLY:
        return f"The line is growing by {_people(growth)} a year."
    if not isnan(station["waiting_expected"]):
        return f"The line stays at about {_people(station['waiting_expected'])} because people give up."
    measured = station["growth_per_year"]
    return f"The line is growing by {_people(measured)} a year." if measured > _HARDLY else ""


def _overloaded(stations: list[dict[str, Any]]) -> list[str]:
    """A sentence for each station at a load of one or more."""
    said = []
    for station in stations:
        if over := _overload(station):
            load = _number(station["load"], 2)
            said.append(f"{station['name']}: more people come than can be served (load {load}). {over}")
    return said


def _little(stored: Stored) -> str:
    """The worst residual of Little's law in any run, against the number of people there."""
    table = stored.stations
    assert table is not None
    known = table[table["little_number"] > _HARDLY]
    if not len(known):
        return ""
    share = (known["little_residual"].abs() / known["little_number"]).max()
    runs = len(table[["world", "replication", "scenario"]].drop_duplicates())
    return (
        "Little's law (people there = arrivals a day x days each stays, counted independently of each other) "
        f"holds in all {runs} runs looked at: the largest difference at any station is {100 * share:.2g}% of "
        "the people there."
    )


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if isfinite(value) else "–"


def _people(value: float) -> str:
    if not isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.1f}"
