"""A stored result with its events, small but really run, for the tests of the player.

Three scenarios of a country a hundred and fiftieth as large as England; tables that the player does not read
are made up (`stored_result`). Not here: any test.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from sim.config.compose import scenario
from sim.engine.log import Event, EventLog, Place
from sim.experiment.result import fingerprint
from sim.experiment.tables import _named
from sim.outcomes.cohort import fix_cohort
from tests.small_world import build, parameters, run, scaled
from tests.stored_result import write_result

SHOWN = ("baseline", "extended_support_180", "priority_need")
OPENS = "2027-04-01"


@dataclass(frozen=True)
class Small:
    """The logs by scenario, and the rows of the cohort with their t0."""

    logs: dict[str, EventLog]
    rows: np.ndarray
    t0: np.ndarray


@cache
def small() -> Small:
    """Three runs of the same few people."""
    today = scaled(parameters(), 1 / 150)
    people = build(today)
    logs = {"baseline": run(people, today)}
    for name in SHOWN[1:]:
        logs[name] = run(people, today, scaled(scenario([name]).after, 1 / 150))
    cohort = fix_cohort(people, logs["baseline"], 4838.0, 4838.0 + 731)  # 1 April 2027, two years
    return Small(logs, cohort.rows, cohort.t0)


def write_player_result(folder: Path, *, events: bool = True) -> Path:
    """Write the result into `folder` and return it; without its events if these are not wanted."""
    write_result(folder, replications=1, band=False)
    made = small()
    frames = [
        {"replication": 0, "scenario": name, "row": int(row), "t0": float(t0)}
        for name in SHOWN
        for row, t0 in zip(made.rows, made.t0, strict=True)
    ]
    pd.DataFrame(frames).astype({"scenario": "category"}).to_parquet(folder / "people.parquet")
    about = yaml.safe_load((folder / "scenarios.yaml").read_text())
    about["scenarios"] = [story for story in about["scenarios"] if story["name"] in SHOWN]
    (folder / "scenarios.yaml").write_text(yaml.safe_dump(about, sort_keys=False))
    config = {"policy": {"start": OPENS}, "experiment": {"horizon": "2032-03-31"}}
    config["services"] = {"lifeline": {"title": "LifeLine"}, "reach_in": {"title": "Reach-In"}}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    if events:
        tables = [_table(name, log) for name, log in made.logs.items()]
        with pq.ParquetWriter(folder / "events.parquet", tables[0].schema) as writer:
            for table in tables:
                writer.write_table(table)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["scenarios"] = list(SHOWN)
    manifest["runs"] = [{"world": "central", "replication": 0, "scenario": name} for name in SHOWN]
    manifest["files"] = {
        path.name: fingerprint(path) for path in folder.iterdir() if path.name != "manifest.json"
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def _table(name: str, log: EventLog) -> pa.Table:
    """A log in the columns of the store."""
    return pa.table(
        {
            "replication": pa.array([0] * len(log), pa.int32()),
            "scenario": pa.array([name] * len(log), pa.string()).dictionary_encode(),
            "person": log.person,
            "visit": log.visit,
            "time": log.time,
            "event": _named(log.event, {int(event): event.name.lower() for event in Event}),
            "place": _named(log.place, {int(place): place.name.lower() for place in Place}),
            "detail": log.detail,
        }
    )


def counted(log: EventLog, rows: np.ndarray, instant: float) -> dict[str, int]:
    """People in each room at an instant, worked out one event after the other, as slowly as can be read."""
    wanted = set(rows.tolist())
    lives: dict[int, list[tuple[Event, Place, int]]] = {row: [] for row in wanted}
    for person, visit, time, event, place in zip(
        log.person.tolist(), log.visit.tolist(), log.time.tolist(), log.event, log.place, strict=True
    ):
        if person in wanted and time <= instant:
            lives[person].append((Event(int(event)), Place(int(place)), visit))
    counts: dict[str, int] = {}
    for told in lives.values():
        room = _room(told)
        counts[room] = counts.get(room, 0) + 1
    return counts


_DECIDED = {
    Event.RG_NEGATIVE,
    Event.WITHDRAWN_BEFORE_RG,
    Event.CG_POSITIVE,
    Event.CG_NEGATIVE,
    Event.CASE_CLOSED_UNDECIDED,
    Event.DISQUALIFIED,
}


def _room(told: list[tuple[Event, Place, int]]) -> str:
    if not told:
        return "not_yet"
    stage, supported = "", False
    for event, _, _ in told:
        if event in (Event.DIED, Event.LEFT_UK):
            return "left"
        if event == Event.REFERRED:
            stage = "waiting_rg"
        elif event == Event.RG_POSITIVE:
            stage = "recovery"
        elif event == Event.CG_READY:
            stage = "waiting_cg"
        elif event in _DECIDED:
            stage = ""
        elif event == Event.SUPPORT_STARTED:
            supported = True
        elif event == Event.SUPPORT_ENDED:
            supported = False
    _, place, visit = told[-1]
    if stage:
        return "returned" if visit else stage
    if place == Place.SAFEHOUSE:
        return "support_bed"
    if supported:
        return "support_outreach"
    return {
        Place.UNKNOWN: "not_followed",
        Place.OWN_HOME: "settled",
        Place.PRIVATE_HOME: "settled",
        Place.SOCIAL_HOME: "settled",
        Place.COUNCIL_TEMPORARY: "council_temporary",
        Place.ASYLUM_ACCOMMODATION: "asylum",
        Place.FRIENDS: "nowhere",
        Place.STREET: "nowhere",
        Place.OUT_OF_CONTACT: "out_of_contact",
        Place.CUSTODY: "custody",
    }[place]
