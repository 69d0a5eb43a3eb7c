"""Event logs for other programs: as CSV, and in the columns that vidigi animates.

What is stored is written out; nothing is simulated and nothing is measured. The spreadsheet of outcomes is
made in `exports_xlsx`. No text that a scenario's author wrote can run as a formula when a file is opened.

References
----------
vidigi (HSMA): event logs with the columns entity_id, pathway, event_type, event, time and resource_id,
https://github.com/hsma-tools/vidigi.
"""

from __future__ import annotations

import csv
import heapq
import os
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError

if TYPE_CHECKING:
    from sim.engine.log import EventLog
    from sim.experiment.store import Result

EVENT_KINDS: Final = ("csv", "vidigi")
OUTCOME_KINDS: Final = ("xlsx",)
LOG_COLUMNS: Final = (
    "replication",
    "scenario",
    "person",
    "visit",
    "time",
    "date",
    "event",
    "place",
    "detail",
)
VIDIGI_COLUMNS: Final = ("entity_id", "pathway", "event_type", "event", "time", "resource_id", "run_number")
RUNS: Final = ("=", "+", "-", "@", "\t", "\r")
_WITHOUT: Final = "there is no event log to export"


def export(
    result_dir: Path | str, events: str = "", outcomes: str = "", out: Path | str | None = None
) -> list[Path]:
    """Write the exports that are asked for.

    Parameters
    ----------
    result_dir : Path or str
        ``results/<run-id>``, complete.
    events : str
        ``csv``: one file, every run. ``vidigi``: one file a scenario, the first replication. Empty: none.
    outcomes : str
        ``xlsx``. Empty: none.
    out : Path or str, optional
        The folder; by default ``exports`` in that of the result. Files that are there are replaced whole.

    Returns
    -------
    list of Path

    Raises
    ------
    SimError
        If a kind is not known or none is asked for, if the result is not whole or kept no events, or if the
        disk refuses.
    """
    from sim.experiment.disk import on_disk
    from sim.experiment.store import load

    _known("--events", events, EVENT_KINDS)
    _known("--outcomes", outcomes, OUTCOME_KINDS)
    if not events and not outcomes:
        raise SimError(
            "Nothing to export; say what: --events csv, --events vidigi, --outcomes xlsx, or two of them"
        )
    result = load(result_dir)
    folder = Path(out) if out is not None else result.path / "exports"
    made = []
    with on_disk(folder, "write the exports"):
        folder.mkdir(parents=True, exist_ok=True)
        if events == "csv":
            made.append(write_csv(result, folder / "events.csv"))
        elif events == "vidigi":
            made += write_vidigi(result, folder)
        if outcomes:
            from sim.present.exports_xlsx import write_workbook

            made.append(write_workbook(result, folder / "outcomes.xlsx"))
    return made


def _known(option: str, given: str, allowed: Sequence[str]) -> None:
    if given and given not in allowed:
        nearest = (get_close_matches(given, allowed, 1, 0.0) or allowed)[0]
        raise SimError(f"{option} {given!r}; allowed: {', '.join(allowed)}; nearest: {nearest}")


def harmless(text: str) -> str:
    """A text that no spreadsheet runs when it opens a CSV file: an apostrophe before what would.

    Examples
    --------
    >>> harmless("=1+1"), harmless("priority_need")
    ("'=1+1", 'priority_need')
    """
    return f"'{text}" if text.startswith(RUNS) else text


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    """Write a CSV file whole, or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(unfinished, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(head)
            writer.writerows(rows)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


# ------------------------------------------------------------------------------------------------ every event
def write_csv(result: Result, path: Path) -> Path:
    """Write every stored event, in words, one row an event, as it was stored.

    Raises
    ------
    SimError
        If the result kept no events.
    """
    from sim.present.player_choice import events_file

    return _write(path, LOG_COLUMNS, _events(events_file(result, _WITHOUT), details_of(result)))


def details_of(result: Result) -> dict[int, str]:
    """The words of every detail of this result's log; a service goes by its name."""
    from sim.engine.log import Detail

    words = {int(detail): "" if detail is Detail.NONE else detail.name.lower() for detail in Detail}
    services = sorted(result.config.get("services") or {})
    return words | {int(Detail.SERVICE_BASE) + k: name for k, name in enumerate(services)}


def _events(path: Path, details: dict[int, str]) -> Iterator[list[Any]]:
    import pyarrow.parquet as pq

    from sim.engine.clock import date_of

    for batch in pq.ParquetFile(path).iter_batches(batch_size=100_000):
        table = batch.to_pydict()
        for row in zip(
            *(table[name] for name in ("replication", "scenario", "person", "visit", "time")),
            *(table[name] for name in ("event", "place", "detail")),
            strict=True,
        ):
            replication, scenario, person, visit, time, event, place, detail = row
            yield [
                replication,
                harmless(str(scenario)),
                person,
                visit,
                repr(float(time)),
                date_of(time).isoformat(),
                event,
                place,
                harmless(details.get(detail, str(detail))),
            ]


# ----------------------------------------------------------------------------------------------------- vidigi
def write_vidigi(result: Result, folder: Path) -> list[Path]:
    """Write a log for vidigi for every scenario: the first replication, everybody who is referred.

    Raises
    ------
    SimError
        If the result kept no events.
    """
    from sim.present.player_choice import events_file, read_log

    stored = events_file(result, _WITHOUT)
    replication = min(int(run.get("replication", 0)) for run in result.manifest["runs"])
    made = []
    for name in result.names:
        rows = vidigi_rows(read_log(stored, name, replication), name, replication)
        made.append(_write(folder / f"vidigi-{name}.csv", VIDIGI_COLUMNS, rows))
    return made


def vidigi_rows(log: EventLog, pathway: str, run_number: int = 0) -> list[list[Any]]:
    """Where everybody is from when on, in vidigi's words: one row each time somebody changes rooms.

    Rooms are those of the player. A safehouse or bridging home is a resource, whose places are numbered: each
    goes to the lowest number free. Every other room is a queue. Who dies, leaves the country or is not
    followed to the end departs; who is still there at the end of the log has no row of departure.

    Parameters
    ----------
    log : EventLog
    pathway : str
        The scenario.
    run_number : int

    Returns
    -------
    list of list
        In the order of `VIDIGI_COLUMNS`, sorted by time.
    """
    import numpy as np

    from sim.outcomes.spells import story_of
    from sim.present.player_data import steps_of
    from sim.present.player_words import ROOM_WORDS, Room

    everybody = np.unique(log.person)
    steps, story = steps_of(log, everybody, 0), story_of(log, everybody)
    resources = {int(Room.SUPPORT_BED): "safehouse place", int(Room.BRIDGING): "bridging home"}
    ends = {int(Room.LEFT), int(Room.NOT_FOLLOWED)}
    titles = {int(room): words.title for room, words in ROOM_WORDS.items()}
    moves: list[tuple[float, int, int, int, int]] = []  # time, person, order, room left, room entered
    for k, person in enumerate(everybody.tolist()):
        begin, end = int(steps.begins[k]), int(steps.begins[k + 1])
        before = -1
        for at in range(begin, end):
            time, room = float(story.time[at]), int(steps.room[at])
            if room == before or (at + 1 < end and float(story.time[at + 1]) == time):
                continue  # of several changes at one instant, the last is where the person is
            moves.append((time, person, at, before, room))
            before = room
    last_of = {move[1]: move for move in sorted(moves, key=lambda move: move[2])}
    free: dict[int, list[int]] = {room: [] for room in resources}
    given = dict.fromkeys(resources, 0)
    held: dict[int, int] = {}
    pathway = harmless(pathway)
    rows: list[list[Any]] = []
    # At one instant places are given back before they are given out.
    for time, person, at, left, entered in sorted(moves, key=lambda m: (m[0], m[3] not in resources, m[1])):

        def row(kind: str, event: str, place: int | str = "", time: float = time, who: int = person) -> None:
            rows.append([who, pathway, kind, event, repr(time), place, run_number])

        if left == -1:
            row("arrival_departure", "arrival")
        if left in resources:
            number = held.pop(person)
            heapq.heappush(free[left], number)
            row("resource_use_end", f"leaves {resources[left]}", number)
        if entered in resources:
            number = heapq.heappop(free[entered]) if free[entered] else given[entered] + 1
            given[entered] = max(given[entered], number)
            held[person] = number
            row("resource_use", resources[entered], number)
        elif entered in ends and last_of[person][2] == at:
            row("arrival_departure", "depart")
        else:
            row("queue", titles[entered])
    return rows
